#include "recipe/recipe.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tables.h"

namespace sekisho::recipe {
namespace {

using Row = std::vector<std::string>;

struct RecipeTest : testing::Test, Tables {};

TEST_F(RecipeTest, TheFirstTreatmentOfASeasonIsOneRow) {
  person("r1", "P1", "F", 1980, 5, "1301");
  person("r2", "P1", "F", 1980, 5, "1301");  // the same person at another hospital
  give("r1", "2016-01-20", "610443074");
  give("r2", "2016-02-03", "660443018");
  give("r1", "2016-12-24", "622012101");
  EXPECT_EQ(run("influenza-antivirals").rows, (std::vector<Row>{{"P1", "2015/16", "35", "F", "1301", "610443074"},
                                                                {"P1", "2016/17", "36", "F", "1301", "622012101"}}));
}

TEST_F(RecipeTest, PriceCodesAndReceiptCodesUnderLocalLabelsAreFound) {
  person("r1", "P1", "M", 2010, 1, "");
  person("r2", "P2", "M", 2010, 1, "1301");
  give("r1", "2018-01-20", "6250021M1027", "PRICE12", "active", "610443074");
  give("r2", "2018-01-20", "", "", "active", "622012101");
  const auto rows = run("influenza-antivirals").rows;
  EXPECT_EQ(rows, (std::vector<Row>{{"P1", "2017/18", "8", "M", "", "610443074"},
                                    {"P2", "2017/18", "8", "M", "1301", "622012101"}}));
}

TEST_F(RecipeTest, AnEndedCodeCountsUntilItsLastDayOnly) {
  person("r1", "P1", "M", 1950, 1, "1301");
  person("r2", "P2", "M", 1950, 1, "1301");
  give("r1", "2013-03-31", "621972101");
  give("r2", "2013-04-01", "621972101");
  const auto rows = run("influenza-antivirals").rows;
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0][0], "P1");
  EXPECT_EQ(rows[0][5], "621972101");
}

TEST_F(RecipeTest, CancelledAndSupersededOrdersAreNoTreatment) {
  person("r1", "P1", "M", 1950, 1, "1301");
  give("r1", "2018-01-20", "610443074", "REC", "cancelled");
  give("r1", "2018-01-20", "610443074", "REC", "superseded");
  give("r1", "2018-01-20", "620002023");  // another drug
  EXPECT_TRUE(run("influenza-antivirals").rows.empty());
}

// ISO weeks by the calendar: 2016-09-05 is the Monday of week 36, 2016-09-04 the Sunday of week 35.
TEST_F(RecipeTest, ASeasonBeginsWithIsoWeek36) {
  for (const auto& [reg, day] : {std::pair{"r1", "2016-09-04"}, {"r2", "2016-09-05"}}) {
    person(reg, reg, "M", 1950, 1, "1301");
    give(reg, day, "610443074");
  }
  const auto rows = run("influenza-antivirals").rows;
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0][1], "2015/16");
  EXPECT_EQ(rows[1][1], "2016/17");
}

TEST_F(RecipeTest, SubtypesFollowTheReceptorsAndSayWhyTheyCannotBeTold) {
  struct Case {
    const char *er, *pgr, *ihc, *fish;  // "": not there, "?": unreadable
    const char *hr, *her2, *reason;
  };
  const Case cases[] = {{"+", "-", "1", "", "positive", "negative", ""},
                        {"-", "-", "3", "", "negative", "positive", ""},
                        {"-", "+", "2", "+", "positive", "positive", ""},
                        {"-", "-", "2", "-", "negative", "negative", ""},
                        {"+", "+", "2", "", "positive", "not determinable", "HER2 2+ without FISH"},
                        {"+", "+", "", "", "positive", "not determinable", "HER2 missing"},
                        {"", "", "0", "", "not determinable", "negative", "receptors missing"},
                        {"?", "?", "?", "", "not determinable", "not determinable", "report cannot be read"},
                        {"", "", "", "", "not determinable", "not determinable", "no test found"}};
  int n = 0;
  for (const Case& c : cases) {
    const std::string reg = fmt::format("r{}", n++);
    person(reg, reg, "F", 1960, 6, "1301");
    diagnose(reg, "2018-04-02", "confirmed");
    const auto sign = [&](std::string_view code, std::string_view value) {
      if (value.empty()) return;
      if (value == "?")
        result(reg, "2018-04-20", code, "", "");
      else
        result(reg, "2018-04-20", code, "  " + std::string(value), value == "+" ? "pos" : "neg");
    };
    sign("ER", c.er);
    sign("PGR", c.pgr);
    sign("HER2FISH", c.fish);
    const std::string_view ihc = c.ihc;
    if (ihc == "?")
      result(reg, "2018-04-20", "HER2IHC", "", "");
    else if (ihc == "0")
      result(reg, "2018-04-20", "HER2IHC", "0", "");
    else if (!ihc.empty())
      result(reg, "2018-04-20", "HER2IHC", fmt::format(" {} +", ihc), fmt::format("{}+", ihc));
  }
  person("e", "e", "F", 1960, 6, "1301");
  diagnose("e", "2018-04-02", "confirmed");
  claim("e", "2018-04-01", "160178910");
  person("s", "s", "F", 1960, 6, "1301");
  diagnose("s", "2018-04-02", "suspected");
  const auto rows = run("breast-subtype").rows;
  ASSERT_EQ(rows.size(), std::size(cases) + 1);
  EXPECT_EQ(rows[0].back(), "tested elsewhere, no result sent");
  for (std::size_t i = 0; i < std::size(cases); ++i) {
    const Row& row = rows[i + 1];
    EXPECT_EQ(row[1], "2018");
    EXPECT_EQ(row[2], "57");
    EXPECT_EQ(row[5], cases[i].hr) << i;
    EXPECT_EQ(row[6], cases[i].her2) << i;
    EXPECT_EQ(row[8], cases[i].reason) << i;
  }
}

