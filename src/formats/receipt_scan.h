// Raw lines of a receipt file: where claims begin and end, without decoding. Safe on Shift_JIS bytes, since commas and
// line ends never are the second byte of a character. Shared by the reader, the opt-out filter and `receipt cat`.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace sekisho::formats::receipt {

inline constexpr char kEndMark = '\x1A';

struct RawLine {
  std::size_t begin = 0, end = 0;  // of the content, without line end
  std::size_t next = 0;            // after the line end
  bool complete = false;           // has a line end
};

inline RawLine raw_line(std::string_view bytes, std::size_t at) {
  const auto* feed = static_cast<const char*>(std::memchr(bytes.data() + at, '\n', bytes.size() - at));
  RawLine line{at, bytes.size(), bytes.size(), feed != nullptr};
  if (feed) {
    line.end = static_cast<std::size_t>(feed - bytes.data());
    line.next = line.end + 1;
    if (line.end > at && bytes[line.end - 1] == '\r') --line.end;
  }
  return line;
}

// The two letters before the first comma; anything else is empty.
inline std::string_view record_id(std::string_view line) {
  if (line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  while (line.starts_with(kEndMark))
    line.remove_prefix(1);
  if (line.size() < 2 || (line.size() > 2 && line[2] != ',')) return {};
  const bool letters = line[0] >= 'A' && line[0] <= 'Z' && line[1] >= 'A' && line[1] <= 'Z';
  return letters ? line.substr(0, 2) : std::string_view{};
}

// A new claim, or the end of the one before.
inline bool is_border(std::string_view id) {
  return id == "RE" || id == "GO" || id == "IR" || id == "YK";
}

}  // namespace sekisho::formats::receipt
