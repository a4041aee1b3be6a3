#include "disclosure/proposals.h"

#include <gtest/gtest.h>

#include "disclosure/protect.h"

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

}  // namespace
}  // namespace sekisho::disclosure
