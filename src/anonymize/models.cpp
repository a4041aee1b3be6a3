#include "anonymize/models.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <map>
#include <numeric>

#include "anonymize/remainder.h"
#include "anonymize/uniqueness.h"

namespace sekisho::anonymize::detail {
namespace {

using Kind = Model::Kind;

// Bounds that are met exactly must not fail by the last digit of a sum.
constexpr double kSlack = 1e-12;

// Suppressing rows elsewhere cannot make a failing class pass, and joining it to others can only help: these models
// rule out more specific nodes even while suppression is allowed.
bool counts_only(Kind kind) {
  return kind == Kind::kAnonymity || kind == Kind::kMap || kind == Kind::kDistinctDiversity;
}
bool of_sample(Kind kind) {
  return kind == Kind::kSampleUniqueness || kind == Kind::kAverageRisk || kind == Kind::kPopulationUniqueness;
}
// Joining two passing classes gives a passing one. Not so delta-disclosure: a value that one class lacks may become too
// rare in both together.
bool joins(Kind kind) {
  return kind != Kind::kPresence && kind != Kind::kPopulationUniqueness && kind != Kind::kDisclosure;
}

// Values by size when all are numbers, else by the order of the hierarchy, else as texts.
Result<std::vector<std::uint32_t>> value_order(const Column& column, const Attribute& attribute, char delimiter) {
  std::vector<std::uint32_t> sorted(column.values().size()), place(sorted.size());
  std::iota(sorted.begin(), sorted.end(), 0u);
  std::vector<double> numbers;
  for (const std::string& value : column.values()) {
    double number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || end != value.data() + value.size()) break;
    numbers.push_back(number);
  }
  if (numbers.size() == sorted.size()) {
    std::ranges::sort(sorted, [&](std::uint32_t a, std::uint32_t b) {
      return std::pair(numbers[a], column.values()[a]) < std::pair(numbers[b], column.values()[b]);
    });
  } else if (!attribute.file.empty()) {
    SEKISHO_TRY(const Hierarchy hierarchy, hierarchy_of(attribute, column, delimiter));
    std::ranges::sort(sorted, {}, [&](std::uint32_t v) { return hierarchy.leaf(column.values()[v]); });
  } else {
    std::ranges::sort(sorted, {}, [&](std::uint32_t v) { return column.values()[v]; });
  }
  for (std::uint32_t i = 0; i < sorted.size(); ++i)
    place[sorted[i]] = i;
  return place;
}

void fail_class(const Grouping& grouping, std::size_t c, Verdict& out) {
  if (out.fails[c]) return;
  out.fails[c] = 1;
  out.suppressed += grouping.rows[c];
}

}  // namespace

Result<ModelSet> ModelSet::make(const Policy& policy, const Table& table) {
  ModelSet out;
  out.minimum_hospitals_ = policy.minimum_hospitals;
  out.population_size_ = policy.population_size;
  out.rows_ = table.rows;
  const Column* person = policy.person.empty() ? nullptr : table.find(policy.person);
  out.sample_ = static_cast<double>(person == nullptr ? table.rows : person->values().size());
  for (const Model& model : policy.models) {
    One one{.model = model};
    if (!model.attribute.empty()) {
      const Column* column = table.find(model.attribute);
      if (column == nullptr) return fail("policy.columns", fmt::format("there is no column '{}'", model.attribute));
      auto found = std::ranges::find(out.wanted_, model.attribute, &Wanted::attribute);
      if (found == out.wanted_.end()) found = out.wanted_.insert(found, {model.attribute, true});
      found->distinct_only = found->distinct_only && model.kind == Kind::kDistinctDiversity;
      one.histogram = static_cast<int>(found - out.wanted_.begin());
      const Attribute& attribute = *policy.find(model.attribute);
      if (model.distance == Model::Distance::kOrdered) {
        SEKISHO_TRY(one.order, value_order(*column, attribute, policy.delimiter));
      } else if (model.distance == Model::Distance::kHierarchical) {
        SEKISHO_TRY(const Hierarchy hierarchy, hierarchy_of(attribute, *column, policy.delimiter));
        if (hierarchy.label_count(hierarchy.levels() - 1) != 1)
          return fail("policy.model", fmt::format("the hierarchy of '{}' does not end in one label", model.attribute));
        for (int level = 0; level < hierarchy.levels(); ++level) {
          std::vector<std::uint32_t>& above = one.ancestors.emplace_back();
          for (const std::string& value : column->values())
            above.push_back(hierarchy.label_code(level, hierarchy.leaf(value)));
          one.labels.push_back(hierarchy.label_count(level));
        }
      }
    }
    if (model.estimator != Model::Estimator::kNone) one.persons = out.mapped_class_size(model);
    out.models_.push_back(std::move(one));
  }
  out.shares_.resize(out.wanted_.size());
  return out;
}

