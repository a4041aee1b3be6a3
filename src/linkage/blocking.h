// Candidate pairs: groups that share a key of a blocking rule. Sizes are counted before pairs are made; blocks above
// the cap are left out and reported.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "linkage/components.h"
#include "linkage/model_spec.h"
#include "linkage/table.h"

namespace sekisho::linkage {

using Pair = std::uint64_t;  // smaller group in the upper half
inline std::uint32_t first(Pair pair) {
  return static_cast<std::uint32_t>(pair >> 32);
}
inline std::uint32_t second(Pair pair) {
  return static_cast<std::uint32_t>(pair);
}

struct RulePlan {
  std::string rule;
  std::uint64_t pairs = 0;   // that it proposes
  std::size_t cap = 0;       // largest block it may use
  std::size_t left_out = 0;  // blocks above the cap
};

struct Candidates {
  std::vector<Pair> pairs;  // sorted, each once
  std::vector<RulePlan> rules;
  std::vector<BigBlock> big_blocks;
};

// `drop` takes pairs away that say nothing; it is called for the pairs of each rule, by two threads.
using PairFilter = std::function<void(std::vector<Pair>&)>;
Candidates find_candidates(const ModelSpec& spec, const Table& table, const PairFilter& drop = {});

// The index that candidates of later arrivals are found by: all (key, group) of a rule, each once, in order of the
// lower 33 bits of the keys. Keys of one seed are the same in every process.
struct BlockEntry {
  std::uint64_t key;
  std::uint32_t group;
};
std::vector<BlockEntry> block_entries(const ModelSpec& spec, std::size_t rule, const Table& table, std::uint64_t seed);
// The keys of one record, from its values by field.
void block_keys(const ModelSpec& spec, std::size_t rule, const std::vector<std::string_view>& values,
                std::uint64_t seed, std::vector<std::uint64_t>& keys);

}  // namespace sekisho::linkage
