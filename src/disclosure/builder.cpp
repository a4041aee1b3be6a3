#include "disclosure/builder.h"

#include <algorithm>
#include <cmath>

#include "core/random.h"
#include "disclosure/grid.h"

namespace sekisho::disclosure {
namespace {

constexpr double kFree = 1e-6;          // a limit that only hidden cells stay under
constexpr double kBudgets[] = {8, 32};  // of circuits, where no box helps
constexpr double kPays = 0.99;          // of the cost, left by another round
constexpr double kParts[] = {1, 0.5, 0.2};
constexpr std::uint64_t kLeastPatience = 3000;  // corners looked at for a box when time is short
constexpr std::size_t kAround = 4000;           // cells given to a linear program where nothing else helped
constexpr std::size_t kManyHidden = 20'000;     // too many for one linear program
constexpr std::size_t kNear = 200;              // hidden cells that decide whether one of them is needed
constexpr std::uint64_t kRefresh = 500;         // rounds between new prices, at least
constexpr std::uint64_t kEffortOfLook = 10;     // of one corner of a box or one member of a relation looked at

double down_needed(const Cell& cell, double up) {
  return std::max(cell.need_down, cell.need_slide - up);
}

class Builder {
 public:
  Builder(const CellTable& table, Attacker& attacker, Effort& effort, const BuildOptions& options,
          const Deadline& deadline)
      : table_(table),
        attacker_(attacker),
        effort_(effort),
        options_(options),
        deadline_(options.better),
        end_(deadline),
        circuits_(table),
        grid_(Grid::of(table)),
        hidden_(table.cells.size(), 0),
        price_(table.cells.size(), 0),
        moved_(table.cells.size(), 0),
        uses_(table.cells.size(), 0),
        users_(table.cells.size()),
        witness_of_(table.cells.size(), -1),
        place_of_(table.cells.size(), -1),
        relations_of_(table.cells.size()),
        is_near_(table.cells.size(), 0) {
    for (std::size_t r = 0; r < table.relations.size(); ++r) {
      relations_of_[static_cast<std::size_t>(table.relations[r].total)].push_back(static_cast<std::int32_t>(r));
      for (const std::int32_t child : table.relations[r].children)
        relations_of_[static_cast<std::size_t>(child)].push_back(static_cast<std::int32_t>(r));
    }
  }

  Result<Built> run(const std::vector<Target>& targets, const std::vector<char>& start) {
    for (std::size_t i = 0; i < hidden_.size(); ++i) {
      hidden_[i] = table_.cells[i].primary;
      set_price(i);
    }
    for (const Target& target : targets)
      if (witness_of_[target.cell] < 0) {
        witness_of_[target.cell] = static_cast<std::int32_t>(witnesses_.size());
        witnesses_.push_back({.cell = target.cell, .up = {}, .down = {}});
      }
    for (std::size_t i = 0; i < start.size(); ++i)
      if (start[i] && !hidden_[i] && !table_.cells[i].publish) hide(static_cast<std::int32_t>(i));
    Built built;
    SEKISHO_TRY(const bool complete, protect_all(built));
    built.complete = complete;
    if (built.unprotected.empty() && complete) {
      publish_unused();
      reroute();
      improve();
      for (int pass = 0; pass < 2; ++pass)
        SEKISHO_CHECK(publish_again());
    } else {
      for (std::size_t i = 0; i < hidden_.size(); ++i)
        hidden_[i] = !table_.cells[i].publish;
    }
    built.hidden = std::move(hidden_);
    for (Witness& witness : witnesses_)
      if (!witness.up.empty() || !witness.down.empty()) built.witnesses.push_back(std::move(witness));
    return built;
  }

