#include "linkage/linker.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <unordered_map>

#include "core/parallel.h"

namespace sekisho::linkage {
namespace {

constexpr float kTwoNumbers = 8;      // bits
constexpr double kTwiceInOne = 0.05;  // of pairs of one person in one source: so few are misread, not registered twice

const Column* find(const ModelSpec& spec, const Table& table, std::string_view name) {
  const auto field = spec.field(name);
  return field && table.columns[*field].present ? &table.columns[*field] : nullptr;
}
std::string_view text(const Column& column, std::uint32_t group) {
  return column.values[column.codes[group]];
}

// Whole dates more than a month apart; less is a typing error or the end of the month in place of the day.
bool far_apart(std::string_view a, std::string_view b) {
  if (a.size() != 8 || b.size() != 8 || a.ends_with("00") || b.ends_with("00")) return false;
  const auto days = [](std::string_view date) {
    int value = 0;
    std::from_chars(date.data(), date.data() + date.size(), value);
    return value / 10000 * 372 + value / 100 % 100 * 31 + value % 100;
  };
  return std::abs(days(a) - days(b)) > 31;
}

// Rows of the ids that decisions name.
std::unordered_map<std::string_view, std::uint32_t> rows_of(const Table& table,
                                                            const std::vector<Decision>& decisions) {
  std::unordered_map<std::string_view, std::uint32_t> rows;
  for (const Decision& decision : decisions)
    for (const std::string* id : {&decision.a, &decision.b})
      rows.emplace(*id, UINT32_MAX);
  if (!rows.empty())
    for (std::uint32_t row = 0; row < table.rows; ++row)
      if (const auto at = rows.find(table.ids[row]); at != rows.end() && at->second == UINT32_MAX) at->second = row;
  return rows;
}

}  // namespace

Impossible::Impossible(const ModelSpec& spec, const Table& table)
    : death_(find(spec, table, "death_date")),
      hospital_(find(spec, table, "hospital")),
      number_(find(spec, table, "patient_number")) {}

float Impossible::operator()(float weight, std::uint32_t a, std::uint32_t b) const {
  if (death_ != nullptr && far_apart(text(*death_, a), text(*death_, b)))
    return -std::numeric_limits<float>::infinity();
  if (hospital_ != nullptr && number_ != nullptr && !text(*hospital_, a).empty() &&
      hospital_->codes[a] == hospital_->codes[b] && !text(*number_, a).empty() && !text(*number_, b).empty() &&
      number_->codes[a] != number_->codes[b])
    return weight - kTwoNumbers;
  return weight;
}

Linker::Linker(const ModelSpec& spec, const Table& table)
    : spec_(spec), table_(table), comparator_(spec, table), groups_(table.first_of.size()), impossible_(spec, table) {}

void Linker::constrain(Constraints constraints) {
  constraints_ = std::move(constraints);
  constraints_.prepare();
}

void Linker::fit() {
  fit_once();
  if (comparator_.company() != nullptr) {
    // Who surely stands in two households tells more of the others there.
    comparator_.company()->learn(edges());
    fit_once();
  }
  find_rivals();
}

void Linker::find_rivals() {
  for (std::size_t c = 0; c < comparator_.size(); ++c) {
    if (comparator_.spec(c).type != ComparisonType::kSource) continue;
    const Column& source = table_.columns[comparator_.spec(c).fields[0]];
    if (model_.same[c][1] <= kTwiceInOne && source.values.size() > 2 &&
        source.values.size() <= Rivals::kMostSources + 1)
      rivals_.emplace(source, edges());
  }
}

void Linker::fit_once() {
  patterns_.resize(candidates_.pairs.size());
  std::unordered_map<Pattern, double> counts[kThreads];
  over_slices(candidates_.pairs.size(), kThreads, [&](std::size_t begin, std::size_t end, int worker) {
    for (std::size_t i = begin; i < end; ++i) {
      const Pair pair = candidates_.pairs[i];
      patterns_[i] = comparator_.pattern(first(pair), second(pair));
      ++counts[worker][patterns_[i]];
    }
  });
  for (const auto& [pattern, count] : counts[1])
    counts[0][pattern] += count;
  PatternCounts all(counts[0].begin(), counts[0].end());
  std::ranges::sort(all);
  model_ = fit_model(comparator_, all, groups_);
  const double found = model_.share_same * std::max(1.0, model_.groups * (model_.groups - 1) / 2);
  const auto repeated =
      static_cast<double>(std::ranges::count_if(table_.size_of, [](std::uint32_t n) { return n > 1; }));
  self_bonus_ = static_cast<float>(std::log2((found + repeated) / found));
}

std::vector<Edge> Linker::edges() const {
  const auto threshold = static_cast<float>(bits());
  std::vector<Edge> found[kThreads];
  over_slices(candidates_.pairs.size(), kThreads, [&](std::size_t begin, std::size_t end, int worker) {
    for (std::size_t i = begin; i < end; ++i) {
      const std::uint32_t a = first(candidates_.pairs[i]), b = second(candidates_.pairs[i]);
      const float w = weight(a, b, patterns_[i]);
      if (w > threshold - 12) found[worker].push_back({a, b, w});
    }
  });
  found[0].insert(found[0].end(), found[1].begin(), found[1].end());
  return std::move(found[0]);
}

float Linker::weight(std::uint32_t a, std::uint32_t b, Pattern pattern) const {
  if (constraints_.forbids(a, b)) return -std::numeric_limits<float>::infinity();
  return impossible_(of_fields(a, b, pattern), a, b);
}

float Linker::of_fields(std::uint32_t a, std::uint32_t b, Pattern pattern) const {
  const float own = without_rivals(a, b, pattern);
  return rivals_ ? own + rivals_->bits(a, b, own) : own;
}

float Linker::without_rivals(std::uint32_t a, std::uint32_t b, Pattern pattern) const {
  std::uint32_t holders[16];
  for (std::size_t c = 0; c < comparator_.size(); ++c)
    holders[c] = comparator_.holders(c, level_in(pattern, c), a, b);
  return static_cast<float>(model_.log_odds(pattern, holders));
}

void Linker::forget_candidates() {
  std::vector<Pair>().swap(candidates_.pairs);
  std::vector<Pattern>().swap(patterns_);
}

double Linker::bits() const {
  return std::log2(spec_.threshold / (1 - spec_.threshold));
}

double probability_of(float bits) {
  return bits > 60 ? 1 : 1 / (1 + std::exp2(-static_cast<double>(bits)));
}

Json Linker::waterfall(std::uint32_t a, std::uint32_t b) const {
  const Pattern pattern = comparator_.pattern(a, b);
  Json out{{"prior", std::log2(model_.share_same)}, {"comparisons", Json::array()}};
  for (std::size_t c = 0; c < comparator_.size(); ++c) {
    const int level = level_in(pattern, c);
    const std::uint32_t holders = comparator_.holders(c, level, a, b);
    Json values = Json::array();
    for (const std::size_t field : comparator_.spec(c).fields) {
      const Column& column = table_.columns[field];
      if (column.present)
        values.push_back({{"field", spec_.fields[field].name},
                          {"a", column.values[column.codes[a]]},
                          {"b", column.values[column.codes[b]]}});
    }
    out["comparisons"].push_back({{"name", comparator_.spec(c).name},
                                  {"level", levels_of(comparator_.spec(c).type)[static_cast<std::size_t>(level)].name},
                                  {"weight", model_.weight(c, level, holders) - model_.namesake_bits(c, pattern)},
                                  {"holders", holders},
                                  {"values", values}});
  }
  const float own = without_rivals(a, b, pattern);
  const float by_fields = weight_of_fields(a, b), total = impossible_(by_fields, a, b);
  double sum = std::log2(model_.share_same);
  for (const Json& comparison : out["comparisons"])
    sum += comparison["weight"].get<double>();
  if (rivals_) out["rivals"] = static_cast<double>(by_fields - own);
  out["household"] = static_cast<double>(own) - sum;  // what "same household, other person" takes away
  if (std::isinf(total))
    out["impossible"] = "two deaths";
  else if (total != by_fields)
    out["two_numbers"] = static_cast<double>(total - by_fields);  // of one hospital
  out["weight"] = std::isinf(total) ? -1000.0 : static_cast<double>(total);
  out["probability"] = probability_of(total);
  return out;
}

std::vector<std::uint32_t> decided_rows(const Table& table, const std::vector<Decision>& decisions) {
  std::vector<std::uint32_t> out;
  for (const auto& [id, row] : rows_of(table, decisions))
    if (row != UINT32_MAX) out.push_back(row);
  std::ranges::sort(out);
  return out;
}

Constraints constraints_of(const Table& table, const std::vector<Decision>& decisions) {
  Constraints out;
  const auto rows = rows_of(table, decisions);
  for (const Decision& decision : decisions) {
    const std::uint32_t a = rows.at(decision.a), b = rows.at(decision.b);
    if (a == UINT32_MAX || b == UINT32_MAX || decision.verdict == Verdict::kOpen) continue;
    auto& side = decision.verdict == Verdict::kSame ? out.together : out.apart;
    side.push_back(std::minmax(table.group[a], table.group[b]));
  }
  return out;
}

}  // namespace sekisho::linkage
