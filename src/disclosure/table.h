// What users of the module call: a frequency table of persons computed from a dataset, protected and audited in one go.
// (The search of files on their way out stands in scan.h.)
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/json.h"
#include "core/result.h"
#include "disclosure/cells.h"
#include "disclosure/scan.h"

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

}  // namespace sekisho::disclosure
