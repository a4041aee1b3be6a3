#include "disclosure/grid.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>

namespace sekisho::disclosure {
namespace {

constexpr std::size_t kMostDimensions = 8;
constexpr std::size_t kMostSteps = 400, kLongestStep = 12;
constexpr int kStepNodes = 20'000;

}  // namespace

struct Grid::Search {
  std::size_t target = 0;
  Need need;
  std::span<const float> price;
  std::span<const double> moved;
  std::vector<std::size_t> order;  // dimensions to go along
  std::vector<std::int32_t> labels;
  std::uint8_t along = 0;  // these dimensions as bits
  double best = 0;
  bool found = false;
  Box box;
  std::uint64_t end = 0;
  // Of each depth: corners so far, what they cost and how far they go.
  struct Level {
    std::vector<std::pair<std::int32_t, std::int8_t>> corners;
    double cost = 0, up = 0, down = 0;
    struct Choice {
      std::int32_t step = 0;
      double cost = 0, up = 0, down = 0;
    };
    std::vector<Choice> choices;
  };
  std::vector<Level> levels;
};

std::optional<Grid> Grid::of(const CellTable& table) {
  Grid grid(table);
  if (!grid.read_labels() || !grid.read_relations()) return std::nullopt;
  for (Dimension& dimension : grid.dimensions_)
    grid.make_steps(dimension);
  return grid;
}

bool Grid::read_labels() {
  const std::size_t d = table_->dimensions.size(), n = table_->cells.size();
  if (d == 0 || d > kMostDimensions) return false;
  dimensions_.resize(d);
  std::vector<std::unordered_map<std::string_view, std::int32_t>> numbers(d);
  std::vector<std::int32_t> labels(n * d);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t k = 0; k < d; ++k)
      labels[i * d + k] =
          numbers[k].emplace(table_->cells[i].labels[k], static_cast<std::int32_t>(numbers[k].size())).first->second;
  std::uint64_t stride = 1;
  for (std::size_t k = 0; k < d; ++k) {
    dimensions_[k].labels = numbers[k].size();
    dimensions_[k].relations_of.resize(numbers[k].size());
    dimensions_[k].stride = stride;
    if (stride > (std::uint64_t{1} << 62) / numbers[k].size()) return false;
    stride *= numbers[k].size();
  }
  key_of_.resize(n);
  const bool dense = stride <= 8 * n + 1000;
  if (dense)
    dense_.assign(stride, -1);
  else
    sparse_.reserve(n);
  for (std::size_t i = 0; i < n; ++i) {
    std::uint64_t key = 0;
    for (std::size_t k = 0; k < d; ++k)
      key += dimensions_[k].stride * static_cast<std::uint64_t>(labels[i * d + k]);
    key_of_[i] = key;
    if (find(key) >= 0) return false;
    if (dense)
      dense_[key] = static_cast<std::int32_t>(i);
    else
      sparse_.emplace(key, static_cast<std::int32_t>(i));
  }
  return true;
}

std::int32_t Grid::find(std::uint64_t key) const {
  if (!dense_.empty()) return key < dense_.size() ? dense_[key] : -1;
  const auto found = sparse_.find(key);
  return found == sparse_.end() ? -1 : found->second;
}

