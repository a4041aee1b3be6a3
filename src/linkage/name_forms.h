// Forms of western given names that spelling does not tell: short forms, abbreviations of clerks, and one name in Latin
// and in other languages.
#pragma once

#include <string_view>

namespace sekisho::linkage {

// Whether one of two given names (lower case, ASCII letters) is a form of the other, or both are forms of one name. The
// beginning of a name of three letters and more, or its initial, is a form of it.
bool short_form(std::string_view a, std::string_view b);

}  // namespace sekisho::linkage
