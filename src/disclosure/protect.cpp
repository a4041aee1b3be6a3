#include "disclosure/protect.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/random.h"
#include "disclosure/branch.h"
#include "disclosure/builder.h"
#include "disclosure/insiders.h"
#include "disclosure/master.h"
#include "disclosure/refine.h"
#include "disclosure/row_bound.h"
#include "disclosure/separator.h"
#include "disclosure/solver.h"

namespace sekisho::disclosure {
namespace {

// Orders of publishing again: numbers that depend on the table alone, so that the same input gives the same pattern.
constexpr double kWallFactor = 10 * 1000;  // milliseconds on the wall for each second of counted work
constexpr int kInsiderRounds = 4;          // of the search, while new insiders matter
constexpr int kDives = 8, kDivesLarge = 2;
constexpr std::uint64_t kDiveWork = 1'500'000'000, kRefineWork = 4'000'000'000;
// Effort of fast mode: for the bound, and for searching below the first safe pattern.
constexpr std::uint64_t kBoundWork = 8'000'000'000, kSearchWork = 1'500'000'000;
constexpr int kOrders = 10, kOrdersLarge = 4, kRounds = 60, kRoundsLarge = 10;
constexpr std::size_t kManyTargets = 300, kManyCells = 5000;

// Secondary cells in the order in which publishing them is tried: those the relaxation wants least first; further
// orders are disturbed more and more.
std::vector<std::size_t> drop_order(const CellTable& table, const std::vector<char>& hidden,
                                    const std::vector<double>& wish, int number) {
  std::vector<std::size_t> order;
  std::vector<double> key(hidden.size(), 0);
  SeededRandom random(20, static_cast<std::uint64_t>(number));
  for (std::size_t i = 0; i < hidden.size(); ++i) {
    key[i] = wish[i] / table.cells[i].weight + 0.25 * number * random.uniform();
    if (hidden[i] && !table.cells[i].primary) order.push_back(i);
  }
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return key[a] < key[b]; });
  return order;
}

std::vector<char> everything(const CellTable& table) {
  std::vector<char> hidden(table.cells.size());
  for (std::size_t i = 0; i < hidden.size(); ++i)
    hidden[i] = !table.cells[i].publish;
  return hidden;
}

Error infeasible(const CellTable& table, const std::vector<std::size_t>& cells) {
  std::string names;
  for (std::size_t i = 0; i < std::min<std::size_t>(cells.size(), 5); ++i)
    names += (i == 0 ? "" : ", ") + table.describe(cells[i]);
  return fail("disclosure.infeasible",
              fmt::format("{} sensitive cells cannot be protected even with every other cell hidden: {}{}",
                          cells.size(), names, cells.size() > 5 ? ", ..." : ""),
              {}, "Merge categories, or do not force cells to be published.")
      .error();
}

// Cells hidden by less than half in the relaxation are asked again after the surest of them is hidden for good: the
// relaxation becomes whole step by step, and its support a better start than the first one.
Result<Relaxation> dive(const CellTable& table, Separator& separator, Master& master,
                        const std::vector<Target>& targets, Relaxation now, int number, const Deadline& deadline) {
  SeededRandom random(22, static_cast<std::uint64_t>(number));
  while (now.complete) {
    std::size_t surest = 0;
    double most = 0;
    for (std::size_t i = 0; i < now.x.size(); ++i) {
      if (table.cells[i].primary || now.x[i] > 1 - 1e-6) continue;
      if (now.x[i] < 1e-6) continue;
      const double wish = now.x[i] + (number > 0 ? 0.3 * random.uniform() : 0.0);
      if (wish > most + 1e-9) {
        most = wish;
        surest = i;
      }
    }
    if (most < 1e-6) break;
    for (std::size_t i = 0; i < now.x.size(); ++i)
      if (!table.cells[i].primary && now.x[i] > 1 - 1e-6) master.hold(i);
    master.hold(surest);
    auto next = relax(separator, master, targets, deadline);
    if (!next || !next->complete) break;
    now = std::move(*next);
  }
  master.release();
  return now;
}

std::vector<char> support_of(const CellTable& table, const Relaxation& relaxation) {
  if (!relaxation.complete) return everything(table);
  std::vector<char> start(table.cells.size());
  for (std::size_t i = 0; i < start.size(); ++i)
    start[i] = table.cells[i].primary || relaxation.x[i] > 1e-7;
  return start;
}

// Publishes what need not be hidden, in the given order. Errors: disclosure.unsafe.
Result<void> come_down(const CellTable& table, SafePattern& safe, std::vector<char> start,
                       const std::vector<double>& wish, int number, const Deadline& deadline) {
  SEKISHO_TRY(const auto broken, safe.set(start));
  if (!broken.empty()) {  // tolerances only: hide all and come down from there
    start = everything(table);
    SEKISHO_TRY(const auto still_broken, safe.set(start));
    if (!still_broken.empty()) return fail("disclosure.unsafe", "the solver contradicts itself on this table");
  }
  for (const std::size_t cell : drop_order(table, start, wish, number)) {
    if (passed(deadline)) break;
    SEKISHO_TRY([[maybe_unused]] const bool published, safe.try_publish(cell));
  }
  return {};
}

