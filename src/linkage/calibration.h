// Whether probabilities are what they say: of pairs that got 0.8, eight in ten should be one person. Needs a truth.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "core/result.h"

namespace sekisho::linkage {

struct ReliabilityBin {
  double from = 0, to = 0;
  std::size_t count = 0;
  double predicted = 0, observed = 0;  // means
  double low = 0, high = 0;            // 95 % interval of observed (Wilson)
};

struct Calibration {
  std::size_t count = 0, grey = 0;  // grey: probabilities between 0.05 and 0.95
  std::size_t unknown = 0;          // left out: a record is not in the truth
  double error = 0;                 // expected calibration error: mean |predicted - observed| of bins, by their counts
  double grey_error = 0;            // the same over the bins between 0.05 and 0.95
  double brier = 0;
  std::vector<ReliabilityBin> bins;
  Json to_json() const;
};

struct Judged {
  double probability = 0;
  bool right = false;
};
Calibration calibrate(const std::vector<Judged>& judged);

// Pairs of link run --pairs-out. Errors: linkage.columns, linkage.probability, csv.*, those of evaluate().
Result<Calibration> calibrate_pairs(const std::filesystem::path& pairs, const std::filesystem::path& truth,
                                    std::string_view columns);
// Records of link run: right where a record stands with another one of its true person and nobody else's, or, alone,
// where its person has no other record.
Result<Calibration> calibrate_clusters(const std::filesystem::path& clusters, const std::filesystem::path& truth,
                                       std::string_view columns);

// The reliability curve over log odds, with intervals, and the counts below. `what`: "pairs", "records".
std::string reliability_svg(const Calibration& calibration, std::string_view title, std::string_view what);

}  // namespace sekisho::linkage
