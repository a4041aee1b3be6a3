// Dates and clinical times against the calendar's own rule.
#include "core/date.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace sekisho {
namespace {

// The days of 1899 to 2101, counted by the calendar's rule from one known day, in all three forms that have a short way
// through the parser.
TEST(Date, EveryDayOfTwoCenturiesHasItsNumberInEveryForm) {
  std::int32_t days = -25932;  // 1899-01-01
  for (int year = 1899; year <= 2101; ++year)
    for (int month = 1; month <= 12; ++month) {
      const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
      const int length = month == 2                                              ? (leap ? 29 : 28)
                         : month == 4 || month == 6 || month == 9 || month == 11 ? 30
                                                                                 : 31;
      for (int day = 1; day <= length; ++day, ++days) {
        const std::string text = fmt::format("{:04}{:02}{:02}", year, month, day);
        ASSERT_EQ(Date::parse_compact(text)->days, days) << text;
        ASSERT_EQ(parse_receipt_date(text)->date().days, days) << text;
        const auto plain = parse_hl7_time(text), minute = parse_hl7_time(text + "2359"),
                   second = parse_hl7_time(text + "010203");
        ASSERT_EQ(plain->micros, days * 86'400'000'000) << text;
        ASSERT_EQ(plain->precision, Precision::kDay);
        ASSERT_EQ(minute->micros, days * 86'400'000'000 + 86'340'000'000) << text;
        ASSERT_EQ(minute->precision, Precision::kMinute);
        ASSERT_EQ(second->micros, days * 86'400'000'000 + 3'723'000'000) << text;
        ASSERT_EQ(second->precision, Precision::kSecond);
        ASSERT_EQ(second->flags, 0u);
      }
      ASSERT_FALSE(parse_hl7_time(fmt::format("{:04}{:02}{:02}", year, month, length + 1))) << year << month;
    }
}

TEST(Date, AbsurdYearsAreNoDays) {
  EXPECT_EQ(Date::of(9999, 12, 31)->iso(), "9999-12-31");
  EXPECT_FALSE(Date::of(10000, 1, 1));
  EXPECT_FALSE(Date::of(406'022'005, 1, 1));
  EXPECT_FALSE(Date::of(-1, 1, 1));
}

// The ends of what a damaged file may hold; expected: java.time.LocalDate.ofEpochDay.
TEST(Date, AnyNumberOfDaysIsADay) {
  int year = 0, month = 0, day = 0;
  civil_from_days(std::numeric_limits<std::int32_t>::max(), year, month, day);
  EXPECT_EQ((std::array{year, month, day}), (std::array{5'881'580, 7, 11}));
  civil_from_days(std::numeric_limits<std::int32_t>::min(), year, month, day);
  EXPECT_EQ((std::array{year, month, day}), (std::array{-5'877'641, 6, 23}));
  EXPECT_EQ(days_from_civil(5'881'580, 7, 11), std::numeric_limits<std::int32_t>::max());
}

TEST(Date, NoByteButADigitIsReadAsOne) {
  for (int c = 0; c < 256; ++c)
    for (std::size_t at = 0; at < 14; ++at) {
      std::string text = "20240214121314";
      text[at] = static_cast<char>(c);
      const auto time = parse_hl7_time(text);
      if (c >= '0' && c <= '9') continue;
      EXPECT_FALSE(time && time->precision == Precision::kSecond) << c << " " << at;
    }
}

TEST(Date, ThousandthsAreReadWithAndWithoutThePoint) {
  const auto second = parse_hl7_time("20240401101500"), point = parse_hl7_time("20240401101500.123"),
             none = parse_hl7_time("20240401101500123");
  EXPECT_EQ(point->micros, second->micros + 123'000);
  EXPECT_EQ(none->micros, point->micros);
  EXPECT_EQ(point->flags, 0u);
  EXPECT_EQ(none->flags, time_flag::kNoPoint);
  EXPECT_EQ(point->precision, Precision::kMillisecond);
  EXPECT_FALSE(parse_hl7_time("20240401101500x23"));
  EXPECT_FALSE(parse_hl7_time("20240401101500.1x3"));
  EXPECT_EQ(parse_hl7_time("20240401000000000")->flags, time_flag::kNoPoint | time_flag::kZeroFilled);
}

TEST(Date, TimesOutOfTheOrdinaryKeepTheirMarks) {
  EXPECT_EQ(parse_hl7_time("202402290000")->flags, time_flag::kZeroFilled);
  EXPECT_EQ(parse_hl7_time("2024022925")->flags, time_flag::kNextDayHour);
  EXPECT_EQ(parse_hl7_time("20240200")->precision, Precision::kMonth);
  EXPECT_EQ(parse_hl7_time("00000000")->precision, Precision::kNone);
  EXPECT_FALSE(parse_hl7_time("20230229"));
  EXPECT_FALSE(parse_hl7_time("202402141260"));
  EXPECT_EQ(parse_hl7_time("20240214121260")->precision, Precision::kSecond);  // leap second
}

}  // namespace
}  // namespace sekisho
