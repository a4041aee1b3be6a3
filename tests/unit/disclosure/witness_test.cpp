#include "disclosure/witness.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "disclosure/protect.h"

namespace sekisho::disclosure {
namespace {

// 3 and 4 in the first row, 20 everywhere else of a 3 x 3 table with its totals.
CellTable small_table() {
  const std::string cells =
      "cell,r,c,value,primary,need_slide\n"
      "0,a,x,3,1,10\n1,a,y,20,0,\n2,a,z,20,0,\n3,a,T,43,0,\n"
      "4,b,x,20,0,\n5,b,y,4,1,10\n6,b,z,20,0,\n7,b,T,44,0,\n"
      "8,T,x,23,0,\n9,T,y,24,0,\n10,T,z,40,0,\n11,T,T,87,0,\n";
  const std::string relations =
      "relation,total,child\n1,3,0\n1,3,1\n1,3,2\n2,7,4\n2,7,5\n2,7,6\n3,11,8\n3,11,9\n3,11,10\n"
      "4,8,0\n4,8,4\n5,9,1\n5,9,5\n6,10,2\n6,10,6\n7,11,3\n7,11,7\n";
  auto table = parse_cells(cells);
  EXPECT_TRUE(table);
  EXPECT_TRUE(parse_relations(*table, relations));
  EXPECT_TRUE(check_table(*table));
  return std::move(*table);
}

TEST(Witness, EveryProposedTableAddsUpAndChangesOnlyHiddenCells) {
  const CellTable table = small_table();
  const auto result = protect(table, {});
  ASSERT_TRUE(result);
  const Json found = witnesses(table, result->pattern);
  ASSERT_EQ(found["witnesses"].size() + found["without"].size(), 2U);
  EXPECT_EQ(found["witnesses"].size(), 2U);
  for (const Json& witness : found["witnesses"]) {
    double width = 0;
    for (const char* side : {"up", "down"}) {
      std::map<std::string, double> difference;
      for (const Json& move : witness[side])
        difference[move[0].get<std::string>()] += move[1].get<double>();
      for (const auto& [id, amount] : difference) {
        const auto cell = static_cast<std::size_t>(std::stoul(id));
        EXPECT_NE(result->pattern[cell], Status::kPublished);
        EXPECT_GE(table.cells[cell].value + amount, 0);
      }
      for (const Relation& relation : table.relations) {
        double sum = -difference[table.cells[static_cast<std::size_t>(relation.total)].id];
        for (const std::int32_t child : relation.children)
          sum += difference[table.cells[static_cast<std::size_t>(child)].id];
        EXPECT_EQ(sum, 0);
      }
      width += std::abs(difference[witness["cell"].get<std::string>()]);
    }
    EXPECT_GE(width, 10);
  }
}

TEST(Witness, ACellHiddenAloneHasNone) {
  const CellTable table = small_table();
  Pattern pattern(table.cells.size(), Status::kPublished);
  pattern[0] = pattern[5] = Status::kPrimary;
  const Json found = witnesses(table, pattern);
  EXPECT_TRUE(found["witnesses"].empty());
  EXPECT_EQ(found["without"], Json::array({"0", "5"}));
}

}  // namespace
}  // namespace sekisho::disclosure
