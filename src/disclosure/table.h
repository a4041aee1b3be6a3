// What users of the module call: a frequency table of persons computed from a dataset, protected and audited in one go;
// and the search of files on their way out for records of persons.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/json.h"
#include "core/result.h"
#include "disclosure/cells.h"

namespace sekisho::disclosure {

struct TableRequest {
  std::filesystem::path dataset;           // CSV with a header, UTF-8
  std::vector<std::string> rows, columns;  // its columns; together 1 to 5
  std::string person;  // column that tells persons apart; empty: person_id, person or pseudonym if there is one
  int threshold = 10;
  Policy policy = {};  // its threshold is used when it is stricter
};

struct TableResult {
  Json proof;       // proof sheet for the checkers: what was counted, rules, audit, hash of the dataset
  std::string csv;  // what may leave: dimensions, value, status (published, hidden)
  std::uint64_t cells = 0, primary = 0, secondary = 0;
  bool safe = false;
  std::uint64_t exact = 0, too_narrow = 0;
};

// Computed, protected, audited; refuses when unsafe. Cells count distinct persons. A person who stands in several
// categories of a dimension (seasons, say) is counted once in each, and its totals are sums of the cells.
// Errors: usage.column, table.person, table.too_large, disclosure.infeasible, disclosure.unsafe, csv.*.
Result<TableResult> make_table(const TableRequest& request);

enum class Verdict : std::uint8_t { kPass, kReview, kFail };
std::string_view name(Verdict verdict);

struct ScanFinding {
  std::string rule, where, message;  // no identifier is repeated in them
};
// What a rule means for the file, in Japanese, and what to do about it.
struct ScanRule {
  std::string_view prefix;  // of the rules it stands for
  Verdict verdict = Verdict::kFail;
  std::string_view japanese, remedy;
};
const ScanRule& rule_of(std::string_view rule);

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
