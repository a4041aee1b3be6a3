// The data as distinct tuples of quasi-identifiers, and the judgement of one node of the lattice. A node is never
// grouped from the rows: always from the smallest table of classes at hand that is more specific.
#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "anonymize/classes.h"
#include "anonymize/compact.h"
#include "anonymize/engine.h"
#include "anonymize/models.h"

namespace sekisho::anonymize::detail {

struct Judgement {
  bool valid = false;
  // No node that is more specific can be valid either.
  bool rules_out = false;
  std::size_t suppressed = 0, classes = 0, smallest = 0;  // rows; kept classes; persons in the smallest kept class
  double score = 0;
  double floor = 0;  // no node that is more general has a lower score; 0: nothing known
};

// What one thread needs to judge a node; holds the node judged last.
struct Work {
  int threads = 1;  // that one node of a large table may use
  Grouper grouper;
  std::shared_ptr<const ClassTable> base;
  Grouping grouping;
  Verdict verdict;
};

// Tables of classes kept because more general nodes can be grouped from them. Thread safe. Which ones there are changes
// how long a node takes, never what is said of it.
class Pivots {
 public:
  void reset(std::shared_ptr<const ClassTable> root);
  const std::shared_ptr<const ClassTable>& root() const { return kept_.back(); }
  // The smallest that is at least as specific as the levels.
  std::shared_ptr<const ClassTable> best(const Levels& levels) const;
  // Whether this table should be made now, by the caller: nobody did, and none more general had too many classes.
  bool claim(const Levels& levels);
  void keep(std::shared_ptr<const ClassTable> table);
  // A table that was made anyway, when it is small beside the one it was made of.
  void offer(const std::shared_ptr<const ClassTable>& table, std::size_t made_of);
  void reject(const Levels& levels);

 private:
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<const ClassTable>> kept_;  // the smallest first
  std::vector<Levels> rejected_;
  std::set<Levels> claimed_;
  bool full() const;  // no more fits beside the root
  std::size_t entries_ = 0;
};

class Encoded {
 public:
  // Shares of sensitive values are those of `whole`, a table with the same dictionaries.
  static Result<Encoded> make(const Table& table, const Policy& policy, const Table& whole, int threads);
  static Result<Encoded> make(const Table& table, const Policy& policy, int threads = 1) {
    return make(table, policy, table, threads);
  }

  // Another policy over the same attributes and models, with other numbers and weights; it must outlive the data, as
  // the first one. Errors: policy.changed.
  Result<void> use(const Policy& policy);

  std::size_t attributes() const { return hierarchies_.size(); }
  const Hierarchy& hierarchy(std::size_t i) const { return hierarchies_[i]; }
  const Attribute& attribute(std::size_t i) const { return *attributes_[i]; }
  int lowest(std::size_t i) const { return lowest_[i]; }
  int highest(std::size_t i) const { return highest_[i]; }
  std::size_t rows() const { return rows_; }
  // Whether each invalid node rules out the more specific ones.
  bool prunes() const { return models_.prunes(limit()); }
  bool counts_persons() const { return counts_persons_; }
  std::size_t tuples() const { return root_->entries(); }
  // Whether nodes are judged one by one, each on all threads.
  bool large() const { return in_blocks(*root_); }

  // Whether a large table's rows and different values alone rule the node out, and all that is more specific; uses all
  // threads of the Work.
  bool dismisses(const Levels& levels, Work& work) const;
  bool outlined() const { return outline_ != nullptr; }
  Judgement ruled_out() const;  // of a node that was dismissed

