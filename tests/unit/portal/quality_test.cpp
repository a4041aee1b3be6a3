// Who sees whose data quality: a manager all hospitals, a hospital's user its own, nobody without a session anything.
#include "portal/quality.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <optional>
#include <thread>

#include "core/file.h"
#include "crypto/ca.h"
#include "portal/portal.h"

namespace sekisho::portal {
namespace {

namespace fs = std::filesystem;
using net::ClientResponse;

class QualityTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_.emplace(*TemporaryFolder::create("portal-quality"));
    auto authority = crypto::Authority::init(dir() / "ca", {"body"}, system_clock(), system_random());
    ASSERT_TRUE(authority);
    ASSERT_TRUE(authority->issue_to({.role = "tls-portal", .common_name = "portal", .alt_names = {"IP:127.0.0.1"}},
                                    dir(), "portal"));
    ASSERT_TRUE(make_folders(dir() / "quality"));
    report("H01", {"H01"});
    report("H02", {"H02"});
    ASSERT_TRUE(write_file_durable(dir() / "secret.json", "secret"));
    start();
  }

  void start() {
    PortalOptions o;
    o.certificate = dir() / "portal.pem";
    o.key = dir() / "portal.key";
    o.quality = dir() / "quality";
    o.links = dir() / "links";
    o.source = std::make_unique<FileSource>(dir() / "status.json");
    o.clock = &clock_;
    o.random = &system_random();
    auto portal = Portal::open(std::move(o));
    ASSERT_TRUE(portal) << portal.error().describe();
    portal_ = std::move(*portal);
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

  ClientResponse send(const net::ClientRequest& request) const {
    net::ClientOptions o;
    o.port = portal_->port();
    o.tls = net::TlsOptions{.certificate = {}, .key = {}, .trusted_root = dir() / "ca/root.pem", .crl = {}};
    auto client = net::Client::create(o);
    EXPECT_TRUE(client);
    auto answer = (*client)->send(request);
    EXPECT_TRUE(answer) << answer.error().describe();
    return answer ? *answer : ClientResponse{};
  }

  ClientResponse sign_in(const std::string& token) const {
    return send({.method = "POST", .target = "/api/v1/session", .body = Json{{"token", token}}.dump()});
  }
  std::string link(const Holder& holder, std::int64_t seconds = 3600) {
    auto token = make_link(dir() / "links", holder, clock_.now().seconds() + seconds, system_random());
    EXPECT_TRUE(token);
    return token ? *token : "";
  }
  // The cookie of a fresh session.
  std::string session(const Holder& holder) {
    const auto answer = sign_in(link(holder));
    EXPECT_EQ(answer.status, 200) << answer.body;
    const std::string cookie = answer.headers.contains("set-cookie") ? answer.headers.at("set-cookie") : "";
    return cookie.substr(0, cookie.find(';'));
  }
  ClientResponse get(const std::string& target, const std::string& cookie) const {
    return send({.target = target, .headers = {{"Cookie", cookie}}});
  }
  fs::path dir() const { return folder_->path(); }

  std::optional<TemporaryFolder> folder_;
  ManualClock clock_{*UtcTime::parse("2026-11-21T00:00:00Z")};
  std::unique_ptr<Portal> portal_;
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
