#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "disclosure/analysis_data.h"
#include "disclosure/counted.h"

namespace sekisho::disclosure {
namespace {

constexpr std::size_t kMostColumns = 200;
constexpr int kMostRounds = 50;

struct Design {
  std::vector<std::string> names;            // of the coefficients, the intercept first
  std::vector<std::vector<double>> columns;  // by coefficient
  std::vector<double> outcome;
};

struct Fit {
  std::vector<double> coefficients, errors;
  double explained = 0;  // R^2, or 1 - deviance / null deviance
  double leverage = 0;   // of the person with the largest
};

// Symmetric positive definite systems by Cholesky. Error: analysis.collinear.
class Cholesky {
 public:
  static Result<Cholesky> of(std::vector<std::vector<double>> matrix, const std::vector<std::string>& names) {
    const std::size_t n = matrix.size();
    for (std::size_t j = 0; j < n; ++j) {
      const double diagonal = matrix[j][j];
      for (std::size_t k = 0; k < j; ++k)
        matrix[j][j] -= matrix[j][k] * matrix[j][k];
      if (!(matrix[j][j] > 1e-10 * std::max(diagonal, 1e-300)))
        return fail("analysis.collinear", fmt::format("{} follows from the other predictors", names[j]), {},
                    "Leave it out.");
      matrix[j][j] = std::sqrt(matrix[j][j]);
      for (std::size_t i = j + 1; i < n; ++i) {
        for (std::size_t k = 0; k < j; ++k)
          matrix[i][j] -= matrix[i][k] * matrix[j][k];
        matrix[i][j] /= matrix[j][j];
      }
    }
    Cholesky out;
    out.factor_ = std::move(matrix);
    return out;
  }
  // Solves L z = b; the squared length of z is b' A^-1 b.
  std::vector<double> forward(std::vector<double> b) const {
    for (std::size_t i = 0; i < b.size(); ++i) {
      for (std::size_t k = 0; k < i; ++k)
        b[i] -= factor_[i][k] * b[k];
      b[i] /= factor_[i][i];
    }
    return b;
  }
  std::vector<double> solve(std::vector<double> b) const {
    b = forward(std::move(b));
    for (std::size_t i = b.size(); i-- > 0;) {
      for (std::size_t k = i + 1; k < b.size(); ++k)
        b[i] -= factor_[k][i] * b[k];
      b[i] /= factor_[i][i];
    }
    return b;
  }
  double squared(std::vector<double> b) const {
    double sum = 0;
    for (const double z : forward(std::move(b)))
      sum += z * z;
    return sum;
  }

