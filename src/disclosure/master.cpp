#include "disclosure/master.h"

#include <ClpSimplex.hpp>
#include <algorithm>
#include <cmath>
#include <map>

#include "disclosure/separator.h"

namespace sekisho::disclosure {

constexpr std::uint64_t kWorkOfStep = 20;  // operations of a step of the master for each row and cell

double cost_of(const CellTable& table, const std::vector<char>& hidden) {
  double cost = 0;
  for (std::size_t i = 0; i < hidden.size(); ++i)
    if (hidden[i] && !table.cells[i].primary) cost += table.cells[i].weight;
  return cost;
}

std::vector<Target> targets_of(const CellTable& table, std::size_t cell, std::int32_t insider) {
  std::vector<Target> targets;
  const Cell& c = table.cells[cell];
  if (!c.primary || static_cast<std::int32_t>(cell) == insider) return targets;
  if (c.need_up > 0) targets.push_back({cell, true, false, c.need_up, insider});
  if (c.need_down > 0) targets.push_back({cell, false, true, c.need_down, insider});
  if (c.need_slide > c.need_up + c.need_down) targets.push_back({cell, true, true, c.need_slide, insider});
  return targets;
}

std::vector<Target> targets_of(const CellTable& table) {
  std::vector<Target> targets;
  for (std::size_t i = 0; i < table.cells.size(); ++i)
    for (const Target& target : targets_of(table, i, -1))
      targets.push_back(target);
  return targets;
}

Result<Answer> ask(Attacker& attacker, const Target& target, bool with_capacity) {
  Answer answer;
  std::map<std::int32_t, double> capacity;
  const KnownCell known(attacker, target.insider);
  for (const bool up : {true, false}) {
    if (!(up ? target.up : target.down)) continue;
    SEKISHO_TRY(const Reach reach,
                attacker.reach(target.cell, up, with_capacity, std::max(0.0, target.needed - answer.reached)));
    answer.reached += reach.distance;
    for (const auto& [cell, amount] : reach.capacity)
      capacity[cell] += amount;
    answer.used.insert(answer.used.end(), reach.moved.begin(), reach.moved.end());
  }
  capacity.erase(target.insider);  // it does not move for whoever knows it
  answer.capacity.assign(capacity.begin(), capacity.end());
  std::ranges::sort(answer.used);
  answer.used.erase(std::ranges::unique(answer.used).begin(), answer.used.end());
  return answer;
}

struct Master::Model {
  ClpSimplex solver;
  std::vector<Cut> cuts;
  std::set<std::pair<std::int32_t, std::int32_t>> bridges;  // relation, cell
  std::vector<std::size_t> held;
  bool started = false;

  std::size_t rows = 0;  // cuts that the solver has

