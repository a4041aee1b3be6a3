#include "anonymize/utility.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

namespace sekisho::anonymize {
namespace {

constexpr std::size_t kFewestPersons = 10;  // of a group that is named
constexpr std::size_t kMostGroups = 30, kMostLabels = 20, kMostNumbers = 15, kCurvePoints = 40;
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

double ratio(double part, double whole) {
  return whole > 0 ? part / whole : 0;
}

// A number and nothing else.
std::optional<double> plain(std::string_view text) {
  while (!text.empty() && text.front() == ' ')
    text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ')
    text.remove_suffix(1);
  double out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || !std::isfinite(out)) return {};
  return out;
}

// Both ends, around one of these marks.
std::optional<std::pair<double, double>> ends(std::string_view text, std::initializer_list<std::string_view> marks) {
  for (const std::string_view mark : marks)
    for (std::size_t at = text.find(mark, 1); at != std::string_view::npos; at = text.find(mark, at + 1)) {
      const auto low = plain(text.substr(0, at)), high = plain(text.substr(at + mark.size()));
      if (low && high && *low <= *high) return std::pair(*low, *high);
    }
  return {};
}

bool is_code(std::string_view text) {  // 0123: digits that count nothing
  return text.size() > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9';
}

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// 1301 shown as 13: the values are codes, whose digits count nothing. A number that is rounded keeps its size.
bool shows_codes(const View::Shown& after) {
  const std::vector<std::string>& values = after.column->values();
  for (std::size_t place = 0; place < after.label_of.size(); ++place) {
    const std::string& value = values[place % values.size()];
    const std::string& label = after.labels[after.label_of[place]];
    if (label.size() < value.size() && is_digits(value) && is_digits(label) && value.starts_with(label)) return true;
  }
  return false;
}

// Numbers of a variable before (by code of its column) and after (by label). Empty: it is none of numbers.
struct Scale {
  std::vector<double> before, after;
  bool exists() const { return !before.empty(); }
  bool remains() const {
    return std::ranges::any_of(after, [](double v) { return !std::isnan(v); });
  }
};
Scale scale_of(const View::Shown& before, const View::Shown& after) {
  Scale out;
  if (shows_codes(after)) return out;
  std::size_t numbers = 0;
  for (const std::string& label : before.labels) {
    const auto number = is_code(label) ? std::nullopt : number_of(label);
    if (!number && !label.empty()) return {};
    numbers += number ? 1 : 0;
    out.before.push_back(number.value_or(kNone));
  }
  if (numbers == 0) return {};
  for (const std::string& label : after.labels)
    out.after.push_back(number_of(label).value_or(kNone));
  return out;
}

// The level of an attribute in each round.
std::vector<int> levels_of(const Decision& decision, std::string_view name) {
  std::vector<int> out;
  const auto add = [&](const Decision& round) {
    const auto found = std::ranges::find(round.levels, name, &std::pair<std::string, int>::first);
    if (found != round.levels.end()) out.push_back(found->second);
  };
  add(decision);
  std::ranges::for_each(decision.rounds, add);
  return out;
}

// Where the labels of the round with the highest level begin.
std::size_t common_labels(const View::Shown& shown, const Decision& decision) {
  const std::vector<int> levels = levels_of(decision, shown.column->name());
  if (levels.empty() || shown.label_of.size() != levels.size() * shown.column->values().size()) return 0;
  return static_cast<std::size_t>(std::ranges::max_element(levels) - levels.begin()) * shown.column->values().size();
}

// A variable in both views; they share its column.
struct Variable {
  std::size_t before = 0, after = 0;  // place in the view
  Scale scale;
  // By code of the column: the label that both sides are counted by, of the round whose level is the highest, so that
  // a row counts under the same label whichever round kept it.
  std::size_t common = 0;  // place of that round's first label
};

class Comparison {
 public:
  Comparison(const View& before, const View& after, const Decision& decision) : before_(before), after_(after) {
    for (std::size_t i = 0; i < after.columns.size(); ++i) {
      const int place = before.find(after.columns[i].column->name());
      if (place < 0) continue;
      const auto found = static_cast<std::size_t>(place);
      const View::Shown& shown = after.columns[i];
      variables_.push_back({found, i, scale_of(before.columns[found], shown), common_labels(shown, decision)});
    }
  }
  const std::vector<Variable>& variables() const { return variables_; }
  const Variable* find(std::string_view name) const {
    for (const Variable& one : variables_)
      if (this->name(one) == name) return &one;
    return nullptr;
  }
  const std::string& name(const Variable& one) const { return shown(one).column->name(); }
  const View::Shown& shown(const Variable& one) const { return after_.columns[one.after]; }

