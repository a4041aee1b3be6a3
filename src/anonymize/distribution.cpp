// Models that look at the distribution of a sensitive attribute within a class, and the scores that need counts of
// labels. Distributions are of rows.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

#include "anonymize/lattice.h"

namespace sekisho::anonymize::detail {
namespace {

constexpr double kSlack = 1e-12;  // sums of shares differ in their last digits by the order of summation

// Ranks of values: by number when all are numbers, else by text.
std::vector<std::uint32_t> ranks(const std::vector<std::string>& values) {
  std::vector<double> numbers;
  for (const std::string& value : values) {
    double number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error == std::errc() && end == value.data() + value.size()) numbers.push_back(number);
  }
  std::vector<std::uint32_t> order(values.size()), rank(values.size());
  std::iota(order.begin(), order.end(), 0U);
  const bool numeric = numbers.size() == values.size();
  std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
    return numeric && numbers[a] != numbers[b] ? numbers[a] < numbers[b] : values[a] < values[b];
  });
  for (std::size_t i = 0; i < order.size(); ++i)
    rank[order[i]] = static_cast<std::uint32_t>(i);
  return rank;
}

}  // namespace

Result<Encoded::Sensitive> Encoded::sensitive(const Table& table, const Policy& policy, std::size_t model,
                                              const std::vector<std::uint32_t>& tuple_of) {
  Sensitive out;
  out.model = model;
  const Model& wanted = policy.models[model];
  const Column& column = *table.find(wanted.attribute);
  const std::size_t values = column.values().size();
  std::vector<std::uint32_t> place(values);
  std::iota(place.begin(), place.end(), 0U);
  if (wanted.kind == Model::Kind::kOrderedCloseness) place = ranks(column.values());
  std::vector<std::pair<std::uint32_t, std::uint32_t>> all;
  all.reserve(table.rows);
  out.whole.assign(values, 0);
  for (std::size_t row = 0; row < table.rows; ++row) {
    all.emplace_back(tuple_of[row], place[column.code(row)]);
    out.whole[all.back().second] += 1 / static_cast<double>(table.rows);
  }
  std::ranges::sort(all);
  for (const auto& pair : all) {
    if (out.values.empty() || out.values.back() != pair) {
      out.values.push_back(pair);
      out.rows.push_back(0);
    }
    ++out.rows.back();
  }
  if (wanted.kind != Model::Kind::kHierarchicalCloseness) return out;
  SEKISHO_TRY(const Hierarchy hierarchy, hierarchy_of(*policy.find(wanted.attribute), column, policy.delimiter));
  for (int level = 0; level < hierarchy.levels(); ++level) {
    std::vector<std::uint32_t>& nodes = out.nodes.emplace_back();
    for (const std::string& value : column.values())
      nodes.push_back(hierarchy.label_code(level, hierarchy.leaf(value)));
  }
  return out;
}

// Earth mover's distance of a class from the whole, by the ground distance of the model.
double Encoded::distance(const Model& model, const Sensitive& sensitive, std::span<const double> counts, double total) {
  double sum = 0;
  const std::size_t values = counts.size();
  if (model.kind == Model::Kind::kEqualCloseness) {
    for (std::size_t v = 0; v < values; ++v)
      sum += std::abs(counts[v] / total - sensitive.whole[v]);
    return sum / 2;
  }
  if (model.kind == Model::Kind::kOrderedCloseness) {
    double carried = 0;
    for (std::size_t v = 0; v < values; ++v)
      sum += std::abs(carried += counts[v] / total - sensitive.whole[v]);
    return values > 1 ? sum / static_cast<double>(values - 1) : 0;
  }
  // Mass moves at the lowest node under which it cancels out, at a cost of that node's height.
  const std::size_t height = sensitive.nodes.size() - 1;
  std::vector<std::uint32_t> child_of = sensitive.nodes[0];
  std::vector<double> net(1 + (child_of.empty() ? 0 : std::ranges::max(child_of)), 0.0);
  for (std::size_t v = 0; v < values; ++v)
    net[child_of[v]] += sensitive.whole[v] - counts[v] / total;
  for (std::size_t level = 1; level <= height; ++level) {
    const std::vector<std::uint32_t>& parent_of = sensitive.nodes[level];
    const std::size_t parents = 1 + (parent_of.empty() ? 0 : std::ranges::max(parent_of));
    std::vector<double> plus(parents, 0.0), minus(parents, 0.0);
    std::vector<std::uint8_t> seen(net.size(), 0);
    for (std::size_t v = 0; v < values; ++v) {
      if (seen[child_of[v]]++ != 0) continue;
      const double mass = net[child_of[v]];
      (mass > 0 ? plus : minus)[parent_of[v]] += std::abs(mass);
    }
    net.assign(parents, 0.0);
    for (std::size_t p = 0; p < parents; ++p) {
      sum += static_cast<double>(level) / static_cast<double>(height) * std::min(plus[p], minus[p]);
      net[p] = plus[p] - minus[p];
    }
    child_of = parent_of;
  }
  return sum;
}

