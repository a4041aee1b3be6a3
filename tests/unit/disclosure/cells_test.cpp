#include <gtest/gtest.h>

#include "disclosure/cells.h"

namespace sekisho::disclosure {
namespace {

std::string error_of(std::string_view cells, std::string_view relations = "relation,total,child\n") {
  auto table = parse_cells(cells, "cells.csv");
  if (!table) return table.error().code;
  if (const auto added = parse_relations(*table, relations, "relations.csv"); !added) return added.error().code;
  if (const auto checked = check_table(*table); !checked) return checked.error().code;
  return "";
}

constexpr std::string_view kCells = "cell,sex,value\n0,men,3\n1,women,4\n2,Total,7\n";

TEST(Cells, BadInputIsRefusedByItsKind) {
  EXPECT_EQ(error_of(kCells, "relation,total,child\nr,2,0\nr,2,1\n"), "");
  EXPECT_EQ(error_of("cell,sex\n0,men\n"), "cells.column");
  EXPECT_EQ(error_of("cell,value\n"), "cells.empty");
  EXPECT_EQ(error_of("cell,value,value\n0,1,2\n"), "cells.column");
  EXPECT_EQ(error_of("cell,value\n0,-1\n"), "cells.negative");
  EXPECT_EQ(error_of("cell,value\n0,many\n"), "cells.number");
  EXPECT_EQ(error_of("cell,value\n0,\n"), "cells.number");
  EXPECT_EQ(error_of("cell,value\n0,nan\n"), "cells.number");
  EXPECT_EQ(error_of("cell,value\n0,1e300\n"), "cells.number");
  EXPECT_EQ(error_of("cell,value,primary\n0,1,yes\n"), "cells.number");
  EXPECT_EQ(error_of("cell,value\n0,1\n0,2\n"), "cells.duplicate");
  EXPECT_EQ(error_of("cell,value\n0,1,2\n"), "csv.ragged");
  EXPECT_EQ(error_of("cell,value\n0,\"1\n"), "csv.quote");
  EXPECT_EQ(error_of("cell,value,primary,publish\n0,1,1,1\n"), "cells.publish");
}

TEST(Relations, BadInputIsRefusedByItsKind) {
  EXPECT_EQ(error_of(kCells, "relation,total\nr,2\n"), "relations.column");
  EXPECT_EQ(error_of(kCells, "relation,total,child\nr,2,0\n"), "relations.sum");
  EXPECT_EQ(error_of(kCells, "relation,total,child\nr,2,9\n"), "relations.unknown_cell");
  EXPECT_EQ(error_of(kCells, "relation,total,child\nr,,1\n"), "relations.missing_total");
  EXPECT_EQ(error_of(kCells, "relation,total,child\nr,2,0\nr,2,0\n"), "relations.duplicate");
  EXPECT_EQ(error_of(kCells, "relation,total,child\nr,2,0\nr,1,0\n"), "relations.duplicate");
  EXPECT_EQ(error_of("cell,value\n0,5\n", "relation,total,child\nr,0,0\n"), "relations.cycle");
  EXPECT_EQ(error_of("cell,value\n0,5\n1,5\n", "relation,total,child\nr,0,1\ns,1,0\n"), "relations.cycle");
}

TEST(Cells, QuotedCommasAndLineBreaksArePartsOfLabels) {
  const auto table = parse_cells("cell,sex,value,rule,need_up\n0,\"a,\nb\",8,\"nk(1,85)\",2.5\n");
  ASSERT_TRUE(table) << table.error().describe();
  EXPECT_EQ(table->cells[0].labels[0], "a,\nb");
  EXPECT_EQ(table->cells[0].need_up, 2.5);
  EXPECT_EQ(table->dimensions, std::vector<std::string>{"sex"});
}

TEST(Cells, MagnitudesMayBeRoundedInTheFourthDecimal) {
  EXPECT_EQ(error_of("cell,value\n0,0.3333\n1,0.6667\n2,1.0001\n", "relation,total,child\nr,2,0\nr,2,1\n"), "");
  EXPECT_EQ(error_of("cell,value\n0,0.3333\n1,0.6667\n2,1.01\n", "relation,total,child\nr,2,0\nr,2,1\n"),
            "relations.sum");
}

TEST(PublicTable, HoldsNoHiddenValueAndDoesNotTellWhichCellsAreSensitive) {
  auto table = parse_cells(kCells);
  ASSERT_TRUE(table);
  const Pattern pattern{Status::kPrimary, Status::kSecondary, Status::kPublished};
  EXPECT_EQ(public_csv(*table, pattern), "sex,value,status\nmen,,hidden\nwomen,,hidden\nTotal,7,published\n");
  EXPECT_EQ(checker_csv(*table, pattern, {{0, 7}, {0, 7}, {}}),
            "cell,sex,value,status,low,high\n0,men,3,primary,0,7\n1,women,4,secondary,0,7\n2,Total,7,published,,\n");
}

TEST(Pattern, IsReadFromIdsOrFromACsvOfAnyone) {
  auto table = parse_cells("cell,value,primary\n0,3,1\n1,4,0\n2,7,0\n");
  ASSERT_TRUE(table);
  const Pattern expected{Status::kPrimary, Status::kSecondary, Status::kPublished};
  EXPECT_EQ(*parse_pattern(*table, "1\n"), expected);
  EXPECT_EQ(*parse_pattern(*table, "cell,status\n2,published\n1,hidden\n0,primary\n"), expected);
  EXPECT_EQ(parse_pattern(*table, "7\n").error().code, "pattern.unknown_cell");
  EXPECT_EQ(parse_pattern(*table, "cell,status\n0,gone\n").error().code, "pattern.status");
  EXPECT_EQ(parse_pattern(*table, "cell,status\n0,primary\n").error().code, "pattern.missing");
}

TEST(Policy, MayBeStricterButNotLooserWithoutADecision) {
  EXPECT_EQ(parse_policy(Json{{"t", 20}})->threshold, 20);
  EXPECT_EQ(parse_policy(Json{{"t", 5}}).error().code, "policy.looser");
  EXPECT_EQ(parse_policy(Json{{"t", 5}, {"decision", "2026-7"}})->threshold, 5);
  EXPECT_EQ(parse_policy(Json{{"treshold", 20}}).error().code, "policy.member");
  EXPECT_EQ(parse_policy(Json{{"round", -5}}).error().code, "policy.value");
  EXPECT_EQ(parse_policy(Json{{"nk", {0, 90}}}).error().code, "policy.value");
  EXPECT_EQ(parse_policy(Json{{"p", 10}})->not_checked, std::vector<std::string>{"p"});
}

// Formulas of the handbook (ESSNet, section 4.2): p % is sensitive when T - c1 - c2 < p/100 c1, (n, k) when the n
// largest have more than k percent.
TEST(Policy, DominanceIsJudgedByTheLargestContributionsOfTheFile) {
  auto table = parse_cells(
      "cell,value,freq,top1,top2\n"
      "one,1000,20,900,60\n"  // the rest, 40, is less than 90
      "even,1000,20,100,90\n"
      "pair,1000,20,480,450\n"  // the two largest: 93 %
      "few,1000,4,300,250\n"
      "alone,500,1,500,\n");
  ASSERT_TRUE(table) << table.error().describe();
  auto policy = parse_policy(Json{{"p", 10}, {"nk", {2, 90}}});
  ASSERT_TRUE(policy);
  claim_dominance(*table, *policy);
  EXPECT_TRUE(policy->not_checked.empty());
  mark_primary(*table, *policy);
  const auto cell = [&](std::size_t i) { return table->cells[i]; };
  EXPECT_TRUE(cell(0).primary);
  EXPECT_NEAR(cell(0).need_up, std::max(90.0 - 40, 100.0 / 90 * 960 - 1000), 1e-9);
  EXPECT_FALSE(cell(1).primary);
  EXPECT_TRUE(cell(2).primary);
  EXPECT_NEAR(cell(2).need_up, 100.0 / 90 * 930 - 1000, 1e-9);
  EXPECT_TRUE(cell(3).primary);
  EXPECT_EQ(cell(3).need_up, 1);  // few persons, none of whom dominates
  EXPECT_TRUE(cell(4).primary);
  EXPECT_NEAR(cell(4).need_up, 100.0 / 90 * 500 - 500, 1e-9);  // more than p %: 50
  auto five = parse_policy(Json{{"nk", {5, 90}}});
  claim_dominance(*table, *five);
  EXPECT_EQ(five->not_checked, std::vector<std::string>{"nk"});  // the file names two contributions
  auto counts = parse_cells("cell,value\n0,12\n");
  auto same = parse_policy(Json{{"p", 10}});
  claim_dominance(*counts, *same);
  EXPECT_EQ(same->not_checked, std::vector<std::string>{"p"});
}

TEST(Cells, AKnownUpperBoundOfZeroIsABoundAndAnEmptyOneIsNone) {
  auto table = parse_cells("cell,value,lower,upper\n0,0,0,0\n1,0,0,\n2,7,,\n");
  ASSERT_TRUE(table);
  ASSERT_TRUE(check_table(*table));
  EXPECT_EQ(table->cells[0].upper, 0);
  EXPECT_EQ(table->cells[1].upper, 7);
  EXPECT_EQ(table->cells[2].upper, 14);
}

TEST(Cells, FilesOfSpreadsheetsInCp932AreReadAndOthersRefused) {
  const auto folder = TemporaryFolder::create();
  ASSERT_TRUE(folder);
  const auto file = folder->path() / "cells.csv";
  ASSERT_TRUE(write_file_durable(file, "cell,\x90\xab\x95\xca,value\r\n0,\x92\x6a,12\r\n"));  // sex, man
  const auto text = read_csv_text(file);
  ASSERT_TRUE(text);
  const auto table = parse_cells(*text);
  ASSERT_TRUE(table);
  EXPECT_EQ(table->dimensions, std::vector<std::string>{"性別"});
  EXPECT_EQ(table->cells[0].labels, std::vector<std::string>{"男"});
  ASSERT_TRUE(write_file_durable(file, std::string("c\0e\0l\0l\0", 8)));  // UTF-16
  EXPECT_EQ(read_csv_text(file).error().code, "cells.charset");
  ASSERT_TRUE(write_file_durable(file, "cell,value\n\xff\xfe,1\n"));
  EXPECT_EQ(read_csv_text(file).error().code, "cells.charset");
}

TEST(Policy, ZerosAreSensitiveOnlyWhereItSaysSo) {
  for (const bool protect : {false, true}) {
    auto table = parse_cells("cell,value\n0,0\n1,9\n2,10\n");
    ASSERT_TRUE(table);
    Policy policy;
    policy.protect_zeros = protect;
    mark_primary(*table, policy);
    EXPECT_EQ(table->cells[0].primary, protect);
    EXPECT_TRUE(table->cells[1].primary);
    EXPECT_FALSE(table->cells[2].primary);
  }
}

}  // namespace
}  // namespace sekisho::disclosure
