// For auditors without a solver: two other tables for each sensitive cell, one with more and one with less in it, which
// agree with everything published. Written as differences from the true table; tools/verify.py adds them up.
#pragma once

#include "disclosure/circuits.h"

namespace sekisho::disclosure {

// Differences to the true table that keep every sum: one set with more in the cell, one with less.
struct Witness {
  std::size_t cell = 0;
  Moves up, down;
};
inline double moved(const Moves& moves, std::size_t cell) {
  double sum = 0;
  for (const Move& move : moves)
    if (static_cast<std::size_t>(move.cell) == cell) sum += move.amount;
  return sum;
}

// {"witnesses": [{"cell", "up": [[cell, difference], ...], "down": [...]}], "without": [cells]}: cells under `without`
// have no witness that a search of small circuits finds; for those the audit's linear programs stand. Holds hidden
// values: for checkers only. `known` come first.
Json witnesses(const CellTable& table, const Pattern& pattern, const std::vector<Witness>& known = {});

}  // namespace sekisho::disclosure