  // Rows of either side.
  std::size_t rows(bool finished) const { return finished ? after_.rows() : before_.rows(); }
  double number(const Variable& one, bool finished, std::size_t row) const {
    return finished ? one.scale.after[after_.label(row, one.after)] : one.scale.before[before_.code(row, one.before)];
  }
  // The label of the finished table (of its coarsest round), on either side.
  std::uint32_t label(const Variable& one, bool finished, std::size_t row) const {
    const std::uint32_t code = finished ? after_.code(row, one.after) : before_.code(row, one.before);
    return shown(one).label_of[one.common + code];
  }
  std::vector<double> numbers(const Variable& one, bool finished) const {
    std::vector<double> out(rows(finished));
    for (std::size_t row = 0; row < out.size(); ++row)
      out[row] = number(one, finished, row);
    return out;
  }

  Result<VariableUtility> variable(const Variable& one, const Policy& policy, const Decision& decision) const;
  std::vector<Correlation> correlations() const;
  Result<std::optional<Regression>> regression(const std::string& outcome) const;
  Result<Survival> survival(const std::string& time, const std::string& event) const;

 private:
  std::vector<Group> groups(const Variable& one, double& shift) const;
  // A column of the regression: numbers, or whether the label is one of these.
  struct Predictor {
    const Variable* variable;
    std::string name;
    std::vector<std::uint8_t> labels;  // empty: numbers
  };
  std::vector<Predictor> predictors(const Variable& outcome) const;
  // The label that counts 1 of two; -1: there are not two of enough persons.
  int second_label(const Variable& one) const;
  LeastSquares fit(const std::vector<const Predictor*>& predictors, const Variable& outcome, int event, bool finished,
                   std::size_t& rows) const;

  const View& before_;
  const View& after_;
  std::vector<Variable> variables_;
};

Numbers summary(std::vector<double> values) {
  std::erase_if(values, [](double v) { return std::isnan(v); });
  Numbers out{.count = values.size()};
  if (values.empty()) return out;
  const auto n = static_cast<double>(values.size());
  out.mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double squares = 0;
  for (const double value : values)
    squares += (value - out.mean) * (value - out.mean);
  out.deviation = n > 1 ? std::sqrt(squares / (n - 1)) : 0;
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  out.median = values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
  return out;
}

std::vector<Group> Comparison::groups(const Variable& one, double& shift) const {
  const std::size_t labels = shown(one).labels.size();
  std::vector<double> rows_before(labels, 0), rows_after(labels, 0);
  std::vector<std::uint32_t> label(before_.rows());
  for (std::size_t row = 0; row < before_.rows(); ++row)
    ++rows_before[label[row] = this->label(one, false, row)];
  for (std::size_t row = 0; row < after_.rows(); ++row)
    ++rows_after[this->label(one, true, row)];
  const Members persons = members(label, before_.person, labels);
  const auto all_before = static_cast<double>(before_.rows()), all_after = static_cast<double>(after_.rows());
  std::vector<std::size_t> order(labels);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater<>(), [&](std::size_t i) { return rows_before[i]; });
  std::vector<Group> out;
  double other_before = 0, other_after = 0;
  shift = 0;
  for (const std::size_t i : order) {
    shift += std::abs(ratio(rows_before[i], all_before) - ratio(rows_after[i], all_after)) / 2;
    if (persons.of(i).size() < kFewestPersons || out.size() >= kMostGroups) {
      other_before += rows_before[i];
      other_after += rows_after[i];
      continue;
    }
    out.push_back({shown(one).labels[i], ratio(rows_before[i], all_before), ratio(rows_after[i], all_after),
                   1 - ratio(rows_after[i], rows_before[i])});
  }
  if (other_before > 0)
    out.push_back(
        {"", ratio(other_before, all_before), ratio(other_after, all_after), 1 - ratio(other_after, other_before)});
  return out;
}

