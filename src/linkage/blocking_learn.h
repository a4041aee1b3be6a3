// How much blocking finds, measured or estimated, and rules learned from the data at hand. Learning needs no labels:
// what very many simple rules find together, and the model is sure of, stands for the truth.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "linkage/model_spec.h"
#include "linkage/table.h"

namespace sekisho::linkage {

struct RuleRecall {
  std::string rule;
  std::uint64_t pairs = 0;     // that it proposes
  std::size_t left_out = 0;    // blocks above its cap
  double sure = 0;             // share of the pairs that the model is sure of
  double only = 0;             // share of them that no other rule finds
  std::optional<double> real;  // share of the true pairs
};

struct BlockingReport {
  std::size_t records = 0, groups = 0;
  std::uint64_t candidates = 0;
  std::uint64_t sure = 0;  // pairs of different groups that the model gives 0.9 or more
  // sure / (sure + missed), missed by Chao's estimator from the pairs that one rule alone or just two find. Rules that
  // find the same easy pairs make it too high. Of learned rules: their share of what the pool of rules found, times the
  // estimate for the pool. Nothing with fewer than three rules.
  std::optional<double> estimated;
  std::optional<double> real;  // share of the true pairs that are candidates or agree in all fields
  std::vector<RuleRecall> rules;
  std::string toml;  // learned rules, as sections of a spec
  Json to_json() const;
};

struct BlockingRequest {
  std::vector<std::filesystem::path> inputs;
  std::filesystem::path truth;  // "": recall is estimated only
  std::string truth_columns;
  bool learn = false;  // replace the rules of the spec by learned ones
};

// Errors: those of reading, linkage.blocking (too many records to learn from).
Result<BlockingReport> examine_blocking(const ModelSpec& spec, const BlockingRequest& request);

struct LearnedRules {
  std::vector<BlockSpec> rules;
  double estimated = 1;  // recall
};
// Rules that together reach what all simple rules of the fields and those of the spec find, cheap ones first (greedy
// set cover).
LearnedRules learn_rules(const ModelSpec& spec, const Table& table);

}  // namespace sekisho::linkage
