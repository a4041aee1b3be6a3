// The explorer against searches and applications of their own: what it says of a node is what the engine does with it.
#include "anonymize/explore.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/csv.h"
#include "core/file.h"

namespace sekisho::anonymize {
namespace {

constexpr std::string_view kPolicy = R"(delimiter = ","
suppression_limit = 0.1
person = "pid"
[[attribute]]
name = "name"
kind = "identifying"
[[attribute]]
name = "age"
kind = "quasi"
[attribute.rule]
kind = "age"
bands = [5, 10, 20]
top = 90
[[attribute]]
name = "area"
kind = "quasi"
weight = 2
[attribute.rule]
kind = "prefix"
lengths = [2]
[[attribute]]
name = "drug"
kind = "sensitive"
[[model]]
kind = "k-anonymity"
k = 4
)";

struct ExploreTest : testing::Test {
  void SetUp() override {
    std::string csv = "pid,name,age,area,drug\n";
    for (int i = 0; i < 500; ++i)
      csv += fmt::format("p{},n{},{},{},{}\n", i % 450, i % 450, 20 + (i * i + 3 * i) % 67, 1300 + (i * 7) % 9, i % 3);
    ASSERT_TRUE(write_file_durable(folder.path() / "data.csv", csv));
    ASSERT_TRUE(write_file_durable(folder.path() / "policy.toml", kPolicy));
    auto made = Explorer::open(folder.path() / "data.csv", folder.path() / "policy.toml");
    ASSERT_TRUE(made) << made.error().describe();
    explorer = std::move(*made);
    table = *read_table_file(folder.path() / "data.csv", ',');
  }
  Policy policy_with(const std::string& from, const std::string& to) const {
    std::string text(kPolicy);
    text.replace(text.find(from), from.size(), to);
    return *Policy::parse(text, folder.path() / "policy.toml");
  }
  TemporaryFolder folder = *TemporaryFolder::create();
  std::unique_ptr<Explorer> explorer;
  Table table;
};

TEST_F(ExploreTest, TheOptimumIsThatOfASearchOfItsOwnForEverySetting) {
  const auto same = [&](const Setting& setting, const Policy& policy) {
    const auto shown = explorer->optimum(setting);
    const auto found = search(table, policy);
    ASSERT_TRUE(shown) << shown.error().describe();
    ASSERT_TRUE(found);
    for (std::size_t i = 0; i < found->decision.levels.size(); ++i)
      EXPECT_EQ((*shown)["levels"][i], found->decision.levels[i].second);
    EXPECT_EQ((*shown)["score"], found->score);
    EXPECT_EQ((*shown)["suppressed"], found->suppressed);
  };
  same({}, policy_with("k = 4", "k = 4"));
  same({.k = 9, .limit = {}, .weights = {}}, policy_with("k = 4", "k = 9"));
  same({.k = {}, .limit = 0.0, .weights = {}}, policy_with("suppression_limit = 0.1", "suppression_limit = 0"));
  same({.k = {}, .limit = {}, .weights = {{"area", 0.1}}}, policy_with("weight = 2", "weight = 0.1"));
  same({}, policy_with("k = 4", "k = 4"));  // the setting before left nothing behind
}

TEST_F(ExploreTest, TheNodeOfTheOptimumHasItsFiguresAndNoNeighbourIsBetter) {
  const auto best = explorer->optimum({});
  ASSERT_TRUE(best);
  const auto node = explorer->judge({}, (*best)["levels"].get<Place>(), 2);
  ASSERT_TRUE(node) << node.error().describe();
  for (const char* member : {"suppressed", "classes", "smallest"})
    EXPECT_EQ((*node)[member], (*best)[member]) << member;
  EXPECT_EQ((*node)["valid"], true);
  EXPECT_NEAR((*node)["score"].get<double>(), (*best)["score"].get<double>(), 1e-12);
  for (const Json& other : (*node)["around"])
    if (other["valid"] == true) {
      EXPECT_GE(other["score"].get<double>(), (*best)["score"].get<double>() - 1e-12);
    }
  for (const Json& edge : (*node)["edges"]) {
    const auto levels = [&](std::size_t i) {
      return i == 0 ? (*node)["levels"].get<Place>() : (*node)["around"][i - 1]["levels"].get<Place>();
    };
    const Place low = levels(edge[0].get<std::size_t>()), high = levels(edge[1].get<std::size_t>());
    int difference = 0;
    for (std::size_t i = 0; i < low.size(); ++i)
      difference += high[i] - low[i];
    EXPECT_EQ(difference, 1);
  }
}

TEST_F(ExploreTest, TheRowsBesideEachOtherAreThoseOfTheApplication) {
  const Place place{2, 0};
  const auto shown = explorer->rows({}, place, 0, 200, false);
  ASSERT_TRUE(shown) << shown.error().describe();
  EXPECT_EQ((*shown)["columns"], Json({"age", "area", "drug"})) << "no name and no person";
  Decision decision;
  decision.levels = {{"age", 2}, {"area", 0}};
  const auto text = explorer->policy_text({}, place);
  ASSERT_TRUE(text);
  const Policy fixed = *Policy::parse(*text, folder.path() / "policy.toml");
  const auto found = search(table, fixed);
  // Whether or not the node is within the limit, its failing classes are those of a policy without one.
  const Policy open = *Policy::parse(
      [&] {
        std::string all = *text;
        const auto at = all.find("suppression_limit = ");
        return all.replace(at, all.find('\n', at) - at, "suppression_limit = 1.0");
      }(),
      folder.path() / "policy.toml");
  const auto outcome = search(table, open);
  ASSERT_TRUE(outcome) << outcome.error().describe();
  const auto applied = apply(table, open, outcome->decision);
  ASSERT_TRUE(applied);
  std::map<std::size_t, std::size_t> kept;
  for (std::size_t i = 0; i < applied->rows(); ++i)
    kept[applied->source[i] + 1] = i;
  std::size_t suppressed = 0;
  for (const Json& row : (*shown)["rows"]) {
    const auto number = row["number"].get<std::size_t>();
    EXPECT_EQ(row["after"].is_null(), !kept.contains(number)) << number;
    suppressed += row["after"].is_null() ? 1 : 0;
    if (row["after"].is_null()) continue;
    for (std::size_t i = 0; i < applied->header.size(); ++i)
      for (std::size_t c = 0; c < 3; ++c)
        if (applied->header[i] == (*shown)["columns"][c]) {
          EXPECT_EQ(row["after"][c], applied->text(kept[number], i));
        }
  }
  EXPECT_GT(suppressed, 0u);
  const auto only = explorer->rows({}, place, 0, 10, true);
  for (const Json& row : (*only)["rows"])
    EXPECT_TRUE(row["after"].is_null());
}

TEST_F(ExploreTest, TheChosenPolicyReadsBackAndGivesTheChosenNode) {
  const Setting setting{.k = 7, .limit = 0.25, .weights = {{"age", 3.5}}};
  const auto text = explorer->policy_text(setting, Place{1, 1});
  ASSERT_TRUE(text) << text.error().describe();
  const auto policy = Policy::parse(*text, folder.path() / "policy.toml");
  ASSERT_TRUE(policy) << policy.error().describe() << *text;
  EXPECT_EQ(policy->k(), 7);
  EXPECT_EQ(policy->suppression_limit, 0.25);
  EXPECT_EQ(policy->find("age")->weight, 3.5);
  EXPECT_EQ(policy->find("area")->weight, 2);
  EXPECT_EQ(policy->person, "pid");
  const auto outcome = search(table, *policy);
  if (outcome) {
    EXPECT_EQ(outcome->decision.levels[0].second, 1);
    EXPECT_EQ(outcome->decision.levels[1].second, 1);
  } else {
    EXPECT_EQ(outcome.error().code, "anonymize.impossible");
  }
}

TEST_F(ExploreTest, WhatIsOutOfBoundsIsRefused) {
  EXPECT_EQ(explorer->judge({}, {0}, 1).error().code, "explore.place");
  EXPECT_EQ(explorer->judge({}, {0, 99}, 1).error().code, "explore.place");
  EXPECT_EQ(explorer->judge({}, {-1, 0}, 1).error().code, "explore.place");
  EXPECT_EQ(explorer->judge({.k = 0, .limit = {}, .weights = {}}, {0, 0}, 1).error().code, "explore.setting");
  EXPECT_EQ(explorer->judge({.k = {}, .limit = 1.5, .weights = {}}, {0, 0}, 1).error().code, "explore.setting");
  EXPECT_EQ(explorer->judge({.k = {}, .limit = {}, .weights = {{"drug", 1}}}, {0, 0}, 1).error().code,
            "explore.setting");
  EXPECT_TRUE(explorer->judge({}, {0, 0}, 1)) << "an error leaves the explorer as it was";
}

}  // namespace
}  // namespace sekisho::anonymize
