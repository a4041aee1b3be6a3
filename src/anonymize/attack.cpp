#include "anonymize/attack.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "anonymize/attack_trials.h"

namespace sekisho::anonymize {
namespace {

using Columns = std::vector<std::size_t>;
using detail::Facts;

// Continued fraction of the incomplete beta function (Lentz's method).
double beta_fraction(double a, double b, double x) {
  constexpr double kTiny = 1e-300;
  const auto guarded = [](double v) { return std::abs(v) < kTiny ? kTiny : v; };
  double c = 1, d = 1 / guarded(1 - (a + b) * x / (a + 1)), h = d;
  for (double m = 1; m < 200'000; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / guarded(1 + even * d), c = guarded(1 + even / c), h *= d * c;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / guarded(1 + odd * d), c = guarded(1 + odd / c), h *= d * c;
    if (std::abs(d * c - 1) < 1e-14) break;
  }
  return h;
}

double incomplete_beta(double a, double b, double x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const double front =
      std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x));
  return x < (a + 1) / (a + b + 2) ? front * beta_fraction(a, b, x) / a : 1 - front * beta_fraction(b, a, 1 - x) / b;
}

template <class T>
const T& pick(std::span<const T> from, SeededRandom& random) {
  return from[random.below(from.size())];
}

// Rows of each person.
Members rows_of_persons(const View& view) {
  std::vector<std::uint32_t> rows(view.rows());
  std::iota(rows.begin(), rows.end(), 0U);
  return members(view.person, rows, view.persons);
}

// The household is the household column's first value of a person.
std::vector<std::uint32_t> households_of(const View& view, const Column& column, std::size_t& count) {
  std::vector<std::uint32_t> number(column.values().size(), UINT32_MAX), out(view.persons, UINT32_MAX);
  count = 0;
  for (std::size_t row = 0; row < view.rows(); ++row) {
    if (out[view.person[row]] != UINT32_MAX) continue;
    std::uint32_t& one = number[column.code(view.source[row])];
    if (one == UINT32_MAX) one = static_cast<std::uint32_t>(count++);
    out[view.person[row]] = one;
  }
  return out;
}

// Households whose members look alike: classes of the members with how many stand in each.
std::vector<std::vector<std::uint32_t>> alike(const Members& persons_of, const Members& classes_of) {
  std::map<std::vector<std::uint32_t>, std::vector<std::uint32_t>> by_look;
  for (std::uint32_t h = 0; h < persons_of.size(); ++h) {
    std::vector<std::uint32_t> look;
    for (const std::uint32_t person : persons_of.of(h))
      look.insert(look.end(), classes_of.of(person).begin(), classes_of.of(person).end());
    std::ranges::sort(look);
    by_look[look].push_back(h);
  }
  std::vector<std::vector<std::uint32_t>> out;
  for (auto& [look, households] : by_look)
    out.push_back(std::move(households));
  return out;
}

class Attacked {
 public:
  Attacked(const Table& table, const View& view, const Policy& policy, const AttackOptions& options, std::uint64_t side)
      : table_(table), view_(view), policy_(policy), options_(options), side_(side), rows_(rows_of_persons(view)) {}

  Attack::Side columns(const Columns& columns, std::uint64_t stream) const;
  Attack::Side household(std::uint64_t stream) const;
  Attack::Side facts(std::uint64_t stream) const;
  Attack::Side history(std::uint64_t stream) const;

 private:
  std::vector<std::uint32_t> everybody() const {
    std::vector<std::uint32_t> out(view_.persons);
    std::iota(out.begin(), out.end(), 0U);
    return out;
  }
  detail::TrialStream stream_of(std::uint64_t attack) const { return {options_, attack, side_}; }

  const Table& table_;
  const View& view_;
  const Policy& policy_;
  const AttackOptions& options_;
  std::uint64_t side_;
  Members rows_;
};

