// Full-domain generalization: one level for each quasi-identifier, the rows of failing classes suppressed, the least
// loss among all choices that fulfil the policy. k counts persons.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "anonymize/policy.h"
#include "core/json.h"

namespace sekisho::anonymize {

// What was decided: enough to repeat it on the same rows without a search.
struct Decision {
  std::vector<std::pair<std::string, int>> levels;           // quasi-identifiers in the order of the policy
  std::vector<std::vector<std::string>> suppressed_classes;  // their labels in the same order, sorted
  Json to_json() const;
  static Result<Decision> from_json(const Json& json);
};

struct Outcome {
  Decision decision;
  double score = 0;
  Metric metric = Metric::kLoss;
  std::size_t rows = 0, suppressed = 0, classes = 0, smallest_class = 0;  // smallest_class in persons
  std::uint64_t lattice = 0, checked = 0;
  bool counts_persons = false;  // false: the policy names no person column, each row counted as one
  double seconds_encode = 0, seconds_search = 0;
  Json to_json() const;
};

struct SearchOptions {
  int threads = 1;  // the result is the same whatever their number
};

// Errors: policy.columns (a column without an attribute or the reverse), hierarchy.*, anonymize.lattice (too large),
// anonymize.impossible (even everything at the highest levels fails: says the best k that can be reached).
Result<Outcome> search(const Table& table, const Policy& policy, const SearchOptions& options = {});

// Rows with labels in place of values; identifying columns are gone; rows of suppressed classes are left out. Refers to
// the table it was made of.
class Applied {
 public:
  struct Shown {
    const Column* column;
    std::vector<std::string> labels;  // by code of the column; empty: the value itself
  };
  std::vector<std::string> header;
  std::vector<std::size_t> source;  // row of the table, for each row here
  std::vector<Shown> shown;         // beside header
  std::size_t rows() const { return source.size(); }
  const std::string& text(std::size_t row, std::size_t column) const {
    const Shown& one = shown[column];
    const std::uint32_t code = one.column->code(source[row]);
    return one.labels.empty() ? one.column->values()[code] : one.labels[code];
  }
};
// Errors: anonymize.decision (a level or class that does not fit the table).
Result<Applied> apply(const Table& table, const Policy& policy, const Decision& decision);
Result<Applied> apply(Table&& table, const Policy& policy, const Decision& decision) = delete;

}  // namespace sekisho::anonymize
