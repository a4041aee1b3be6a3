#include "disclosure/attacker.h"

#include <fmt/format.h>

#include <ClpSimplex.hpp>
#include <CoinPackedMatrix.hpp>
#include <algorithm>
#include <cmath>

namespace sekisho::disclosure {
namespace {
constexpr double kLargestDeviation = 1e4;
}

struct Attacker::Model {
  ClpSimplex solver;
  double unit = 1;  // the solver's numbers are deviations in this unit: its tolerances are absolute
  std::vector<std::vector<std::pair<std::int32_t, double>>> rows_of;  // of each cell: relation, sign
};

Attacker::Attacker(const CellTable& table) : model_(std::make_unique<Model>()), table_(table) {
  const int cells = static_cast<int>(table.cells.size()), relations = static_cast<int>(table.relations.size());
  std::vector<int> row, column;
  std::vector<double> element;
  model_->rows_of.resize(table.cells.size());
  const auto add = [&](int r, std::int32_t cell, double sign) {
    row.push_back(r);
    column.push_back(cell);
    element.push_back(sign);
    model_->rows_of[static_cast<std::size_t>(cell)].emplace_back(r, sign);
  };
  for (int r = 0; r < relations; ++r) {
    const Relation& relation = table.relations[static_cast<std::size_t>(r)];
    add(r, relation.total, -1);
    for (const std::int32_t child : relation.children)
      add(r, child, 1);
  }
  CoinPackedMatrix matrix(true, row.data(), column.data(), element.data(), static_cast<CoinBigIndex>(row.size()));
  matrix.setDimensions(relations, cells);
  double largest = 1;
  for (const Cell& cell : table.cells)
    largest = std::max(largest, cell.upper);
  model_->unit = std::max(1.0, largest / kLargestDeviation);
  const std::vector<double> none(table.cells.size(), 0.0), zero(table.relations.size(), 0.0);
  ClpSimplex& solver = model_->solver;
  solver.setLogLevel(0);
  solver.loadProblem(matrix, none.data(), none.data(), none.data(), zero.data(), zero.data());
  solver.setOptimizationDirection(1);
  solver.setPrimalTolerance(1e-9);
  solver.setDualTolerance(1e-9);
}

Attacker::~Attacker() = default;

void Attacker::set_cell(std::size_t cell, double x) {
  const Cell& c = table_.cells[cell];
  model_->solver.setColumnBounds(static_cast<int>(cell), -(c.value - c.lower) * x / model_->unit,
                                 (c.upper - c.value) * x / model_->unit);
}

void Attacker::set_pattern(std::span<const double> x) {
  for (std::size_t i = 0; i < x.size(); ++i)
    set_cell(i, x[i]);
}

Result<Reach> Attacker::reach(std::size_t target, bool up, bool with_capacity) {
  ClpSimplex& solver = model_->solver;
  const int column = static_cast<int>(target);
  const double sign = up ? 1.0 : -1.0;
  solver.setObjectiveCoefficient(column, -sign);
  solver.primal(0, 0);
  if (solver.status() != 0) {  // nothing moves is always an answer: the basis of the last question misled it
    solver.allSlackBasis(true);
    solver.primal(0, 0);
  }
  const bool solved = solver.status() == 0;
  Reach result;
  if (solved) {
    const double* point = solver.primalColumnSolution();
    result.deviation.assign(point, point + table_.cells.size());
    result.distance = sign * point[column] * model_->unit;
    if (with_capacity) {
      const double* dual = solver.dualRowSolution();
      for (std::size_t i = 0; i < table_.cells.size(); ++i) {
        // Computed from the row duals: any duals whatever give a valid bound, whatever the solver's tolerances.
        double d = i == target ? sign : 0.0;
        for (const auto& [r, coefficient] : model_->rows_of[i]) {
          const double gamma = -dual[r], whole = std::round(gamma);
          d -= coefficient * (std::abs(gamma - whole) < 1e-9 ? whole : gamma);
        }
        if (std::abs(d) < 1e-11) continue;
        const Cell& c = table_.cells[i];
        const double capacity = d > 0 ? (c.upper - c.value) * d : (c.value - c.lower) * -d;
        if (capacity > 0) result.capacity.emplace_back(static_cast<std::int32_t>(i), capacity);
      }
    }
  }
  solver.setObjectiveCoefficient(column, 0);
  if (!solved)
    return fail("disclosure.solver",
                fmt::format("the solver gave up with status {} on {}", solver.status(), table_.describe(target)));
  return result;
}

}  // namespace sekisho::disclosure