 private:
  std::vector<std::vector<double>> factor_;
};

Result<Cholesky> weighted_products(const Design& design, const std::vector<double>& weights) {
  const std::size_t n = design.columns.size();
  std::vector<std::vector<double>> matrix(n, std::vector<double>(n, 0));
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j <= i; ++j)
      for (std::size_t r = 0; r < weights.size(); ++r)
        matrix[i][j] += weights[r] * design.columns[i][r] * design.columns[j][r];
  return Cholesky::of(std::move(matrix), design.names);
}

std::vector<double> row_of(const Design& design, std::size_t r) {
  std::vector<double> row;
  for (const auto& column : design.columns)
    row.push_back(column[r]);
  return row;
}

double predicted(const Design& design, const std::vector<double>& coefficients, std::size_t r) {
  double sum = 0;
  for (std::size_t i = 0; i < coefficients.size(); ++i)
    sum += coefficients[i] * design.columns[i][r];
  return sum;
}

void finish(const Design& design, const Cholesky& information, const std::vector<double>& weights, double scale,
            Fit& fit) {
  for (std::size_t i = 0; i < design.columns.size(); ++i) {
    std::vector<double> unit(design.columns.size(), 0);
    unit[i] = 1;
    fit.errors.push_back(std::sqrt(scale * information.squared(std::move(unit))));
  }
  for (std::size_t r = 0; r < weights.size(); ++r)
    fit.leverage = std::max(fit.leverage, weights[r] * information.squared(row_of(design, r)));
}

Result<Fit> least_squares(const Design& design) {
  const std::size_t rows = design.outcome.size(), n = design.columns.size();
  const std::vector<double> weights(rows, 1);
  SEKISHO_TRY(const Cholesky products, weighted_products(design, weights));
  std::vector<double> right(n, 0);
  double mean = 0;
  for (std::size_t r = 0; r < rows; ++r) {
    mean += design.outcome[r] / static_cast<double>(rows);
    for (std::size_t i = 0; i < n; ++i)
      right[i] += design.columns[i][r] * design.outcome[r];
  }
  Fit fit;
  fit.coefficients = products.solve(std::move(right));
  double residual = 0, total = 0;
  for (std::size_t r = 0; r < rows; ++r) {
    const double error = design.outcome[r] - predicted(design, fit.coefficients, r);
    residual += error * error;
    total += (design.outcome[r] - mean) * (design.outcome[r] - mean);
  }
  fit.explained = total > 0 ? 1 - residual / total : 1;
  const double freedom = static_cast<double>(rows) - static_cast<double>(n);
  finish(design, products, weights, freedom > 0 ? residual / freedom : 0, fit);
  return fit;
}

double deviance(const Design& design, const std::vector<double>& coefficients) {
  double sum = 0;
  for (std::size_t r = 0; r < design.outcome.size(); ++r) {
    const double eta = predicted(design, coefficients, r);
    sum += 2 * (std::log1p(std::exp(-std::abs(eta))) + std::max(eta, 0.0) - design.outcome[r] * eta);
  }
  return sum;
}

// Newton's method, halving steps that do not help.
Result<Fit> logistic_fit(const Design& design) {
  const std::size_t rows = design.outcome.size(), n = design.columns.size();
  Fit fit;
  fit.coefficients.assign(n, 0);
  double before = deviance(design, fit.coefficients);
  for (int round = 0; round < kMostRounds; ++round) {
    std::vector<double> weights(rows), score(n, 0);
    for (std::size_t r = 0; r < rows; ++r) {
      const double p = 1 / (1 + std::exp(-predicted(design, fit.coefficients, r)));
      weights[r] = std::max(p * (1 - p), 1e-12);
      for (std::size_t i = 0; i < n; ++i)
        score[i] += design.columns[i][r] * (design.outcome[r] - p);
    }
    SEKISHO_TRY(const Cholesky information, weighted_products(design, weights));
    const std::vector<double> step = information.solve(std::move(score));
    double after = before;
    for (double part = 1; part > 1e-6; part /= 2) {
      std::vector<double> next = fit.coefficients;
      for (std::size_t i = 0; i < n; ++i)
        next[i] += part * step[i];
      after = deviance(design, next);
      if (after > before + 1e-12) continue;
      fit.coefficients = std::move(next);
      break;
    }
    if (std::ranges::any_of(fit.coefficients, [](double c) { return !std::isfinite(c) || std::abs(c) > 1e4; })) break;
    if (std::abs(before - after) < 1e-10 * (std::abs(after) + 1)) {
      double share = 0;
      for (const double y : design.outcome)
        share += y / static_cast<double>(rows);
      const double nothing =
          -2 * static_cast<double>(rows) * (share * std::log(share) + (1 - share) * std::log1p(-share));
      fit.explained = nothing > 0 ? 1 - after / nothing : 1;
      for (std::size_t r = 0; r < rows; ++r) {
        const double p = 1 / (1 + std::exp(-predicted(design, fit.coefficients, r)));
        weights[r] = std::max(p * (1 - p), 1e-12);
      }
      SEKISHO_TRY(const Cholesky last, weighted_products(design, weights));
      finish(design, last, weights, 1, fit);
      return fit;
    }
    before = after;
  }
  return fail("analysis.diverges", "the predictors tell all outcomes apart: no finite coefficients exist", {},
              "Leave out the predictor that separates them.");
}

class Regression {
 public:
  explicit Regression(const RegressionRequest& request) : request_(request) {}