Attack::Side Attacked::columns(const Columns& columns, std::uint64_t stream) const {
  const Groups groups = group(view_, columns);
  double stated = 0;
  for (std::size_t row = 0; row < view_.rows(); ++row)
    stated += 1.0 / static_cast<double>(groups.persons.of(groups.class_of[row]).size()) /
              static_cast<double>(rows_.of(view_.person[row]).size());
  return detail::tried(stated / static_cast<double>(view_.persons), stream_of(stream), [&](SeededRandom& random) {
    const auto target = static_cast<std::uint32_t>(random.below(view_.persons));
    const std::uint32_t row = pick(rows_.of(target), random);
    return pick(groups.persons.of(groups.class_of[row]), random) == target;
  });
}

Attack::Side Attacked::household(std::uint64_t stream) const {
  const Groups groups = group(view_, view_.of_kind(Kind::kQuasi));
  std::size_t households = 0;
  const std::vector<std::uint32_t> of = households_of(view_, *table_.find(policy_.household), households);
  std::vector<std::uint32_t> all(view_.persons);
  std::iota(all.begin(), all.end(), 0U);
  const Members persons_of = members(of, all, households);
  if (view_.find(policy_.household) >= 0) {
    const auto looks = alike(persons_of, members(view_.person, groups.class_of, view_.persons));
    std::vector<std::uint32_t> look_of(households);
    for (std::uint32_t i = 0; i < looks.size(); ++i)
      for (const std::uint32_t h : looks[i])
        look_of[h] = i;
    const double stated = static_cast<double>(looks.size()) / static_cast<double>(households);
    return detail::tried(stated, stream_of(stream), [&](SeededRandom& random) {
      const auto target = static_cast<std::uint32_t>(random.below(households));
      return pick(std::span<const std::uint32_t>(looks[look_of[target]]), random) == target;
    });
  }
  std::vector<std::uint32_t> rows(view_.rows());
  std::iota(rows.begin(), rows.end(), 0U);
  const Members rows_in = members(groups.class_of, rows, groups.classes());
  std::vector<double> own(households, 0);  // persons of the household in the class at hand
  double stated = 0;
  for (std::size_t c = 0; c < groups.classes(); ++c) {
    const auto inside = groups.persons.of(c);
    for (const std::uint32_t person : inside)
      ++own[of[person]];
    for (const std::uint32_t row : rows_in.of(c)) {
      const std::uint32_t person = view_.person[row];
      stated += own[of[person]] / static_cast<double>(inside.size()) /
                static_cast<double>(rows_.of(person).size() * persons_of.of(of[person]).size());
    }
    for (const std::uint32_t person : inside)
      own[of[person]] = 0;
  }
  return detail::tried(stated / static_cast<double>(households), stream_of(stream), [&](SeededRandom& random) {
    const auto target = static_cast<std::uint32_t>(random.below(households));
    const std::uint32_t row = pick(rows_.of(pick(persons_of.of(target), random)), random);
    return of[pick(groups.persons.of(groups.class_of[row]), random)] == target;
  });
}

Attack::Side Attacked::facts(std::uint64_t stream) const {
  std::vector<std::uint32_t> label_start, code_start, person, fact;
  std::uint32_t labels = 0, codes = 0;
  for (std::size_t i = 0; i < view_.columns.size(); ++i) {
    label_start.push_back(labels);
    code_start.push_back(codes);
    labels += static_cast<std::uint32_t>(view_.columns[i].labels.size());
    codes += static_cast<std::uint32_t>(view_.columns[i].label_of.size());
    person.insert(person.end(), view_.person.begin(), view_.person.end());
    for (std::size_t row = 0; row < view_.rows(); ++row)
      fact.push_back(label_start[i] + view_.label(row, i));
  }
  Facts facts(person, fact, view_.persons, labels);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> values;  // the value itself, what the view shows of it
  std::vector<std::uint32_t> known;
  return detail::tried(facts, everybody(), stream_of(stream), [&](std::uint32_t target, SeededRandom& random) {
    values.clear();
    known.clear();
    for (const std::uint32_t row : rows_.of(target))
      for (std::size_t i = 0; i < view_.columns.size(); ++i)
        values.emplace_back(code_start[i] + view_.code(row, i), label_start[i] + view_.label(row, i));
    std::ranges::sort(values);
    values.erase(std::ranges::unique(values).begin(), values.end());
    for (std::size_t i = 0; i < values.size() && i < static_cast<std::size_t>(options_.facts); ++i) {
      std::swap(values[i], values[i + random.below(values.size() - i)]);
      known.push_back(values[i].second);
    }
    return std::span<const std::uint32_t>(known);
  });
}

