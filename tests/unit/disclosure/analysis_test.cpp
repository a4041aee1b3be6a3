#include "disclosure/analysis.h"

#include <sstream>

#include "datasets.h"

namespace sekisho::disclosure {
namespace {

class Analysis : public WithFolder {
 protected:
  // Values of a column by the first field of each row.
  static std::map<std::string, double> column(const AnalysisResult& result, const std::string& key,
                                              const std::string& value) {
    const auto csv = read_csv(result.csv);
    std::map<std::string, double> out;
    if (!csv) return out;
    for (const auto& row : csv->rows) {
      const std::string& text = row[static_cast<std::size_t>(csv->column(value))];
      if (!text.empty()) out[row[static_cast<std::size_t>(csv->column(key))]] = std::stod(text);
    }
    return out;
  }
  static bool has(const AnalysisResult& result, std::string_view rule) {
    return std::ranges::any_of(result.items, [&](const VerdictItem& item) { return item.rule == rule; });
  }
};

// Freireich et al. 1963, times of remission under 6-mercaptopurine (negative: censored), ten persons each.
std::string remissions(int times) {
  std::string csv = "person,weeks,relapse\n";
  int n = 0;
  for (const int week : {6, 6, 6, -6, 7, -9, 10, -10, -11, 13, 16, -17, -19, -20, 22, 23, -25, -32, -32, -34, -35})
    for (int i = 0; i < times; ++i)
      csv += "p" + std::to_string(n++) + "," + std::to_string(std::abs(week)) + (week > 0 ? ",1\n" : ",0\n");
  return csv;
}

TEST_F(Analysis, ASurvivalCurveHasThePublishedValuesAtTheTimesItShows) {
  const auto result = survival_curve({write("d.csv", remissions(10)), "", "weeks", "relapse", "", {}, 10});
  ASSERT_TRUE(result) << result.error().describe();
  EXPECT_EQ(result->verdict(), Verdict::kPass);
  const std::map<std::string, double> published = {{"0", 1},     {"6", .857},  {"7", .807},  {"10", .753},
                                                   {"13", .690}, {"16", .627}, {"22", .538}, {"23", .448}};
  EXPECT_EQ(column(*result, "time", "survival"), published);
  EXPECT_EQ(column(*result, "time", "n_risk")["7"], 170);  // 210 - 30 events - 10 censored
}

TEST_F(Analysis, EveryStepOfACurveHasEnoughEventsAndACurveWithFewIsRefused) {
  const auto few = survival_curve({write("d.csv", remissions(1)), "", "weeks", "relapse", "", {}, 10});
  ASSERT_TRUE(few);
  EXPECT_EQ(few->verdict(), Verdict::kFail);  // nine events
  EXPECT_TRUE(has(*few, "survival.events"));
  EXPECT_TRUE(few->csv.empty());
  const auto grouped = survival_curve({write("e.csv", remissions(4)), "", "weeks", "relapse", "", {}, 10});
  ASSERT_TRUE(grouped);
  auto events = column(*grouped, "time", "n_event");
  EXPECT_EQ(events.size(), 4U);  // 0, 6 (12 events), 13 (12 more), 23 (12 more)
  EXPECT_NEAR(column(*grouped, "time", "survival")["13"], .690, 1e-9);
}

constexpr const char* kCars =  // Motor Trend 1974: miles per gallon, weight, manual gearbox
    "21 2.62 1;21 2.875 1;22.8 2.32 1;21.4 3.215 0;18.7 3.44 0;18.1 3.46 0;14.3 3.57 0;24.4 3.19 0;22.8 3.15 0;"
    "19.2 3.44 0;17.8 3.44 0;16.4 4.07 0;17.3 3.73 0;15.2 3.78 0;10.4 5.25 0;10.4 5.424 0;14.7 5.345 0;32.4 2.2 1;"
    "30.4 1.615 1;33.9 1.835 1;21.5 2.465 0;15.5 3.52 0;15.2 3.435 0;13.3 3.84 0;19.2 3.845 0;27.3 1.935 1;26 2.14 1;"
    "30.4 1.513 1;15.8 3.17 1;19.7 2.77 1;15 3.57 1;21.4 2.78 1";

std::string cars() {
  std::string csv = "person,mpg,wt,am,name\n", line;
  std::istringstream in(kCars);
  for (int i = 0; std::getline(in, line, ';'); ++i) {
    std::ranges::replace(line, ' ', ',');
    csv += "c" + std::to_string(i) + "," + line + (i < 5 ? ",rare\n" : i % 2 == 0 ? ",x\n" : ",y\n");
  }
  return csv;
}

TEST_F(Analysis, LeastSquaresAndLogisticFitsAreThoseOfTextbooks) {
  const auto file = write("cars.csv", cars());
  RegressionRequest request{file, "", "mpg", {"wt"}, {}, {}, false, 10};
  const auto linear = regression(request);
  ASSERT_TRUE(linear) << linear.error().describe();
  EXPECT_EQ(linear->verdict(), Verdict::kPass);
  EXPECT_EQ(column(*linear, "term", "estimate")["(Intercept)"], 37.29);
  EXPECT_EQ(column(*linear, "term", "estimate")["wt"], -5.344);
  EXPECT_EQ(column(*linear, "term", "std_error")["wt"], 0.5591);
  EXPECT_EQ(column(*linear, "term", "estimate")["(R2)"], 0.753);
  request.outcome = "am";
  request.logistic = true;
  const auto logistic = regression(request);
  ASSERT_TRUE(logistic) << logistic.error().describe();
  EXPECT_EQ(column(*logistic, "term", "estimate")["(Intercept)"], 12.04);
  EXPECT_EQ(column(*logistic, "term", "estimate")["wt"], -4.024);
  // glm() of R, converged to 1e-14: 1.4365277.
  EXPECT_EQ(column(*logistic, "term", "std_error")["wt"], 1.437);
}

TEST_F(Analysis, SmallLevelsLittleFreedomFewEventsAndSaturatedModelsAreRefused) {
  const auto file = write("cars.csv", cars());
  const auto level = regression({file, "", "mpg", {"name"}, {}, {}, false, 10});
  ASSERT_TRUE(level);
  EXPECT_TRUE(has(*level, "regression.level"));
  EXPECT_TRUE(level->csv.empty());
  const auto freedom = regression({file, "", "mpg", {"wt"}, {}, {*parse_condition("wt<2.8")}, false, 10});
  ASSERT_TRUE(freedom);
  EXPECT_TRUE(has(*freedom, "regression.dof"));
  const auto events = regression({file, "", "am", {"wt"}, {}, {*parse_condition("mpg<21.4")}, true, 10});
  ASSERT_TRUE(events);
  EXPECT_TRUE(has(*events, "regression.events"));
  std::string same = "person,x,y\n";
  for (int i = 0; i < 40; ++i)
    same += "p" + std::to_string(i) + "," + std::to_string(i) + "," + std::to_string(2 * i + 1) + "\n";
  const auto saturated = regression({write("s.csv", same), "", "y", {"x"}, {}, {}, false, 10});
  ASSERT_TRUE(saturated);
  EXPECT_TRUE(has(*saturated, "regression.saturated"));
  EXPECT_EQ(regression({file, "", "mpg", {"wt", "wt2"}, {}, {}, false, 10}).error().code, "usage.column");
  EXPECT_EQ(regression({write("t.csv", same), "", "y", {"x", "x"}, {}, {}, false, 10}).error().code,
            "analysis.collinear");
}

TEST_F(Analysis, RepeatedRowsOfAPersonAreRefused) {
  const std::string csv = cars() + "c0,21,2.62,1,x\n";
  EXPECT_EQ(regression({write("d.csv", csv), "", "mpg", {"wt"}, {}, {}, false, 10}).error().code, "analysis.person");
}

}  // namespace
}  // namespace sekisho::disclosure
