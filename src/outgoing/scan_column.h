// Columns that leave as they are, searched for identifiers by the scanners of files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sekisho::outgoing {

// The rule by which a column seems to hold names, numbers or addresses; "": none.
std::string identifier_rule(std::string_view column, const std::vector<std::string>& values);

}  // namespace sekisho::outgoing
