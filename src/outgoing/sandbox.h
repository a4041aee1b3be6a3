// Runs work over bytes of anyone with as few rights as it needs; memory and time bounded. Private to the scan.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/result.h"

namespace sekisho::outgoing {

struct SandboxLimits {
  int cpu_seconds = 20, wall_seconds = 30;
  std::size_t memory_bytes = std::size_t{2} << 30;
};
// In a copy of this process that may compute and nothing else: no files, no network, no other programs. What the
// function returned; empty when it crashed or went beyond its bounds. Errors: scan.process.
Result<std::string> without_rights(const std::function<std::string()>& work, const SandboxLimits& limits = {});

// Another program that may read what is installed and `input`, write below `folder`, and reach no network. Its exit
// status; 128 + signal when it was ended. Errors: scan.process (also where the kernel cannot restrict it: then it does
// not run).
Result<int> run_restricted(const std::vector<std::string>& command, const std::filesystem::path& input,
                           const std::filesystem::path& folder, int seconds);

}  // namespace sekisho::outgoing
