// Is a pattern of hidden cells safe, whoever made it? Two linear programs for each hidden cell give the interval an
// attacker can compute. Shares the table with the protector, but neither its model nor its code.
#pragma once

#include "disclosure/cells.h"
#include "disclosure/witness.h"

namespace sekisho::disclosure {

struct AuditedCell {
  std::size_t cell = 0;
  Interval interval;
  bool inner = false;  // found by adding numbers: the attacker's interval is at least this wide
  bool exact = false, too_narrow = false;
};

struct AuditReport {
  std::uint64_t exact = 0, too_narrow = 0;  // sensitive cells: computed exactly; interval narrower than needed
  std::uint64_t published_primary = 0;      // sensitive cells the pattern shows; counted in `exact` too
  std::uint64_t secondary_exact = 0;        // other hidden cells that can be computed: hidden in vain, no danger
  std::vector<AuditedCell> hidden;          // in the order of the cells
  bool safe() const { return exact == 0 && too_narrow == 0; }
  std::vector<Interval> intervals(std::size_t cells) const;
};

// `proposals` are witnesses from whoever made the pattern: none of them is believed before it is added up here.
// Errors: audit.solver.
Result<AuditReport> audit(const CellTable& table, const Pattern& pattern, const std::vector<Witness>& proposals = {});

}  // namespace sekisho::disclosure