  Result<AnalysisResult> run() {
    if (std::ranges::find(request_.predictors, request_.outcome) != request_.predictors.end())
      return fail("usage.column", fmt::format("{} is the outcome and a predictor of itself", request_.outcome), {},
                  "Leave it out of the predictors.");
    std::vector<std::string> columns = request_.predictors;
    columns.push_back(request_.outcome);
    SEKISHO_TRY(data_, read_analysis(request_.dataset, request_.person, columns, request_.where));
    SEKISHO_CHECK(make_design());
    check_counts();
    std::vector<std::vector<std::string>> rows;
    Json checks{{"levels", levels_}, {"parameters", design_.columns.size()}, {"residual_dof", freedom()}};
    if (result_.verdict() != Verdict::kFail) {
      SEKISHO_TRY(const Fit fit, request_.logistic ? logistic_fit(design_) : least_squares(design_));
      check_fit(fit);
      checks["explained"] = fit.explained;
      checks["largest_leverage"] = fit.leverage;
      for (std::size_t i = 0; i < design_.names.size(); ++i)
        rows.push_back({design_.names[i], fmt::format("{:.4g}", fit.coefficients[i]),
                        fmt::format("{:.4g}", fit.errors[i]),
                        fmt::format("{:.3g}", fit.coefficients[i] / fit.errors[i])});
      rows.push_back({"(n)", std::to_string((data_.rows.size() + 2) / 5 * 5), "", ""});
      rows.push_back({request_.logistic ? "(McFadden R2)" : "(R2)", fmt::format("{:.3f}", fit.explained), "", ""});
    }
    result_.definition = fmt::format("{}({} ~ {})", request_.logistic ? "logistic" : "lm", request_.outcome,
                                     fmt::join(request_.predictors, " + "));
    for (const Condition& condition : request_.where)
      result_.definition += fmt::format(" where {}", condition.text());
    remember();
    finish_analysis(result_, data_, {"term", "estimate", "std_error", "statistic"}, rows, std::move(checks),
                    request_.threshold);
    return std::move(result_);
  }

 private:
  long freedom() const { return static_cast<long>(data_.rows.size()) - static_cast<long>(design_.columns.size()); }

  // All persons of the model, and those of each indicator and of the outcome where it is 0 or 1.
  void remember() {
    Counted counted({"term"});
    const std::size_t n = data_.rows.size();
    const std::uint32_t all = counted.cell({"(n)"}, static_cast<double>((n + 2) / 5 * 5));
    std::vector<std::pair<std::uint32_t, const std::vector<double>*>> sets;
    const auto add = [&](const std::string& name, const std::vector<double>& column) {
      if (std::ranges::all_of(column, [](double v) { return v == 0 || v == 1; }))
        sets.emplace_back(counted.cell({name}, 0), &column);
    };
    for (std::size_t i = 1; i < design_.columns.size(); ++i)
      add(design_.names[i], design_.columns[i]);
    if (request_.logistic) add(request_.outcome, design_.outcome);
    const DatasetColumn& persons = data_.dataset.column(data_.person_column);
    for (std::size_t r = 0; r < n; ++r) {
      std::vector<std::uint32_t> cells = {all};
      for (const auto& [cell, column] : sets)
        if ((*column)[r] == 1) cells.push_back(cell);
      counted.person(persons.texts[persons.codes[data_.rows[r]]], std::move(cells));
    }
    result_.counted = std::move(counted).item();
  }

  Result<void> make_design() {
    const std::size_t n = data_.rows.size();
    design_.names = {"(Intercept)"};
    design_.columns.emplace_back(n, 1.0);
    const DatasetColumn& outcome = data_.dataset.column(request_.outcome);
    for (const std::uint32_t row : data_.rows) {
      SEKISHO_TRY(const double value, number_at(data_, outcome, row));
      if (request_.logistic && value != 0 && value != 1)
        return fail("analysis.value", "the outcome of a logistic regression is 0 or 1",
                    {.file = request_.dataset.string(), .line = static_cast<std::int64_t>(row) + 2});
      design_.outcome.push_back(value);
    }
    for (const std::string& name : request_.predictors) {
      const DatasetColumn& column = data_.dataset.column(name);
      double number = 0;
      const bool factor = std::ranges::find(request_.factors, name) != request_.factors.end() ||
                          std::ranges::any_of(data_.rows, [&](std::uint32_t row) {
                            return !parse_number(column.texts[column.codes[row]], number);
                          });
      if (factor) {
        add_factor(column);
      } else {
        add_number(column);
      }
      if (design_.columns.size() > kMostColumns)
        return fail("analysis.too_large", fmt::format("more than {} coefficients", kMostColumns));
    }
    return {};
  }

