// Clerical review over HTTPS: who gets to see records, and whose word counts.
#include "portal/review.h"

#include "fixture.h"

namespace sekisho::portal {
namespace {

constexpr std::string_view kSecretName = "髙橋";

struct ReviewApiTest : PortalFixture {
  void prepare() override {
    ASSERT_TRUE(make_folders(dir() / "review", 0700));
    write_pairs(2);
  }

  void write_pairs(int count) {
    Json pairs = Json::array();
    for (int i = 0; i < count; ++i)
      pairs.push_back({{"a", "R" + std::to_string(10 * i)},
                       {"b", "R" + std::to_string(10 * i + 1)},
                       {"joined", false},
                       {"records_a", 1},
                       {"records_b", 1},
                       {"record_a", {{"family_kanji", kSecretName}}},
                       {"record_b", {{"family_kanji", "高橋"}}},
                       {"waterfall",
                        {{"prior", -10.0},
                         {"comparisons", Json::array()},
                         {"household", 0.0},
                         {"weight", 0.5 + i},
                         {"probability", 0.6}}}});
    const Json file{{"review", 1}, {"salt", "00"}, {"pairs", pairs}};
    ASSERT_TRUE(write_file_durable(dir() / "review/pairs.json", file.dump(), 0600));
  }

  struct Person {
    std::string cookie, csrf;
  };
  std::string secret_of(const std::string& name) {
    return *linkage::Reviewers(dir() / "review").invite(name, std::chrono::days(1), clock_, system_random());
  }
  Person enter(const std::string& token) {
    Person person{cookie_for(token), ""};
    const auto list = parse_json(get(person, "/api/v1/review").body);
    if (list && list->contains("csrf")) person.csrf = (*list)["csrf"];
    return person;
  }
  ClientResponse get(const Person& person, const std::string& target) const {
    return PortalFixture::get(target, person.cookie);
  }
  ClientResponse judge(const Person& person, const std::string& id, const std::string& opinion,
                       std::map<std::string, std::string> more = {}) const {
    more.emplace("X-Sekisho-Csrf", person.csrf);
    return post("/api/v1/review/" + id, person.cookie, {{"opinion", opinion}}, std::move(more));
  }
  std::string first_pair(const Person& person) const {
    return (*parse_json(get(person, "/api/v1/review").body))["pairs"][0]["id"];
  }
  bool decided() const { return fs::exists(dir() / "review/decisions.jsonl"); }
};

TEST_F(ReviewApiTest, RecordsAreShownToIdentityReviewersOnly) {
  const Person sato = enter(secret_of("sato"));
  const std::string id = first_pair(sato);
  const auto shown = get(sato, "/api/v1/review/" + id);
  EXPECT_EQ(shown.status, 200);
  EXPECT_NE(shown.body.find(kSecretName), std::string::npos);
  EXPECT_EQ(shown.headers.at("cache-control"), "no-store");

  const Person manager = enter(portal_->token());
  const auto link = make_link(dir() / "links", {.role = "hospital", .hospital = "H01", .person = ""},
                              clock_.now().seconds() + 100, system_random());
  const Person hospital = enter(*link);
  for (const std::string& target : {std::string("/api/v1/review"), "/api/v1/review/" + id}) {
    EXPECT_EQ(code_of(get({}, target)), "session.none");
    EXPECT_EQ(get({}, target).status, 401);
    for (const Person& other : {manager, hospital}) {
      const auto answer = get(other, target);
      EXPECT_EQ(answer.status, 403);
      EXPECT_EQ(code_of(answer), "review.role");
      EXPECT_EQ(answer.body.find(kSecretName), std::string::npos);
    }
  }
  EXPECT_EQ(judge(manager, id, "same", {{"X-Sekisho-Csrf", csrf_of(manager.cookie.substr(kSessionCookie.size() + 1))}})
                .status,
            403);
  EXPECT_EQ(send({.target = "/api/v1/quality", .headers = {{"Cookie", sato.cookie}}}).body, R"({"hospitals":[]})");
}

TEST_F(ReviewApiTest, TwoDifferentPersonsDecideAndOneInTwoSessionsDoesNot) {
  const std::string secret = secret_of("sato");
  const Person once = enter(secret), again = enter(secret);
  const std::string id = first_pair(once);
  EXPECT_EQ((*parse_json(judge(once, id, "same").body))["state"], "open");
  EXPECT_EQ((*parse_json(judge(again, id, "same").body))["state"], "open");
  EXPECT_FALSE(decided());
  const Person suzuki = enter(secret_of("suzuki"));
  EXPECT_EQ((*parse_json(judge(suzuki, id, "same").body))["outcome"], "same");
  EXPECT_TRUE(decided());
  const auto late = judge(enter(secret_of("tanaka")), id, "different");
  EXPECT_EQ(late.status, 409);
  EXPECT_EQ(code_of(late), "review.decided");
}

TEST_F(ReviewApiTest, AnotherSiteCannotJudge) {
  const Person sato = enter(secret_of("sato"));
  const std::string id = first_pair(sato);
  EXPECT_EQ(code_of(judge(sato, id, "same", {{"Origin", "https://evil.example"}})), "request.origin");
  EXPECT_EQ(code_of(judge({sato.cookie, ""}, id, "same")), "request.csrf");
  EXPECT_EQ(code_of(judge({sato.cookie, std::string(64, '0')}, id, "same")), "request.csrf");
  const Person suzuki = enter(secret_of("suzuki"));
  EXPECT_EQ(code_of(judge({sato.cookie, suzuki.csrf}, id, "same")), "request.csrf");
  EXPECT_EQ(code_of(judge({"", sato.csrf}, id, "same")), "session.none");
  EXPECT_EQ((*parse_json(get(sato, "/api/v1/review").body))["counts"]["untouched"], 2);
}

TEST_F(ReviewApiTest, WhoWasStruckOffSeesNothingMoreWhateverSessionIsOpen) {
  const Person sato = enter(secret_of("sato"));
  const std::string id = first_pair(sato);
  ASSERT_TRUE(linkage::Reviewers(dir() / "review").revoke("sato"));
  EXPECT_EQ(get(sato, "/api/v1/review/" + id).status, 403);
  EXPECT_EQ(judge(sato, id, "same").status, 403);
}

TEST_F(ReviewApiTest, BadRequestsAreRefusedWithoutNamingAnybody) {
  const Person sato = enter(secret_of("sato"));
  const std::string id = first_pair(sato);
  EXPECT_EQ(judge(sato, id, "perhaps").status, 400);
  EXPECT_EQ(judge(sato, "0123456789abcdef", "same").status, 404);
  EXPECT_EQ(get(sato, "/api/v1/review/R0").status, 404);
  for (const char* body : {"", "{", "[]", "{\"opinion\":1}"}) {
    const auto answer = send({.method = "POST",
                              .target = "/api/v1/review/" + id,
                              .headers = {{"Cookie", sato.cookie}, {"X-Sekisho-Csrf", sato.csrf}},
                              .body = body});
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_EQ(answer.body.find(kSecretName), std::string::npos);
  }
  EXPECT_FALSE(sato.csrf.empty());
  const std::string ledger = *read_text(dir() / "review/ledger/entries.jsonl");
  EXPECT_EQ(ledger.find(kSecretName), std::string::npos);
  EXPECT_EQ(ledger.find("\"R0\""), std::string::npos);
}

TEST_F(ReviewApiTest, AnotherRunsPairsAreShownWithoutStartingThePortalAgain) {
  const Person sato = enter(secret_of("sato"));
  const std::string id = first_pair(sato);
  EXPECT_EQ(judge(sato, id, "same").status, 200);
  write_pairs(3);
  fs::last_write_time(dir() / "review/pairs.json", fs::file_time_type::clock::now() + std::chrono::seconds(5));
  const auto list = parse_json(get(sato, "/api/v1/review").body);
  EXPECT_EQ((*list)["pairs"].size(), 3u);
  EXPECT_EQ((*list)["counts"]["one_vote"], 1);
  fs::remove(dir() / "review/pairs.json");
  EXPECT_EQ(code_of(get(sato, "/api/v1/review")), "review.none");
}

}  // namespace
}  // namespace sekisho::portal