  // Thread safe, as all that take a Work of their own.
  Judgement judge(const Levels& levels, Work& work) const;
  // As judge(), but a node with more classes than the limit of suppression leaves room for is ruled out at once,
  // without its figures.
  Judgement judge_or_rule_out(const Levels& levels, Work& work) const;
  Judgement judge_from_rows(const Levels& levels, Work& work) const;  // grouped from the rows' own tuples
  // Score when nothing is suppressed, where the metric has such a bound that grows with every level; else 0.
  double bound(const Levels& levels) const;
  // The failing classes of a node, as labels.
  std::vector<std::vector<std::string>> failing(const Levels& levels, Work& work) const;
  std::size_t best_k(const Levels& levels, Work& work) const;  // persons in the smallest class
  // ... the failing ones of other models and smaller ones suppressed up to the limit; where the others alone suppress
  // too much, without them.
  std::size_t reachable_k(const Levels& levels, Work& work) const;
  // What of the policy suppresses more than the limit, each alone; and a least set that does so only together.
  std::vector<std::string> broken(const Levels& levels, Work& work) const;
  std::vector<std::string> exclusive(const Levels& levels, Work& work) const;

 private:
  std::shared_ptr<const ClassTable> table_for(const Levels& levels, Pivots& pivots, Work& work) const;
  std::shared_ptr<ClassTable> coarser(const ClassTable& base, const Levels& levels, std::size_t most, Work& work) const;
  // False, when asked to rule out: there are more classes than the limit of suppression leaves room for, or what is too
  // small of them is more than may be suppressed.
  bool group(const Levels& levels, Work& work, bool rule_out = false) const;
  Bounds bounds(std::span<const std::size_t> values) const;
  bool make_blocks(ClassTable& rows, const Policy& policy, const Table& table, int threads);
  void make_outline(ClassTable rows, const Table& table, int threads);
  std::shared_ptr<ClassTable> tuples_in_blocks(ClassTable rows, int threads) const;
  Result<void> make_tuples(ClassTable rows, const Policy& policy, const Table& table, const Table& whole);
  std::vector<std::size_t> demands() const;  // numbers of the models, and of the least number of hospitals
  std::string demand_text(std::size_t demand) const;
  bool too_much(std::span<const std::size_t> demands, const Work& work) const;
  Judgement judge_group(const Levels& levels, Work& work) const;
  std::uint32_t label_of(const Work& work, std::size_t i, int level, std::size_t c) const {
    return hierarchies_[i].lift(work.base->levels[i], level)[work.base->code[i][work.grouping.first[c]]];
  }
  // scores.cpp
  void prepare_weights();
  void prepare_scores(const std::vector<std::vector<std::uint64_t>>& leaf_rows);
  double aggregate(const std::vector<double>& sums) const;
  double score(const Levels& levels, const Judgement& judgement, const Work& work) const;
  double loss(const Levels& levels, const Work& work) const;
  double entropy(const Levels& levels, const Work& work) const;
  double ambiguity(const Levels& levels, bool suppress, const Work& work) const;
  double precision(const Levels& levels, double suppressed) const;
  double squares(bool suppress, const Work& work) const;
  double floor(const Levels& levels, const Work& work) const;
  std::size_t limit() const;

  const Policy* policy_ = nullptr;
  std::vector<const Attribute*> attributes_;
  std::vector<Hierarchy> hierarchies_;
  std::vector<int> lowest_, highest_;
  std::size_t rows_ = 0;
  bool counts_persons_ = false;
  std::shared_ptr<ClassTable> root_;
  std::unique_ptr<Pivots> pivots_ = std::make_unique<Pivots>();
  // Rows and different sensitive values alone, in blocks, of a large table that has more to it: a class of too few rows
  // has too few persons, households and hospitals as well. Of which sensitive attributes, by their numbers in models_.
  std::unique_ptr<Pivots> outline_;
  std::vector<std::size_t> outlined_values_;
  ModelSet models_;
  std::vector<std::vector<std::uint64_t>> leaf_sums_;  // [attribute][level]: leaves under the label, over all rows
  std::vector<std::vector<double>> entropy_;           // [attribute][level]
  std::vector<std::vector<double>> log_leaves_;        // [attribute][level]: mean logarithm of the leaves
  std::vector<std::vector<std::vector<std::uint64_t>>> label_rows_;  // [attribute][level][label]
  std::vector<double> weights_;                                      // the heaviest is 1
};

}  // namespace sekisho::anonymize::detail
