#include "core/date.h"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <cstring>

namespace sekisho {
namespace {

constexpr std::int64_t kMicrosPerDay = 86'400'000'000;

struct Era {
  char letter;
  std::string_view kanji;
  int base;     // western year = base + era year
  int from[3];  // first day
};
constexpr std::array<Era, 5> kEras = {{{'M', "明治", 1867, {1868, 1, 25}},
                                       {'T', "大正", 1911, {1912, 7, 30}},
                                       {'S', "昭和", 1925, {1926, 12, 25}},
                                       {'H', "平成", 1988, {1989, 1, 8}},
                                       {'R', "令和", 2018, {2019, 5, 1}}}};

bool all_digits(std::string_view text) {
  for (char c : text)
    if (c < '0' || c > '9') return false;
  return true;
}

int number(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i)
    value = value * 10 + (text[i] - '0');
  return value;
}

bool all_same(std::string_view text, char c) {
  return text.find_first_not_of(c) == std::string_view::npos;
}

// Year, month and day as written, unknown days kept as month precision.
std::optional<ClinicalTime> civil(int year, int month, int day, bool has_day, std::uint32_t flags) {
  if (year < 1800 || year > 2199 || month < 1 || month > 12) return std::nullopt;
  if (has_day && day != 0 && day != 99) {
    if (!is_valid_date(year, month, day)) return std::nullopt;
    return ClinicalTime{days_from_civil(year, month, day) * kMicrosPerDay, Precision::kDay, flags};
  }
  return ClinicalTime{days_from_civil(year, month, 1) * kMicrosPerDay, Precision::kMonth,
                      flags | (has_day ? time_flag::kUnknownDay : 0)};
}

// --- the common forms of a clinical time: 8, 12 or 14 digits, eight of them read as one number ---

// "20240401" as 20, 24, 4, 1 in the bytes 0, 2, 4, 6. False: not eight digits.
bool read_pairs(const char* text, std::uint64_t& pairs) {
  std::uint64_t word;
  std::memcpy(&word, text, 8);
  const std::uint64_t carried = word + 0x0606060606060606;
  if (((word & 0xF0F0F0F0F0F0F0F0) | (carried & 0xF0F0F0F0F0F0F0F0) >> 4) != 0x3333333333333333) return false;
  word &= 0x0F0F0F0F0F0F0F0F;
  pairs = (word * 10 + (word >> 8)) & 0x00FF00FF00FF00FF;
  return true;
}
int pair_at(std::uint64_t pairs, int index) {
  return static_cast<int>(pairs >> index * 16 & 0xFF);
}

// Days before each year of two centuries, and before each month of a common year.
constexpr int kFirstYear = 1900, kYears = 200;
constexpr std::array<std::int32_t, kYears> kYearStarts = [] {
  std::array<std::int32_t, kYears> starts{};
  std::int32_t days = -25567;  // 1900-01-01
  for (int i = 0; i < kYears; ++i) {
    starts[static_cast<std::size_t>(i)] = days;
    const int year = kFirstYear + i;
    days += (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 366 : 365;
  }
  return starts;
}();
constexpr std::array<std::int16_t, 12> kMonthStarts = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};

}  // namespace

// A day from 1 to 28 of the years 1900 to 2099 with an hour below 24: nearly all times. False: anything else, which the
// full parser looks at.
bool parse_common_time(std::string_view text, ClinicalTime& out) {
  if constexpr (std::endian::native != std::endian::little) return false;
  const std::size_t n = text.size();
  if (n != 8 && n != 12 && n != 14) return false;
  std::uint64_t date = 0, last = 0;
  if (!read_pairs(text.data(), date) || (n > 8 && !read_pairs(text.data() + n - 8, last))) return false;
  const int year = pair_at(date, 0) * 100 + pair_at(date, 1), month = pair_at(date, 2), day = pair_at(date, 3);
  if (year < kFirstYear || year >= kFirstYear + kYears || month < 1 || month > 12 || day < 1 || day > 28) return false;
  const bool leap = year % 4 == 0 && year != 1900;
  const std::int64_t days = kYearStarts[static_cast<std::size_t>(year - kFirstYear)] +
                            kMonthStarts[static_cast<std::size_t>(month - 1)] + (leap && month > 2) + day - 1;
  out = {days * kMicrosPerDay, Precision::kDay, 0};
  if (n == 8) return true;
  const int hour = pair_at(last, n == 14 ? 1 : 2), minute = pair_at(last, n == 14 ? 2 : 3);
  const int second = n == 14 ? pair_at(last, 3) : 0;
  if (hour > 23 || minute > 59 || second > 59 || (hour | minute | second) == 0) return false;
  out.micros += ((hour * 60LL + minute) * 60 + second) * 1'000'000;
  out.precision = n == 14 ? Precision::kSecond : Precision::kMinute;
  return true;
}

