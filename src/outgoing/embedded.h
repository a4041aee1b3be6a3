// What is written in other letters inside a text: base64, hexadecimal, percent and backslash escapes. Private to the
// scan.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "outgoing/identifiers.h"

namespace sekisho::outgoing {

struct Embedded {
  std::string place;
  std::string content;  // decoded bytes
  std::string_view form;
};
// Runs that decode to something, with findings about long ones. Bounded: at most 200.
std::vector<Embedded> find_embedded(std::string_view text, Findings& findings);

// \u4f50, \xe4, %E4 in the text replaced by their characters; empty when there is none.
std::string unescaped(std::string_view text);

}  // namespace sekisho::outgoing
