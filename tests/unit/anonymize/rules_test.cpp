// Hierarchies by rule, and values that a hierarchy has no place for.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>

#include "anonymize/audit.h"
#include "anonymize/engine.h"
#include "anonymize/rules.h"
#include "core/file.h"

namespace sekisho::anonymize {
namespace {

Result<Hierarchy> by_rule(const std::string& rule, const std::vector<std::string>& values,
                          std::string_view mapping = {}) {
  auto table = TomlTable::parse(rule, "p.toml");
  EXPECT_TRUE(table) << table.error().describe();
  return Hierarchy::from_rule(*table, values, mapping, ',');
}

// The labels of one value, level by level.
std::vector<std::string> way(const Hierarchy& h, std::string_view value) {
  std::vector<std::string> out;
  const int leaf = h.leaf(value);
  if (leaf < 0) return {"?"};
  for (int level = 0; level < h.levels(); ++level)
    out.push_back(h.label(level, h.label_code(level, leaf)));
  return out;
}

using Way = std::vector<std::string>;

TEST(RulesTest, NumbersFallIntoIntervalsWithOpenEnds) {
  const auto h = by_rule("kind = \"intervals\"\nwidths = [5, 10]\nbottom = 10\ntop = 35\n",
                         {"3", "10", "14.9", "15", "29.5", "31", "35", "1e3", "x", "", "-7"});
  ASSERT_TRUE(h) << h.error().describe();
  EXPECT_EQ(way(*h, "3"), (Way{"3", "<10", "<10", "*"}));
  EXPECT_EQ(way(*h, "10"), (Way{"10", "[10, 15)", "[10, 20)", "*"}));
  EXPECT_EQ(way(*h, "14.9"), (Way{"14.9", "[10, 15)", "[10, 20)", "*"}));
  EXPECT_EQ(way(*h, "15"), (Way{"15", "[15, 20)", "[10, 20)", "*"}));
  EXPECT_EQ(way(*h, "31"), (Way{"31", "[30, 35)", "[30, 35)", "*"}));
  EXPECT_EQ(way(*h, "1e3"), (Way{"1e3", ">=35", ">=35", "*"}));
  EXPECT_EQ(way(*h, "-7"), (Way{"-7", "<10", "<10", "*"}));
  EXPECT_EQ(way(*h, "x"), (Way{"x", "x", "x", "*"}));
}

TEST(RulesTest, TenthsDoNotStrayFromTheirIntervals) {
  // 0.3 / 0.1 is 2.9999999999999996 in binary.
  const auto h = by_rule("kind = \"intervals\"\nwidths = [0.1, 0.5]\n", {"0.3", "0.7", "-0.1"});
  ASSERT_TRUE(h) << h.error().describe();
  EXPECT_EQ(way(*h, "0.3"), (Way{"0.3", "[0.3, 0.4)", "[0, 0.5)", "*"}));
  EXPECT_EQ(way(*h, "0.7"), (Way{"0.7", "[0.7, 0.8)", "[0.5, 1)", "*"}));
  EXPECT_EQ(way(*h, "-0.1"), (Way{"-0.1", "[-0.1, 0)", "[-0.5, 0)", "*"}));
}

TEST(RulesTest, IntervalsMayHaveEndsOfTheirOwn) {
  const auto h =
      by_rule("kind = \"intervals\"\ncuts = [[0, 18.5, 25, 30], [18.5, 25]]\n", {"-1", "18.5", "24.9", "30"});
  ASSERT_TRUE(h) << h.error().describe();
  EXPECT_EQ(way(*h, "18.5"), (Way{"18.5", "[18.5, 25)", "[18.5, 25)", "*"}));
  EXPECT_EQ(way(*h, "30"), (Way{"30", ">=30", ">=25", "*"}));
  EXPECT_EQ(way(*h, "-1"), (Way{"-1", "<0", "<18.5", "*"}));
}

TEST(RulesTest, NeighboursInAnOrderShareALabel) {
  const auto named =
      by_rule("kind = \"order\"\ngroups = [2]\nvalues = [\"none\", \"mild\", \"grave\"]\n", {"mild", "grave", "odd"});
  ASSERT_TRUE(named);
  EXPECT_EQ(named->leaves(), 4u);
  EXPECT_EQ(way(*named, "mild"), (Way{"mild", "none..mild", "*"}));
  EXPECT_EQ(way(*named, "grave"), (Way{"grave", "grave", "*"}));
  EXPECT_EQ(way(*named, "odd"), (Way{"odd", "odd", "*"}));
  const auto numbers = by_rule("kind = \"order\"\ngroups = [2, 4]\n", {"10", "9", "100", "1"});
  ASSERT_TRUE(numbers);
  EXPECT_EQ(way(*numbers, "9"), (Way{"9", "1..9", "1..100", "*"}));
}

TEST(RulesTest, DaysBelongToMonthsQuartersAndYears) {
  const auto h = by_rule("kind = \"date\"\nsteps = [\"month\", \"quarter\", \"half\", \"year\", \"decade\"]\n",
                         {"2024-02-29", "20240701", "2024/12/31", "2024-04-01T10:15", "2023-11", "2023-02-29", ""});
  ASSERT_TRUE(h) << h.error().describe();
  EXPECT_EQ(way(*h, "2024-02-29"), (Way{"2024-02-29", "2024-02", "2024-Q1", "2024-H1", "2024", "2020s", "*"}));
  EXPECT_EQ(way(*h, "20240701"), (Way{"20240701", "2024-07", "2024-Q3", "2024-H2", "2024", "2020s", "*"}));
  EXPECT_EQ(way(*h, "2024/12/31")[2], "2024-Q4");
  EXPECT_EQ(way(*h, "2024-04-01T10:15")[1], "2024-04");
  EXPECT_EQ(way(*h, "2023-11")[1], "2023-11");
  EXPECT_EQ(way(*h, "2023-02-29")[1], "2023-02-29") << "no such day: stays its own";
  const auto fiscal =
      by_rule("kind = \"date\"\nsteps = [\"quarter\", \"fiscal-year\"]\n", {"2024-03-31", "2024-04-01"});
  ASSERT_TRUE(fiscal);
  EXPECT_EQ(way(*fiscal, "2024-03-31")[2], "FY2023");
  EXPECT_EQ(way(*fiscal, "2024-04-01")[2], "FY2024");
  // 2024-12-29 was a Sunday (any calendar).
  const auto weeks = by_rule("kind = \"date\"\nsteps = [\"week\"]\n", {"2024-12-29", "2024-12-30", "1969-12-31"});
  ASSERT_TRUE(weeks);
  EXPECT_EQ(way(*weeks, "2024-12-29")[1], "week of 2024-12-23");
  EXPECT_EQ(way(*weeks, "2024-12-30")[1], "week of 2024-12-30");
  EXPECT_EQ(way(*weeks, "1969-12-31")[1], "week of 1969-12-29");
}

TEST(RulesTest, DiagnosesFollowTheBlocksAndChaptersOfTheClassification) {
  const auto h =
      by_rule("kind = \"icd10\"\n", {"E11.65", "E149", "E15", "C50.9", "I21", "U07.1", "T20.0", "99", "D49"});
  ASSERT_TRUE(h) << h.error().describe();
  EXPECT_EQ(way(*h, "E11.65"), (Way{"E11.65", "E11.6", "E11", "E10-E14", "E00-E90", "*"}));
  EXPECT_EQ(way(*h, "E149"), (Way{"E149", "E14.9", "E14", "E10-E14", "E00-E90", "*"}));
  EXPECT_EQ(way(*h, "E15"), (Way{"E15", "E15", "E15", "E15-E16", "E00-E90", "*"}));
  EXPECT_EQ(way(*h, "C50.9")[3], "C50-C50");
  EXPECT_EQ(way(*h, "I21")[3], "I20-I25");
  EXPECT_EQ(way(*h, "U07.1")[4], "U00-U99");
  EXPECT_EQ(way(*h, "T20.0")[4], "S00-T98");
  EXPECT_EQ(way(*h, "99")[3], "99");
  EXPECT_EQ(way(*h, "D49")[3], "D49");
}

TEST(RulesTest, EachCategoryHasABlockThatLiesInItsChapter) {
  int blocks = 0;
  for (char letter = 'A'; letter <= 'Z'; ++letter)
    for (int number = 0; number < 100; ++number) {
      const std::string category = fmt::format("{}{:02}", letter, number);
      const std::string block = detail::icd10_block(category), chapter = detail::icd10_chapter(category);
      if (block.empty()) continue;
      ++blocks;
      ASSERT_FALSE(chapter.empty()) << category;
      EXPECT_LE(block.substr(0, 3), category);
      EXPECT_GE(block.substr(4), category);
      EXPECT_LE(chapter.substr(0, 3), block.substr(0, 3)) << block;
      EXPECT_GE(chapter.substr(4), block.substr(4)) << block;
    }
  EXPECT_GT(blocks, 1800);
}

TEST(RulesTest, DrugCodesFollowTheirClasses) {
  const auto yj = by_rule("kind = \"yj\"\n", {"3969012F1020", "396", "ABC"});
  ASSERT_TRUE(yj);
  EXPECT_EQ(way(*yj, "3969012F1020"), (Way{"3969012F1020", "3969012F1", "3969012", "3969", "396", "*"}));
  EXPECT_EQ(way(*yj, "396")[1], "396");
  EXPECT_EQ(way(*yj, "ABC")[4], "ABC");
  const auto atc = by_rule("kind = \"atc\"\nunknown = \"top\"\n", {"A10BA02", "A10", "1234567"});
  ASSERT_TRUE(atc);
  EXPECT_EQ(way(*atc, "A10BA02"), (Way{"A10BA02", "A10BA", "A10B", "A10", "A", "*"}));
  EXPECT_EQ(way(*atc, "1234567"), (Way{"1234567", "*", "*", "*", "*", "*"}));
}

const std::string kAreas =
    "postal,city,area,prefecture\n1000001,13101,1301,13\n1000002,13101,1301,13\n1500001,13113,1303,13\n"
    "2200011,14103,1401,14\n";

TEST(RulesTest, PostalCodesRiseThroughMunicipalityAreaAndPrefectureByAFile) {
  const std::string rule =
      "kind = \"postal\"\nfile = \"areas.csv\"\ncolumns = [\"postal\", \"city\", \"area\", \"prefecture\"]\n";
  const auto h = by_rule(rule, {"100-0001", "1500001", "999-9999", ""}, kAreas);
  ASSERT_TRUE(h) << h.error().describe();
  EXPECT_EQ(way(*h, "100-0001"), (Way{"100-0001", "13101", "1301", "13", "*"}));
  EXPECT_EQ(way(*h, "1500001"), (Way{"1500001", "13113", "1303", "13", "*"}));
  EXPECT_EQ(way(*h, "999-9999"), (Way{"999-9999", "999-9999", "999-9999", "999-9999", "*"}));
  // The file's other codes count as leaves, so that the score does not depend on which ones a data set holds.
  EXPECT_EQ(h->leaves(), 6u);
  const auto wide =
      by_rule("kind = \"mapping\"\nfile = \"areas.csv\"\ncolumns = [\"city\", \"prefecture\"]\n", {"13101"}, kAreas);
  ASSERT_TRUE(wide) << wide.error().describe();
  EXPECT_EQ(way(*wide, "13101"), (Way{"13101", "13", "*"}));
}

TEST(RulesTest, BadMappingsAreRefused) {
  const std::string rule = "kind = \"mapping\"\nfile = \"m.csv\"\n";
  EXPECT_EQ(by_rule(rule, {"a"}, "a,x\nb\n").error().code, "hierarchy.ragged");
  EXPECT_EQ(by_rule(rule, {"a"}, "a,x\na,y\n").error().code, "hierarchy.duplicate");
  EXPECT_EQ(by_rule(rule, {"a"}, "").error().code, "hierarchy.empty");
  // A municipality in two areas is no tree.
  EXPECT_EQ(by_rule(rule, {"a"}, "a,x,m\nb,x,n\n").error().code, "hierarchy.tree");
  EXPECT_EQ(by_rule(rule + "columns = [\"zip\"]\n", {"a"}, kAreas).error().code, "hierarchy.rule");
}

TEST(RulesTest, UnknownAndEmptyValuesStayGoToTheTopOrAreRefused) {
  const auto lines = [](const char* more) { return std::string("kind = \"age\"\nbands = [10]\n") + more; };
  const auto own = by_rule(lines(""), {"34", "old", ""});
  EXPECT_EQ(way(*own, "old"), (Way{"old", "old", "*"}));
  EXPECT_EQ(way(*own, ""), (Way{"", "", "*"}));
  const auto top = by_rule(lines("unknown = \"top\"\n"), {"34", "old", ""});
  EXPECT_EQ(way(*top, "old"), (Way{"old", "*", "*"}));
  EXPECT_EQ(way(*top, ""), (Way{"", "*", "*"}));
  const auto mixed = by_rule(lines("unknown = \"error\"\nmissing = \"own\"\n"), {"34", "old", ""});
  EXPECT_EQ(way(*mixed, "old"), (Way{"?"}));
  EXPECT_EQ(way(*mixed, ""), (Way{"", "", "*"}));
  EXPECT_EQ(by_rule(lines("unknown = \"maybe\"\n"), {"34"}).error().code, "hierarchy.rule");
}

TEST(RulesTest, RulesThatMakeNoSenseAreRefused) {
  for (const char* rule :
       {"kind = \"intervals\"\n", "kind = \"intervals\"\nwidths = []\n", "kind = \"intervals\"\nwidths = [10, 15]\n",
        "kind = \"intervals\"\nwidths = [0]\n", "kind = \"intervals\"\nwidths = [5]\ncuts = [[1]]\n",
        "kind = \"intervals\"\ncuts = [[1, 2], [3]]\n", "kind = \"intervals\"\ncuts = [[2, 1]]\n",
        "kind = \"intervals\"\nwidths = [5]\nbottom = 9\ntop = 3\n", "kind = \"order\"\n",
        "kind = \"order\"\ngroups = [2, 3]\n", "kind = \"order\"\ngroups = [2]\nvalues = [\"a\", \"a\"]\n",
        "kind = \"date\"\nsteps = [\"year\", \"month\"]\n", "kind = \"date\"\nsteps = [\"week\", \"month\"]\n",
        "kind = \"date\"\nsteps = [\"half\", \"fiscal-year\"]\n", "kind = \"date\"\nsteps = [\"eon\"]\n",
        "kind = \"prefix\"\nlengths = [2, 4]\n", "kind = \"magic\"\n", "kind = \"age\"\nbands = [10, 15]\n"}) {
    const auto h = by_rule(rule, {"1"});
    ASSERT_FALSE(h) << rule;
    EXPECT_EQ(h.error().code, "hierarchy.rule") << rule;
    EXPECT_GT(h.error().place.line, 0) << rule;
  }
  EXPECT_EQ(by_rule("kind = \"atc\"\nlengths = [3]\n", {"1"}).error().code, "toml.unknown");
}

struct GapsTest : testing::Test {
  TemporaryFolder folder = *TemporaryFolder::create();
  Result<Policy> policy(const std::string& attribute) {
    std::ofstream(folder.path() / "h.csv", std::ios::binary) << "a,x,*\nb,x,*\nc,y,*\n";
    std::ofstream(folder.path() / "areas.csv", std::ios::binary) << kAreas;
    return Policy::parse(
        "[[attribute]]\nname=\"q\"\nkind=\"quasi\"\n" + attribute + "[[model]]\nkind=\"k-anonymity\"\nk=2\n",
        folder.path() / "p.toml");
  }
};

TEST_F(GapsTest, AHierarchyFileMayLeaveGapsWhenThePolicySaysWhatTheyBecome) {
  const Table table = *read_table("q\na\nb\nnew\nother\n", ',', "t.csv");
  EXPECT_EQ(search(table, *policy("hierarchy=\"h.csv\"\n")).error().code, "hierarchy.missing");
  const auto own = search(table, *policy("hierarchy=\"h.csv\"\nunknown=\"own\"\n"));
  ASSERT_TRUE(own) << own.error().describe();
  EXPECT_EQ(own->decision.levels[0].second, 2);
  const Policy p = *policy("hierarchy=\"h.csv\"\nunknown=\"top\"\n");
  const auto top = search(table, p);
  ASSERT_TRUE(top);
  EXPECT_EQ(top->decision.levels[0].second, 1);
  const auto applied = apply(table, p, top->decision);
  ASSERT_TRUE(applied);
  EXPECT_EQ(applied->text(0, 0), "x");
  EXPECT_EQ(applied->text(2, 0), "*");
}

TEST_F(GapsTest, AMappingIsReadFromBesideThePolicyAndCountsIntoItsHash) {
  const auto p = policy("[attribute.rule]\nkind=\"postal\"\nfile=\"areas.csv\"\ncolumns=[\"postal\",\"city\"]\n");
  ASSERT_TRUE(p) << p.error().describe();
  EXPECT_NE(p->content().find("1000002,13101"), std::string::npos);
  const auto found = search(*read_table("q\n100-0001\n100-0002\n", ',', "t.csv"), *p);
  ASSERT_TRUE(found) << found.error().describe();
  EXPECT_EQ(found->decision.levels[0].second, 1);
  EXPECT_EQ(policy("[attribute.rule]\nkind=\"postal\"\nfile=\"none.csv\"\n").error().code, "policy.hierarchy");
}

}  // namespace
}  // namespace sekisho::anonymize
