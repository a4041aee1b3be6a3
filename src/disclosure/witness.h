// For auditors without a solver: two other tables for each sensitive cell, one with more and one with less in it, which
// agree with everything published. Written as differences from the true table; tools/verify.py adds them up.
#pragma once

#include "disclosure/cells.h"

namespace sekisho::disclosure {

// {"witnesses": [{"cell", "up": [[cell, difference], ...], "down": [...]}], "without": [cells]}: cells under `without`
// have no witness that a search of small circuits finds; for those the audit's linear programs stand. Holds hidden
// values: for checkers only.
Json witnesses(const CellTable& table, const Pattern& pattern);

}  // namespace sekisho::disclosure
