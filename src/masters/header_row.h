// The row of a published file that names its columns, and what parts its fields.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "masters/kind.h"

namespace sekisho::masters {

// Names of columns as header_key() makes them.
std::vector<std::string> header_keys(const std::vector<std::string_view>& fields);
// Where a column stands: by its whole name, else by its name before a note in parentheses. -1: nowhere.
int find_header(const std::vector<std::string>& names, std::string_view wanted);
// Whether a row names the columns of a series: its code, or who stands in its place.
bool is_header(const Series& series, const std::vector<std::string>& names);
bool is_code(Role role);
// Fields are parted by commas; files saved from a spreadsheet as text by tabs.
char separator_of(std::string_view text);

}  // namespace sekisho::masters
