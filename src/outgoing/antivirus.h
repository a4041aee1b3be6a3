// The virus scanner clamd over its socket: the bytes go through the INSTREAM command, nothing is written.
#pragma once

#include <filesystem>
#include <optional>

#include "core/bytes.h"
#include "outgoing/scan.h"

namespace sekisho::outgoing {

// Nothing when the scanner found nothing. A socket that does not answer is a finding as well: "antivirus.absent" for
// the reviewer, or "antivirus.required" when the policy wants the scan.
std::optional<ScanFinding> antivirus_finding(const std::filesystem::path& socket, ByteView bytes, bool required);

}  // namespace sekisho::outgoing
