#include "outgoing/outputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <set>

namespace sekisho::outgoing {
namespace {

struct Field {
  std::optional<Number> number;
  bool hidden = false;  // "<10", "-", "*": suppressed
};

struct Columns {
  const Sheet& sheet;
  const OutputPolicy& policy;
  Findings& findings;
  std::vector<NamedRole> roles;
  std::vector<std::vector<Field>> fields;  // by column

  std::string where(std::size_t column) const {
    const std::string name = sheet.header[column].empty()
                                 ? fmt::format("column {}", column + 1)
                                 : fmt::format("column {}", sheet.header[column].substr(0, 60));
    return sheet.place.empty() ? name : sheet.place + ", " + name;
  }
  int first(Role role) const {
    for (std::size_t i = 0; i < roles.size(); ++i)
      if (roles[i].role == role) return static_cast<int>(i);
    return -1;
  }
  bool has(Role role) const { return first(role) >= 0; }
  bool all_whole(std::size_t column) const {
    std::size_t numbers = 0;
    for (const Field& field : fields[column]) {
      if (!field.number) continue;
      if (!field.number->whole || field.number->percent || field.number->value < 0) return false;
      ++numbers;
    }
    return numbers > 0;
  }
};

bool is_small(const std::optional<Number>& number, int threshold) {
  return number && number->whole && !number->percent && number->value > 0 && number->value < threshold;
}

// "12 (3.4)" beside a word that says mean or median is a mean with its spread.
bool speaks_of_means(std::string_view text) {
  const std::string low = lower(text);
  for (const std::string_view word : {"mean", "median", "平均", "中央値", "sd", "iqr", "四分位"})
    if (low.find(word) != std::string::npos) return true;
  return false;
}

void judge_counts(Columns& table) {
  const bool curve = table.has(Role::kTime) && (table.has(Role::kAtRisk) || table.has(Role::kSurvival));
  const bool additive = table.has(Role::kCell) || table.has(Role::kCount);
  for (std::size_t i = 0; i < table.roles.size(); ++i) {
    const Role role = table.roles[i].role;
    const std::string where = table.where(i);
    if (role == Role::kCell && !table.all_whole(i) &&
        std::ranges::none_of(table.fields[i], [](const Field& f) { return f.number && f.number->in_brackets; }))
      continue;
    for (std::size_t row = 0; row < table.fields[i].size(); ++row) {
      const auto& number = table.fields[i][row].number;
      if (role == Role::kHospitals && is_small(number, table.policy.hospitals))
        table.findings.add("cell.hospitals", where, "fewer hospitals or insurers than the policy wants");
      // 3.000000, as consoles print counts beside means.
      const bool padded = number && role == Role::kCount && number->decimals >= 2 && !number->percent &&
                          number->value == std::floor(number->value) && number->value > 0 &&
                          number->value < table.policy.threshold;
      const bool small = is_small(number, table.policy.threshold) || padded;
      if (!small) continue;
      const bool spread =
          number->in_brackets && (speaks_of_means(table.sheet.rows[row][0]) || speaks_of_means(table.sheet.header[i]));
      if (spread) continue;
      if (role == Role::kCount || role == Role::kAtRisk || (role == Role::kCell && additive))
        table.findings.add("cell.small", where, "a group of fewer persons than the policy wants");
      else if (role == Role::kEvents && !curve)
        table.findings.add("cell.small", where, "fewer events than the policy wants");
      else if (role == Role::kUnits)
        table.findings.add("cell.units", where, "few units: look how many persons stand behind them");
      else if (role == Role::kNone && number->in_brackets)
        table.findings.add("cell.small", where, "a small number with its percentage");
    }
  }
  // Whole numbers without a telling name in a table that has totals.
  if (!table.has(Role::kCell) || table.sheet.printed) return;
  bool totals = false;
  for (const std::string_view word : {"合計", "総計", "計", "total", "Total", "TOTAL", "全体"}) {
    totals = totals || std::ranges::any_of(table.sheet.header, [&](const std::string& h) { return h == word; });
    totals = totals ||
             std::ranges::any_of(table.sheet.rows, [&](const auto& row) { return !row.empty() && row[0] == word; });
  }
  if (!totals) return;
  for (std::size_t i = 1; i < table.roles.size(); ++i)
    if (table.roles[i].role == Role::kNone && table.all_whole(i))
      for (const Field& field : table.fields[i])
        if (is_small(field.number, table.policy.threshold)) {
          table.findings.add("cell.small", table.where(i), "a small number in a table with totals");
          break;
        }
}

// Labels down the first column and nothing but whole numbers beside, some small: counts under names of groups.
void judge_bare_counts(Columns& table) {
  const Sheet& sheet = table.sheet;
  if (!sheet.named || sheet.printed || sheet.rows.size() < 3 || sheet.header.size() < 3 || sheet.rows.size() > 200)
    return;
  bool small = false, large = false;
  for (std::size_t i = 0; i < sheet.header.size(); ++i) {
    double sum = 0;
    bool in_order = true;
    for (std::size_t row = 0; row < sheet.rows.size(); ++row) {
      const auto& number = table.fields[i][row].number;
      if (i == 0 ? number.has_value() : !number || !number->whole || number->percent || number->value < 0) return;
      if (i == 0) continue;
      in_order = in_order && (row == 0 || number->value >= table.fields[i][row - 1].number->value);
      small = small || (number->value > 0 && number->value < table.policy.threshold);
      sum += number->value;
    }
    if (i == 0) continue;
    if (table.roles[i].role != Role::kNone || in_order) return;
    large = large || sum >= 2 * table.policy.threshold;
  }
  if (small && large)
    table.findings.add("cell.printed", "file",
                       "small whole numbers under names of groups: look whether they count persons");
}

// "4/45" in a field: so many of so many; days of months look alike, and a percentage beside tells them apart.
void judge_fractions(Columns& table) {
  for (std::size_t row = 0; row < table.sheet.rows.size(); ++row) {
    const auto& fields = table.sheet.rows[row];
    for (std::size_t i = 0; i < fields.size() && i < table.roles.size(); ++i) {
      const std::size_t stroke = fields[i].find('/');
      if (stroke == std::string::npos || fields[i].find('/', stroke + 1) != std::string::npos) continue;
      const auto part = read_number(std::string_view(fields[i]).substr(0, stroke)),
                 base = read_number(std::string_view(fields[i]).substr(stroke + 1));
      if (!is_small(part, table.policy.threshold) || !base || !base->whole || base->value <= part->value) continue;
      const double percent = 100 * part->value / base->value;
      const bool told = base->in_brackets || std::ranges::any_of(fields, [&](const std::string& field) {
                          const auto shown = read_number(field);
                          return shown && std::abs(shown->value - percent) <= 0.51 * std::pow(10.0, -shown->decimals) &&
                                 shown->decimals > 0;
                        });
      if (told || base->value > 31)
        table.findings.add(told ? "cell.small" : "cell.printed", table.where(i), "few of many persons");
    }
  }
}

// "n = 212" in the name of a column; 0: it says none.
double told_base(std::string_view name) {
  const std::string low = lower(name);
  for (const std::string_view sign : {"n =", "n=", "総数", "例数"})
    if (const std::size_t at = low.find(sign);
        at != std::string::npos && (at == 0 || low[at - 1] < 'a' || low[at - 1] > 'z'))
      if (const std::size_t digit = low.find_first_not_of(" =:", at + sign.size()); digit != std::string::npos) {
        std::string_view digits = std::string_view(low).substr(digit);
        digits = digits.substr(0, digits.find_first_not_of("0123456789,"));
        while (digits.ends_with(','))
          digits.remove_suffix(1);
        if (const auto number = read_number(digits)) return number->value;
      }
  return 0;
}

// A column of percentages whose name tells their base: "n = 212, %".
void judge_told_bases(Columns& table) {
  for (std::size_t i = 1; i < table.roles.size(); ++i) {
    const std::string& name = table.sheet.header[i];
    const double n = told_base(name);
    if (n <= 0 || (!name.contains('%') && !name.contains("割合") && !lower(name).contains("percent"))) continue;
    std::size_t rows = 0, small = 0;
    bool consistent = true;
    for (const Field& field : table.fields[i]) {
      if (!field.number || field.number->in_brackets) continue;
      const double numerator = field.number->value / 100 * n, whole = std::round(numerator);
      const double half = 0.5 * std::pow(10.0, -field.number->decimals) / 100 * n;
      consistent = consistent && std::abs(numerator - whole) <= half + 1e-9;
      small += whole >= 1 && whole < table.policy.threshold && half < 0.5;
      ++rows;
    }
    if (consistent && rows >= 2 && small > 0)
      table.findings.add("cell.percentage", table.where(i), "percentage and base together give a group of few persons");
  }
}

// Percentages whose base is shown give the numerator back.
void judge_percentages(Columns& table) {
  judge_told_bases(table);
  const int base = table.first(Role::kCount);
  if (base < 0) return;
  for (std::size_t i = 0; i < table.roles.size(); ++i) {
    // 再入院率(%): a rate of persons, whatever else rates may be.
    const bool rate = table.roles[i].role == Role::kEstimate && table.sheet.header[i].contains("率") &&
                      table.sheet.header[i].contains('%');
    if (table.roles[i].role != Role::kPercent && !rate) continue;
    double sum = 0, chance = 1;
    std::size_t small = 0, rows = 0;
    bool consistent = true;
    for (std::size_t row = 0; row < table.fields[i].size(); ++row) {
      const auto &percent = table.fields[i][row].number, &n = table.fields[static_cast<std::size_t>(base)][row].number;
      if (!percent || !n || n->value <= 0) continue;
      ++rows;
      sum += percent->value;
      const double half = 0.5 * std::pow(10.0, -percent->decimals) / 100 * n->value,
                   numerator = percent->value / 100 * n->value;
      const double whole = std::round(numerator);
      consistent = consistent && std::abs(numerator - whole) <= half + 1e-9;
      chance *= std::min(1.0, 2 * half);
      small += whole >= 1 && whole < table.policy.threshold && half < 0.5;
    }
    const bool shares = rows >= 2 && std::abs(sum - 100) < 2;
    if (consistent && chance < 0.05 && small > 0 && !shares)
      table.findings.add("cell.percentage", table.where(i), "percentage and base together give a group of few persons");
  }
}

// A group in which everybody has the property, for properties nobody wants to be known.
void judge_full_groups(Columns& table) {
  int base = table.first(Role::kCount);
  const auto sensitive = [&](std::size_t i) {
    return table.all_whole(i) && mentions(table.sheet.header[i], {"HIV", "hiv", "AIDS", "精神", "中絶", "遺伝",
                                                                  "統合失調", "梅毒", "依存症", "自殺"});
  };
  // Two columns of one property, with and without it: nobody is without.
  for (std::size_t i = 0; i + 1 < table.roles.size(); ++i) {
    if (!sensitive(i) || !sensitive(i + 1)) continue;
    const bool swapped = mentions(lower(table.sheet.header[i]), {"negative", "without", "no ", "陰性", "なし", "無"});
    for (std::size_t row = 0; row < table.fields[i].size(); ++row) {
      const auto& with = table.fields[i + swapped][row].number;
      const auto& without = table.fields[i + !swapped][row].number;
      if (with && without && with->value > 0 && without->value == 0)
        table.findings.add("cell.group", table.where(i), "everybody in a group has a sensitive property");
    }
  }
  // 検査数: how many were examined.
  for (std::size_t i = 0; base < 0 && i < table.roles.size(); ++i)
    if (!sensitive(i) && table.all_whole(i) && table.sheet.header[i].ends_with("数")) base = static_cast<int>(i);
  if (base < 0) return;
  for (std::size_t i = 0; i < table.roles.size(); ++i) {
    if (static_cast<int>(i) == base || !sensitive(i)) continue;
    for (std::size_t row = 0; row < table.fields[i].size(); ++row) {
      const auto &part = table.fields[i][row].number, &n = table.fields[static_cast<std::size_t>(base)][row].number;
      if (part && n && part->value > 0 && part->value == n->value)
        table.findings.add("cell.group", table.where(i), "everybody in a group has a sensitive property");
      else if (is_small(part, table.policy.threshold))
        table.findings.add("cell.small", table.where(i), "a group of fewer persons than the policy wants");
    }
  }
}

void judge_extremes(Columns& table, const Description* description) {
  double least = description != nullptr && description->persons > 0 ? description->persons : 0;
  const int base = table.first(Role::kCount);
  for (std::size_t i = 0; i < table.roles.size(); ++i) {
    const auto [role, percentile] = table.roles[i];
    const bool numbers = std::ranges::any_of(table.fields[i], [](const Field& f) { return f.number.has_value(); });
    if (!numbers) continue;
    if (role == Role::kMin || role == Role::kMax)
      table.findings.add("extreme.value", table.where(i), "a minimum or maximum is the value of one person");
    if (role != Role::kPercentile) continue;
    const double tail = std::min(percentile, 100 - percentile) / 100;
    bool known = false;
    for (std::size_t row = 0; row < table.fields[i].size(); ++row) {
      const double n = base >= 0 && table.fields[static_cast<std::size_t>(base)][row].number
                           ? table.fields[static_cast<std::size_t>(base)][row].number->value
                           : least;
      if (n <= 0) continue;
      known = true;
      if (n * tail < table.policy.threshold - 1e-9)
        table.findings.add("extreme.percentile", table.where(i),
                           "fewer persons than the policy wants beyond a percentile");
    }
    if (!known && tail < 0.2)
      table.findings.add("extreme.percentile_base", table.where(i),
                         "a percentile near the end without the number of persons");
  }
}

// Means need the number of persons behind them.
void judge_means(Columns& table, const Description* description) {
  const int mean = table.first(Role::kMean);
  if (mean < 0 || (description != nullptr && description->persons >= table.policy.threshold)) return;
  if (table.has(Role::kCount) || table.has(Role::kCell) || table.has(Role::kAtRisk) || table.has(Role::kUnits) ||
      table.has(Role::kEstimate) || table.sheet.printed)
    return;
  const bool said = std::ranges::any_of(table.sheet.rows, [](const auto& row) {
    return std::ranges::any_of(row, [](const std::string& f) {
      return f.find("n=") != std::string::npos || f.find("n =") != std::string::npos;
    });
  });
  const bool numbers = std::ranges::any_of(table.fields[static_cast<std::size_t>(mean)],
                                           [](const Field& f) { return f.number.has_value(); });
  if (!said && numbers)
    table.findings.add("mean.no_count", table.where(static_cast<std::size_t>(mean)),
                       "a mean without the number of persons behind it");
}

// Steps of a survival curve are the events of single persons unless the grid of times is fixed.
void judge_curve(Columns& table) {
  const int time = table.first(Role::kTime);
  int curve = std::max(table.first(Role::kSurvival), table.first(Role::kAtRisk));
  for (std::size_t i = 0; curve < 0 && i < table.sheet.header.size(); ++i)
    if (const std::string name = lower(table.sheet.header[i]); name == "hazard" || name == "cumhaz" || name == "chaz")
      curve = static_cast<int>(i);
  if (time < 0 || curve < 0 || table.sheet.rows.size() < 4) return;
  std::set<std::int64_t> steps;
  double previous = 0;
  bool any = false;
  std::size_t points = 0;
  for (const Field& field : table.fields[static_cast<std::size_t>(time)]) {
    if (!field.number) continue;
    const double value = field.number->value;
    if (any && value > previous) {
      steps.insert(std::llround((value - previous) * 1000));
      ++points;
    }
    any = true;
    previous = value;
  }
  const bool grid = steps.size() <= 2 || steps.size() * 4 <= points;
  const int events = table.first(Role::kEvents);
  std::size_t single = 0, stepped = 0;
  if (events >= 0)
    for (const Field& field : table.fields[static_cast<std::size_t>(events)])
      if (field.number && field.number->value > 0) {
        ++stepped;
        single += field.number->value < table.policy.threshold;
      }
  if (!grid && (events < 0 || single > 0) && points >= 8)
    table.findings.add("curve.steps", table.where(static_cast<std::size_t>(curve)),
                       "each step of the curve is the event of few persons");
  else if (single > 0 && stepped > 0)
    table.findings.add("curve.events", table.where(static_cast<std::size_t>(events)),
                       "few events between two times of a fixed grid");
}

// A curve of sensitivity against specificity with a point for nearly every person.
void judge_roc(Columns& table) {
  constexpr std::size_t kManyPoints = 25;
  if (table.sheet.rows.size() < kManyPoints || table.has(Role::kCount)) return;
  const auto named = [&](std::initializer_list<std::string_view> words) {
    return std::ranges::any_of(table.sheet.header,
                               [&](const std::string& name) { return mentions(lower(name), words); });
  };
  if (named({"tpr", "sensitiv", "true_pos", "true pos", "感度"}) &&
      named({"fpr", "specific", "false_pos", "false pos", "特異度"}))
    table.findings.add("curve.roc", "file", "a curve of many points: each step may be one person");
}

// Degrees of freedom of a test of one term (Wald, chi-squared), not of what remains.
bool tests_terms(const Sheet& sheet) {
  return std::ranges::any_of(
      sheet.header, [](const std::string& name) { return mentions(lower(name), {"wald", "chi", "カイ", "χ"}); });
}

void judge_models(Columns& table) {
  const bool terms = tests_terms(table.sheet);
  for (std::size_t i = 0; i < table.roles.size(); ++i) {
    const Role role = table.roles[i].role;
    for (const Field& field : table.fields[i]) {
      if (!field.number) continue;
      const double value = field.number->value;
      if (role == Role::kDegrees && !terms && field.number->whole && table.has(Role::kEstimate) &&
          table.has(Role::kError) && value < table.policy.degrees)
        table.findings.add("model.degrees", table.where(i),
                           "too few degrees of freedom: the coefficients give the rows back");
      if (role == Role::kError && value == 0 && table.has(Role::kEstimate))
        table.findings.add("model.saturated", table.where(i), "a standard error of zero: the model is saturated");
      if (role == Role::kRSquared && value >= 0.99995 && value <= 1)
        table.findings.add("model.saturated", table.where(i), "R squared of one: the model is saturated");
    }
  }
  // Odds ratio and its interval bound the smallest of the four counts: 1/a + 1/b + 1/c + 1/d = (ln u - ln l)^2
  // / 3.92^2.
  int odds = -1;
  for (std::size_t i = 0; i < table.sheet.header.size(); ++i) {
    const std::string name = lower(table.sheet.header[i]);
    if (name == "or" || name == "rr" || name == "hr" || name.find("odds") != std::string::npos ||
        name.find("オッズ") != std::string::npos || name.find("ハザード") != std::string::npos ||
        name.find("hazard") != std::string::npos)
      odds = static_cast<int>(i);
  }
  const int low = table.first(Role::kLower), high = table.first(Role::kUpper);
  if (odds < 0 || low < 0 || high < 0) return;
  for (std::size_t row = 0; row < table.sheet.rows.size(); ++row) {
    const auto &l = table.fields[static_cast<std::size_t>(low)][row].number,
               &u = table.fields[static_cast<std::size_t>(high)][row].number;
    if (!l || !u || l->value <= 0 || u->value <= l->value) continue;
    const double error = (std::log(u->value) - std::log(l->value)) / 3.92;
    if (error * error > 4.0 / table.policy.threshold)
      table.findings.add("odds.few", table.where(static_cast<std::size_t>(odds)),
                         "an interval so wide that few persons stand behind the ratio");
  }
}

// Names of statistics down the first column: describe() of pandas, summary() of R.
void judge_by_rows(const Sheet& sheet, const OutputPolicy& policy, Findings& findings) {
  std::size_t named = 0;
  std::vector<NamedRole> roles;
  for (const auto& row : sheet.rows) {
    roles.push_back(row.empty() || row.size() < 2 ? NamedRole{} : role_of(row[0]));
    const Role role = roles.back().role;
    named += role == Role::kMean || role == Role::kSpread || role == Role::kMin || role == Role::kMax ||
             role == Role::kPercentile;
  }
  for (std::size_t row = 0; row < sheet.rows.size(); ++row)  // numbers at risk below a curve
    if (roles[row].role == Role::kAtRisk &&
        std::any_of(sheet.rows[row].begin() + 1, sheet.rows[row].end(),
                    [&](const std::string& field) { return is_small(read_number(field), policy.threshold); }))
      findings.add("cell.small", fmt::format("{}row {}", sheet.place.empty() ? "" : sheet.place + ", ", row + 1),
                   "a group of fewer persons than the policy wants");
  if (named < 2) return;
  for (std::size_t row = 0; row < sheet.rows.size(); ++row)
    for (std::size_t i = 1; i < sheet.rows[row].size(); ++i) {
      const auto number = read_number(sheet.rows[row][i]);
      const std::string where =
          fmt::format("{}row {}", sheet.place.empty() ? "" : sheet.place + ", ", sheet.rows[row][0].substr(0, 40));
      if (!number) continue;
      if (roles[row].role == Role::kMin || roles[row].role == Role::kMax)
        findings.add("extreme.value", where, "a minimum or maximum is the value of one person");
      if (roles[row].role == Role::kCount && is_small(number, policy.threshold))
        findings.add("cell.small", where, "a group of fewer persons than the policy wants");
    }
}

// What was observed against what a model predicted, as counts.
bool is_confusion(const Sheet& sheet) {
  if (!sheet.named || sheet.header.size() < 3 || sheet.header.size() > 20 || sheet.rows.size() + 1 > 20) return false;
  const auto tells = [](const std::string& name) {
    const std::string low = lower(name);
    return std::ranges::any_of(
        std::initializer_list<std::string_view>{"predict", "pred_", "予測", "判定", "classified"},
        [&](std::string_view word) { return low.find(word) != std::string::npos; });
  };
  if (std::ranges::count_if(sheet.header, tells) < 2 && !(sheet.header[0].empty() && tells(sheet.header[1])))
    return false;
  return std::ranges::all_of(sheet.rows, [](const auto& row) {
    return row.size() >= 3 && std::all_of(row.begin() + 1, row.end(), [](const std::string& field) {
             const auto number = read_number(field);
             return number && number->whole && !number->percent;
           });
  });
}

// Variables with the limits of what may be entered: a data dictionary.
bool is_dictionary(const Sheet& sheet) {
  std::size_t told = 0;
  for (const std::string& name : sheet.header) {
    const std::string low = lower(name);
    for (const std::string_view word : {"type", "label", "choices", "validation", "field", "format", "description",
                                        "variable", "型", "選択肢", "説明", "変数", "項目"})
      if (low.find(word) != std::string::npos) {
        ++told;
        break;
      }
  }
  return told >= 3;
}

// Tables of a model population: of 100,000 born, so many live.
bool is_life_table(const Sheet& sheet) {
  return std::ranges::any_of(sheet.header, [](const std::string& name) {
    const std::string low = lower(name);
    return low.find("余命") != std::string::npos || low.find("life_expectancy") != std::string::npos ||
           low.find("life expectancy") != std::string::npos;
  });
}

}  // namespace

void judge_outputs(const Sheet& sheet, const OutputPolicy& policy, const Description* description, Findings& findings) {
  if (sheet.rows.size() >= Sheet::kMostRows || sheet.header.empty()) return;
  Columns table{sheet, policy, findings, {}, {}};
  const bool confusion = is_confusion(sheet);
  for (std::size_t i = 0; i < sheet.header.size(); ++i) {
    NamedRole role = sheet.named ? role_of(sheet.header[i]) : NamedRole{};
    if (description != nullptr)
      if (const auto told = description->columns.find(sheet.header[i]); told != description->columns.end())
        role.role = told->second;
    if (confusion && i > 0) role.role = Role::kCount;
    // One of the two letters alone is the name of a group and tells nothing.
    const auto named = [&](std::string_view letter) {
      return std::ranges::any_of(sheet.header, [&](const std::string& name) { return lower(name) == letter; });
    };
    if (const std::string name = lower(sheet.header[i]);
        (name == "f" || name == "m") && !named(name == "f" ? "m" : "f"))
      role = {};
    table.roles.push_back(role);
    std::vector<Field> column;
    column.reserve(sheet.rows.size());
    for (const auto& row : sheet.rows) {
      Field field;
      if (i < row.size()) field.number = read_number(row[i]);
      column.push_back(field);
    }
    table.fields.push_back(std::move(column));
  }
  if (!is_life_table(sheet)) judge_counts(table);
  judge_fractions(table);
  judge_bare_counts(table);
  judge_percentages(table);
  judge_full_groups(table);
  if (!is_dictionary(sheet)) judge_extremes(table, description);
  judge_means(table, description);
  judge_curve(table);
  judge_roc(table);
  judge_models(table);
  judge_by_rows(sheet, policy, findings);
}

}  // namespace sekisho::outgoing
