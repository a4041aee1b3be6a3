#include "formats/receipt_comment.h"

#include <algorithm>

#include "formats/receipt_fields.h"
#include "formats/ssmix2_values.h"

namespace sekisho::formats::receipt {
namespace {

constexpr std::string_view kFullSlash = "／";

enum class Shape : std::uint8_t { kCodes, kNumber, kDigits, kDate, kTime, kMinutes, kDayTime, kDateNumber };

struct Pattern {
  std::string_view digits;
  Shape shape;
};
constexpr Pattern kPatterns[] = {
    {"31", Shape::kCodes},   {"40", Shape::kDigits},     {"42", Shape::kNumber},
    {"50", Shape::kDate},    {"51", Shape::kTime},       {"52", Shape::kMinutes},
    {"53", Shape::kDayTime}, {"80", Shape::kDateNumber}, {"90", Shape::kCodes},
};

const Pattern* pattern_of(std::string_view code) {
  if (code.size() != 9 || code[0] != '8') return nullptr;
  const auto* found = std::ranges::find(kPatterns, code.substr(1, 2), &Pattern::digits);
  return found == std::end(kPatterns) ? nullptr : found;
}

class Parser {
 public:
  Parser(std::string_view text, InsertedValue& value) : value_(value) {
    char folded[256];
    text = text.substr(0, text.find(kFullSlash));
    const std::size_t size = fold_ascii(text, folded, sizeof folded);
    for (std::size_t i = 0; i < size && size_ <= in_.size(); ++i)
      if (folded[i] != ' ' && size_++ < in_.size()) in_[size_ - 1] = folded[i];
    if (size_ > in_.size()) size_ = 0;
    // What follows a slash is the comment's own text.
    size_ = std::min(size_, std::string_view(in_.data(), size_).find('/'));
  }

  void read(Shape shape, std::string_view pattern) {
    const std::string_view text(in_.data(), size_);
    switch (shape) {
      case Shape::kNumber:
        value_.measured = value_.valid = number(text);
        break;
      case Shape::kDigits:
        value_.valid = all_digits(text) && number(text);
        break;
      case Shape::kMinutes:
        value_.valid = all_digits(text) && text.size() <= 5 && number(text);
        break;
      case Shape::kDate:
        value_.valid = date(text);
        break;
      case Shape::kTime:
        value_.valid = text.size() == 4 && time(text);
        break;
      case Shape::kDayTime:
        value_.valid = text.size() == 6 && all_digits(text) && text.substr(0, 2) <= "31" && day_time(text);
        break;
      case Shape::kDateNumber: {
        // The day has seven digits with its era, eight without: what follows is the result.
        const std::size_t size = text.size() >= 8 && text.starts_with("20") ? 8 : 7;
        if (text.size() <= size || !date(text.substr(0, size))) break;
        put(' ');
        value_.number_begin = value_.size;
        value_.measured = value_.valid = number(text.substr(size));
        break;
      }
      case Shape::kCodes:
        value_.valid = codes(text, pattern == "31" ? 9 : 4);
        break;
    }
    value_.text = {value_.buffer.data(), value_.valid ? value_.size : 0};
  }

 private:
  void put(char c) {
    if (value_.size < value_.buffer.size()) value_.buffer[value_.size++] = c;
  }
  void put(std::string_view text) {
    for (const char c : text)
      put(c);
  }
  // Leading zeros fill the fixed places of the comment.
  bool number(std::string_view text) {
    value_.number = parse_number(text);
    if (!value_.number) return false;
    const bool negative = text.starts_with('-');
    std::size_t at = negative || text.starts_with('+') ? 1 : 0;
    while (at + 1 < text.size() && text[at] == '0' && text[at + 1] != '.')
      ++at;
    if (negative) put('-');
    put(text.substr(at));
    return true;
  }
  bool date(std::string_view text) {
    if ((text.size() != 7 && text.size() != 8) || !all_digits(text)) return false;
    const auto parsed = parse_receipt_date(text);
    if (!parsed || !parsed->present()) return false;
    value_.date = *parsed;
    put(parsed->iso());
    return true;
  }
  bool time(std::string_view text) {
    if (!all_digits(text) || text.substr(0, 2) > "23" || text.substr(2) > "59") return false;
    put(text.substr(0, 2));
    put(':');
    put(text.substr(2));
    return true;
  }
  bool day_time(std::string_view text) {
    put(text.substr(0, 2));
    put(' ');
    return time(text.substr(2));
  }
  bool codes(std::string_view text, std::size_t size) {
    if (text.empty() || text.size() % size != 0 || !all_digits(text)) return false;
    for (std::size_t at = 0; at < text.size(); at += size) {
      if (at > 0) put(' ');
      put(text.substr(at, size));
    }
    return true;
  }

  InsertedValue& value_;
  std::array<char, 80> in_{};
  std::size_t size_ = 0;
};

}  // namespace

bool has_pattern_value(std::string_view code) {
  return pattern_of(code) != nullptr;
}

void inserted_value(std::string_view code, std::string_view text, InsertedValue& value) {
  if (const Pattern* pattern = pattern_of(code)) Parser(text, value).read(pattern->shape, pattern->digits);
}

}  // namespace sekisho::formats::receipt