int ModelSet::mapped_class_size(const Model& model) const {
  return map_class_size(model.bound, population_size_, sample_, model.significance,
                        model.estimator == Model::Estimator::kZeroTruncated);
}

bool ModelSet::use(const Policy& policy) {
  const auto same = [](const One& one, const Model& model) {
    return one.model.kind == model.kind && one.model.attribute == model.attribute &&
           one.model.distance == model.distance;
  };
  if (!std::ranges::equal(models_, policy.models, same) || policy.minimum_hospitals != minimum_hospitals_) return false;
  population_size_ = policy.population_size;
  for (std::size_t m = 0; m < models_.size(); ++m) {
    models_[m].model = policy.models[m];
    if (policy.models[m].estimator != Model::Estimator::kNone) models_[m].persons = mapped_class_size(policy.models[m]);
  }
  return true;
}

std::uint32_t ModelSet::least_values(std::size_t histogram) const {
  double most = 0;
  for (const One& one : models_) {
    if (one.histogram != static_cast<int>(histogram)) continue;
    if (one.model.kind == Kind::kDistinctDiversity || one.model.kind == Kind::kRecursiveDiversity)
      most = std::max<double>(most, one.model.bound);
    else if (one.model.kind == Kind::kEntropyDiversity)  // no entropy is above that of as many equal shares
      most = std::max(most, std::ceil(one.model.threshold - 1e-9));
  }
  return static_cast<std::uint32_t>(most);
}

void ModelSet::set_shares(std::size_t histogram, std::vector<double> shares) {
  shares_[histogram] = std::move(shares);
}

bool ModelSet::prunes(std::size_t limit) const {
  return std::ranges::all_of(models_, [&](const One& one) {
    return counts_only(one.model.kind) ||
           (!overlapping_ && joins(one.model.kind) && (limit == 0 || !of_sample(one.model.kind)));
  });
}

void ModelSet::judge_counts(const Grouping& grouping, const One& one, Verdict& out) const {
  const auto k = static_cast<std::uint32_t>(one.model.bound);
  const bool anonymity = one.model.kind == Kind::kAnonymity;
  const std::vector<std::uint32_t>& persons = grouping.units[static_cast<std::size_t>(places_.persons)];
  const std::vector<std::uint32_t>* households =
      places_.households >= 0 ? &grouping.units[static_cast<std::size_t>(places_.households)] : nullptr;
  for (std::size_t c = 0; c < grouping.classes(); ++c) {
    if (grouping.rows[c] == 0) continue;
    const bool fails = anonymity         ? persons[c] < k || (households != nullptr && (*households)[c] < k)
                       : one.persons > 0 ? persons[c] < static_cast<std::uint32_t>(one.persons)
                                         : grouping.population[c] < k;
    if (fails) fail_class(grouping, c, out);
  }
}

