#include "columns/parquet.h"
#include "datasets.h"

namespace sekisho::disclosure {
namespace {

class Measures : public WithFolder {};

TableRequest request(std::filesystem::path file, std::vector<std::string> rows, std::vector<std::string> columns = {}) {
  TableRequest out;
  out.dataset = std::move(file);
  out.rows = std::move(rows);
  out.columns = std::move(columns);
  return out;
}

// Drug a: 20 persons with cost 10, 20, ..., 200; drug b: 15 persons with 100 each, each in one of five hospitals.
std::string costs() {
  std::string csv = "person,hospital,drug,cost,w\n";
  for (int i = 0; i < 20; ++i)
    csv += "a" + std::to_string(i) + ",h" + std::to_string(i % 5) + ",a," + std::to_string(10 * (i + 1)) + ",2\n";
  for (int i = 0; i < 15; ++i)
    csv += "b" + std::to_string(i) + ",h" + std::to_string(i % 5) + ",b,100,0.5\n";
  return csv;
}

TEST_F(Measures, SumsAndMeansStandWithTheNumberOfPersonsBehindThem) {
  TableRequest r = request(write("d.csv", costs()), {"drug"});
  r.value = "cost";
  r.measure = Measure::kSum;
  auto result = make_table(r);
  ASSERT_TRUE(result) << result.error().describe();
  EXPECT_EQ(result->csv, "drug,value,n,status\na,2100,20,published\nb,1500,15,published\nTotal,3600,35,published\n");
  r.measure = Measure::kMean;
  result = make_table(r);
  ASSERT_TRUE(result) << result.error().describe();
  EXPECT_EQ(result->csv, "drug,value,n,status\na,105,20,published\nb,100,15,published\nTotal,102.857,35,published\n");
}

TEST_F(Measures, WeightsChangeTheValuesAndNotWhoIsCountedForTheThreshold) {
  TableRequest r = request(write("d.csv", costs()), {"drug"});
  r.weight = "w";
  auto result = make_table(r);
  ASSERT_TRUE(result) << result.error().describe();
  EXPECT_EQ(values_of(*result)["a"], "40");
  EXPECT_EQ(values_of(*result)["b"], "7.5");
  r.value = "cost";
  r.measure = Measure::kMean;
  result = make_table(r);
  ASSERT_TRUE(result) << result.error().describe();
  EXPECT_EQ(values_of(*result)["Total"], "104.211");  // (2 * 2100 + 0.5 * 1500) / 47.5
}

TEST_F(Measures, ACellThatOnePersonOrOneHospitalDominatesIsHidden) {
  std::string person = costs(), hospital = costs();
  for (const char drug : {'c', 'd'})
    for (int i = 0; i < 20; ++i) {
      const std::string id = drug + std::to_string(i);
      // p = 10: T - c1 - c2 = 18 < 0.1 * 1000 for the person; for hospitals 4 * 10 * 5 against 10,000.
      person += id + ",h" + std::to_string(i % 5) + "," + drug + "," + (i == 0 && drug == 'c' ? "1000" : "1") + ",1\n";
      hospital +=
          id + ",h" + std::to_string(i % 5) + "," + drug + "," + (i % 5 == 0 && drug == 'c' ? "2500" : "10") + ",1\n";
    }
  for (const auto& [name, csv, rule] :
       {std::tuple{"p.csv", person, "dominance.p.person"}, std::tuple{"h.csv", hospital, "dominance.p.hospital"}}) {
    TableRequest r = request(write(name, csv), {"drug"});
    r.value = "cost";
    r.measure = Measure::kSum;
    const auto result = make_table(r);
    ASSERT_TRUE(result) << result.error().describe();
    EXPECT_EQ(values_of(*result)["c"], "") << name;
    EXPECT_EQ(values_of(*result, "n")["c"], "") << name;
    const Json& rules = result->proof["table"]["cells"][2]["rules"];
    EXPECT_NE(std::ranges::find(rules, Json(rule)), rules.end());
  }
}

TEST_F(Measures, ThePolicysRulesAboutContributionsAreAppliedAndNamed) {
  std::string csv = costs();
  TableRequest r = request(write("d.csv", csv.replace(csv.find("hospital"), 8, "ward")), {"drug"});
  r.value = "cost";
  r.measure = Measure::kSum;
  // The two largest of drug a have 390 of 2100 (18.6 %), of drug b 200 of 1500 (13.3 %), of both 390 of 3600 (10.8 %).
  r.contribution_rules = Json{{"nk", {2, 15}}};
  const auto result = make_table(r);
  ASSERT_TRUE(result) << result.error().describe();
  EXPECT_EQ(values_of(*result)["a"], "");
  EXPECT_EQ(values_of(*result)["Total"], "3600");
  EXPECT_EQ(result->proof["policy"]["nk"], Json::array({Json::array({2, 15.0})}));
  r.hospital = "ward";
  r.contribution_rules = Json{{"t_hosp", 6}};  // there are five
  const auto few = make_table(r);
  EXPECT_TRUE(!few || values_of(*few)["Total"].empty());
  r.contribution_rules = Json{{"p", 5}};
  EXPECT_EQ(make_table(r).error().code, "policy.looser");
  r.contribution_rules = Json{{"nk", "two"}};
  EXPECT_EQ(make_table(r).error().code, "policy.value");
}

TEST_F(Measures, ACountFromTwoHospitalsIsHiddenWhereHospitalsAreKnown) {
  std::string csv = "person,hospital,sex,drug\n";
  int n = 0;
  for (const char* sex : {"M", "F"})
    for (const char* drug : {"a", "b", "c"})
      for (int i = 0; i < 40; ++i, ++n)
        csv += "p" + std::to_string(n) + ",h" + std::to_string(*sex == 'M' && *drug == 'a' ? i % 2 : i % 4) + "," +
               sex + "," + drug + "\n";
  const auto result = make_table(request(write("d.csv", csv), {"sex"}, {"drug"}));
  ASSERT_TRUE(result) << result.error().describe();
  EXPECT_EQ(values_of(*result)["M a"], "");
  EXPECT_EQ(result->primary, 1U);
  EXPECT_EQ(result->secondary, 3U);
  // Hospitals as a dimension cannot be counted within it: a human looks.
  const auto named = make_table(request(write("d.csv", csv), {"hospital"}));
  ASSERT_TRUE(named) << named.error().describe();
  EXPECT_EQ(named->proof["result"], "REVIEW");
}

TEST_F(Measures, BandsHierarchiesAndConditionsGiveSubtotals) {
  std::string csv = "person,age,area\n";
  for (int i = 0; i < 300; ++i)
    csv += "p" + std::to_string(i) + "," + std::to_string(i % 100) + "," +
           (i % 3 == 0   ? "tokyo"
            : i % 3 == 1 ? "chiba"
                         : "osaka") +
           "\n";
  TableRequest r = request(write("d.csv", csv), {"area"}, {"age"});
  r.groupings["age"].bands = {20, 40, 60};
  r.groupings["area"].hierarchy = write("area.csv", "tokyo,kanto\nchiba,kanto\nosaka,kinki\n");
  r.where = {*parse_condition("age >= 20")};
  const auto result = make_table(r);
  ASSERT_TRUE(result) << result.error().describe();
  auto values = values_of(*result);
  EXPECT_EQ(values["kanto Total"], "160");
  EXPECT_EQ(values["Total 20-39"], "60");
  EXPECT_EQ(values["Total 60+"], "120");
  EXPECT_FALSE(values.contains("Total <20"));
  EXPECT_EQ(values["kinki 40-59"], values["osaka 40-59"]);
  EXPECT_EQ(values.size(), 6U * 4U);
}

TEST_F(Measures, ParquetGivesTheSameTableAsCsv) {
  const auto file = write("d.csv", costs());
  columns::EngineOptions options;
  options.allowed_folders = {folder_->path()};
  const auto engine = columns::Engine::create(options);
  ASSERT_TRUE(engine);
  const auto parquet = folder_->path() / "d.parquet";
  ASSERT_TRUE((*engine)->execute("COPY (SELECT * FROM read_csv(" + columns::sql_text(file.string()) + ")) TO " +
                                 columns::sql_text(parquet.string()) + " (FORMAT parquet)"));
  TableRequest r = request(file, {"drug"});
  r.value = "cost";
  r.measure = Measure::kMean;
  const auto from_csv = make_table(r);
  r.dataset = parquet;
  const auto from_parquet = make_table(r);
  ASSERT_TRUE(from_csv && from_parquet) << from_parquet.error().describe();
  EXPECT_EQ(from_csv->csv, from_parquet->csv);
}

TEST_F(Measures, ASensitiveGroupInOneCategoryIsAskedAboutAndTheSameInputGivesTheSamePattern) {
  std::string csv = "person,ward,hiv\n";
  for (int i = 0; i < 90; ++i)
    csv += "p" + std::to_string(i) + ",w" + std::to_string(i / 30) + "," + (i < 30 || i % 2 == 0 ? "yes" : "no") + "\n";
  const auto file = write("d.csv", csv);
  const auto result = make_table(request(file, {"ward"}, {"hiv"})),
             again = make_table(request(file, {"ward"}, {"hiv"}));
  ASSERT_TRUE(result && again) << result.error().describe();
  EXPECT_EQ(result->proof["result"], "REVIEW");
  EXPECT_EQ(result->proof["review"][0]["rule"], "group");
  TableRequest listed = request(file, {"ward"}, {"hiv"});
  listed.contribution_rules = Json{{"sensitive", {"hiv"}}};
  EXPECT_EQ(make_table(listed)->proof["result"], "FAIL");
  EXPECT_EQ(result->csv, again->csv);
  EXPECT_EQ(result->page, again->page);
  EXPECT_NE(result->page.find("Proof sheet"), std::string::npos);
}

TEST_F(Measures, AnImpossibleCombinationIsNoPartnerForAHiddenCell) {
  // 5 pregnant women in ward x; men cannot be: hiding their zero would protect nothing.
  std::string csv = "person,sex,state\n";
  int n = 0;
  const auto add = [&](const char* sex, const char* state, int count) {
    for (int i = 0; i < count; ++i)
      csv += "p" + std::to_string(n++) + "," + sex + "," + state + "\n";
  };
  add("F", "pregnant", 5);
  add("F", "other", 200);
  add("F", "unknown", 50);
  add("M", "other", 200);
  add("M", "unknown", 60);
  TableRequest r = request(write("d.csv", csv), {"state"}, {"sex"});
  auto result = make_table(r);
  ASSERT_TRUE(result);
  // Control: hiding it would seem to protect, as long as nobody knows that it is 0.
  CellTable table = result->table;
  Pattern pattern(table.cells.size(), Status::kPublished);
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    Cell& cell = table.cells[i];
    cell.primary = cell.labels == std::vector<std::string>{"pregnant", "F"};
    cell.need_slide = cell.primary ? 5 : 0;
    const bool partner = (cell.labels[0] == "pregnant" || cell.labels[0] == "other") && cell.labels[1] != kTotal;
    if (partner) pattern[i] = cell.primary ? Status::kPrimary : Status::kSecondary;
  }
  EXPECT_TRUE(audit(table, pattern)->safe());
  for (Cell& cell : table.cells)
    if (cell.labels == std::vector<std::string>{"pregnant", "M"}) cell.upper = 0;
  EXPECT_FALSE(audit(table, pattern)->safe());
  r.impossible = {{{"sex", "M"}, {"state", "pregnant"}}};
  result = make_table(r);
  ASSERT_TRUE(result) << result.error().describe();
  EXPECT_EQ(values_of(*result)["pregnant M"], "0");
  EXPECT_EQ(values_of(*result)["pregnant Total"], "");
  r.impossible = {{{"sex", "F"}, {"state", "pregnant"}}};
  EXPECT_EQ(make_table(r).error().code, "table.impossible");
}

TEST_F(Measures, WhatCannotBeMeasuredIsAClearError) {
  const auto file = write("d.csv", costs());
  TableRequest r = request(file, {"drug"});
  r.measure = Measure::kSum;
  EXPECT_EQ(make_table(r).error().code, "usage.value");
  r.value = "hospital";
  EXPECT_EQ(make_table(r).error().code, "table.value");
  r = request(file, {"drug"});
  r.where = {*parse_condition("drug=z")};
  EXPECT_EQ(make_table(r).error().code, "table.empty");
  r = request(file, {"drug"});
  r.groupings["cost"].bands = {1, 2};
  EXPECT_EQ(make_table(r).error().code, "usage.column");
  EXPECT_EQ(parse_condition("drug").error().code, "usage.where");
  EXPECT_EQ(parse_condition("a>1|2").error().code, "usage.where");
  r = request(file, {"drug"});
  r.groupings["drug"].hierarchy = write("h.csv", "a,x\na,y\n");
  EXPECT_EQ(make_table(r).error().code, "hierarchy.duplicate");
  r.groupings["drug"].hierarchy = write("h.csv", "a,x,u\nb,x,v\n");
  EXPECT_EQ(make_table(r).error().code, "hierarchy.tree");
  EXPECT_FALSE(make_table(request(write("x.parquet", "PAR1 and nothing else"), {"drug"})));
}

}  // namespace
}  // namespace sekisho::disclosure
