// What is known of a published table without a solver: other tables that agree with everything shown, added up here
// whoever proposes them. They widen the interval of each cell that they move. Private to the audit.
#pragma once

#include <optional>

#include "disclosure/audit.h"
#include "disclosure/grid.h"

namespace sekisho::disclosure {

// Do moves add up, stay within the bounds and leave published cells alone?
class Adder {
 public:
  explicit Adder(const CellTable& table);
  bool holds(const Moves& moves, const std::vector<char>& hidden) const;

 private:
  const CellTable& table_;
  std::vector<std::vector<std::pair<std::size_t, double>>> relations_of_;
};

class Known {
 public:
  Known(const CellTable& table, const Pattern& pattern);
  void add(const Moves& moves);
  // The interval known so far when it is wide enough, boxes and circuits of hidden cells tried.
  std::optional<AuditedCell> wide_enough(std::size_t cell);
  // The same for somebody who knows the value of `insider`, from nothing but what is asked here.
  bool wide_enough_without(std::size_t insider, std::size_t cell);
  // All cells moved by tables that alone show a cell to be wide enough, in order; empty: none found.
  std::vector<std::int32_t> leans_on(std::size_t cell, const Witness& proposal);

 private:
  void widen(const Moves& moves);
  std::optional<AuditedCell> judged(std::size_t cell) const;
  void search(std::size_t cell);
  const CellTable& table_;
  Adder adder_;
  Circuits circuits_;
  std::optional<Grid> grid_;
  bool grid_tried_ = false;
  std::vector<char> hidden_;
  std::vector<Interval> reach_;
  std::vector<float> price_;
  std::vector<double> moved_;
  std::vector<std::int32_t>* leaning_ = nullptr;  // gets the cells of accepted moves
};

}  // namespace sekisho::disclosure
