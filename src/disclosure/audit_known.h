// What is known of a published table without a solver: other tables that agree with everything shown, added up here
// whoever proposes them. They widen the interval of each cell that they move. Private to the audit.
#pragma once

#include <optional>

#include "disclosure/audit_system.h"
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
  const Interval& reach(std::size_t cell) const { return reach_[cell]; }
  void set_reach(std::size_t cell, const Interval& reach) { reach_[cell] = reach; }
  // The reader knows the value of a hidden cell, from here on. What was found before stays: see set_reach().
  void fix(std::size_t cell);
  void release(std::size_t cell);

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
};

// Takes those places of the piece off the list that linear programs about all of them together show to be wide enough.
// Errors: audit.time.
Result<void> widen_together(Known& known, AuditSystem& system, const AuditPiece& piece, std::vector<std::size_t>& open,
                            const AuditEnd& end);

}  // namespace sekisho::disclosure
