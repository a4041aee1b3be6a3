#include "disclosure/refine.h"

#include <algorithm>

#include "core/random.h"

namespace sekisho::disclosure {
namespace {

constexpr std::size_t kMostNear = 150;                // cells looked at around a hidden one
constexpr std::size_t kQuietRounds = 250;             // without a gain, and so many more for each hidden cell
constexpr double kHideShares[] = {0.05, 0.15, 0.35};  // of the cells near

class Neighbours {
 public:
  explicit Neighbours(const CellTable& table) : table_(table), relations_of_(table.cells.size()) {
    for (std::size_t r = 0; r < table.relations.size(); ++r)
      each(r, [&](std::int32_t cell) { relations_of_[static_cast<std::size_t>(cell)].push_back(r); });
  }
  // Cells of the relations around a cell, then those around them.
  std::vector<std::int32_t> around(std::int32_t cell) const {
    std::vector<std::int32_t> near{cell};
    std::vector<char> seen(table_.cells.size(), 0);
    seen[static_cast<std::size_t>(cell)] = 1;
    for (std::size_t k = 0; k < near.size() && near.size() < kMostNear; ++k)
      for (const std::size_t r : relations_of_[static_cast<std::size_t>(near[k])])
        each(r, [&](std::int32_t other) {
          if (seen[static_cast<std::size_t>(other)]) return;
          seen[static_cast<std::size_t>(other)] = 1;
          near.push_back(other);
        });
    return near;
  }

 private:
  template <typename Visit>
  void each(std::size_t r, Visit visit) const {
    visit(table_.relations[r].total);
    for (const std::int32_t child : table_.relations[r].children)
      visit(child);
  }
  const CellTable& table_;
  std::vector<std::vector<std::size_t>> relations_of_;
};

void shuffle(std::vector<std::int32_t>& cells, SeededRandom& random) {
  for (std::size_t k = cells.size(); k > 1; --k)
    std::swap(cells[k - 1], cells[random.below(k)]);
}

}  // namespace

Result<std::vector<std::size_t>> SafePattern::set(std::vector<char> hidden) {
  hidden_ = std::move(hidden);
  attacker_.set_pattern(std::vector<double>(hidden_.begin(), hidden_.end()));
  used_.assign(targets_.size(), {});
  std::vector<std::size_t> broken;
  for (std::size_t t = 0; t < targets_.size(); ++t) {
    SEKISHO_TRY(Answer answer, ask(attacker_, targets_[t], false));
    if (!holds(answer.reached, targets_[t].needed)) broken.push_back(t);
    used_[t] = std::move(answer.used);
  }
  return broken;
}

Result<bool> SafePattern::try_publish(std::size_t cell) {
  std::vector<std::pair<std::size_t, std::vector<std::int32_t>>> renewed;
  attacker_.set_cell(cell, 0);
  for (std::size_t t = 0; t < targets_.size(); ++t) {
    if (!std::ranges::binary_search(used_[t], static_cast<std::int32_t>(cell))) continue;
    SEKISHO_TRY(Answer answer, ask(attacker_, targets_[t], false));
    if (!holds(answer.reached, targets_[t].needed)) {
      attacker_.set_cell(cell, 1);
      return false;
    }
    renewed.emplace_back(t, std::move(answer.used));
  }
  for (auto& [t, used] : renewed)
    used_[t] = std::move(used);
  hidden_[cell] = 0;
  return true;
}

void SafePattern::hide(std::size_t cell) {
  hidden_[cell] = 1;
  attacker_.set_cell(cell, 1);
}

void SafePattern::restore(State state) {
  for (std::size_t i = 0; i < hidden_.size(); ++i)
    if (hidden_[i] != state.hidden[i]) attacker_.set_cell(i, state.hidden[i]);
  hidden_ = std::move(state.hidden);
  used_ = std::move(state.used);
}

Result<std::vector<char>> refine(const CellTable& table, SafePattern& safe, std::vector<char> hidden,
                                 const Deadline& deadline) {
  std::vector<char> best = hidden;
  SEKISHO_TRY(const auto broken, safe.set(std::move(hidden)));
  if (!broken.empty()) return best;  // tolerances: another solver found it safe
  const Neighbours neighbours(table);
  SeededRandom random(23, 0);
  double cost = safe.cost();
  std::size_t quiet = 0;
  for (std::size_t round = 0; !passed(deadline); ++round) {
    std::vector<std::int32_t> secondary;
    for (std::size_t i = 0; i < best.size(); ++i)
      if (best[i] && !table.cells[i].primary) secondary.push_back(static_cast<std::int32_t>(i));
    if (secondary.empty() || ++quiet > kQuietRounds + secondary.size()) break;
    const auto near = neighbours.around(secondary[random.below(secondary.size())]);
    const double share = kHideShares[round % std::size(kHideShares)];
    std::vector<std::int32_t> old, added;
    SafePattern::State before = safe.state();
    for (const std::int32_t cell : near) {
      const auto i = static_cast<std::size_t>(cell);
      if (table.cells[i].primary || table.cells[i].publish) continue;
      if (best[i]) {
        old.push_back(cell);
      } else if (random.chance(share)) {
        added.push_back(cell);
        safe.hide(i);
      }
    }
    shuffle(old, random);
    shuffle(added, random);
    old.insert(old.end(), added.begin(), added.end());
    for (const std::int32_t cell : old) {
      SEKISHO_TRY([[maybe_unused]] const bool published, safe.try_publish(static_cast<std::size_t>(cell)));
    }
    if (safe.cost() > cost) {
      safe.restore(std::move(before));
      continue;
    }
    if (safe.cost() < cost) quiet = 0;
    cost = safe.cost();
    best = safe.hidden();
  }
  return best;
}

}  // namespace sekisho::disclosure
