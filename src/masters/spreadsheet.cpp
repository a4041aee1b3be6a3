#include "masters/spreadsheet.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/date.h"

namespace sekisho::masters {

bool shows_day(std::string_view format) {
  // Quoted texts, escaped letters and brackets (colours, locales) are no part of the pattern.
  for (std::size_t i = 0; i < format.size(); ++i) {
    const char c = format[i];
    if (c == '"' || c == '[') {
      const std::size_t end = format.find(c == '"' ? '"' : ']', i + 1);
      if (end == format.npos) return false;
      i = end;
    } else if (c == '\\' || c == '_' || c == '*') {
      ++i;
    } else if (c == 'y' || c == 'Y' || c == 'd' || c == 'D' || c == 'e' || c == 'g') {
      // "General" and exponents (E+) have no small e beside a day.
      return format.substr(i, 7) != "eneral" && !format.starts_with("General");
    }
  }
  return false;
}

bool shows_day(unsigned built_in) {
  return (built_in >= 14 && built_in <= 17) || built_in == 22 || (built_in >= 27 && built_in <= 31) || built_in == 36 ||
         (built_in >= 50 && built_in <= 58);
}

std::string one_line(std::string text) {
  std::ranges::replace_if(text, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return text;
}

std::string number_text(double value, bool day, bool since_1904) {
  if (!std::isfinite(value)) return {};
  if (day && value >= 1 && value < 2'958'466) {
    // Day 1 is 1900-01-01; the format counts a 29th of February 1900 that never was.
    const auto serial = static_cast<std::int32_t>(value);
    const std::int32_t first = since_1904    ? Date::of(1904, 1, 1)->days
                               : serial < 60 ? Date::of(1899, 12, 31)->days
                                             : Date::of(1899, 12, 30)->days;
    return Date{first + serial}.iso();
  }
  if (value == std::floor(value) && std::fabs(value) < 1e15) return fmt::format("{:.0f}", value);
  return fmt::format("{:.15g}", value);
}

}  // namespace sekisho::masters
