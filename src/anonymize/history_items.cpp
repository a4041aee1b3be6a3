#include "anonymize/history_items.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <numeric>

namespace sekisho::anonymize::detail {

PersonRows PersonRows::of(const Column& ids, const std::vector<std::uint32_t>& number, std::size_t persons) {
  PersonRows out;
  out.start.assign(persons + 1, 0);
  out.person.reserve(ids.codes().size());
  ids.codes().visit([&](auto codes) {
    for (const auto code : codes) {
      out.person.push_back(number[code]);
      ++out.start[number[code] + 1];
    }
  });
  for (std::size_t p = 0; p < persons; ++p)
    out.start[p + 1] += out.start[p];
  out.rows.resize(out.person.size());
  std::vector<std::uint64_t> next(out.start.begin(), out.start.end() - 1);
  for (std::uint32_t row = 0; row < out.person.size(); ++row)
    out.rows[next[out.person[row]]++] = row;
  return out;
}

std::uint32_t HistoryItems::node(Names& names, const std::string& text, std::uint32_t least) {
  const auto [found, fresh] = names.try_emplace(text, static_cast<std::uint32_t>(texts_.size()));
  if (fresh) {
    texts_.push_back(text);
    forest_.parent.push_back(kNoNode);
    forest_.share.push_back(0);
    forest_.least.push_back(least);
  }
  return found->second;
}

Result<void> HistoryItems::add(std::size_t history, std::size_t place, const Column& column,
                               const HistoryColumn& wanted, char delimiter) {
  ItemColumn out{.column = static_cast<int>(place), .node = {}};
  Names names;
  std::vector<double> leaves;
  const bool tree = wanted.attribute.rule || !wanted.attribute.file.empty();
  Column values(column.name());
  for (const std::string& value : column.values())
    if (!value.empty()) values.add(value);
  std::optional<Hierarchy> hierarchy;
  if (tree && !values.values().empty()) {
    SEKISHO_TRY(hierarchy, hierarchy_of(wanted.attribute, values, delimiter));
  }
  const int last = hierarchy ? std::max(1, hierarchy->levels() - 1) : 1;  // the last level says nothing
  const int first = std::min(wanted.attribute.minimum, last - 1);
  // An item is known by its text, so a text stands at one place of the tree.
  for (const std::string& value : column.values()) {
    if (value.empty()) {
      out.node.push_back(kNoNode);
      continue;
    }
    const int leaf = hierarchy ? hierarchy->leaf(value) : 0;
    std::uint32_t below = kNoNode;
    for (int level = first; level < last; ++level) {
      const std::uint32_t code = hierarchy ? hierarchy->label_code(level, leaf) : 0;
      const std::uint32_t at = node(names, hierarchy ? hierarchy->label(level, code) : value, wanted.rare);
      if (level == first) out.node.push_back(at);
      forest_.share[at] = std::max(forest_.share[at], hierarchy ? hierarchy->share(level, code)
                                                                : 1.0 / static_cast<double>(column.values().size()));
      if (below != kNoNode && below != at) {
        std::uint32_t& above = forest_.parent[below];
        if (above != kNoNode && above != at)
          return fail("hierarchy.tree",
                      fmt::format("'{}' of '{}' belongs to both '{}' and '{}'", texts_[below], column.name(),
                                  texts_[above], texts_[at]),
                      {.file = wanted.attribute.file_name});
        above = at;
      }
      below = at;
    }
  }
  for (const auto& [name, start] : names) {
    std::size_t steps = 0;
    for (std::uint32_t at = start; at != kNoNode; at = forest_.parent[at])
      if (++steps > 1000)
        return fail("hierarchy.cycle", fmt::format("'{}' of '{}' stands above itself", name, column.name()),
                    {.file = wanted.attribute.file_name});
  }
  if (columns_.size() <= history) columns_.resize(history + 1);
  columns_[history].push_back(std::move(out));
  return {};
}

// Coarse dates, above them their years.
void HistoryItems::add_dates(std::size_t history, const std::vector<DateValue>& values, std::string_view unit) {
  ItemColumn out;
  Names names;
  std::vector<std::uint32_t> starts;
  for (const DateValue& value : values) {
    const std::string text = value.precision == Precision::kNone ? "" : coarse_text(value, unit);
    if (text.empty()) {
      out.node.push_back(kNoNode);
      continue;
    }
    const std::size_t known = texts_.size();
    const std::uint32_t at = node(names, text, 0);
    if (texts_.size() > known) starts.push_back(at);
    out.node.push_back(at);
  }
  for (const std::uint32_t at : starts) {
    const double share = 1.0 / static_cast<double>(starts.size());
    forest_.share[at] += share;
    if (unit == "year") continue;
    const std::uint32_t year = node(names, texts_[at].substr(0, 4), 0);
    forest_.parent[at] = year;
    forest_.share[year] += share;
  }
  if (columns_.size() <= history) columns_.resize(history + 1);
  columns_[history].push_back(std::move(out));
}

const ItemColumn* HistoryItems::find(std::size_t history, int column) const {
  for (const ItemColumn& one : of(history))
    if (one.column == column) return &one;
  return nullptr;
}

std::size_t HistoryItems::different(const ItemSets& sets) const {
  std::vector<std::uint8_t> seen(forest_.size(), 0);
  for (const std::uint32_t node : sets.items)
    seen[node] = 1;
  return static_cast<std::size_t>(std::ranges::count(seen, 1));
}

void HistoryItems::decide(KmOutcome outcome, std::size_t persons) {
  Stage& stage = stages_.emplace_back(Stage{std::move(outcome), std::vector<std::uint64_t>(persons + 1, 0)});
  for (const auto& [person, node] : stage.outcome.removed)
    ++stage.removed_of[person + 1];
  for (std::size_t p = 0; p < persons; ++p)
    stage.removed_of[p + 1] += stage.removed_of[p];
}

std::uint32_t HistoryItems::shown_of(std::uint32_t person, std::uint32_t node) const {
  for (const Stage& stage : stages_) {
    node = stage.outcome.shown[node];
    if (node == kNoNode) return kNoNode;
    for (std::uint64_t i = stage.removed_of[person]; i < stage.removed_of[person + 1]; ++i)
      if (stage.outcome.removed[i].second == node) return kNoNode;
  }
  return node;
}

std::uint32_t HistoryItems::shown_of_all(std::uint32_t node) const {
  for (const Stage& stage : stages_)
    node = node == kNoNode ? kNoNode : stage.outcome.shown[node];
  return node;
}

std::size_t HistoryItems::shown() const {
  std::vector<std::uint8_t> seen(forest_.size(), 0);
  for (const std::vector<ItemColumn>& columns : columns_)
    for (const ItemColumn& column : columns)
      for (const std::uint32_t node : column.node)
        if (const std::uint32_t shown = shown_of_all(node); shown != kNoNode) seen[shown] = 1;
  return static_cast<std::size_t>(std::ranges::count(seen, 1));
}

HistoryDecision HistoryItems::decision(const NameOf& name_of) const {
  HistoryDecision out;
  for (std::size_t h = 0; h < columns_.size(); ++h)
    for (const ItemColumn& column : columns_[h])
      for (const std::uint32_t node : column.node) {
        if (node == kNoNode) continue;
        const std::uint32_t shown = shown_of_all(node);
        out.shown.push_back({static_cast<std::uint32_t>(h), name_of(h, column.column), texts_[node],
                             shown == kNoNode ? "" : texts_[shown]});
      }
  return out;
}

namespace {

// Nodes of a column's items by their texts, with the column's place.
using Places =
    std::map<std::pair<std::uint32_t, std::string_view>, std::unordered_map<std::string_view, std::uint32_t>>;

std::uint32_t node_of(const Places& places, std::uint32_t history, std::string_view column, std::string_view item) {
  const auto place = places.find(std::pair(history, column));
  if (place == places.end()) return kNoNode;
  const auto found = place->second.find(item);
  return found == place->second.end() ? kNoNode : found->second;
}

}  // namespace

Result<std::vector<std::pair<std::uint32_t, std::uint32_t>>> HistoryItems::repeat(
    const HistoryDecision& decision, const std::vector<std::string_view>& ids, const NameOf& name_of) {
  Places places;
  for (std::size_t h = 0; h < columns_.size(); ++h)
    for (const ItemColumn& column : columns_[h])
      for (const std::uint32_t node : column.node)
        if (node != kNoNode)
          places[{static_cast<std::uint32_t>(h), name_of(h, column.column)}].emplace(texts_[node], node);
  // First what single persons lose, item by item; then what is shown of all.
  KmOutcome single, all;
  single.shown.resize(forest_.size());
  std::iota(single.shown.begin(), single.shown.end(), 0U);
  all.shown.assign(forest_.size(), kNoNode);
  for (const HistoryDecision::Shown& one : decision.shown) {
    const std::uint32_t node = node_of(places, one.history, one.column, one.item);
    if (node == kNoNode || one.shown.empty()) continue;
    std::uint32_t at = node;
    while (at != kNoNode && texts_[at] != one.shown)
      at = forest_.parent[at];
    if (at == kNoNode)
      return fail("anonymize.decision", fmt::format("'{}' of '{}' is not above '{}'", one.shown, one.column, one.item));
    all.shown[node] = at;
  }
  std::vector<std::pair<std::uint32_t, std::uint32_t>> staying;
  for (const HistoryDecision::Gone& one : decision.gone) {
    const std::uint32_t node = node_of(places, one.history, one.column, one.item);
    const auto person = std::ranges::lower_bound(ids, std::string_view(one.person));
    if (node == kNoNode || person == ids.end() || *person != one.person) continue;
    const std::pair both(static_cast<std::uint32_t>(person - ids.begin()), node);
    single.removed.push_back(both);
    if (one.row_stays) staying.push_back(both);
  }
  std::ranges::sort(single.removed);
  std::ranges::sort(staying);
  decide(std::move(single), ids.size());
  decide(std::move(all), ids.size());
  return staying;
}

std::string clipped(const std::string& value, std::optional<double> bottom, std::optional<double> top) {
  double number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size() || !std::isfinite(number)) return "";
  if (bottom && number < *bottom) return fmt::format("{}", *bottom);
  if (top && number > *top) return fmt::format("{}", *top);
  return value;
}

}  // namespace sekisho::anonymize::detail
