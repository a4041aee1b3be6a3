// Lines and their words, as every reader of texts takes them. Private to the scan.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/ascii.h"

namespace sekisho::outgoing {

inline bool is_latin(char c) {
  return (c | 32) >= 'a' && (c | 32) <= 'z';
}
// Bytes of a name: Latin letters, digits, underscores and whatever is not ASCII.
inline bool is_wordy(char c) {
  return is_latin(c) || is_digit(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
inline std::string_view without_edges(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos ? std::string_view{}
                                         : text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// visit(line without its end, number from 1).
template <typename Visit>
void by_lines(std::string_view text, Visit visit) {
  std::uint64_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    visit(text.substr(at, end - at), ++number);
    at = end + 1;
  }
}

// At most 64 fields.
inline std::vector<std::string_view> fields_of(std::string_view line, std::string_view separators) {
  std::vector<std::string_view> out;
  for (std::size_t at = line.find_first_not_of(separators); at != std::string_view::npos && out.size() < 64;) {
    const std::size_t end = std::min(line.find_first_of(separators, at), line.size());
    out.push_back(line.substr(at, end - at));
    at = line.find_first_not_of(separators, end);
  }
  return out;
}

}  // namespace sekisho::outgoing
