// Who sees whose data quality: a manager all hospitals, a hospital's user its own, nobody without a session anything.
#include "portal/quality.h"

#include <atomic>
#include <thread>

#include "fixture.h"

namespace sekisho::portal {
namespace {

struct QualityTest : PortalFixture {
  void prepare() override {
    ASSERT_TRUE(make_folders(dir() / "quality"));
    report("H01", {"H01"});
    report("H02", {"H02"});
    ASSERT_TRUE(write_file_durable(dir() / "secret.json", "secret"));
  }

  void report(const std::string& file, const std::vector<std::string>& of) {
    const Json json = {{"on", "2026-11-21"},
                       {"hospitals", of},
                       {"levels", {{"E", 1}, {"W", 0}, {"I", 0}}},
                       {"accounting", {{"records", 10}}},
                       {"findings", Json::array()},
                       {"measures", Json::array({{{"measure", "lab.unit"}, {"hospital", file}}})}};
    ASSERT_TRUE(write_file_durable(dir() / "quality" / (file + ".json"), json.dump()));
  }
};

TEST_F(QualityTest, WithoutASessionNothingIsShown) {
  for (const char* target : {"/api/v1/quality", "/api/v1/quality/H01", "/api/v1/quality/H99"}) {
    const auto answer = send({.target = target});
    EXPECT_EQ(answer.status, 401) << target;
    EXPECT_EQ(answer.body.find("H01"), std::string::npos);
  }
  EXPECT_EQ(get("/api/v1/quality", "__Host-sekisho=0123").status, 401);
}

TEST_F(QualityTest, AManagerSeesAllHospitals) {
  for (const std::string& cookie : {session({}), [this] {
                                      const std::string own = sign_in(portal_->token()).headers.at("set-cookie");
                                      return own.substr(0, own.find(';'));
                                    }()}) {
    const auto list = parse_json(get("/api/v1/quality", cookie).body);
    ASSERT_TRUE(list);
    ASSERT_EQ((*list)["hospitals"].size(), 2u);
    EXPECT_EQ((*list)["hospitals"][1]["hospital"], "H02");
    EXPECT_EQ(get("/api/v1/quality/H02", cookie).status, 200);
  }
}

TEST_F(QualityTest, AHospitalSeesItsOwnOnlyAndDoesNotLearnWhoElseIsThere) {
  const std::string cookie = session({"hospital", "H01"});
  const auto state = parse_json(get("/api/v1/session", cookie).body);
  EXPECT_EQ((*state)["role"], "hospital");
  EXPECT_EQ((*state)["hospital"], "H01");
  const auto list = get("/api/v1/quality", cookie);
  EXPECT_EQ((*parse_json(list.body))["hospitals"].size(), 1u);
  EXPECT_EQ(list.body.find("H02"), std::string::npos);
  EXPECT_EQ(get("/api/v1/quality/H01", cookie).status, 200);
  const auto others = get("/api/v1/quality/H02", cookie);
  const auto nobody = get("/api/v1/quality/H99", cookie);
  EXPECT_EQ(others.status, 404);
  EXPECT_EQ(others.body, nobody.body) << "an answer must not tell that H02 exists";
}

TEST_F(QualityTest, NoNameOfAHospitalLeadsElsewhere) {
  ASSERT_TRUE(write_file_durable(dir() / "quality" / ".hidden.json", "secret"));
  fs::create_symlink(dir() / "secret.json", dir() / "quality" / "H07.json");
  for (const std::string& cookie : {session({}), session({"hospital", "H01"})})
    for (const char* name :
         {"../secret", "..%2fsecret", "%2e%2e%2fsecret", "..%5csecret", "H01/../H02", "H01%2f..%2fH02", "./H02",
          "H02.json", "H01%00", "", ".hidden", "H07", "%2fetc%2fpasswd", "h01", "H0*"}) {
      const auto answer = get(std::string("/api/v1/quality/") + name, cookie);
      EXPECT_TRUE(answer.status == 400 || answer.status == 404) << name << " " << answer.status;
      EXPECT_EQ(answer.body.find("secret"), std::string::npos) << name;
      EXPECT_EQ(answer.body.find("measures"), std::string::npos) << name;
    }
}

TEST_F(QualityTest, AReportThatHoldsAnotherHospitalIsNotShown) {
  report("H01", {"H01", "H02"});
  EXPECT_EQ(get("/api/v1/quality/H01", session({"hospital", "H01"})).status, 500);
  report("H01", {"H02"});
  const auto answer = get("/api/v1/quality/H01", session({"hospital", "H01"}));
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.body.find("measures"), std::string::npos);
  ASSERT_TRUE(write_file_durable(dir() / "quality" / "H01.json", R"({"hospitals":["H01"],"on":1})"));
  EXPECT_EQ(get("/api/v1/quality/H01", session({})).status, 500);
}

TEST_F(QualityTest, ALinkSignsInOnceAndNotAfterItsTime) {
  const std::string token = link({"hospital", "H01"});
  EXPECT_EQ(sign_in(token).status, 200);
  EXPECT_EQ(sign_in(token).status, 403);
  const std::string late = link({"hospital", "H01"}, 60);
  clock_.advance_seconds(61);
  EXPECT_EQ(sign_in(late).status, 403);
  for (const char* wrong : {"", "../../secret", "0000"})
    EXPECT_EQ(sign_in(wrong).status, 403);
}

TEST_F(QualityTest, ALinkIsUsedByOneOfManyWhoOpenItTogether) {
  const std::string token = link({"hospital", "H01"});
  std::atomic<int> won = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] { won += take_link(dir() / "links", token, clock_.now().seconds()).has_value() ? 1 : 0; });
  for (auto& thread : threads)
    thread.join();
  EXPECT_EQ(won, 1);
}

TEST_F(QualityTest, TheFolderOfLinksDoesNotHoldTheirTokens) {
  const std::string token = link({"hospital", "H01"});
  for (const auto& entry : fs::directory_iterator(dir() / "links")) {
    EXPECT_EQ(entry.path().string().find(token), std::string::npos);
    EXPECT_EQ(read_text(entry.path())->find(token), std::string::npos);
    EXPECT_EQ(fs::status(entry.path()).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  }
  // The name of the file is no token either.
  EXPECT_EQ(sign_in(digest_of_secret(token)).status, 403);
  EXPECT_EQ(sign_in(token).status, 200);
}

TEST_F(QualityTest, ASessionEndsWithSigningOut) {
  const std::string cookie = session({"hospital", "H01"});
  EXPECT_EQ(send({.method = "DELETE", .target = "/api/v1/session", .headers = {{"Cookie", cookie}}}).status, 200);
  EXPECT_EQ(get("/api/v1/quality/H01", cookie).status, 401);
}

TEST(Link, OnlyRolesThatThereAreGetOne) {
  const auto folder = TemporaryFolder::create("links");
  for (const Holder& wrong : {Holder{"", ""}, Holder{"admin", ""}, Holder{"hospital", ""}, Holder{"hospital", "../H01"},
                              Holder{"manager", "H01"}})
    EXPECT_FALSE(make_link(folder->path(), wrong, 1, system_random())) << wrong.role;
}

}  // namespace
}  // namespace sekisho::portal