Attack::Side Attacked::history(std::uint64_t stream) const {
  const Groups groups = group(view_, view_.of_kind(Kind::kQuasi));
  Facts facts(view_.person, groups.class_of, view_.persons, groups.classes());
  return detail::tried(facts, everybody(), stream_of(stream),
                       [&](std::uint32_t target, SeededRandom&) { return facts.of_persons().of(target); });
}

// Whether the rows of a person differ.
bool has_histories(const View& view) {
  if (!view.counts_persons) return false;
  const Groups groups = group(view, view.of_kind(Kind::kQuasi));
  return groups.persons.items.size() > view.persons;
}

}  // namespace

double clopper_pearson_upper(std::size_t successes, std::size_t trials, double confidence) {
  if (trials == 0 || successes >= trials) return 1;
  const auto a = static_cast<double>(successes) + 1, b = static_cast<double>(trials - successes);
  double low = 0, high = 1;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (incomplete_beta(a, b, middle) < confidence ? low : high) = middle;
  }
  return high;
}

std::vector<Attack> simulate_attacks(const Table& table, const View& before, const View& after, const Policy& policy,
                                     const AttackOptions& options) {
  std::vector<Attack> out;
  const auto add = [&](std::string attacker, auto&& attack) {
    Attack& one = out.emplace_back();
    one.attacker = std::move(attacker);
    const std::uint64_t stream = out.size();
    for (const auto& [view, side, place] :
         {std::tuple(&before, std::uint64_t{0}, &one.before), std::tuple(&after, std::uint64_t{1}, &one.after)})
      if (view->persons > 0) *place = attack(Attacked(table, *view, policy, options, side), *view, stream);
  };
  const auto insider = [&](const View& view, bool quasi) {
    Columns columns = view.of_kind(Kind::kSensitive);
    const int hospital = policy.hospital.empty() ? -1 : view.find(policy.hospital);
    if (hospital >= 0) columns.push_back(static_cast<std::size_t>(hospital));
    for (const std::size_t i : view.of_kind(Kind::kQuasi))
      if (quasi && static_cast<int>(i) != hospital) columns.push_back(i);
    return columns;
  };
  add("quasi-identifiers", [](const Attacked& attacked, const View& view, std::uint64_t stream) {
    return attacked.columns(view.of_kind(Kind::kQuasi), stream);
  });
  if (policy.k() > 1) out.back().promised = 1.0 / policy.k();
  if (has_histories(before))
    add("history",
        [](const Attacked& attacked, const View&, std::uint64_t stream) { return attacked.history(stream); });
  if (options.facts > 0 && !before.columns.empty() && !after.columns.empty()) {
    add("facts", [](const Attacked& attacked, const View&, std::uint64_t stream) { return attacked.facts(stream); });
    out.back().known = static_cast<std::size_t>(options.facts);
  }
  if (!policy.household.empty())
    add("household",
        [](const Attacked& attacked, const View&, std::uint64_t stream) { return attacked.household(stream); });
  if (!policy.hospital.empty() || !before.of_kind(Kind::kSensitive).empty())
    for (const bool quasi : {false, true})
      add(quasi ? "hospital-and-quasi" : "hospital",
          [&](const Attacked& attacked, const View& view, std::uint64_t stream) {
            return attacked.columns(insider(view, quasi), stream);
          });
  return out;
}

Json Attack::to_json() const {
  const auto side = [](const Side& one) {
    return Json{{"trials", one.trials},
                {"successes", one.successes},
                {"rate", one.rate},
                {"upper_95", one.upper},
                {"stated", one.stated}};
  };
  Json out{{"attacker", attacker}};
  if (known > 0) out["facts"] = known;
  out["before"] = side(before);
  out["after"] = side(after);
  out["promised"] = promised ? Json(*promised) : Json(nullptr);
  out["holds"] = holds();
  return out;
}

}  // namespace sekisho::anonymize
