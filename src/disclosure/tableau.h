// A small dense simplex for the attacker's question: how far can one hidden cell move while all sums stay? Nothing
// moved is always a solution, and a question about another cell is another row of the same tableau, so that a question
// costs a few pivots. Private to the protector; the audit has another solver.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace sekisho::disclosure {

class Tableau {
 public:
  // Column j moves within [low, high], low <= 0 <= high; `terms` are (row, sign) of the equations sum = 0.
  struct ColumnBounds {
    double low = 0, high = 0;
  };
  Tableau(std::size_t rows, std::vector<std::vector<std::pair<std::int32_t, double>>> terms,
          std::vector<ColumnBounds> bounds);

  void set_bounds(std::size_t column, ColumnBounds bounds) { bounds_[column] = bounds; }
  // Largest move of a column, upwards or downwards; stops early once `enough` is reached. nullopt: no end in sight, ask
  // another solver.
  std::optional<double> reach(std::size_t column, bool up, double enough);
  const std::vector<double>& moves() const { return value_; }  // of the last question; columns first
  std::uint64_t work() const { return work_; }  // multiplications so far: a clock that is the same on every machine
  // Multipliers of the rows that prove the last answer (when it did not stop early).
  std::vector<double> multipliers(std::size_t column, bool up) const;

 private:
  double& at(std::size_t row, std::size_t column) { return cells_[row * width_ + column]; }
  double at(std::size_t row, std::size_t column) const { return cells_[row * width_ + column]; }
  double gain(std::size_t column, std::size_t target, std::int32_t target_row, double sign) const;
  void pivot(std::size_t row, std::size_t column);

  std::size_t rows_, columns_, width_;
  std::vector<double> cells_;         // rows of B^-1 [A I]
  std::vector<ColumnBounds> bounds_;  // the slacks behind the columns stay at 0
  std::vector<double> value_;
  std::vector<std::int32_t> basic_;   // variable of each row
  std::vector<std::int32_t> row_of_;  // row of each variable; -1: not basic
  std::vector<std::int32_t> pivot_columns_;
  std::uint64_t work_ = 0;
};

}  // namespace sekisho::disclosure