namespace {

// 14 digits and three decimals, with the point as in MSH-7 or without it as in the names of a storage.
bool read_thousandths(std::string_view text, ClinicalTime& out) {
  const bool point = text.size() == 18 && text[14] == '.';
  if ((!point && text.size() != 17) || !parse_common_time(text.substr(0, 14), out)) return false;
  const std::string_view decimals = text.substr(point ? 15 : 14);
  if (!all_digits(decimals)) return false;
  out.micros += number(decimals, 0, 3) * 1000;
  out.precision = Precision::kMillisecond;
  out.flags = point ? 0 : time_flag::kNoPoint;
  return true;
}

}  // namespace

std::int32_t days_from_civil(int y, int m, int d) {
  y -= m <= 2;
  const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
  const unsigned yoe = static_cast<unsigned>(y - era * 400);
  const unsigned doy = (153u * static_cast<unsigned>(m > 2 ? m - 3 : m + 9) + 2) / 5 + static_cast<unsigned>(d) - 1;
  const unsigned doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return static_cast<std::int32_t>(era * 146097 + doe - 719468);
}

void civil_from_days(std::int32_t days, int& year, int& month, int& day) {
  const std::int64_t z = std::int64_t{days} + 719468;  // any number of days: a damaged file may hold one
  const std::int64_t era = (z >= 0 ? z : z - 146096) / 146097;
  const unsigned doe = static_cast<unsigned>(z - era * 146097);
  const unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const unsigned mp = (5 * doy + 2) / 153;
  day = static_cast<int>(doy - (153 * mp + 2) / 5 + 1);
  month = static_cast<int>(mp < 10 ? mp + 3 : mp - 9);
  year = static_cast<int>(yoe + era * 400 + (month <= 2));
}

int days_in_month(int year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[month - 1];
}

bool is_valid_date(int year, int month, int day) {
  // Years that four digits can say: an absurd one from a file must not overflow the number of its day.
  return year >= 0 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= days_in_month(year, month);
}

int Date::year() const {
  int y, m, d;
  civil_from_days(days, y, m, d);
  return y;
}
int Date::month() const {
  int y, m, d;
  civil_from_days(days, y, m, d);
  return m;
}
int Date::day() const {
  int y, m, d;
  civil_from_days(days, y, m, d);
  return d;
}

std::string Date::iso() const {
  int y, m, d;
  civil_from_days(days, y, m, d);
  return fmt::format("{:04}-{:02}-{:02}", y, m, d);
}

std::string Date::compact() const {
  int y, m, d;
  civil_from_days(days, y, m, d);
  return fmt::format("{:04}{:02}{:02}", y, m, d);
}

std::optional<Date> Date::of(int year, int month, int day) {
  if (!is_valid_date(year, month, day)) return std::nullopt;
  return Date{days_from_civil(year, month, day)};
}

std::optional<Date> Date::parse_iso(std::string_view t) {
  if (t.size() != 10 || t[4] != '-' || t[7] != '-' || !all_digits(t.substr(0, 4)) || !all_digits(t.substr(5, 2)) ||
      !all_digits(t.substr(8, 2)))
    return std::nullopt;
  return of(number(t, 0, 4), number(t, 5, 2), number(t, 8, 2));
}

std::optional<Date> Date::parse_compact(std::string_view t) {
  if (t.size() != 8) return std::nullopt;
  if (ClinicalTime common; parse_common_time(t, common)) return common.date();
  if (!all_digits(t)) return std::nullopt;
  return of(number(t, 0, 4), number(t, 4, 2), number(t, 6, 2));
}

int age_on(Date birth, Date on) {
  int by, bm, bd, y, m, d;
  civil_from_days(birth.days, by, bm, bd);
  civil_from_days(on.days, y, m, d);
  return y - by - (m < bm || (m == bm && d < bd));
}

std::string_view name(Precision precision) {
  constexpr std::string_view kNames[] = {"", "year", "month", "day", "hour", "minute", "second", "ms"};
  return kNames[static_cast<int>(precision)];
}

Date ClinicalTime::date() const {
  std::int64_t days = micros / kMicrosPerDay;
  if (micros % kMicrosPerDay < 0) --days;
  return Date{static_cast<std::int32_t>(days)};
}