  // The solver copies its whole matrix for each call: all new rows go at once.
  void give_rows() {
    std::vector<CoinBigIndex> starts{0};
    std::vector<int> columns;
    std::vector<double> elements, low, high;
    for (; rows < cuts.size(); ++rows) {
      for (const auto& [cell, coefficient] : cuts[rows].terms) {
        columns.push_back(cell);
        elements.push_back(coefficient);
      }
      starts.push_back(static_cast<CoinBigIndex>(columns.size()));
      low.push_back(cuts[rows].right);
      high.push_back(COIN_DBL_MAX);
    }
    if (!low.empty())
      solver.addRows(static_cast<int>(low.size()), low.data(), high.data(), starts.data(), columns.data(),
                     elements.data());
  }
};

Master::Master(const CellTable& table, Effort& effort)
    : model_(std::make_unique<Model>()), table_(table), effort_(effort) {
  ClpSimplex& solver = model_->solver;
  solver.setLogLevel(0);
  solver.resize(0, static_cast<int>(table.cells.size()));
  for (std::size_t i = 0; i < table.cells.size(); ++i) {
    const Cell& cell = table.cells[i];
    const int column = static_cast<int>(i);
    // Sensitive cells are in every pattern: they count in the rows' right sides and cost nothing.
    solver.setColumnBounds(column, 0, cell.publish || cell.primary ? 0 : 1);
    solver.setObjectiveCoefficient(column, cell.primary ? 0 : cell.weight);
  }
  const int first = 0;
  const double one = 1;
  solver.addRow(1, &first, &one, -COIN_DBL_MAX, COIN_DBL_MAX);  // the solver cannot do without any row
}

Master::~Master() = default;

const std::vector<Cut>& Master::cuts() const {
  return model_->cuts;
}
double Master::cost() const {
  return model_->started ? model_->solver.objectiveValue() : 0;
}

void Master::hold(std::size_t cell) {
  if (table_.cells[cell].primary || table_.cells[cell].publish) return;
  model_->solver.setColumnLower(static_cast<int>(cell), 1);
  model_->held.push_back(cell);
}

void Master::release() {
  for (const std::size_t cell : model_->held)
    model_->solver.setColumnLower(static_cast<int>(cell), 0);
  model_->held.clear();
}

bool Master::add_protection(const Target& target, const Answer& answer, const std::vector<double>& x) {
  double right = target.needed;
  for (const auto& [cell, amount] : answer.capacity)
    if (table_.cells[static_cast<std::size_t>(cell)].primary) right -= amount;
  if (right <= 1e-9 * target.needed) return false;
  Cut cut;
  double now = 0;
  for (const auto& [cell, amount] : answer.capacity) {
    const Cell& c = table_.cells[static_cast<std::size_t>(cell)];
    if (c.primary || c.publish) continue;
    const double coefficient = std::min(amount / right, 1.0);  // strengthened: x is 0 or 1 in the end
    if (coefficient <= 1e-9) continue;
    cut.terms.emplace_back(cell, coefficient);
    if (!x.empty()) now += coefficient * x[static_cast<std::size_t>(cell)];
  }
  if (!x.empty() && now > 1 - 1e-6) return false;
  model_->cuts.push_back(std::move(cut));
  return true;
}

std::size_t Master::add_bridges(const std::vector<double>& x) {
  std::size_t added = 0;
  for (std::size_t r = 0; r < table_.relations.size(); ++r) {
    std::vector<std::int32_t> members = table_.relations[r].children;
    members.push_back(table_.relations[r].total);
    double sum = 0;
    std::int32_t largest = members.front();
    for (const std::int32_t member : members) {
      sum += x[static_cast<std::size_t>(member)];
      if (x[static_cast<std::size_t>(member)] > x[static_cast<std::size_t>(largest)]) largest = member;
    }
    if (2 * x[static_cast<std::size_t>(largest)] <= sum + 1e-6) continue;
    if (!model_->bridges.emplace(static_cast<std::int32_t>(r), largest).second) continue;
    Cut cut;
    cut.right = table_.cells[static_cast<std::size_t>(largest)].primary ? 1 : 0;
    for (const std::int32_t member : members) {
      const Cell& cell = table_.cells[static_cast<std::size_t>(member)];
      if (member == largest) {
        if (!cell.primary) cut.terms.emplace_back(member, -1.0);
      } else if (cell.primary) {
        cut.right -= 1;
      } else if (!cell.publish) {
        cut.terms.emplace_back(member, 1.0);
      }
    }
    if (cut.terms.empty()) continue;
    model_->cuts.push_back(std::move(cut));
    ++added;
  }
  return added;
}

Result<std::vector<double>> Master::solve(const Deadline& deadline) {
  ClpSimplex& solver = model_->solver;
  model_->give_rows();
  const auto size = static_cast<std::uint64_t>(solver.numberRows()) + table_.cells.size();
  const std::uint64_t of_a_step = kWorkOfStep * size;
  solver.setMaximumIterations(static_cast<int>(std::min<std::uint64_t>(deadline.left() / of_a_step + 1, 1 << 30)));
  solver.setMaximumSeconds(deadline.seconds_left());
  solver.dual(0, 0);
  effort_.spent += (static_cast<std::uint64_t>(solver.numberIterations()) + 5) * of_a_step;
  model_->started = true;
  if (solver.status() == 1)
    return fail("disclosure.infeasible", "some sensitive cell cannot be protected whatever is hidden");
  if (solver.status() == 3) return fail("disclosure.time", "the master problem takes too long");
  if (solver.status() != 0) return fail("disclosure.solver", "the solver gave up on the master problem");
  const double* point = solver.primalColumnSolution();
  std::vector<double> x(point, point + table_.cells.size());
  for (std::size_t i = 0; i < x.size(); ++i)
    x[i] = table_.cells[i].primary ? 1 : x[i] < 1e-9 ? 0 : std::min(x[i], 1.0);
  return x;
}

Result<std::vector<double>> bridge(Master& master, const Deadline& deadline) {
  while (true) {
    SEKISHO_TRY(std::vector<double> x, master.solve(deadline));
    if (passed(deadline) || master.add_bridges(x) == 0) return x;
  }
}

Result<Relaxation> relax(Separator& separator, Master& master, const std::vector<Target>& targets,
                         const Deadline& deadline) {
  std::vector<char> quiet(targets.size(), 0);  // held when last asked: asked again at the end only
  Relaxation result;
  while (true) {
    auto x = master.solve(deadline);
    if (!x && x.error().code == "disclosure.time") return result;  // the bound of the round before stands
    if (!x) return std::unexpected(x.error());
    result.x = std::move(*x);
    result.bound = master.cost();
    if (passed(deadline)) return result;
    if (master.add_bridges(result.x) > 0) continue;
    separator.set_point(result.x);
    bool all = std::ranges::none_of(quiet, [](char q) { return q != 0; });
    std::size_t added = 0;
    for (int pass = 0; pass < 2 && added == 0; ++pass) {
      for (std::size_t t = 0; t < targets.size() && !passed(deadline); ++t) {
        if ((quiet[t] != 0) != (pass == 1)) continue;
        SEKISHO_TRY(const Separator::Found found, separator.ask(targets[t], master));
        quiet[t] = !found.added;
        added += found.added ? 1 : 0;
      }
      if (all) break;
    }
    if (passed(deadline)) return result;
    if (added == 0) {
      result.complete = true;
      return result;
    }
  }
}

}  // namespace sekisho::disclosure
