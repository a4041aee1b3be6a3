// Attacks on sums and roundings, each beside the control in which it works.
#include <gtest/gtest.h>

#include "disclosure/audit.h"
#include "disclosure/rounding.h"

namespace sekisho::disclosure {
namespace {

CellTable table_of(const std::string& cells, const std::string& relations) {
  auto table = parse_cells(cells);
  EXPECT_TRUE(table) << table.error().describe();
  EXPECT_TRUE(parse_relations(*table, "relation,total,child\n" + relations));
  EXPECT_TRUE(check_table(*table));
  return std::move(*table);
}

TEST(Attack, OneOfTwoHospitalsSubtractsItsOwnFigureFromTheirSum) {
  CellTable table =
      table_of("cell,value,freq,primary,need_up\na,700,1,1,70\nb,900,1,1,90\nsum,1600,2,0,\n", "0,sum,a\n0,sum,b\n");
  const Pattern pattern = {Status::kPrimary, Status::kPrimary, Status::kPublished};
  EXPECT_TRUE(audit(table, pattern)->safe());  // to everybody else they are well hidden
  const auto told = audit(table, pattern, {}, {.insiders = true});
  ASSERT_TRUE(told);
  EXPECT_EQ(told->insider_exact, 2U);
  EXPECT_FALSE(told->safe());
  const Pattern with_sum = {Status::kPrimary, Status::kPrimary, Status::kSecondary};
  EXPECT_TRUE(audit(table, with_sum, {}, {.insiders = true})->safe());
}

TEST(Attack, AnUnroundedTotalUndoesTheRoundingOfItsParts) {
  // 2 and 1 shown as 0 to a base of 15 may be up to 14; a total shown as 3 leaves 0 to 3.
  CellTable table =
      table_of("cell,value,primary,need_slide,lower,upper\na,2,1,10,0,14\nb,1,1,10,0,14\nsum,3,1,10,0,14\n",
               "0,sum,a\n0,sum,b\n");
  const Pattern rounded(3, Status::kPrimary);
  EXPECT_TRUE(audit(table, rounded)->safe());
  table.cells[2].primary = false;
  const auto told = audit(table, {Status::kPrimary, Status::kPrimary, Status::kPublished});
  ASSERT_TRUE(told);
  EXPECT_EQ(told->too_narrow, 2U);
  // The product rounds totals as well.
  CellTable plain = table_of("cell,value\na,2\nb,31\nsum,33\n", "0,sum,a\n0,sum,b\n");
  mark_primary(plain, {});
  require_needs(plain, {});
  const auto result = round_table(plain, {});
  ASSERT_TRUE(result) << result.error().describe();
  for (const double value : result->values)
    EXPECT_EQ(value, result->base * static_cast<int>(value / result->base));
}

TEST(Attack, RegionsThatOverlapCountiesGiveNoCountyBack) {
  // Two groupings of four counties: {1, 2}, {3, 4} and {2, 3}, {1, 4}; county 1 has 4 persons.
  CellTable table = table_of(
      "cell,value,primary,need_slide\nc1,4,1,10\nc2,40,0,\nc3,50,0,\nc4,60,0,\nr12,44,0,\nr34,110,0,\ns23,90,0,\n"
      "s14,64,0,\nall,154,0,\n",
      "0,r12,c1\n0,r12,c2\n1,r34,c3\n1,r34,c4\n2,s23,c2\n2,s23,c3\n3,s14,c1\n3,s14,c4\n4,all,r12\n4,all,r34\n5,all,"
      "s23\n"
      "5,all,s14\n");
  Pattern naive(9, Status::kPublished);  // each grouping by itself has a partner for county 1
  naive[0] = Status::kPrimary;
  naive[1] = naive[3] = Status::kSecondary;
  const auto told = audit(table, naive);
  ASSERT_TRUE(told);
  EXPECT_EQ(told->exact, 1U);
  Pattern wide = naive;
  wide[2] = Status::kSecondary;
  EXPECT_TRUE(audit(table, wide)->safe());
}

}  // namespace
}  // namespace sekisho::disclosure
