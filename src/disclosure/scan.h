// Files on their way out: searched for records and identifiers of persons, for what is hidden in them, and for outputs
// that give single persons away.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "disclosure/verdict.h"

namespace sekisho::disclosure {

struct ScanFinding {
  std::string rule, where, message;  // no identifier is repeated in them
};
// What a rule means for the file, in Japanese, and what to do about it.
struct ScanRule {
  std::string_view prefix;  // of the rules it stands for
  Verdict verdict = Verdict::kFail;
  std::string_view japanese, remedy, remedy_ja;
};
const ScanRule& rule_of(std::string_view rule);
VerdictItem judge(const ScanFinding& finding);

// A file that is to leave: text in any Japanese character set, CSV, JSON, office document, PDF, PNG, JPEG, SVG, HTML,
// notebook or archive of these. Taken apart in a process without rights, memory and time bounded.
struct Scan {
  std::string sha256, type;
  std::vector<ScanFinding> findings;
  Verdict verdict() const;  // the worst of the findings
};
Result<Scan> scan(const std::filesystem::path& file);

// Non-empty: the file must not leave without a look. Errors: file.*.
Result<std::vector<ScanFinding>> scan_file(const std::filesystem::path& file);
std::vector<ScanFinding> scan_text(std::string_view text, std::string_view file_name);

}  // namespace sekisho::disclosure