// Leaves under the labels, as in the score "loss"; of other variables only what was suppressed is lost.
Result<VariableUtility> Comparison::variable(const Variable& one, const Policy& policy,
                                             const Decision& decision) const {
  VariableUtility out;
  const View::Shown& after = shown(one);
  out.name = name(one);
  out.kind = after.kind;
  const auto n = static_cast<double>(before_.rows()), gone = n - static_cast<double>(after_.rows());
  out.loss = ratio(gone, n);
  if (after.kind == Kind::kQuasi) {
    SEKISHO_TRY(const Hierarchy hierarchy, hierarchy_of(*policy.find(out.name), *after.column, policy.delimiter));
    out.levels = levels_of(decision, out.name);
    if (out.levels.size() != decision.rounds.size() + 1)
      return fail("anonymize.decision", fmt::format("the decision names no level of '{}'", out.name));
    std::vector<double> share;  // by code of the column, round after round
    for (const int level : out.levels) {
      if (level < 0 || level >= hierarchy.levels())
        return fail("anonymize.decision", fmt::format("'{}' has no level {}", out.name, level));
      for (const std::string& value : after.column->values())
        share.push_back(hierarchy.share(level, hierarchy.label_code(level, hierarchy.leaf(value))));
    }
    double given_up = gone;
    for (std::size_t row = 0; row < after_.rows(); ++row)
      given_up += share[after_.place(row, one.after)];
    const double least = ratio(n, static_cast<double>(hierarchy.leaves()));
    if (n > least) out.loss = std::clamp((given_up - least) / (n - least), 0.0, 1.0);
  }
  double changed = gone;
  const std::size_t values = after.column->values().size();
  std::vector<std::uint8_t> seen_before(values, 0), seen_after(after.labels.size(), 0), other(after.label_of.size());
  for (std::size_t place = 0; place < other.size(); ++place)
    other[place] = after.labels[after.label_of[place]] != after.column->values()[place % values];
  for (std::size_t row = 0; row < before_.rows(); ++row)
    seen_before[before_.code(row, one.before)] = 1;
  for (std::size_t row = 0; row < after_.rows(); ++row) {
    seen_after[after_.label(row, one.after)] = 1;
    changed += other[after_.place(row, one.after)];
  }
  out.changed = ratio(changed, n);
  out.values_before = static_cast<std::size_t>(std::ranges::count(seen_before, 1));
  out.values_after = static_cast<std::size_t>(std::ranges::count(seen_after, 1));
  if (one.scale.exists()) {
    out.before = summary(numbers(one, false));
    out.after = summary(numbers(one, true));
  }
  out.groups = groups(one, out.shift);
  return out;
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  double n = 0, mean_a = 0, mean_b = 0, aa = 0, bb = 0, ab = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::isnan(a[i]) || std::isnan(b[i])) continue;
    const double da = a[i] - mean_a, db = b[i] - mean_b;
    ++n;
    mean_a += da / n;
    mean_b += db / n;
    aa += da * (a[i] - mean_a);
    bb += db * (b[i] - mean_b);
    ab += da * (b[i] - mean_b);
  }
  return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : kNone;
}

