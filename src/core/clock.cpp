#include "core/clock.h"

#include <fmt/format.h>

#include <chrono>

#include "core/date.h"

namespace sekisho {
namespace {

class SystemClock final : public Clock {
 public:
  UtcTime now() const override {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::microseconds>(since).count()};
  }
};

}  // namespace

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

std::string UtcTime::iso() const {
  const std::int64_t day = micros >= 0 ? micros / 86'400'000'000 : -((-micros + 86'399'999'999) / 86'400'000'000);
  const std::int64_t rest = micros - day * 86'400'000'000;
  return fmt::format("{}T{:02}:{:02}:{:02}.{:06}Z", Date{static_cast<std::int32_t>(day)}.iso(), rest / 3'600'000'000,
                     rest / 60'000'000 % 60, rest / 1'000'000 % 60, rest % 1'000'000);
}

Result<UtcTime> UtcTime::parse(std::string_view text) {
  const auto bad = [&] { return fail("time.form", "not a UTC time of the form 2026-11-21T04:05:06Z"); };
  if (text.size() < 20 || text.back() != 'Z' || text[10] != 'T' || text[13] != ':' || text[16] != ':') return bad();
  const auto day = Date::parse_iso(text.substr(0, 10));
  if (!day) return bad();
  const auto two = [&](std::size_t at) {
    const int a = text[at] - '0', b = text[at + 1] - '0';
    return a < 0 || a > 9 || b < 0 || b > 9 ? -1 : a * 10 + b;
  };
  const int h = two(11), m = two(14), s = two(17);
  if (h < 0 || h > 23 || m < 0 || m > 59 || s < 0 || s > 60) return bad();
  std::int64_t micros = 0;
  if (text.size() > 20) {
    if (text[19] != '.' || text.size() > 27) return bad();
    const std::string_view fraction = text.substr(20, text.size() - 21);
    for (std::size_t i = 0; i < 6; ++i) {
      const char c = i < fraction.size() ? fraction[i] : '0';
      if (c < '0' || c > '9') return bad();
      micros = micros * 10 + (c - '0');
    }
  }
  return UtcTime{day->days * 86'400'000'000LL + (h * 3600LL + m * 60 + s) * 1'000'000 + micros};
}

}  // namespace sekisho
