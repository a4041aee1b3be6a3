// Analyses computed, checked and handed out in one go, as tables are: survival curves (Kaplan-Meier) and regressions
// (least squares, logistic). Only what passes its rules leaves, with a proof sheet.
#pragma once

#include "disclosure/releases.h"
#include "disclosure/verdict.h"

namespace sekisho::disclosure {

struct SurvivalRequest {
  std::filesystem::path dataset;
  std::string person, time, event, group;  // event: 1 or 0; group may be empty
  std::vector<Condition> where;
  int threshold = 10;
};

struct RegressionRequest {
  std::filesystem::path dataset;
  std::string person, outcome;
  std::vector<std::string> predictors;  // numbers, or texts as factors against their first level
  std::vector<std::string> factors;     // predictors whose numbers are categories
  std::vector<Condition> where;
  bool logistic = false;
  int threshold = 10;
};

struct AnalysisResult {
  std::string csv;  // empty when refused
  Json output;      // the same as JSON
  Json proof;       // counts, rules, verdict, hashes
  std::vector<VerdictItem> items;
  std::string definition, person_column;
  ReleaseItem counted;  // whom the numbers are about, for the memory of releases
  Verdict verdict() const { return worst(items); }
};

// Curve of each group at times between which at least `threshold` events lie, while at least as many persons are at
// risk; numbers at risk are rounded to multiples of 5, so that single censored persons do not show.
// Errors: usage.column, analysis.value, analysis.person (a person in two rows), table.person.
Result<AnalysisResult> survival_curve(const SurvivalRequest& request);

// Coefficients to four digits. Refused: fewer than `threshold` residual degrees of freedom, a level or its complement
// below it, with logistic fewer events or non-events; a fit without error; collinear predictors.
// Errors: those above, analysis.collinear, analysis.diverges.
Result<AnalysisResult> regression(const RegressionRequest& request);

}  // namespace sekisho::disclosure
