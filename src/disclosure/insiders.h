// Patterns that hold against contributors too: whoever is alone in a hidden cell knows its value. Hides further cells
// until none of them can compute or narrow another sensitive cell. Private to the protector.
#pragma once

#include "disclosure/audit.h"
#include "disclosure/master.h"

namespace sekisho::disclosure {

// A pattern that holds against everybody outside, hidden wider until insiders learn nothing either. `targets` get the
// questions that mattered. Hiding more never harms, so that it ends. Errors: disclosure.insiders (names cells that no
// pattern protects from an insider), disclosure.time, audit.solver.
Result<std::vector<char>> cover_insiders(const CellTable& table, Effort& effort, std::vector<char> hidden,
                                         const std::vector<Witness>& witnesses, std::vector<Target>& targets,
                                         const Deadline& deadline);

Pattern pattern_of(const CellTable& table, const std::vector<char>& hidden);

}  // namespace sekisho::disclosure
