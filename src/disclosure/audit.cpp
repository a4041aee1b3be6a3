#include "disclosure/audit.h"

#include <fmt/format.h>

#include <CoinError.hpp>
#include <CoinPackedMatrix.hpp>
#include <CoinPackedVector.hpp>
#include <OsiClpSolverInterface.hpp>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <unordered_map>

#include "disclosure/circuits.h"

namespace sekisho::disclosure {
namespace {

// What the published table says about its hidden cells, piece by piece: cells that no chain of relations connects
// cannot tell anything about each other.
struct Piece {
  std::vector<std::size_t> cells;
  std::vector<std::size_t> relations;
};

std::vector<Piece> split(const CellTable& table, const Pattern& pattern) {
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
  std::vector<Piece> pieces;
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

// The solver's tolerances are absolute: large magnitudes are written in a larger unit.
double unit_of(const CellTable& table, const Piece& piece) {
  double largest = 1;
  for (const std::size_t cell : piece.cells)
    largest = std::max(largest, table.cells[cell].upper);
  return largest > 1e5 ? largest / 1e5 : 1;
}

// The equations of a piece in the values of its hidden cells: what a reader of the table writes down.
void build(const CellTable& table, const Piece& piece, std::vector<int>& place, double unit,
           OsiClpSolverInterface& solver) {
  for (std::size_t k = 0; k < piece.cells.size(); ++k)
    place[piece.cells[k]] = static_cast<int>(k);
  CoinPackedMatrix matrix(false, 0, 0);
  matrix.setDimensions(0, static_cast<int>(piece.cells.size()));
  std::vector<double> right;
  for (const std::size_t r : piece.relations) {
    CoinPackedVector row;
    double known = 0;
    const auto put = [&](std::int32_t cell, double sign) {
      const int at = place[static_cast<std::size_t>(cell)];
      if (at < 0) return;
      row.insert(at, sign);
      known += sign * table.cells[static_cast<std::size_t>(cell)].value;  // = minus the sum of the published ones
    };
    put(table.relations[r].total, 1);
    for (const std::int32_t child : table.relations[r].children)
      put(child, -1);
    matrix.appendRow(row);
    right.push_back(known / unit);
  }
  std::vector<double> low, high, objective(piece.cells.size(), 0.0);
  for (const std::size_t cell : piece.cells) {
    low.push_back(table.cells[cell].lower / unit);
    high.push_back(table.cells[cell].upper / unit);
  }
  solver.messageHandler()->setLogLevel(0);
  solver.setDblParam(OsiPrimalTolerance, 1e-9);
  solver.setHintParam(OsiDoReducePrint, true, OsiHintTry);
  solver.loadProblem(matrix, low.data(), high.data(), objective.data(), right.data(), right.data());
}

Result<double> extreme(OsiClpSolverInterface& solver, int column, bool highest, bool first, const CellTable& table,
                       std::size_t cell) {
  solver.setObjCoeff(column, highest ? -1.0 : 1.0);
  if (first)
    solver.initialSolve();
  else
    solver.resolve();
  const bool solved = solver.isProvenOptimal();
  const double value = solved ? solver.getColSolution()[column] : 0;
  solver.setObjCoeff(column, 0);
  if (!solved) return fail("audit.solver", "the interval of " + table.describe(cell) + " could not be computed");
  return value;
}

AuditedCell judge(const Cell& cell, std::size_t index, Interval interval) {
  AuditedCell result{.cell = index, .interval = interval};
  const double width = interval.high - interval.low, scale = std::max(1.0, cell.value);
  result.exact = width < 1e-6 * scale;
  if (!cell.primary) return result;
  const auto below = [](double reached, double needed) { return reached < needed - 1e-5 * std::max(1.0, needed); };
  result.too_narrow = below(interval.high - cell.value, cell.need_up) ||
                      below(cell.value - interval.low, cell.need_down) || below(width, cell.need_slide);
  return result;
}

// Large tables: whoever proposes a second table, agreeing with everything shown, need not be trusted. It is added up
// here; a linear program is only asked where no proposal reaches far enough.
class Adder {
 public:
  explicit Adder(const CellTable& table, const Pattern& pattern)
      : table_(table), pattern_(pattern), relations_of_(table.cells.size()) {
    for (std::size_t r = 0; r < table.relations.size(); ++r) {
      relations_of_[static_cast<std::size_t>(table.relations[r].total)].emplace_back(r, -1.0);
      for (const std::int32_t child : table.relations[r].children)
        relations_of_[static_cast<std::size_t>(child)].emplace_back(r, 1.0);
    }
  }
  // What the moves do to `target`; 0 when they do not add up, leave the bounds or touch a published cell.
  double moved(const Moves& moves, std::size_t target) const {
    std::unordered_map<std::size_t, double> sums;
    double reached = 0, size = 1;
    for (const Move& move : moves) {
      const auto cell = static_cast<std::size_t>(move.cell);
      const Cell& c = table_.cells[cell];
      const double value = c.value + move.amount, slack = 1e-9 * std::max(1.0, c.value);
      if (pattern_[cell] == Status::kPublished || value < c.lower - slack || value > c.upper + slack) return 0;
      for (const auto& [relation, sign] : relations_of_[cell])
        sums[relation] += sign * move.amount;
      if (cell == target) reached += move.amount;
      size = std::max(size, std::abs(move.amount));
    }
    for (const auto& [relation, sum] : sums)
      if (std::abs(sum) > 1e-9 * size) return 0;
    return reached;
  }

 private:
  const CellTable& table_;
  const Pattern& pattern_;
  std::vector<std::vector<std::pair<std::size_t, double>>> relations_of_;
};

constexpr std::size_t kManyHidden = 1000;

// The interval of a cell by circuits alone, when it is wide enough.
std::optional<AuditedCell> add_up(const CellTable& table, const Adder& adder, Circuits& circuits,
                                  const std::vector<char>& hidden, std::size_t cell) {
  const Cell& c = table.cells[cell];
  const double least = 1e-3 * std::max(1.0, c.value);
  const double up_needed = c.primary ? std::max({c.need_up, c.need_slide, least}) : least;
  Interval interval{c.value, c.value};
  Moves moves;
  circuits.push(cell, true, up_needed, hidden, moves);
  interval.high += std::max(0.0, adder.moved(moves, cell));
  const double down_needed =
      c.primary ? std::max(c.need_down, c.need_slide - (interval.high - c.value)) : least - (interval.high - c.value);
  if (down_needed > 0) {
    circuits.push(cell, false, down_needed, hidden, moves);
    interval.low += std::min(0.0, adder.moved(moves, cell));
  }
  AuditedCell result = judge(c, cell, interval);
  result.inner = true;
  if (result.exact || result.too_narrow) return std::nullopt;
  return result;
}

Result<AuditReport> audit_pieces(const CellTable& table, const Pattern& pattern) {
  AuditReport report;
  std::vector<int> place(table.cells.size(), -1);
  const auto count =
      static_cast<std::size_t>(std::ranges::count_if(pattern, [](Status s) { return s != Status::kPublished; }));
  const bool many = count > kManyHidden;
  std::optional<Circuits> circuits;
  std::optional<Adder> adder;
  std::vector<char> hidden(table.cells.size());
  for (std::size_t i = 0; i < hidden.size(); ++i)
    hidden[i] = pattern[i] != Status::kPublished;
  if (many) {
    circuits.emplace(table);
    adder.emplace(table, pattern);
  }
  for (const Piece& piece : split(table, pattern)) {
    std::optional<OsiClpSolverInterface> solver;
    const double unit = unit_of(table, piece);
    for (std::size_t k = 0; k < piece.cells.size(); ++k) {
      const std::size_t cell = piece.cells[k];
      Interval interval{table.cells[cell].lower, table.cells[cell].upper};
      if (!piece.relations.empty()) {
        if (many) {
          if (const auto added = add_up(table, *adder, *circuits, hidden, cell)) {
            report.hidden.push_back(*added);
            continue;
          }
        }
        const int column = static_cast<int>(k);
        const bool first = !solver;
        if (first) build(table, piece, place, unit, solver.emplace());
        SEKISHO_TRY(interval.low, extreme(*solver, column, false, first, table, cell));
        SEKISHO_TRY(interval.high, extreme(*solver, column, true, false, table, cell));
        interval.low *= unit;
        interval.high *= unit;
      }
      report.hidden.push_back(judge(table.cells[cell], cell, interval));
    }
    for (const std::size_t cell : piece.cells)
      place[cell] = -1;
  }
  std::ranges::sort(report.hidden, {}, &AuditedCell::cell);
  for (const AuditedCell& cell : report.hidden) {
    const bool primary = table.cells[cell.cell].primary;
    report.exact += primary && cell.exact;
    report.too_narrow += primary && cell.too_narrow && !cell.exact;
    report.secondary_exact += !primary && cell.exact;
  }
  for (std::size_t i = 0; i < table.cells.size(); ++i)
    if (table.cells[i].primary && pattern[i] == Status::kPublished) ++report.published_primary;
  report.exact += report.published_primary;
  return report;
}

}  // namespace

std::vector<Interval> AuditReport::intervals(std::size_t cells) const {
  std::vector<Interval> all(cells);
  for (const AuditedCell& cell : hidden)
    all[cell.cell] = cell.interval;
  return all;
}

Result<AuditReport> audit(const CellTable& table, const Pattern& pattern) {
  if (pattern.size() != table.cells.size()) return fail("audit.pattern", "the pattern belongs to another table");
  try {
    return audit_pieces(table, pattern);
  } catch (const CoinError& error) {
    return fail("audit.solver", "the solver failed: " + error.message());
  } catch (const std::bad_alloc&) {
    return fail("audit.memory", "the table does not fit into memory");
  }
}

}  // namespace sekisho::disclosure
