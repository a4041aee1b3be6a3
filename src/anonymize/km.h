// k^m-anonymity of sets (Terrovitis, Mamoulis, Kalnis 2008): every combination of up to m items that a set holds is
// held by at least k sets. Rare combinations disappear by climbing the items' trees, where that loses less than
// leaving items out, and then by leaving items out of single sets. Internal.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "core/result.h"

namespace sekisho::anonymize::detail {

inline constexpr std::uint32_t kNoNode = UINT32_MAX;

// Items are nodes of trees; a node without parent can only be left out.
struct ItemForest {
  std::vector<std::uint32_t> parent;
  std::vector<double> share;         // leaves under the node, as a share of its tree's
  std::vector<std::uint32_t> least;  // sets that must hold the node where one does; at least k counts anyway
  std::size_t size() const { return parent.size(); }
};

// Set i is items[start[i]..start[i + 1]), sorted, each item once.
struct ItemSets {
  std::vector<std::uint64_t> start{0};
  std::vector<std::uint32_t> items;
  std::size_t size() const { return start.size() - 1; }
  std::span<const std::uint32_t> of(std::size_t i) const {
    return {items.data() + start[i], items.data() + start[i + 1]};
  }
  void close();  // ends a set: sorts it, drops repeated items
};

struct KmLimits {
  std::uint32_t k = 5;
  int m = 2;  // 1 to 3
  int threads = 1;
};

struct KmOutcome {
  std::vector<std::uint32_t> shown;  // by node: itself, one above it, or kNoNode: left out of every set
  std::vector<std::pair<std::uint32_t, std::uint32_t>> removed;  // (set, shown node) left out of one set, sorted
  int rounds = 0;                                                // passes over the sets
};

// The same whatever the number of threads. Error: anonymize.items (more different items than can be counted in pairs).
Result<KmOutcome> protect_sets(const ItemSets& sets, const ItemForest& forest, const KmLimits& limits);

}  // namespace sekisho::anonymize::detail