bool Grid::read_relations() {
  const auto label = [&](std::int32_t cell, std::size_t k) {
    const Dimension& d = dimensions_[k];
    return static_cast<std::int32_t>(key_of_[static_cast<std::size_t>(cell)] / d.stride % d.labels);
  };
  active_.assign(table_->cells.size(), 0);
  std::vector<std::map<std::int32_t, std::vector<std::size_t>>> known(dimensions_.size());  // relations of each total
  std::size_t odd = 0;
  for (const Relation& relation : table_->relations) {
    std::size_t along = dimensions_.size();
    bool straight = !relation.children.empty();
    for (const std::int32_t child : relation.children)
      for (std::size_t k = 0; k < dimensions_.size(); ++k) {
        if (label(child, k) == label(relation.total, k)) continue;
        straight = straight && (along == dimensions_.size() || along == k);
        along = k;
      }
    if (!straight || along == dimensions_.size()) {
      ++odd;
      continue;
    }
    const auto bit = static_cast<std::uint8_t>(1U << along);
    active_[static_cast<std::size_t>(relation.total)] |= bit;
    std::vector<std::int32_t> children;
    for (const std::int32_t child : relation.children) {
      active_[static_cast<std::size_t>(child)] |= bit;
      children.push_back(label(child, along));
    }
    std::ranges::sort(children);
    // The same breakdown of the same label, perhaps with other gaps.
    Dimension& d = dimensions_[along];
    auto& same_total = known[along][label(relation.total, along)];
    bool merged = false;
    for (const std::size_t r : same_total) {
      auto& others = d.relations[r].children;
      if (others == children) {
        merged = true;
        break;
      }
      std::vector<std::int32_t> both;
      std::ranges::set_intersection(others, children, std::back_inserter(both));
      if (both.empty()) continue;
      both.clear();
      std::ranges::set_union(others, children, std::back_inserter(both));
      others.swap(both);
      merged = true;
      check_ = true;
      break;
    }
    if (!merged) {
      same_total.push_back(d.relations.size());
      d.relations.push_back({label(relation.total, along), std::move(children)});
    }
  }
  if (odd * 2 > table_->relations.size()) return false;
  check_ = check_ || odd > 0;
  for (Dimension& d : dimensions_)
    for (std::size_t r = 0; r < d.relations.size(); ++r) {
      d.relations_of[static_cast<std::size_t>(d.relations[r].total)].push_back(static_cast<std::int32_t>(r));
      for (const std::int32_t child : d.relations[r].children)
        d.relations_of[static_cast<std::size_t>(child)].push_back(static_cast<std::int32_t>(r));
    }
  relations_of_.resize(check_ ? table_->cells.size() : 0);
  for (std::size_t r = 0; check_ && r < table_->relations.size(); ++r) {
    const Relation& relation = table_->relations[r];
    relations_of_[static_cast<std::size_t>(relation.total)].emplace_back(r, -1);
    for (const std::int32_t child : relation.children)
      relations_of_[static_cast<std::size_t>(child)].emplace_back(r, 1);
  }
  return true;
}

// All short ways in which one label can go up while the sums of its dimension stay: shortest first.
void Grid::make_steps(Dimension& d) {
  d.steps.resize(d.labels);
  std::vector<std::int8_t> imbalance(d.relations.size(), 0), direction(d.labels, 0);
  Step step;
  int nodes = 0;
  std::size_t longest = 0;
  const auto sign_in = [&](std::int32_t relation, std::int32_t label) {
    return d.relations[static_cast<std::size_t>(relation)].total == label ? -1 : 1;
  };
  const auto place = [&](std::int32_t label, int way, int undo) {
    for (const std::int32_t r : d.relations_of[static_cast<std::size_t>(label)])
      imbalance[static_cast<std::size_t>(r)] =
          static_cast<std::int8_t>(imbalance[static_cast<std::size_t>(r)] + undo * way * sign_in(r, label));
    direction[static_cast<std::size_t>(label)] = static_cast<std::int8_t>(undo > 0 ? way : 0);
  };
  const auto close = [&](auto&& self, std::vector<Step>& out) -> void {
    if (out.size() >= kMostSteps || ++nodes > kStepNodes) return;
    std::int32_t open = -1;
    for (const auto& [label, way] : step) {
      for (const std::int32_t r : d.relations_of[static_cast<std::size_t>(label)])
        if (imbalance[static_cast<std::size_t>(r)] != 0) open = r;
      if (open >= 0) break;
    }
    if (open < 0) {
      if (step.size() == longest) out.push_back(step);
      return;
    }
    if (step.size() >= longest) return;
    const LabelRelation& relation = d.relations[static_cast<std::size_t>(open)];
    const int off = imbalance[static_cast<std::size_t>(open)];
    const auto attempt = [&](std::int32_t label) {
      if (direction[static_cast<std::size_t>(label)] != 0) return;
      const int way = -off * sign_in(open, label);
      for (const std::int32_t r : d.relations_of[static_cast<std::size_t>(label)])
        if (imbalance[static_cast<std::size_t>(r)] * way * sign_in(r, label) > 0) return;
      place(label, way, 1);
      step.emplace_back(label, static_cast<std::int8_t>(way));
      self(self, out);
      step.pop_back();
      place(label, way, -1);
    };
    for (const std::int32_t child : relation.children)
      attempt(child);
    attempt(relation.total);
  };
  for (std::size_t label = 0; label < d.labels; ++label) {
    for (longest = 2; longest <= kLongestStep && d.steps[label].size() < kMostSteps; ++longest) {
      if (longest > 4 && d.steps[label].size() >= 40) break;
      nodes = 0;
      step.assign(1, {static_cast<std::int32_t>(label), std::int8_t{1}});
      place(static_cast<std::int32_t>(label), 1, 1);
      close(close, d.steps[label]);
      place(static_cast<std::int32_t>(label), 1, -1);
    }
  }
}

