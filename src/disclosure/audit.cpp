#include "disclosure/audit.h"

#include <fmt/format.h>

#include <CoinError.hpp>
#include <algorithm>
#include <cmath>
#include <optional>
#include <unordered_map>

#include "disclosure/audit_system.h"
#include "disclosure/grid.h"

namespace sekisho::disclosure {
namespace {

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

bool is_count(double value) {
  return value == std::floor(value) && value < 1e5;
}

// Counts: at most three whole numbers are left; is it but one? The true value always fits.
bool only_one_whole(const CellTable& table, const AuditPiece& piece, AuditSystem& system, std::size_t k,
                    const Interval& interval, const AuditEnd& end) {
  const double value = table.cells[piece.cells[k]].value;
  const double low = std::ceil(interval.low - 1e-6), high = std::floor(interval.high + 1e-6);
  if (high - low > 2) return false;
  for (double other = low; other <= high; ++other)
    if (other != value && system.whole(k, other, end).value_or(true)) return false;
  return true;
}

// One piece by linear programs, cells that are known to be wide enough left out.
Result<void> audit_piece(const CellTable& table, const AuditPiece& piece, Known* known, const AuditEnd& end,
                         AuditReport& report) {
  std::optional<AuditSystem> system;
  const bool counts = std::ranges::all_of(piece.cells, [&](std::size_t i) {
    return is_count(table.cells[i].value) && is_count(table.cells[i].contributors) && table.cells[i].top1 < 0;
  });
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
      if (!system) system.emplace(table, piece);
      for (const bool highest : {false, true}) {
        SEKISHO_TRY((highest ? interval.high : interval.low), system->extreme(k, highest, end));
        if (known != nullptr) known->add(system->last_table());  // the program's solution is another table too
      }
    }
    AuditedCell judged = judge(table.cells[cell], cell, interval);
    if (counts && system && table.cells[cell].primary && !judged.exact &&
        only_one_whole(table, piece, *system, k, interval, end)) {
      judged.exact = true;
      ++report.whole_exact;
    }
    report.hidden.push_back(judged);
  }
  return {};
}

Result<AuditReport> audit_pieces(const CellTable& table, const Pattern& pattern, const std::vector<Witness>& proposals,
                                 const AuditOptions& options) {
  AuditReport report;
  const AuditEnd end =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(static_cast<std::int64_t>(options.seconds * 1000));
  const auto count =
      static_cast<std::size_t>(std::ranges::count_if(pattern, [](Status s) { return s != Status::kPublished; }));
  std::optional<Known> known;
  if (count > kManyHidden && !options.exact_intervals) {
    known.emplace(table, pattern);
    for (const Witness& witness : proposals) {
      known->add(witness.up);
      known->add(witness.down);
    }
  }
  const std::vector<AuditPiece> pieces = split(table, pattern);
  for (const AuditPiece& piece : pieces)
    SEKISHO_CHECK(audit_piece(table, piece, known ? &*known : nullptr, end, report));
  if (options.insiders) SEKISHO_CHECK(audit_insiders(table, pieces, end, report));
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

Result<AuditReport> audit(const CellTable& table, const Pattern& pattern, const std::vector<Witness>& proposals,
                          const AuditOptions& options) {
  if (pattern.size() != table.cells.size()) return fail("audit.pattern", "the pattern belongs to another table");
  try {
    return audit_pieces(table, pattern, proposals, options);
  } catch (const CoinError& error) {
    return fail("audit.solver", "the solver failed: " + error.message());
  } catch (const std::bad_alloc&) {
    return fail("audit.memory", "the table does not fit into memory");
  }
}

}  // namespace sekisho::disclosure
