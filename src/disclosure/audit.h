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

// Somebody who is alone in a hidden cell knows its value: what that tells about a sensitive cell beside it.
struct InsiderFinding {
  std::size_t insider = 0, cell = 0;
  Interval interval;
  bool exact = false;  // else too narrow
};

struct AuditReport {
  std::uint64_t exact = 0, too_narrow = 0;  // sensitive cells: computed exactly; interval narrower than needed
  std::uint64_t whole_exact = 0;            // of `exact`: only one whole number fits, though an interval does
  std::uint64_t insiders = 0, insider_exact = 0, insider_too_narrow = 0;  // asked for; sensitive cells told to insiders
  std::vector<InsiderFinding> insider_findings;
  std::uint64_t published_primary = 0;  // sensitive cells the pattern shows; counted in `exact` too
  std::uint64_t secondary_exact = 0;    // other hidden cells that can be computed: hidden in vain, no danger
  std::vector<AuditedCell> hidden;      // in the order of the cells
  bool safe() const { return exact + too_narrow + insider_exact + insider_too_narrow == 0; }
  std::vector<Interval> intervals(std::size_t cells) const;
};

struct AuditOptions {
  bool insiders = false;         // also what each contributor who is alone in a hidden cell can compute
  bool exact_intervals = false;  // linear programs for every hidden cell, of however many; else inner intervals suffice
  double seconds = 86'400;       // then no judgement at all: audit.time
};

// `proposals` are witnesses from whoever made the pattern: none of them is believed before it is added up here.
// Errors: audit.solver, audit.time.
Result<AuditReport> audit(const CellTable& table, const Pattern& pattern, const std::vector<Witness>& proposals = {},
                          const AuditOptions& options = {});

}  // namespace sekisho::disclosure
