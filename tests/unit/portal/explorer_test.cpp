// The explorer over HTTPS: rows before anonymization are for managers alone, and what is saved is a policy.
#include "portal/explorer.h"

#include <fmt/format.h>

#include "fixture.h"

namespace sekisho::portal {
namespace {

constexpr std::string_view kPolicy = R"(suppression_limit = 0.2
[[attribute]]
name = "age"
kind = "quasi"
[attribute.rule]
kind = "age"
bands = [5, 10]
[[attribute]]
name = "finding"
kind = "sensitive"
[[model]]
kind = "k-anonymity"
k = 3
)";
constexpr std::string_view kSecretValue = "finding-of-one";

struct ExplorerApiTest : PortalFixture {
  void prepare() override {
    ASSERT_TRUE(make_folders(dir() / "explorer", 0700));
    std::string csv = "age,finding\n";
    for (int i = 0; i < 200; ++i)
      csv += fmt::format("{},{}\n", 20 + i % 40, i == 7 ? kSecretValue : "none");
    ASSERT_TRUE(write_file_durable(dir() / "explorer/data.csv", csv));
    ASSERT_TRUE(write_file_durable(dir() / "explorer/policy.toml", kPolicy));
  }
  ClientResponse explore(const std::string& cookie, const std::string& act, Json body) const {
    if (!body.contains("setting")) body["setting"] = Json::object();
    return post("/api/v1/explorer/" + act, cookie, body);
  }
};

TEST_F(ExplorerApiTest, AManagerSeesTheLatticeTheOptimumAndTheRows) {
  const std::string manager = session({});
  const auto shown = parse_json(get("/api/v1/explorer", manager).body);
  ASSERT_TRUE(shown);
  EXPECT_EQ((*shown)["rows"], 200);
  EXPECT_EQ((*shown)["attributes"][0]["name"], "age");
  EXPECT_EQ((*shown)["csrf"], csrf_of(manager.substr(kSessionCookie.size() + 1)));
  const auto best = parse_json(explore(manager, "optimum", {}).body);
  EXPECT_EQ((*best)["levels"], Json({0})) << "five persons of each age";
  const auto tighter = parse_json(explore(manager, "optimum", {{"setting", {{"k", 6}}}}).body);
  EXPECT_EQ((*tighter)["levels"], Json({1}));
  const auto node = parse_json(explore(manager, "judge", {{"levels", {0}}, {"radius", 2}}).body);
  EXPECT_EQ((*node)["classes"], 40);
  EXPECT_EQ((*node)["around"].size(), 2u);
  const auto rows = explore(manager, "rows", {{"levels", {1}}, {"count", 10}});
  EXPECT_NE(rows.body.find(kSecretValue), std::string::npos);
  EXPECT_EQ(rows.headers.at("cache-control"), "no-store");
  EXPECT_EQ((*parse_json(rows.body))["rows"][0]["after"][0], "20-24");
}

TEST_F(ExplorerApiTest, AHospitalAReviewerAndAStrangerAreRefusedEverything) {
  const std::string hospital = session({.role = "hospital", .hospital = "H01", .person = ""});
  const std::string reviewer =
      cookie_for(*linkage::Reviewers(dir() / "review").invite("sato", std::chrono::days(1), clock_, system_random()));
  const std::pair<std::string, int> people[] = {
      {hospital, 403}, {reviewer, 403}, {"", 401}, {"__Host-sekisho=00", 401}};
  for (const auto& [cookie, status] : people) {
    EXPECT_EQ(get("/api/v1/explorer", cookie).status, status);
    for (const char* act : {"judge", "optimum", "rows", "save", "other"}) {
      const auto answer = explore(cookie, act, {{"levels", {0}}, {"name", "x"}, {"count", 100}});
      EXPECT_EQ(answer.status, status) << act;
      EXPECT_EQ(answer.body.find(kSecretValue), std::string::npos);
      EXPECT_EQ(answer.body.find("finding"), std::string::npos) << "not even the names of variables";
    }
  }
  EXPECT_EQ(code_of(get("/api/v1/explorer", hospital)), "explorer.role");
}

TEST_F(ExplorerApiTest, AnotherSiteCannotAskForRows) {
  const std::string manager = session({});
  const Json body{{"setting", Json::object()}, {"levels", {0}}};
  EXPECT_EQ(code_of(post("/api/v1/explorer/rows", manager, body, {{"Origin", "https://evil.example"}})),
            "request.origin");
  EXPECT_EQ(code_of(post("/api/v1/explorer/rows", manager, body, {{"X-Sekisho-Csrf", "0"}})), "request.csrf");
}

TEST_F(ExplorerApiTest, ASavedPolicyLiesBesideTheOtherAndIsNotOverwritten) {
  const std::string manager = session({});
  const Json choice{{"setting", {{"k", 8}, {"limit", 0.05}}}, {"levels", {1}}, {"name", "second-try"}};
  const auto saved = explore(manager, "save", choice);
  EXPECT_EQ(saved.status, 200) << saved.body;
  const auto policy = anonymize::Policy::load(dir() / "explorer/policy-second-try.toml");
  ASSERT_TRUE(policy) << policy.error().describe();
  EXPECT_EQ(policy->k(), 8);
  EXPECT_EQ(policy->suppression_limit, 0.05);
  EXPECT_EQ(policy->attributes[0].minimum, 1);
  EXPECT_EQ(policy->attributes[0].maximum, 1);
  EXPECT_EQ(explore(manager, "save", choice).status, 409);
  for (const char* name : {"", "../x", "a/b", "a b", ".x", "x.toml"}) {
    Json wrong = choice;
    wrong["name"] = name;
    EXPECT_EQ(explore(manager, "save", wrong).status, 400) << name;
  }
  EXPECT_EQ((*parse_json(get("/api/v1/explorer", manager).body))["saved"], Json({"policy-second-try.toml"}));
}

TEST_F(ExplorerApiTest, WhatIsWrongIsSaidWithoutHarm) {
  const std::string manager = session({});
  for (const char* body :
       {"[]", "{}", "{\"setting\":1}", "{\"setting\":{\"k\":\"3\"}}", "{\"setting\":{\"k\":1e99}}",
        "{\"setting\":{},\"levels\":[99]}", "{\"setting\":{},\"levels\":[-1]}", "{\"setting\":{},\"levels\":[]}",
        "{\"setting\":{\"weights\":{\"age\":\"x\"}},\"levels\":[0]}",
        "{\"setting\":{\"weights\":{\"finding\":1}},\"levels\":[0]}"})
    EXPECT_EQ(post("/api/v1/explorer/judge", manager, *parse_json(body)).status, 400) << body;
  EXPECT_EQ(explore(manager, "nothing", {}).status, 404);
  EXPECT_EQ(explore(manager, "optimum", {{"setting", {{"k", 100'000}, {"limit", 0}}}}).status, 409);
  fs::remove(dir() / "explorer/data.csv");
  EXPECT_EQ(code_of(get("/api/v1/explorer", manager)), "explorer.none");
}

}  // namespace
}  // namespace sekisho::portal
