#include "anonymize/lattice.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <unordered_set>

namespace sekisho::anonymize::detail {
namespace {

std::uint64_t hash_of(Key key) {
  const auto low = static_cast<std::uint64_t>(key), high = static_cast<std::uint64_t>(key >> 64);
  std::uint64_t h = (low ^ (high * 0x9E3779B97F4A7C15)) * 0xD6E8FEB86659FD93;
  h ^= h >> 32;
  return h * 0xD6E8FEB86659FD93;
}

Result<void> check_columns(const Table& table, const Policy& policy) {
  for (const Attribute& attribute : policy.attributes)
    if (table.find(attribute.name) == nullptr)
      return fail("policy.columns", fmt::format("there is no column '{}'", attribute.name));
  for (const Column& column : table.columns)
    if (policy.find(column.name()) == nullptr && column.name() != policy.person)
      return fail("policy.columns", fmt::format("the policy does not say what column '{}' is", column.name()), {},
                  "Name each column as identifying, quasi, sensitive or insensitive.");
  if (!policy.person.empty() && table.find(policy.person) == nullptr)
    return fail("policy.columns", fmt::format("there is no column '{}' that tells persons apart", policy.person));
  return {};
}

}  // namespace

Result<Encoded> Encoded::make(const Table& table, const Policy& policy) {
  SEKISHO_CHECK(check_columns(table, policy));
  Encoded out;
  out.policy_ = &policy;
  out.rows_ = table.rows;
  std::vector<const Column*> columns;
  unsigned bits = 0;
  for (const Attribute& attribute : policy.attributes) {
    if (attribute.kind != Kind::kQuasi) continue;
    const Column& column = *table.find(attribute.name);
    SEKISHO_TRY(Hierarchy hierarchy, hierarchy_of(attribute, column, policy.delimiter));
    const int top = hierarchy.levels() - 1;
    out.lowest_.push_back(std::min(attribute.minimum, top));
    out.highest_.push_back(attribute.maximum < 0 ? top : std::clamp(attribute.maximum, out.lowest_.back(), top));
    out.shift_.push_back(bits);
    bits += static_cast<unsigned>(std::bit_width(hierarchy.leaves()));
    out.attributes_.push_back(&attribute);
    out.hierarchies_.push_back(std::move(hierarchy));
    columns.push_back(&column);
  }
  if (bits > 128) return fail("anonymize.width", "the quasi-identifiers have too many distinct values together");

  // Per attribute and level, by leaf.
  const std::size_t d = out.attributes();
  out.keys_.resize(d);
  out.share_.resize(d);
  std::vector<std::vector<int>> leaf_of_code(d);
  for (std::size_t i = 0; i < d; ++i) {
    const Hierarchy& h = out.hierarchies_[i];
    for (int level = 0; level < h.levels(); ++level) {
      std::vector<Key>& keys = out.keys_[i].emplace_back(h.leaves());
      std::vector<double>& shares = out.share_[i].emplace_back(h.leaves());
      for (std::size_t leaf = 0; leaf < h.leaves(); ++leaf) {
        const std::uint32_t code = h.label_code(level, static_cast<int>(leaf));
        keys[leaf] = Key{code} << out.shift_[i];
        shares[leaf] = h.share(level, code);
      }
    }
    for (const std::string& value : columns[i]->values())
      leaf_of_code[i].push_back(h.leaf(value));
  }

  // Distinct tuples.
  std::vector<std::pair<Key, std::uint32_t>> order(table.rows);
  for (std::size_t row = 0; row < table.rows; ++row) {
    Key key = 0;
    for (std::size_t i = 0; i < d; ++i)
      key |= Key{static_cast<std::uint32_t>(leaf_of_code[i][columns[i]->code(row)])} << out.shift_[i];
    order[row] = {key, static_cast<std::uint32_t>(row)};
  }
  std::ranges::sort(order);
  std::vector<std::uint32_t> tuple_of(table.rows);
  out.leaf_.resize(d);
  for (std::size_t at = 0; at < order.size(); ++at) {
    const auto [key, row] = order[at];
    if (at == 0 || key != order[at - 1].first) {
      for (std::size_t i = 0; i < d; ++i)
        out.leaf_[i].push_back(static_cast<std::uint32_t>(leaf_of_code[i][columns[i]->code(row)]));
      out.rows_of_.push_back(0);
      ++out.tuples_;
    }
    tuple_of[row] = static_cast<std::uint32_t>(out.tuples_ - 1);
    ++out.rows_of_.back();
  }

  out.sums_.resize(d);
  for (std::size_t i = 0; i < d; ++i)
    for (const std::vector<double>& share : out.share_[i]) {
      double sum = 0;
      for (std::size_t tuple = 0; tuple < out.tuples_; ++tuple)
        sum += out.rows_of_[tuple] * share[out.leaf_[i][tuple]];
      out.sums_[i].push_back(sum);
    }

  // Persons: those of one tuple are only counted, the others keep their list.
  const Column* person = policy.person.empty() ? nullptr : table.find(policy.person);
  out.counts_persons_ = person != nullptr;
  if (person == nullptr) {
    out.singles_of_ = out.rows_of_;
  } else {
    out.singles_of_.assign(out.tuples_, 0);
    std::vector<std::vector<std::uint32_t>> tuples(person->values().size());
    for (std::size_t row = 0; row < table.rows; ++row)
      tuples[person->code(row)].push_back(tuple_of[row]);
    for (auto& list : tuples) {
      std::ranges::sort(list);
      list.erase(std::ranges::unique(list).begin(), list.end());
      if (list.size() == 1)
        ++out.singles_of_[list.front()];
      else if (!list.empty())
        out.many_.push_back(std::move(list));
    }
  }
  if (policy.metric == Metric::kEntropy) out.prepare_entropy();
  for (std::size_t m = 0; m < policy.models.size(); ++m) {
    if (policy.models[m].kind == Model::Kind::kAnonymity) continue;
    SEKISHO_TRY(Sensitive one, sensitive(table, policy, m, tuple_of));
    out.sensitive_.push_back(std::move(one));
  }
  return out;
}

void Encoded::classify(const Levels& levels) {
  class_of_.resize(tuples_);
  first_tuple_.clear();
  class_rows_.clear();
  class_key_.clear();
  const std::size_t capacity = std::bit_ceil(std::max<std::size_t>(16, tuples_ * 2));
  slots_.assign(capacity, 0);  // class + 1
  std::vector<const Key*> keys;
  std::vector<const std::uint32_t*> leaves;
  for (std::size_t i = 0; i < attributes(); ++i) {
    keys.push_back(keys_[i][static_cast<std::size_t>(levels[i])].data());
    leaves.push_back(leaf_[i].data());
  }
  for (std::size_t tuple = 0; tuple < tuples_; ++tuple) {
    Key key = 0;
    for (std::size_t i = 0; i < keys.size(); ++i)
      key |= keys[i][leaves[i][tuple]];
    std::size_t slot = hash_of(key) & (capacity - 1);
    while (slots_[slot] != 0 && class_key_[slots_[slot] - 1] != key)
      slot = (slot + 1) & (capacity - 1);
    if (slots_[slot] == 0) {
      class_key_.push_back(key);
      first_tuple_.push_back(static_cast<std::uint32_t>(tuple));
      class_rows_.push_back(0);
      slots_[slot] = static_cast<std::uint32_t>(class_key_.size());
    }
    class_of_[tuple] = slots_[slot] - 1;
    class_rows_[class_of_[tuple]] += rows_of_[tuple];
  }
}

void Encoded::count_persons() {
  class_persons_.assign(class_rows_.size(), 0);
  for (std::size_t tuple = 0; tuple < tuples_; ++tuple)
    class_persons_[class_of_[tuple]] += singles_of_[tuple];
  std::vector<std::uint32_t> classes;
  for (const std::vector<std::uint32_t>& list : many_) {
    classes.clear();
    for (const std::uint32_t tuple : list)
      classes.push_back(class_of_[tuple]);
    std::ranges::sort(classes);
    for (std::size_t i = 0; i < classes.size(); ++i)
      if (i == 0 || classes[i] != classes[i - 1]) ++class_persons_[classes[i]];
  }
}

void Encoded::test_models() {
  class_fails_.assign(class_rows_.size(), 0);
  const auto k = static_cast<std::uint32_t>(policy_->k());
  for (std::size_t c = 0; c < class_fails_.size(); ++c)
    class_fails_[c] = class_persons_[c] < k;
  for (const Sensitive& sensitive : sensitive_)
    if (policy_->models[sensitive.model].monotone()) test_distinct(sensitive);
  monotone_suppressed_ = 0;
  for (std::size_t c = 0; c < class_fails_.size(); ++c)
    if (class_fails_[c]) monotone_suppressed_ += class_rows_[c];
  for (const Sensitive& sensitive : sensitive_)
    if (!policy_->models[sensitive.model].monotone()) test_distribution(sensitive);
}

void Encoded::test_distinct(const Sensitive& sensitive) {
  std::vector<std::uint64_t> pairs;
  pairs.reserve(sensitive.values.size());
  for (const auto& [tuple, value] : sensitive.values)
    pairs.push_back(std::uint64_t{class_of_[tuple]} << 32 | value);
  std::ranges::sort(pairs);
  pairs.erase(std::ranges::unique(pairs).begin(), pairs.end());
  std::vector<int> distinct(class_rows_.size(), 0);
  for (const std::uint64_t pair : pairs)
    ++distinct[pair >> 32];
  for (std::size_t c = 0; c < distinct.size(); ++c)
    if (distinct[c] < policy_->models[sensitive.model].bound) class_fails_[c] = 1;
}

namespace {

// Score of generalization g_i over n rows; ARX's form of the loss metric, to its last digit.
double aggregate_loss(std::span<const double> sums, std::span<const double> leaves, std::span<const double> weights,
                      double n) {
  const double heaviest = std::ranges::max(weights);
  double product = 1;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const double least = n / leaves[i], most = n;
    double loss = most == least ? 0 : (sums[i] - least) / (most - least);
    loss = std::floor(std::max(0.0, loss) * 1e10) / 1e10;
    product *= 1 + (heaviest > 0 ? weights[i] / heaviest : 1) * loss;
  }
  return std::pow(product, 1.0 / static_cast<double>(sums.size())) - 1;
}

}  // namespace