bool Encoded::passes(const Model& model, const Sensitive& sensitive, std::span<const double> counts) {
  const double total = std::accumulate(counts.begin(), counts.end(), 0.0);
  if (model.compares()) return distance(model, sensitive, counts, total) <= model.number + kSlack;
  if (model.kind == Model::Kind::kEntropyDiversity) {
    double entropy = 0;
    for (const double count : counts)
      if (count > 0) entropy -= count / total * std::log(count / total);
    return entropy >= std::log(static_cast<double>(model.bound)) - kSlack;
  }
  std::vector<double> falling(counts.begin(), counts.end());
  std::ranges::sort(falling, std::greater<>());
  double tail = 0;
  for (std::size_t i = static_cast<std::size_t>(model.bound) - 1; i < falling.size(); ++i)
    tail += falling[i];
  return falling.front() < model.number * tail;
}

void Encoded::test_distribution(const Sensitive& sensitive) {
  const Model& model = policy_->models[sensitive.model];
  const std::size_t classes = class_rows_.size();
  // Entries in the order of their classes, so that one histogram is enough.
  std::vector<std::size_t> begin(classes + 1, 0);
  for (const auto& [tuple, value] : sensitive.values)
    ++begin[class_of_[tuple] + 1];
  std::partial_sum(begin.begin(), begin.end(), begin.begin());
  std::vector<std::size_t> at(begin.begin(), begin.end() - 1);
  std::vector<std::uint32_t> order(sensitive.values.size());
  for (std::size_t i = 0; i < sensitive.values.size(); ++i)
    order[at[class_of_[sensitive.values[i].first]]++] = static_cast<std::uint32_t>(i);
  std::vector<double> counts(sensitive.whole.size());
  for (std::size_t c = 0; c < classes; ++c) {
    if (class_fails_[c]) continue;
    std::ranges::fill(counts, 0.0);
    for (std::size_t i = begin[c]; i < begin[c + 1]; ++i)
      counts[sensitive.values[order[i]].second] += sensitive.rows[order[i]];
    if (!passes(model, sensitive, counts)) class_fails_[c] = 1;
  }
}

void Encoded::prepare_entropy() {
  entropy_.resize(attributes());
  for (std::size_t i = 0; i < attributes(); ++i) {
    const Hierarchy& h = hierarchies_[i];
    std::vector<double> raw(h.leaves(), 0.0);
    for (std::size_t tuple = 0; tuple < tuples_; ++tuple)
      raw[leaf_[i][tuple]] += rows_of_[tuple];
    for (int level = 0; level < h.levels(); ++level) {
      std::vector<double> merged(h.label_count(level), 0.0);
      for (std::size_t leaf = 0; leaf < raw.size(); ++leaf)
        merged[h.label_code(level, static_cast<int>(leaf))] += raw[leaf];
      double bits = 0;
      for (std::size_t leaf = 0; leaf < raw.size(); ++leaf)
        if (raw[leaf] > 0)
          bits += raw[leaf] * std::log2(merged[h.label_code(level, static_cast<int>(leaf))] / raw[leaf]);
      entropy_[i].push_back(bits);
    }
  }
}

// Bits lost by generalization over all rows, and those of the labels within the suppressed rows.
double Encoded::entropy(const Levels& levels, std::size_t suppressed) const {
  double out = 0;
  const auto x = static_cast<double>(suppressed);
  for (std::size_t i = 0; i < attributes(); ++i) {
    const double weight = attributes_[i]->weight;
    out += weight * entropy_[i][static_cast<std::size_t>(levels[i])];
    if (suppressed == 0) continue;
    const Hierarchy& h = hierarchies_[i];
    std::vector<double> within(h.label_count(levels[i]), 0.0);
    for (std::size_t tuple = 0; tuple < tuples_; ++tuple)
      if (class_fails_[class_of_[tuple]])
        within[h.label_code(levels[i], static_cast<int>(leaf_[i][tuple]))] += rows_of_[tuple];
    for (const double count : within)
      if (count > 0) out += weight * count * std::log2(x / count);
  }
  return out;
}

double Encoded::ambiguity(const Levels& levels) const {
  double out = 0;
  for (std::size_t c = 0; c < class_rows_.size(); ++c) {
    double cells = class_rows_[c];
    for (std::size_t i = 0; i < attributes(); ++i) {
      const auto leaves = static_cast<double>(hierarchies_[i].leaves());
      const double share = share_[i][static_cast<std::size_t>(levels[i])][leaf_[i][first_tuple_[c]]];
      cells *= class_fails_[c] ? leaves : share * leaves;
    }
    out += cells;
  }
  return out;
}

}  // namespace sekisho::anonymize::detail