std::vector<Correlation> Comparison::correlations() const {
  std::vector<const Variable*> numeric;
  for (const Variable& one : variables_)
    if (one.scale.exists() && numeric.size() < kMostNumbers) numeric.push_back(&one);
  std::vector<std::vector<double>> columns[2];
  for (const bool finished : {false, true})
    for (const Variable* one : numeric)
      columns[finished ? 1 : 0].push_back(numbers(*one, finished));
  std::vector<Correlation> out;
  for (std::size_t i = 0; i < numeric.size(); ++i)
    for (std::size_t j = i + 1; j < numeric.size(); ++j)
      out.push_back({name(*numeric[i]), name(*numeric[j]), correlation(columns[0][i], columns[0][j]),
                     correlation(columns[1][i], columns[1][j])});
  return out;
}

int Comparison::second_label(const Variable& one) const {
  std::vector<std::uint32_t> label(before_.rows());
  for (std::size_t row = 0; row < before_.rows(); ++row)
    label[row] = this->label(one, false, row);
  const auto& labels = shown(one).labels;
  const Members persons = members(label, before_.person, labels.size());
  std::vector<std::size_t> present;
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (!labels[i].empty() && !persons.of(i).empty()) present.push_back(i);
  if (present.size() != 2) return -1;
  if (std::min(persons.of(present[0]).size(), persons.of(present[1]).size()) < kFewestPersons) return -1;
  return static_cast<int>(labels[present[0]] < labels[present[1]] ? present[1] : present[0]);
}

std::vector<Comparison::Predictor> Comparison::predictors(const Variable& outcome) const {
  std::vector<Predictor> out;
  for (const Variable& one : variables_) {
    if (&one == &outcome) continue;
    if (one.scale.exists()) {
      out.push_back({&one, name(one), {}});
      continue;
    }
    const std::size_t labels = shown(one).labels.size();
    if (labels > kMostLabels * 50) continue;
    std::vector<std::uint32_t> label(before_.rows());
    for (std::size_t row = 0; row < before_.rows(); ++row)
      label[row] = this->label(one, false, row);
    const Members persons = members(label, before_.person, labels);
    std::vector<std::size_t> order(labels);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, std::greater<>(), [&](std::size_t i) { return persons.of(i).size(); });
    // The most frequent is what others are compared with; small ones count together.
    std::vector<std::uint8_t> others(labels, 0);
    bool any_other = false;
    for (std::size_t i = 1; i < order.size(); ++i) {
      if (persons.of(order[i]).empty()) continue;
      if (i <= kMostLabels && persons.of(order[i]).size() >= kFewestPersons) {
        std::vector<std::uint8_t> only(labels, 0);
        only[order[i]] = 1;
        out.push_back({&one, fmt::format("{} = {}", name(one), shown(one).labels[order[i]]), std::move(only)});
      } else {
        others[order[i]] = 1;
        any_other = true;
      }
    }
    if (any_other) out.push_back({&one, fmt::format("{} = (others)", name(one)), std::move(others)});
  }
  return out;
}

LeastSquares Comparison::fit(const std::vector<const Predictor*>& predictors, const Variable& outcome, int event,
                             bool finished, std::size_t& rows) const {
  std::vector<std::vector<double>> x(predictors.size());
  std::vector<double> y, values(predictors.size());
  for (std::size_t row = 0; row < this->rows(finished); ++row) {
    const double value = event < 0
                             ? number(outcome, finished, row)
                             : (shown(outcome).labels[label(outcome, finished, row)].empty()
                                    ? kNone
                                    : static_cast<double>(static_cast<int>(label(outcome, finished, row)) == event));
    bool known = !std::isnan(value);
    for (std::size_t i = 0; i < predictors.size() && known; ++i) {
      const Predictor& one = *predictors[i];
      values[i] = one.labels.empty() ? number(*one.variable, finished, row)
                                     : static_cast<double>(one.labels[label(*one.variable, finished, row)]);
      known = !std::isnan(values[i]);
    }
    if (!known) continue;
    y.push_back(value);
    for (std::size_t i = 0; i < predictors.size(); ++i)
      x[i].push_back(values[i]);
  }
  rows = y.size();
  return least_squares(x, y);
}

