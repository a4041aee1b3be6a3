// Japanese dates and clinical times. A clinical time is a wall-clock value in Japan (UTC+9, no daylight saving) with
// the precision it was written with; nothing is ever filled in. No function takes a date as a bare string but the
// parsers here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sekisho {

// Proleptic Gregorian day number, days since 1970-01-01 (Hinnant's algorithm).
std::int32_t days_from_civil(int year, int month, int day);
void civil_from_days(std::int32_t days, int& year, int& month, int& day);
bool is_valid_date(int year, int month, int day);
int days_in_month(int year, int month);

// A calendar day.
struct Date {
  std::int32_t days = 0;  // since 1970-01-01
  auto operator<=>(const Date&) const = default;
  int year() const;
  int month() const;
  int day() const;
  std::string iso() const;      // 2024-04-01
  std::string compact() const;  // 20240401
  static std::optional<Date> of(int year, int month, int day);
  static std::optional<Date> parse_iso(std::string_view text);      // 2024-04-01
  static std::optional<Date> parse_compact(std::string_view text);  // 20240401
};

// Full years from birth to `on`, as in everyday use (a person born on 29 February ages on 1 March in common years).
int age_on(Date birth, Date on);

enum class Precision : std::uint8_t { kNone, kYear, kMonth, kDay, kHour, kMinute, kSecond, kMillisecond };
std::string_view name(Precision precision);  // "year" ... "ms"; "" for kNone

// Marks on a clinical time (records column `flags`); a bit set.
namespace time_flag {
inline constexpr std::uint32_t kNextDayHour = 1;  // hours 24-47 as written; value holds the true instant
inline constexpr std::uint32_t kZeroFilled = 2;   // 0000 or 000000 that may mean "time unknown"
inline constexpr std::uint32_t kEra = 4;          // written as era year
inline constexpr std::uint32_t kUnknownDay = 8;   // day written 00 or 99: precision is month
inline constexpr std::uint32_t kDerived = 16;     // computed, not written (end from days)
inline constexpr std::uint32_t kNoPoint = 32;     // 17 digits without a point inside a message
}  // namespace time_flag

struct ClinicalTime {
  std::int64_t micros = 0;  // lower bound of what was written: Japanese wall clock, microseconds since 1970-01-01T00:00
  Precision precision = Precision::kNone;
  std::uint32_t flags = 0;
  bool present() const { return precision != Precision::kNone; }
  Date date() const;
  std::string iso() const;  // to its precision: 2024-04, 2024-04-01T10:15
  static ClinicalTime of(Date date) { return {std::int64_t{date.days} * 86'400'000'000, Precision::kDay, 0}; }
};

// HL7 v2.5 section 2.A.22 DTM with the deviations met in Japan (reference: SS-MIX2 dates):
// YYYY[MM[DD[HH[MM[SS[.S...]]]]]], 17 digits without a point, hours 24-47, day 00. An offset other than +0900 is
// converted. nullopt: not a date at all;
// "", 00000000 and 99999999 give a value that is not present().
std::optional<ClinicalTime> parse_hl7_time(std::string_view text);
// The same for nearly all times, 8, 12 or 14 digits without anything peculiar; false: ask the function above.
bool parse_common_time(std::string_view text, ClinicalTime& out);

// Receipt and DPC dates by their length: GYYMM (5), GYYMMDD (7) in era form, YYYYMM (6), YYYYMMDD (8).
// G = 1 Meiji, 2 Taisho, 3 Showa, 4 Heisei, 5 Reiwa. Day 00 or 99 keeps the month.
std::optional<ClinicalTime> parse_receipt_date(std::string_view text);

// Era of a day: letter M T S H R, year within the era, and the Japanese form 令和6年4月1日 (first year: 元年).
struct EraDate {
  char letter;
  int era_year;
};
EraDate era_of(Date date);
std::string era_text_ja(Date date);

}  // namespace sekisho
