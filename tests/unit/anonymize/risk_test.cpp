#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "anonymize/attack.h"
#include "anonymize/risk.h"
#include "core/random.h"
#include "fixtures.h"

namespace sekisho::anonymize {
namespace {

struct RiskTest : PolicyTest {};

const Decision kTens{{{"age", 1}}, {}};

TEST_F(RiskTest, ProsecutorRiskCountsPersonsNotRows) {
  const Policy p = policy(kAgePolicy);
  const Table t = table(kAgeRows);
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
  const Policy p = policy(kAgePolicy);
  const Table t = table(kAgeRows);
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
  write("all.csv", "age\n31\n31\n32\n35\n36\n38\n45\n45\n45\n46\n");
  const Policy p = policy("population = \"all.csv\"\n" + kAgePolicy);
  const Table t = table(kAgeRows);
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
  write("all.csv", "sex\nM\n");
  const Policy p = policy("population = \"all.csv\"\n" + kAgePolicy);
  const Table t = table(kAgeRows);
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
  const Policy p = policy(kAgePolicy);
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

const Attack* find(const std::vector<Attack>& attacks, std::string_view attacker) {
  for (const Attack& attack : attacks)
    if (attack.attacker == attacker) return &attack;
  return nullptr;
}

TEST_F(RiskTest, EachAttackerSucceedsAsOftenAsCountingByHandSays) {
  const Policy p = policy("household = \"house\"\n" + kAgePolicy);
  // The rows above; 1 and 2 live together, 4 and 5 too.
  const Table t = table("pid,age,drug,house\n1,31,a,A\n1,32,a,A\n2,32,b,A\n3,38,a,B\n4,45,c,C\n5,45,c,C\n");
  const Applied applied = *apply(t, p, kTens);
  const auto attacks = simulate_attacks(t, view_before(t, p), view_after(applied, p), p, {.facts = 2});
  struct Expected {
    std::string_view attacker;
    double before, after;
  };
  const Expected expected[] = {
      {"quasi-identifiers", (0.75 + 0.5 + 1 + 0.5 + 0.5) / 5, 2.0 / 5},
      {"history", (1 + 0.5 + 1 + 0.5 + 0.5) / 5, 2.0 / 5},
      {"hospital", 3.0 / 5, 3.0 / 5},
      {"hospital-and-quasi", 4.0 / 5, 3.0 / 5},
      {"household", 1, (2.0 / 3 + 1.0 / 3 + 1) / 3},
  };
  for (const Expected& one : expected) {
    const Attack* attack = find(attacks, one.attacker);
    ASSERT_NE(attack, nullptr) << one.attacker;
    EXPECT_GE(attack->after.trials, 10000u);
    EXPECT_NEAR(attack->before.stated, one.before, 1e-12) << one.attacker;
    EXPECT_NEAR(attack->after.stated, one.after, 1e-12) << one.attacker;
    EXPECT_NEAR(attack->before.rate, one.before, 0.008) << one.attacker;
    EXPECT_NEAR(attack->after.rate, one.after, 0.008) << one.attacker;
    EXPECT_TRUE(attack->holds()) << one.attacker;
  }
  EXPECT_EQ(find(attacks, "quasi-identifiers")->promised, 0.5);
  EXPECT_FALSE(find(attacks, "hospital")->promised);
}

TEST_F(RiskTest, AnAttackerWhoKnowsFactsSucceedsAsOftenAsEveryChoiceOfFactsSays) {
  const Policy p = policy(kAgePolicy);
  const Table t = table(kAgeRows);
  const Applied applied = *apply(t, p, kTens);
  const auto attacks = simulate_attacks(t, view_before(t, p), view_after(applied, p), p, {.facts = 2});
  const Attack* attack = find(attacks, "facts");
  ASSERT_NE(attack, nullptr);
  // Person 1 has the values 31, 32, a; the others two each. After: 30-39 alone fits three, 30-39 and a two persons.
  EXPECT_NEAR(attack->before.rate, (1 + 1 + 1 + 0.5 + 0.5) / 5, 0.008);
  EXPECT_NEAR(attack->before.stated, (1 + 1 + 1 + 0.5 + 0.5) / 5, 0.005);
  const double first = (1 / 3.0 + 0.5 + 0.5) / 3;
  EXPECT_NEAR(attack->after.rate, (first + 1 + 0.5 + 0.5 + 0.5) / 5, 0.008);
  EXPECT_NEAR(attack->after.stated, (first + 1 + 0.5 + 0.5 + 0.5) / 5, 0.005);
  EXPECT_TRUE(attack->holds());
}

TEST_F(RiskTest, ManyPersonsWithAFactAreSoughtAsWellAsFew) {
  // 400 persons: half of sex M; every tenth has drug r. Three facts of three values fix all of them.
  std::string text = "pid,age,sex,drug\n";
  std::map<std::tuple<int, int, int>, int> fitting;
  for (int i = 0; i < 400; ++i) {
    const int age = 30 + i % 3, sex = i % 2, drug = i % 10 == 0;
    ++fitting[{age, sex, drug}];
    text += std::to_string(i) + "," + std::to_string(age) + "," + (sex ? "M" : "F") + "," + (drug ? "r" : "c") + "\n";
  }
  const Policy p = policy(kAgePolicy + "[[attribute]]\nname = \"sex\"\nkind = \"insensitive\"\n");
  const Table t = table(text);
  const Decision raw{{{"age", 0}}, {}};
  const Applied applied = *apply(t, p, raw);
  const auto attacks = simulate_attacks(t, view_before(t, p), view_after(applied, p), p, {.facts = 3});
  const Attack* attack = find(attacks, "facts");
  ASSERT_NE(attack, nullptr);
  // Each combination of n persons is met with n / 400 and then found with 1 / n.
  EXPECT_NEAR(attack->after.rate, static_cast<double>(fitting.size()) / 400, 0.003);
  EXPECT_EQ(find(attacks, "history"), nullptr);  // one row each
  EXPECT_EQ(find(attacks, "household"), nullptr);
}

TEST_F(RiskTest, TheUpperBoundIsWhereTheBinomialLeavesFivePercent) {
  EXPECT_NEAR(clopper_pearson_upper(1, 10), 0.3942, 5e-5);  // published tables
  EXPECT_NEAR(clopper_pearson_upper(0, 10000), 1 - std::pow(0.05, 1e-4), 1e-12);
  EXPECT_DOUBLE_EQ(clopper_pearson_upper(10, 10), 1);
  for (const auto& [successes, trials] : {std::pair{3, 40}, std::pair{500, 10000}, std::pair{9000, 10000}}) {
    const double u = clopper_pearson_upper(static_cast<std::size_t>(successes), static_cast<std::size_t>(trials));
    double sum = 0;
    for (int i = 0; i <= successes; ++i)
      sum += std::exp(std::lgamma(trials + 1.0) - std::lgamma(i + 1.0) - std::lgamma(trials - i + 1.0) +
                      i * std::log(u) + (trials - i) * std::log1p(-u));
    EXPECT_NEAR(sum, 0.05, 1e-7) << successes << " of " << trials;
  }
}

TEST_F(RiskTest, OnSeveralPoliciesNoAttackerBeatsTheStatedRiskByMoreThanOnePercent) {
  SeededRandom random(11);
  std::string text = "pid,age,sex,area,drug,house,hosp\n";
  for (int person = 0; person < 3000; ++person) {
    const int age = 20 + static_cast<int>(random.below(60)), rows = 1 + static_cast<int>(random.below(3));
    const std::string house = std::to_string(person / 2), area = std::to_string(1000 + random.below(90));
    for (int row = 0; row < rows; ++row)
      text += std::to_string(person) + "," + std::to_string(age + row) + "," + (person % 2 ? "M" : "F") + "," + area +
              "," + std::string(1, static_cast<char>('a' + random.below(6))) + "," + house + "," +
              std::to_string(random.below(5)) + "\n";
  }
  const Table t = table(text);
  const auto choice = [](std::string_view circumstances, int k, std::string_view more) {
    return std::string(circumstances) + "suppression_limit = 0.1\nperson = \"pid\"\n" +
           "[[attribute]]\nname = \"age\"\nkind = \"quasi\"\n[attribute.rule]\nkind = \"age\"\nbands = [5, 10, 20]\n"
           "[[attribute]]\nname = \"sex\"\nkind = \"quasi\"\n[attribute.rule]\nkind = \"top\"\n"
           "[[attribute]]\nname = \"area\"\nkind = \"quasi\"\n[attribute.rule]\nkind = \"prefix\"\nlengths = [3, 2]\n"
           "[[attribute]]\nname = \"drug\"\nkind = \"sensitive\"\n[[model]]\nkind = \"k-anonymity\"\nk = " +
           std::to_string(k) + "\n" + std::string(more);
  };
  const std::string units = "household = \"house\"\nhospital = \"hosp\"\n";
  const std::string shown =
      "[[attribute]]\nname = \"house\"\nkind = \"insensitive\"\n"
      "[[attribute]]\nname = \"hosp\"\nkind = \"insensitive\"\n";
  for (const std::string& chosen :
       {choice(units, 2, ""), choice(units, 5, ""), choice(units, 20, ""), choice(units, 5, shown),
        choice(units + "minimum_hospitals = 3\n", 10,
               "[[model]]\nkind = \"l-diversity\"\nl = 3\nattribute = \"drug\"\n")}) {
    const Policy p = policy(chosen);
    const auto outcome = search(t, p);
    ASSERT_TRUE(outcome) << outcome.error().describe();
    const Applied applied = *apply(t, p, outcome->decision);
    const View before = view_before(t, p), after = view_after(applied, p);
    const auto risk = measure_risk(before, after, p, outcome->decision);
    ASSERT_TRUE(risk);
    EXPECT_EQ(risk->after.smallest, outcome->smallest_class);
    EXPECT_EQ(risk->after.classes, outcome->classes);
    EXPECT_LE(risk->after.prosecutor_max, 1.0 / p.k());
    const auto attacks = simulate_attacks(t, before, after, p);
    EXPECT_EQ(attacks.size(), 6u);
    for (const Attack& attack : attacks) {
      EXPECT_LE(attack.before.upper, attack.before.stated + 0.01) << attack.attacker;
      EXPECT_LE(attack.after.upper, attack.after.stated + 0.01) << attack.attacker;
      EXPECT_GT(attack.before.rate, 0) << attack.attacker;
    }
    EXPECT_LE(attacks[0].after.upper, 1.0 / p.k() + 0.01);
    EXPECT_LT(attacks[0].after.rate, attacks[0].before.rate);
  }
}

}  // namespace
}  // namespace sekisho::anonymize