TEST_F(RecipeTest, ARowDoesNotDependOnThreadsOrOnTheOrderOfTheTables) {
  for (int i = 0; i < 400; ++i) {
    const std::string reg = fmt::format("r{:03}", i);
    person(reg, fmt::format("P{}", i % 150), i % 2 == 0 ? "M" : "F", 1940 + i % 70, 1 + i % 12, "1301");
    give(reg, fmt::format("201{}-0{}-1{}", i % 9, 1 + i % 3, i % 10), i % 3 == 0 ? "610443074" : "622012101");
  }
  const auto once = run("influenza-antivirals", 1).rows;
  EXPECT_EQ(run("influenza-antivirals", 4).rows, once);
  EXPECT_GT(once.size(), 100u);
}

TEST(RecipeFile, WhatReachesBeyondTheViewsIsRefused) {
  const auto folder = TemporaryFolder::create();
  const auto file = folder->path() / "r.toml";
  const auto load = [&](const std::string& sql) {
    std::ofstream(file) << "format = 1\nname = \"x\"\nfrom = \"s\"\n[[step]]\nname = \"s\"\nsql = \"" << sql
                        << "\"\n[[variable]]\nname = \"v\"\ntitle = \"v\"\n";
    return Recipe::load(file);
  };
  EXPECT_TRUE(load("SELECT 1 AS person, 'set; copy' AS v"));
  for (const char* sql : {"SELECT * FROM read_csv('/etc/passwd')", "SELECT 1; DROP VIEW drug", "COPY drug TO 'x'",
                          "SELECT getenv('HOME')", "ATTACH 'x'", "SELECT random()", "SELECT current_date"}) {
    const auto recipe = load(sql);
    ASSERT_FALSE(recipe) << sql;
    EXPECT_EQ(recipe.error().code, "recipe.sql");
    EXPECT_EQ(recipe.error().place.line, 6);
  }
}

TEST(RecipeFile, CodesWithoutSourceOrWithAnUnknownSystemAreRefused) {
  const auto folder = TemporaryFolder::create();
  const auto load = [&](const std::string& row) {
    std::ofstream(folder->path() / "c.csv") << "system,code,receipt_code,role,name,valid_from,valid_to,source\n" << row;
    std::ofstream(folder->path() / "r.toml")
        << "format = 1\nname = \"x\"\nfrom = \"s\"\n[[codeset]]\nname = \"c\"\nfile = \"c.csv\"\n[[step]]\nname = "
           "\"s\"\nsql = \"SELECT 1\"\n[[variable]]\nname = \"v\"\ntitle = \"v\"\n";
    return Recipe::load(folder->path() / "r.toml");
  };
  EXPECT_TRUE(load("REC,1,1,a,b,,2013-03-31,master\n"));
  EXPECT_EQ(load("REC,1,1,a,b,,2013-03-31,\n").error().code, "recipe.codeset");
  EXPECT_EQ(load("XYZ,1,1,a,b,,,master\n").error().code, "recipe.codeset");
  EXPECT_EQ(load("REC,1,1,a,b,,31.3.2013,master\n").error().code, "recipe.codeset");
}

}  // namespace
}  // namespace sekisho::recipe
