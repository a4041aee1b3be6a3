#include "disclosure/row_bound.h"

#include <algorithm>
#include <cmath>

namespace sekisho::disclosure {
namespace {

constexpr int kLookEvery = 40, kMostLooks = 100;
constexpr double kGoodEnough = 2e-3;           // of the bound, between two looks
constexpr std::uint64_t kEffortOfMember = 10;  // of one cell of one row in one round

// Rows over the cells that may be hidden or not (columns):
//   covers: sum of coefficient * x >= 1, what a sensitive cell needs of one relation;
//   lonely: in a relation without sensitive cells, each x is at most the sum of the others. These rows are kept as one
//   set of members, since only sums and single members occur in them.
struct Rows {
  struct Term {
    std::int32_t column = 0;
    double factor = 1;
  };
  std::vector<std::int32_t> column_of, cell_of;
  std::vector<std::size_t> cover_start{0}, lonely_start{0};
  std::vector<Term> cover;
  std::vector<std::int32_t> lonely;
};

// How far the other members let a cell of a relation go, each by itself: with the total it moves the same way, with
// siblings against each other.
struct Member {
  std::int32_t cell = 0;
  double lets_up = 0, lets_down = 0;
};

void add_cover(const CellTable& table, Rows& rows, const std::vector<Member>& members, std::size_t at, bool up,
               double needed) {
  double right = needed;
  for (const Member& other : members)
    if (table.cells[static_cast<std::size_t>(other.cell)].primary && static_cast<std::size_t>(other.cell) != at)
      right -= up ? other.lets_up : other.lets_down;
  if (right <= 1e-9 * std::max(1.0, needed)) return;
  bool any = false;
  for (const Member& other : members) {
    const std::int32_t column = rows.column_of[static_cast<std::size_t>(other.cell)];
    const double factor = std::min(1.0, (up ? other.lets_up : other.lets_down) / right);
    if (column < 0 || factor < 1e-9) continue;
    rows.cover.push_back({column, factor});
    any = true;
  }
  if (any) rows.cover_start.push_back(rows.cover.size());
}

void add_relation(const CellTable& table, const Relation& relation, Rows& rows) {
  std::vector<std::int32_t> cells = relation.children;
  cells.push_back(relation.total);
  bool sensitive = false;
  std::size_t free = 0;
  for (const std::int32_t cell : cells) {
    sensitive = sensitive || table.cells[static_cast<std::size_t>(cell)].primary;
    free += rows.column_of[static_cast<std::size_t>(cell)] >= 0 ? 1 : 0;
  }
  if (free == 0) return;
  if (!sensitive) {
    for (const std::int32_t cell : cells)
      if (rows.column_of[static_cast<std::size_t>(cell)] >= 0)
        rows.lonely.push_back(rows.column_of[static_cast<std::size_t>(cell)]);
    rows.lonely_start.push_back(rows.lonely.size());
    return;
  }
  std::vector<Member> members(cells.size());
  for (const std::int32_t cell : cells) {
    const Cell& c = table.cells[static_cast<std::size_t>(cell)];
    if (!c.primary || c.need_up + c.need_down + c.need_slide <= 0) continue;
    for (std::size_t k = 0; k < cells.size(); ++k) {
      const Cell& other = table.cells[static_cast<std::size_t>(cells[k])];
      const double above = other.upper - other.value, below = other.value - other.lower;
      const bool together = (cell == relation.total) != (cells[k] == relation.total);
      members[k] = {cells[k], together ? above : below, together ? below : above};
    }
    const double up = std::max(c.need_up, c.need_slide - (c.value - c.lower));
    const double down = std::max(c.need_down, c.need_slide - (c.upper - c.value));
    if (up > 0) add_cover(table, rows, members, static_cast<std::size_t>(cell), true, up);
    if (down > 0) add_cover(table, rows, members, static_cast<std::size_t>(cell), false, down);
  }
}

Rows rows_of(const CellTable& table) {
  Rows rows;
  rows.column_of.assign(table.cells.size(), -1);
  for (std::size_t i = 0; i < table.cells.size(); ++i) {
    if (table.cells[i].primary || table.cells[i].publish) continue;
    rows.column_of[i] = static_cast<std::int32_t>(rows.cell_of.size());
    rows.cell_of.push_back(static_cast<std::int32_t>(i));
  }
  for (const Relation& relation : table.relations)
    add_relation(table, relation, rows);
  return rows;
}

// Chambolle and Pock's iteration with steps of each row and column, restarted at the mean when that is better.
class PrimalDual {
 public:
  PrimalDual(const CellTable& table, Rows rows)
      : rows_(std::move(rows)),
        cost_(rows_.cell_of.size()),
        x_(cost_.size(), 0),
        ahead_(cost_.size(), 0),
        pull_(cost_.size(), 0),
        step_(cost_.size(), 1e-3),
        cover_price_(rows_.cover_start.size() - 1, 0),
        lonely_price_(rows_.lonely.size(), 0),
        mean_x_(cost_.size(), 0),
        mean_cover_(cover_price_.size(), 0),
        mean_lonely_(lonely_price_.size(), 0) {
    for (std::size_t j = 0; j < cost_.size(); ++j)
      cost_[j] = table.cells[static_cast<std::size_t>(rows_.cell_of[j])].weight;
    for (const Rows::Term& term : rows_.cover)
      step_[static_cast<std::size_t>(term.column)] += term.factor;
    each_lonely([&](std::size_t from, std::size_t to) {
      for (std::size_t k = from; k < to; ++k)
        step_[static_cast<std::size_t>(rows_.lonely[k])] += static_cast<double>(to - from);
    });
    for (double& step : step_)
      step = 1 / step;
  }

