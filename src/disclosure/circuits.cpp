#include "disclosure/circuits.h"

#include <algorithm>
#include <cmath>

namespace sekisho::disclosure {
namespace {
constexpr int kDeepest = 40, kNodesHidden = 80, kNodesHiding = 150;
constexpr std::size_t kTried = 6;
constexpr double kNothing = 1e-9;
}  // namespace

Circuits::Circuits(const CellTable& table)
    : table_(table),
      relations_of_(table.cells.size()),
      members_of_(table.relations.size()),
      moved_(table.cells.size(), 0.0),
      direction_(table.cells.size(), 0),
      imbalance_(table.relations.size(), 0) {
  for (std::size_t r = 0; r < table.relations.size(); ++r) {
    const auto add = [&](std::int32_t cell, std::int8_t sign) {
      members_of_[r].push_back({cell, sign});
      relations_of_[static_cast<std::size_t>(cell)].push_back({static_cast<std::int32_t>(r), sign});
    };
    add(table.relations[r].total, -1);
    for (const std::int32_t child : table.relations[r].children)
      add(child, 1);
  }
}

double Circuits::merit(const Step& step) {
  return step.violated + 1.5 * step.cost;
}

double Circuits::capacity(std::size_t cell, int direction) const {
  const Cell& c = table_.cells[cell];
  const double now = c.value + moved_[cell];
  return direction > 0 ? c.upper - now : now - c.lower;
}

// Adds a cell to the circuit; false when a relation would be out of balance by two.
bool Circuits::place(std::int32_t cell, int direction) {
  for (const Member& member : relations_of_[static_cast<std::size_t>(cell)])
    if (imbalance_[static_cast<std::size_t>(member.index)] * member.sign * direction > 0) return false;
  for (const Member& member : relations_of_[static_cast<std::size_t>(cell)]) {
    std::int8_t& imbalance = imbalance_[static_cast<std::size_t>(member.index)];
    if (imbalance == 0)
      violated_.push_back(member.index);
    else
      violated_.erase(std::ranges::find(violated_, member.index));
    imbalance = static_cast<std::int8_t>(imbalance + member.sign * direction);
  }
  direction_[static_cast<std::size_t>(cell)] = static_cast<std::int8_t>(direction);
  return true;
}

void Circuits::take_back(std::int32_t cell, int direction) {
  for (const Member& member : relations_of_[static_cast<std::size_t>(cell)])
    imbalance_[static_cast<std::size_t>(member.index)] =
        static_cast<std::int8_t>(imbalance_[static_cast<std::size_t>(member.index)] - member.sign * direction);
  direction_[static_cast<std::size_t>(cell)] = 0;
}

void Circuits::candidates(std::int32_t relation, double smallest, double cost_left, std::vector<Step>& out) {
  work_ += members_of_[static_cast<std::size_t>(relation)].size();
  const int imbalance = imbalance_[static_cast<std::size_t>(relation)];
  for (const Member& member : members_of_[static_cast<std::size_t>(relation)]) {
    const auto cell = static_cast<std::size_t>(member.index);
    const Cell& c = table_.cells[cell];
    const bool is_hidden = (*hidden_)[cell] != 0;
    if (direction_[cell] != 0 || (!is_hidden && (!hiding_ || c.publish || c.weight > cost_left))) continue;
    const int direction = -imbalance * member.sign;
    if (capacity(cell, direction) < smallest) continue;
    int violated = 0;
    bool possible = true;
    for (const Member& other : relations_of_[cell]) {
      const int effect = imbalance_[static_cast<std::size_t>(other.index)] * other.sign * direction;
      possible = possible && effect <= 0;
      violated += effect == 0 ? 1 : -1;
    }
    if (!possible) continue;
    // Cheap first would wander; what closes the circuit comes first. Only the best few are kept.
    const Step step{member.index, static_cast<std::int8_t>(direction), violated, is_hidden ? 0.0 : c.weight};
    const auto worse = [&](const Step& other) { return merit(other) > merit(step); };
    auto place = out.end();
    while (place != out.begin() && worse(*(place - 1)))
      --place;
    if (place == out.end() && out.size() >= kTried) continue;
    out.insert(place, step);
    if (out.size() > kTried) out.pop_back();
  }
}

bool Circuits::close(double smallest, double cost_left, int depth) {
  if (violated_.empty()) return true;
  if (depth >= kDeepest || ++nodes_ > most_nodes_) return false;
  std::vector<Step> steps;
  // The relation with a step that closes most goes first.
  std::vector<Step> own;
  const std::size_t looked_at = std::min<std::size_t>(violated_.size(), 6);
  for (std::size_t k = 0; k < looked_at; ++k) {
    own.clear();
    candidates(violated_[k], smallest, cost_left, own);
    if (own.empty()) return false;
    if (k == 0 || merit(own.front()) < merit(steps.front()) || own.size() == 1) steps.swap(own);
    if (steps.size() == 1) break;
  }
  for (const Step& step : steps) {
    const std::vector<std::int32_t> before = violated_;
    if (!place(step.cell, step.direction)) continue;
    circuit_.push_back(step);
    if (close(smallest, cost_left - step.cost, depth + 1)) return true;
    circuit_.pop_back();
    take_back(step.cell, step.direction);
    violated_ = before;
    if (nodes_ > most_nodes_) return false;
  }
  return false;
}

bool Circuits::circuit(std::size_t target, int direction, double smallest, double budget) {
  for (const Step& step : circuit_)
    direction_[static_cast<std::size_t>(step.cell)] = 0;
  circuit_.clear();
  violated_.clear();
  nodes_ = 0;
  most_nodes_ = hiding_ ? kNodesHiding : kNodesHidden;
  if (capacity(target, direction) < smallest) return false;
  const auto cell = static_cast<std::int32_t>(target);
  place(cell, direction);
  circuit_.push_back({cell, static_cast<std::int8_t>(direction), 0, 0});
  const bool closed = close(smallest, budget, 0);
  for (const Step& step : circuit_) {
    direction_[static_cast<std::size_t>(step.cell)] = 0;
    if (!closed) take_back(step.cell, step.direction);
  }
  if (!closed) circuit_.clear();
  return closed;
}

double Circuits::apply(double limit) {
  double step = limit;
  for (const Step& s : circuit_)
    step = std::min(step, capacity(static_cast<std::size_t>(s.cell), s.direction));
  for (const Step& s : circuit_) {
    if (moved_[static_cast<std::size_t>(s.cell)] == 0) touched_.push_back(s.cell);
    moved_[static_cast<std::size_t>(s.cell)] += s.direction * step;
  }
  return step;
}

void Circuits::finish(Moves& moves) {
  moves.clear();
  std::ranges::sort(touched_);
  touched_.erase(std::ranges::unique(touched_).begin(), touched_.end());
  for (const std::int32_t cell : touched_) {
    double& amount = moved_[static_cast<std::size_t>(cell)];
    if (std::abs(amount) > kNothing) moves.push_back({cell, amount});
    amount = 0;
  }
  touched_.clear();
}

double Circuits::push(std::size_t target, bool up, double needed, const std::vector<char>& hidden, Moves& moves) {
  hidden_ = &hidden;
  hiding_ = false;
  const int direction = up ? 1 : -1;
  double gone = 0, smallest = needed;
  while (gone < needed - kNothing) {
    const double rest = needed - gone;
    smallest = std::min(smallest, rest);
    if (circuit(target, direction, smallest, 0)) {
      gone += apply(rest);
      continue;
    }
    if (smallest <= rest / 16 || smallest < kNothing) break;
    smallest /= 3;
  }
  finish(moves);
  return gone;
}

double Circuits::push_hiding(std::size_t target, bool up, double needed, std::vector<char>& hidden, double budget,
                             Moves& moves, std::vector<std::int32_t>& added) {
  hidden_ = &hidden;
  const int direction = up ? 1 : -1;
  double gone = 0;
  while (gone < needed - kNothing) {
    const double rest = needed - gone;
    bool found = false;
    for (const double part : {1.0, 0.34, 0.1}) {
      hiding_ = false;
      if ((found = circuit(target, direction, rest * part, 0))) break;
    }
    hiding_ = true;
    for (const double part : {1.0, 0.34}) {
      for (double cost = budget / 4; !found && cost <= budget; cost *= 2)
        found = circuit(target, direction, rest * part, cost);
    }
    if (!found) break;
    for (const Step& step : circuit_)
      if (!hidden[static_cast<std::size_t>(step.cell)]) {
        hidden[static_cast<std::size_t>(step.cell)] = 1;
        added.push_back(step.cell);
      }
    gone += apply(rest);
  }
  hiding_ = false;
  finish(moves);
  return gone;
}

}  // namespace sekisho::disclosure
