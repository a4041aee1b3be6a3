#include "anonymize/history_dates.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "crypto/digest.h"

namespace sekisho::anonymize::detail {
namespace {

// The number that so many digits at the front of the text make; they are taken away.
std::optional<int> digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return {};
  int out = 0;
  for (const char c : text.substr(0, count)) {
    if (c < '0' || c > '9') return {};
    out = out * 10 + (c - '0');
  }
  text.remove_prefix(count);
  return out;
}

// What may follow a day: nothing, or a time of day.
bool is_time(std::string_view text) {
  return text.empty() || std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || c == ':' || c == '.' || c == 'T' || c == ' ' || c == '+' || c == 'Z' ||
                  c == '-';
         });
}

DateValue value_of(int year, int month, int day, Precision precision) {
  if (year < 1800 || year > 2200 || !is_valid_date(year, month, day)) return {};
  return {days_from_civil(year, month, day), precision};
}

}  // namespace

DateValue read_date(std::string_view text) {
  const auto year = digits(text, 4);
  if (!year) return {};
  if (text.empty()) return value_of(*year, 7, 1, Precision::kYear);
  const char mark = text[0] == '-' || text[0] == '/' ? text[0] : '\0';
  if (mark != '\0') text.remove_prefix(1);
  const auto month = digits(text, 2);
  if (!month) return {};
  if (text.empty()) return value_of(*year, *month, 15, Precision::kMonth);
  if (mark != '\0') {
    if (text[0] != mark) return {};
    text.remove_prefix(1);
  }
  const auto day = digits(text, 2);
  if (!day || !is_time(text)) return {};
  return value_of(*year, *month, *day, Precision::kDay);
}

std::string date_text(DateValue value) {
  const Date date{value.day};
  if (value.precision == Precision::kYear) return fmt::format("{:04}", date.year());
  if (value.precision == Precision::kMonth) return fmt::format("{:04}-{:02}", date.year(), date.month());
  return date.iso();
}

std::string coarse_text(DateValue value, std::string_view unit) {
  const bool enough =
      unit == "year" || value.precision == Precision::kDay || (value.precision == Precision::kMonth && unit != "week");
  return enough ? coarse_date(Date{value.day}, unit) : "";
}

std::vector<std::int32_t> moved_days(std::span<const std::int32_t> days, int shift, int gap) {
  std::vector<std::int32_t> out;
  out.reserve(days.size());
  for (std::size_t i = 0; i < days.size(); ++i)
    out.push_back(i == 0 ? days[0] + shift : out.back() + (days[i] - days[i - 1] + gap - 1) / gap * gap);
  return out;
}

std::string days_between(std::vector<std::int32_t> days) {
  std::ranges::sort(days);
  days.erase(std::ranges::unique(days).begin(), days.end());
  std::string out;
  for (std::size_t i = 1; i < days.size(); ++i)
    out += fmt::format("{} ", days[i] - days[0]);
  return out;
}

std::string different(std::vector<std::string> texts) {
  std::ranges::sort(texts);
  texts.erase(std::ranges::unique(texts).begin(), texts.end());
  return texts.size() < 2 ? "" : fmt::format("{}", fmt::join(texts, " "));
}

std::pair<std::uint64_t, std::int32_t> drawn(ByteView key, std::string_view id, std::uint32_t attempt,
                                             const DateRule& dates) {
  std::string text = fmt::format("sekisho history {} ", attempt);
  text += id;
  const crypto::Digest digest = crypto::hmac_sha256(key, as_bytes(text));
  std::uint64_t number = 0, shift = 0;
  for (std::size_t i = 0; i < 8; ++i)
    number = number << 8 | digest[i], shift = shift << 8 | digest[8 + i];
  const std::int64_t steps = dates.shift / std::max(1, dates.step);
  const auto step = static_cast<std::int64_t>(shift % static_cast<std::uint64_t>(2 * steps + 1)) - steps;
  return {number, static_cast<std::int32_t>(step * dates.step)};
}

}  // namespace sekisho::anonymize::detail
