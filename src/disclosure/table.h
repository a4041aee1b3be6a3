// What users of the module call: a table computed from a dataset, protected and audited in one go: counts of persons,
// sums or means, with hierarchies, weights, and persons and hospitals as contributors. (The search of files on their
// way out stands in outgoing/scan.h.)
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/json.h"
#include "core/result.h"
#include "disclosure/cells.h"
#include "disclosure/protect.h"
#include "disclosure/shape.h"
#include "disclosure/verdict.h"

namespace sekisho::disclosure {

enum class Measure : std::uint8_t { kCount, kSum, kMean };
std::string_view name(Measure measure);  // count, sum, mean

struct TableRequest {
  std::filesystem::path dataset;           // CSV with a header (UTF-8) or Parquet
  std::vector<std::string> rows, columns;  // its columns; together 1 to 5
  std::string person;  // column that tells persons apart; empty: person_id, person or pseudonym if there is one
  int threshold = 10;
  Policy policy = {};            // its threshold is used when it is stricter
  Json contribution_rules = {};  // members of the policy's file about contributions: t_hosp, p, nk, sensitive, zeros
  std::string hospital;          // column that tells hospitals apart; empty: hospital_id or hospital if there is one
  Measure measure = Measure::kCount;
  std::string value;                          // column that is summed or averaged
  std::string weight;                         // column of weights; empty: each row counts once
  std::map<std::string, Grouping> groupings;  // by column
  std::vector<Condition> where;               // rows that count; all of them when empty
  // Combinations that cannot occur and that everybody knows not to: label by dimension. Never used to protect others.
  std::vector<std::map<std::string, std::string>> impossible;
  Mode mode = Mode::kFast;
};

// What was counted, before protection. Person numbers are those of the dataset's column.
struct Contributions {  // of one kind of unit to one cell
  static constexpr std::size_t kTop = 5;
  std::uint32_t units = 0;
  double total = 0;       // of absolute values
  double top[kTop] = {};  // largest first
};
struct CellFacts {
  Contributions persons, hospitals;
};
struct Membership {
  std::uint32_t cell = 0;  // of categories
  std::uint32_t person = 0;
  auto operator<=>(const Membership&) const = default;
};
struct Tabulation {
  Dataset dataset;
  std::string person_column, hospital_column;  // the second may be empty: hospitals are not counted
  bool by_hospital = false;                    // a dimension tells hospitals apart
  std::vector<Dimension> dimensions;
  std::vector<CellFacts> facts;             // of each cell
  std::vector<std::vector<double>> layers;  // additive values of each cell: counts, for sums and means also the sums
  std::vector<Membership> members;          // sorted, distinct
  std::uint64_t rows = 0, persons = 0, without_value = 0;  // rows that count; persons in them; rows without a number
  bool negative = false;                                   // values below zero occur
};
// Errors: usage.column, table.person, table.value, table.weight, table.too_large, table.label, csv.*, columns.*.
Result<Tabulation> tabulate(const TableRequest& request);

struct TableResult {
  Json proof;        // proof sheet for the checkers: all that is needed to repeat the check; holds hidden values
  std::string csv;   // what may leave: dimensions, value, status (published, hidden)
  Json output;       // the same as JSON
  std::string page;  // the proof sheet as one page, without hidden values
  Tabulation data;
  CellTable table;  // the layer that was protected last
  Pattern pattern;
  std::uint64_t cells = 0, primary = 0, secondary = 0;
  bool safe = false;
  std::uint64_t exact = 0, too_narrow = 0;
};

// Computed, protected, audited; refuses when unsafe. Cells count distinct persons. A person who stands in several
// categories of a dimension (seasons, say) is counted once in each, and its totals are sums of the cells.
// Errors: those of tabulate(), disclosure.infeasible, disclosure.unsafe.
Result<TableResult> make_table(const TableRequest& request);

}  // namespace sekisho::disclosure
