// Rows of persons in any writing: lines of the same shape, whatever stands between their values. Private to the scan.
#pragma once

#include "outgoing/sheet.h"

namespace sekisho::outgoing {

// Blocks of eight lines and more with the same number of values; what is the same in every line is left away.
std::vector<Sheet> sheets_of_shapes(std::string_view text);

enum class Likeness : std::uint8_t { kNone, kPerhaps, kPersons };
// By values alone: categories and measurements side by side in no order, and nothing that names the row.
Likeness like_persons(const Sheet& sheet);

}  // namespace sekisho::outgoing