void ModelSet::judge_masks(const ClassTable& table, const Grouping& grouping, const One& one, Verdict& out) const {
  std::vector<std::uint64_t> sums(grouping.classes(), 0);
  table.histograms[static_cast<std::size_t>(one.histogram)].masks.visit([&](auto masks) {
    for (std::size_t e = 0; e < masks.size(); ++e)
      sums[grouping.class_of[e]] |= masks[e];
  });
  for (std::size_t c = 0; c < sums.size(); ++c)
    if (grouping.rows[c] > 0 && std::popcount(sums[c]) < one.model.bound) fail_class(grouping, c, out);
}

double ModelSet::distance(const One& one, const std::vector<std::uint32_t>& counts,
                          const std::vector<std::uint32_t>& touched, double total) const {
  const std::vector<double>& q = shares_[static_cast<std::size_t>(one.histogram)];
  double sum = 0;
  if (one.model.distance == Model::Distance::kEqual) {
    for (const std::uint32_t v : touched)
      sum += std::max(0.0, counts[v] / total - q[v]);
    return sum;
  }
  if (one.model.distance == Model::Distance::kOrdered) {
    std::vector<double> net(q.size());
    for (std::size_t v = 0; v < q.size(); ++v)
      net[one.order[v]] = counts[v] / total - q[v];
    double run = 0;
    for (const double x : net)
      sum += std::abs(run += x);
    return q.size() < 2 ? 0 : sum / static_cast<double>(q.size() - 1);
  }
  // Each inner node levels out what it can between its children; the rest moves on to its parent.
  const std::size_t height = one.ancestors.size() - 1;
  std::vector<double> net(one.labels[0], 0), pos, neg;
  for (std::size_t v = 0; v < q.size(); ++v)
    net[one.ancestors[0][v]] = q[v] - counts[v] / total;
  for (std::size_t level = 1; level <= height; ++level) {
    pos.assign(one.labels[level], 0);
    neg.assign(one.labels[level], 0);
    std::vector<std::uint8_t> done(one.labels[level - 1], 0);
    for (std::size_t v = 0; v < q.size(); ++v) {
      const std::uint32_t child = one.ancestors[level - 1][v];
      if (done[child]) continue;
      done[child] = 1;
      (net[child] > 0 ? pos : neg)[one.ancestors[level][v]] += std::abs(net[child]);
    }
    net.assign(one.labels[level], 0);
    for (std::size_t label = 0; label < net.size(); ++label) {
      sum += static_cast<double>(level) / static_cast<double>(height) * std::min(pos[label], neg[label]);
      net[label] = pos[label] - neg[label];
    }
  }
  return sum;
}

bool ModelSet::holds(const One& one, const std::vector<std::uint32_t>& counts,
                     const std::vector<std::uint32_t>& touched, double total) const {
  const Model& model = one.model;
  const std::vector<double>& q = shares_[static_cast<std::size_t>(one.histogram)];
  switch (model.kind) {
    case Kind::kDistinctDiversity:
      return static_cast<std::int64_t>(touched.size()) >= model.bound;
    case Kind::kEntropyDiversity: {
      double entropy = 0;
      for (const std::uint32_t v : touched)
        entropy -= counts[v] / total * std::log(counts[v] / total);
      return entropy >= std::log(model.threshold) - kSlack;
    }
    case Kind::kRecursiveDiversity: {
      std::vector<std::uint32_t> sorted;
      for (const std::uint32_t v : touched)
        sorted.push_back(counts[v]);
      std::ranges::sort(sorted, std::greater<>());
      double tail = 0;
      for (std::size_t i = static_cast<std::size_t>(model.bound) - 1; i < sorted.size(); ++i)
        tail += sorted[i];
      return sorted.front() < model.threshold * tail;
    }
    case Kind::kCloseness:
      return distance(one, counts, touched, total) <= model.threshold + kSlack;
    case Kind::kBetaLikeness:
      return std::ranges::all_of(touched, [&](std::uint32_t v) {
        const double bound = model.enhanced ? std::min(model.threshold, -std::log(q[v])) : model.threshold;
        return (counts[v] / total - q[v]) / q[v] <= bound + kSlack;
      });
    default:  // delta-disclosure
      return std::ranges::all_of(
          touched, [&](std::uint32_t v) { return std::abs(std::log2(counts[v] / total / q[v])) < model.threshold; });
  }
}

