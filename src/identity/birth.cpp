#include "identity/birth.h"

#include <string>
#include <vector>

#include "identity/fold.h"

namespace sekisho::identity {
namespace {

struct Era {
  std::u32string_view name;
  char letter;
  int base;  // year 1 = base + 1
};
constexpr Era kEras[] = {
    {U"明治", 'M', 1867}, {U"大正", 'T', 1911}, {U"昭和", 'S', 1925}, {U"平成", 'H', 1988}, {U"令和", 'R', 2018}};

ClinicalTime day(long year, long month, long of_month) {
  if (year < 0 || year > 9999 || month > 99 || of_month > 99) return {};
  const auto date = Date::of(static_cast<int>(year), static_cast<int>(month), static_cast<int>(of_month));
  return date ? ClinicalTime::of(*date) : ClinicalTime{};
}

}  // namespace

ClinicalTime parse_birth(std::string_view text) {
  if (text.empty() || text.size() > 64) return {};
  const std::u32string plain = nfkc(text);
  std::u32string_view rest = plain;
  while (!rest.empty() && is_blank(rest.front()))
    rest.remove_prefix(1);
  int base = 0;
  for (const Era& era : kEras) {
    if (rest.starts_with(era.name)) {
      base = era.base;
      rest.remove_prefix(era.name.size());
    } else if (!rest.empty() && (rest.front() == static_cast<char32_t>(era.letter) ||
                                 rest.front() == static_cast<char32_t>(era.letter + 0x20))) {
      base = era.base;
      rest.remove_prefix(1);
    }
    if (base != 0) break;
  }
  // Runs of digits; 元 is the first year of an era. A time of day behind a date is cut off.
  std::vector<std::string> runs{""};
  for (const char32_t c : rest) {
    if (c >= '0' && c <= '9')
      runs.back().push_back(static_cast<char>(c));
    else if (c == U'元' && runs.back().empty())
      runs.back() = "1";
    else if (c == 'T' || c == ':')
      break;
    else if (!runs.back().empty())
      runs.emplace_back();
  }
  if (runs.back().empty()) runs.pop_back();
  if (runs.empty()) return {};
  for (const std::string& run : runs)
    if (run.size() > 14) return {};
  if (base == 0 && runs.size() >= 3 && runs[0].size() == 4)
    return day(std::stol(runs[0]), std::stol(runs[1]), std::stol(runs[2]));
  if (base != 0 && runs.size() >= 3 && runs[0].size() <= 2)
    return day(base + std::stol(runs[0]), std::stol(runs[1]), std::stol(runs[2]));
  const std::string& first = runs[0];
  if (base != 0 && runs.size() == 1 && first.size() == 6)
    return day(base + std::stol(first.substr(0, 2)), std::stol(first.substr(2, 2)), std::stol(first.substr(4, 2)));
  if (base == 0 && (first.size() == 8 || first.size() == 14))
    return day(std::stol(first.substr(0, 4)), std::stol(first.substr(4, 2)), std::stol(first.substr(6, 2)));
  if (base == 0 && runs.size() == 1 && first.size() == 7)
    if (const auto time = parse_receipt_date(first)) return *time;
  return {};
}

}  // namespace sekisho::identity
