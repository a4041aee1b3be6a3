// Attacks on computed tables, each with its control: the same attack on the same table without the protection.
#include <optional>

#include "core/clock.h"
#include "core/random.h"
#include "datasets.h"
#include "disclosure/releases.h"

namespace sekisho::disclosure {
namespace {

// Subtraction until nothing new comes out: a relation with a single unknown gives it away.
std::size_t recovered(const CellTable& table, std::vector<std::optional<double>> known) {
  std::size_t found = 0;
  for (bool more = true; more;) {
    more = false;
    for (const Relation& relation : table.relations) {
      std::vector<std::int32_t> unknown;
      double rest = 0;
      const auto look = [&](std::int32_t cell, double sign) {
        const auto& value = known[static_cast<std::size_t>(cell)];
        if (value) rest += sign * *value;
        if (!value) unknown.push_back(cell);
      };
      look(relation.total, 1);
      for (const std::int32_t child : relation.children)
        look(child, -1);
      if (unknown.size() != 1) continue;
      known[static_cast<std::size_t>(unknown[0])] = unknown[0] == relation.total ? -rest : rest;
      more = true;
      ++found;
    }
  }
  return found;
}

class TableAttacks : public WithFolder {
 protected:
  // What an attacker reads from the output, for counts or from means and their numbers; `only_primary`: the control,
  // with secondary cells shown.
  std::size_t attack(const TableResult& result, const std::vector<double>& layer, bool only_primary) {
    std::vector<std::optional<double>> known(result.pattern.size());
    for (std::size_t i = 0; i < known.size(); ++i)
      if (result.pattern[i] == Status::kPublished || (only_primary && result.pattern[i] == Status::kSecondary))
        known[i] = layer[i];
    return recovered(result.table, std::move(known));
  }
  // Two-way dataset: persons with both labels, values 10 and 30 in turn.
  std::filesystem::path dataset(const std::string& name, const std::vector<std::vector<int>>& counts) {
    std::string csv = "person,r,c,cost\n";
    int n = 0;
    for (std::size_t r = 0; r < counts.size(); ++r)
      for (std::size_t c = 0; c < counts[r].size(); ++c)
        for (int i = 0; i < counts[r][c]; ++i)
          csv += "p" + std::to_string(n++) + ",r" + std::to_string(r) + ",c" + std::to_string(c) +
                 (i % 2 == 0 ? ",10\n" : ",30\n");
    return write(name, csv);
  }
  TableRequest two_way(const std::filesystem::path& file) {
    TableRequest request;
    request.dataset = file;
    request.rows = {"r"};
    request.columns = {"c"};
    return request;
  }
};

TEST_F(TableAttacks, SubtractionFromMarginsGivesNothingBack) {
  const auto result = make_table(two_way(dataset("d.csv", {{30, 4, 55}, {41, 60, 22}, {25, 33, 47}})));
  ASSERT_TRUE(result) << result.error().describe();
  EXPECT_EQ(attack(*result, result->data.layers[0], true), 1U);
  EXPECT_EQ(attack(*result, result->data.layers[0], false), 0U);
}

TEST_F(TableAttacks, MeansTimesTheirNumbersGiveNoHiddenSumBack) {
  TableRequest request = two_way(dataset("d.csv", {{30, 4, 55}, {41, 60, 22}, {25, 33, 47}}));
  request.value = "cost";
  request.measure = Measure::kMean;
  const auto result = make_table(request);
  ASSERT_TRUE(result) << result.error().describe();
  for (const auto& layer : result->data.layers) {
    EXPECT_EQ(attack(*result, layer, true), 1U);
    EXPECT_EQ(attack(*result, layer, false), 0U);
  }
}

TEST_F(TableAttacks, TwoHiddenCellsThatSumToLittleAreNotEachOthersCover) {
  // 9 + 9 = 18 and 1 + 40 = 41: hidden pairs whose sum bounds them. Every sensitive cell has an interval of 10 or more
  // in the attacker's eyes, whatever hides it.
  const auto result = make_table(two_way(dataset("d.csv", {{9, 9, 80, 60}, {1, 40, 70, 50}, {90, 85, 75, 65}})));
  ASSERT_TRUE(result) << result.error().describe();
  for (const Json& interval : result->proof["layers"][0]["intervals"]) {
    const auto cell = std::stoul(interval["cell"].get<std::string>());
    if (result->pattern[cell] == Status::kPrimary) {
      EXPECT_GE(interval["high"].get<double>() - interval["low"].get<double>(), 10) << cell;
    }
  }
  // Control: one hidden partner with little in it leaves too narrow an interval, and the audit says so.
  CellTable table = result->table;
  Pattern pattern(table.cells.size(), Status::kPublished);
  for (std::size_t i = 0; i < pattern.size(); ++i)
    if (table.cells[i].primary) pattern[i] = Status::kPrimary;
  const auto report = audit(table, pattern);
  ASSERT_TRUE(report);
  EXPECT_FALSE(report->safe());
}

TEST_F(TableAttacks, SubtotalsOfAHierarchyGiveNothingBack) {
  TableRequest request = two_way(dataset("d.csv", {{30, 4, 55, 20}, {41, 60, 22, 31}, {25, 33, 47, 44}}));
  request.groupings["c"].hierarchy = write("h.csv", "c0,left\nc1,left\nc2,right\nc3,right\n");
  const auto result = make_table(request);
  ASSERT_TRUE(result) << result.error().describe();
  EXPECT_GE(attack(*result, result->data.layers[0], true), 1U);
  EXPECT_EQ(attack(*result, result->data.layers[0], false), 0U);
}

TEST_F(TableAttacks, TheMeanWithAndWithoutOnePersonIsRefused) {
  const auto file = dataset("d.csv", {{40, 40}, {40, 40}});
  ManualClock clock{*UtcTime::parse("2026-11-21T04:05:06Z")};
  const auto memory = Releases::open(folder_->path() / "memory", true, clock, system_random());
  ASSERT_TRUE(memory);
  TableRequest request = two_way(file);
  request.columns = {};
  request.value = "cost";
  request.measure = Measure::kMean;
  const auto judge = [&](const TableRequest& wanted) {
    const auto table = make_table(wanted);
    EXPECT_TRUE(table) << table.error().describe();
    auto item = release_item(wanted, *table, "p");
    const auto judgement = (*memory)->judge(*item, 10);
    EXPECT_TRUE(judgement);
    if (judgement->reveals.empty()) {
      EXPECT_TRUE((*memory)->keep(*item));
    }
    return judgement->reveals.size();
  };
  EXPECT_EQ(judge(request), 0U);
  TableRequest without = request;
  without.where = {*parse_condition("person!=p7")};
  EXPECT_GE(judge(without), 1U);
  without.where = {*parse_condition("c=c0")};  // control: forty persons apart
  EXPECT_EQ(judge(without), 0U);
}

}  // namespace
}  // namespace sekisho::disclosure