std::string ClinicalTime::iso() const {
  if (!present()) return "";
  const Date day = date();
  const std::int64_t in_day = micros - day.days * kMicrosPerDay;
  const int h = static_cast<int>(in_day / 3'600'000'000);
  const int mi = static_cast<int>(in_day / 60'000'000 % 60);
  const int s = static_cast<int>(in_day / 1'000'000 % 60);
  const std::string iso = day.iso();
  switch (precision) {
    case Precision::kYear:
      return iso.substr(0, 4);
    case Precision::kMonth:
      return iso.substr(0, 7);
    case Precision::kDay:
      return iso;
    case Precision::kHour:
      return fmt::format("{}T{:02}", iso, h);
    case Precision::kMinute:
      return fmt::format("{}T{:02}:{:02}", iso, h, mi);
    case Precision::kSecond:
      return fmt::format("{}T{:02}:{:02}:{:02}", iso, h, mi, s);
    default:
      return fmt::format("{}T{:02}:{:02}:{:02}.{:03}", iso, h, mi, s, in_day / 1000 % 1000);
  }
}

std::optional<ClinicalTime> parse_hl7_time(std::string_view text) {
  if (ClinicalTime common; parse_common_time(text, common)) return common;
  if (ClinicalTime common; read_thousandths(text, common)) return common;
  std::int64_t offset_minutes = 540;
  const bool plain = all_digits(text);  // nearly always: no offset and no point to look for
  if (const auto sign = plain ? std::string_view::npos : text.find_first_of("+-"); sign != std::string_view::npos) {
    const std::string_view zone = text.substr(sign + 1);
    if (zone.size() != 4 || !all_digits(zone)) return std::nullopt;
    offset_minutes = number(zone, 0, 2) * 60 + number(zone, 2, 2);
    if (text[sign] == '-') offset_minutes = -offset_minutes;
    text = text.substr(0, sign);
  }
  std::string_view fraction;
  std::uint32_t flags = 0;
  if (const auto point = plain ? std::string_view::npos : text.find('.'); point != std::string_view::npos) {
    fraction = text.substr(point + 1);
    text = text.substr(0, point);
    if (text.size() != 14 || fraction.empty() || fraction.size() > 6 || !all_digits(fraction)) return std::nullopt;
  } else if (text.size() > 14 && text.size() <= 17) {
    fraction = text.substr(14);
    text = text.substr(0, 14);
    flags |= time_flag::kNoPoint;
    if (!all_digits(fraction)) return std::nullopt;
  }
  if (!plain && !all_digits(text)) return std::nullopt;
  const std::size_t n = text.size();
  if (n == 0 || all_same(text, '0') || all_same(text, '9')) return ClinicalTime{};
  if (n != 4 && n != 6 && n != 8 && n != 10 && n != 12 && n != 14) return std::nullopt;
  const int year = number(text, 0, 4);
  if (n == 4) {
    if (year < 1800 || year > 2199) return std::nullopt;
    return ClinicalTime{days_from_civil(year, 1, 1) * kMicrosPerDay, Precision::kYear, flags};
  }
  auto value = civil(year, number(text, 4, 2), n >= 8 ? number(text, 6, 2) : 0, n >= 8, flags);
  if (!value || n <= 8 || value->precision != Precision::kDay) return value;
  const int hour = number(text, 8, 2);
  const int minute = n >= 12 ? number(text, 10, 2) : 0;
  const int second = n >= 14 ? number(text, 12, 2) : 0;
  if (hour > 47 || minute > 59 || second > 60) return std::nullopt;
  if (hour >= 24) value->flags |= time_flag::kNextDayHour;
  if (hour == 0 && minute == 0 && second == 0 && fraction.find_first_not_of('0') == std::string_view::npos)
    value->flags |= time_flag::kZeroFilled;
  std::int64_t micros = 0;
  for (std::size_t i = 0; i < 6; ++i)
    micros = micros * 10 + (i < fraction.size() ? fraction[i] - '0' : 0);
  value->micros += ((hour * 60LL + minute) * 60 + second) * 1'000'000 + micros;
  value->micros += (540 - offset_minutes) * 60'000'000;
  value->precision = n == 10   ? Precision::kHour
                     : n == 12 ? Precision::kMinute
                               : (fraction.empty() ? Precision::kSecond : Precision::kMillisecond);
  return value;
}

std::optional<ClinicalTime> parse_receipt_date(std::string_view text) {
  if (text.empty()) return ClinicalTime{};
  if (ClinicalTime common; text.size() == 8 && parse_common_time(text, common)) return common;
  if (!all_digits(text)) return std::nullopt;
  if (all_same(text, '0') || all_same(text, '9')) return ClinicalTime{};
  switch (text.size()) {
    case 5:
    case 7: {
      const int era = text[0] - '1';
      if (era < 0 || era > 4) return std::nullopt;
      return civil(kEras[era].base + number(text, 1, 2), number(text, 3, 2), text.size() == 7 ? number(text, 5, 2) : 0,
                   text.size() == 7, time_flag::kEra);
    }
    case 6:
      return civil(number(text, 0, 4), number(text, 4, 2), 0, false, 0);
    case 8:
      return civil(number(text, 0, 4), number(text, 4, 2), number(text, 6, 2), true, 0);
    default:
      return std::nullopt;
  }
}

EraDate era_of(Date date) {
  for (std::size_t i = kEras.size(); i-- > 0;) {
    const Era& era = kEras[i];
    if (i == 0 || date.days >= days_from_civil(era.from[0], era.from[1], era.from[2]))
      return {era.letter, date.year() - era.base};
  }
  return {'M', 1};
}

std::string era_text_ja(Date date) {
  const EraDate era = era_of(date);
  std::string_view kanji;
  for (const Era& e : kEras)
    if (e.letter == era.letter) kanji = e.kanji;
  const std::string year = era.era_year == 1 ? "元" : std::to_string(era.era_year);
  return fmt::format("{}{}年{}月{}日", kanji, year, date.month(), date.day());
}

}  // namespace sekisho