// One more dimension: every corner so far is repeated at the labels of a step. What is too dear or too weak already
// ends here, the cheapest goes first.
void Grid::extend(Search& search, std::size_t depth) {
  auto& level = search.levels[depth];
  if (depth == search.order.size()) {
    if (level.cost >= search.best) return;
    Box box{level.corners, level.up, level.down, level.cost};
    if (check_ && !balanced(box)) return;
    search.best = level.cost;
    search.box = std::move(box);
    search.found = true;
    return;
  }
  const Dimension& d = dimensions_[search.order[depth]];
  const std::int32_t own = search.labels[search.order[depth]];
  const auto& steps = d.steps[static_cast<std::size_t>(own)];
  const auto corner = [&](std::int32_t cell, std::int32_t label) {
    const auto shift = static_cast<std::int64_t>(d.stride) * (label - own);
    return find(key_of_[static_cast<std::size_t>(cell)] + static_cast<std::uint64_t>(shift));
  };
  level.choices.clear();
  for (std::size_t s = 0; s < steps.size(); ++s) {
    Search::Level::Choice choice{static_cast<std::int32_t>(s), level.cost, level.up, level.down};
    bool possible = true;
    for (std::size_t k = 1; k < steps[s].size() && possible; ++k)
      for (const auto& [cell, sign] : level.corners) {
        ++work_;
        const std::int32_t other = corner(cell, steps[s][k].first);
        possible = other >= 0;
        if (!possible) break;
        const auto o = static_cast<std::size_t>(other);
        // A corner with relations in a dimension that stays (linked tables) would not add up there.
        possible = (active_[o] & ~search.along) == 0;
        if (!possible) break;
        const Cell& c = table_->cells[o];
        const double now = c.value + search.moved[o], price = search.price[o];
        const double above = c.upper - now, below = now - c.lower;
        const bool plus = sign * steps[s][k].second > 0;
        choice.up = std::min(choice.up, plus ? above : below);
        choice.down = std::min(choice.down, plus ? below : above);
        choice.cost += price;
        possible = price >= 0 && choice.cost < search.best && choice.up >= search.need.up &&
                   choice.down >= search.need.down && choice.up + choice.down >= search.need.slide;
        if (!possible) break;
      }
    if (possible) level.choices.push_back(choice);
  }
  std::ranges::sort(level.choices,
                    [](const auto& a, const auto& b) { return a.cost != b.cost ? a.cost < b.cost : a.step < b.step; });
  for (std::size_t c = 0; c < level.choices.size(); ++c) {
    const auto choice = level.choices[c];
    if (choice.cost >= search.best || work_ > search.end) return;
    auto& next = search.levels[depth + 1];
    next.cost = choice.cost;
    next.up = choice.up;
    next.down = choice.down;
    next.corners = level.corners;
    const Step& step = steps[static_cast<std::size_t>(choice.step)];
    for (std::size_t k = 1; k < step.size(); ++k)
      for (const auto& [cell, sign] : level.corners)
        next.corners.emplace_back(corner(cell, step[k].first), static_cast<std::int8_t>(sign * step[k].second));
    extend(search, depth + 1);
  }
}

