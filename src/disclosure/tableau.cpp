#include "disclosure/tableau.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sekisho::disclosure {
namespace {
constexpr double kZero = 1e-10, kSmallestPivot = 1e-7;
}

Tableau::Tableau(std::size_t rows, std::vector<std::vector<std::pair<std::int32_t, double>>> terms,
                 std::vector<ColumnBounds> bounds)
    : rows_(rows),
      columns_(terms.size()),
      width_(rows + terms.size()),
      cells_(rows * width_, 0.0),
      bounds_(std::move(bounds)),
      value_(width_, 0.0),
      basic_(rows),
      row_of_(width_, -1) {
  bounds_.resize(width_);
  for (std::size_t j = 0; j < columns_; ++j)
    for (const auto& [row, sign] : terms[j])
      at(static_cast<std::size_t>(row), j) += sign;
  for (std::size_t r = 0; r < rows_; ++r) {
    at(r, columns_ + r) = 1;
    basic_[r] = static_cast<std::int32_t>(columns_ + r);
    row_of_[columns_ + r] = static_cast<std::int32_t>(r);
  }
}

void Tableau::pivot(std::size_t row, std::size_t column) {
  double* const leading = &cells_[row * width_];
  const double scale = 1 / leading[column];
  pivot_columns_.clear();
  for (std::size_t j = 0; j < width_; ++j) {
    if (leading[j] == 0) continue;
    leading[j] *= scale;
    if (j != column) pivot_columns_.push_back(static_cast<std::int32_t>(j));
  }
  leading[column] = 1;
  for (std::size_t r = 0; r < rows_; ++r) {
    double* const other = &cells_[r * width_];
    const double factor = other[column];
    if (r == row || factor == 0) continue;
    work_ += pivot_columns_.size();
    for (const std::int32_t j : pivot_columns_) {
      double& cell = other[j];
      cell -= factor * leading[j];
      if (std::abs(cell) < kZero) cell = 0;
    }
    other[column] = 0;
  }
  row_of_[static_cast<std::size_t>(basic_[row])] = -1;
  basic_[row] = static_cast<std::int32_t>(column);
  row_of_[column] = static_cast<std::int32_t>(row);
}

// How much the target moves when a column that is not basic moves by one.
double Tableau::gain(std::size_t column, std::size_t target, std::int32_t target_row, double sign) const {
  if (target_row < 0) return column == target ? sign : 0;
  return -sign * at(static_cast<std::size_t>(target_row), column);
}

std::optional<double> Tableau::reach(std::size_t target, bool up, double enough) {
  const double sign = up ? 1 : -1;
  std::ranges::fill(value_, 0.0);
  work_ += columns_;
  const std::size_t most = 200 + 20 * (rows_ + columns_);
  std::size_t still = 0;  // pivots in a row without a step
  for (std::size_t count = 0; count < most; ++count) {
    if (sign * value_[target] >= enough - 1e-12) break;
    // Entering: the column with the largest gain; the first one when nothing has moved for long (no cycling).
    const bool careful = still > 30 + rows_;
    std::int32_t entering = -1;
    double best = 1e-9;
    bool upwards = true;
    const std::int32_t target_row = row_of_[target];
    for (std::size_t j = 0; j < columns_; ++j) {
      if (row_of_[j] >= 0) continue;
      const double g = gain(j, target, target_row, sign);
      if (g == 0 || std::abs(g) <= best) continue;
      if (g > 0 ? value_[j] >= bounds_[j].high : value_[j] <= bounds_[j].low) continue;
      entering = static_cast<std::int32_t>(j);
      upwards = g > 0;
      if (careful) break;
      best = std::abs(g);
    }
    if (entering < 0) break;
    const auto q = static_cast<std::size_t>(entering);
    const double direction = upwards ? 1 : -1;
    double step = upwards ? bounds_[q].high - value_[q] : value_[q] - bounds_[q].low;
    // No further than asked for: what moves stays small.
    step = std::min(step, (enough - sign * value_[target]) / std::abs(gain(q, target, target_row, sign)));
    std::int32_t leaving = -1;
    double size = 0;
    for (std::size_t r = 0; r < rows_; ++r) {
      const double rate = -direction * at(r, q);
      if (std::abs(rate) < kSmallestPivot) continue;
      const auto b = static_cast<std::size_t>(basic_[r]);
      const double room = std::max(0.0, rate > 0 ? bounds_[b].high - value_[b] : value_[b] - bounds_[b].low);
      const double limit = room / std::abs(rate);
      const bool less = limit < step - 1e-12, equal = limit <= step + 1e-12;
      // Among equals: slacks leave first for good, then the largest pivot; in careful mode the first variable.
      double merit = std::abs(rate) + (b >= columns_ ? 10 : 0);
      if (careful && b < columns_) merit = 1 / (1.0 + static_cast<double>(b));
      if (less || (equal && merit > size)) {
        step = std::min(step, limit);
        leaving = static_cast<std::int32_t>(r);
        size = merit;
      }
    }
    still = step > 1e-12 ? 0 : still + 1;
    for (std::size_t r = 0; r < rows_ && step > 0; ++r)
      if (const double t = at(r, q); t != 0) {
        double& v = value_[static_cast<std::size_t>(basic_[r])];
        v -= direction * t * step;
        if (std::abs(v) < 1e-12) v = 0;
      }
    value_[q] += direction * step;
    if (leaving < 0) continue;  // from bound to bound
    const auto r = static_cast<std::size_t>(leaving), b = static_cast<std::size_t>(basic_[r]);
    const double rate = -direction * at(r, q);
    value_[b] = rate > 0 ? bounds_[b].high : bounds_[b].low;
    pivot(r, q);
    if (count + 1 == most) return std::nullopt;
  }
  return sign * value_[target];
}

std::vector<double> Tableau::multipliers(std::size_t target, bool up) const {
  // The gain of a row's slack is minus its multiplier.
  const double sign = up ? 1 : -1;
  std::vector<double> gamma(rows_, 0.0);
  if (row_of_[target] < 0) return gamma;
  for (std::size_t r = 0; r < rows_; ++r) {
    const double g = sign * at(static_cast<std::size_t>(row_of_[target]), columns_ + r), whole = std::round(g);
    gamma[r] = std::abs(g - whole) < 1e-9 ? whole : g;
  }
  return gamma;
}

}  // namespace sekisho::disclosure
