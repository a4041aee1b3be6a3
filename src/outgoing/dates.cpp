#include "outgoing/dates.h"

#include <algorithm>
#include <initializer_list>
#include <string>

#include "core/ascii.h"
#include "core/date.h"

namespace sekisho::outgoing {
namespace {

bool is_letter(char c) {
  return (c | 32) >= 'a' && (c | 32) <= 'z';
}

int number_at(std::string_view text, std::size_t& at, std::size_t most) {
  int value = 0;
  std::size_t digits = 0;
  while (at < text.size() && is_digit(text[at]) && digits < most) {
    value = value * 10 + (text[at++] - '0');
    ++digits;
  }
  return digits == 0 || (at < text.size() && is_digit(text[at])) ? -1 : value;
}

// 1 to 99 in kanji: 六十, 十二, 四十二, 元 is read elsewhere; digits one by one: 二〇.
int kanji_number_at(std::string_view text, std::size_t& at) {
  constexpr std::string_view kDigits = "〇一二三四五六七八九";
  int value = 0, digit = -1;
  std::size_t taken = 0;
  while (taken < 4 && at + 3 <= text.size() && static_cast<unsigned char>(text[at]) >= 0xE0) {
    const std::string_view word = text.substr(at, 3);
    if (word == "十") {
      value += (digit < 0 ? 1 : digit) * 10;
      digit = -1;
    } else if (const std::size_t found = kDigits.find(word); found != std::string_view::npos && found % 3 == 0) {
      digit = std::max(digit, 0) * 10 + static_cast<int>(found / 3);
    } else {
      break;
    }
    at += 3;
    ++taken;
  }
  return taken == 0 ? -1 : value + std::max(digit, 0);
}

// The same number in digits or kanji.
int any_number_at(std::string_view text, std::size_t& at) {
  return at < text.size() && static_cast<unsigned char>(text[at]) >= 0x80 ? kanji_number_at(text, at)
                                                                          : number_at(text, at, 2);
}

bool take(std::string_view text, std::size_t& at, std::initializer_list<std::string_view> any_of) {
  while (at < text.size() && text[at] == ' ')
    ++at;
  for (const std::string_view word : any_of)
    if (text.substr(at).starts_with(word)) {
      at += word.size();
      while (at < text.size() && text[at] == ' ')
        ++at;
      return true;
    }
  return false;
}

// "month SEPARATOR day" after a year; true when it is a day.
bool month_and_day(std::string_view text, std::size_t& at, WrittenDate& date) {
  if (!take(text, at, {"年", ".", "-", "/"})) return false;
  date.month = any_number_at(text, at);
  if (date.month < 1 || date.month > 12 || !take(text, at, {"月", ".", "-", "/"})) return false;
  date.day = any_number_at(text, at);
  date.end = at;
  return date.day >= 1 && is_valid_date(date.year, date.month, date.day);
}

struct Era {
  std::string_view kanji, letter;
  int first;
};
constexpr Era kEras[] = {
    {"明治", "M", 1868}, {"大正", "T", 1912}, {"昭和", "S", 1926}, {"平成", "H", 1989}, {"令和", "R", 2019}};

WrittenDate era_date(std::string_view text, std::size_t at) {
  for (const Era& era : kEras) {
    std::size_t after = at;
    const bool kanji = text.substr(at).starts_with(era.kanji);
    // S32, 昭32; with a point (S.32, 昭.32) letters want two digits: S.3.1 is the number of a section.
    const auto short_form = [&](std::string_view sign, std::size_t digits) {
      const bool point = text.substr(at + std::min(sign.size(), text.size() - at)).starts_with('.');
      const std::size_t next = at + sign.size() + (point ? 1 : 0), least = point ? digits : 1;
      return text.substr(at).starts_with(sign) && next + least <= text.size() && is_digit(text[next]) &&
             is_digit(text[next + least - 1]);
    };
    const std::string_view initial = era.kanji.substr(0, 3);
    const bool letter = !kanji && (at == 0 || !is_letter(text[at - 1])) && short_form(era.letter, 2);
    const bool first_kanji =
        !kanji && (at == 0 || static_cast<unsigned char>(text[at - 1]) < 0x80) && short_form(initial, 1);
    if (!kanji && !letter && !first_kanji) continue;
    after += kanji ? era.kanji.size() : letter ? era.letter.size() : initial.size();
    if (!kanji && text[after] == '.') ++after;
    int year = 1;
    if (!take(text, after, {"元"})) {
      while (after < text.size() && text[after] == ' ' && !letter)
        ++after;
      year = any_number_at(text, after);
      if (year < 1 || year > 64) continue;
    }
    WrittenDate date{.year = era.first + year - 1, .era = true, .letter = letter};
    if (month_and_day(text, after, date)) return date;
  }
  return {};
}

constexpr std::string_view kMonths[] = {"January", "February", "March",     "April",   "May",      "June",
                                        "July",    "August",   "September", "October", "November", "December"};

// The month whose name, whole or its first three letters, stands at `at`; 0: none. Moves behind it.
int month_word(std::string_view text, std::size_t& at) {
  for (int month = 0; month < 12; ++month)
    for (const std::string_view word : {kMonths[month], kMonths[month].substr(0, 3)}) {
      bool same = text.size() >= at + word.size();
      for (std::size_t i = 0; same && i < word.size(); ++i)
        same = (text[at + i] | 32) == (word[i] | 32);
      if (!same || (at + word.size() < text.size() && is_letter(text[at + word.size()]))) continue;
      at += word.size();
      return month + 1;
    }
  return 0;
}

void skip(std::string_view text, std::size_t& at, std::string_view any) {
  while (at < text.size() && any.find(text[at]) != std::string_view::npos)
    ++at;
}

WrittenDate valid(WrittenDate date, std::size_t end) {
  date.end = end;
  return date.year >= 1880 && date.year <= 2100 && is_valid_date(date.year, date.month, date.day) ? date
                                                                                                  : WrittenDate{};
}

// 1 March 1980, 01MAR1980, 1-Mar-1980; 3/1/1980.
WrittenDate day_first(std::string_view text, std::size_t at) {
  WrittenDate date;
  date.day = number_at(text, at, 2);
  if (date.day < 1 || date.day > 31) return {};
  if (at < text.size() && text[at] == '/') {
    date.month = number_at(text, ++at, 2);
    if (date.month < 1 || at >= text.size() || text[at] != '/') return {};
    date.year = number_at(text, ++at, 4);
    if (date.month > 12 || !is_valid_date(std::max(date.year, 1), date.month, date.day))
      std::swap(date.month, date.day);
    return date.month > 12 ? WrittenDate{} : valid(date, at);
  }
  for (const std::string_view ending : {"st", "nd", "rd", "th"})
    if (text.substr(at).starts_with(ending)) {
      at += 2;
      break;
    }
  skip(text, at, " -.");
  if (text.substr(at).starts_with("of ")) at += 3;
  date.month = month_word(text, at);
  if (date.month == 0) return {};
  skip(text, at, " -.,");
  date.year = number_at(text, at, 4);
  return valid(date, at);
}

// March 1, 1980
WrittenDate month_first(std::string_view text, std::size_t at) {
  WrittenDate date;
  date.month = month_word(text, at);
  if (date.month == 0) return {};
  skip(text, at, " .");
  date.day = number_at(text, at, 2);
  skip(text, at, " ,");
  date.year = number_at(text, at, 4);
  return date.day < 1 || date.day > 31 ? WrittenDate{} : valid(date, at);
}

}  // namespace

WrittenDate date_at(std::string_view text, std::size_t at) {
  const char c = text[at];
  if (is_digit(c)) {
    std::size_t after = at;
    WrittenDate date{.year = number_at(text, after, 4)};
    if (date.year >= 1880 && date.year <= 2100 && month_and_day(text, after, date)) return date;
    return day_first(text, at);
  }
  if (static_cast<unsigned char>(c) >= 0x80) return era_date(text, at);
  if (c < 'A' || c > 'Z') return {};
  if (const WrittenDate date = era_date(text, at); date.year != 0) return date;
  return month_first(text, at);
}

bool is_period_limit(const WrittenDate& date) {
  return date.day == 1 || !is_valid_date(date.year, date.month, date.day + 1);
}

}  // namespace sekisho::outgoing
