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
  double weight = 1;
  int minimum = 0, maximum = -1;  // levels the search may use; -1: the highest
};

struct Model {
  enum class Kind {
    kAnonymity,
    kDistinctDiversity,
    kEntropyDiversity,
    kRecursiveDiversity,
    kEqualCloseness,
    kOrderedCloseness,
    kHierarchicalCloseness
  } kind = Kind::kAnonymity;
  int bound = 2;          // k or l
  double number = 0;      // c of recursive l-diversity, t of t-closeness
  std::string attribute;  // the sensitive one of l-diversity and t-closeness
  // Merging a class that fulfils it with any other gives one that fulfils it: what is more general stays valid.
  bool monotone() const { return kind == Kind::kAnonymity || kind == Kind::kDistinctDiversity; }
  // Compares a class with the distribution in the whole input.
  bool compares() const { return kind >= Kind::kEqualCloseness; }
};

struct Policy {
  char delimiter = ',';
  double suppression_limit = 0;
  std::string person;  // column that k counts; "": one person a row
  Metric metric = Metric::kLoss;
  std::vector<Attribute> attributes;
  std::vector<Model> models;
  std::string hash;  // SHA-256 over the policy and its hierarchies, hex: set by load()'s caller through content()

  // Reads hierarchies from beside the policy. Errors: toml.*, policy.*.
  static Result<Policy> load(const std::filesystem::path& file);
  static Result<Policy> parse(std::string_view text, const std::filesystem::path& file);
  const Attribute* find(std::string_view name) const;
  int k() const;  // greatest k asked for; 1: none
  // Everything that decides: the file's text and the hierarchies', in order.
  const std::string& content() const { return content_; }

 private:
  std::string content_;
};

// The hierarchy of an attribute for the values of a column.
Result<Hierarchy> hierarchy_of(const Attribute& attribute, const Column& column, char delimiter);

}  // namespace sekisho::anonymize
