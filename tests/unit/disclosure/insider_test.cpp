#include <gtest/gtest.h>

#include "core/random.h"
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

// Patterns of any kind, most of them unsafe: each insider by a maximal flow for each cell.
TEST(Insider, WhatManyInsidersTogetherAreAskedIsWhatEachOfThemComputes) {
  SeededRandom random(13);
  std::size_t told = 0, kept = 0;
  for (int round = 0; round < 60; ++round) {
    std::vector<std::vector<int>> values(4 + random.below(5), std::vector<int>(4 + random.below(4)));
    for (auto& row : values)
      for (int& value : row)
        value = static_cast<int>(random.chance(0.4) ? 1 + random.below(3) : 4 + random.below(30));
    TwoWay t = two_way(values, 5);
    ASSERT_TRUE(check_table(t.table));
    Pattern pattern(t.table.cells.size(), Status::kPublished);
    for (std::size_t i = 0; i < pattern.size(); ++i)
      if (t.table.cells[i].primary || random.chance(0.4))
        pattern[i] = t.table.cells[i].primary ? Status::kPrimary : Status::kSecondary;
    const auto report = audit(t.table, pattern, {}, {.insiders = true});
    ASSERT_TRUE(report) << report.error().describe();
    const auto found = [&](std::size_t insider, std::size_t cell) {
      return std::ranges::find_if(report->insider_findings, [&](const InsiderFinding& finding) {
        return finding.insider == insider && finding.cell == cell;
      });
    };
    const std::vector<char> hidden = hidden_cells(pattern);
    std::size_t expected = 0;
    for (std::size_t insider = 0; insider < hidden.size(); ++insider) {
      if (!hidden[insider] || t.table.cells[insider].value != 1) continue;
      std::vector<char> rest = hidden;
      rest[insider] = 0;
      for (std::size_t i = 0; i < hidden.size(); ++i) {
        const Cell& cell = t.table.cells[i];
        if (i == insider || !cell.primary) continue;
        const auto above = static_cast<double>(flow_reach(t, rest, i, true));
        const auto below = static_cast<double>(flow_reach(t, rest, i, false));
        const auto at = found(insider, i);
        if (at == report->insider_findings.end()) {  // wide enough, or nothing that this insider helps with
          EXPECT_TRUE(above + below >= cell.need_slide ||
                      above + below ==
                          static_cast<double>(flow_reach(t, hidden, i, true) + flow_reach(t, hidden, i, false)))
              << "round " << round;
          ++kept;
          continue;
        }
        ++expected;
        EXPECT_LT(above + below, cell.need_slide);
        EXPECT_NEAR(at->interval.high, cell.value + above, 1e-5) << "round " << round;
        EXPECT_NEAR(at->interval.low, cell.value - below, 1e-5) << "round " << round;
        EXPECT_EQ(at->exact, above + below == 0);
      }
    }
    EXPECT_EQ(report->insider_findings.size(), expected);
    told += expected;
  }
  EXPECT_GT(told, 200U);
  EXPECT_GT(kept, 200U);
}

TEST(Insider, SmallTablesGetTheFewestCellsThatKeepInsidersIgnorantByBruteForce) {
  SeededRandom random(11);
  int compared = 0, dearer = 0, impossible = 0;
  for (int round = 0; round < 40; ++round) {
    std::vector<std::vector<int>> values(3, std::vector<int>(3));
    for (auto& row : values)
      for (int& value : row)
        value = static_cast<int>(random.chance(0.3) ? 1 + random.below(3) : 8 + random.below(40));
    TwoWay t = two_way(values, 4);
    ASSERT_TRUE(check_table(t.table));
    const int best = fewest(t, flow_safe_from_insiders);
    const auto exact = protect(t.table, {.mode = Mode::kExact, .insiders = true});
    const auto fast = protect(t.table, {.mode = Mode::kFast, .insiders = true});
    if (best < 0) {
      ++impossible;
      EXPECT_FALSE(exact);
      EXPECT_FALSE(fast);
      continue;
    }
    ASSERT_TRUE(exact) << exact.error().describe();
    ASSERT_TRUE(fast) << fast.error().describe();
    EXPECT_TRUE(flow_safe_from_insiders(t, hidden_cells(exact->pattern))) << "round " << round;
    EXPECT_TRUE(flow_safe_from_insiders(t, hidden_cells(fast->pattern))) << "round " << round;
    if (exact->optimal) {
      EXPECT_EQ(static_cast<int>(exact->secondary), best) << "round " << round;
    }
    EXPECT_LE(exact->lp_bound, best + 1e-6);
    dearer += best > fewest(t, flow_safe);
    ++compared;
  }
  EXPECT_GT(compared, 20);
  EXPECT_GT(dearer, 3);  // control: the pattern against outsiders alone would have told somebody
}

TEST(Insider, LargerTablesHoldAgainstEverybodyWhoIsAloneInACell) {
  SeededRandom random(12);
  int mattered = 0;
  for (int round = 0; round < 6; ++round) {
    std::vector<std::vector<int>> values(12, std::vector<int>(9));
    for (auto& row : values)
      for (int& value : row)
        value = static_cast<int>(random.chance(0.25) ? 1 + random.below(4) : 10 + random.below(90));
    TwoWay t = two_way(values, 10);
    ASSERT_TRUE(check_table(t.table));
    const auto result = protect(t.table, {.insiders = true});
    ASSERT_TRUE(result) << result.error().describe();
    EXPECT_TRUE(flow_safe_from_insiders(t, hidden_cells(result->pattern)));
    EXPECT_EQ(result->audit.insider_exact + result->audit.insider_too_narrow, 0U);
    mattered += result->insiders_mattered;
  }
  EXPECT_GT(mattered, 0);
}

TEST(Insider, WhoCannotBeKeptIgnorantIsNamedInTheRefusal) {
  // Two cells and their total, which is forced out: each knows the other.
  auto table = parse_cells(
      "cell,value,primary,need_slide,publish\na,1,1,2,0\nb,1,1,2,0\nab,2,0,0,0\nabc,90,0,0,1\nc,88,0,0,1\n");
  ASSERT_TRUE(table) << table.error().describe();
  ASSERT_TRUE(parse_relations(*table, "relation,total,child\n0,ab,a\n0,ab,b\n1,abc,ab\n1,abc,c\n"));
  ASSERT_TRUE(check_table(*table));
  ASSERT_TRUE(protect(*table, {}));  // control: outsiders learn nothing
  const auto result = protect(*table, {.insiders = true});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, "disclosure.insiders");
  EXPECT_NE(result.error().message.find("cell a"), std::string::npos) << result.error().message;
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
