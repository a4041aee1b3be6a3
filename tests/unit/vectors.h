// Reading the known answers of tests/vectors.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/text.h"

namespace sekisho::vectors {

// {U+XXXX} -> that character.
inline std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (text.substr(at).starts_with("{U+")) {
      const std::size_t end = text.find('}', at);
      append_utf8(out, static_cast<char32_t>(std::stoul(std::string(text.substr(at + 3, end - at - 3)), nullptr, 16)));
      at = end + 1;
    } else {
      out.push_back(text[at++]);
    }
  }
  return out;
}

inline std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> out{""};
  for (const char c : text)
    if (c == at)
      out.emplace_back();
    else
      out.back().push_back(c);
  return out;
}

}  // namespace sekisho::vectors
