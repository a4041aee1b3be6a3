#include "disclosure/policy_chain.h"

#include <gtest/gtest.h>

#include "datasets.h"
#include "disclosure/table_rules.h"

namespace sekisho::disclosure {
namespace {

class Policies : public WithFolder {
 protected:
  // The policy of a project under a class, both as members.
  Result<PolicyChain> chain(const Json& above, Json project) {
    write("class.json", above.dump());
    project["inherits"] = "class.json";
    return resolve_policy(write("project.json", project.dump()));
  }
};

TEST_F(Policies, EveryRuleTakesTheStricterValue) {
  const auto result = chain(
      Json{{"id", "research-1"}, {"t", 15}, {"p", 12}, {"nk", {2, 90}}, {"zeros", "review"}, {"sensitive", {"hiv"}}},
      Json{{"id", "ms-2"}, {"t", 20}, {"t_hosp", 4}, {"nk", {3, 95}}, {"sensitive", {"tb"}}});
  ASSERT_TRUE(result) << result.error().describe();
  EXPECT_EQ(result->parents, std::vector<std::string>{"research-1"});
  const Json& members = result->members;
  EXPECT_EQ(members["id"], "ms-2");
  EXPECT_EQ(members["t"], 20);
  EXPECT_EQ(members["t_hosp"], 4);
  EXPECT_EQ(members["p"], 12);
  EXPECT_EQ(members["zeros"], "review");
  EXPECT_EQ(members["sensitive"], Json::array({"hiv", "tb"}));
  EXPECT_EQ(members["nk"], Json::parse("[[3, 95.0], [2, 90.0]]"));  // neither is the stricter one
  EXPECT_FALSE(members.contains("inherits"));

  TableRequest request;
  request.policy = *parse_policy(members);
  request.contribution_rules = members;
  const auto rules = table_rules(request);
  ASSERT_TRUE(rules) << rules.error().describe();
  EXPECT_EQ(rules->persons, 20);
  EXPECT_EQ(rules->hospitals, 4);
  EXPECT_EQ(rules->p, 12);
  EXPECT_TRUE(rules->review_zeros);
  EXPECT_EQ(rules->dominant, (std::vector<std::pair<int, double>>{{3, 95}, {2, 90}}));
}

TEST_F(Policies, AStricterPairReplacesTheOneAbove) {
  EXPECT_EQ(chain(Json{{"nk", {2, 90}}}, Json{{"nk", {2, 85}}})->members["nk"], Json::parse("[2, 85.0]"));
  EXPECT_EQ(chain(Json{{"nk", {2, 90}}}, Json{{"nk", {3, 90}}})->members["nk"], Json::parse("[3, 90.0]"));
}

TEST_F(Policies, AProjectThatAsksForLessIsRefusedWithFileMemberAndRemedy) {
  const Json above{{"t", 15},          {"t_hosp", 5},       {"p", 20},
                   {"nk", {2, 80}},    {"zeros", "review"}, {"sensitive", {"hiv"}},
                   {"files", {"csv"}}, {"dof", 12},         {"across", "published"}};
  const std::vector<std::pair<std::string, Json>> laxer = {{"t", 14},
                                                           {"t_hosp", 4},
                                                           {"t_hosp", 0},
                                                           {"p", 19.5},
                                                           {"p", 0},
                                                           {"nk", {2, 81}},
                                                           {"nk", {1, 80}},
                                                           {"nk", nullptr},
                                                           {"nk", Json::array()},
                                                           {"zeros", "publish"},
                                                           {"sensitive", Json::array()},
                                                           {"files", {"csv", "png"}},
                                                           {"dof", 11},
                                                           {"across", "none"}};
  for (const auto& [member, value] : laxer)
    for (const bool decided : {false, true}) {
      Json project{{member, value}};
      if (decided) project["decision"] = "2026-7";
      const auto result = chain(above, project);
      ASSERT_FALSE(result) << project.dump();
      EXPECT_EQ(result.error().code, "policy.looser") << project.dump();
      EXPECT_TRUE(result.error().place.file.ends_with("/project.json"));
      EXPECT_EQ(result.error().place.part, member);
      EXPECT_FALSE(result.error().remedy.empty());
    }
}

TEST_F(Policies, WhereTheClassIsSilentTheBaseStandsAboveTheProject) {
  EXPECT_EQ(chain(Json{{"id", "a"}}, Json{{"t", 9}, {"decision", "2026-7"}}).error().code, "policy.looser");
  EXPECT_EQ(chain(Json{{"id", "a"}}, Json{{"t_hosp", 2}, {"decision", "2026-7"}}).error().code, "policy.looser");
  EXPECT_TRUE(chain(Json{{"id", "a"}}, Json{{"t", 10}, {"t_hosp", 3}, {"p", 10}}));
}

TEST_F(Policies, ADecisionExcusesTheClassThatNamesItAndNoOther) {
  const auto relaxed = chain(Json{{"t", 5}, {"decision", "2026-7"}}, Json{{"t", 6}, {"decision", nullptr}});
  ASSERT_TRUE(relaxed) << relaxed.error().describe();
  EXPECT_EQ(relaxed->members["t"], 6);
  EXPECT_EQ(relaxed->members["decision"], "2026-7");
  const auto late = chain(Json{{"t_hosp", 1}}, Json{{"decision", "2026-8"}});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, "policy.looser");
  EXPECT_TRUE(late.error().place.file.ends_with("/class.json"));
}

TEST_F(Policies, AProjectMayBeLaxerWhereItsOwnDecisionNamesTheMemberUntilItExpires) {
  const Json decision{{"id", "2026-7"}, {"members", {"t"}}, {"expires", "2027-03-31"}};
  const auto at = [&](std::string_view day) {
    write("class.json", Json{{"t", 15}, {"p", 20}}.dump());
    const ManualClock clock(*UtcTime::parse(std::string(day) + "T12:00:00Z"));
    return resolve_policy(
        write("project.json",
              Json{{"id", "rare-1"}, {"inherits", "class.json"}, {"t", 5}, {"decision", decision}}.dump()),
        clock);
  };
  const auto allowed = at("2027-03-31");
  ASSERT_TRUE(allowed) << allowed.error().describe();
  EXPECT_EQ(allowed->members["t"], 5);
  ASSERT_EQ(allowed->excused.size(), 1U);
  EXPECT_EQ(allowed->excused[0], (Json{{"policy", "rare-1"},
                                       {"member", "t"},
                                       {"value", 5},
                                       {"above", 15},
                                       {"decision", "2026-7"},
                                       {"expires", "2027-03-31"}}));
  EXPECT_EQ(at("2027-04-01").error().code, "policy.expired");
  // Another member, and a decision without its day, excuse nothing.
  Json other{{"p", 15}, {"decision", decision}};
  EXPECT_EQ(chain(Json{{"p", 20}}, other).error().code, "policy.looser");
  other["decision"].erase("expires");
  EXPECT_EQ(chain(Json{{"p", 20}}, other).error().code, "policy.value");
}

TEST_F(Policies, ProtectionAgainstInsidersOnceAskedForStays) {
  EXPECT_EQ(chain(Json{{"insiders", true}}, Json{{"insiders", false}}).error().code, "policy.looser");
  EXPECT_EQ(chain(Json{{"insiders", true}}, Json{{"t", 20}})->members["insiders"], true);
  EXPECT_EQ(chain(Json{{"t", 20}}, Json{{"insiders", true}})->members["insiders"], true);
  EXPECT_EQ(chain(Json{{"t", 20}}, Json{{"insiders", 1}}).error().code, "policy.value");
}

TEST_F(Policies, WrongValuesAreRefusedOnEitherLevel) {
  EXPECT_EQ(chain(Json{{"p", "ten"}}, Json{{"p", 10}}).error().code, "policy.value");
  EXPECT_EQ(chain(Json{{"p", 10}}, Json{{"p", 101}}).error().code, "policy.value");
  EXPECT_EQ(chain(Json{{"zeros", "publish"}}, Json{{"zeros", "keep"}}).error().code, "policy.value");
  EXPECT_EQ(chain(Json{{"nk", {2, 90}}}, Json{{"nk", {2}}}).error().code, "policy.value");
  EXPECT_EQ(chain(Json{{"sensitive", "hiv"}}, Json{{"sensitive", {"tb"}}}).error().code, "policy.value");
  EXPECT_EQ(chain(Json{{"treshold", 20}}, Json{{"t", 20}}).error().code, "policy.member");
  EXPECT_EQ(resolve_policy(write("a.toml", "p = nan\n")).error().code, "policy.value");
  EXPECT_EQ(resolve_policy(write("b.json", R"({"inherits": 3})")).error().code, "policy.value");
}

TEST_F(Policies, CyclesAndMissingFilesAreRefused) {
  EXPECT_EQ(chain(Json{{"inherits", "project.json"}}, Json{{"t", 20}}).error().code, "policy.cycle");
  EXPECT_EQ(resolve_policy(write("self.json", R"({"inherits": "./self.json"})")).error().code, "policy.cycle");
  const auto missing = resolve_policy(write("lost.json", R"({"inherits": "gone.json"})"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, "policy.parent");
  EXPECT_TRUE(missing.error().place.file.ends_with("/lost.json"));
  write("level0.json", "{}");
  for (int i = 1; i <= 16; ++i)
    write("level" + std::to_string(i) + ".json", Json{{"inherits", "level" + std::to_string(i - 1) + ".json"}}.dump());
  EXPECT_TRUE(resolve_policy(folder_->path() / "level15.json"));
  EXPECT_EQ(resolve_policy(folder_->path() / "level16.json").error().code, "policy.cycle");
}

TEST_F(Policies, TheClassMayBeTomlAndMayBeNamedByBase) {
  write("research-1.toml", "id = \"research-1\"\nt = 25\np = 15\n");
  const auto named = resolve_policy(write("ms.json", R"({"id": "ms-2", "base": "research-1"})"));
  ASSERT_TRUE(named) << named.error().describe();
  EXPECT_EQ(named->members["t"], 25);
  EXPECT_EQ(named->parents, std::vector<std::string>{"research-1"});
  const auto nowhere = read_policy(write("alone.json", R"({"base": "research-9"})"));
  ASSERT_TRUE(nowhere) << nowhere.error().describe();
  EXPECT_EQ(nowhere->not_checked, std::vector<std::string>{"base"});
}

TEST_F(Policies, ACellBetweenTheBaseAndTheThresholdOfTheClassIsSensitive) {
  write("class.json", R"({"id": "research-1", "t": 15})");
  const auto policy = read_policy(write("project.json", R"({"inherits": "class.json"})"));
  ASSERT_TRUE(policy) << policy.error().describe();
  EXPECT_EQ(policy->inherits, std::vector<std::string>{"research-1"});
  auto table = parse_cells("cell,value\n0,9\n1,14\n2,15\n");
  ASSERT_TRUE(table);
  mark_primary(*table, *policy);
  EXPECT_TRUE(table->cells[0].primary);
  EXPECT_TRUE(table->cells[1].primary);
  EXPECT_FALSE(table->cells[2].primary);
}

}  // namespace
}  // namespace sekisho::disclosure
