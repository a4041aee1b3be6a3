// Decisions of people about pairs of records. They outlive every run: "same" joins two records whatever the weights
// say, "different" keeps them apart whatever joins them. A file of JSON lines, only ever appended to; the last line
// about a pair counts. Record ids stand in it, so it lies where names may lie (mode 0600).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "core/result.h"

namespace sekisho::linkage {

enum class Verdict : std::uint8_t {
  kSame,
  kDifferent,
  kOpen,  // an earlier decision no longer counts: the weights decide again
};
std::string_view verdict_name(Verdict verdict);  // "same", "different", "open"
std::optional<Verdict> verdict_of(std::string_view name);

struct Decision {
  std::string a, b;  // record ids; their order means nothing
  Verdict verdict = Verdict::kOpen;
  std::vector<std::string> by;  // who decided; a clerical review has two
  std::string at;               // UTC, as UtcTime::iso writes it
  std::string reason;
  Json to_json() const;
};
// Errors: linkage.decision (a member is missing, or a and b are one record).
Result<Decision> parse_decision(const Json& line);

// In order of time; a file that does not exist holds none. Errors: linkage.decision with the line.
Result<std::vector<Decision>> load_decisions(const std::filesystem::path& file);

// Durable when it returns.
Result<void> append_decision(const std::filesystem::path& file, const Decision& decision);
Result<void> append_decisions(const std::filesystem::path& file,
                              const std::vector<Decision>& decisions);  // all or none

// What counts: the last decision about each pair, without those that are open again; by pair, a < b.
std::vector<Decision> standing(const std::vector<Decision>& decisions);

// The first standing decision that a new one contradicts: "different" inside a chain of "same". Empty: none.
std::optional<Decision> contradiction(const std::vector<Decision>& decisions, const Decision& added);

}  // namespace sekisho::linkage
