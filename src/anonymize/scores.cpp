// The scores of a node: how much it loses. The formulas are those of docs/anonymize.md, in a fixed order of summation
// and with whole numbers as long as possible, so that neither rows nor threads change a digit.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "anonymize/lattice.h"

namespace sekisho::anonymize::detail {
namespace {

double ten_digits(double value) {
  return std::floor(std::max(0.0, value) * 1e10) / 1e10;
}

}  // namespace

void Encoded::prepare_weights() {
  double heaviest = 0;
  for (const Attribute* attribute : attributes_)
    heaviest = std::max(heaviest, attribute->weight);
  weights_.clear();
  for (const Attribute* attribute : attributes_)
    weights_.push_back(heaviest > 0 ? attribute->weight / heaviest : 1);
}

void Encoded::prepare_scores(const std::vector<std::vector<std::uint64_t>>& leaf_rows) {
  prepare_weights();
  for (std::size_t i = 0; i < attributes(); ++i) {
    const Hierarchy& h = hierarchies_[i];
    leaf_sums_.emplace_back();
    entropy_.emplace_back();
    log_leaves_.emplace_back();
    label_rows_.emplace_back();
    for (int level = 0; level < h.levels(); ++level) {
      std::vector<std::uint64_t>& rows = label_rows_[i].emplace_back(h.label_count(level), 0);
      for (std::size_t leaf = 0; leaf < h.leaves(); ++leaf)
        rows[h.label_code(level, static_cast<int>(leaf))] += leaf_rows[i][leaf];
      std::uint64_t sum = 0;
      double logs = 0, entropy = 0;
      for (std::uint32_t label = 0; label < rows.size(); ++label) {
        sum += rows[label] * h.leaves_under(level, label);
        logs += static_cast<double>(rows[label]) * std::log(static_cast<double>(h.leaves_under(level, label)));
      }
      for (std::size_t leaf = 0; leaf < h.leaves(); ++leaf) {
        const auto raw = static_cast<double>(leaf_rows[i][leaf]);
        if (raw > 0)
          entropy -= raw * std::log2(raw / static_cast<double>(rows[h.label_code(level, static_cast<int>(leaf))]));
      }
      leaf_sums_[i].push_back(sum);
      entropy_[i].push_back(entropy);
      log_leaves_[i].push_back(rows_ > 0 ? logs / static_cast<double>(rows_) : 0);
    }
  }
}

double Encoded::aggregate(const std::vector<double>& sums) const {
  const auto n = static_cast<double>(rows_);
  const double kept = policy_->gs_factor > 0.5 ? 2 - 2 * policy_->gs_factor : 1;
  double product = 1;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const double least = kept * n / static_cast<double>(hierarchies_[i].leaves());
    const double loss = n <= least ? 0 : (sums[i] - least) / (n - least);
    product *= 1 + weights_[i] * ten_digits(loss);
  }
  return sums.empty() ? 0 : std::pow(product, 1.0 / static_cast<double>(sums.size())) - 1;
}

double Encoded::loss(const Levels& levels, const Work& work) const {
  // A kept record costs its share of leaves, a suppressed one everything; the factor makes one of both cheaper.
  const double kept = policy_->gs_factor > 0.5 ? 2 - 2 * policy_->gs_factor : 1;
  const double lost = policy_->gs_factor < 0.5 ? 2 * policy_->gs_factor : 1;
  std::vector<double> sums;
  for (std::size_t i = 0; i < attributes(); ++i) {
    std::uint64_t of_suppressed = 0;
    for (std::size_t c = 0; c < work.grouping.classes(); ++c)
      if (work.verdict.fails[c] && work.grouping.rows[c] > 0)
        of_suppressed +=
            work.grouping.rows[c] * hierarchies_[i].leaves_under(levels[i], label_of(work, i, levels[i], c));
    const auto leaves = static_cast<double>(hierarchies_[i].leaves());
    const std::uint64_t all = leaf_sums_[i][static_cast<std::size_t>(levels[i])];
    const double share = static_cast<double>(of_suppressed) / leaves;
    sums.push_back(kept * (static_cast<double>(all - of_suppressed) / leaves) + share +
                   lost * (static_cast<double>(work.verdict.suppressed) - share));
  }
  return aggregate(sums);
}