// The best of several descents: from the support of the relaxation, from that of the dive, and from the best pattern
// with some cells of the supports hidden again.
Result<std::vector<char>> descend(const CellTable& table, SafePattern& safe, std::size_t questions,
                                  const Relaxation& relaxation, const std::vector<Relaxation>& dives,
                                  std::vector<char> best, const Deadline& deadline) {
  const std::vector<char> wide = support_of(table, relaxation);
  std::vector<char> deep = wide;  // all cells that any dive hides
  const int orders = questions > kManyTargets ? kOrdersLarge : kOrders;
  const auto good_enough = [&] { return passed(deadline) || cost_of(table, best) < relaxation.bound + 1 - 1e-6; };
  const auto keep_better = [&] {
    if (safe.cost() < cost_of(table, best)) best = safe.hidden();
  };
  for (const Relaxation& dived : dives) {
    const std::vector<char> start = support_of(table, dived);
    for (std::size_t i = 0; i < start.size(); ++i)
      deep[i] = deep[i] || (dived.complete && start[i]);
    if (good_enough()) break;
    SEKISHO_CHECK(come_down(table, safe, start, dived.x, 0, deadline));
    keep_better();
  }
  for (int number = 0; number < orders && !good_enough(); ++number) {
    SEKISHO_CHECK(come_down(table, safe, wide, relaxation.x, number, deadline));
    keep_better();
  }
  SeededRandom random(21, 0);
  const int rounds = questions > kManyTargets ? kRoundsLarge : kRounds;
  for (int round = 0; round < rounds && !good_enough(); ++round) {
    std::vector<char> start = best;
    std::vector<double> wish(start.size());
    for (std::size_t i = 0; i < start.size(); ++i) {
      if ((wide[i] || deep[i]) && random.chance(0.25)) start[i] = 1;
      wish[i] = relaxation.x[i] + (best[i] ? 0.3 : 0.0);
    }
    SEKISHO_CHECK(come_down(table, safe, std::move(start), wish, 1 + round % 4, deadline));
    if (safe.cost() <= cost_of(table, best)) best = safe.hidden();
  }
  return best;
}

// Nothing cheaper fits above the bound: costs are whole numbers, or the pattern meets the bound.
bool is_proven(const CellTable& table, const std::vector<char>& hidden, const Relaxation& relaxation) {
  const bool whole = std::ranges::all_of(table.cells, [](const Cell& c) { return c.weight == std::round(c.weight); });
  return cost_of(table, hidden) < relaxation.bound + (whole ? 1 : 0) + (whole ? -1e-6 : 1e-6);
}

// What is known of the optimum after a round of the search.
struct Found {
  std::vector<char> hidden;
  double bound = 0;
  bool optimal = false;  // for the questions asked
};

class Search {
 public:
  Search(const CellTable& table, const ProtectOptions& options)
      : table_(table),
        options_(options),
        effort_(options.effort != nullptr ? *options.effort : own_),
        before_(effort_.spent),
        targets_(targets_of(table)),
        separator_(table, effort_),
        master_(table, effort_) {}

  Result<Protection> run() {
    SEKISHO_TRY(Built built, first_pattern());
    if (!built.unprotected.empty()) return std::unexpected(infeasible(table_, built.unprotected));
    const std::vector<Witness> witnesses = std::move(built.witnesses);
    std::vector<char> best = std::move(built.hidden);
    const std::size_t outside = targets_.size();
    if (options_.insiders) {
      SEKISHO_TRY(best, cover_insiders(table_, effort_, std::move(best), witnesses, targets_, part(0.9)));
    }
    Found found;
    for (int round = 0; round < kInsiderRounds; ++round) {
      SEKISHO_TRY(found, search(best));
      if (!options_.insiders) break;
      // Insiders nobody had thought of: their questions join, and the pattern holds against them at once.
      const std::size_t asked = targets_.size();
      SEKISHO_TRY(std::vector<char> covered,
                  cover_insiders(table_, effort_, found.hidden, witnesses, targets_, wall_part()));
      const bool settled = targets_.size() == asked;
      if (cost_of(table_, covered) <= cost_of(table_, best)) best = std::move(covered);
      if (settled || passed(part(0.9))) break;
      found.optimal = false;
    }
    if (options_.insiders) found.hidden = std::move(best);
    return finish(std::move(found), witnesses, targets_.size() > outside);
  }

 private:
  // Up to half of the work for a safe pattern of large tables; the rest bounds it and makes that of small ones better.
  Deadline part(double share) const {
    return {&effort_, before_ + static_cast<std::uint64_t>(options_.seconds * share * kEffortOfASecond), wall_end_};
  }
  // A pattern already found is made to hold whatever work is left.
  Deadline wall_part() const { return {&effort_, std::numeric_limits<std::uint64_t>::max(), wall_end_}; }