Result<std::optional<Regression>> Comparison::regression(const std::string& outcome) const {
  const Variable* target = nullptr;
  if (outcome.empty()) {
    for (const Variable& one : variables_)
      if (target == nullptr && shown(one).kind == Kind::kSensitive && (one.scale.exists() || second_label(one) >= 0))
        target = &one;
    if (target == nullptr) return std::optional<Regression>();
  } else {
    target = find(outcome);
    if (target == nullptr || (!target->scale.exists() && second_label(*target) < 0))
      return fail("anonymize.outcome", fmt::format("'{}' is no column of numbers or of two values of {} persons each",
                                                   outcome, kFewestPersons));
  }
  const int event = target->scale.exists() ? -1 : second_label(*target);
  Regression out{.outcome = name(*target), .event = event < 0 ? "" : shown(*target).labels[event]};
  const std::vector<Predictor> all = predictors(*target);
  std::vector<const Predictor*> sides[2];
  for (const Predictor& one : all) {
    sides[0].push_back(&one);
    if (!one.labels.empty() || one.variable->scale.remains()) sides[1].push_back(&one);
  }
  const LeastSquares before = fit(sides[0], *target, event, false, out.rows_before);
  const LeastSquares after = fit(sides[1], *target, event, true, out.rows_after);
  out.r2_before = before.r2;
  out.r2_after = after.r2;
  for (std::size_t i = 0, j = 0; i < all.size(); ++i) {
    Coefficient& one = out.coefficients.emplace_back(Coefficient{all[i].name, before.estimates[i], {}});
    if (j < sides[1].size() && sides[1][j] == &all[i]) one.after = after.estimates[j++];
  }
  return out;
}

Result<Survival> Comparison::survival(const std::string& time, const std::string& event) const {
  const std::size_t equal = event.find('=');
  const Variable* times = find(time);
  const Variable* events = find(std::string_view(event).substr(0, equal));
  if (times == nullptr || !times->scale.exists())
    return fail("anonymize.outcome", fmt::format("'{}' is no column of numbers", time));
  if (events == nullptr || equal == std::string::npos)
    return fail("anonymize.outcome", "the event of the survival curve is given as COLUMN=VALUE, of a column shown");
  const std::string value = event.substr(equal + 1);
  Survival out;
  std::vector<double> at[2], curves[2];
  std::vector<bool> happened[2];
  for (const bool finished : {false, true})
    for (std::size_t row = 0; row < rows(finished); ++row) {
      const double when = number(*times, finished, row);
      if (std::isnan(when)) continue;
      at[finished ? 1 : 0].push_back(when);
      happened[finished ? 1 : 0].push_back(shown(*events).labels[label(*events, finished, row)] == value);
    }
  out.rows_before = at[0].size();
  out.rows_after = at[1].size();
  std::vector<double> grid;
  const double last = at[0].empty() ? 0 : *std::ranges::max_element(at[0]);
  for (std::size_t i = 0; i <= kCurvePoints; ++i)
    grid.push_back(last * static_cast<double>(i) / kCurvePoints);
  for (const int side : {0, 1})
    curves[side] = kaplan_meier(at[side], happened[side], grid);
  for (std::size_t i = 0; i < grid.size(); ++i) {
    out.points.push_back({grid[i], curves[0][i], curves[1][i]});
    out.greatest_difference = std::max(out.greatest_difference, std::abs(curves[0][i] - curves[1][i]));
  }
  return out;
}

}  // namespace

std::optional<double> number_of(std::string_view label) {
  if (const auto number = plain(label)) return number;
  if (label.size() < 2) return {};
  if (const auto both = ends(label, {"-", "–", "～", "~", ".."})) return (both->first + both->second) / 2;
  const char first = label.front(), last = label.back();
  if ((first == '[' || first == ']' || first == '(') && (last == '[' || last == ']' || last == ')'))
    if (const auto both = ends(label.substr(1, label.size() - 2), {",", ";"})) return (both->first + both->second) / 2;
  if (last == '+') return plain(label.substr(0, label.size() - 1));
  for (const std::string_view mark : {">=", "<=", "≥", "≤", ">", "<"})
    if (label.starts_with(mark)) return plain(label.substr(mark.size()));
  return {};
}

