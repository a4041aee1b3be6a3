// The audit's own picture of a published table: equations in the values of its hidden cells, piece by piece, asked by
// linear programs. Private to the audit; shares nothing with the protector.
#pragma once

#include <OsiClpSolverInterface.hpp>
#include <chrono>
#include <optional>
#include <span>

#include "disclosure/audit.h"

namespace sekisho::disclosure {

using AuditEnd = std::chrono::steady_clock::time_point;

// Hidden cells that no chain of relations connects cannot tell anything about each other.
struct AuditPiece {
  std::vector<std::size_t> cells;
  std::vector<std::size_t> relations;
};
std::vector<AuditPiece> split(const CellTable& table, const Pattern& pattern);

// The equations of a piece as a reader of the table writes them down.
class AuditSystem {
 public:
  AuditSystem(const CellTable& table, const AuditPiece& piece);
  // The interval of the piece's k-th cell. Errors: audit.solver, audit.time.
  Result<Interval> interval(std::size_t k, const AuditEnd& end);
  Result<double> extreme(std::size_t k, bool highest, const AuditEnd& end);
  // A table in which many cells at once are as high, or as low, as needed, as far as they can be together: see
  // last_table(). What does not get there may still be able to by itself. Errors: audit.solver, audit.time.
  struct Aim {
    std::size_t place = 0;
    bool highest = true;
  };
  Result<void> spread(std::span<const Aim> aims, const AuditEnd& end);
  // Another table that agrees with what is shown: the answer to the last question.
  Moves last_table() const;
  void fix(std::size_t k);      // its value is known
  void release(std::size_t k);  // it is not known any more
  // Is there a table of whole numbers in which the k-th cell has this value? nullopt: not decided.
  std::optional<bool> whole(std::size_t k, double value, const AuditEnd& end);

 private:
  Result<void> solve(const AuditEnd& end);
  void load(OsiClpSolverInterface& solver) const;
  const CellTable& table_;
  const AuditPiece& piece_;
  double unit_ = 1;
  CoinPackedMatrix matrix_;
  std::vector<double> low_, high_, right_;
  OsiClpSolverInterface solver_;
  bool solved_ = false;
};

// How far from its value a cell must be able to be at most, for the audit to have no more questions about it.
double most_needed(const Cell& cell);
AuditedCell judge(const Cell& cell, std::size_t index, Interval interval);
// Adds what insiders can compute to the report. Errors: audit.solver, audit.time.
Result<void> audit_insiders(const CellTable& table, const Pattern& pattern, const std::vector<AuditPiece>& pieces,
                            const std::vector<Witness>& proposals, const AuditEnd& end, AuditReport& report);

}  // namespace sekisho::disclosure
