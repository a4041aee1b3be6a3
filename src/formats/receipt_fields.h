// Splitting decoded text into lines and fields without touching them twice: one pass marks every separator and line
// end, fields are then views between two marks. Receipts use commas, DPC files tabs or commas.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/text.h"

namespace sekisho::formats {

// One line of an indexed text. Fields count from 0; a field that the line does not have is empty.
class Line {
 public:
  Line(std::string_view text, const std::uint32_t* ends, std::uint32_t begin, int fields)
      : text_(text.data()), ends_(ends), begin_(begin), last_end_(ends[fields - 1]), fields_(fields) {
    const std::uint32_t last_begin = fields > 1 ? ends[fields - 2] + 1 : begin;
    if (last_end_ > last_begin && text_[last_end_ - 1] == '\r') --last_end_;
  }
  int fields() const { return fields_; }
  std::string_view operator[](int field) const {
    if (field < 0 || field >= fields_) return {};
    const std::uint32_t from = field == 0 ? begin_ : ends_[field - 1] + 1;
    const std::uint32_t to = field == fields_ - 1 ? last_end_ : ends_[field];
    return {text_ + from, to - from};
  }
  // Empty without building the view: day columns are mostly empty.
  bool blank(int field) const {
    if (field >= fields_ - 1) return (*this)[field].empty();
    return ends_[field] == (field == 0 ? begin_ : ends_[field - 1] + 1);
  }
  // One bit for each of `count` (at most 32) fields from `first` on that is not empty. A few instructions for all 31
  // day columns, of which most are.
  std::uint32_t filled(int first, int count) const;
  // The line from field `n` on, which becomes field 0.
  Line without(int n) const {
    Line rest = *this;
    if (n <= 0 || n >= fields_) return rest;
    rest.begin_ = ends_[n - 1] + 1;
    rest.ends_ += n;
    rest.fields_ -= n;
    return rest;
  }
  std::string_view whole() const { return {text_ + begin_, last_end_ - begin_}; }
  bool ends_in_feed_only() const { return text_[last_end_] == '\n'; }  // without a carriage return before it
  // From the start of `field` to the end of the line, separators included.
  std::string_view from(int field) const {
    if (field >= fields_) return {};
    const std::uint32_t at = field == 0 ? begin_ : ends_[field - 1] + 1;
    return {text_ + at, last_end_ - at};
  }

 private:
  const char* text_;
  const std::uint32_t* ends_;
  std::uint32_t begin_, last_end_;
  int fields_;
};

class FieldIndex {
 public:
  // `text` must end with a line feed, be shorter than 4 GiB and outlive the lines.
  void build(std::string_view text, char separator);
  void build_plain(std::string_view text, char separator);  // byte by byte; the fast path is tested against it
  std::size_t lines() const { return lines_; }
  Line line(std::size_t index) const {
    const std::uint32_t first = index == 0 ? 0 : line_ends_[index - 1] + 1;
    const std::uint32_t begin = index == 0 ? 0 : ends_[first - 1] + 1;
    return Line(text_, ends_.data() + first, begin, static_cast<int>(line_ends_[index] - first + 1));
  }

 private:
  std::string_view text_;
  std::vector<std::uint32_t> ends_;       // offsets of separators and line feeds
  std::vector<std::uint32_t> line_ends_;  // indexes into ends_
  std::size_t lines_ = 0;                 // the vectors may be longer
};

// Numbers as receipts and DPC files write them: leading blanks, a sign, digits, a point. nullopt: empty or not a
// number.
std::optional<double> parse_long_number(std::string_view text);
// What nearly every number is: one to nine digits. -1: something else.
inline std::int32_t few_digits(std::string_view text) {
  if (text.empty() || text.size() > 9) return -1;
  std::int32_t value = 0;
  for (const char c : text) {
    const unsigned digit = static_cast<unsigned char>(c) - '0';
    if (digit > 9) return -1;
    value = value * 10 + static_cast<std::int32_t>(digit);
  }
  return value;
}
inline std::optional<double> parse_number(std::string_view text) {
  if (text.empty()) return std::nullopt;
  if (const std::int32_t value = few_digits(text); value >= 0) return value;
  return parse_long_number(text);
}
std::optional<std::int64_t> parse_long_whole(std::string_view text);
inline std::optional<std::int64_t> parse_whole(std::string_view text) {
  if (text.empty()) return std::nullopt;
  if (const std::int32_t value = few_digits(text); value >= 0) return value;
  return parse_long_whole(text);
}
// A number that has been parsed, where it is a whole one: what parse_whole() says of its text.
inline std::optional<std::int64_t> whole_of(const std::optional<double>& number) {
  if (!number) return std::nullopt;
  const auto whole = static_cast<std::int64_t>(*number);
  if (static_cast<double>(whole) != *number) return std::nullopt;
  return whole;
}
// Without leading and trailing ASCII blanks and ideographic spaces.
std::string_view trim(std::string_view text);
// Full-width letters, digits, signs and blanks of UTF-8 as ASCII: numbers of patients are compared so.
std::string half_width(std::string_view text);
bool all_digits(std::string_view text);  // false for an empty text
bool is_ascii(std::string_view text);

// Whether text that is not ASCII is UTF-8 rather than Shift_JIS. Two half-width kana of Shift_JIS may look like one
// two-byte character of UTF-8; a text without any three-byte character is therefore taken for Shift_JIS.
bool is_utf8_text(std::string_view text);

// Decodes a piece of a receipt or survey file. The first text that is not ASCII decides for the whole file: `charset`
// is kAscii until then. Lines and separators are the same bytes in every one of these sets but ISO-2022-JP.
void decode_file_text(std::string_view raw, Charset& charset, std::string& out, DecodeReport& report);

}  // namespace sekisho::formats
