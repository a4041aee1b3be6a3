// What both workbook formats share: how a number of a cell becomes text. A spreadsheet stores days as numbers; only the
// cell's number format says that it is a day.
#pragma once

#include <string>
#include <string_view>

namespace sekisho::masters {

// A number format ("yyyy/m/d", "[$-411]ggge\"年\"m\"月\"d\"日\"") that shows a day.
bool shows_day(std::string_view format);
// The same for the numbers of built-in formats, which carry no text (ECMA-376 part 1, 18.8.30, with the Japanese ones).
bool shows_day(unsigned built_in);
// A text of a cell on one line, so that a row of the sheet is a line of the CSV.
std::string one_line(std::string text);
// A cell's number: the day it shows as YYYY-MM-DD, or the shortest text of 15 digits.
std::string number_text(double value, bool day, bool since_1904);

}  // namespace sekisho::masters