double Encoded::loss(const Levels& levels) const {
  std::vector<double> sums, leaves, weights;
  for (std::size_t i = 0; i < attributes(); ++i) {
    const std::vector<double>& share = share_[i][static_cast<std::size_t>(levels[i])];
    double sum = 0;
    for (std::size_t tuple = 0; tuple < tuples_; ++tuple)
      sum += rows_of_[tuple] * (class_fails_.empty() || !class_fails_[class_of_[tuple]] ? share[leaf_[i][tuple]] : 1.0);
    sums.push_back(sum);
    leaves.push_back(static_cast<double>(hierarchies_[i].leaves()));
    weights.push_back(attributes_[i]->weight);
  }
  return sums.empty() ? 0 : aggregate_loss(sums, leaves, weights, static_cast<double>(rows_));
}

double Encoded::bound(const Levels& levels) const {
  if (policy_->metric == Metric::kPrecision) {
    double sum = 0;
    for (std::size_t i = 0; i < attributes(); ++i)
      if (hierarchies_[i].levels() > 1) sum += static_cast<double>(levels[i]) / (hierarchies_[i].levels() - 1);
    return sum / static_cast<double>(std::max<std::size_t>(1, attributes()));
  }
  if (policy_->metric == Metric::kEntropy) return entropy(levels, 0);
  if (policy_->metric != Metric::kLoss) return 0;
  std::vector<double> sums, leaves, weights;
  for (std::size_t i = 0; i < attributes(); ++i) {
    sums.push_back(sums_[i][static_cast<std::size_t>(levels[i])]);
    leaves.push_back(static_cast<double>(hierarchies_[i].leaves()));
    weights.push_back(attributes_[i]->weight);
  }
  return sums.empty() ? 0 : aggregate_loss(sums, leaves, weights, static_cast<double>(rows_));
}

