// One number of a policy over a range: the optimum for each value, from a table encoded once. Shows what a stricter
// model costs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "anonymize/engine.h"

namespace sekisho::anonymize {

// `k=2..50`, `limit=0..0.1:0.01`, `l=2,3,5`, `t=0.1..0.5:0.1`.
struct SweepRange {
  enum class What { kK, kL, kT, kLimit } what = What::kK;
  std::vector<double> values;
  std::string_view name() const;
};
// Errors: usage.sweep.
Result<SweepRange> parse_sweep(std::string_view text);

struct SweepPoint {
  double value = 0;
  bool possible = false;
  std::string reason;  // why not
  Outcome outcome;
};

struct Sweep {
  SweepRange range;
  std::vector<SweepPoint> points;
  double seconds_encode = 0, seconds_search = 0;
  Json to_json() const;
  std::string csv(char separator) const;
  // Score and suppressed share over the value, 640 x 360, without scripts or outside parts.
  std::string svg() const;
};
// Errors: as of search() but anonymize.impossible and anonymize.time, which make a point impossible; usage.sweep (no
// model has the number).
Result<Sweep> sweep(const Table& table, const Policy& policy, const SweepRange& range,
                    const SearchOptions& options = {});

}  // namespace sekisho::anonymize
