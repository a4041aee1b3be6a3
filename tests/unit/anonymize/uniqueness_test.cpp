#include "anonymize/uniqueness.h"

#include <gtest/gtest.h>

#include "core/random.h"

namespace sekisho::anonymize {
namespace {

using Sizes = std::map<std::size_t, std::size_t>;

// A population whose classes hold one person and, again and again with probability 1 - b, one more, and a sample of it.
struct Drawn {
  Sizes sizes;
  double population = 0, uniques = 0;
};
Drawn draw(double b, double fraction, std::uint64_t seed) {
  SeededRandom random(seed);
  Drawn out;
  for (int one = 0; one < 200'000; ++one) {
    std::size_t persons = 1, drawn = 0;
    while (!random.chance(b))
      ++persons;
    for (std::size_t person = 0; person < persons; ++person)
      drawn += random.chance(fraction) ? 1 : 0;
    out.population += static_cast<double>(persons);
    out.uniques += persons == 1 ? 1 : 0;
    if (drawn > 0) ++out.sizes[drawn];
  }
  return out;
}

TEST(Uniqueness, TheSlideNegativeBinomialFindsTheUniquesOfAPopulationOfItsKind) {
  for (const auto& [b, fraction] : {std::pair(0.3, 0.2), std::pair(0.1, 0.5), std::pair(0.6, 0.3)}) {
    const Drawn drawn = draw(b, fraction, 5);
    EXPECT_NEAR(slide_uniques(drawn.sizes, drawn.population) / drawn.uniques, 1, 0.05) << b << " " << fraction;
  }
}

TEST(Uniqueness, AboveATenthTheLesserOfTwoEstimatesCounts) {
  const Drawn drawn = draw(0.3, 0.2, 9);
  const double slide = slide_uniques(drawn.sizes, drawn.population),
               zayatz = zayatz_uniques(drawn.sizes, drawn.population);
  ASSERT_GT(slide, 0);
  EXPECT_DOUBLE_EQ(population_uniqueness(drawn.sizes, drawn.population), std::min(slide, zayatz) / drawn.population);
}

TEST(Uniqueness, WithoutASolutionItSaysSo) {
  EXPECT_EQ(slide_uniques({{1, 5}}, 20), -1) << "all are unique: nothing tells how fast classes grow";
  EXPECT_EQ(slide_uniques({{2, 5}}, 50), -1) << "none is unique";
  EXPECT_EQ(slide_uniques({{1, 5}, {2, 5}}, 15), -1) << "the sample is the population";
  EXPECT_DOUBLE_EQ(population_uniqueness({{1, 5}, {2, 5}}, 15), 5.0 / 15);
  EXPECT_DOUBLE_EQ(population_uniqueness({{2, 5}}, 50), 0);
}

}  // namespace
}  // namespace sekisho::anonymize