 private:
  // ---- state ----
  void set_price(std::size_t cell) {
    const Cell& c = table_.cells[cell];
    price_[cell] = hidden_[cell] ? 0.0F : c.publish ? -1.0F : static_cast<float>(c.weight * noise(cell));
  }
  // Prices differ a little, and otherwise each time, so that the search does not run in circles.
  double noise(std::size_t cell) const {
    if (noise_ == 0) return 1;
    std::uint64_t z = (cell + 1) * 0x9E3779B97F4A7C15ULL + noise_ * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 30)) * 0x94D049BB133111EBULL;
    return 0.8 + 0.4 * static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-53;
  }
  void hide(std::int32_t cell) {
    const auto i = static_cast<std::size_t>(cell);
    if (hidden_[i]) return;
    hidden_[i] = 1;
    price_[i] = 0;
    cost_ += table_.cells[i].weight;
    place_of_[i] = static_cast<std::int32_t>(secondary_.size());
    secondary_.push_back(cell);
  }
  void publish(std::int32_t cell) {
    const auto i = static_cast<std::size_t>(cell);
    if (!hidden_[i] || table_.cells[i].primary) return;
    hidden_[i] = 0;
    set_price(i);
    cost_ -= table_.cells[i].weight;
    const std::int32_t at = place_of_[i], last = secondary_.back();
    secondary_[static_cast<std::size_t>(at)] = last;
    place_of_[static_cast<std::size_t>(last)] = at;
    secondary_.pop_back();
    place_of_[i] = -1;
  }
  template <typename Visit>
  static void each_cell(const Witness& witness, Visit visit) {
    for (const Move& move : witness.up)
      visit(move.cell);
    for (const Move& move : witness.down)
      visit(move.cell);
  }
  // Cells that no witness needs any more are published at once.
  void replace(std::int32_t number, Moves up, Moves down) {
    Witness& witness = witnesses_[static_cast<std::size_t>(number)];
    Witness before = std::move(witness);
    witness = {.cell = before.cell, .up = std::move(up), .down = std::move(down)};
    each_cell(witness, [&](std::int32_t cell) {
      hide(cell);
      ++uses_[static_cast<std::size_t>(cell)];
      auto& users = users_[static_cast<std::size_t>(cell)];
      if (users.empty() || users.back() != number) users.push_back(number);
    });
    each_cell(before, [&](std::int32_t cell) {
      if (--uses_[static_cast<std::size_t>(cell)] == 0) publish(cell);
    });
  }
  bool uses(std::int32_t number, std::int32_t cell) const {
    bool found = false;
    each_cell(witnesses_[static_cast<std::size_t>(number)],
              [&](std::int32_t other) { found = found || other == cell; });
    return found;
  }
  // The witnesses that lean on a cell; forgets those that no longer do.
  std::vector<std::int32_t> users(std::int32_t cell) {
    auto& list = users_[static_cast<std::size_t>(cell)];
    std::ranges::sort(list);
    list.erase(std::ranges::unique(list).begin(), list.end());
    std::erase_if(list, [&](std::int32_t number) { return !uses(number, cell); });
    return list;
  }

