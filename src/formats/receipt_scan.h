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

// Returned claims carry up to four columns of history (row, branch, state: digits or nothing) before each record. How
// many bytes of `line` they are, separators included; 0 for lines without.
inline std::size_t history_columns(std::string_view line, int& columns) {
  columns = 0;
  const auto letter = [&](std::size_t i) { return i < line.size() && line[i] >= 'A' && line[i] <= 'Z'; };
  for (std::size_t at = 0, digits = 0; at < line.size() && columns < 5; ++at) {
    if (line[at] == ',') {
      ++columns;
      digits = 0;
      if (letter(at + 1) && letter(at + 2) && at + 3 < line.size() && line[at + 3] == ',') return at + 1;
    } else if (line[at] < '0' || line[at] > '9' || ++digits > 6) {
      break;
    }
  }
  columns = 0;
  return 0;
}

// A record without what may stand before it.
inline std::string_view bare_record(std::string_view line) {
  if (line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  while (line.starts_with(kEndMark))
    line.remove_prefix(1);
  if (line.empty() || (line[0] >= 'A' && line[0] <= 'Z')) return line;
  int columns = 0;
  line.remove_prefix(history_columns(line, columns));
  return line;
}

// The two letters before the first comma; anything else is empty.
inline std::string_view record_id(std::string_view line) {
  line = bare_record(line);
  if (line.size() < 2 || (line.size() > 2 && line[2] != ',')) return {};
  const bool letters = line[0] >= 'A' && line[0] <= 'Z' && line[1] >= 'A' && line[1] <= 'Z';
  return letters ? line.substr(0, 2) : std::string_view{};
}

// A new claim, or the end of the one before.
inline bool is_border(std::string_view id) {
  if (id.size() != 2) return false;
  constexpr auto both = [](char a, char b) {
    return static_cast<unsigned char>(a) << 8 | static_cast<unsigned char>(b);
  };
  switch (both(id[0], id[1])) {
    case both('R', 'E'):
    case both('G', 'O'):
    case both('I', 'R'):
    case both('Y', 'K'):
      return true;
    default:
      return false;
  }
}

}  // namespace sekisho::formats::receipt
