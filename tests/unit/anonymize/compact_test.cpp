// Large tables made coarser: the fast way against the plain one.
#include "anonymize/compact.h"

#include <fmt/format.h>

#include <algorithm>

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
  static constexpr std::size_t kEntries = 1'100'000;
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
  std::optional<ClassTable> made(const Levels& levels, int threads, const Compactor::Bounds& bounds = {}) {
    return compactor.run(table, hierarchies, levels, threads, bounds);
  }
  std::vector<Hierarchy> hierarchies;
  ClassTable table;
  Compactor compactor;  // used again and again, as the search does
};

TEST_F(CompactTest, ClassesRowsAndValuesAreThoseOfThePlainGroupingWhateverTheThreads) {
  ASSERT_TRUE(Compactor::takes(table, hierarchies));
  for (const Levels& levels :
       {Levels{0, 0, 0, 0}, {1, 0, 2, 1}, {0, 1, 3, 0}, {3, 0, 1, 3}, {2, 2, 2, 2}, {3, 3, 3, 3}}) {
    Grouping grouping;
    ASSERT_TRUE(Grouper().run(table, hierarchies, levels, grouping));
    const std::vector<Class> plain = classes_of(rolled_up(table, grouping, hierarchies, levels));
    const auto one = made(levels, 1), three = made(levels, 3);
    ASSERT_TRUE(one && three);
    EXPECT_EQ(one->levels, levels);
    EXPECT_EQ(classes_of(*one), plain);
    for (std::size_t i = 0; i < levels.size(); ++i)
      for (std::size_t e = 0; e < one->entries(); e += 97)
        ASSERT_EQ(one->code[i][e], three->code[i][e]) << "the order is the same too";
    EXPECT_EQ(one->rows, three->rows);
  }
}

TEST_F(CompactTest, ABoundThatIsPassedEndsItAndOneThatIsJustKeptDoesNot) {
  for (const Levels& levels : {Levels{0, 0, 1, 0}, {2, 1, 1, 0}}) {
    const auto all = made(levels, 2);
    ASSERT_TRUE(all);
    EXPECT_TRUE(made(levels, 2, {.most = all->entries()}));
    EXPECT_FALSE(made(levels, 2, {.most = all->entries() - 1}));
    std::size_t few = 0;
    for (const std::uint32_t rows : all->rows)
      few += rows < 5 ? rows : 0;
    ASSERT_GT(few, 0u);
    EXPECT_TRUE(made(levels, 2, {.k = 5, .limit = few}));
    EXPECT_FALSE(made(levels, 2, {.k = 5, .limit = few - 1}));
  }
}

}  // namespace
}  // namespace sekisho::anonymize::detail
