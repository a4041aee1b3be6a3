#include <gtest/gtest.h>

#include "two_way.h"

namespace sekisho::disclosure {
namespace {

Pattern square(const TwoWay& t) {
  Pattern pattern(t.table.cells.size(), Status::kPublished);
  for (const std::size_t i : {t.at(0, 0), t.at(0, 1), t.at(1, 0), t.at(1, 1)})
    pattern[i] = t.table.cells[i].primary ? Status::kPrimary : Status::kSecondary;
  return pattern;
}

TEST(Insider, TwoHiddenOnePersonCellsRevealEachOtherToTheirPersons) {
  TwoWay t = two_way({{1, 40, 50}, {40, 1, 80}, {90, 30, 20}}, 10);
  for (Cell& cell : t.table.cells)
    if (cell.primary) cell.need_slide = 2;
  ASSERT_TRUE(check_table(t.table));
  const auto outside = audit(t.table, square(t));
  ASSERT_TRUE(outside);
  EXPECT_TRUE(outside->safe());  // control: nobody outside computes anything
  EXPECT_EQ(outside->insiders, 0U);
  const auto told = audit(t.table, square(t), {}, {.insiders = true});
  ASSERT_TRUE(told);
  EXPECT_EQ(told->insider_exact, 2U);
  ASSERT_EQ(told->insider_findings.size(), 2U);
  EXPECT_EQ(told->insider_findings[0].insider, t.at(0, 0));
  EXPECT_EQ(told->insider_findings[0].cell, t.at(1, 1));
  EXPECT_NEAR(told->insider_findings[0].interval.low, 1, 1e-6);
  EXPECT_NEAR(told->insider_findings[0].interval.high, 1, 1e-6);
  EXPECT_FALSE(told->safe());
}

TEST(Insider, WiderPatternsKeepOnePersonCellsApart) {
  TwoWay t = two_way({{1, 1, 50}, {40, 41, 80}, {90, 30, 20}}, 10);
  for (Cell& cell : t.table.cells)
    if (cell.primary) cell.need_slide = 2;
  ASSERT_TRUE(check_table(t.table));
  Pattern pattern = square(t);
  pattern[t.at(0, 2)] = pattern[t.at(1, 2)] = Status::kSecondary;
  const auto report = audit(t.table, pattern, {}, {.insiders = true});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->insider_exact, 0U);
  EXPECT_TRUE(report->safe());
}

TEST(Whole, AnIntervalThatHoldsButOneWholeNumberIsExact) {
  // x + y = 3, x + z = 3, y + z + s = 2 with s known to be below 0.9: x lies within [2, 2.45].
  auto table = parse_cells(
      "cell,value,primary,need_slide,lower,upper\n"
      "x,2,1,0.1,0,9\ny,1,0,,0,9\nz,1,0,,0,9\ns,0,0,,0,0.9\nxy,3,0,,,\nxz,3,0,,,\nyzs,2,0,,,\n");
  ASSERT_TRUE(table) << table.error().describe();
  ASSERT_TRUE(
      parse_relations(*table, "relation,total,child\n0,xy,x\n0,xy,y\n1,xz,x\n1,xz,z\n2,yzs,y\n2,yzs,z\n2,yzs,s\n"));
  ASSERT_TRUE(check_table(*table));
  Pattern pattern(7, Status::kPublished);
  pattern[0] = Status::kPrimary;
  pattern[1] = pattern[2] = pattern[3] = Status::kSecondary;
  const auto report = audit(*table, pattern);
  ASSERT_TRUE(report) << report.error().describe();
  EXPECT_NEAR(report->hidden[0].interval.low, 2, 1e-6);
  EXPECT_NEAR(report->hidden[0].interval.high, 2.45, 1e-6);
  EXPECT_EQ(report->whole_exact, 1U);
  EXPECT_FALSE(report->safe());
  table->cells[3].upper = 4;  // control: another whole number fits
  const auto wide = audit(*table, pattern);
  ASSERT_TRUE(wide);
  EXPECT_EQ(wide->whole_exact, 0U);
  EXPECT_TRUE(wide->safe());
}

TEST(Audit, WithoutTimeThereIsNoJudgement) {
  TwoWay t = two_way({{1, 40, 50}, {40, 1, 80}, {90, 30, 20}}, 10);
  ASSERT_TRUE(check_table(t.table));
  const auto report = audit(t.table, square(t), {}, {.seconds = 1e-9});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, "audit.time");
}

}  // namespace
}  // namespace sekisho::disclosure