  // ---- one sensitive cell ----
  static bool enough(const Cell& cell, double up, double down) {
    return holds(up, cell.need_up) && holds(down, cell.need_down) && holds(up + down, cell.need_slide);
  }
  Moves times(const Grid::Box& box, double amount) const {
    Moves moves;
    for (const auto& [cell, sign] : box.corners)
      moves.push_back({cell, sign * amount});
    return moves;
  }
  // One box that carries the cell both ways.
  bool one_box(std::int32_t number, double limit) {
    if (!grid_) return false;
    const std::size_t at = witnesses_[static_cast<std::size_t>(number)].cell;
    const Cell& cell = table_.cells[at];
    const auto box = grid_->cheapest(at, {cell.need_up, cell.need_down, cell.need_slide}, price_, limit, moved_);
    if (!box) return false;
    const double down = std::min(box->down, down_needed(cell, cell.need_up));
    const double up = std::max(cell.need_up, cell.need_slide - down);
    replace(number, up > 0 ? times(*box, up) : Moves{}, down > 0 ? times(*box, -down) : Moves{});
    return true;
  }
  // Boxes and circuits one after the other until the cell has gone far enough in one direction. Hides what it needs.
  double push(std::size_t at, bool up, double needed, double limit, Moves& moves) {
    moves.clear();
    double gone = 0;
    std::vector<std::int32_t> touched;
    for (int boxes = 0; grid_ && boxes < 12 && gone < needed - 1e-9; ++boxes) {
      const double rest = needed - gone;
      std::optional<Grid::Box> box;
      for (const double part : kParts) {
        box = grid_->cheapest(at, {up ? rest * part : 0, up ? 0 : rest * part, 0}, price_, limit, moved_);
        if (box) break;
      }
      if (!box) break;
      const double step = std::min(rest, up ? box->up : box->down);
      if (step <= 1e-9) break;
      for (const auto& [cell, sign] : box->corners) {
        hide(cell);
        if (moved_[static_cast<std::size_t>(cell)] == 0) touched.push_back(cell);
        moved_[static_cast<std::size_t>(cell)] += (up ? sign : -sign) * step;
      }
      gone += step;
    }
    std::ranges::sort(touched);
    touched.erase(std::ranges::unique(touched).begin(), touched.end());
    for (const std::int32_t cell : touched) {
      double& amount = moved_[static_cast<std::size_t>(cell)];
      if (std::abs(amount) > 1e-9) moves.push_back({cell, amount});
      amount = 0;
    }
    return gone;
  }
  double circuits(std::size_t at, bool up, double needed, double budget, Moves& moves) {
    if (budget <= 0) return circuits_.push(at, up, needed, hidden_, moves);
    std::vector<std::int32_t> added;
    const double gone = circuits_.push_hiding(at, up, needed, hidden_, budget, moves, added);
    for (const std::int32_t cell : added) {  // count them
      hidden_[static_cast<std::size_t>(cell)] = 0;
      hide(cell);
    }
    return gone;
  }
  // Up and down by different means: 0 boxes, 1 circuits. What was hidden in vain is published again.
  bool two_ways(std::int32_t number, bool by_circuits, double limit) {
    const std::size_t at = witnesses_[static_cast<std::size_t>(number)].cell;
    const Cell& cell = table_.cells[at];
    const auto go = [&](bool up, double needed, Moves& moves) {
      if (needed <= 0) return 0.0;
      return by_circuits ? circuits(at, up, needed, limit > kFree ? limit : 0, moves)
                         : push(at, up, needed, limit, moves);
    };
    const std::size_t before = secondary_.size();
    Moves up, down;
    const double most_down =
        std::min(cell.value - cell.lower, std::max(cell.need_down, cell.need_slide - cell.need_up));
    double below = go(false, most_down, down), above = go(true, std::max(cell.need_up, cell.need_slide - below), up);
    bool done = enough(cell, above, below);
    if (!done && limit <= kFree && cell.need_slide > 0) {  // further up instead of down
      above = go(true, std::max(cell.need_up, cell.need_slide), up);
      below = go(false, down_needed(cell, above), down);
      done = enough(cell, above, below);
    }
    const std::vector<std::int32_t> later(secondary_.begin() + static_cast<std::ptrdiff_t>(before), secondary_.end());
    if (done) replace(number, std::move(up), std::move(down));
    for (const std::int32_t added : later)
      if (uses_[static_cast<std::size_t>(added)] == 0) publish(added);
    return done;
  }
  bool free_witness(std::int32_t number) {
    return one_box(number, kFree) || two_ways(number, true, kFree) || (grid_ && two_ways(number, false, kFree));
  }
  bool any_witness(std::int32_t number) {
    if (free_witness(number)) return true;
    if (one_box(number, 1e9) || (grid_ && two_ways(number, false, 1e9))) return true;
    for (const double budget : kBudgets)
      if (two_ways(number, true, budget)) return true;
    return false;
  }

