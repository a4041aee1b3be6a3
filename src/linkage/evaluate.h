// How well found persons agree with the truth: pairwise and B-cubed precision, recall, F1 (after transitive closure),
// with intervals from a bootstrap over persons.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/json.h"
#include "core/result.h"

namespace sekisho::linkage {

struct Measure {
  double value = 0, low = 0, high = 0;  // 95 % interval
};
struct Agreement {
  Measure precision, recall, f1;
};

struct Evaluation {
  std::size_t records = 0, persons_true = 0, persons_found = 0;
  std::size_t missing = 0;  // in the truth, not among the clusters: counted as persons of their own
  std::size_t unknown = 0;  // among the clusters, not in the truth: left out
  std::uint64_t pairs_true = 0, pairs_found = 0, pairs_both = 0;
  std::size_t clusters_right = 0;  // found persons that are exactly a true person
  std::size_t false_merges = 0;    // found persons that hold records of several true persons
  std::size_t false_splits = 0;    // true persons that are spread over several found ones
  Agreement pairwise, b_cubed;
  Json to_json() const;
};

// Two labels for each record.
Evaluation evaluate_labels(const std::vector<std::uint32_t>& found, const std::vector<std::uint32_t>& truth,
                           int replicates = 1000);

// Record -> number of its person, of a CSV with record_id and person_id (`columns` as below). Errors as evaluate().
using Truth = std::unordered_map<std::string, std::uint32_t>;
Result<Truth> read_truth(const std::filesystem::path& truth, std::string_view columns = {});

// CSVs with record_id and person_id; `columns` renames those of the truth ("record_id=ID,person_id=P"). Errors:
// usage.columns, linkage.columns, linkage.duplicate, csv.*.
Result<Evaluation> evaluate(const std::filesystem::path& clusters, const std::filesystem::path& truth,
                            std::string_view columns = {});

}  // namespace sekisho::linkage
