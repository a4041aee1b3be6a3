#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <set>

#include "anonymize/risk.h"
#include "core/file.h"
#include "core/random.h"

namespace sekisho::anonymize {
namespace {

struct RiskTest : testing::Test {
  TemporaryFolder folder = *TemporaryFolder::create();
  Policy policy(const std::string& text) {
    auto out = Policy::parse(text, folder.path() / "p.toml");
    EXPECT_TRUE(out) << out.error().describe();
    return out ? *out : Policy();
  }
  Table table(const std::string& text) { return *read_table(text, ',', "t.csv"); }
};

const std::string kPolicy = R"(
person = "pid"
[[attribute]]
name = "age"
kind = "quasi"
[attribute.rule]
kind = "age"
bands = [10, 20]
top = 80
[[attribute]]
name = "drug"
kind = "sensitive"
[[model]]
kind = "k-anonymity"
k = 2
)";
// Person 1 has two rows. Before: 31 {1}, 32 {1, 2}, 38 {3}, 45 {4, 5}; by tens: 30-39 {1, 2, 3}, 40-49 {4, 5}.
const std::string kRows = "pid,age,drug\n1,31,a\n1,32,a\n2,32,b\n3,38,a\n4,45,c\n5,45,c\n";
const Decision kTens{{{"age", 1}}, {}};

TEST_F(RiskTest, ProsecutorRiskCountsPersonsNotRows) {
  const Policy p = policy(kPolicy);
  const Table t = table(kRows);
  const Applied applied = *apply(t, p, kTens);
  const auto risk = measure_risk(view_before(t, p), view_after(applied, p), p, kTens);
  ASSERT_TRUE(risk) << risk.error().describe();
  EXPECT_DOUBLE_EQ(risk->threshold, 0.5);
  const Risk &before = risk->before, &after = risk->after;
  EXPECT_EQ(before.persons, 5u);
  EXPECT_EQ(before.classes, 4u);
  EXPECT_EQ(before.smallest, 1u);
  EXPECT_DOUBLE_EQ(before.prosecutor_max, 1);
  EXPECT_DOUBLE_EQ(before.prosecutor_mean, 4.0 / 6);
  EXPECT_DOUBLE_EQ(before.prosecutor_above, 2.0 / 5);
  EXPECT_DOUBLE_EQ(before.sample_unique, 2.0 / 5);
  EXPECT_EQ(before.sizes, (std::map<std::size_t, std::size_t>{{1, 2}, {2, 2}}));
  EXPECT_EQ(after.classes, 2u);
  EXPECT_EQ(after.smallest, 2u);
  EXPECT_DOUBLE_EQ(after.prosecutor_max, 0.5);
  EXPECT_DOUBLE_EQ(after.prosecutor_mean, 2.0 / 5);
  EXPECT_DOUBLE_EQ(after.marketer, 2.0 / 5);
  EXPECT_DOUBLE_EQ(after.prosecutor_above, 0);
  EXPECT_DOUBLE_EQ(after.sample_unique, 0);
  EXPECT_FALSE(after.journalist);
  EXPECT_FALSE(after.population_unique);
}

TEST_F(RiskTest, DistinctionAndSeparationAreThoseOfAllPairsOfRows) {
  const Policy p = policy(kPolicy);
  const Table t = table(kRows);
  const Applied applied = *apply(t, p, kTens);
  const auto risk = measure_risk(view_before(t, p), view_after(applied, p), p, kTens);
  ASSERT_TRUE(risk);
  ASSERT_EQ(risk->separation_before.size(), 2u);  // age, and all together
  EXPECT_DOUBLE_EQ(risk->separation_before[0].distinction, 4.0 / 6);
  EXPECT_DOUBLE_EQ(risk->separation_before[0].separation, 13.0 / 15);  // equal pairs: 32-32, 45-45
  EXPECT_DOUBLE_EQ(risk->separation_after[1].distinction, 2.0 / 6);
  EXPECT_DOUBLE_EQ(risk->separation_after[1].separation, 8.0 / 15);
}

TEST_F(RiskTest, JournalistRiskComesFromTheClassesOfThePopulation) {
  std::ofstream(folder.path() / "all.csv") << "age\n31\n31\n32\n35\n36\n38\n45\n45\n45\n46\n";
  const Policy p = policy("population = \"all.csv\"\n" + kPolicy);
  const Table t = table(kRows);
  const Applied applied = *apply(t, p, kTens);
  const auto risk = measure_risk(view_before(t, p), view_after(applied, p), p, kTens);
  ASSERT_TRUE(risk) << risk.error().describe();
  ASSERT_TRUE(risk->before.journalist && risk->after.journalist);
  EXPECT_EQ(risk->after.journalist->basis, "population-table");
  // Before: one person in 31 (2 there), two in 32 (the population has fewer than the table: 2), 38 (1), two in 45 (3).
  EXPECT_NEAR(risk->before.journalist->mean, (0.5 + 2 * 0.5 + 1 + 2 / 3.0) / 6, 1e-12);
  EXPECT_DOUBLE_EQ(risk->before.journalist->max, 1);
  EXPECT_NEAR(risk->before.journalist->above, 1.0 / 5, 1e-12);  // person 3
  // After: 30-39 has 6 there, 40-49 has 4.
  EXPECT_NEAR(risk->after.journalist->mean, (3 / 6.0 + 2 / 4.0) / 5, 1e-12);
  EXPECT_DOUBLE_EQ(risk->after.journalist->max, 0.25);
  EXPECT_NEAR(risk->after.marketer, 0.2, 1e-12);
  ASSERT_TRUE(risk->after.population_unique);
  EXPECT_DOUBLE_EQ(*risk->after.population_unique, 0);
}

TEST_F(RiskTest, APopulationWithoutAQuasiIdentifierIsRefused) {
  std::ofstream(folder.path() / "all.csv") << "sex\nM\n";
  const Policy p = policy("population = \"all.csv\"\n" + kPolicy);
  const Table t = table(kRows);
  const Applied applied = *apply(t, p, kTens);
  EXPECT_EQ(measure_risk(view_before(t, p), view_after(applied, p), p, kTens).error().code, "policy.population");
}

TEST_F(RiskTest, ExpectedRiskIsTheSumOverTheNegativeBinomial) {
  for (const double fraction : {0.9, 0.5, 0.1, 0.003})
    for (const std::size_t f : {1u, 2u, 5u, 40u}) {
      // P(F = f + j) = C(f - 1 + j, j) fraction^f (1 - fraction)^j
      double sum = 0, log_p = static_cast<double>(f) * std::log(fraction);
      for (double j = 0; j < 400000; ++j) {
        sum += std::exp(log_p) / (static_cast<double>(f) + j);
        log_p += std::log(1 - fraction) + std::log((static_cast<double>(f) + j) / (j + 1));
      }
      EXPECT_NEAR(expected_risk(f, fraction), sum, 1e-9 + 1e-7 * sum) << f << " of fraction " << fraction;
    }
  EXPECT_NEAR(expected_risk(1, 0.25), 0.25 / 0.75 * std::log(4.0), 1e-10);
  EXPECT_DOUBLE_EQ(expected_risk(4, 1), 0.25);
}

TEST_F(RiskTest, BandsOfSizesCountClassesAndPersons) {
  const std::vector<SizeBand> bands = size_bands({{1, 3}, {4, 2}, {9, 1}, {10, 1}, {5000, 1}});
  std::size_t persons = 0;
  for (const SizeBand& band : bands)
    persons += band.persons;
  EXPECT_EQ(persons, 3u + 8 + 9 + 10 + 5000);
  EXPECT_EQ(bands[0].classes, 3u);
  EXPECT_EQ(bands[2].persons, 8u);
  EXPECT_EQ(bands[3].persons, 9u);
  EXPECT_EQ(bands.back().classes, 1u);
}

TEST_F(RiskTest, RisksOfRandomTablesAreThoseOfComparingEveryPairOfRows) {
  SeededRandom random(7);
  const Policy p = policy(kPolicy);
  for (int round = 0; round < 50; ++round) {
    std::string text = "pid,age,drug\n";
    std::vector<std::pair<int, int>> rows;  // person, age
    for (std::uint64_t i = 0, n = 1 + random.below(40); i < n; ++i) {
      rows.emplace_back(static_cast<int>(random.below(25)), 20 + static_cast<int>(random.below(25)));
      text += std::to_string(rows.back().first) + "," + std::to_string(rows.back().second) + ",x\n";
    }
    const Table t = table(text);
    const Applied applied = *apply(t, p, kTens);
    const auto risk = measure_risk(view_before(t, p), view_after(applied, p), p, kTens);
    ASSERT_TRUE(risk);
    for (const int width : {1, 10}) {
      double sum = 0, max = 0;
      std::set<std::pair<int, int>> places;  // person, band
      std::set<int> unique;
      for (const auto& [person, age] : rows) {
        std::set<int> others;
        for (const auto& [other, its] : rows)
          if (its / width == age / width) others.insert(other);
        if (others.size() == 1) unique.insert(person);
        if (!places.emplace(person, age / width).second) continue;
        sum += 1.0 / static_cast<double>(others.size());
        max = std::max(max, 1.0 / static_cast<double>(others.size()));
      }
      std::set<int> persons;
      for (const auto& [person, age] : rows)
        persons.insert(person);
      const Risk& found = width == 1 ? risk->before : risk->after;
      EXPECT_NEAR(found.prosecutor_mean, sum / static_cast<double>(places.size()), 1e-12);
      EXPECT_DOUBLE_EQ(found.prosecutor_max, max);
      EXPECT_EQ(found.persons, persons.size());
      EXPECT_NEAR(found.sample_unique, static_cast<double>(unique.size()) / static_cast<double>(persons.size()), 1e-12);
    }
  }
}

}  // namespace
}  // namespace sekisho::anonymize
