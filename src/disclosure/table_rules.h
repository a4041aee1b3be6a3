// Which cells of a computed table are sensitive, and why: the rules of docs/exit-control.md over the contributions of
// persons and hospitals. Private to the table.
#pragma once

#include "disclosure/table.h"
#include "disclosure/verdict.h"

namespace sekisho::disclosure {

struct TableRules {
  int persons = 10, hospitals = 3;
  double p = 10;           // percent; 0: not asked for
  DominantPairs dominant;  // (n, k): the n largest have more than k percent
  bool protect_zeros = false, review_zeros = false;
  std::vector<std::string> sensitive;  // dimensions or categories whose group disclosure is refused
};
// Errors: policy.value; policy.looser (fewer hospitals than 3 or a p below 10 without a decision).
Result<TableRules> table_rules(const TableRequest& request);

struct CellJudgement {
  std::vector<std::string_view> rules;                // that call the cell sensitive
  double need_up = 0, need_down = 0, need_slide = 0;  // for the layer of values (sums); counts need the threshold
};
std::vector<CellJudgement> judge_cells(const TableRequest& request, const Tabulation& data, const TableRules& rules);

// What the whole table must be asked about: groups that stand in one category, categories nobody is in, hospitals
// named. `table` has the pattern's view: only what is shown can disclose a group.
std::vector<VerdictItem> judge_table(const Tabulation& data, const CellTable& table, const Pattern& pattern,
                                     const TableRules& rules);

}  // namespace sekisho::disclosure
