#include "disclosure/attacker.h"

#include <fmt/format.h>

#include <ClpSimplex.hpp>
#include <CoinPackedMatrix.hpp>
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "disclosure/tableau.h"

namespace sekisho::disclosure {
namespace {

constexpr double kLargestDeviation = 1e4;
constexpr std::size_t kLargestTableau = 1'500'000;  // numbers; larger pieces go to the sparse solver
constexpr double kMoved = 1e-9;

using Terms = std::vector<std::pair<std::int32_t, double>>;

// Hidden cells that relations connect, and those relations. Nothing outside says anything about them.
struct Piece {
  std::vector<std::int32_t> cells, relations;
  std::unique_ptr<Tableau> tableau;
  std::unique_ptr<ClpSimplex> sparse;
};

}  // namespace

struct Attacker::Model {
  Model(const CellTable& t, Effort& e, double most) : table(t), effort(e), limit(most) {}
  const CellTable& table;
  Effort& effort;
  double limit;
  double unit = 1;             // the solvers' numbers are deviations in this unit: their tolerances are absolute
  std::vector<Terms> rows_of;  // of each cell: relation, sign
  std::vector<double> x;
  std::vector<std::int32_t> piece_of, column_of;  // -1: in none
  std::vector<std::unique_ptr<Piece>> pieces;
  std::vector<std::int32_t> row_of;  // of relations, while a piece is built

  Tableau::ColumnBounds bounds(std::size_t cell) const {
    const Cell& c = table.cells[cell];
    return {-std::min(c.value - c.lower, limit) * x[cell] / unit, std::min(c.upper - c.value, limit) * x[cell] / unit};
  }

  template <typename Visit>
  void members(std::int32_t relation, Visit visit) const {
    const Relation& r = table.relations[static_cast<std::size_t>(relation)];
    visit(r.total);
    for (const std::int32_t child : r.children)
      visit(child);
  }

  void forget(std::int32_t piece) {
    if (piece < 0) return;
    for (const std::int32_t cell : pieces[static_cast<std::size_t>(piece)]->cells)
      piece_of[static_cast<std::size_t>(cell)] = -1;
    pieces[static_cast<std::size_t>(piece)].reset();
  }

  Piece& piece(std::size_t target) {
    if (piece_of[target] >= 0) return *pieces[static_cast<std::size_t>(piece_of[target])];
    auto made = std::make_unique<Piece>();
    const auto number = static_cast<std::int32_t>(pieces.size());
    const auto take = [&](std::int32_t cell) {
      const auto c = static_cast<std::size_t>(cell);
      if (x[c] <= 0 || piece_of[c] >= 0) return;
      piece_of[c] = number;
      column_of[c] = static_cast<std::int32_t>(made->cells.size());
      made->cells.push_back(cell);
    };
    take(static_cast<std::int32_t>(target));
    for (std::size_t k = 0; k < made->cells.size(); ++k)
      for (const auto& [relation, sign] : rows_of[static_cast<std::size_t>(made->cells[k])]) {
        if (row_of[static_cast<std::size_t>(relation)] >= 0) continue;
        row_of[static_cast<std::size_t>(relation)] = static_cast<std::int32_t>(made->relations.size());
        made->relations.push_back(relation);
        members(relation, take);
      }
    const std::size_t rows = made->relations.size(), columns = made->cells.size();
    if (rows * (rows + columns) <= kLargestTableau)
      build_dense(*made);
    else
      build_sparse(*made);
    for (const std::int32_t relation : made->relations)
      row_of[static_cast<std::size_t>(relation)] = -1;
    pieces.push_back(std::move(made));
    return *pieces.back();
  }

  void build_dense(Piece& made) {
    std::vector<Terms> terms(made.cells.size());
    std::vector<Tableau::ColumnBounds> limits;
    for (std::size_t k = 0; k < made.cells.size(); ++k) {
      const auto cell = static_cast<std::size_t>(made.cells[k]);
      for (const auto& [relation, sign] : rows_of[cell])
        terms[k].emplace_back(row_of[static_cast<std::size_t>(relation)], sign);
      limits.push_back(bounds(cell));
    }
    effort.spent += made.relations.size() * (made.relations.size() + made.cells.size());
    made.tableau = std::make_unique<Tableau>(made.relations.size(), std::move(terms), std::move(limits));
  }

