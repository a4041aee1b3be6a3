#include "linkage/dice.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/random.h"

namespace sekisho::linkage {
namespace {

// Filters of any density, some of them near copies of earlier ones, some empty, some full.
std::vector<Filter> random_filters(std::size_t count, std::uint64_t seed) {
  SeededRandom random(seed);
  std::vector<Filter> out;
  for (std::size_t i = 0; i < count; ++i) {
    Filter filter{};
    const double density = random.uniform();
    if (i > 4 && random.chance(0.4)) {
      filter = out[random.below(i)];
      for (std::uint64_t n = random.below(120); n > 0; --n)
        filter[random.below(kFilterWords)] ^= std::uint64_t{1} << random.below(64);
    } else {
      for (std::size_t bit = 0; bit < kFilterBits; ++bit)
        filter[bit / 64] |= static_cast<std::uint64_t>(random.chance(density)) << (bit % 64);
    }
    if (i == 1) filter.fill(0);
    if (i == 2) filter.fill(~std::uint64_t{0});
    out.push_back(filter);
  }
  return out;
}

// Bit by bit, as the definition says.
std::uint32_t common_bits(const Filter& a, const Filter& b) {
  std::uint32_t sum = 0;
  for (std::size_t bit = 0; bit < kFilterBits; ++bit)
    sum += (a[bit / 64] >> (bit % 64) & 1) != 0 && (b[bit / 64] >> (bit % 64) & 1) != 0;
  return sum;
}

std::vector<Hit> brute_force(const std::vector<Filter>& a, const std::vector<Filter>& b, std::uint64_t steps) {
  std::vector<Hit> hits;
  for (std::uint32_t i = 0; i < a.size(); ++i)
    for (std::uint32_t j = 0; j < b.size(); ++j) {
      const std::uint64_t common = common_bits(a[i], b[j]);
      const std::uint64_t sum = common_bits(a[i], a[i]) + common_bits(b[j], b[j]);
      if (common > 0 && 2 * common * kThresholdSteps >= steps * sum)
        hits.push_back({i, j, static_cast<std::uint32_t>(common)});
    }
  return hits;
}

TEST(Dice, EveryVersionFindsThePairsOfTheDefinition) {
  for (const std::size_t count : {1u, 3u, 8u, 130u}) {
    const auto a = random_filters(count, 1), b = random_filters(count + 5, 1);
    for (const double threshold : {0.000001, 0.3, 0.5, 0.8, 0.93, 1.0}) {
      const std::vector<Hit> expected = brute_force(a, b, threshold_steps(threshold));
      for (const DiceVersion& version : dice_versions()) {
        if (!version.usable) continue;
        for (const unsigned threads : {1u, 3u}) {
          const DiceResult found = all_above(a, b, threshold, 1'000'000, version, threads);
          EXPECT_TRUE(found.complete);
          EXPECT_EQ(found.hits, expected) << version.name << " " << count << " " << threshold;
        }
      }
    }
  }
}

TEST(Dice, SumsOfAllWeightsFitTheByteCounters) {
  Filter full;
  full.fill(~std::uint64_t{0});
  const std::vector<Filter> a(5, full);
  for (const DiceVersion& version : dice_versions()) {
    if (!version.usable) continue;
    const DiceResult found = all_above(a, a, 1, 100, version);
    ASSERT_EQ(found.hits.size(), 25u) << version.name;
    for (const Hit& hit : found.hits)
      EXPECT_EQ(hit.common, kFilterBits) << version.name;
  }
}

TEST(Dice, PairsWhoseSizesExcludeTheThresholdAreNotCompared) {
  const auto a = random_filters(400, 3);
  EXPECT_LT(all_above(a, a, 0.95, 1'000'000).compared, 400u * 400u / 2);
}

TEST(Dice, TooManyPairsStopTheComparison) {
  const std::vector<Filter> same(300, random_filters(4, 9).back());
  EXPECT_FALSE(all_above(same, same, 0.9, 1000).complete);
}

TEST(Dice, AFilterAgreesWithItselfAndAnEmptyOneWithNobody) {
  const auto filters = random_filters(4, 2);
  EXPECT_EQ(dice(filters[0], filters[0]), 1);
  EXPECT_EQ(dice(filters[1], filters[1]), 0);
  Filter a{}, b{};
  a[0] = 0b0111, b[0] = 0b1110;
  EXPECT_DOUBLE_EQ(dice(a, b), 2.0 * 2 / 6);
}

}  // namespace
}  // namespace sekisho::linkage