  void add_factor(const DatasetColumn& column) {
    std::map<std::string, std::size_t> count;
    for (const std::uint32_t row : data_.rows)
      ++count[column.texts[column.codes[row]]];
    for (const auto& [level, persons] : count) {
      levels_.push_back(Json{{"predictor", column.name}, {"level", level}, {"persons", persons}});
      check_level(column.name + "=" + level, persons);
      if (level == count.begin()->first) continue;
      design_.names.push_back(column.name + level);
      design_.columns.emplace_back();
      for (const std::uint32_t row : data_.rows)
        design_.columns.back().push_back(column.texts[column.codes[row]] == level ? 1 : 0);
    }
  }

  // A number that is nearly always the same is a factor in disguise: its rare values must be many too.
  void add_number(const DatasetColumn& column) {
    design_.names.push_back(column.name);
    design_.columns.emplace_back();
    std::map<double, std::size_t> count;
    for (const std::uint32_t row : data_.rows) {
      double number = 0;
      parse_number(column.texts[column.codes[row]], number);
      design_.columns.back().push_back(number);
      ++count[number];
    }
    std::size_t most = 0;
    for (const auto& [value, persons] : count)
      most = std::max(most, persons);
    levels_.push_back(Json{{"predictor", column.name}, {"values", count.size()}, {"commonest", most}});
    check_level(column.name, data_.rows.size() - most);
  }

  void check_level(const std::string& place, std::size_t persons) {
    const auto threshold = static_cast<std::size_t>(request_.threshold);
    if (persons >= threshold && persons + threshold <= data_.rows.size()) return;
    if (persons == data_.rows.size()) return;  // the only value: collinear with the intercept, told there
    if (persons >= threshold && place.find('=') == std::string::npos) return;
    result_.items.push_back(refusal(
        "regression.level", place, fmt::format("a level or all others together have fewer than {} persons", threshold),
        fmt::format("ある水準またはそれ以外の合計が{}人未満です", threshold),
        "Merge the level with another or leave the predictor out.", "水準を統合するか、その変数を外してください。"));
  }

  void check_counts() {
    if (freedom() < request_.threshold)
      result_.items.push_back(refusal(
          "regression.dof", "model", fmt::format("fewer than {} residual degrees of freedom", request_.threshold),
          fmt::format("残差自由度が{}未満です", request_.threshold), "Use fewer predictors or more persons.",
          "変数を減らすか対象者を増やしてください。"));
    if (!request_.logistic) return;
    const auto events = std::ranges::count(design_.outcome, 1.0);
    if (events < request_.threshold ||
        static_cast<long>(data_.rows.size()) - events < static_cast<long>(request_.threshold))
      result_.items.push_back(refusal(
          "regression.events", request_.outcome, fmt::format("fewer than {} events or non-events", request_.threshold),
          fmt::format("イベントの有無のどちらかが{}人未満です", request_.threshold),
          "Lengthen the observation or widen the cohort.", "観察期間か対象を広げてください。"));
  }

  void check_fit(const Fit& fit) {
    const bool certain =
        std::ranges::any_of(fit.errors, [](double error) { return !(error > 0) || !std::isfinite(error); });
    if (certain || fit.explained > 1 - 1e-9)
      result_.items.push_back(refusal("regression.saturated", "model", "the model repeats the data without error",
                                      "モデルがデータを誤差なく再現しています", "Use fewer predictors.",
                                      "変数を減らしてください。"));
    if (fit.leverage > 0.5)
      result_.items.push_back(
          {"regression.leverage", Verdict::kReview, "model", "one person determines a coefficient for the most part",
           "一人の値が係数をほぼ決めています", "Look at whether an extreme value should be limited before the fit.",
           "極端な値を丸めてから推定すべきか確認してください。"});
  }

  const RegressionRequest& request_;
  AnalysisData data_;
  Design design_;
  AnalysisResult result_;
  Json levels_ = Json::array();
};

}  // namespace

Result<AnalysisResult> regression(const RegressionRequest& request) {
  return Regression(request).run();
}

}  // namespace sekisho::disclosure
