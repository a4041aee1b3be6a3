// Marks of a figure: a cloud of points stands for single persons; values over time and cells of a grid do not. Private
// to the scan.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace sekisho::outgoing {

// More lines of several points in one figure: a line for each person.
constexpr std::size_t kManyCurves = 30;

enum class Marks : std::uint8_t {
  kFew,
  kSeries,  // the same number of marks at each of evenly spaced places: a value for each month or class
  kSome,    // some marks in no order: sites of a map or persons
  kGrid,    // few columns and few rows: hexagons, maps of cells; or whole numbers against whole numbers
  kCloud
};
// Places of marks of one kind, in the units of the drawing.
Marks judge_marks(const std::vector<std::pair<double, double>>& places);
// Across, down, across, down, at uneven distances: a survival curve with a step for each event.
bool has_loose_steps(const std::vector<std::pair<double, double>>& corners);
// Bars by their lengths: sorted by size as nobody sorts classes, or of all lengths: a bar for each person?
bool are_single_bars(const std::vector<double>& lengths);

}  // namespace sekisho::outgoing
