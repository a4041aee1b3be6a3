// Rare combinations of items, against plain counting of every combination.
#include "anonymize/km.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/random.h"

namespace sekisho::anonymize::detail {
namespace {

// Twenty-seven leaves under nine nodes under three.
ItemForest forest(std::uint32_t least) {
  ItemForest out;
  for (std::uint32_t node = 0; node < 39; ++node) {
    out.parent.push_back(node < 27 ? 27 + node / 3 : node < 36 ? 36 + (node - 27) / 3 : kNoNode);
    out.share.push_back(node < 27 ? 1 / 27.0 : node < 36 ? 1 / 9.0 : 1 / 3.0);
    out.least.push_back(least);
  }
  return out;
}

ItemSets random_sets(std::uint64_t seed, std::size_t count, std::size_t most) {
  SeededRandom random(seed);
  ItemSets out;
  for (std::size_t set = 0; set < count; ++set) {
    for (std::size_t i = random.below(most + 1); i > 0; --i)
      out.items.push_back(static_cast<std::uint32_t>(random.below(27) * random.below(27) / 27));
    out.close();
  }
  return out;
}

// What is left of each set, by the outcome alone.
std::vector<std::set<std::uint32_t>> shown(const ItemSets& sets, const KmOutcome& outcome) {
  std::vector<std::set<std::uint32_t>> out(sets.size());
  for (std::uint32_t set = 0; set < sets.size(); ++set)
    for (const std::uint32_t node : sets.of(set))
      if (outcome.shown[node] != kNoNode &&
          !std::ranges::binary_search(outcome.removed, std::pair(set, outcome.shown[node])))
        out[set].insert(outcome.shown[node]);
  return out;
}

// Every combination of up to m items, with how many sets hold it.
std::map<std::vector<std::uint32_t>, std::uint32_t> combinations(const std::vector<std::set<std::uint32_t>>& sets,
                                                                 int m) {
  std::map<std::vector<std::uint32_t>, std::uint32_t> out;
  for (const std::set<std::uint32_t>& set : sets) {
    const std::vector<std::uint32_t> items(set.begin(), set.end());
    for (std::size_t i = 0; i < items.size(); ++i) {
      ++out[{items[i]}];
      for (std::size_t j = i + 1; j < items.size() && m > 1; ++j) {
        ++out[{items[i], items[j]}];
        for (std::size_t l = j + 1; l < items.size() && m > 2; ++l)
          ++out[{items[i], items[j], items[l]}];
      }
    }
  }
  return out;
}

TEST(SetsTest, EveryCombinationIsHeldByNobodyOrByEnough) {
  int changed = 0, climbed = 0, left_out = 0;
  for (std::uint64_t seed = 0; seed < 120; ++seed) {
    const ItemSets sets = random_sets(seed, 20 + seed * 2, 3 + seed % 7);
    for (const int m : {1, 2, 3})
      for (const std::uint32_t k : {2u, 5u, 300u}) {
        const ItemForest trees = forest(seed % 3 == 0 ? 8 : 0);
        const auto outcome = protect_sets(sets, trees, {.k = k, .m = m});
        ASSERT_TRUE(outcome);
        const auto left = shown(sets, *outcome);
        for (const auto& [items, held] : combinations(left, m)) {
          ASSERT_GE(held, k) << "seed " << seed << " m " << m << " k " << k;
          if (items.size() == 1) {
            ASSERT_GE(held, trees.least[items[0]]);
          }
        }
        // A node stands for all below it: nothing that is shown stands under another that is.
        for (std::uint32_t node = 0; node < trees.size(); ++node)
          for (std::uint32_t above = trees.parent[node]; above != kNoNode; above = trees.parent[above])
            if (outcome->shown[node] == node) {
              for (std::uint32_t leaf = 0; leaf < 27; ++leaf)
                ASSERT_NE(outcome->shown[leaf], above);
            }
        changed += !outcome->removed.empty();
        for (std::uint32_t leaf = 0; leaf < 27; ++leaf) {
          climbed += outcome->shown[leaf] != leaf && outcome->shown[leaf] != kNoNode;
          left_out += outcome->shown[leaf] == kNoNode;
        }
      }
  }
  EXPECT_GT(changed, 100);
  EXPECT_GT(climbed, 100);
  EXPECT_GT(left_out, 100);
}

TEST(SetsTest, TheNumberOfThreadsChangesNothing) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const ItemSets sets = random_sets(seed, 400, 8);
    const auto one = protect_sets(sets, forest(0), {.k = 5, .m = 2, .threads = 1});
    const auto three = protect_sets(sets, forest(0), {.k = 5, .m = 2, .threads = 3});
    ASSERT_TRUE(one && three);
    EXPECT_EQ(one->shown, three->shown);
    EXPECT_EQ(one->removed, three->removed);
  }
}

TEST(SetsTest, WhatIsFrequentStaysAsItIs) {
  ItemSets sets;
  for (int set = 0; set < 50; ++set) {
    sets.items.insert(sets.items.end(), {1, 5, 9});
    sets.close();
  }
  const auto outcome = protect_sets(sets, forest(0), {.k = 50, .m = 3});
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(outcome->removed.empty());
  for (const std::uint32_t node : {1u, 5u, 9u})
    EXPECT_EQ(outcome->shown[node], node);
}

TEST(SetsTest, ARareLeafClimbsWhereItsParentIsCommonAndLittleIsGivenUp) {
  // Leaf 0 of one set, its sister 1 of four: together as many as are asked for, of hundreds of other sets.
  ItemSets sets;
  for (int set = 0; set < 500; ++set) {
    sets.items.push_back(20);
    if (set < 5) sets.items.push_back(set == 0 ? 0u : 1u);
    sets.close();
  }
  const auto outcome = protect_sets(sets, forest(0), {.k = 5, .m = 2});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->shown[0], 27u);
  EXPECT_EQ(outcome->shown[1], 27u);
  EXPECT_EQ(outcome->shown[20], 20u);
  EXPECT_TRUE(outcome->removed.empty());
}

TEST(SetsTest, NoSetsAndEmptySetsAreNoError) {
  EXPECT_TRUE(protect_sets({}, {}, {}));
  ItemSets empty;
  empty.close();
  empty.close();
  EXPECT_TRUE(protect_sets(empty, forest(0), {.k = 5, .m = 3}));
}

}  // namespace
}  // namespace sekisho::anonymize::detail
