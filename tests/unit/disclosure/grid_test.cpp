#include "disclosure/grid.h"

#include <gtest/gtest.h>

#include "two_way.h"

namespace sekisho::disclosure {
namespace {

std::vector<float> prices(const CellTable& table) {
  std::vector<float> price;
  for (const Cell& cell : table.cells)
    price.push_back(cell.primary ? 0.0F : static_cast<float>(cell.weight));
  return price;
}

void expect_sums_stay(const CellTable& table, const Grid::Box& box) {
  std::vector<int> way(table.cells.size(), 0);
  for (const auto& [cell, sign] : box.corners)
    way[static_cast<std::size_t>(cell)] += sign;
  for (const Relation& relation : table.relations) {
    int sum = -way[static_cast<std::size_t>(relation.total)];
    for (const std::int32_t child : relation.children)
      sum += way[static_cast<std::size_t>(child)];
    EXPECT_EQ(sum, 0) << relation.name;
  }
}

TEST(Grid, TheCheapestBoxAroundACellOfATwoWayTableIsARectangle) {
  TwoWay t = two_way({{4, 40, 50}, {60, 70, 80}, {90, 30, 20}}, 10);
  ASSERT_TRUE(check_table(t.table));
  auto grid = Grid::of(t.table);
  ASSERT_TRUE(grid);
  const std::vector<double> moved(t.table.cells.size(), 0);
  const auto box = grid->cheapest(t.at(0, 0), {0, 0, 10}, prices(t.table), 1e9, moved);
  ASSERT_TRUE(box);
  EXPECT_EQ(box->corners.size(), 4U);
  EXPECT_EQ(box->cost, 3);
  EXPECT_GE(box->up + box->down, 10);
  expect_sums_stay(t.table, *box);
  EXPECT_FALSE(grid->cheapest(t.at(0, 0), {0, 0, 10}, prices(t.table), 2.5, moved));
}

// Three two-way tables a x b, a x c, b x c that share their margins, without the cells behind them.
TEST(Grid, BoxesOfLinkedTablesKeepTheSumsOfAllOfThem) {
  std::string cells = "cell,a,b,c,value\n", relations = "relation,total,child\n";
  const auto id = [](int a, int b, int c) { return std::to_string(a * 16 + b * 4 + c); };
  const auto value = [](int a, int b, int c) { return 7 + a * 5 + b * 3 + c * 2; };  // of the cells behind; 3: total
  for (int a = 0; a < 4; ++a)
    for (int b = 0; b < 4; ++b)
      for (int c = 0; c < 4; ++c) {
        if (a != 3 && b != 3 && c != 3) continue;
        int sum = 0;
        for (int x = 0; x < 3; ++x)
          for (int y = 0; y < 3; ++y)
            for (int z = 0; z < 3; ++z)
              if ((a == 3 || a == x) && (b == 3 || b == y) && (c == 3 || c == z)) sum += value(x, y, z);
        cells += id(a, b, c) + "," + std::to_string(a) + "," + std::to_string(b) + "," + std::to_string(c) + "," +
                 std::to_string(sum) + "\n";
        const std::string own = id(a, b, c);
        for (int k = 0; k < 3; ++k) {
          if (a == 3 && (b == 3 || c == 3)) relations += "a" + own + "," + own + "," + id(k, b, c) + "\n";
          if (b == 3 && (a == 3 || c == 3)) relations += "b" + own + "," + own + "," + id(a, k, c) + "\n";
          if (c == 3 && (a == 3 || b == 3)) relations += "c" + own + "," + own + "," + id(a, b, k) + "\n";
        }
      }
  auto table = parse_cells(cells);
  ASSERT_TRUE(table) << table.error().describe();
  ASSERT_TRUE(parse_relations(*table, relations));
  const auto checked = check_table(*table);
  ASSERT_TRUE(checked) << checked.error().describe();
  auto grid = Grid::of(*table);
  ASSERT_TRUE(grid);
  const std::vector<double> moved(table->cells.size(), 0);
  int found = 0;
  for (std::size_t i = 0; i < table->cells.size(); ++i)
    if (const auto box = grid->cheapest(i, {0, 0, 5}, prices(*table), 1e9, moved)) {
      expect_sums_stay(*table, *box);
      ++found;
    }
  EXPECT_GT(found, 10);
}

}  // namespace
}  // namespace sekisho::disclosure
