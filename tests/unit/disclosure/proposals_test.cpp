#include "disclosure/proposals.h"

#include <gtest/gtest.h>

#include <set>

#include "datasets.h"
#include "disclosure/protect.h"
#include "disclosure/table_proposals.h"

namespace sekisho::disclosure {
namespace {

// One dimension, three ages and their total.
Result<CellTable> ages(const std::string& cells) {
  SEKISHO_TRY(CellTable table, parse_cells("cell,age,value\n" + cells));
  SEKISHO_CHECK(parse_relations(table, "relation,total,child\nr,t,a\nr,t,b\nr,t,c\n"));
  SEKISHO_CHECK(check_table(table));
  mark_primary(table, {});
  require_needs(table, {});
  return table;
}

TEST(Proposals, TwoSmallClassesTogetherReachTheThresholdAndNothingIsHidden) {
  // a (4) and b (6) are hidden; a + b = 10 is not. Every other merge leaves one small cell and needs a second one.
  const auto table = ages("a,0-19,4\nb,20-39,6\nc,40+,50\nt,Total,60\n");
  ASSERT_TRUE(table) << table.error().describe();
  const auto proposals = propose_merges(*table, {}, 2, 10);
  ASSERT_EQ(proposals.size(), 1U);
  EXPECT_EQ(proposals[0].dimension, "age");
  EXPECT_EQ(proposals[0].first, "0-19");
  EXPECT_EQ(proposals[0].second, "20-39");
  EXPECT_EQ(proposals[0].hidden_before, 2U);
  EXPECT_EQ(proposals[0].hidden_after, 0U);
}

TEST(Proposals, ThereAreNoneWhereNothingIsHiddenOrNeedsAreNotThoseOfTheThreshold) {
  auto table = ages("a,0-19,40\nb,20-39,60\nc,40+,50\nt,Total,150\n");
  ASSERT_TRUE(table) << table.error().describe();
  EXPECT_TRUE(propose_merges(*table, {}, 0, 10).empty());
  table->cells[0].primary = true;
  table->cells[0].need_up = 5;
  EXPECT_TRUE(propose_merges(*table, {}, 2, 10).empty());
}

TEST(Proposals, MergedMagnitudesAreJudgedByTheirLargestContributions) {
  // p = 10: in a and b one unit dominates (needs 0.1 * 90 - 0 - ...); together the second is as large as the first.
  Policy policy{.p = 10};
  auto table = parse_cells(
      "cell,trade,value,freq,top1,top2\na,A,100,20,95,1\nb,B,110,20,96,1\nc,C,900,90,90,80\n"
      "d,D,800,90,70,60\nt,Total,1910,220,96,95\n");
  ASSERT_TRUE(table);
  ASSERT_TRUE(parse_relations(*table, "relation,total,child\nr,t,a\nr,t,b\nr,t,c\nr,t,d\n"));
  ASSERT_TRUE(check_table(*table));
  mark_primary(*table, policy);
  require_needs(*table, policy);
  // 100 - 95 - 1 = 4 < 9.5 and 110 - 96 - 1 = 13 >= 9.6: only a is sensitive.
  ASSERT_TRUE(table->cells[0].primary);
  ASSERT_FALSE(table->cells[1].primary);
  const auto proposals = propose_merges(*table, policy, 2, 10);
  ASSERT_FALSE(proposals.empty());
  for (const Proposal& one : proposals) {
    EXPECT_EQ(one.first, "A");  // 210 - 96 - 95 = 19 >= 9.6; with C or D it is larger
    EXPECT_EQ(one.hidden_after, 0U);
  }
}

class TableProposals : public WithFolder {};

TEST_F(TableProposals, NameTheMergeThatTheTableWithItsOptionThenKeeps) {
  std::string csv = "person_id,age,sex\n";
  int person = 0;
  const auto add = [&](const std::string& age, const std::string& sex, int count) {
    for (int k = 0; k < count; ++k)
      csv += "p" + std::to_string(++person) + "," + age + "," + sex + "\n";
  };
  add("young", "F", 6);
  add("young", "M", 5);
  add("middle", "F", 7);
  add("middle", "M", 40);
  add("old", "F", 50);
  add("old", "M", 60);
  TableRequest request{.dataset = write("d.csv", csv), .rows = {"age"}, .columns = {"sex"}};
  const auto result = make_table(request);
  ASSERT_TRUE(result) << result.error().describe();
  ASSERT_EQ(result->primary, 3U);
  const auto proposals = propose_table_merges(request, *result);
  ASSERT_FALSE(proposals.empty());
  EXPECT_EQ(proposals[0].dimension, "age");
  EXPECT_EQ((std::set<std::string>{proposals[0].first, proposals[0].second}),
            (std::set<std::string>{"middle", "young"}));
  EXPECT_EQ(proposals[0].hidden_after, 0U);  // 13 and 45
  request.groupings["age"].merges.push_back({"young", "middle"});
  const auto merged = make_table(request);
  ASSERT_TRUE(merged) << merged.error().describe();
  EXPECT_EQ(values_of(*merged)["young+middle F"], "13");
  EXPECT_EQ(values_of(*merged)["young+middle M"], "45");
  EXPECT_EQ(merged->primary + merged->secondary, 0U);
}

TEST_F(TableProposals, AMergeOfUnknownOrTwiceNamedCategoriesIsRefused) {
  const auto file = write("d.csv", "person_id,age\np1,a\np2,b\np3,c\n");
  TableRequest request{.dataset = file, .rows = {"age"}};
  request.groupings["age"].merges = {{"a", "x"}};
  EXPECT_EQ(make_table(request).error().code, "table.merge");
  request.groupings["age"].merges = {{"a", "b"}, {"b", "c"}};
  EXPECT_EQ(make_table(request).error().code, "table.merge");
}

}  // namespace
}  // namespace sekisho::disclosure
