#include "outgoing/marks.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace sekisho::outgoing {
namespace {

constexpr std::size_t kFewMarks = 50, kLeastSteps = 5;

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
  if (places.size() <= kFewMarks) return Marks::kFew;
  const auto columns = counted(places, true), rows = counted(places, false);
  if (is_series(columns, places.size())) return Marks::kSeries;
  return columns.size() * 2 <= places.size() && rows.size() * 2 <= places.size() ? Marks::kGrid : Marks::kCloud;
}

}  // namespace sekisho::outgoing
