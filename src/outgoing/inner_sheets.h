// Tables that a text writes otherwise than in columns: lists of tuples in programs, records of "name: value" lines,
// repeated elements of markup. Private to the scan.
#pragma once

#include "outgoing/sheet.h"

namespace sekisho::outgoing {

// (1, "a", 2.5), (...): groups of literals with the same number of members, ten or more.
std::vector<Sheet> sheets_of_tuples(std::string_view text);
// "- age: 63", "age | 63": the same names again and again, three or more times.
std::vector<Sheet> sheets_of_records(std::string_view text);
// <row><age>63</age>...</row>: simple children with the same names, three or more times.
std::vector<Sheet> sheets_of_elements(std::string_view text);
// A document keyed by persons: {"00012345": 0.31, ...}; nothing under twenty members.
std::vector<Sheet> sheets_of_keys(const Json& value);
// Blocks of a csv file between empty lines, where there is more than one.
std::vector<std::pair<std::uint64_t, std::string_view>> blocks_of(std::string_view text);
// Columns as rows.
Sheet transposed(const Sheet& sheet);

}  // namespace sekisho::outgoing
