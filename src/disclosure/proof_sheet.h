// The proof sheet of a computed table: everything an auditor needs to repeat the check without this program (JSON, read
// by tools/verify.py), and one page for people. Both are for checkers: they hold or bound hidden values. Private to the
// table.
#pragma once

#include "disclosure/table_rules.h"

namespace sekisho::disclosure {

// A set of additive values that is shown, all of them under the same pattern.
struct ProtectedLayer {
  std::string name;  // count, sum, weights
  CellTable table;   // with marks and needs
  AuditReport audit;
};

struct ProofInput {
  const TableRequest& request;
  const Tabulation& data;
  const TableRules& rules;
  const std::vector<CellJudgement>& judgements;
  const std::vector<ProtectedLayer>& layers;
  const Pattern& pattern;
  const std::vector<VerdictItem>& items;
  double lp_bound = 0;
  bool optimal = false;
};

Json proof_sheet(const ProofInput& input);
// One page, Japanese first, English by a switch, no network, no other files. `output_csv` is what may leave.
std::string proof_page(const ProofInput& input, const Json& sheet);

}  // namespace sekisho::disclosure
