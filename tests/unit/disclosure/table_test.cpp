#include <gtest/gtest.h>

#include <map>

#include "core/csv.h"
#include "core/file.h"
#include "core/random.h"
#include "datasets.h"

namespace sekisho::disclosure {
namespace {

class Table : public WithFolder {};

// Persons of known groups; `twice` rows for each.
std::string dataset(const std::map<std::pair<std::string, std::string>, int>& groups, int times) {
  std::string csv = "person_id,sex,age\n";
  int person = 0;
  for (const auto& [group, count] : groups)
    for (int i = 0; i < count; ++i, ++person)
      for (int k = 0; k < times; ++k)
        csv += "P" + std::to_string(person) + "," + group.first + "," + group.second + "\n";
  return csv;
}

const std::map<std::pair<std::string, std::string>, int> kGroups = {{{"M", "20-"}, 30}, {{"M", "40-"}, 4},
                                                                    {{"M", "60-"}, 55}, {{"F", "20-"}, 41},
                                                                    {{"F", "40-"}, 60}, {{"F", "60-"}, 22}};

TEST_F(Table, CountsPersonsNotRowsAndHidesASmallCellWithPartners) {
  for (const int times : {1, 12}) {  // one person twelve times is one person
    const auto result = make_table({write("d.csv", dataset(kGroups, times)), {"sex"}, {"age"}});
    ASSERT_TRUE(result) << result.error().describe();
    EXPECT_TRUE(result->safe);
    EXPECT_EQ(result->cells, 12U);
    EXPECT_EQ(result->primary, 1U);
    EXPECT_EQ(result->secondary, 3U);
    const auto csv = read_csv(result->csv);
    ASSERT_TRUE(csv);
    std::map<std::string, std::string> values;
    for (const auto& row : csv->rows)
      values[row[0] + " " + row[1]] = row[2];
    EXPECT_EQ(values["M 40-"], "");
    EXPECT_EQ(values["Total Total"], "212");
    EXPECT_EQ(result->csv.find("primary"), std::string::npos);
    EXPECT_EQ(result->proof["dataset"]["persons"], 212);
  }
}

TEST_F(Table, PersonsInSeveralCategoriesAreCountedOnceInEachAndTotalsAddUp) {
  std::string csv = "person,season\n";
  for (int i = 0; i < 30; ++i)
    csv += "p" + std::to_string(i) + ",2020\np" + std::to_string(i) + ",2021\n";
  const auto result = make_table({write("d.csv", csv), {"season"}, {}});
  ASSERT_TRUE(result) << result.error().describe();
  EXPECT_EQ(result->csv, "season,value,status\n2020,30,published\n2021,30,published\nTotal,60,published\n");
  EXPECT_EQ(result->proof["totals_count_a_person_once_per"], Json::array({"season"}));
}

TEST_F(Table, ATotalOfFewPersonsIsSensitiveHoweverOftenTheyCount) {
  std::string csv = "person,season\n";
  for (int season = 0; season < 5; ++season)
    for (int i = 0; i < 9; ++i)
      csv += "p" + std::to_string(i) + "," + std::to_string(2020 + season) + "\n";
  const auto result = make_table({write("d.csv", csv), {"season"}, {}});  // total 45, of nine persons
  ASSERT_TRUE(result) << result.error().describe();
  EXPECT_EQ(result->primary, 6U);
}

TEST_F(Table, WhatCannotBeCountedIsAClearError) {
  const auto file = write("d.csv", dataset(kGroups, 1));
  EXPECT_EQ(make_table({file, {"nosuch"}, {}}).error().code, "usage.column");
  EXPECT_EQ(make_table({file, {}, {}}).error().code, "usage.column");
  EXPECT_EQ(make_table({file, {"sex"}, {"sex"}}).error().code, "usage.column");
  EXPECT_EQ(make_table({file, {"person_id"}, {}}).error().code, "usage.column");
  EXPECT_EQ(make_table({write("e.csv", "a,b\n1,2\n"), {"a"}, {}}).error().code, "table.person");
  EXPECT_EQ(make_table({write("f.csv", "person,b\np,2,3\n"), {"b"}, {}}).error().code, "csv.ragged");
  EXPECT_EQ(make_table({write("g.csv", "person,b\np,Total\n"), {"b"}, {}}).error().code, "table.label");
  EXPECT_EQ(make_table({write("h.csv", ""), {"b"}, {}}).error().code, "csv.empty");
  EXPECT_EQ(make_table({write("i.csv", "person,b\np,x\nq,y\n"), {"b"}, {}}).error().code, "disclosure.infeasible");
  std::string many = "person,b\n";
  for (int i = 0; i < 30'000; ++i)
    many += "p" + std::to_string(i) + ",c" + std::to_string(i) + "\n";
  EXPECT_EQ(make_table({write("j.csv", many), {"b"}, {}}).error().code, "table.too_large");
}

TEST_F(Table, LabelsWithQuotesCommasAndLineBreaksComeBackWhole) {
  std::string csv = "person,drug\n";
  for (int i = 0; i < 40; ++i)
    csv += "p" + std::to_string(i) + (i % 2 == 0 ? ",\"a \"\"b\"\", c\nd\"\n" : ",e\n");
  const auto result = make_table({write("d.csv", csv), {"drug"}, {}});
  ASSERT_TRUE(result) << result.error().describe();
  EXPECT_EQ(read_csv(result->csv)->rows[0][0], "a \"b\", c\nd");
}

}  // namespace
}  // namespace sekisho::disclosure