  // ---- all of them ----
  Result<bool> protect_all(Built& built) {
    std::vector<std::int32_t> order(witnesses_.size()), open;
    for (std::size_t k = 0; k < order.size(); ++k)
      order[k] = static_cast<std::int32_t>(k);
    // The largest needs first: what they hide serves the others. Before anything is hidden, those that need nothing.
    const auto size = [&](std::int32_t k) {
      const Cell& c = table_.cells[witnesses_[static_cast<std::size_t>(k)].cell];
      return std::max({c.need_up, c.need_down, c.need_slide - (c.value - c.lower)});
    };
    std::ranges::stable_sort(order, [&](std::int32_t a, std::int32_t b) { return size(a) > size(b); });
    for (const std::int32_t k : order)
      if (out_of_time() || !free_witness(k)) open.push_back(k);
    // Those for which nothing is found look longer in the second round.
    for (int round = 0; round < 2; ++round) {
      std::vector<std::int32_t> rest;
      for (std::size_t n = 0; n < open.size(); ++n) {
        share_out(round == 0 ? deadline_ : end_, open.size() - n);
        if (ended(end_) || !any_witness(open[n])) rest.push_back(open[n]);
      }
      open.swap(rest);
    }
    return ask_programs(std::move(open), built);
  }
  // Each of the cells left gets its share of the work left, so that all of them get their turn.
  void share_out(const Deadline& deadline, std::size_t cells) {
    if (!grid_) return;
    const std::uint64_t left = ended(deadline) ? 0 : deadline.left();
    grid_->set_patience(std::clamp(left / 2 / kEffortOfLook / cells, kLeastPatience, Grid::kMostPatience));
  }

  // What no box or circuit protects: a linear program over the hidden cells, over what is near, over everything.
  Result<bool> ask_programs(std::vector<std::int32_t> open, Built& built) {
    for (int wider = secondary_.size() > kManyHidden ? 1 : 0; wider < 3 && !open.empty(); ++wider) {
      std::vector<std::int32_t> rest;
      for (const std::int32_t k : open) {
        if (ended(end_)) return false;
        if (wider > 0 && free_witness(k)) continue;  // what the others hid may serve
        SEKISHO_TRY(const bool held, ask_program(k, wider));
        if (!held) rest.push_back(k);
      }
      open.swap(rest);
    }
    for (const std::int32_t k : open)
      built.unprotected.push_back(witnesses_[static_cast<std::size_t>(k)].cell);
    return true;
  }
  Result<bool> ask_program(std::int32_t number, int wider) {
    const std::size_t at = witnesses_[static_cast<std::size_t>(number)].cell;
    std::vector<double> pattern(hidden_.begin(), hidden_.end());
    if (wider == 1) {
      if (!grid_) return false;
      for (const std::int32_t cell : grid_->around(at, kAround))
        pattern[static_cast<std::size_t>(cell)] = !table_.cells[static_cast<std::size_t>(cell)].publish;
    } else if (wider == 2) {
      for (std::size_t i = 0; i < pattern.size(); ++i)
        pattern[i] = !table_.cells[i].publish;
    }
    if (pattern != asked_) attacker_.set_pattern(pattern);
    asked_ = std::move(pattern);
    const Cell& cell = table_.cells[at];
    Moves moves[2];
    double reached[2] = {0, 0};
    for (const bool up : {true, false}) {
      const double needed = up ? std::max(cell.need_up, cell.need_slide) : down_needed(cell, reached[1]);
      if (needed <= 0) continue;
      SEKISHO_TRY(const Reach reach, attacker_.reach(at, up, false, needed));
      reached[up ? 1 : 0] = reach.distance;
      for (std::size_t k = 0; k < reach.moved.size(); ++k)
        moves[up ? 1 : 0].push_back({reach.moved[k], reach.amounts[k]});
    }
    if (!enough(cell, reached[1], reached[0])) return false;
    replace(number, std::move(moves[1]), std::move(moves[0]));
    return true;
  }

