#include "disclosure/branch.h"

#include <fmt/format.h>

#include <algorithm>
#include <cfloat>
#include <cmath>

#include "disclosure/solver.h"

namespace sekisho::disclosure {
namespace {

constexpr std::uint64_t kWorkOfStep = 20;   // operations of one step for each row and column
constexpr std::uint64_t kStepsOfNode = 30;  // steps of the simplex for each node, about

enum class Outcome : std::uint8_t { kOptimal, kNothingBetter, kTime };

// One integer program over the cuts so far; patterns that cost `limit` or more are of no interest.
Outcome integer_optimum(const CellTable& table, const std::vector<Cut>& cuts, double limit, double step,
                        const Deadline& deadline, Effort& effort, std::vector<double>& x) {
  const int columns = static_cast<int>(table.cells.size());
  std::vector<CoinBigIndex> starts(table.cells.size() + 1, 0);
  std::vector<int> rows;
  std::vector<double> elements, low, high(table.cells.size()), cost(table.cells.size()), zero(table.cells.size(), 0.0);
  std::vector<std::vector<std::pair<int, double>>> by_column(table.cells.size());
  for (std::size_t r = 0; r < cuts.size(); ++r) {
    low.push_back(cuts[r].right);
    for (const auto& [cell, coefficient] : cuts[r].terms)
      by_column[static_cast<std::size_t>(cell)].emplace_back(static_cast<int>(r), coefficient);
  }
  const std::vector<double> infinite(cuts.size(), DBL_MAX);
  for (std::size_t i = 0; i < table.cells.size(); ++i) {
    const Cell& cell = table.cells[i];
    // A cell in no cut would be hidden for nothing.
    high[i] = cell.primary || cell.publish || by_column[i].empty() ? 0 : 1;
    cost[i] = cell.primary ? 0 : cell.weight;
    for (const auto& [row, coefficient] : by_column[i]) {
      rows.push_back(row);
      elements.push_back(coefficient);
    }
    starts[i + 1] = static_cast<CoinBigIndex>(rows.size());
  }
  CbcOwner cbc;
  Cbc_loadProblem(cbc.model, columns, static_cast<int>(cuts.size()), starts.data(), rows.data(), elements.data(),
                  zero.data(), high.data(), cost.data(), low.data(), infinite.data());
  for (int i = 0; i < columns; ++i)
    if (high[static_cast<std::size_t>(i)] > 0) Cbc_setInteger(cbc.model, i);
  // Counted, not timed: the same table gives the same pattern. The time is a belt.
  const std::uint64_t of_a_step = kWorkOfStep * (cuts.size() + table.cells.size());
  const std::uint64_t nodes = deadline.left() / (of_a_step * kStepsOfNode) + 1;
  Cbc_setLogLevel(cbc.model, 0);
  Cbc_setParameter(cbc.model, "log", "0");
  Cbc_setParameter(cbc.model, "slog", "0");
  Cbc_setParameter(cbc.model, "seconds", fmt::format("{:.3f}", deadline.seconds_left()).c_str());
  Cbc_setParameter(cbc.model, "maxNodes", fmt::format("{}", std::min<std::uint64_t>(nodes, 1 << 30)).c_str());
  Cbc_setParameter(cbc.model, "cutoff", fmt::format("{:.6f}", limit - 0.5 * step).c_str());
  if (step >= 1) Cbc_setParameter(cbc.model, "increment", "0.999");
  Cbc_solve(cbc.model);
  effort.spent += (static_cast<std::uint64_t>(Cbc_getIterationCount(cbc.model)) + kStepsOfNode) * of_a_step;
  if (Cbc_isProvenInfeasible(cbc.model)) return Outcome::kNothingBetter;
  if (!Cbc_isProvenOptimal(cbc.model)) return Outcome::kTime;
  const double* point = Cbc_getColSolution(cbc.model);
  x.assign(point, point + columns);
  return Outcome::kOptimal;
}

}  // namespace

Result<Branched> branch(const CellTable& table, Separator& separator, Effort& effort, Master& master,
                        const std::vector<Target>& targets, std::vector<char> hidden, const Deadline& deadline) {
  const bool whole = std::ranges::all_of(table.cells, [](const Cell& c) { return c.weight == std::round(c.weight); });
  const double step = whole ? 1 : 1e-6;
  Branched result{.hidden = std::move(hidden)};
  double best = cost_of(table, result.hidden);
  std::vector<double> x;
  while (!passed(deadline)) {
    const Outcome outcome = integer_optimum(table, master.cuts(), best, step, deadline, effort, x);
    if (outcome == Outcome::kTime) return result;
    result.optimal = outcome == Outcome::kNothingBetter;
    if (result.optimal) return result;
    std::vector<char> point(table.cells.size());
    for (std::size_t i = 0; i < point.size(); ++i) {
      point[i] = table.cells[i].primary || x[i] > 0.5;
      x[i] = point[i];
    }
    std::size_t added = master.add_bridges(x), broken = 0;
    separator.set_point(x);
    for (const Target& target : targets) {
      if (passed(deadline)) return result;
      SEKISHO_TRY(const Separator::Found found, separator.ask(target, master));
      broken += found.holds ? 0 : 1;
      added += found.added ? 1 : 0;
    }
    if (broken == 0) {  // safe, and nothing that satisfies all cuts is cheaper
      result.hidden = std::move(point);
      result.optimal = true;
      return result;
    }
    if (added == 0) return fail("disclosure.solver", "the integer search does not move on");
  }
  return result;
}

}  // namespace sekisho::disclosure
