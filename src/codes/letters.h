// Letters and marks of folded names.
#pragma once

#include <string_view>

namespace sekisho::codes {

inline bool is_digit(char32_t c) {
  return c >= U'0' && c <= U'9';
}
inline bool is_latin(char32_t c) {
  return c >= U'a' && c <= U'z';
}

// A word that hospitals put around a name and that says nothing about what it is: 採用, 院内, 劇.
bool is_mark(std::u32string_view content);

}  // namespace sekisho::codes
