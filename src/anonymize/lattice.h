// The data as distinct tuples of quasi-identifiers, and the judgement of one node of the lattice.
#pragma once

#include <span>
#include <vector>

#include "anonymize/engine.h"

namespace sekisho::anonymize::detail {

using Key = unsigned __int128;
using Levels = std::vector<int>;

struct Judgement {
  bool valid = false;
  bool excludes = false;  // the monotone models alone exceed the limit: all that is more specific is invalid too
  std::size_t suppressed = 0, classes = 0, smallest = 0;  // rows; kept classes; persons in the smallest kept class
  double score = 0;
};

class Encoded {
 public:
  static Result<Encoded> make(const Table& table, const Policy& policy);

  std::size_t attributes() const { return hierarchies_.size(); }
  const Hierarchy& hierarchy(std::size_t i) const { return hierarchies_[i]; }
  const Attribute& attribute(std::size_t i) const { return *attributes_[i]; }
  int lowest(std::size_t i) const { return lowest_[i]; }
  int highest(std::size_t i) const { return highest_[i]; }
  std::size_t rows() const { return rows_; }
  bool counts_persons() const { return counts_persons_; }

  Judgement judge(const Levels& levels);
  // Score when nothing is suppressed, where the metric has such a bound that grows with every level; else 0.
  double bound(const Levels& levels) const;
  // The failing classes of a node, as labels.
  std::vector<std::vector<std::string>> failing(const Levels& levels);
  std::size_t best_k(const Levels& levels);  // persons in the smallest class

 private:
  void classify(const Levels& levels);
  void count_persons();
  void test_models();
  double loss(const Levels& levels) const;

  const Policy* policy_ = nullptr;
  std::vector<const Attribute*> attributes_;
  std::vector<Hierarchy> hierarchies_;
  std::vector<int> lowest_, highest_;
  std::vector<unsigned> shift_;
  std::vector<std::vector<std::vector<Key>>> keys_;      // [attribute][level][leaf]: label code, shifted
  std::vector<std::vector<std::vector<double>>> share_;  // [attribute][level][leaf]
  std::size_t rows_ = 0;
  bool counts_persons_ = false;
  std::size_t tuples_ = 0;
  std::vector<std::vector<std::uint32_t>> leaf_;  // [attribute][tuple]
  std::vector<std::uint32_t> rows_of_;            // [tuple]
  std::vector<std::uint32_t> singles_of_;         // [tuple]: persons who have rows in this tuple only
  std::vector<std::vector<std::uint32_t>> many_;  // persons with several tuples: their tuples
  struct Sensitive {
    std::size_t model = 0;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> values;  // distinct (tuple, value)
    std::vector<std::uint32_t> rows;                              // of each of them
    std::vector<double> whole;                                    // [value]: share in all rows
    // Inner nodes of the value's tree per level, for the hierarchical distance: [level][value], level 0 = value itself.
    std::vector<std::vector<std::uint32_t>> nodes;
  };
  static Result<Sensitive> sensitive(const Table& table, const Policy& policy, std::size_t model,
                                     const std::vector<std::uint32_t>& tuple_of);
  void test_distinct(const Sensitive& sensitive);
  void test_distribution(const Sensitive& sensitive);
  static bool passes(const Model& model, const Sensitive& sensitive, std::span<const double> counts);
  static double distance(const Model& model, const Sensitive& sensitive, std::span<const double> counts, double total);
  void prepare_entropy();
  double entropy(const Levels& levels, std::size_t suppressed) const;
  double ambiguity(const Levels& levels) const;
  std::vector<Sensitive> sensitive_;
  std::vector<std::vector<double>> sums_;     // [attribute][level]: shares over all rows
  std::vector<std::vector<double>> entropy_;  // [attribute][level]: non-uniform entropy, nothing suppressed

  // Of the node judged last.
  std::vector<std::uint32_t> class_of_;                                  // [tuple]
  std::vector<std::uint32_t> first_tuple_, class_rows_, class_persons_;  // [class]
  std::vector<std::uint8_t> class_fails_;
  std::size_t monotone_suppressed_ = 0;  // rows of classes that fail a monotone model
  std::vector<std::uint32_t> slots_;
  std::vector<Key> class_key_;
};

}  // namespace sekisho::anonymize::detail
