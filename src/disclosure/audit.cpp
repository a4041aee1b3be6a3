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

#include "disclosure/grid.h"

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
  solver.setHintParam(OsiDoDualInResolve, false, OsiHintTry);  // only the goal changes: the point stays feasible
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
  // Do the moves add up, stay within the bounds and leave published cells alone?
  bool holds(const Moves& moves) const {
    std::unordered_map<std::size_t, double> sums;
    double size = 1;
    for (const Move& move : moves) {
      const auto cell = static_cast<std::size_t>(move.cell);
      const Cell& c = table_.cells[cell];
      const double value = c.value + move.amount, slack = 1e-7 * std::max(1.0, c.value);
      if (pattern_[cell] == Status::kPublished || value < c.lower - slack || value > c.upper + slack) return false;
      for (const auto& [relation, sign] : relations_of_[cell])
        sums[relation] += sign * move.amount;
      size = std::max(size, std::abs(move.amount));
    }
    // A solver's moves are not exact to the last digit.
    return std::ranges::all_of(sums, [&](const auto& sum) { return std::abs(sum.second) <= 1e-7 * size; });
  }

 private:
  const CellTable& table_;
  const Pattern& pattern_;
  std::vector<std::vector<std::pair<std::size_t, double>>> relations_of_;
};

constexpr std::size_t kManyHidden = 1000;

// Large patterns: every verified proposal is a table that agrees with what is shown, and widens the interval of each
// cell that it moves. What is known so far lies within the attacker's interval.
class Known {
 public:
  Known(const CellTable& table, const Pattern& pattern)
      : table_(table), adder_(table, pattern), circuits_(table), hidden_(pattern.size()), reach_(pattern.size()) {
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      hidden_[i] = pattern[i] != Status::kPublished;
      reach_[i] = {table.cells[i].value, table.cells[i].value};
    }
  }
  void add(const Moves& moves) {
    if (!moves.empty() && adder_.holds(moves)) widen(moves);
  }
  void widen(const Moves& moves) {
    for (const Move& move : moves) {
      const auto cell = static_cast<std::size_t>(move.cell);
      const double value = table_.cells[cell].value + move.amount;
      reach_[cell].low = std::min(reach_[cell].low, value);
      reach_[cell].high = std::max(reach_[cell].high, value);
    }
  }
  // The interval known so far when it is wide enough, boxes and circuits of hidden cells tried.
  std::optional<AuditedCell> wide_enough(std::size_t cell) {
    if (const auto known = judged(cell)) return known;
    const Cell& c = table_.cells[cell];
    const double least = least_of(c);
    if (!grid_ && !grid_tried_) {
      grid_ = Grid::of(table_);
      grid_tried_ = true;
      moved_.assign(hidden_.size(), 0);
      for (const char hidden : hidden_)
        price_.push_back(hidden ? 0.0F : -1.0F);
    }
    if (grid_) {
      const Grid::Need need = c.primary ? Grid::Need{c.need_up, c.need_down, c.need_slide} : Grid::Need{0, 0, least};
      if (const auto box = grid_->cheapest(cell, need, price_, 1, moved_)) {
        Moves up, down;
        for (const auto& [corner, sign] : box->corners) {
          up.push_back({corner, sign * std::min(box->up, std::max(need.up, need.slide))});
          down.push_back({corner, -sign * std::min(box->down, std::max(need.down, need.slide))});
        }
        add(up);
        add(down);
        if (const auto known = judged(cell)) return known;
      }
    }
    Moves moves;
    circuits_.push(cell, true, c.primary ? std::max({c.need_up, c.need_slide, least}) : least, hidden_, moves);
    add(moves);
    const double above = reach_[cell].high - c.value;
    const double below = c.primary ? std::max(c.need_down, c.need_slide - above) : least - above;
    if (below > 0) {
      circuits_.push(cell, false, below, hidden_, moves);
      add(moves);
    }
    return judged(cell);
  }

 private:
  static double least_of(const Cell& cell) { return 1e-3 * std::max(1.0, cell.value); }
  std::optional<AuditedCell> judged(std::size_t cell) const {
    AuditedCell result = judge(table_.cells[cell], cell, reach_[cell]);
    result.inner = true;
    if (result.exact || result.too_narrow) return std::nullopt;
    return result;
  }
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

// One piece by linear programs, cells that are known to be wide enough left out.
Result<void> audit_piece(const CellTable& table, const Piece& piece, std::vector<int>& place, Known* known,
                         AuditReport& report) {
  std::optional<OsiClpSolverInterface> solver;
  const double unit = unit_of(table, piece);
  for (std::size_t k = 0; k < piece.cells.size(); ++k) {
    const std::size_t cell = piece.cells[k];
    Interval interval{table.cells[cell].lower, table.cells[cell].upper};
    if (!piece.relations.empty()) {
      if (known != nullptr) {
        if (const auto found = known->wide_enough(cell)) {
          report.hidden.push_back(*found);
          continue;
        }
      }
      const int column = static_cast<int>(k);
      const bool first = !solver;
      if (first) build(table, piece, place, unit, solver.emplace());
      for (const bool highest : {false, true}) {
        double& end = highest ? interval.high : interval.low;
        SEKISHO_TRY(end, extreme(*solver, column, highest, first && !highest, table, cell));
        end *= unit;
        if (known == nullptr) continue;
        Moves moves;  // the program's solution is another table too
        const double* point = solver->getColSolution();
        for (std::size_t other = 0; other < piece.cells.size(); ++other) {
          const double amount = point[other] * unit - table.cells[piece.cells[other]].value;
          if (std::abs(amount) > 1e-9 * unit) moves.push_back({static_cast<std::int32_t>(piece.cells[other]), amount});
        }
        known->add(moves);
      }
    }
    report.hidden.push_back(judge(table.cells[cell], cell, interval));
  }
  for (const std::size_t cell : piece.cells)
    place[cell] = -1;
  return {};
}

Result<AuditReport> audit_pieces(const CellTable& table, const Pattern& pattern,
                                 const std::vector<Witness>& proposals) {
  AuditReport report;
  std::vector<int> place(table.cells.size(), -1);
  const auto count =
      static_cast<std::size_t>(std::ranges::count_if(pattern, [](Status s) { return s != Status::kPublished; }));
  std::optional<Known> known;
  if (count > kManyHidden) {
    known.emplace(table, pattern);
    for (const Witness& witness : proposals) {
      known->add(witness.up);
      known->add(witness.down);
    }
  }
  for (const Piece& piece : split(table, pattern))
    SEKISHO_CHECK(audit_piece(table, piece, place, known ? &*known : nullptr, report));
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

Result<AuditReport> audit(const CellTable& table, const Pattern& pattern, const std::vector<Witness>& proposals) {
  if (pattern.size() != table.cells.size()) return fail("audit.pattern", "the pattern belongs to another table");
  try {
    return audit_pieces(table, pattern, proposals);
  } catch (const CoinError& error) {
    return fail("audit.solver", "the solver failed: " + error.message());
  } catch (const std::bad_alloc&) {
    return fail("audit.memory", "the table does not fit into memory");
  }
}

}  // namespace sekisho::disclosure
