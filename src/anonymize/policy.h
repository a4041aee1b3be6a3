// What a data set must fulfil before it leaves: kinds of attributes, hierarchies, privacy models, limits. Read from
// TOML (docs/anonymization formats are those of `sekisho anonymize --help`).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "anonymize/hierarchy.h"
#include "anonymize/table.h"
#include "core/toml.h"

namespace sekisho::anonymize {

enum class Kind { kIdentifying, kQuasi, kSensitive, kInsensitive };
enum class Metric { kLoss, kDiscernability, kAverageClassSize, kPrecision, kEntropy, kAmbiguity };
std::string_view name(Metric metric);

struct Attribute {
  std::string name;
  Kind kind = Kind::kInsensitive;
  std::string file;               // text of the hierarchy's CSV as read; "" when a rule makes it
  std::string file_name;          // for messages and manifests
  std::optional<TomlTable> rule;  // [attribute.rule]
  std::string mapping;            // text of the rule's file
  Gaps gaps;                      // of values that the hierarchy's CSV does not list
  double weight = 1;
  int minimum = 0, maximum = -1;  // levels the search may use; -1: the highest
};

// The formulas are in docs/anonymize.md.
struct Model {
  enum class Kind {
    kAnonymity,
    kMap,
    kDistinctDiversity,
    kEntropyDiversity,
    kRecursiveDiversity,
    kCloseness,
    kPresence,
    kBetaLikeness,
    kDisclosure,
    kSampleUniqueness,
    kAverageRisk,
    kPopulationUniqueness
  } kind = Kind::kAnonymity;
  enum class Distance { kEqual, kOrdered, kHierarchical } distance = Distance::kEqual;
  int bound = 2;          // k or l
  double threshold = 0;   // l of entropy, c, t, beta, delta (upper), share of uniques, average risk
  double minimum = 0;     // delta-presence: lower
  bool enhanced = false;  // beta-likeness
  std::string attribute;  // the sensitive attribute judged
  // k-map without a table of the population: its size, and the error allowed in telling that a class has k there.
  enum class Estimator { kNone, kPoisson, kZeroTruncated } estimator = Estimator::kNone;
  double significance = 0.05;
};

// (epsilon, delta)-differential privacy; the k that follows stands among the models as k-anonymity.
struct Differential {
  double epsilon = 1, delta = 1e-6;
  double search_epsilon = 0;  // part of epsilon for the choice of levels; 0: they are fixed
  int steps = 50;             // of that choice in a large lattice
  double beta = 0;            // probability of a person to be drawn
  int k = 0;
};

std::string describe(const Model& model);  // "t-closeness of 'occupation'"

struct Policy {
  char delimiter = ',';
  Encoding encoding = Encoding::kDetect;  // of the table, hierarchies and population
  double suppression_limit = 0;
  double gs_factor = 0.5;  // loss: below 0.5 suppression costs less, above it generalization
  std::string person;      // column that k counts; "": one person a row
  std::string household;   // column; a class needs k different ones too
  std::string hospital;    // column; a class needs minimum_hospitals different ones
  int minimum_hospitals = 0;
  std::string population;       // text of the CSV of all from whom the rows are drawn; "": not known
  std::string population_name;  // for messages
  double population_size = 0;   // persons; 0: not known
  Metric metric = Metric::kLoss;
  std::vector<Attribute> attributes;
  std::vector<Model> models;
  std::optional<Differential> differential;
  bool local_recoding = false;
  double local_limit = 0;  // share of its rows that a round of local recoding may leave to the next
  std::string hash;        // SHA-256 over the policy and its hierarchies, hex: set by load()'s caller through content()

  // Reads hierarchies from beside the policy. Errors: toml.*, policy.*.
  static Result<Policy> load(const std::filesystem::path& file);
  static Result<Policy> parse(std::string_view text, const std::filesystem::path& file);
  const Attribute* find(std::string_view name) const;
  // Person, household, hospital: columns that need no attribute.
  bool is_unit(std::string_view column) const {
    return !column.empty() && (column == person || column == household || column == hospital);
  }
  bool names(std::string_view column) const { return find(column) != nullptr || is_unit(column); }
  int k() const;  // greatest k asked for; 1: none
  // Everything that decides: the file's text and the hierarchies', in order.
  const std::string& content() const { return content_; }

 private:
  std::string content_;
};

// `encoding`: "utf-8" or "cp932"; absent: detected. Errors: toml.*, policy.encoding.
Result<Encoding> read_encoding(const TomlTable& root);

// Reads an attribute's `hierarchy` with `unknown` and `missing`, or its [rule]; files stand in `folder`. Errors:
// toml.*, policy.hierarchy, csv.encoding.
Result<void> read_hierarchy(const TomlTable& table, const std::filesystem::path& folder, Encoding encoding,
                            Attribute& out);

// The hierarchy of an attribute for the values of a column.
Result<Hierarchy> hierarchy_of(const Attribute& attribute, const Column& column, char delimiter);

}  // namespace sekisho::anonymize
