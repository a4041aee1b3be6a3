// Large tables made coarser: the fast way against the plain one.
#include "anonymize/compact.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "core/random.h"
#include "fixtures.h"

namespace sekisho::anonymize::detail {
namespace {

using Class = std::tuple<std::vector<std::uint64_t>, std::uint32_t, std::uint64_t>;  // codes, rows, mask

std::vector<Class> classes_of(const ClassTable& table) {
  std::vector<Class> out;
  for (std::size_t e = 0; e < table.entries(); ++e) {
    std::vector<std::uint64_t> codes;
    for (const Narrow& code : table.code)
      codes.push_back(code[e]);
    out.emplace_back(std::move(codes), table.rows[e], table.histograms[0].masks[e]);
  }
  std::ranges::sort(out);
  return out;
}

struct CompactTest : testing::Test {
  static constexpr std::size_t kEntries = 150'000;
  CompactTest() {
    SeededRandom random(11);
    for (const std::size_t leaves : {1000, 300, 40, 2}) {
      std::string text;
      for (std::size_t leaf = 0; leaf < leaves; ++leaf)
        text += fmt::format("v{0},a{1},b{2},*\n", leaf, leaf / 7, leaf / 49);
      hierarchies.push_back(*Hierarchy::from_csv(text, ',', "h.csv"));
      Narrow& codes = table.code.emplace_back(kEntries, leaves);
      codes.visit([&](auto all) {
        for (auto& code : all)
          code = static_cast<std::remove_reference_t<decltype(code)>>(random.below(random.below(leaves) + 1));
      });
    }
    table.levels = {0, 0, 0, 0};
    table.rows.assign(kEntries, 1);
    for (std::size_t e = 0; e < kEntries; e += 5)
      table.rows[e] = static_cast<std::uint32_t>(1 + random.below(9));
    table.units.resize(1);
    table.units[0].rows = true;
    Histogram& histogram = table.histograms.emplace_back();
    histogram.values = 5;
    histogram.masks = Narrow(kEntries, all_values(5));
    histogram.masks.visit([&](auto masks) {
      for (auto& mask : masks)
        mask = static_cast<std::remove_reference_t<decltype(mask)>>(std::uint64_t{1} << random.below(5));
    });
  }
  ClassTable arranged(int threads) const {
    ClassTable out = table;
    arrange(out, hierarchies, threads);
    return out;
  }
  ClassTable plain(const Levels& levels) const {
    Grouping grouping;
    EXPECT_TRUE(Grouper().run(table, hierarchies, levels, grouping));
    return rolled_up(table, grouping, hierarchies, levels);
  }
  std::vector<Hierarchy> hierarchies;
  ClassTable table;
};

TEST_F(CompactTest, BlocksHoldTheEntriesInTheirOrderAndOneBucketOfEachAttribute) {
  ASSERT_TRUE(takes_blocks(table, hierarchies));
  const ClassTable one = arranged(1), three = arranged(3);
  EXPECT_EQ(classes_of(one), classes_of(table));
  EXPECT_EQ(one.blocks.start, three.blocks.start);
  ASSERT_GT(one.blocks.start.size(), 100u);
  std::vector<std::size_t> next = one.blocks.start;  // where the next entry of a block must stand
  for (std::size_t e = 0; e < kEntries; ++e) {
    std::size_t block = 0;
    for (std::size_t i = 0; i < hierarchies.size(); ++i) {
      const Blocks::Split& split = one.blocks.splits[i];
      block = block * split.buckets;
      if (split.buckets > 1) block += split.bucket[hierarchies[i].lift(0, split.level)[table.code[i][e]]];
    }
    const std::size_t place = next[block]++;
    for (std::size_t i = 0; i < hierarchies.size(); ++i) {
      ASSERT_EQ(one.code[i][place], table.code[i][e]);
      ASSERT_EQ(three.code[i][place], table.code[i][e]);
    }
    ASSERT_EQ(one.rows[place], table.rows[e]);
    ASSERT_EQ(one.histograms[0].masks[place], table.histograms[0].masks[e]);
  }
}

TEST_F(CompactTest, ClassesRowsAndValuesAreThoseOfThePlainGroupingWhateverTheThreads) {
  const ClassTable root = arranged(2);
  for (const Levels& levels :
       {Levels{0, 0, 0, 0}, {1, 0, 2, 1}, {0, 1, 3, 0}, {3, 0, 1, 3}, {2, 2, 2, 2}, {3, 3, 3, 1}, {3, 3, 3, 3}}) {
    const std::vector<Class> expected = classes_of(plain(levels));
    const auto one = compacted(root, hierarchies, levels, 1, {}), three = compacted(root, hierarchies, levels, 3, {});
    ASSERT_TRUE(one && three);
    EXPECT_EQ(one->levels, levels);
    EXPECT_EQ(classes_of(*one), expected);
    for (std::size_t i = 0; i < levels.size(); ++i)
      for (std::size_t e = 0; e < one->entries(); e += 97)
        ASSERT_EQ(one->code[i][e], three->code[i][e]) << "the order is the same too";
    EXPECT_EQ(one->rows, three->rows);
  }
}

TEST_F(CompactTest, TablesMadeCoarserStandInBlocksThemselves) {
  const ClassTable root = arranged(2);
  for (const auto& [first, second] :
       {std::pair(Levels{0, 0, 1, 0}, Levels{2, 0, 2, 1}), std::pair(Levels{1, 0, 3, 0}, Levels{3, 1, 3, 0}),
        std::pair(Levels{2, 1, 0, 1}, Levels{2, 2, 1, 1})}) {
    const auto below = compacted(root, hierarchies, first, 2, {});
    ASSERT_TRUE(below);
    const auto above = compacted(*below, hierarchies, second, 2, {});
    ASSERT_TRUE(above);
    EXPECT_EQ(classes_of(*above), classes_of(plain(second)));
  }
}

TEST_F(CompactTest, ABoundThatIsPassedEndsItAndOneThatIsJustKeptDoesNot) {
  const ClassTable root = arranged(2);
  for (const Levels& levels : {Levels{0, 0, 1, 0}, {2, 1, 1, 0}, {2, 2, 2, 1}, {3, 3, 1, 3}}) {
    const ClassTable all = plain(levels);
    const auto holds = [&](const Bounds& bounds) {
      return compacted(root, hierarchies, levels, 2, bounds).has_value();
    };
    EXPECT_TRUE(holds({.most = all.entries()}));
    EXPECT_FALSE(holds({.most = all.entries() - 1}));
    for (const auto& [k, l] : {std::pair(5U, 0U), std::pair(2U, 3U), std::pair(0U, 2U), std::pair(100'000U, 0U)}) {
      std::size_t few = 0;
      for (std::size_t c = 0; c < all.entries(); ++c)
        if (all.rows[c] < k || static_cast<unsigned>(std::popcount(all.histograms[0].masks[c])) < l) few += all.rows[c];
      EXPECT_TRUE(holds({.k = k, .l = {l}, .limit = few}));
      if (few == 0) continue;
      EXPECT_FALSE(holds({.k = k, .l = {l}, .limit = few - 1}));
      EXPECT_FALSE(passes_early(root, hierarchies, levels, 2, {.k = k, .l = {l}, .limit = few}));
      EXPECT_TRUE(passes_early(root, hierarchies, levels, 2, {.k = k, .l = {l}, .limit = few / 100}));
    }
  }
}

// Hierarchies of one step, whose labels are too many for a bucket each, and attributes without labels to tell apart.
TEST_F(CompactTest, FlatHierarchiesAndAttributesOfOneLabelAreSplitToo) {
  hierarchies.clear();
  table.code.clear();
  SeededRandom random(5);
  for (const std::size_t leaves : {5000, 1, 40}) {
    std::string text;
    for (std::size_t leaf = 0; leaf < leaves; ++leaf)
      text += fmt::format("v{},*\n", leaf);
    hierarchies.push_back(*Hierarchy::from_csv(text, ',', "h.csv"));
    Narrow& codes = table.code.emplace_back(kEntries, leaves);
    codes.visit([&](auto all) {
      for (auto& code : all)
        code = static_cast<std::remove_reference_t<decltype(code)>>(random.below(random.below(leaves) + 1));
    });
  }
  table.levels = {0, 0, 0};
  const ClassTable root = arranged(2);
  for (const Levels& levels : {Levels{0, 0, 0}, {0, 1, 1}, {1, 0, 0}, {1, 1, 1}}) {
    const auto made = compacted(root, hierarchies, levels, 2, {});
    ASSERT_TRUE(made);
    EXPECT_EQ(classes_of(*made), classes_of(plain(levels)));
  }
}

}  // namespace
}  // namespace sekisho::anonymize::detail