  Result<Built> first_pattern() {
    std::vector<char> first(table_.cells.size(), 0);
    if (table_.cells.size() <= kManyCells)
      if (const auto x = bridge(master_, part(0.2)))
        for (std::size_t i = 0; i < first.size(); ++i)
          first[i] = (*x)[i] > 1e-7;
    const BuildOptions build{.better = part(0.55), .take_back = targets_.size() > kManyTargets};
    return build_pattern(table_, separator_.attacker(), effort_, targets_, first, build, part(0.9));
  }

  // The relaxation, and from its support down to a pattern not dearer than `best`; in exact mode the optimum.
  Result<Found> search(std::vector<char> best) {
    Found found;
    SafePattern safe(table_, separator_.attacker(), targets_);
    Deadline deadline = part(0.9);
    if (options_.mode == Mode::kFast) deadline = deadline.within(kBoundWork);
    SEKISHO_TRY(const Relaxation relaxation, relax(separator_, master_, targets_, deadline));
    found.hidden = std::move(best);
    found.bound = relaxation.bound;
    const bool small = targets_.size() <= kManyTargets;
    if (!relaxation.complete) {
      found.bound = std::max(found.bound, row_bound(table_, effort_, part(0.95)).bound);
      if (small) {
        SEKISHO_TRY(found.hidden, refine(table_, safe, std::move(found.hidden), part(0.9).within(kRefineWork)));
      }
      return found;
    }
    const Deadline search_end = part(0.9).within(kDiveWork);
    std::vector<Relaxation> dives;
    const int most_dives = small ? kDives : kDivesLarge;
    for (int number = 0; number < most_dives && !passed(search_end); ++number) {
      SEKISHO_TRY(Relaxation dived, dive(table_, separator_, master_, targets_, relaxation, number, search_end));
      dives.push_back(std::move(dived));
    }
    const Deadline descent_end = part(0.9).within(kSearchWork);
    SEKISHO_TRY(found.hidden,
                descend(table_, safe, targets_.size(), relaxation, dives, std::move(found.hidden), descent_end));
    if (small && !is_proven(table_, found.hidden, relaxation)) {
      SEKISHO_TRY(found.hidden, refine(table_, safe, std::move(found.hidden), part(0.9).within(kRefineWork)));
    }
    if (options_.mode == Mode::kExact && !is_proven(table_, found.hidden, relaxation)) {
      SEKISHO_TRY(Branched branched,
                  branch(table_, separator_, effort_, master_, targets_, std::move(found.hidden), deadline));
      found.hidden = std::move(branched.hidden);
      found.optimal = branched.optimal;
    }
    found.optimal = found.optimal || is_proven(table_, found.hidden, relaxation);
    return found;
  }

  Result<Protection> finish(Found found, const std::vector<Witness>& witnesses, bool insiders_mattered) {
    Protection result;
    result.lp_bound = found.bound;
    result.optimal = found.optimal;
    result.repeatable = std::chrono::steady_clock::now() < wall_end_;
    const double cost = cost_of(table_, found.hidden);
    result.gap = result.optimal || cost == 0 ? 0 : (cost - result.lp_bound) / std::max(result.lp_bound, 1.0);
    result.pattern = pattern_of(table_, found.hidden);
    result.insiders_mattered = insiders_mattered;
    result.primary = static_cast<std::uint64_t>(std::ranges::count(result.pattern, Status::kPrimary));
    result.secondary = static_cast<std::uint64_t>(std::ranges::count(result.pattern, Status::kSecondary));
    SEKISHO_TRY(result.audit, audit(table_, result.pattern, witnesses,
                                    {.insiders = options_.insiders, .seconds = std::max(60.0, 10 * options_.seconds)}));
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    if (!result.audit.safe())
      return fail("disclosure.unsafe",
                  fmt::format("the audit found {} cells exact and {} too narrow: nothing is written",
                              result.audit.exact + result.audit.insider_exact,
                              result.audit.too_narrow + result.audit.insider_too_narrow),
                  {}, "Merge categories.");
    return result;
  }

  const CellTable& table_;
  const ProtectOptions& options_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  const std::chrono::steady_clock::time_point wall_end_ =
      start_ + std::chrono::milliseconds(static_cast<std::int64_t>((options_.seconds + 1) * kWallFactor));
  Effort own_;
  Effort& effort_;
  std::uint64_t before_;
  std::vector<Target> targets_;
  Separator separator_;
  Master master_;
};

Result<Protection> search(const CellTable& table, const ProtectOptions& options) {
  const auto forced = std::ranges::find_if(table.cells, [](const Cell& c) { return c.primary && c.publish; });
  if (forced != table.cells.end())
    return fail("cells.publish",
                table.describe(static_cast<std::size_t>(forced - table.cells.begin())) +
                    " is sensitive and yet to be published",
                {}, "A sensitive cell cannot be forced out.");
  return Search(table, options).run();
}

}  // namespace

Result<Protection> protect(const CellTable& table, const ProtectOptions& options) {
  return guarded([&] { return search(table, options); });
}

}  // namespace sekisho::disclosure