std::optional<Grid::Box> Grid::cheapest(std::size_t target, const Need& need, std::span<const float> price,
                                        double limit, std::span<const double> moved) {
  Search search;
  const Cell& cell = table_->cells[target];
  const double now = cell.value + moved[target];
  search.target = target;
  search.need = need;
  search.price = price;
  search.moved = moved;
  search.best = limit;
  search.end = work_ + patience_;
  for (std::size_t k = 0; k < dimensions_.size(); ++k) {
    search.labels.push_back(static_cast<std::int32_t>(key_of_[target] / dimensions_[k].stride % dimensions_[k].labels));
    if ((active_[target] >> k & 1) != 0) search.order.push_back(k);
    search.along = active_[target];
  }
  std::ranges::stable_sort(search.order, {}, [&](std::size_t k) {
    return dimensions_[k].steps[static_cast<std::size_t>(search.labels[k])].size();
  });
  search.levels.resize(search.order.size() + 1);
  auto& first = search.levels[0];
  first.corners.emplace_back(static_cast<std::int32_t>(target), std::int8_t{1});
  first.up = cell.upper - now;
  first.down = now - cell.lower;
  if (first.up < need.up || first.down < need.down || first.up + first.down < need.slide) return std::nullopt;
  extend(search, 0);
  if (!search.found) return std::nullopt;
  return std::move(search.box);
}

bool Grid::balanced(const Box& box) const {
  std::vector<std::pair<std::int32_t, int>> sums;
  for (const auto& [cell, sign] : box.corners)
    for (const auto& [relation, own] : relations_of_[static_cast<std::size_t>(cell)])
      sums.emplace_back(relation, sign * own);
  std::ranges::sort(sums);
  for (std::size_t i = 0; i < sums.size();) {
    int sum = 0;
    const std::int32_t relation = sums[i].first;
    for (; i < sums.size() && sums[i].first == relation; ++i)
      sum += sums[i].second;
    if (sum != 0) return false;
  }
  return true;
}

std::vector<std::int32_t> Grid::around(std::size_t cell, std::size_t most) const {
  std::vector<std::int32_t> cells{static_cast<std::int32_t>(cell)};
  for (std::size_t k = 0; k < dimensions_.size(); ++k) {
    const Dimension& d = dimensions_[k];
    const auto own = static_cast<std::int32_t>(key_of_[cell] / d.stride % d.labels);
    std::vector<std::int32_t> labels;
    for (const std::int32_t r : d.relations_of[static_cast<std::size_t>(own)]) {
      const LabelRelation& relation = d.relations[static_cast<std::size_t>(r)];
      labels.insert(labels.end(), relation.children.begin(), relation.children.end());
      labels.push_back(relation.total);
    }
    std::ranges::sort(labels);
    labels.erase(std::ranges::unique(labels).begin(), labels.end());
    const std::size_t before = cells.size();
    for (const std::int32_t label : labels) {
      if (label == own) continue;
      for (std::size_t i = 0; i < before; ++i) {
        const auto shift = static_cast<std::int64_t>(d.stride) * (label - own);
        const std::int32_t other =
            find(key_of_[static_cast<std::size_t>(cells[i])] + static_cast<std::uint64_t>(shift));
        if (other >= 0) cells.push_back(other);
        if (cells.size() >= most) return cells;
      }
    }
  }
  return cells;
}

}  // namespace sekisho::disclosure