// By sweeping the matrix of correlations: a column that the ones before explain leaves no pivot.
LeastSquares least_squares(const std::vector<std::vector<double>>& x, const std::vector<double>& y) {
  const std::size_t p = x.size(), n = y.size();
  LeastSquares out;
  out.estimates.resize(p);
  if (n < 2) return out;
  const auto column = [&](std::size_t i) -> const std::vector<double>& { return i < p ? x[i] : y; };
  std::vector<double> mean(p + 1), scale(p + 1);
  for (std::size_t i = 0; i <= p; ++i) {
    mean[i] = std::accumulate(column(i).begin(), column(i).end(), 0.0) / static_cast<double>(n);
    for (const double value : column(i))
      scale[i] += (value - mean[i]) * (value - mean[i]);
    scale[i] = std::sqrt(scale[i]);
  }
  if (scale[p] <= 0) return out;
  std::vector<std::vector<double>> a(p + 1, std::vector<double>(p + 1, 0));
  for (std::size_t i = 0; i <= p; ++i)
    for (std::size_t j = i; j <= p; ++j) {
      double sum = 0;
      for (std::size_t row = 0; row < n; ++row)
        sum += (column(i)[row] - mean[i]) * (column(j)[row] - mean[j]);
      a[i][j] = a[j][i] = scale[i] > 0 && scale[j] > 0 ? sum / (scale[i] * scale[j]) : 0;
    }
  std::vector<std::size_t> swept;
  for (std::size_t k = 0; k < p; ++k) {
    const double pivot = a[k][k];
    if (pivot < 1e-9) continue;
    swept.push_back(k);
    for (std::size_t i = 0; i <= p; ++i)
      for (std::size_t j = 0; j <= p; ++j)
        if (i != k && j != k) a[i][j] -= a[i][k] * a[k][j] / pivot;
    for (std::size_t i = 0; i <= p; ++i)
      if (i != k) a[i][k] /= -pivot, a[k][i] /= pivot;
    a[k][k] = 1 / pivot;
  }
  const double rest = std::max(0.0, a[p][p]);
  out.r2 = 1 - rest;
  const auto freedom = static_cast<double>(n) - static_cast<double>(swept.size()) - 1;
  for (const std::size_t k : swept)
    out.estimates[k] = {a[k][p] * scale[p] / scale[k],
                        freedom > 0 ? std::sqrt(rest * a[k][k] / freedom) * scale[p] / scale[k] : 0};
  return out;
}

std::vector<double> kaplan_meier(const std::vector<double>& times, const std::vector<bool>& events,
                                 const std::vector<double>& at) {
  std::map<double, std::pair<double, double>> by_time;  // events, all
  for (std::size_t i = 0; i < times.size(); ++i) {
    auto& [event, all] = by_time[times[i]];
    event += events[i] ? 1 : 0;
    ++all;
  }
  std::vector<double> out;
  auto left = static_cast<double>(times.size());
  double share = 1;
  auto next = by_time.begin();
  for (const double time : at) {
    for (; next != by_time.end() && next->first <= time; ++next) {
      share *= 1 - next->second.first / left;
      left -= next->second.second;
    }
    out.push_back(share);
  }
  return out;
}

Result<Utility> measure_utility(const View& before, const View& after, const Policy& policy, const Decision& decision,
                                const UtilityOptions& options) {
  const Comparison comparison(before, after, decision);
  Utility out;
  out.suppressed = 1 - ratio(static_cast<double>(after.rows()), static_cast<double>(before.rows()));
  for (const Variable& one : comparison.variables()) {
    SEKISHO_TRY(VariableUtility variable, comparison.variable(one, policy, decision));
    out.variables.push_back(std::move(variable));
  }
  out.correlations = comparison.correlations();
  SEKISHO_TRY(out.regression, comparison.regression(options.outcome));
  if (!options.time.empty() || !options.event.empty()) {
    SEKISHO_TRY(out.survival, comparison.survival(options.time, options.event));
  }
  return out;
}

}  // namespace sekisho::anonymize
