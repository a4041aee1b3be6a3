#include "anonymize/risk.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "anonymize/uniqueness.h"

namespace sekisho::anonymize {
namespace {

constexpr double kThresholdWithoutK = 0.1;

double ratio(double part, double whole) {
  return whole > 0 ? part / whole : 0;
}

// Persons of each class in the population; at least those of the table. Labels by the levels of the decision; without
// one the values themselves.
Result<std::vector<double>> population_sizes(const View& view, const Groups& groups, const Policy& policy,
                                             const Decision* decision, std::size_t& population_rows) {
  SEKISHO_TRY(const Table population, read_table(policy.population, policy.delimiter, policy.population_name));
  population_rows = population.rows;
  std::vector<std::vector<std::uint32_t>> digits;
  std::vector<std::size_t> radix;
  for (const std::size_t i : view.of_kind(Kind::kQuasi)) {
    const View::Shown& shown = view.columns[i];
    const std::string& name = shown.column->name();
    const Column* others = population.find(name);
    if (others == nullptr) return fail("policy.population", fmt::format("the population has no column '{}'", name));
    std::vector<std::string> labels = others->values();
    if (decision != nullptr) {
      SEKISHO_TRY(const Hierarchy hierarchy, hierarchy_of(*policy.find(name), *others, policy.delimiter));
      const auto level = std::ranges::find(decision->levels, name, &std::pair<std::string, int>::first);
      if (level == decision->levels.end() || level->second >= hierarchy.levels())
        return fail("anonymize.decision", fmt::format("the decision names no level of '{}'", name));
      for (std::string& label : labels)
        label = hierarchy.label(level->second, hierarchy.label_code(level->second, hierarchy.leaf(label)));
    }
    std::unordered_map<std::string_view, std::uint32_t> numbers;
    for (const std::string& label : shown.labels)
      numbers.try_emplace(label, static_cast<std::uint32_t>(numbers.size()));
    std::vector<std::uint32_t> number;
    for (const std::string& label : labels)
      number.push_back(numbers.try_emplace(label, static_cast<std::uint32_t>(numbers.size())).first->second);
    std::vector<std::uint32_t>& column = digits.emplace_back();
    column.reserve(view.rows() + population.rows);
    for (std::size_t row = 0; row < view.rows(); ++row)
      column.push_back(view.label(row, i));
    for (std::size_t row = 0; row < population.rows; ++row)
      column.push_back(number[others->code(row)]);
    radix.push_back(numbers.size());
  }
  const Numbered tuples = number_tuples(digits.size(), view.rows() + population.rows,
                                        [&](std::size_t column, std::span<std::uint32_t> out) {
                                          std::ranges::copy(digits[column], out.begin());
                                          return radix[column];
                                        });
  std::vector<double> persons(tuples.count, 0), out(groups.classes());
  for (std::size_t row = view.rows(); row < tuples.number.size(); ++row)
    ++persons[tuples.number[row]];
  for (std::size_t row = 0; row < view.rows(); ++row) {
    const std::uint32_t c = groups.class_of[row];
    out[c] = std::max(persons[tuples.number[row]], static_cast<double>(groups.persons.of(c).size()));
  }
  return out;
}

// Risk of each class, weighted with its persons; a person is above the threshold when one of its classes is.
struct Weighted {
  double max = 0, mean = 0, above = 0;
};
Weighted weigh(const Groups& groups, std::size_t persons, const std::vector<double>& risk, double threshold) {
  Weighted out;
  double sum = 0;
  std::vector<std::uint8_t> exposed(persons, 0);
  for (std::size_t c = 0; c < groups.classes(); ++c) {
    const auto inside = groups.persons.of(c);
    out.max = std::max(out.max, risk[c]);
    sum += risk[c] * static_cast<double>(inside.size());
    if (risk[c] <= threshold * (1 + 1e-12)) continue;
    for (const std::uint32_t person : inside)
      exposed[person] = 1;
  }
  out.mean = ratio(sum, static_cast<double>(groups.persons.items.size()));
  out.above = ratio(static_cast<double>(std::ranges::count(exposed, 1)), static_cast<double>(persons));
  return out;
}

Result<Risk> risk_of(const View& view, const Groups& groups, const Policy& policy, const Decision* decision,
                     double threshold) {
  Risk out;
  out.rows = view.rows();
  out.persons = view.persons;
  out.classes = groups.classes();
  out.memberships = groups.persons.items.size();
  std::vector<double> risk(groups.classes());
  std::vector<std::uint8_t> alone(view.persons, 0);
  for (std::size_t c = 0; c < groups.classes(); ++c) {
    const auto inside = groups.persons.of(c);
    ++out.sizes[inside.size()];
    risk[c] = 1 / static_cast<double>(inside.size());
    if (inside.size() == 1) alone[inside[0]] = 1;
  }
  if (!out.sizes.empty()) out.smallest = out.sizes.begin()->first;
  const auto persons = static_cast<double>(view.persons);
  out.sample_unique = ratio(static_cast<double>(std::ranges::count(alone, 1)), persons);
  const Weighted prosecutor = weigh(groups, view.persons, risk, threshold);
  out.prosecutor_max = prosecutor.max, out.prosecutor_mean = prosecutor.mean, out.prosecutor_above = prosecutor.above;
  out.marketer = prosecutor.mean;

  double population = policy.population_size;
  std::string basis;
  const bool several = decision != nullptr && !decision->rounds.empty();  // labels of several levels: not those of
  if (!policy.population.empty() && !several) {                           // the population at one of them
    std::size_t population_rows = 0;
    SEKISHO_TRY(const std::vector<double> sizes, population_sizes(view, groups, policy, decision, population_rows));
    for (std::size_t c = 0; c < sizes.size(); ++c)
      risk[c] = 1 / sizes[c];
    basis = "population-table";
    if (population < 1) population = static_cast<double>(population_rows);
  } else if (population >= 1) {
    const double fraction = std::min(1.0, persons / population);
    std::map<std::size_t, double> by_size;
    for (const auto& [size, count] : out.sizes)
      by_size[size] = expected_risk(size, fraction);
    for (std::size_t c = 0; c < risk.size(); ++c)
      risk[c] = by_size[groups.persons.of(c).size()];
    basis = "population-size";
  }
  if (!basis.empty()) {
    const Weighted journalist = weigh(groups, view.persons, risk, threshold);
    out.journalist = Risk::Journalist{basis, journalist.max, journalist.mean, journalist.above};
    out.marketer = journalist.mean;
  }
  if (population >= 1) out.population_unique = population_uniqueness(out.sizes, population);
  return out;
}

// From the rows of each combination of values; those without a row count for nothing.
Separation separation_of(const std::vector<std::uint64_t>& rows, std::string name) {
  double all = 0, same = 0, present = 0;
  for (const std::uint64_t count : rows) {
    const auto size = static_cast<double>(count);
    all += size, same += size * (size - 1), present += count > 0 ? 1 : 0;
  }
  return {std::move(name), ratio(present, all), all > 1 ? 1 - same / (all * (all - 1)) : 0};
}

// Of each column, and of all together, which `groups` tells apart.
std::vector<Separation> separations(const View& view, const Groups& groups) {
  std::vector<Separation> out;
  std::vector<std::uint64_t> rows;
  for (const std::size_t i : view.of_kind(Kind::kQuasi)) {
    rows.assign(view.columns[i].labels.size(), 0);
    for (std::size_t row = 0; row < view.rows(); ++row)
      ++rows[view.label(row, i)];
    out.push_back(separation_of(rows, view.columns[i].column->name()));
  }
  rows.assign(groups.classes(), 0);
  for (const std::uint32_t c : groups.class_of)
    ++rows[c];
  out.push_back(separation_of(rows, ""));
  return out;
}

}  // namespace

double expected_risk(std::size_t f, double fraction) {
  const auto size = static_cast<double>(f);
  if (f == 0 || fraction <= 0) return 0;
  if (fraction >= 1) return 1 / size;
  // fraction * integral over w in 0..1 of w^(f-1) / (fraction + (1 - fraction) w), with w = exp(-s), by Simpson's rule.
  const double end = (45 - std::log(fraction)) / size;
  constexpr int kSteps = 4000;
  const double step = end / kSteps;
  double sum = 0;
  for (int i = 0; i <= kSteps; ++i) {
    const double s = step * i, weight = i == 0 || i == kSteps ? 1 : i % 2 == 1 ? 4 : 2;
    sum += weight * std::exp(-size * s) / (fraction + (1 - fraction) * std::exp(-s));
  }
  return fraction * sum * step / 3;
}

Result<RiskReport> measure_risk(const View& before, const View& after, const Policy& policy, const Decision& decision) {
  RiskReport out;
  out.threshold = policy.k() > 1 ? 1.0 / policy.k() : kThresholdWithoutK;
  const auto measure = [&](const View& view, const Decision* of, Risk& risk,
                           std::vector<Separation>& separation) -> Result<void> {
    const Groups groups = group(view, view.of_kind(Kind::kQuasi));
    SEKISHO_TRY(risk, risk_of(view, groups, policy, of, out.threshold));
    separation = separations(view, groups);
    return {};
  };
  SEKISHO_CHECK(measure(before, nullptr, out.before, out.separation_before));
  SEKISHO_CHECK(measure(after, &decision, out.after, out.separation_after));
  return out;
}

std::vector<SizeBand> size_bands(const std::map<std::size_t, std::size_t>& sizes) {
  std::vector<SizeBand> out{{1, 1}, {2, 2}, {3, 4}, {5, 9}, {10, 19}, {20, 49}, {50, 99}, {100, 999}, {1000, 0}};
  for (const auto& [size, count] : sizes)
    for (SizeBand& band : out)
      if (size >= band.from && (band.to == 0 || size <= band.to)) {
        band.classes += count;
        band.persons += count * size;
      }
  return out;
}

Json Risk::to_json() const {
  Json out{{"rows", rows}, {"persons", persons}, {"classes", classes}, {"smallest_class", smallest}};
  out["prosecutor"] = {{"max", prosecutor_max}, {"mean", prosecutor_mean}, {"above_threshold", prosecutor_above}};
  if (journalist)
    out["journalist"] = {{"basis", journalist->basis},
                         {"max", journalist->max},
                         {"mean", journalist->mean},
                         {"above_threshold", journalist->above}};
  else
    out["journalist"] = nullptr;
  out["marketer"] = marketer;
  out["sample_uniqueness"] = sample_unique;
  out["population_uniqueness"] = population_unique ? Json(*population_unique) : Json(nullptr);
  out["class_sizes"] = Json::array();
  for (const SizeBand& band : size_bands(sizes)) {
    Json one{{"from", band.from}};
    one["to"] = band.to == 0 ? Json(nullptr) : Json(band.to);
    one["classes"] = band.classes;
    one["persons"] = band.persons;
    out["class_sizes"].push_back(std::move(one));
  }
  return out;
}

Json RiskReport::to_json() const {
  Json out{{"threshold", threshold}, {"before", before.to_json()}, {"after", after.to_json()}};
  out["quasi_identifiers"] = Json::array();
  for (std::size_t i = 0; i < separation_before.size(); ++i) {
    const Separation &a = separation_before[i], &b = separation_after[i];
    Json one;
    one["attribute"] = a.name.empty() ? Json(nullptr) : Json(a.name);  // null: all of them together
    one["before"] = {{"distinction", a.distinction}, {"separation", a.separation}};
    one["after"] = {{"distinction", b.distinction}, {"separation", b.separation}};
    out["quasi_identifiers"].push_back(std::move(one));
  }
  return out;
}

}  // namespace sekisho::anonymize
