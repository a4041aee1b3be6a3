// Controlled rounding: every published number becomes a multiple of a base next to it, totals included, so that the
// rounded table still adds up. Whoever reads it knows each true value to a window only; what the relations make of the
// windows is judged by linear programs before anything is returned.
#pragma once

#include "disclosure/cells.h"

namespace sekisho::disclosure {

struct RoundingOptions {
  double base = 0;  // 0: the smallest suitable one for the table's needs
  double seconds = 60;
};

struct Rounded {
  double base = 0;
  std::vector<double> values;       // of each cell, multiples of the base that add up
  std::vector<Interval> intervals;  // sensitive cells: what an attacker computes; others: their window
  bool zero_restricted = true;      // multiples stayed, all others went to a neighbour; false: one step further
  double largest_deviation = 0, sum_of_deviations = 0;
  std::uint64_t primary = 0, exact = 0, too_narrow = 0;
  double seconds = 0;
};

// Errors: rounding.infeasible (no rounded table adds up, even one step further), rounding.narrow (names cells that stay
// too narrow with this base), rounding.time, rounding.forced (a sensitive table with cells forced to be published),
// disclosure.solver.
Result<Rounded> round_table(const CellTable& table, const RoundingOptions& options);

// Columns as they came + status "rounded" + low + high + rounded.
std::string rounded_csv(const CellTable& table, const Rounded& rounded);
// What may leave: labels and the rounded value.
std::string public_rounded_csv(const CellTable& table, const Rounded& rounded);

}  // namespace sekisho::disclosure
