#include "disclosure/proposals.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "disclosure/protect.h"

namespace sekisho::disclosure {
namespace {

constexpr std::uint64_t kWorkOfMerge = 2000;  // operations for each cell

using Labels = std::vector<std::string>;

struct Candidate {
  std::size_t dimension = 0, distance = 0;  // distance in the order of the file: 1 for neighbours
  std::string first, second;
  std::uint64_t primary = 0;  // sensitive cells that stay
};

// Along which dimension a relation runs; nullopt: along none or several.
std::optional<std::size_t> along(const CellTable& table, const Relation& relation) {
  std::optional<std::size_t> out;
  const Labels& total = table.cells[static_cast<std::size_t>(relation.total)].labels;
  for (const std::int32_t child : relation.children)
    for (std::size_t k = 0; k < total.size(); ++k) {
      if (table.cells[static_cast<std::size_t>(child)].labels[k] == total[k]) continue;
      if (out && *out != k) return std::nullopt;
      out = k;
    }
  return out;
}

// Siblings below one total, in the order of the file, for each dimension. Classes that are totals themselves stay.
std::vector<std::set<Labels>> families(const CellTable& table) {
  std::vector<std::set<Labels>> out(table.dimensions.size());
  std::vector<std::set<std::string>> totals(table.dimensions.size());
  const auto label = [&](std::int32_t cell, std::size_t k) {
    return table.cells[static_cast<std::size_t>(cell)].labels[k];
  };
  for (const Relation& relation : table.relations) {
    const auto k = along(table, relation);
    if (!k) continue;
    totals[*k].insert(label(relation.total, *k));
    std::vector<std::int32_t> children = relation.children;
    std::ranges::sort(children);
    Labels siblings;
    for (const std::int32_t child : children)
      siblings.push_back(label(child, *k));
    out[*k].insert(std::move(siblings));
  }
  for (std::size_t k = 0; k < out.size(); ++k) {
    std::set<Labels> kept;
    for (Labels siblings : out[k]) {
      std::erase_if(siblings, [&](const std::string& one) { return totals[k].contains(one); });
      kept.insert(std::move(siblings));
    }
    out[k] = std::move(kept);
  }
  return out;
}

// The largest contributions of two classes together, nobody taken to be in both.
void merge_contributions(Cell& sum, const Cell& other) {
  double tops[] = {sum.top1, sum.top2, other.top1, other.top2};
  std::ranges::sort(tops, std::greater<>{});
  sum.top1 = tops[0];
  sum.top2 = tops[1];
}

// The table with one class less; nullopt where a cell of one class has no counterpart or the sums do not allow it.
std::optional<CellTable> merge(const CellTable& table, std::size_t k, const std::string& first,
                               const std::string& second, const Policy& policy) {
  CellTable out;
  out.dimensions = table.dimensions;
  std::map<Labels, std::int32_t> kept;
  std::vector<std::int32_t> place(table.cells.size());
  std::size_t firsts = 0, seconds = 0;
  for (std::size_t i = 0; i < table.cells.size(); ++i) {
    const Cell& cell = table.cells[i];
    Labels labels = cell.labels;
    firsts += labels[k] == first;
    seconds += labels[k] == second;
    if (labels[k] == second) labels[k] = first;
    const auto [at, fresh] = kept.emplace(labels, static_cast<std::int32_t>(out.cells.size()));
    place[i] = at->second;
    if (fresh) {
      out.cells.push_back(cell);
      out.cells.back().labels = labels;
      continue;
    }
    Cell& sum = out.cells[static_cast<std::size_t>(at->second)];
    if ((sum.contributors < 0) != (cell.contributors < 0)) return std::nullopt;
    sum.value += cell.value;
    merge_contributions(sum, cell);
    if (cell.contributors >= 0) sum.contributors += cell.contributors;
    sum.lower += cell.lower;
    sum.upper += cell.upper;
    sum.weight = std::max(sum.weight, cell.weight);
    sum.publish = sum.publish || cell.publish;
  }
  if (firsts != seconds || out.cells.size() + seconds != table.cells.size()) return std::nullopt;
  std::set<std::pair<std::int32_t, std::vector<std::int32_t>>> known;
  for (const Relation& relation : table.relations) {
    Relation next{.name = relation.name, .total = place[static_cast<std::size_t>(relation.total)]};
    for (const std::int32_t child : relation.children)
      next.children.push_back(place[static_cast<std::size_t>(child)]);
    std::ranges::sort(next.children);
    next.children.erase(std::ranges::unique(next.children).begin(), next.children.end());
    if (next.children.size() < 2 && relation.children.size() > 1) return std::nullopt;  // nothing would be left of it
    if (known.emplace(next.total, next.children).second) out.relations.push_back(std::move(next));
  }
  for (Cell& cell : out.cells) {
    cell.primary = false;
    cell.need_up = cell.need_down = cell.need_slide = 0;
  }
  if (!check_table(out)) return std::nullopt;
  mark_primary(out, policy);
  require_needs(out, policy);
  if (std::ranges::any_of(out.cells, [](const Cell& cell) { return cell.primary && cell.publish; }))
    return std::nullopt;
  return out;
}

// Needs that are not those of the threshold cannot be told for merged cells.
bool by_threshold(const CellTable& table, const Policy& policy) {
  CellTable plain = table;
  for (Cell& cell : plain.cells) {
    cell.primary = false;
    cell.need_up = cell.need_down = cell.need_slide = 0;
  }
  mark_primary(plain, policy);
  require_needs(plain, policy);
  return std::ranges::equal(plain.cells, table.cells, [](const Cell& a, const Cell& b) {
    return a.primary == b.primary && a.need_up == b.need_up && a.need_down == b.need_down &&
           a.need_slide == b.need_slide;
  });
}

}  // namespace

std::vector<Proposal> propose_merges(const CellTable& table, const Policy& policy, std::uint64_t hidden_before,
                                     double seconds, std::size_t most) {
  if (hidden_before == 0 || !by_threshold(table, policy)) return {};
  Effort effort;  // counted, so that the same table gets the same proposals
  const auto left = [&] { return seconds - static_cast<double>(effort.spent) / kEffortOfASecond; };
  std::vector<Candidate> candidates;
  std::set<std::tuple<std::size_t, std::string, std::string>> seen;
  const auto all = families(table);
  for (std::size_t k = 0; k < all.size(); ++k)
    for (const Labels& siblings : all[k])
      for (std::size_t distance = 1; distance < siblings.size(); ++distance)
        for (std::size_t i = 0; i + distance < siblings.size() && left() > seconds / 2; ++i) {
          if (!seen.emplace(k, siblings[i], siblings[i + distance]).second) continue;
          effort.spent += table.cells.size() * kWorkOfMerge;
          auto merged = merge(table, k, siblings[i], siblings[i + distance], policy);
          if (!merged) continue;
          Candidate one{.dimension = k, .distance = distance, .first = siblings[i], .second = siblings[i + distance]};
          one.primary = static_cast<std::uint64_t>(std::ranges::count_if(merged->cells, &Cell::primary));
          if (one.primary >= hidden_before) continue;
          candidates.push_back(std::move(one));
        }
  std::ranges::stable_sort(candidates, {}, [](const Candidate& one) { return std::pair(one.primary, one.distance); });
  std::vector<Proposal> out;
  for (const Candidate& one : candidates) {
    if (left() <= 0) break;
    // The fewest cells that could be hidden are the sensitive ones: no better than what stands already.
    if (out.size() >= most && one.primary >= out[most - 1].hidden_after) break;
    const auto merged = merge(table, one.dimension, one.first, one.second, policy);
    const auto tried = protect(*merged, {.mode = Mode::kFast, .seconds = std::max(0.01, left()), .effort = &effort});
    if (!tried || tried->primary + tried->secondary >= hidden_before) continue;
    out.push_back(
        {table.dimensions[one.dimension], one.first, one.second, hidden_before, tried->primary + tried->secondary});
    std::ranges::stable_sort(out, {}, &Proposal::hidden_after);
  }
  if (out.size() > most) out.resize(most);
  return out;
}

}  // namespace sekisho::disclosure
