#include "disclosure/builder.h"

#include <algorithm>
#include <cmath>

#include "disclosure/circuits.h"

namespace sekisho::disclosure {
namespace {

constexpr double kBudgets[] = {8, 32};

class Builder {
 public:
  Builder(const CellTable& table, Attacker& attacker, const std::vector<Target>& targets, std::vector<char> start,
          const Deadline& deadline)
      : table_(table),
        attacker_(attacker),
        targets_(targets),
        deadline_(deadline),
        circuits_(table),
        hidden_(std::move(start)),
        used_(targets.size()),
        users_(table.cells.size()) {
    for (std::size_t i = 0; i < hidden_.size(); ++i)
      hidden_[i] = hidden_[i] || table.cells[i].primary;
  }

  Result<Built> run() {
    Built built;
    std::vector<std::size_t> order(targets_.size());
    for (std::size_t t = 0; t < order.size(); ++t)
      order[t] = t;
    // The largest needs first: what they hide serves the others.
    std::ranges::stable_sort(order,
                             [&](std::size_t a, std::size_t b) { return targets_[a].needed > targets_[b].needed; });
    std::vector<std::size_t> open;
    for (const std::size_t t : order)
      if (!hold(t, 0)) open.push_back(t);
    open = rest_of(open, 4);
    SEKISHO_TRY(open, ask_programs(open));
    for (const double budget : kBudgets)
      open = rest_of(open, budget);
    SEKISHO_TRY(open, ask_programs(open));
    SEKISHO_CHECK(hide_around(open, built));
    if (passed(deadline_))
      for (std::size_t i = 0; i < hidden_.size(); ++i)
        hidden_[i] = !table_.cells[i].publish;
    if (built.unprotected.empty()) publish_again();
    built.hidden = std::move(hidden_);
    return built;
  }

 private:
  std::vector<std::size_t> rest_of(const std::vector<std::size_t>& open, double budget) {
    std::vector<std::size_t> rest;
    for (const std::size_t t : open)
      if (passed(deadline_) || (!hold(t, 0) && !hold(t, budget))) rest.push_back(t);
    return rest;
  }

  // Looks for circuits of hidden cells and, with a budget, of cells to be hidden.
  bool hold(std::size_t t, double budget) {
    const Target& target = targets_[t];
    double rest = target.needed;
    Moves moves;
    std::vector<std::int32_t> used;
    std::vector<std::int32_t> added;
    for (const bool hiding : {false, true}) {
      if (hiding && budget <= 0) break;
      if (hiding) {
        rest = target.needed;
        used.clear();
      }
      for (const bool up : {true, false}) {
        if (!(up ? target.up : target.down) || rest <= 0) continue;
        rest -= hiding ? circuits_.push_hiding(target.cell, up, rest, hidden_, budget, moves, added)
                       : circuits_.push(target.cell, up, rest, hidden_, moves);
        for (const Move& move : moves)
          used.push_back(move.cell);
      }
      if (holds(target.needed - rest, target.needed)) {
        remember(t, std::move(used));
        return true;
      }
    }
    for (const std::int32_t cell : added)  // in vain
      hidden_[static_cast<std::size_t>(cell)] = 0;
    return false;
  }

  void remember(std::size_t t, std::vector<std::int32_t> used) {
    std::ranges::sort(used);
    used.erase(std::ranges::unique(used).begin(), used.end());
    for (const std::int32_t cell : used)
      users_[static_cast<std::size_t>(cell)].push_back(static_cast<std::int32_t>(t));
    used_[t] = std::move(used);
  }

  Result<bool> ask_program(std::size_t t) {
    SEKISHO_TRY(Answer answer, ask(attacker_, targets_[t], false));
    if (!holds(answer.reached, targets_[t].needed)) return false;
    remember(t, std::move(answer.used));
    return true;
  }

  // Targets that no circuit was found for: does a linear program find one? Returns the others.
  Result<std::vector<std::size_t>> ask_programs(const std::vector<std::size_t>& open) {
    std::vector<std::size_t> rest;
    if (open.empty()) return rest;
    attacker_.set_pattern(std::vector<double>(hidden_.begin(), hidden_.end()));
    for (const std::size_t t : open) {
      bool held = false;
      if (!passed(deadline_)) {
        SEKISHO_TRY(held, ask_program(t));
      }
      if (!held) rest.push_back(t);
    }
    return rest;
  }

  // What still is not protected is given all it leans on when everything is hidden.
  Result<void> hide_around(const std::vector<std::size_t>& rest, Built& built) {
    if (rest.empty() || passed(deadline_)) return {};
    std::vector<double> all(table_.cells.size());
    for (std::size_t i = 0; i < all.size(); ++i)
      all[i] = !table_.cells[i].publish;
    attacker_.set_pattern(all);
    for (const std::size_t t : rest) {
      SEKISHO_TRY(const bool held, ask_program(t));
      if (!held) {
        built.unprotected.push_back(targets_[t].cell);
        continue;
      }
      for (const std::int32_t cell : used_[t])
        hidden_[static_cast<std::size_t>(cell)] = 1;
    }
    return {};
  }

  // The cells that fewest lean on first, the dearest among them.
  void publish_again() {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < hidden_.size(); ++i)
      if (hidden_[i] && !table_.cells[i].primary) order.push_back(i);
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
      const double left = static_cast<double>(users_[a].size()) / table_.cells[a].weight;
      return left < static_cast<double>(users_[b].size()) / table_.cells[b].weight;
    });
    Moves moves;
    for (const std::size_t cell : order) {
      if (passed(deadline_)) return;
      hidden_[cell] = 0;
      const std::vector<std::int32_t> users = users_[cell];
      bool held = true;
      for (const std::int32_t t : users) {
        const auto target = static_cast<std::size_t>(t);
        if (!std::ranges::binary_search(used_[target], static_cast<std::int32_t>(cell))) continue;
        held = held && hold(target, 0);
        if (!held) break;
      }
      if (!held) hidden_[cell] = 1;  // targets that found another way in between stay right as well
    }
  }

  const CellTable& table_;
  Attacker& attacker_;
  const std::vector<Target>& targets_;
  Deadline deadline_;
  Circuits circuits_;
  std::vector<char> hidden_;
  std::vector<std::vector<std::int32_t>> used_;   // of each target: cells that move, sorted
  std::vector<std::vector<std::int32_t>> users_;  // of each cell: targets that ever used it
};

}  // namespace

Result<Built> build_pattern(const CellTable& table, Attacker& attacker, const std::vector<Target>& targets,
                            std::vector<char> start, const Deadline& deadline) {
  return Builder(table, attacker, targets, std::move(start), deadline).run();
}

}  // namespace sekisho::disclosure
