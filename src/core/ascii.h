// Characters of ASCII, whatever the locale.
#pragma once

#include <string_view>

namespace sekisho {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Without blanks and control characters around.
constexpr std::string_view strip(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ')
    text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ')
    text.remove_suffix(1);
  return text;
}

}  // namespace sekisho
