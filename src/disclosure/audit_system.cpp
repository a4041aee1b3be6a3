#include "disclosure/audit_system.h"

#include <CbcModel.hpp>
#include <CoinPackedVector.hpp>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>

namespace sekisho::disclosure {

std::vector<AuditPiece> split(const CellTable& table, const Pattern& pattern) {
  std::vector<std::size_t> root(table.cells.size());
  std::iota(root.begin(), root.end(), std::size_t{0});
  const auto find = [&](std::size_t at) {
    while (root[at] != at)
      at = root[at] = root[root[at]];
    return at;
  };
  const auto hidden = [&](std::int32_t cell) { return pattern[static_cast<std::size_t>(cell)] != Status::kPublished; };
  std::vector<std::int64_t> first_of(table.relations.size(), -1);
  for (std::size_t r = 0; r < table.relations.size(); ++r) {
    const auto join = [&](std::int32_t cell) {
      if (!hidden(cell)) return;
      if (first_of[r] < 0) first_of[r] = cell;
      root[find(static_cast<std::size_t>(cell))] = find(static_cast<std::size_t>(first_of[r]));
    };
    join(table.relations[r].total);
    for (const std::int32_t child : table.relations[r].children)
      join(child);
  }
  std::vector<std::int64_t> number(table.cells.size(), -1);
  std::vector<AuditPiece> pieces;
  for (std::size_t i = 0; i < table.cells.size(); ++i) {
    if (!hidden(static_cast<std::int32_t>(i))) continue;
    std::int64_t& n = number[find(i)];
    if (n < 0) {
      n = static_cast<std::int64_t>(pieces.size());
      pieces.emplace_back();
    }
    pieces[static_cast<std::size_t>(n)].cells.push_back(i);
  }
  for (std::size_t r = 0; r < table.relations.size(); ++r)
    if (first_of[r] >= 0)
      pieces[static_cast<std::size_t>(number[find(static_cast<std::size_t>(first_of[r]))])].relations.push_back(r);
  return pieces;
}

AuditSystem::AuditSystem(const CellTable& table, const AuditPiece& piece)
    : table_(table), piece_(piece), matrix_(false, 0, 0) {
  std::unordered_map<std::int32_t, int> place;
  double largest = 1;
  for (std::size_t k = 0; k < piece.cells.size(); ++k) {
    place.emplace(static_cast<std::int32_t>(piece.cells[k]), static_cast<int>(k));
    largest = std::max(largest, table.cells[piece.cells[k]].upper);
  }
  // The solver's tolerances are absolute: large magnitudes are written in a larger unit.
  if (largest > 1e5) unit_ = largest / 1e5;
  std::vector<int> rows, columns;
  std::vector<double> signs;
  for (const std::size_t r : piece.relations) {
    double known = 0;
    const auto put = [&](std::int32_t cell, double sign) {
      const auto at = place.find(cell);
      if (at == place.end()) return;
      rows.push_back(static_cast<int>(right_.size()));
      columns.push_back(at->second);
      signs.push_back(sign);
      known += sign * table.cells[static_cast<std::size_t>(cell)].value;  // = minus the sum of the published ones
    };
    put(table.relations[r].total, 1);
    for (const std::int32_t child : table.relations[r].children)
      put(child, -1);
    right_.push_back(known / unit_);
  }
  matrix_ = CoinPackedMatrix(false, rows.data(), columns.data(), signs.data(), static_cast<CoinBigIndex>(signs.size()));
  matrix_.setDimensions(static_cast<int>(right_.size()), static_cast<int>(piece.cells.size()));
  for (const std::size_t cell : piece.cells) {
    low_.push_back(table.cells[cell].lower / unit_);
    high_.push_back(table.cells[cell].upper / unit_);
  }
  load(solver_);
}

void AuditSystem::load(OsiClpSolverInterface& solver) const {
  const std::vector<double> objective(piece_.cells.size(), 0.0);
  solver.messageHandler()->setLogLevel(0);
  solver.setDblParam(OsiPrimalTolerance, 1e-9);
  solver.setHintParam(OsiDoReducePrint, true, OsiHintTry);
  solver.setHintParam(OsiDoDualInResolve, false, OsiHintTry);  // only the goal changes: the point stays feasible
  solver.loadProblem(matrix_, low_.data(), high_.data(), objective.data(), right_.data(), right_.data());
}

Result<void> AuditSystem::solve(const AuditEnd& end) {
  const double left = std::chrono::duration<double>(end - std::chrono::steady_clock::now()).count();
  const auto late = [] {
    return fail("audit.time", "the table could not be judged within the time", {},
                "Give more --seconds; what is not judged must not leave.");
  };
  if (left <= 0) return late();
  solver_.getModelPtr()->setMaximumSeconds(left);
  if (solved_)
    solver_.resolve();
  else
    solver_.initialSolve();
  solved_ = true;
  if (solver_.isProvenOptimal()) return {};
  if (std::chrono::steady_clock::now() >= end) return late();
  return fail("audit.solver", "the solver gave up");
}

Result<double> AuditSystem::extreme(std::size_t k, bool highest, const AuditEnd& end) {
  const int column = static_cast<int>(k);
  solver_.setObjCoeff(column, highest ? -1.0 : 1.0);
  const auto solved = solve(end);
  solver_.setObjCoeff(column, 0);
  if (solved) return solver_.getColSolution()[column] * unit_;
  if (solved.error().code == "audit.time") return std::unexpected(solved.error());
  return fail("audit.solver", "the interval of " + table_.describe(piece_.cells[k]) + " could not be computed");
}

Result<void> AuditSystem::spread(std::span<const Aim> aims, const AuditEnd& end) {
  for (const auto& [k, highest] : aims) {
    const Cell& c = table_.cells[piece_.cells[k]];
    const int column = static_cast<int>(k);
    solver_.setObjCoeff(column, highest ? -1.0 : 1.0);
    // No further than needed: what one cell takes, another cannot have.
    if (highest)
      solver_.setColUpper(column, std::min(c.upper, c.value + most_needed(c)) / unit_);
    else
      solver_.setColLower(column, std::max(c.lower, c.value - most_needed(c)) / unit_);
  }
  auto solved = solve(end);
  for (const Aim& aim : aims) {
    solver_.setObjCoeff(static_cast<int>(aim.place), 0);
    release(aim.place);
  }
  return solved;
}

Result<Interval> AuditSystem::interval(std::size_t k, const AuditEnd& end) {
  Interval interval;
  SEKISHO_TRY(interval.low, extreme(k, false, end));
  SEKISHO_TRY(interval.high, extreme(k, true, end));
  return interval;
}

Moves AuditSystem::last_table() const {
  Moves moves;
  const double* point = solver_.getColSolution();
  for (std::size_t k = 0; k < piece_.cells.size(); ++k) {
    const double amount = point[k] * unit_ - table_.cells[piece_.cells[k]].value;
    if (std::abs(amount) > 1e-9 * unit_) moves.push_back({static_cast<std::int32_t>(piece_.cells[k]), amount});
  }
  return moves;
}

void AuditSystem::fix(std::size_t k) {
  const double value = table_.cells[piece_.cells[k]].value / unit_;
  solver_.setColBounds(static_cast<int>(k), value, value);
}

void AuditSystem::release(std::size_t k) {
  solver_.setColBounds(static_cast<int>(k), low_[k], high_[k]);
}

std::optional<bool> AuditSystem::whole(std::size_t k, double value, const AuditEnd& end) {
  if (unit_ != 1) return std::nullopt;  // numbers that large are no counts of persons
  OsiClpSolverInterface solver;
  load(solver);
  for (std::size_t i = 0; i < piece_.cells.size(); ++i) {
    solver.setInteger(static_cast<int>(i));
    solver.setColBounds(static_cast<int>(i), std::ceil(low_[i]), std::floor(high_[i]));
  }
  solver.setColBounds(static_cast<int>(k), value, value);
  CbcModel model(solver);
  model.setLogLevel(0);
  model.setMaximumSeconds(
      std::clamp(std::chrono::duration<double>(end - std::chrono::steady_clock::now()).count(), 0.01, 10.0));
  model.branchAndBound();
  if (model.isProvenInfeasible()) return false;
  if (model.bestSolution() != nullptr) return true;
  return std::nullopt;
}

double most_needed(const Cell& cell) {
  const double least = 1e-3 * std::max(1.0, cell.value);
  return cell.primary ? std::max({cell.need_up, cell.need_down, cell.need_slide, least}) : least;
}

AuditedCell judge(const Cell& cell, std::size_t index, Interval interval) {
  AuditedCell result{.cell = index, .interval = interval};
  const double width = interval.high - interval.low, scale = std::max(1.0, cell.value);
  result.exact = width < 1e-6 * scale;
  if (!cell.primary) return result;
  const auto below = [](double reached, double needed) {  // what is not asked for cannot be missed, not even by a digit
    return needed > 0 && reached < needed - 1e-5 * std::max(1.0, needed);
  };
  result.too_narrow = below(interval.high - cell.value, cell.need_up) ||
                      below(cell.value - interval.low, cell.need_down) || below(width, cell.need_slide);
  return result;
}

}  // namespace sekisho::disclosure