  void build_sparse(Piece& made) const {
    std::vector<int> row, column;
    std::vector<double> element, low, high;
    for (std::size_t k = 0; k < made.cells.size(); ++k) {
      const auto cell = static_cast<std::size_t>(made.cells[k]);
      for (const auto& [relation, sign] : rows_of[cell]) {
        row.push_back(row_of[static_cast<std::size_t>(relation)]);
        column.push_back(static_cast<int>(k));
        element.push_back(sign);
      }
      const auto limit = bounds(cell);
      low.push_back(limit.low);
      high.push_back(limit.high);
    }
    CoinPackedMatrix matrix(true, row.data(), column.data(), element.data(), static_cast<CoinBigIndex>(row.size()));
    matrix.setDimensions(static_cast<int>(made.relations.size()), static_cast<int>(made.cells.size()));
    const std::vector<double> objective(made.cells.size(), 0.0), zero(made.relations.size(), 0.0);
    made.sparse = std::make_unique<ClpSimplex>();
    made.sparse->setLogLevel(0);
    made.sparse->loadProblem(matrix, low.data(), high.data(), objective.data(), zero.data(), zero.data());
    made.sparse->setPrimalTolerance(1e-9);
    made.sparse->setDualTolerance(1e-9);
  }

  // Any multipliers whatever give a valid bound, whatever the solver's tolerances.
  void capacity(const Piece& piece, const std::vector<double>& gamma, std::size_t target, double sign,
                Reach& reach) const {
    std::map<std::int32_t, double> d;
    d[static_cast<std::int32_t>(target)] = sign;
    for (std::size_t r = 0; r < gamma.size(); ++r) {
      if (gamma[r] == 0) continue;
      const std::int32_t total = table.relations[static_cast<std::size_t>(piece.relations[r])].total;
      members(piece.relations[r], [&](std::int32_t cell) { d[cell] += cell == total ? gamma[r] : -gamma[r]; });
    }
    for (const auto& [cell, amount] : d) {
      if (std::abs(amount) < 1e-11) continue;
      const Cell& c = table.cells[static_cast<std::size_t>(cell)];
      const double most = amount > 0 ? (c.upper - c.value) * amount : (c.value - c.lower) * -amount;
      if (most > 0) reach.capacity.emplace_back(cell, most);
    }
  }

