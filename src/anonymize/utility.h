// What a finished table still tells, beside the table before: loss and change of each variable, who was suppressed,
// correlations, least squares of an outcome, survival. Groups of fewer than ten persons are never named.
#pragma once

#include <optional>

#include "anonymize/view.h"
#include "core/json.h"

namespace sekisho::anonymize {

struct UtilityOptions {
  std::string outcome;      // column of the regression; "": the first sensitive one that is a number or has two values
  std::string time, event;  // of the survival curve: a column of numbers, COLUMN=VALUE; "": none
};

// A label as a number: "31", "30-39" (34.5: both ends belong to it), "[30, 40[" (35), "80+", ">=80", "<20" (the bound).
// Nothing: no number is known.
std::optional<double> number_of(std::string_view label);

struct Numbers {
  std::size_t count = 0;  // rows with a number
  double mean = 0, deviation = 0, median = 0;
};

struct Group {
  std::string label;                             // at the level of the finished table; "": the others, each too small
  double before = 0, after = 0, suppressed = 0;  // shares of all rows before, of those after; of the group's rows
};

struct VariableUtility {
  std::string name;
  Kind kind = Kind::kInsensitive;
  std::vector<int> levels;  // of each round of local recoding; without it one
  int level() const { return levels.empty() ? 0 : levels[0]; }
  double loss = 0;     // 0: all is there, 1: nothing (docs/anonymize.md)
  double changed = 0;  // share of rows whose value is another or gone
  std::size_t values_before = 0, values_after = 0;
  std::optional<Numbers> before, after;  // of a variable whose values before are numbers
  double shift = 0;                      // half the sum of |share before - share after| over labels
  std::vector<Group> groups;             // the largest first
};

struct Correlation {
  std::string a, b;
  double before = 0, after = 0;
};

// Least squares. An estimate is absent where the variable has gone, or says what others say already.
struct Coefficient {
  std::string name;  // a variable, or variable = label against its most frequent label
  struct Estimate {
    double value = 0, error = 0;
  };
  std::optional<Estimate> before, after;
};
struct Regression {
  std::string outcome, event;  // event: the label that counts 1; "": a number
  std::size_t rows_before = 0, rows_after = 0;
  double r2_before = 0, r2_after = 0;
  std::vector<Coefficient> coefficients;
};

// Kaplan-Meier.
struct Survival {
  std::size_t rows_before = 0, rows_after = 0;
  double greatest_difference = 0;
  struct Point {
    double time = 0, before = 1, after = 1;
  };
  std::vector<Point> points;
};

struct Utility {
  double suppressed = 0;  // share of rows
  std::vector<VariableUtility> variables;
  std::vector<Correlation> correlations;
  std::optional<Regression> regression;
  std::optional<Survival> survival;
  Json to_json() const;
};

// Errors: anonymize.outcome (the outcome, time or event is no column that can be used so), hierarchy.*.
Result<Utility> measure_utility(const View& before, const View& after, const Policy& policy, const Decision& decision,
                                const UtilityOptions& options = {});

// Least squares of y on the columns of x with an intercept; columns that others explain get no estimate.
struct LeastSquares {
  std::vector<std::optional<Coefficient::Estimate>> estimates;
  double r2 = 0;
};
LeastSquares least_squares(const std::vector<std::vector<double>>& x, const std::vector<double>& y);

// Share surviving after each of the times (sorted); events[i]: the time is that of the event, else of the last sight.
std::vector<double> kaplan_meier(const std::vector<double>& times, const std::vector<bool>& events,
                                 const std::vector<double>& at);

}  // namespace sekisho::anonymize