  std::uint64_t size() const { return rows_.cover.size() + rows_.lonely.size() + cost_.size(); }

  void round() {
    gather(cover_price_, lonely_price_);
    for (std::size_t j = 0; j < x_.size(); ++j) {
      const double next = std::clamp(x_[j] + weight_ * step_[j] * (pull_[j] - cost_[j]), 0.0, 1.0);
      ahead_[j] = 2 * next - x_[j];
      x_[j] = next;
      mean_x_[j] += next;
    }
    for (std::size_t r = 0; r < cover_price_.size(); ++r) {
      double sum = 0, norm = 0;
      for (std::size_t k = rows_.cover_start[r]; k < rows_.cover_start[r + 1]; ++k) {
        sum += rows_.cover[k].factor * ahead_[static_cast<std::size_t>(rows_.cover[k].column)];
        norm += rows_.cover[k].factor;
      }
      cover_price_[r] = std::max(0.0, cover_price_[r] + (1 - sum) / (norm * weight_));
      mean_cover_[r] += cover_price_[r];
    }
    each_lonely([&](std::size_t from, std::size_t to) {
      double sum = 0;
      for (std::size_t k = from; k < to; ++k)
        sum += ahead_[static_cast<std::size_t>(rows_.lonely[k])];
      const double step = 1 / (static_cast<double>(to - from) * weight_);
      for (std::size_t k = from; k < to; ++k) {
        const double broken = 2 * ahead_[static_cast<std::size_t>(rows_.lonely[k])] - sum;
        lonely_price_[k] = std::max(0.0, lonely_price_[k] + step * broken);
        mean_lonely_[k] += lonely_price_[k];
      }
    });
    ++rounds_;
  }

  // The bound that the prices prove, whatever they are; the better of the last ones and their mean, from which the
  // next rounds start.
  double look() {
    const double last = proven(cover_price_, lonely_price_), share = 1.0 / rounds_;
    for (double& price : mean_cover_)
      price *= share;
    for (double& price : mean_lonely_)
      price *= share;
    const double mean = proven(mean_cover_, mean_lonely_);
    if (mean > last) {
      cover_price_ = mean_cover_;
      lonely_price_ = mean_lonely_;
      for (std::size_t j = 0; j < x_.size(); ++j)
        x_[j] = mean_x_[j] * share;
    }
    std::ranges::fill(mean_cover_, 0.0);
    std::ranges::fill(mean_lonely_, 0.0);
    std::ranges::fill(mean_x_, 0.0);
    rounds_ = 0;
    return std::max(last, mean);
  }

  std::vector<double> wish(std::size_t cells) const {
    std::vector<double> wish(cells, 0);
    for (std::size_t j = 0; j < x_.size(); ++j)
      wish[static_cast<std::size_t>(rows_.cell_of[j])] = x_[j];
    return wish;
  }

 private:
  template <typename Visit>
  void each_lonely(Visit visit) const {
    for (std::size_t r = 0; r + 1 < rows_.lonely_start.size(); ++r)
      visit(rows_.lonely_start[r], rows_.lonely_start[r + 1]);
  }

  // What the rows pay each column for being hidden.
  void gather(const std::vector<double>& cover, const std::vector<double>& lonely) {
    std::ranges::fill(pull_, 0.0);
    for (std::size_t r = 0; r < cover.size(); ++r) {
      if (cover[r] == 0) continue;
      for (std::size_t k = rows_.cover_start[r]; k < rows_.cover_start[r + 1]; ++k)
        pull_[static_cast<std::size_t>(rows_.cover[k].column)] += rows_.cover[k].factor * cover[r];
    }
    each_lonely([&](std::size_t from, std::size_t to) {
      double sum = 0;
      for (std::size_t k = from; k < to; ++k)
        sum += lonely[k];
      if (sum == 0) return;
      for (std::size_t k = from; k < to; ++k)
        pull_[static_cast<std::size_t>(rows_.lonely[k])] += sum - 2 * lonely[k];
    });
  }

  double proven(const std::vector<double>& cover, const std::vector<double>& lonely) {
    gather(cover, lonely);
    double bound = 0;
    for (const double price : cover)
      bound += price;
    for (std::size_t j = 0; j < cost_.size(); ++j)
      bound += std::min(0.0, cost_[j] - pull_[j]);
    return bound;
  }

  Rows rows_;
  std::vector<double> cost_, x_, ahead_, pull_, step_;
  std::vector<double> cover_price_, lonely_price_;
  std::vector<double> mean_x_, mean_cover_, mean_lonely_;
  double weight_ = 1;
  int rounds_ = 0;
};

}  // namespace

RowBound row_bound(const CellTable& table, Effort& effort, const Deadline& deadline) {
  PrimalDual search(table, rows_of(table));
  RowBound result;
  int quiet = 0;
  for (int look = 0; look < kMostLooks && quiet < 5 && !passed(deadline); ++look) {
    for (int round = 0; round < kLookEvery; ++round)
      search.round();
    effort.spent += search.size() * kLookEvery * kEffortOfMember;
    const double bound = search.look();
    quiet = bound > result.bound * (1 + kGoodEnough) ? 0 : quiet + 1;
    result.bound = std::max(result.bound, bound);
  }
  result.wish = search.wish(table.cells.size());
  for (std::size_t i = 0; i < result.wish.size(); ++i)
    if (table.cells[i].primary) result.wish[i] = 1;
  return result;
}

}  // namespace sekisho::disclosure
