// Logging through spdlog, to standard error. No patient data, no paths that may hold a patient's number: name (package,
// part, ordinal) instead. Machine output goes to standard output and never mixes with the log.
#pragma once

#include <spdlog/spdlog.h>

namespace sekisho {

// Format "2026-11-21T04:05:06Z info receiver: text". `role` names the process. Level from SEKISHO_LOG (trace ... off),
// default info.
void start_log(const char* role);

}  // namespace sekisho