// Of the rows of a class that fails the model, those that are lost in every more specific node. A value of a person
// stands in a row at least, and persons in one tuple stay in one class.
std::size_t ModelSet::lost_of(const One& one, const std::vector<std::uint32_t>& counts,
                              const std::vector<std::uint32_t>& touched, double total, std::size_t rows) const {
  if (counts_only(one.model.kind)) return rows;
  if (overlapping_ || !joins(one.model.kind)) return 0;
  std::vector<std::uint32_t> of_touched;
  for (const std::uint32_t v : touched)
    of_touched.push_back(counts[v]);
  return must_go(of_touched, slope(one, counts, touched, total));
}

void ModelSet::judge_histogram(const ClassTable& table, const Grouping& grouping, int histogram,
                               std::span<const One* const> models, Verdict& out) const {
  const Histogram& h = table.histograms[static_cast<std::size_t>(histogram)];
  const std::size_t classes = grouping.classes();
  const ValueCounts of_one = value_counts(h, grouping);
  // Persons in several entries: each counts once for each value in a class.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs, extra;
  for (std::size_t u = 0; u < h.many_entry.size(); ++u) {
    pairs_of(h, grouping, u, pairs);
    extra.insert(extra.end(), pairs.begin(), pairs.end());
  }
  std::ranges::sort(extra);
  std::vector<std::uint32_t> counts(h.values, 0), touched;
  std::size_t next = 0;
  for (std::uint32_t c = 0; c < classes; ++c) {
    touched.clear();
    double total = 0;
    const auto add = [&](std::uint32_t value, std::uint32_t count) {
      if (counts[value] == 0) touched.push_back(value);
      counts[value] += count;
      total += count;
    };
    for (; next < extra.size() && extra[next].first == c; ++next)
      add(extra[next].second, 1);
    if (out.fails[c] || grouping.rows[c] == 0) {
      for (const std::uint32_t v : touched)
        counts[v] = 0;
      continue;
    }
    for (std::uint32_t i = of_one.value.start[c]; i < of_one.value.start[c + 1]; ++i)
      add(of_one.value.items[i], of_one.count[i]);
    std::ranges::sort(touched);  // sums do not depend on the order of the rows
    std::size_t lost = 0;
    for (const One* one : models) {
      if (holds(*one, counts, touched, total)) continue;
      fail_class(grouping, c, out);
      lost = std::max(lost, lost_of(*one, counts, touched, total, grouping.rows[c]));
    }
    out.lost += lost;
    for (const std::uint32_t v : touched)
      counts[v] = 0;
  }
}

// Models of all kept classes together: classes fail from the smallest size on until the rest fulfils the bound.
void ModelSet::judge_sample(const Grouping& grouping, const One& one, Verdict& out) const {
  const std::vector<std::uint32_t>& persons = grouping.units[static_cast<std::size_t>(places_.persons)];
  std::map<std::size_t, std::size_t> sizes;
  double records = 0, classes = 0;
  for (std::size_t c = 0; c < grouping.classes(); ++c)
    if (grouping.rows[c] > 0 && !out.fails[c]) {
      ++sizes[persons[c]];
      records += persons[c];
      ++classes;
    }
  std::size_t from = 0;  // the least size that is kept
  while (!sizes.empty()) {
    double risk = 0;
    if (one.model.kind == Kind::kAverageRisk)
      risk = classes / records;
    else if (one.model.kind == Kind::kSampleUniqueness)
      risk = sizes.begin()->first == 1 ? static_cast<double>(sizes.begin()->second) / records : 0;
    else
      risk = population_uniqueness(sizes, population_size_);
    if (risk <= one.model.threshold + kSlack) break;
    const auto [size, count] = *sizes.begin();
    records -= static_cast<double>(size * count);
    classes -= static_cast<double>(count);
    from = size + 1;
    sizes.erase(sizes.begin());
  }
  for (std::size_t c = 0; c < grouping.classes(); ++c)
    if (grouping.rows[c] > 0 && persons[c] < from) fail_class(grouping, c, out);
}

