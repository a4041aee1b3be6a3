// How good suggestions are against a truth: right first, right among five, calibration of the confidence.
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "codes/dictionary.h"
#include "codes/suggest.h"
#include "codes/table.h"
#include "core/json.h"

namespace sekisho::codes {

struct TruthRow {
  std::string hospital, kind, system, code;  // of the local code; hospital, kind and system may be empty
  std::string std_code;                      // empty: there is no standard code for it
};

struct Score {
  std::size_t items = 0, first = 0, five = 0, unanswered = 0;
  std::size_t first_test = 0, five_test = 0;  // laboratory: the same test by any method
  double brier = 0, confidence = 0;
  std::array<std::size_t, 10> bin_items{}, bin_right{};
  std::array<double, 10> bin_confidence{};
  double calibration_error() const;  // expected: mean gap between confidence and share right over ten bins
  Json to_json() const;
};

struct CodesEvaluation {
  Score all;
  std::map<std::string, Score> kinds;
  std::size_t missing = 0;                                 // in the truth, without suggestion rows
  std::vector<std::pair<std::string, std::string>> wrong;  // local code, what went wrong; the first hundred
  Json to_json() const;
};

// `dictionary` may be null: then codes must be equal; with it another code of the same entry is right too.
CodesEvaluation evaluate(std::span<const Mapping> suggestions, std::span<const TruthRow> truth,
                         const Dictionary* dictionary);
Result<std::vector<TruthRow>> read_truth(std::string_view text, std::string_view file);

}  // namespace sekisho::codes