  // ---- cheaper ----
  void publish_unused() {
    for (const std::int32_t cell : std::vector<std::int32_t>(secondary_))
      if (uses_[static_cast<std::size_t>(cell)] == 0) publish(cell);
  }
  // Each witness in turn looks for a cheaper way, now that all the others stand, as long as that pays.
  void reroute() {
    double before = 0;
    do {
      before = cost_;
      for (std::size_t k = 0; k < witnesses_.size(); ++k) {
        share_out(deadline_, witnesses_.size() - k);
        if (out_of_time()) break;
        look_again(static_cast<std::int32_t>(k));
      }
    } while (cost_ < before * kPays && !out_of_time());
    if (grid_) grid_->set_patience(Grid::kMostPatience);
  }
  void look_again(std::int32_t number) {
    Witness old = witnesses_[static_cast<std::size_t>(number)];
    const double before = cost_;
    replace(number, {}, {});
    const double own = before - cost_;  // of the cells that no other witness needs
    if (own > 0 && (free_witness(number) || one_box(number, own - kFree)) && cost_ < before - kFree) return;
    replace(number, std::move(old.up), std::move(old.down));
  }
  // Publishes cells and protects anew what leaned on them; everything stays as it was when that is dearer.
  void take_back(std::span<const std::int32_t> cells) {
    const double before = cost_;
    std::vector<Witness> old;
    for (const std::int32_t cell : cells)
      for (const std::int32_t k : users(cell)) {
        if (std::ranges::find(broken_, k) != broken_.end()) continue;
        old.push_back(witnesses_[static_cast<std::size_t>(k)]);
        broken_.push_back(k);
      }
    for (const std::int32_t k : broken_)
      replace(k, {}, {});
    for (const std::int32_t cell : cells)
      if (uses_[static_cast<std::size_t>(cell)] == 0) price_[static_cast<std::size_t>(cell)] *= 2.5F;
    bool good = true;
    std::vector<std::int32_t> open;
    for (const std::int32_t k : broken_)
      if (!free_witness(k)) open.push_back(k);
    for (const std::int32_t k : open) {
      good = good && (free_witness(k) || one_box(k, 1e9) || two_ways(k, false, 1e9) || two_ways(k, true, 8));
      if (!good || cost_ > before + 1e-9) {
        good = false;
        break;
      }
    }
    if (!good || cost_ > before + 1e-9)
      for (std::size_t n = old.size(); n-- > 0;)
        replace(broken_[n], std::move(old[n].up), std::move(old[n].down));
    for (const std::int32_t cell : cells)
      set_price(static_cast<std::size_t>(cell));
    broken_.clear();
  }
  // Each hidden cell in turn, the least used first: can all that lean on it do without? A linear program over the cells
  // around it decides.
  Result<void> publish_again() {
    std::vector<std::int32_t> order = secondary_;
    std::ranges::sort(order);
    std::ranges::stable_sort(order, [&](std::int32_t a, std::int32_t b) {
      const auto x = static_cast<std::size_t>(a), y = static_cast<std::size_t>(b);
      return uses_[x] / table_.cells[x].weight < uses_[y] / table_.cells[y].weight;
    });
    for (const std::int32_t cell : order) {
      if (out_of_time()) break;
      const auto c = static_cast<std::size_t>(cell);
      if (!hidden_[c]) continue;
      std::vector<Witness> found;
      bool good = true;
      const auto leaning = users(cell);
      ask_near(cell, leaning);
      for (const std::int32_t k : leaning) {
        SEKISHO_TRY(auto witness, ask_again(k));
        good = witness.has_value();
        if (!good) break;
        found.push_back(std::move(*witness));
      }
      for (std::size_t n = 0; good && n < found.size(); ++n)
        replace(leaning[n], std::move(found[n].up), std::move(found[n].down));
    }
    return {};
  }
  // The attacker looks at the hidden cells around a cell that is to be published, and at the witnesses that lean on it.
  void ask_near(std::int32_t cell, const std::vector<std::int32_t>& leaning) {
    near_.clear();
    const auto take = [&](std::int32_t other) {
      if (!hidden_[static_cast<std::size_t>(other)] || is_near_[static_cast<std::size_t>(other)]) return;
      is_near_[static_cast<std::size_t>(other)] = 1;
      near_.push_back(other);
    };
    take(cell);
    for (const std::int32_t k : leaning)
      each_cell(witnesses_[static_cast<std::size_t>(k)], take);
    for (std::size_t k = 0; k < near_.size() && near_.size() < kNear; ++k)
      for (const std::int32_t r : relations_of_[static_cast<std::size_t>(near_[k])]) {
        take(table_.relations[static_cast<std::size_t>(r)].total);
        for (const std::int32_t child : table_.relations[static_cast<std::size_t>(r)].children)
          take(child);
      }
    pattern_.assign(hidden_.size(), 0);
    for (const std::int32_t other : near_) {
      pattern_[static_cast<std::size_t>(other)] = other == cell ? 0 : 1;
      is_near_[static_cast<std::size_t>(other)] = 0;
    }
    attacker_.set_pattern(pattern_);
  }
  Result<std::optional<Witness>> ask_again(std::int32_t number) {
    const std::size_t at = witnesses_[static_cast<std::size_t>(number)].cell;
    const Cell& cell = table_.cells[at];
    Witness witness{.cell = at, .up = {}, .down = {}};
    double reached[2] = {0, 0};
    for (const bool up : {false, true}) {
      const double needed = up ? std::max(cell.need_up, cell.need_slide - reached[0])
                               : std::max(cell.need_down, cell.need_slide - cell.need_up);
      if (needed <= 0) continue;
      SEKISHO_TRY(const Reach reach, attacker_.reach(at, up, false, needed));
      reached[up ? 1 : 0] = reach.distance;
      Moves& moves = up ? witness.up : witness.down;
      for (std::size_t k = 0; k < reach.moved.size(); ++k)
        moves.push_back({reach.moved[k], reach.amounts[k]});
    }
    if (!enough(cell, reached[1], reached[0])) return std::nullopt;
    return witness;
  }
  bool out_of_time() { return ended(deadline_); }
  bool ended(const Deadline& deadline) {
    const std::uint64_t work = circuits_.work() + (grid_ ? grid_->work() : 0);
    effort_.spent += (work - counted_) * kEffortOfLook;
    counted_ = work;
    return passed(deadline);
  }
  void improve() {
    if (!options_.take_back) return;
    const Deadline end = deadline_.within(deadline_.left() / 2);
    share_out(end, secondary_.size() + 1);
    const std::uint64_t refresh = std::max<std::uint64_t>(kRefresh, secondary_.size() / 4);
    SeededRandom random(24, 0);
    std::vector<std::int32_t> chosen;
    for (std::uint64_t round = 0; !secondary_.empty() && !ended(end); ++round) {
      if (round % refresh == 0) {
        ++noise_;
        for (std::size_t i = 0; i < hidden_.size(); ++i)
          set_price(i);
      }
      chosen.assign(1, secondary_[random.below(secondary_.size())]);
      const auto near = users(chosen[0]);
      const std::size_t more = random.below(4);
      for (std::size_t k = 0; k < more && !near.empty(); ++k) {
        std::vector<std::int32_t> candidates;
        each_cell(witnesses_[static_cast<std::size_t>(near[random.below(near.size())])], [&](std::int32_t cell) {
          if (!table_.cells[static_cast<std::size_t>(cell)].primary) candidates.push_back(cell);
        });
        if (candidates.empty()) continue;
        const std::int32_t other = candidates[random.below(candidates.size())];
        if (std::ranges::find(chosen, other) == chosen.end()) chosen.push_back(other);
      }
      take_back(chosen);
    }
  }

