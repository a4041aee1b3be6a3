// Full-domain generalization: one level for each quasi-identifier, the rows of failing classes suppressed, the least
// loss among all choices that fulfil the policy. k counts persons.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "anonymize/policy.h"
#include "core/json.h"

namespace sekisho::anonymize {

// What was decided: enough to repeat it on the same rows without a search.
struct Decision {
  std::vector<std::pair<std::string, int>> levels;           // quasi-identifiers in the order of the policy
  std::vector<std::vector<std::string>> suppressed_classes;  // their labels in the same order, sorted
  std::vector<Decision> rounds;  // local recoding: what was decided next, each over the rows that the one before left
  Json to_json() const;
  static Result<Decision> from_json(const Json& json);
};

struct Outcome {
  Decision decision;
  double score = 0;
  Metric metric = Metric::kLoss;
  std::size_t rows = 0, suppressed = 0, classes = 0, smallest_class = 0;  // smallest_class in persons
  double lattice = 0;                                                     // nodes; whole up to 2^53
  std::uint64_t checked = 0;
  bool optimal = true;          // false: time ended before the proof
  double bound = 0;             // no choice scores less; the score itself when optimal
  bool counts_persons = false;  // false: the policy names no person column, each row counted as one
  double seconds_encode = 0, seconds_search = 0;
  Json rounds;  // local recoding: rows, levels, suppressed and score of each round
  Json to_json() const;
};

// How far a search is.
struct SearchState {
  bool found = false;
  double score = 0, bound = 0;  // of the best answer so far; none can score less than the bound
  std::uint64_t checked = 0;
};

struct SearchOptions {
  int threads = 1;        // the result is the same whatever their number
  double time_limit = 0;  // seconds; 0: to the end, or 60 s for a lattice of more than 4 million nodes
  std::function<void(const SearchState&)> watch;  // called from the searching thread, some times a second
};

// Errors: policy.columns (a column without an attribute or the reverse), hierarchy.*, anonymize.lattice (beyond
// 2^120 nodes), anonymize.time (nothing valid was found in time), anonymize.impossible (even everything at the highest
// levels fails: says the best k that can be reached).
Result<Outcome> search(const Table& table, const Policy& policy, const SearchOptions& options = {});

namespace detail {
class Encoded;
}

// A table encoded once and searched under several policies that differ in the numbers of their models, the suppression
// limit, the factor and the score. Refers to the table.
class Searcher {
 public:
  // `whole`: where the shares of sensitive values are taken from; nullptr: the table.
  static Result<Searcher> make(const Table& table, const Policy& policy, int threads = 1, const Table* whole = nullptr);
  Searcher(Searcher&& other) noexcept;
  ~Searcher();
  // Errors as of search(); policy.changed (another shape than the first policy's).
  Result<Outcome> run(const Policy& policy, const SearchOptions& options = {});
  double seconds_encode() const { return seconds_encode_; }

 private:
  explicit Searcher(std::unique_ptr<detail::Encoded> data);
  std::unique_ptr<detail::Encoded> data_;
  double seconds_encode_ = 0;
};

// Rows with labels in place of values; identifying columns are gone; rows of suppressed classes are left out. Refers to
// the table it was made of.
class Applied {
 public:
  struct Shown {
    const Column* column;
    std::vector<std::string> labels;  // by code of the column, round after round; empty: the value itself
  };
  std::vector<std::string> header;
  std::vector<std::uint32_t> source;  // row of the table, for each row here
  std::vector<std::uint8_t> round;    // of local recoding, for each row here; empty: one for all
  std::vector<Shown> shown;           // beside header
  std::size_t rows() const { return source.size(); }
  // Place of a field's text: among the labels, or among the column's values where there are none.
  std::size_t place(std::size_t row, std::size_t column) const {
    const Shown& one = shown[column];
    const std::size_t code = one.column->code(source[row]);
    return one.labels.empty() || round.empty() ? code : code + round[row] * one.column->values().size();
  }
  const std::string& text(std::size_t row, std::size_t column) const {
    const Shown& one = shown[column];
    return (one.labels.empty() ? one.column->values() : one.labels)[place(row, column)];
  }
};
// Errors: anonymize.decision (a level or class that does not fit the table).
Result<Applied> apply(const Table& table, const Policy& policy, const Decision& decision, int threads = 1);
Result<Applied> apply(Table&& table, const Policy& policy, const Decision& decision, int threads = 1) = delete;

}  // namespace sekisho::anonymize
