#include <gtest/gtest.h>

#include <cmath>

#include "anonymize/bargain.h"
#include "anonymize/report_html.h"
#include "fixtures.h"

namespace sekisho::anonymize {
namespace {

struct UtilityTest : PolicyTest {
  static Result<Utility> measured(const std::string& rows, const Policy& p, const Decision& decision,
                                  const UtilityOptions& options = {}) {
    const Table t = table(rows);
    const Applied applied = *apply(t, p, decision);
    return measure_utility(view_before(t, p), view_after(applied, p), p, decision, options);
  }
};

const std::string kSex = "[[attribute]]\nname = \"sex\"\nkind = \"insensitive\"\n";

TEST_F(UtilityTest, LabelsOfIntervalsCountAsTheirMiddle) {
  struct Case {
    std::string_view label;
    double number;  // NaN: none
  };
  const Case cases[] = {{"31", 31},       {"-2.5", -2.5},      {"30-39", 34.5}, {"[30, 40[", 35},     {"[30,40)", 35},
                        {"80+", 80},      {">=80", 80},        {"<20", 20},     {"-10--5", -7.5},     {"1.5-2.5", 2},
                        {"20～29", 24.5}, {"*", NAN},          {"", NAN},       {"High School", NAN}, {"39-30", NAN},
                        {"2020-01", NAN}, {"2020-01-15", NAN}, {"E10-E14", NAN}};
  for (const Case& one : cases) {
    const auto found = number_of(one.label);
    EXPECT_EQ(found.has_value(), !std::isnan(one.number)) << one.label;
    if (found) {
      EXPECT_DOUBLE_EQ(*found, one.number) << one.label;
    }
  }
}

// 1301 becomes 13: the mean would fall to a hundredth, and so would the coefficient of a regression.
TEST_F(UtilityTest, CodesOfDigitsThatAreShownByTheirBeginningsAreNoNumbers) {
  const std::string attributes = R"(
person = "pid"
[[attribute]]
name = "area"
kind = "quasi"
[attribute.rule]
kind = "prefix"
lengths = [2]
[[attribute]]
name = "dose"
kind = "sensitive"
[[model]]
kind = "k-anonymity"
k = 2
)";
  const std::string rows = "pid,area,dose\n1,1301,5\n2,1302,6\n3,1401,5\n4,1402,7\n";
  const auto found = measured(rows, policy(attributes), {{{"area", 1}}, {}});
  ASSERT_TRUE(found) << found.error().describe();
  EXPECT_FALSE(found->variables[0].before.has_value());
  EXPECT_FALSE(found->variables[0].after.has_value());
  EXPECT_TRUE(found->correlations.empty());
  EXPECT_EQ(found->variables[1].before->mean, 23 / 4.0);
}

TEST_F(UtilityTest, LossAndMeansOfAVariableAreThoseCountedByHand) {
  const auto whole = measured(kAgeRows, policy(kAgePolicy), {{{"age", 1}}, {}});
  ASSERT_TRUE(whole) << whole.error().describe();
  EXPECT_DOUBLE_EQ(whole->suppressed, 0);
  const VariableUtility &age = whole->variables[0], &drug = whole->variables[1];
  // A band of ten holds 10 of the 120 years of the hierarchy; six rows.
  EXPECT_NEAR(age.loss, (6 * 10 / 120.0 - 6 / 120.0) / (6 - 6 / 120.0), 1e-12);
  EXPECT_DOUBLE_EQ(age.changed, 1);
  EXPECT_EQ(age.values_before, 4u);
  EXPECT_EQ(age.values_after, 2u);
  EXPECT_NEAR(age.before->mean, (31 + 32 + 32 + 38 + 45 + 45) / 6.0, 1e-12);
  EXPECT_NEAR(age.after->mean, (4 * 34.5 + 2 * 44.5) / 6, 1e-12);
  EXPECT_DOUBLE_EQ(age.before->median, 35);
  EXPECT_DOUBLE_EQ(age.after->median, 34.5);
  EXPECT_DOUBLE_EQ(drug.loss, 0);
  EXPECT_FALSE(drug.before);

  const auto part = measured(kAgeRows, policy(kAgePolicy), {{{"age", 1}}, {{"40-49"}}});
  ASSERT_TRUE(part);
  EXPECT_NEAR(part->suppressed, 2 / 6.0, 1e-12);
  EXPECT_NEAR(part->variables[0].loss, (4 * 10 / 120.0 + 2 - 6 / 120.0) / (6 - 6 / 120.0), 1e-12);
  EXPECT_NEAR(part->variables[1].loss, 2 / 6.0, 1e-12);
  EXPECT_EQ(part->variables[0].after->count, 4u);

  const auto nothing = measured(kAgeRows, policy(kAgePolicy), {{{"age", 3}}, {}});
  ASSERT_TRUE(nothing);
  EXPECT_DOUBLE_EQ(nothing->variables[0].loss, 1);
  EXPECT_EQ(nothing->variables[0].after->count, 0u);
}

TEST_F(UtilityTest, GroupsShowWhoWasSuppressedAndSmallOnesAreNotNamed) {
  std::string rows = "pid,age,drug\n";
  int person = 0;
  const auto add = [&](int count, int age, const std::string& drug) {
    for (int i = 0; i < count; ++i)
      rows += std::to_string(++person) + "," + std::to_string(age) + "," + drug + "\n";
  };
  add(15, 33, "a");
  add(5, 44, "a");
  add(10, 35, "b");
  add(3, 41, "rare");
  const auto found = measured(rows, policy(kAgePolicy), {{{"age", 1}}, {{"40-49"}}});
  ASSERT_TRUE(found);
  const VariableUtility& drug = found->variables[1];
  ASSERT_EQ(drug.groups.size(), 3u);
  EXPECT_EQ(drug.groups[0].label, "a");
  EXPECT_NEAR(drug.groups[0].before, 20 / 33.0, 1e-12);
  EXPECT_NEAR(drug.groups[0].after, 15 / 25.0, 1e-12);
  EXPECT_NEAR(drug.groups[0].suppressed, 5 / 20.0, 1e-12);
  EXPECT_EQ(drug.groups[1].label, "b");
  EXPECT_NEAR(drug.groups[1].suppressed, 0, 1e-12);
  EXPECT_EQ(drug.groups[2].label, "");
  EXPECT_NEAR(drug.groups[2].suppressed, 1, 1e-12);
  EXPECT_NEAR(drug.shift, (std::abs(20 / 33.0 - 0.6) + std::abs(10 / 33.0 - 0.4) + 3 / 33.0) / 2, 1e-12);
  EXPECT_EQ(found->to_json().dump().find("rare"), std::string::npos);
}

TEST_F(UtilityTest, LeastSquaresReachTheCertifiedValuesOfLongley) {
  // NIST Statistical Reference Datasets, Longley.
  const std::vector<double> y{60323, 61122, 60171, 61187, 63221, 63639, 64989, 63761,
                              66019, 67857, 68169, 66513, 68655, 69564, 69331, 70551};
  std::vector<std::vector<double>> x{
      {83, 88.5, 88.2, 89.5, 96.2, 98.1, 99, 100, 101.2, 104.6, 108.4, 110.8, 112.6, 114.2, 115.7, 116.9},
      {234289, 259426, 258054, 284599, 328975, 346999, 365385, 363112, 397469, 419180, 442769, 444546, 482704, 502601,
       518173, 554894},
      {2356, 2325, 3682, 3351, 2099, 1932, 1870, 3578, 2904, 2822, 2936, 4681, 3813, 3931, 4806, 4007},
      {1590, 1456, 1616, 1650, 3099, 3594, 3547, 3350, 3048, 2857, 2798, 2637, 2552, 2514, 2572, 2827},
      {107608, 108632, 109773, 110929, 112075, 113270, 115094, 116219, 117388, 118734, 120445, 121950, 123366, 125368,
       127852, 130081},
      {}};
  for (int year = 1947; year <= 1962; ++year)
    x[5].push_back(year);
  const double values[] = {15.0618722713733,  -0.0358191792925910, -2.02022980381683,
                           -1.03322686717359, -0.0511041056535807, 1829.15146461355};
  const double errors[] = {84.9149257747669,  0.0334910077722432, 0.488399681651699,
                           0.214274163161675, 0.226073200069370,  455.478499142212};
  const LeastSquares fit = least_squares(x, y);
  EXPECT_NEAR(fit.r2, 0.995479004577296, 1e-10);
  for (std::size_t i = 0; i < 6; ++i) {
    ASSERT_TRUE(fit.estimates[i]);
    EXPECT_NEAR(fit.estimates[i]->value, values[i], 1e-7 * std::abs(values[i])) << i;
    EXPECT_NEAR(fit.estimates[i]->error, errors[i], 1e-7 * errors[i]) << i;
  }
  x.push_back(x[0]);  // says what the first says
  EXPECT_FALSE(least_squares(x, y).estimates[6]);
}

TEST_F(UtilityTest, KaplanMeierGivesThePublishedCurveOfTheRemissions) {
  // 6-mercaptopurine arm of Freireich and others (1963), as printed in textbooks.
  const std::vector<double> times{6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35};
  const std::vector<bool> events{true,  true,  true,  false, true, false, true,  false, false, true, true,
                                 false, false, false, true,  true, false, false, false, false, false};
  const std::vector<double> expected{1, 0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448, 0.448};
  const std::vector<double> found = kaplan_meier(times, events, {5, 6, 7, 10, 13, 16, 22, 23, 40});
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_NEAR(found[i], expected[i], 0.0006) << i;
}

TEST_F(UtilityTest, ARegressionOfTwoGroupsIsTheDifferenceOfTheirShares) {
  std::string rows = "pid,age,drug,sex\n";
  int person = 0;
  const auto add = [&](int count, const std::string& drug, const std::string& sex) {
    for (int i = 0; i < count; ++i)
      rows += std::to_string(++person) + ",35," + drug + "," + sex + "\n";
  };
  add(10, "a", "M");
  add(12, "b", "M");
  add(15, "a", "F");
  add(5, "b", "F");
  const auto found = measured(rows, policy(kAgePolicy + kSex), {{{"age", 1}}, {}});
  ASSERT_TRUE(found);
  ASSERT_TRUE(found->regression);
  EXPECT_EQ(found->regression->outcome, "drug");
  EXPECT_EQ(found->regression->event, "b");
  ASSERT_EQ(found->regression->coefficients.size(), 2u);
  EXPECT_FALSE(found->regression->coefficients[0].before);  // age: the same for all
  EXPECT_EQ(found->regression->coefficients[1].name, "sex = F");
  EXPECT_NEAR(found->regression->coefficients[1].before->value, 5 / 20.0 - 12 / 22.0, 1e-12);
  EXPECT_NEAR(found->regression->coefficients[1].after->value, 5 / 20.0 - 12 / 22.0, 1e-12);
  EXPECT_EQ(measured(rows, policy(kAgePolicy + kSex), {{{"age", 1}}, {}}, {.outcome = "pid"}).error().code,
            "anonymize.outcome");
}

TEST_F(UtilityTest, CorrelationsAndSurvivalAreComparedOnTheRowsThatAreLeft) {
  std::string rows = "pid,age,drug,sex\n";  // sex holds months here, drug whether the person died
  for (int i = 0; i < 40; ++i)
    rows += std::to_string(i) + "," + std::to_string(30 + i % 20) + "," + (i % 4 == 0 ? "1" : "0") + "," +
            std::to_string(2 * (30 + i % 20) + 1) + "\n";
  const auto same = measured(rows, policy(kAgePolicy + kSex), {{{"age", 0}}, {}}, {.time = "sex", .event = "drug=1"});
  ASSERT_TRUE(same) << same.error().describe();
  ASSERT_EQ(same->correlations.size(), 3u);
  EXPECT_EQ(same->correlations[1].a, "age");
  EXPECT_EQ(same->correlations[1].b, "sex");
  EXPECT_NEAR(same->correlations[1].before, 1, 1e-12);
  EXPECT_NEAR(same->survival->greatest_difference, 0, 1e-12);
  EXPECT_EQ(same->survival->rows_before, 40u);
  const auto less =
      measured(rows, policy(kAgePolicy + kSex), {{{"age", 1}}, {{"40-49"}}}, {.time = "sex", .event = "drug=1"});
  ASSERT_TRUE(less);
  EXPECT_EQ(less->survival->rows_after, 20u);
  EXPECT_GT(less->survival->greatest_difference, 0.1);
  EXPECT_TRUE(std::isnan(less->correlations[1].after));  // one band is left: nothing varies
  EXPECT_FALSE(measured(rows, policy(kAgePolicy + kSex), {{{"age", 0}}, {}}, {.time = "sex", .event = "drug"}));
}

TEST_F(UtilityTest, EachRoundOfLocalRecodingCountsWithItsOwnLevels) {
  // The first round keeps 31 and 32 at their years, the second the rest at bands of twenty.
  const std::string rows = "pid,age,drug\n1,31,a\n2,31,a\n3,32,b\n4,32,a\n5,45,c\n6,58,c\n7,90,c\n";
  const Decision decision{{{"age", 0}}, {{"45"}, {"58"}, {"80+"}, {"90"}}, {{{{"age", 2}}, {{"80+"}}, {}}}};
  const auto found = measured(rows, policy(kAgePolicy), decision);
  ASSERT_TRUE(found) << found.error().describe();
  const VariableUtility& age = found->variables[0];
  EXPECT_EQ(age.levels, (std::vector<int>{0, 2}));
  // Four rows at one year of 120, two at twenty, one gone.
  EXPECT_NEAR(age.loss, (4 / 120.0 + 2 * 20 / 120.0 + 1 - 7 / 120.0) / (7 - 7 / 120.0), 1e-12);
  EXPECT_NEAR(age.changed, 3 / 7.0, 1e-12);
  EXPECT_EQ(age.values_after, 3u);
  EXPECT_NEAR(age.after->mean, (31 + 31 + 32 + 32 + 49.5 + 49.5) / 6, 1e-12);
  // By bands of twenty, which all rounds have in common: 20-39 four of 7 then of 6, 40-59 two, 80+ one then none.
  EXPECT_NEAR(age.shift, ((4 / 6.0 - 4 / 7.0) + (2 / 6.0 - 2 / 7.0) + 1 / 7.0) / 2, 1e-12);
}

TEST_F(UtilityTest, TheJsonOfTheBargainHoldsRiskAndUtility) {
  const Policy p = policy(kAgePolicy);
  const Table t = *read_table(kAgeRows, ',', "t.csv");
  const Decision decision{{{"age", 1}}, {}};
  const Applied applied = *apply(t, p, decision);
  const auto bargain = weigh_bargain(t, applied, p, decision, {.attack = {.trials = 10'000}});
  ASSERT_TRUE(bargain);
  const Json json = bargain->to_json();
  EXPECT_DOUBLE_EQ(json["risk"]["after"]["prosecutor"]["max"], 0.5);
  EXPECT_EQ(json["risk"]["attacks"][0]["attacker"], "quasi-identifiers");
  EXPECT_EQ(json["risk"]["attacks"][0]["after"]["trials"], 10'000);
  EXPECT_EQ(json["utility"]["variables"][0]["attribute"], "age");
}

TEST_F(UtilityTest, ThePageNeedsNoNetworkAndNamesNoPersonAndNoRareValue) {
  std::string rows = "pid,age,drug\n";
  for (int i = 0; i < 40; ++i)
    rows += "PATIENT" + std::to_string(1000 + i) + "," + std::to_string(30 + i % 20) + ",<b>&'\n";
  rows += "PATIENT9999,33,orphan\n";
  const Policy p = policy("household = \"pid\"\n" + kAgePolicy);
  const Table t = *read_table(rows, ',', "t.csv");
  const auto outcome = search(t, p);
  ASSERT_TRUE(outcome) << outcome.error().describe();
  const Applied applied = *apply(t, p, outcome->decision);
  const auto bargain = weigh_bargain(t, applied, p, outcome->decision, {.attack = {.trials = 10'000}});
  ASSERT_TRUE(bargain);
  const std::string page = report_html(*outcome, p, *bargain);
  for (const std::string_view absent : {"PATIENT", "orphan", "<b>&", "http:", "https:", "src=", "url(", "nan", "inf"})
    EXPECT_EQ(page.find(absent), std::string::npos) << absent;
  for (const std::string_view present :
       {"&lt;b&gt;&amp;", "検察者リスク", "prosecutor", "攻撃の試行", "default-src 'none'"})
    EXPECT_NE(page.find(present), std::string::npos) << present;
  const auto count = [&](std::string_view text) {
    std::size_t out = 0;
    for (std::size_t at = page.find(text); at != std::string::npos; at = page.find(text, at + 1))
      ++out;
    return out;
  };
  EXPECT_GE(count("<svg "), 5u);
  for (const std::string tag : {"svg", "table", "span", "div", "details", "p", "tr", "td"})
    EXPECT_EQ(count("<" + tag + " ") + count("<" + tag + ">"), count("</" + tag + ">")) << tag;
}

TEST_F(UtilityTest, ATableOfWhichNothingIsLeftIsStillReported) {
  const Policy p = policy(kAgePolicy);
  const Table t = *read_table("pid,age,drug\n1,31,a\n2,45,b\n", ',', "t.csv");
  const Decision decision{{{"age", 1}}, {{"30-39"}, {"40-49"}}};
  const Applied applied = *apply(t, p, decision);
  const auto bargain = weigh_bargain(t, applied, p, decision, {.attack = {.trials = 10'000}});
  ASSERT_TRUE(bargain) << bargain.error().describe();
  EXPECT_EQ(bargain->risk.after.classes, 0u);
  EXPECT_DOUBLE_EQ(bargain->risk.after.prosecutor_max, 0);
  EXPECT_DOUBLE_EQ(bargain->utility.variables[0].loss, 1);
  for (const Attack& attack : bargain->attacks)
    EXPECT_EQ(attack.after.trials, 0u);
  EXPECT_FALSE(report_html(Outcome(), p, *bargain).empty());
}

}  // namespace
}  // namespace sekisho::anonymize