  // `most`: further than that need not be shown; the solver is done sooner.
  bool ask_sparse(Piece& piece, std::size_t target, double sign, double most, std::vector<double>& moves,
                  std::vector<double>& gamma) {
    ClpSimplex& solver = *piece.sparse;
    const int column = column_of[target];
    const auto limit = bounds(target);
    solver.setColumnBounds(column, std::max(limit.low, sign < 0 ? -most : limit.low),
                           std::min(limit.high, sign > 0 ? most : limit.high));
    solver.setObjectiveCoefficient(column, -sign);
    solver.primal(0, 0);
    if (solver.status() != 0) {  // nothing moves is always an answer: the basis of the last question misled it
      solver.allSlackBasis(true);
      solver.primal(0, 0);
    }
    const bool solved = solver.status() == 0;
    if (solved) {
      const double* point = solver.primalColumnSolution();
      moves.assign(point, point + piece.cells.size());
      for (std::size_t r = 0; r < piece.relations.size(); ++r) {
        const double g = -solver.dualRowSolution()[r], whole = std::round(g);
        gamma.push_back(std::abs(g - whole) < 1e-9 ? whole : g);
      }
    }
    solver.setObjectiveCoefficient(column, 0);
    solver.setColumnBounds(column, limit.low, limit.high);
    effort.spent += (static_cast<std::uint64_t>(solver.numberIterations()) + 20) * 40 *
                    (piece.cells.size() + piece.relations.size());
    return solved;
  }
};

Attacker::Attacker(const CellTable& table, Effort& effort, double limit)
    : model_(std::make_unique<Model>(table, effort, limit)) {
  Model& m = *model_;
  m.rows_of.resize(table.cells.size());
  m.x.assign(table.cells.size(), 0);
  m.piece_of.assign(table.cells.size(), -1);
  m.column_of.assign(table.cells.size(), -1);
  m.row_of.assign(table.relations.size(), -1);
  for (std::size_t r = 0; r < table.relations.size(); ++r) {
    const auto row = static_cast<std::int32_t>(r);
    m.rows_of[static_cast<std::size_t>(table.relations[r].total)].emplace_back(row, -1);
    for (const std::int32_t child : table.relations[r].children)
      m.rows_of[static_cast<std::size_t>(child)].emplace_back(row, 1);
  }
  double largest = 1;
  for (const Cell& cell : table.cells)
    largest = std::max(largest, std::min(cell.upper, limit));
  m.unit = std::max(1.0, largest / kLargestDeviation);
}

Attacker::~Attacker() = default;

double Attacker::hidden(std::size_t cell) const {
  return model_->x[cell];
}

void Attacker::set_cell(std::size_t cell, double x) {
  Model& m = *model_;
  const double before = m.x[cell];
  m.x[cell] = x;
  if (m.piece_of[cell] >= 0) {
    const Piece& piece = *m.pieces[static_cast<std::size_t>(m.piece_of[cell])];
    const auto limit = m.bounds(cell);
    const auto column = static_cast<std::size_t>(m.column_of[cell]);
    if (piece.tableau)
      piece.tableau->set_bounds(column, limit);
    else
      piece.sparse->setColumnBounds(static_cast<int>(column), limit.low, limit.high);
  } else if (before <= 0 && x > 0) {
    for (const auto& [relation, sign] : m.rows_of[cell])
      m.members(relation, [&](std::int32_t member) { m.forget(m.piece_of[static_cast<std::size_t>(member)]); });
  }
}

void Attacker::set_pattern(std::span<const double> x) {
  Model& m = *model_;
  m.x.assign(x.begin(), x.end());
  m.pieces.clear();
  std::ranges::fill(m.piece_of, -1);
}

Result<Reach> Attacker::reach(std::size_t target, bool up, bool with_capacity, double enough) {
  Model& m = *model_;
  const double sign = up ? 1.0 : -1.0;
  Reach result;
  if (m.x[target] <= 0) {
    if (with_capacity) m.capacity({}, {}, target, sign, result);
    return result;
  }
  Piece& piece = m.piece(target);
  std::vector<double> moves, gamma;
  bool solved = false;
  if (piece.tableau) {
    const auto column = static_cast<std::size_t>(m.column_of[target]);
    const double limit = with_capacity ? std::numeric_limits<double>::infinity() : enough / m.unit;
    const std::uint64_t before = piece.tableau->work();
    solved = piece.tableau->reach(column, up, limit).has_value();
    m.effort.spent += piece.tableau->work() - before + piece.relations.size() * 4;
    if (solved) {
      moves.assign(piece.tableau->moves().begin(),
                   piece.tableau->moves().begin() + static_cast<std::ptrdiff_t>(piece.cells.size()));
      if (with_capacity) gamma = piece.tableau->multipliers(column, up);
    } else {  // a piece that the tableau cannot manage: from now on the sparse solver's
      for (std::size_t r = 0; r < piece.relations.size(); ++r)
        m.row_of[static_cast<std::size_t>(piece.relations[r])] = static_cast<std::int32_t>(r);
      m.build_sparse(piece);
      piece.tableau.reset();
      for (const std::int32_t relation : piece.relations)
        m.row_of[static_cast<std::size_t>(relation)] = -1;
    }
  }
  const double most = with_capacity ? std::numeric_limits<double>::infinity() : enough / m.unit;
  if (!solved && !m.ask_sparse(piece, target, sign, most, moves, gamma))
    return fail("disclosure.solver", "the solver gave up on " + m.table.describe(target));
  result.distance = sign * moves[static_cast<std::size_t>(m.column_of[target])] * m.unit;
  for (std::size_t k = 0; k < moves.size(); ++k)
    if (std::abs(moves[k]) > kMoved) {
      result.moved.push_back(piece.cells[k]);
      result.amounts.push_back(moves[k] * m.unit);
    }
  if (with_capacity) m.capacity(piece, gamma, target, sign, result);
  return result;
}

}  // namespace sekisho::disclosure
