// Dates of histories: reading what files hold, and what a person's days become. Internal.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "anonymize/history_policy.h"
#include "core/bytes.h"

namespace sekisho::anonymize::detail {

struct DateValue {
  std::int32_t day = 0;
  Precision precision = Precision::kNone;  // year, month or day; none: no date
};

// 2024-04-01, 2024/04/01, 20240401 with or without a time of day (which is not kept), 2024-04, 202404, 2024.
DateValue read_date(std::string_view text);

// To the value's precision.
std::string date_text(DateValue value);
// "" when the value is less precise than the unit.
std::string coarse_text(DateValue value, std::string_view unit);

// New days for a person's different days (sorted): shifted as a whole, and, with gap > 1, the days between two of them
// rounded up to multiples. Order and equality stay.
std::vector<std::int32_t> moved_days(std::span<const std::int32_t> days, int shift, int gap);

// Different days as one text, counted from the first; different texts as one. "" with less than two.
std::string days_between(std::vector<std::int32_t> days);
std::string different(std::vector<std::string> texts);

// What the key draws for a person: a number that orders, and the shift.
std::pair<std::uint64_t, std::int32_t> drawn(ByteView key, std::string_view id, std::uint32_t attempt,
                                             const DateRule& dates);

}  // namespace sekisho::anonymize::detail
