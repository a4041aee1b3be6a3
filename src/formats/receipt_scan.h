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

// What a record, or a row of a survey file, begins with. A CR before anything else stands inside a cell.
inline bool begins_line(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '"' || c == kEndMark || c == '\0';
}

// LF, CR LF or CR alone ends a line: nothing of a claim may hide behind a CR.
inline RawLine raw_line(std::string_view bytes, std::size_t at) {
  const auto* feed = static_cast<const char*>(std::memchr(bytes.data() + at, '\n', bytes.size() - at));
  const std::size_t end = feed != nullptr ? static_cast<std::size_t>(feed - bytes.data()) : bytes.size();
  for (std::size_t from = at; from < end;) {
    const auto* found = static_cast<const char*>(std::memchr(bytes.data() + from, '\r', end - from));
    if (found == nullptr) break;
    from = static_cast<std::size_t>(found - bytes.data()) + 1;
    if (from == end && feed != nullptr) return {at, end - 1, end + 1, true};
    if (from == end || bytes[from] == '\r' || begins_line(bytes[from])) return {at, from - 1, from, true};
  }
  return {at, end, end + (feed != nullptr ? 1 : 0), feed != nullptr};
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