double Encoded::entropy(const Levels& levels, const Work& work) const {
  double score = 0;
  std::vector<std::uint64_t> counts;
  for (std::size_t i = 0; i < attributes(); ++i) {
    double value = entropy_[i][static_cast<std::size_t>(levels[i])];
    if (work.verdict.suppressed > 0) {
      counts.assign(hierarchies_[i].label_count(levels[i]), 0);
      for (std::size_t c = 0; c < work.grouping.classes(); ++c)
        if (work.verdict.fails[c]) counts[label_of(work, i, levels[i], c)] += work.grouping.rows[c];
      for (const std::uint64_t count : counts)
        if (count > 0)
          value -= static_cast<double>(count) *
                   std::log2(static_cast<double>(count) / static_cast<double>(work.verdict.suppressed));
    }
    score += weights_[i] * ten_digits(value);
  }
  return score;
}

// Sum over records of how many combinations of values its class may stand for.
double Encoded::ambiguity(const Levels& levels, bool suppress, const Work& work) const {
  long double sum = 0;
  for (std::size_t c = 0; c < work.grouping.classes(); ++c) {
    if (work.grouping.rows[c] == 0) continue;
    long double combinations = work.grouping.rows[c];
    for (std::size_t i = 0; i < attributes(); ++i)
      combinations *= suppress && work.verdict.fails[c]
                          ? hierarchies_[i].leaves()
                          : hierarchies_[i].leaves_under(levels[i], label_of(work, i, levels[i], c));
    sum += combinations;
  }
  return static_cast<double>(sum);
}

double Encoded::precision(const Levels& levels, double suppressed) const {
  const auto n = static_cast<double>(rows_);
  double sum = 0, weights = 0;
  for (std::size_t i = 0; i < attributes(); ++i) {
    const int height = hierarchies_[i].levels() - 1;
    sum += weights_[i] * ((n - suppressed) * (height > 0 ? static_cast<double>(levels[i]) / height : 0) + suppressed) /
           std::max(1.0, n);
    weights += weights_[i];
  }
  return weights > 0 ? sum / weights : 0;
}

double Encoded::squares(bool suppress, const Work& work) const {
  double sum = 0;
  for (std::size_t c = 0; c < work.grouping.classes(); ++c)
    if (!suppress || !work.verdict.fails[c]) sum += static_cast<double>(work.grouping.rows[c]) * work.grouping.rows[c];
  return sum;
}

double Encoded::score(const Levels& levels, const Judgement& judgement, const Work& work) const {
  const auto n = static_cast<double>(rows_), x = static_cast<double>(judgement.suppressed);
  switch (policy_->metric) {
    case Metric::kLoss:
      return loss(levels, work);
    case Metric::kEntropy:
      return entropy(levels, work);
    case Metric::kAmbiguity:
      return ambiguity(levels, true, work);
    case Metric::kPrecision:
      return precision(levels, x);
    case Metric::kDiscernability:
      return squares(true, work) + n * x;
    case Metric::kAverageClassSize:
      break;
  }
  return n / std::max(1.0, static_cast<double>(judgement.classes + (judgement.suppressed > 0)));
}

double Encoded::floor(const Levels& levels, const Work& work) const {
  if (policy_->metric == Metric::kDiscernability) return squares(false, work);
  if (policy_->metric == Metric::kAmbiguity) return ambiguity(levels, false, work);
  if (policy_->metric != Metric::kAverageClassSize) return 0;
  const auto empty = static_cast<std::size_t>(std::ranges::count(work.grouping.rows, 0u));
  return static_cast<double>(rows_) / std::max(1.0, static_cast<double>(work.grouping.classes() - empty));
}

double Encoded::bound(const Levels& levels) const {
  const double kept = policy_->gs_factor > 0.5 ? 2 - 2 * policy_->gs_factor : 1;
  std::vector<double> sums;
  double sum = 0;
  for (std::size_t i = 0; i < attributes(); ++i) {
    const auto level = static_cast<std::size_t>(levels[i]);
    if (policy_->metric == Metric::kLoss)
      sums.push_back(kept *
                     (static_cast<double>(leaf_sums_[i][level]) / static_cast<double>(hierarchies_[i].leaves())));
    else if (policy_->metric == Metric::kEntropy)
      sum += weights_[i] * ten_digits(entropy_[i][level]);
    else if (policy_->metric == Metric::kAmbiguity)
      sum += log_leaves_[i][level];
  }
  switch (policy_->metric) {
    case Metric::kLoss:
      return aggregate(sums);
    case Metric::kEntropy:
      return sum;
    case Metric::kAmbiguity:  // no mean of products is below the product of geometric means
      return static_cast<double>(rows_) * std::exp(sum) * (1 - 1e-12);
    case Metric::kPrecision:
      return precision(levels, 0);
    default:
      return 0;
  }
}

}  // namespace sekisho::anonymize::detail
