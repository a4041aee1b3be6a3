// Single persons in what programs print and people paste, told by form: the attributes of one person near each other,
// lines that begin with keys, vectors of values, sequences, places, markup no rule knows. Private to the scan.
#pragma once

#include <string_view>
#include <vector>

#include "outgoing/identifiers.h"
#include "outgoing/sheet.h"

namespace sekisho::outgoing {

// Texts that are no programs; `folded` as by fold_forms.
void judge_person_signs(std::string_view folded, Findings& findings);
// Letters of one person's genes, places of homes; in tables too.
void judge_sequences(std::string_view text, Findings& findings);
// Programs: keys in quotes, lists of attributes of the same length.
void judge_program_signs(std::string_view folded, Findings& findings);

// "id,variable,value": one row for each person, where the rows of a sheet repeat the same names in blocks.
std::vector<Sheet> widened(const Sheet& sheet);
// Columns named 症例1, 症例2, ... or P001, P002, ...: persons side by side.
bool numbers_columns(const Sheet& sheet);

// Tables as consoles print them: names above, in each line below words and as many numbers at its end.
std::vector<Sheet> right_aligned(std::string_view folded);

}  // namespace sekisho::outgoing