Judgement Encoded::judge(const Levels& levels) {
  classify(levels);
  count_persons();
  test_models();
  Judgement out;
  out.smallest = SIZE_MAX;
  double squares = 0;
  for (std::size_t c = 0; c < class_rows_.size(); ++c) {
    if (class_fails_[c]) {
      out.suppressed += class_rows_[c];
      continue;
    }
    ++out.classes;
    out.smallest = std::min<std::size_t>(out.smallest, class_persons_[c]);
    squares += static_cast<double>(class_rows_[c]) * class_rows_[c];
  }
  if (out.classes == 0) out.smallest = 0;
  // In exact arithmetic: a limit of 0.29 over 100 rows is 29 rows, which the product in binary just misses.
  const auto limit = static_cast<std::size_t>(
      std::floor(policy_->suppression_limit * static_cast<double>(rows_) + 1e-9 * static_cast<double>(rows_ != 0)));
  out.valid = out.suppressed <= limit;
  out.excludes = monotone_suppressed_ > limit;
  if (!out.valid) return out;
  const auto n = static_cast<double>(rows_), x = static_cast<double>(out.suppressed);
  switch (policy_->metric) {
    case Metric::kLoss:
      out.score = loss(levels);
      break;
    case Metric::kDiscernability:
      out.score = squares + n * x;
      break;
    case Metric::kAverageClassSize:
      out.score = n / std::max(1.0, static_cast<double>(out.classes + (out.suppressed > 0)));
      break;
    case Metric::kEntropy:
      out.score = entropy(levels, out.suppressed);
      break;
    case Metric::kAmbiguity:
      out.score = ambiguity(levels);
      break;
    case Metric::kPrecision: {
      double sum = 0;
      for (std::size_t i = 0; i < attributes(); ++i) {
        const int height = hierarchies_[i].levels() - 1;
        sum += ((n - x) * (height > 0 ? static_cast<double>(levels[i]) / height : 0) + x) / std::max(1.0, n);
      }
      out.score = sum / static_cast<double>(std::max<std::size_t>(1, attributes()));
      break;
    }
  }
  return out;
}

std::vector<std::vector<std::string>> Encoded::failing(const Levels& levels) {
  classify(levels);
  count_persons();
  test_models();
  std::vector<std::vector<std::string>> out;
  for (std::size_t c = 0; c < class_fails_.size(); ++c) {
    if (!class_fails_[c]) continue;
    std::vector<std::string>& labels = out.emplace_back();
    for (std::size_t i = 0; i < attributes(); ++i)
      labels.push_back(hierarchies_[i].label(
          levels[i], hierarchies_[i].label_code(levels[i], static_cast<int>(leaf_[i][first_tuple_[c]]))));
  }
  std::ranges::sort(out);
  return out;
}

std::size_t Encoded::best_k(const Levels& levels) {
  classify(levels);
  count_persons();
  return class_persons_.empty() ? 0 : std::ranges::min(class_persons_);
}

}  // namespace sekisho::anonymize::detail
