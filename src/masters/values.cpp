// Small values of master files: days, numbers, names of things.
#include <array>
#include <charconv>

#include "masters/apply.h"

namespace sekisho::masters {
namespace {

// Up to three numbers separated by anything else; full-width digits count.
std::array<int, 3> three_numbers(std::string_view text) {
  std::array<int, 3> out{0, 0, 0};
  std::size_t index = 0;
  bool inside = false;
  for (std::size_t i = 0; i < text.size() && index < 3;) {
    int digit = -1;
    std::size_t width = 1;
    if (text[i] >= '0' && text[i] <= '9') digit = text[i] - '0';
    // U+FF10..U+FF19 are EF BC 90..99.
    if (text.substr(i, 2) == "\xEF\xBC" && i + 2 < text.size()) {
      const auto last = static_cast<unsigned char>(text[i + 2]);
      width = 3;
      if (last >= 0x90 && last <= 0x99) digit = last - 0x90;
    }
    i += width;
    if (digit >= 0) {
      inside = true;
      if (out[index] < 100'000'000) out[index] = out[index] * 10 + digit;
    } else if (inside) {
      inside = false;
      ++index;
    }
  }
  return out;
}

}  // namespace

std::optional<Date> parse_master_day(std::string_view text) {
  while (!text.empty() && text.front() == ' ')
    text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ')
    text.remove_suffix(1);
  if (text.empty() || text == "99999999") return std::nullopt;
  if (text.size() == 8 && text.find_first_not_of("0123456789") == text.npos) return Date::parse_compact(text);
  static constexpr std::array<std::pair<std::string_view, int>, 12> kEras{{{"R", 2018},
                                                                           {"令和", 2018},
                                                                           {"H", 1988},
                                                                           {"平成", 1988},
                                                                           {"S", 1925},
                                                                           {"昭和", 1925},
                                                                           {"大正", 1911},
                                                                           {"令", 2018},
                                                                           {"平", 1988},
                                                                           {"昭", 1925},
                                                                           {"r", 2018},
                                                                           {"h", 1988}}};
  for (const auto& [mark, base] : kEras) {
    if (!text.starts_with(mark)) continue;
    auto [year, month, day] = three_numbers(text);
    if (text.substr(mark.size()).starts_with("元")) day = month, month = year, year = 1;
    return Date::of(base + year, month, day);
  }
  const auto [year, month, day] = three_numbers(text);
  if (year < 1900 || year > 2999) return std::nullopt;
  return Date::of(year, month, day);
}

std::string shortest_number(std::string_view text) {
  std::string number;
  for (const char c : text)
    if (c != ',' && c != ' ') number += c;
  if (number.empty() || number.find_first_not_of("0123456789.-") != number.npos) return std::string(text);
  if (const std::size_t point = number.find('.'); point != number.npos) {
    while (number.back() == '0')
      number.pop_back();
    if (number.back() == '.') number.pop_back();
  }
  const bool negative = number.starts_with('-');
  std::size_t zeros = negative ? 1 : 0;
  while (zeros + 1 < number.size() && number[zeros] == '0' && number[zeros + 1] != '.')
    ++zeros;
  number = (negative ? "-" : "") + number.substr(zeros);
  return number.empty() ? "0" : number;
}

const char* name(EventType type) {
  static constexpr const char* kNames[] = {"first-seen", "new",     "changed", "abolished",
                                           "revived",    "deleted", "absent",  "reappeared"};
  return kNames[static_cast<std::size_t>(type)];
}
const char* name(FromKind kind) {
  return kind == FromKind::kStated ? "stated" : "at-latest";
}
const char* name(ToKind kind) {
  static constexpr const char* kNames[] = {"open", "stated", "limit", "doubtful", "deleted"};
  return kNames[static_cast<std::size_t>(kind)];
}

}  // namespace sekisho::masters
