#include "disclosure/audit_known.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "core/random.h"

namespace sekisho::disclosure {
namespace {

constexpr std::size_t kFew = 2;  // cells left, or settled by a round: from then on one by one

}  // namespace

Adder::Adder(const CellTable& table) : table_(table), relations_of_(table.cells.size()) {
  for (std::size_t r = 0; r < table.relations.size(); ++r) {
    relations_of_[static_cast<std::size_t>(table.relations[r].total)].emplace_back(r, -1.0);
    for (const std::int32_t child : table.relations[r].children)
      relations_of_[static_cast<std::size_t>(child)].emplace_back(r, 1.0);
  }
}

bool Adder::holds(const Moves& moves, const std::vector<char>& hidden) const {
  std::unordered_map<std::size_t, double> sums;
  double size = 1;
  for (const Move& move : moves) {
    const auto cell = static_cast<std::size_t>(move.cell);
    const Cell& c = table_.cells[cell];
    const double value = c.value + move.amount, slack = 1e-7 * std::max(1.0, c.value);
    if (!hidden[cell] || value < c.lower - slack || value > c.upper + slack) return false;
    for (const auto& [relation, sign] : relations_of_[cell])
      sums[relation] += sign * move.amount;
    size = std::max(size, std::abs(move.amount));
  }
  // A solver's moves are not exact to the last digit.
  return std::ranges::all_of(sums, [&](const auto& sum) { return std::abs(sum.second) <= 1e-7 * size; });
}

Known::Known(const CellTable& table, const Pattern& pattern)
    : table_(table), adder_(table), circuits_(table), hidden_(pattern.size()), reach_(pattern.size()) {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    hidden_[i] = pattern[i] != Status::kPublished;
    reach_[i] = {table.cells[i].value, table.cells[i].value};
  }
}

void Known::add(const Moves& moves) {
  if (!moves.empty() && adder_.holds(moves, hidden_)) widen(moves);
}

void Known::widen(const Moves& moves) {
  for (const Move& move : moves) {
    const auto cell = static_cast<std::size_t>(move.cell);
    const double value = table_.cells[cell].value + move.amount;
    reach_[cell].low = std::min(reach_[cell].low, value);
    reach_[cell].high = std::max(reach_[cell].high, value);
  }
}

std::optional<AuditedCell> Known::judged(std::size_t cell) const {
  AuditedCell result = judge(table_.cells[cell], cell, reach_[cell]);
  result.inner = true;
  if (result.exact || result.too_narrow) return std::nullopt;
  return result;
}

void Known::search(std::size_t cell) {
  const Cell& c = table_.cells[cell];
  const double needed = most_needed(c);
  if (!grid_tried_) {
    grid_ = Grid::of(table_);
    grid_tried_ = true;
    moved_.assign(hidden_.size(), 0);
    for (const char hidden : hidden_)
      price_.push_back(hidden ? 0.0F : -1.0F);
  }
  if (grid_) {
    const Grid::Need need = c.primary ? Grid::Need{c.need_up, c.need_down, c.need_slide} : Grid::Need{0, 0, needed};
    if (const auto box = grid_->cheapest(cell, need, price_, 1, moved_)) {
      Moves up, down;
      for (const auto& [corner, sign] : box->corners) {
        up.push_back({corner, sign * std::min(box->up, std::max(need.up, need.slide))});
        down.push_back({corner, -sign * std::min(box->down, std::max(need.down, need.slide))});
      }
      add(up);
      add(down);
      if (judged(cell)) return;
    }
  }
  Moves moves;
  circuits_.push(cell, true, needed, hidden_, moves);
  add(moves);
  const double above = reach_[cell].high - c.value;
  const double below = c.primary ? std::max(c.need_down, c.need_slide - above) : needed - above;
  if (below > 0) {
    circuits_.push(cell, false, below, hidden_, moves);
    add(moves);
  }
}

std::optional<AuditedCell> Known::wide_enough(std::size_t cell) {
  if (const auto known = judged(cell)) return known;
  search(cell);
  return judged(cell);
}

void Known::fix(std::size_t cell) {
  hidden_[cell] = 0;
  if (!price_.empty()) price_[cell] = -1.0F;
}

void Known::release(std::size_t cell) {
  hidden_[cell] = 1;
  if (!price_.empty()) price_[cell] = 0.0F;
}

// Cells that lean on each other cannot all go the same way: each goes up or down at random, then the other way.
Result<void> widen_together(Known& known, AuditSystem& system, const AuditPiece& piece, std::vector<std::size_t>& open,
                            const AuditEnd& end) {
  SeededRandom random(25, 0);
  std::vector<AuditSystem::Aim> aims;
  for (std::size_t settled = kFew; settled >= kFew && open.size() > kFew;) {
    aims.clear();
    for (const std::size_t k : open)
      aims.push_back({k, random.chance(0.5)});
    for (int way = 0; way < 2; ++way) {
      const auto solved = system.spread(aims, end);
      if (!solved && solved.error().code == "audit.time") return std::unexpected(solved.error());
      if (!solved) return {};  // each by itself, then
      known.add(system.last_table());
      for (AuditSystem::Aim& aim : aims)
        aim.highest = !aim.highest;
    }
    settled = std::erase_if(open, [&](std::size_t k) { return known.wide_enough(piece.cells[k]).has_value(); });
  }
  return {};
}

}  // namespace sekisho::disclosure
