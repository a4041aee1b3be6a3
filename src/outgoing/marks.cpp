#include "outgoing/marks.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace sekisho::outgoing {
namespace {

constexpr std::size_t kSomeMarks = 25, kFewMarks = 50, kManyBars = 30, kManySorted = 40, kLeastSteps = 5,
                      kManySteps = 12, kManyWidths = 6;

std::map<long, std::size_t> counted(const std::vector<std::pair<double, double>>& places, bool across) {
  std::map<long, std::size_t> out;
  for (const auto& [x, y] : places)
    if (const double value = across ? x : y; std::isfinite(value) && std::abs(value) < 1e12)
      ++out[std::lround(value * 20)];
  return out;
}

bool is_series(const std::map<long, std::size_t>& columns, std::size_t marks) {
  if (columns.size() < kLeastSteps || marks % columns.size() != 0) return false;
  const std::size_t each = marks / columns.size();
  const double step =
      static_cast<double>(columns.rbegin()->first - columns.begin()->first) / static_cast<double>(columns.size() - 1);
  double at = static_cast<double>(columns.begin()->first);
  for (const auto& [x, count] : columns) {
    if (count != each || std::abs(static_cast<double>(x) - at) > std::max(2.0, step * 0.15)) return false;
    at += step;
  }
  return true;
}

}  // namespace

Marks judge_marks(const std::vector<std::pair<double, double>>& places) {
  if (places.size() < kSomeMarks) return Marks::kFew;
  const auto columns = counted(places, true), rows = counted(places, false);
  if (is_series(columns, places.size())) {
    // One mark at each place and only upwards: values in order of size.
    std::vector<std::pair<double, double>> sorted(places);
    std::ranges::sort(sorted);
    const bool ordered = std::ranges::is_sorted(sorted, {}, &std::pair<double, double>::second) ||
                         std::ranges::is_sorted(sorted, std::ranges::greater{}, &std::pair<double, double>::second);
    return ordered && places.size() >= kManySorted && columns.size() == places.size() && rows.size() * 2 > places.size()
               ? Marks::kSome
               : Marks::kSeries;
  }
  if (places.size() <= kFewMarks)
    return columns.size() * 2 <= places.size() || rows.size() * 2 <= places.size() ? Marks::kFew : Marks::kSome;
  return columns.size() * 2 <= places.size() && rows.size() * 2 <= places.size() ? Marks::kGrid : Marks::kCloud;
}

bool has_loose_steps(const std::vector<std::pair<double, double>>& corners) {
  std::map<long, std::size_t> widths;
  std::size_t steps = 0, others = 0;
  double down = 0, up = 0;
  for (std::size_t i = 1; i < corners.size(); ++i) {
    const double across = corners[i].first - corners[i - 1].first, along = corners[i].second - corners[i - 1].second;
    const bool flat = std::abs(along) < 0.01, upright = std::abs(across) < 0.01;
    others += (!flat && !upright) || across < -0.01;
    if (upright && !flat) (along > 0 ? down : up) += 1;
    if (!flat || upright) continue;
    ++steps;
    ++widths[std::lround(across * 5)];
  }
  const bool one_way = down == 0 || up == 0;
  return steps >= kManySteps && others == 0 && one_way && down + up >= static_cast<double>(kManySteps) - 1 &&
         widths.size() >= kManyWidths;
}

bool are_single_bars(const std::vector<double>& lengths) {
  if (lengths.size() < kManyBars) return false;
  std::map<long, std::size_t> distinct;
  for (const double length : lengths)
    ++distinct[std::lround(length * 20)];
  return distinct.size() * 10 >= lengths.size() * 9;
}

}  // namespace sekisho::outgoing