Verdict ModelSet::judge(const ClassTable& table, const Grouping& grouping, std::size_t limit) const {
  Verdict out;
  out.fails.assign(grouping.classes(), 0);
  bool all_join = !overlapping_;
  for (const One& one : models_) {
    all_join = all_join && joins(one.model.kind);
    if (one.model.kind == Kind::kAnonymity || one.model.kind == Kind::kMap) judge_counts(grouping, one, out);
  }
  if (minimum_hospitals_ > 0) {
    const auto& hospitals = grouping.units[static_cast<std::size_t>(places_.hospitals)];
    for (std::size_t c = 0; c < grouping.classes(); ++c)
      if (grouping.rows[c] > 0 && hospitals[c] < static_cast<std::uint32_t>(minimum_hospitals_))
        fail_class(grouping, c, out);
  }
  out.rules_out = out.suppressed > limit;
  for (std::size_t h = 0; h < wanted_.size() && out.suppressed <= limit; ++h) {
    std::vector<const One*> counting, others;
    for (const One& one : models_)
      if (one.histogram == static_cast<int>(h)) (counts_only(one.model.kind) ? counting : others).push_back(&one);
    if (!table.histograms[h].masks.empty())
      for (const One* one : counting)
        judge_masks(table, grouping, *one, out);
    else if (!counting.empty())
      judge_histogram(table, grouping, static_cast<int>(h), counting, out);
    out.rules_out = out.rules_out || out.suppressed > limit;
  }
  out.lost = out.suppressed;
  for (std::size_t h = 0; h < wanted_.size() && out.lost <= limit; ++h) {
    std::vector<const One*> others;
    for (const One& one : models_)
      if (one.histogram == static_cast<int>(h) && !counts_only(one.model.kind)) others.push_back(&one);
    if (!others.empty()) judge_histogram(table, grouping, static_cast<int>(h), others, out);
  }
  out.rules_out = out.rules_out || out.lost > limit;
  for (const One& one : models_) {
    if (one.model.kind != Kind::kPresence || out.suppressed > limit) continue;
    for (std::size_t c = 0; c < grouping.classes(); ++c) {
      if (grouping.rows[c] == 0) {
        out.invalid = out.invalid || one.model.minimum > kSlack;
        continue;
      }
      const double share = grouping.population[c] == 0
                               ? 2
                               : static_cast<double>(grouping.units[static_cast<std::size_t>(places_.persons)][c]) /
                                     grouping.population[c];
      if (share < one.model.minimum - kSlack || share > one.model.threshold + kSlack) fail_class(grouping, c, out);
    }
  }
  for (const One& one : models_)
    if (of_sample(one.model.kind) && out.suppressed <= limit) judge_sample(grouping, one, out);
  out.rules_out = out.rules_out || (limit == 0 && all_join && out.suppressed > 0);
  return out;
}

Verdict ModelSet::judge_some(std::span<const std::size_t> models, const ClassTable& table,
                             const Grouping& grouping) const {
  ModelSet some = *this;
  some.models_.clear();
  some.minimum_hospitals_ = 0;
  for (const std::size_t model : models)
    if (model < models_.size())
      some.models_.push_back(models_[model]);
    else
      some.minimum_hospitals_ = minimum_hospitals_;
  return some.judge(table, grouping, SIZE_MAX - 1);
}

}  // namespace sekisho::anonymize::detail
