#include "disclosure/rounding.h"

#include <gtest/gtest.h>

#include <cmath>

#include "two_way.h"

namespace sekisho::disclosure {
namespace {

TEST(Rounding, RoundedTablesAddUpAndEveryNumberIsANeighbour) {
  TwoWay t = two_way({{4, 40, 51}, {60, 72, 83}, {90, 30, 20}}, 10);
  ASSERT_TRUE(check_table(t.table));
  const auto rounded = round_table(t.table, {});
  ASSERT_TRUE(rounded) << rounded.error().describe();
  EXPECT_TRUE(rounded->zero_restricted);
  EXPECT_EQ(rounded->exact + rounded->too_narrow, 0U);
  for (std::size_t i = 0; i < rounded->values.size(); ++i) {
    EXPECT_EQ(std::fmod(rounded->values[i], rounded->base), 0);
    EXPECT_LT(std::abs(rounded->values[i] - t.table.cells[i].value), rounded->base);
  }
  for (const Relation& relation : t.table.relations) {
    double sum = 0;
    for (const std::int32_t child : relation.children)
      sum += rounded->values[static_cast<std::size_t>(child)];
    EXPECT_EQ(sum, rounded->values[static_cast<std::size_t>(relation.total)]);
  }
}

// Attack and control: a base smaller than the needed width leaves windows that are too narrow.
TEST(Rounding, ABaseThatLeavesTooNarrowWindowsIsRefused) {
  TwoWay t = two_way({{4, 40, 51}, {60, 72, 83}, {90, 30, 20}}, 10);
  ASSERT_TRUE(check_table(t.table));
  const auto small = round_table(t.table, {.base = 3});
  ASSERT_FALSE(small);
  EXPECT_EQ(small.error().code, "rounding.narrow");
  EXPECT_TRUE(round_table(t.table, {.base = 15}));
}

TEST(Rounding, ForcedCellsAreRefused) {
  TwoWay t = two_way({{4, 40, 51}, {60, 72, 83}}, 10);
  t.table.cells[1].publish = true;
  ASSERT_TRUE(check_table(t.table));
  const auto rounded = round_table(t.table, {});
  ASSERT_FALSE(rounded);
  EXPECT_EQ(rounded.error().code, "rounding.forced");
}

}  // namespace
}  // namespace sekisho::disclosure
