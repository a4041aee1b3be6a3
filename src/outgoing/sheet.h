// A table as it stands in a text: csv of any separator, Markdown, LaTeX, a printed data frame, JSON. What the rules for
// records and for statistics look at. Private to the scan.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"

namespace sekisho::outgoing {

struct Sheet {
  std::string place;                           // "" or "line 12", where it begins
  std::vector<std::string> titles;             // lines above the header
  std::vector<std::string> header;             // folded; empty names where the first row is data already
  std::vector<std::vector<std::string>> rows;  // folded fields; at most kMostRows are kept
  std::uint64_t total_rows = 0;
  bool named = true;     // the header comes from the text
  bool printed = false;  // from a console or a document: columns may be cut wrongly
  static constexpr std::size_t kMostRows = 20'000;
};

// The whole text as one table; nothing when it is none (a quote out of place, a single column, prose).
std::optional<Sheet> read_sheet(std::string_view text, bool said_to_be_table);
// Tables inside a text: blocks of lines with the same number of fields.
std::vector<Sheet> find_sheets(std::string_view text);
// Arrays of objects, arrays of arrays and objects of arrays.
std::vector<Sheet> sheets_of(const Json& value);

// The value of a field: a number that may carry thousands' commas, a currency or percent sign, or a second number in
// brackets ("12 (3.4)").
struct Number {
  double value = 0;
  int decimals = 0;
  bool whole = false;                 // an integer as written
  bool percent = false;               // with a percent sign
  std::optional<double> in_brackets;  // 3.4
};
std::optional<Number> read_number(std::string_view field);

// Words of a name in lower case: "n_patients (M)" -> n, patients, m. Characters beyond ASCII stay together.
std::vector<std::string> words_of(std::string_view folded);

}  // namespace sekisho::outgoing
