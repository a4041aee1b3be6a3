// Differential privacy by sampling and k, k-map where the population is only counted, and models under merging.
#include "anonymize/differential.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>

#include "anonymize/audit.h"
#include "anonymize/uniqueness.h"
#include "core/file.h"

namespace sekisho::anonymize {
namespace {

// Computed with Python: binomial sums of whole-number coefficients over decimals of 60 digits.
TEST(DifferentialTest, TheClassSizeFollowsFromTheExactBinomialTails) {
  struct Known {
    double epsilon, delta;
    int k;
    double reached;
  };
  const Known known[] = {{1, 1e-6, 74, 8.994780812377e-07},   {2, 1e-6, 131, 9.445777333735e-07},
                         {0.5, 1e-5, 51, 9.113202502746e-06}, {0.1, 1e-4, 38, 8.040159298835e-05},
                         {1, 1e-10, 131, 9.305767546434e-11}, {3, 1e-3, 136, 9.630467431887e-04}};
  for (const Known& one : known) {
    const double beta = -std::expm1(-one.epsilon);
    EXPECT_EQ(differential_k(one.epsilon, one.delta, beta), one.k) << one.epsilon << " " << one.delta;
    EXPECT_NEAR(differential_delta(one.k, one.epsilon, beta), one.reached, 1e-9 * one.reached);
  }
  EXPECT_EQ(differential_k(1, 1e-6, 0.25), 18);
  EXPECT_NEAR(differential_delta(18, 1, 0.25), 3.885491643985e-07, 1e-15);
}

TEST(DifferentialTest, ALargerClassNeverGivesALargerDelta) {
  for (const double epsilon : {0.1, 0.7, 1.5})
    for (int k = 2; k < 60; ++k)
      EXPECT_LE(differential_delta(k, epsilon, -std::expm1(-epsilon)),
                differential_delta(k - 1, epsilon, -std::expm1(-epsilon)));
}

// The same source, by Poisson sums.
TEST(DifferentialTest, TheClassSizeOfAnEstimatedMapFollowsFromThePoissonTails) {
  struct Known {
    int k;
    double fraction, significance;
    int poisson, truncated;
  };
  for (const Known& one : {Known{5, 0.1, 0.05, 3, 3}, Known{20, 0.1, 0.05, 6, 6}, Known{20, 0.5, 0.01, 19, 19},
                           Known{100, 0.02, 0.05, 6, 6}, Known{3, 1, 0.05, 3, 3}}) {
    EXPECT_EQ(map_class_size(one.k, 1e6, 1e6 * one.fraction, one.significance, false), one.poisson) << one.k;
    EXPECT_EQ(map_class_size(one.k, 1e6, 1e6 * one.fraction, one.significance, true), one.truncated) << one.k;
  }
}

struct PrivacyTest : testing::Test {
  TemporaryFolder folder = *TemporaryFolder::create();
  PrivacyTest() { std::ofstream(folder.path() / "h.csv", std::ios::binary) << "a,x,*\nb,x,*\nc,y,*\nd,y,*\n"; }
  Result<Policy> policy(const std::string& text) { return Policy::parse(text, folder.path() / "p.toml"); }
  // Two columns of four values.
  static Table table(std::size_t rows, std::uint64_t seed) {
    SeededRandom random(seed);
    std::string text = "q,r\n";
    for (std::size_t row = 0; row < rows; ++row)
      text += fmt::format("{},{}\n", "aaaaabcd"[random.below(8)], "abcd"[random.below(4)]);
    return *read_table(text, ',', "t.csv");
  }
  static std::string columns(const std::string& q, const std::string& r) {
    return "[[attribute]]\nname=\"q\"\nkind=\"quasi\"\nhierarchy=\"h.csv\"\n" + q +
           "[[attribute]]\nname=\"r\"\nkind=\"quasi\"\nhierarchy=\"h.csv\"\n" + r;
  }
};

const std::string kDifferential = "[[model]]\nkind=\"differential-privacy\"\nepsilon=1.0\ndelta=1e-6\n";

TEST_F(PrivacyTest, AFixedGeneralizationIsSampledAndItsSmallClassesLeaveNothing) {
  const auto p = policy(columns("minimum=0\nmaximum=0\n", "minimum=2\nmaximum=2\n") + kDifferential);
  ASSERT_TRUE(p) << p.error().describe();
  EXPECT_EQ(p->k(), 74);
  const Table t = table(1000, 1);
  SeededRandom random(2), same(2);
  const auto run = run_differentially(t, *p, random);
  ASSERT_TRUE(run) << run.error().describe();
  // 1000 draws with probability 1 - 1/e: 632 in the mean, 15 deviation.
  EXPECT_NEAR(static_cast<double>(run->sample.rows), 632, 5 * 15.3);
  EXPECT_EQ(run->outcome.decision.levels[0].second, 0);
  EXPECT_EQ(run->outcome.decision.levels[1].second, 2);
  const auto applied = apply(run->sample, run->policy, run->outcome.decision);
  ASSERT_TRUE(applied);
  EXPECT_EQ(applied->rows() + run->outcome.suppressed, t.rows);
  std::map<std::string, int> sizes;
  for (std::size_t row = 0; row < applied->rows(); ++row)
    ++sizes[applied->text(row, 0)];
  for (const auto& [label, size] : sizes)
    EXPECT_GE(size, 74) << label;
  EXPECT_TRUE(sizes.contains("a"));
  const Json report = run->to_json();
  EXPECT_EQ(report["k"], 74);
  EXPECT_EQ(report["epsilon"], 1.0);
  EXPECT_EQ(report["delta"], 1e-6);
  EXPECT_NEAR(report["beta"].get<double>(), 1 - std::exp(-1), 1e-15);
  // The source of chance is all that differs between two runs.
  EXPECT_EQ(run_differentially(t, *p, same)->outcome.decision.to_json(), run->outcome.decision.to_json());
}

TEST_F(PrivacyTest, TheExponentialMechanismPrefersWhatKeepsMore) {
  const auto p = policy(columns("", "") +
                        "[[model]]\nkind=\"differential-privacy\"\nepsilon=2.0\ndelta=1e-5\n"
                        "search_epsilon=1.0\n");
  ASSERT_TRUE(p) << p.error().describe();
  const Table t = table(4000, 3);
  std::map<std::string, int> chosen;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    SeededRandom random(seed);
    const auto run = run_differentially(t, *p, random);
    ASSERT_TRUE(run);
    EXPECT_EQ(run->outcome.lattice, 9);
    EXPECT_EQ(run->to_json()["levels"], "exponential mechanism");
    std::string levels;
    for (const auto& [name, level] : run->outcome.decision.levels)
      levels += std::to_string(level);
    ++chosen[levels];
  }
  EXPECT_EQ(chosen["22"], 0) << "everything at the top keeps nothing of the values";
  EXPECT_LT(run_differentially(t, *p, system_random())->policy.k(), 100);
}

TEST_F(PrivacyTest, WhatBreaksThePromiseIsRefused) {
  const std::string fixed = columns("minimum=1\nmaximum=1\n", "minimum=1\nmaximum=1\n");
  const auto code = [&](const std::string& text) { return policy(text).error().code; };
  EXPECT_EQ(code(columns("", "") + kDifferential), "policy.differential") << "levels neither fixed nor chosen";
  EXPECT_EQ(code(fixed + "[[attribute]]\nname=\"s\"\nkind=\"sensitive\"\n" + kDifferential), "policy.differential");
  EXPECT_EQ(code("household=\"h\"\n" + fixed + kDifferential), "policy.differential");
  EXPECT_EQ(code(fixed + kDifferential + "beta=0.9\n"), "policy.differential");
  EXPECT_EQ(code(fixed + kDifferential + "search_epsilon=1.0\n"), "policy.differential");
  EXPECT_EQ(code(fixed + "[[model]]\nkind=\"differential-privacy\"\nepsilon=1.0\n"), "policy.differential");
  EXPECT_EQ(code(fixed + kDifferential + "[[model]]\nkind=\"average-risk\"\nthreshold=0.1\n"), "policy.differential");
  const auto p = policy(fixed + kDifferential);
  EXPECT_EQ(search(table(50, 1), *p).error().code, "policy.differential") << "no sample, no promise";
  const auto persons = policy("person=\"id\"\n" + fixed + kDifferential);
  EXPECT_EQ(
      run_differentially(*read_table("id,q,r\n1,a,a\n1,b,a\n", ',', "t.csv"), *persons, system_random()).error().code,
      "policy.differential");
}

TEST_F(PrivacyTest, AnEstimatedMapAsksForLessThanItsKInTheSampleAndTheAuditAgrees) {
  const std::string head = "population_size=10000\n";
  const std::string model = "[[model]]\nkind=\"k-map\"\nk=20\nestimator=\"poisson\"\n";
  const auto p = policy(head + columns("", "") + model);
  ASSERT_TRUE(p) << p.error().describe();
  // A tenth of the population: classes of 6 will do.
  std::string text = "q,r\n";
  for (int row = 0; row < 1000; ++row)
    text += row < 6 ? "a,a\n" : row < 11 ? "b,a\n" : "c,c\n";
  const auto found = search(*read_table(text, ',', "t.csv"), *p);
  ASSERT_TRUE(found) << found.error().describe();
  EXPECT_EQ(found->decision.levels[0].second, 1) << "5 rows of b are too few, 11 of x are enough";
  const auto judged = [&](const std::string& rows) {
    std::ofstream(folder.path() / "o.csv", std::ios::binary) << "q,r\n" + rows;
    return *audit(folder.path() / "o.csv", *p);
  };
  std::string many;
  for (int row = 0; row < 994; ++row)
    many += "y,c\n";
  EXPECT_TRUE(judged(many + "a,a\na,a\na,a\na,a\na,a\na,a\n").ok);
  EXPECT_FALSE(judged(many + "y,c\na,a\na,a\na,a\na,a\na,a\n").ok);
  EXPECT_EQ(policy(columns("", "") + model).error().code, "policy.population");
}

TEST_F(PrivacyTest, ANodeThatFailsDisclosureByMergingDoesNotRuleOutTheSpecificOnes) {
  // v is 1 of 10 over all; {a} has it with 0.06, {b, c} nearly never does: at `x` it becomes too rare.
  std::string text = "q,r,s\n";
  const auto add = [&](const char* q, const char* s, int times) {
    for (int i = 0; i < times; ++i)
      text += fmt::format("{},a,{}\n", q, s);
  };
  add("a", "v", 6), add("a", "w", 94);
  add("b", "w", 100);
  add("c", "v", 24), add("c", "w", 76);
  const auto p = policy(columns("maximum=1\n", "minimum=2\n") +
                        "[[attribute]]\nname=\"s\"\nkind=\"sensitive\"\n"
                        "[[model]]\nkind=\"delta-disclosure\"\ndelta=1.5\nattribute=\"s\"\n");
  ASSERT_TRUE(p) << p.error().describe();
  const auto found = search(*read_table(text, ',', "t.csv"), *p);
  ASSERT_TRUE(found) << found.error().describe();
  EXPECT_EQ(found->decision.levels[0].second, 0);
  EXPECT_EQ(found->suppressed, 0u);
}

}  // namespace
}  // namespace sekisho::anonymize