  const CellTable& table_;
  Attacker& attacker_;
  Effort& effort_;
  BuildOptions options_;
  Deadline deadline_, end_;
  Circuits circuits_;
  std::optional<Grid> grid_;
  std::vector<char> hidden_;
  std::vector<float> price_;
  std::vector<double> moved_;  // zero between questions
  std::vector<Witness> witnesses_;
  std::vector<std::int32_t> uses_;                // of each cell: moves of witnesses that it takes part in
  std::vector<std::vector<std::int32_t>> users_;  // of each cell: witnesses that ever used it
  std::vector<std::int32_t> witness_of_;
  std::vector<std::int32_t> place_of_, secondary_;
  std::vector<std::int32_t> broken_;
  std::vector<double> asked_;
  std::uint64_t noise_ = 0, counted_ = 0;
  double cost_ = 0;
  std::vector<std::vector<std::int32_t>> relations_of_;
  std::vector<char> is_near_;
  std::vector<std::int32_t> near_;
  std::vector<double> pattern_;
};

}  // namespace

Result<Built> build_pattern(const CellTable& table, Attacker& attacker, Effort& effort,
                            const std::vector<Target>& targets, const std::vector<char>& start,
                            const BuildOptions& options, const Deadline& deadline) {
  return Builder(table, attacker, effort, options, deadline).run(targets, start);
}

}  // namespace sekisho::disclosure
