// Privacy models over classes: which classes fail, and what that says of more specific nodes.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "anonymize/classes.h"
#include "anonymize/policy.h"
#include "anonymize/table.h"

namespace sekisho::anonymize::detail {

struct Verdict {
  std::vector<std::uint8_t> fails;  // [class]
  std::size_t suppressed = 0;       // rows of failing classes
  std::size_t lost = 0;             // ... and at least so many fail in every more specific node
  bool rules_out = false;           // too many rows fail, and would in every more specific node
  bool invalid = false;             // no suppression can help: a class of the population without a row
};

// Unit numbers of a table.
struct UnitPlaces {
  int persons = -1, households = -1, hospitals = -1;
};

class ModelSet {
 public:
  // Histograms are in the order of sensitive(). Errors: hierarchy.*, policy.model.
  static Result<ModelSet> make(const Policy& policy, const Table& table);
  // The numbers of another policy with the same models; false: it has others.
  bool use(const Policy& policy);
  // Sensitive attributes, and whether only different values matter.
  struct Wanted {
    std::string attribute;
    bool distinct_only = true;
  };
  const std::vector<Wanted>& wanted() const { return wanted_; }
  // Different values that a class needs at the least.
  std::uint32_t least_values(std::size_t histogram) const;
  void set_shares(std::size_t histogram, std::vector<double> shares);  // of each value in the whole table
  void set_units(UnitPlaces places, bool overlapping) { places_ = places, overlapping_ = overlapping; }

  bool prunes(std::size_t limit) const;

  // Judges all classes; stops early when the result is no longer in doubt.
  Verdict judge(const ClassTable& table, const Grouping& grouping, std::size_t limit) const;
  // Judges all classes by some of the models alone; the number after the last stands for the least number of hospitals.
  Verdict judge_some(std::span<const std::size_t> models, const ClassTable& table, const Grouping& grouping) const;

 private:
  struct One {
    Model model;
    int histogram = -1;
    int persons = 0;                                    // k-map by estimate: least class of the sample
    std::vector<std::uint32_t> order;                   // ordered: place of a value
    std::vector<std::vector<std::uint32_t>> ancestors;  // hierarchical: [level][value]
    std::vector<std::size_t> labels;                    // ... and how many labels a level has
  };
  int mapped_class_size(const Model& model) const;
  void judge_counts(const Grouping& grouping, const One& one, Verdict& out) const;
  void judge_masks(const ClassTable& table, const Grouping& grouping, const One& one, Verdict& out) const;
  void judge_histogram(const ClassTable& table, const Grouping& grouping, int histogram,
                       std::span<const One* const> models, Verdict& out) const;
  void judge_sample(const Grouping& grouping, const One& one, Verdict& out) const;
  bool holds(const One& one, const std::vector<std::uint32_t>& counts, const std::vector<std::uint32_t>& touched,
             double total) const;
  double distance(const One& one, const std::vector<std::uint32_t>& counts, const std::vector<std::uint32_t>& touched,
                  double total) const;
  // Beside `touched`: the slope of the model at a class that fails it, see remainder.h.
  std::vector<double> slope(const One& one, const std::vector<std::uint32_t>& counts,
                            const std::vector<std::uint32_t>& touched, double total) const;
  std::size_t lost_of(const One& one, const std::vector<std::uint32_t>& counts,
                      const std::vector<std::uint32_t>& touched, double total, std::size_t rows) const;
  std::vector<double> cut_slope(const One& one, const std::vector<std::uint32_t>& counts,
                                const std::vector<std::uint32_t>& touched, double total) const;

  std::vector<One> models_;
  std::vector<Wanted> wanted_;
  std::vector<std::vector<double>> shares_;
  UnitPlaces places_;
  int minimum_hospitals_ = 0;
  double population_size_ = 0, sample_ = 0;  // persons
  bool overlapping_ = false;                 // persons stand in several tuples: merging classes does not average shares
  std::size_t rows_ = 0;
};

}  // namespace sekisho::anonymize::detail
