// System time (UTC) from an injected clock. Clinical times are another thing: core/date.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace sekisho {

// Microseconds since 1970-01-01T00:00:00Z.
struct UtcTime {
  std::int64_t micros = 0;
  auto operator<=>(const UtcTime&) const = default;
  std::int64_t seconds() const { return micros / 1'000'000; }
  std::string iso() const;                                  // 2026-11-21T04:05:06.789012Z
  static Result<UtcTime> parse(std::string_view iso_text);  // the same form; fraction optional
};

class Clock {
 public:
  virtual ~Clock() = default;
  virtual UtcTime now() const = 0;
};

// The machine's clock. Thread safe.
const Clock& system_clock();

// A clock that stands where it is put: for tests and replays.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(UtcTime start) : now_(start) {}
  UtcTime now() const override { return now_; }
  void set(UtcTime time) { now_ = time; }
  void advance_seconds(std::int64_t seconds) { now_.micros += seconds * 1'000'000; }

 private:
  UtcTime now_;
};

}  // namespace sekisho
