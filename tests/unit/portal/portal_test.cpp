// The portal as a client sees it: over HTTPS, with the project's client and with stock curl.
#include "portal/portal.h"

#include <chrono>
#include <thread>

#include "core/process.h"
#include "fixture.h"
#include "portal/openapi.h"

namespace sekisho::portal {
namespace {

struct PortalTest : PortalFixture {
  void prepare() override {
    ASSERT_TRUE(make_folders(dir() / "pages/assets"));
    put("pages/index.html", "<!doctype html><title>built</title>");
    put("pages/assets/index-1a2b.js", "export {};");
    put("pages/.hidden.html", "hidden");
    put("secret.txt", "secret");
    fs::create_symlink(dir() / "secret.txt", dir() / "pages/link.txt");
  }
  PortalOptions options() override {
    PortalOptions o = PortalFixture::options();
    o.pages = dir() / "pages";
    o.api.heartbeat = std::chrono::milliseconds(200);
    o.api.max_event_streams = 2;
    return o;
  }
  void put(const char* name, std::string_view text) { ASSERT_TRUE(write_file_durable(dir() / name, text)); }
  ClientResponse get(const std::string& target) const { return send({.target = target}); }

  std::vector<std::string> curl(std::vector<std::string> arguments) const {
    std::vector<std::string> command = {"curl", "-sS", "--cacert", dir() / "ca/root.pem"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return command;
  }
  std::string url(const std::string& path) const { return portal_->url() + path.substr(1); }
};

// Waits until `path` holds `text`; the deadline ends a test that fails, not one that passes.
bool comes(const fs::path& path, std::string_view text) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (std::chrono::steady_clock::now() < deadline) {
    if (const auto content = read_text(path); content && content->find(text) != std::string::npos) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

TEST_F(PortalTest, BuiltPagesAreServedWithTheirTypes) {
  EXPECT_EQ(get("/").body, "<!doctype html><title>built</title>");
  EXPECT_EQ(get("/").headers.at("content-type"), "text/html; charset=utf-8");
  const auto script = get("/assets/index-1a2b.js");
  EXPECT_EQ(script.headers.at("content-type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(script.headers.at("cache-control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(get("/").headers.at("cache-control"), "no-cache");
  EXPECT_EQ(get("/nothing").status, 404);
  EXPECT_EQ(send({.method = "POST", .target = "/"}).status, 405);
}

TEST_F(PortalTest, AnUnchangedPageIsNotSentAgain) {
  const std::string etag = get("/").headers.at("etag");
  const auto again = send({.target = "/", .headers = {{"If-None-Match", etag}}});
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.body, "");
}

TEST_F(PortalTest, WithoutBuiltPagesAPlainPageNamesTheApi) {
  ASSERT_TRUE(make_folders(dir() / "empty"));
  auto o = options();
  o.pages = dir() / "empty";
  portal_ = std::move(*Portal::open(std::move(o)));
  EXPECT_FALSE(portal_->pages_built());
  const auto page = get("/");
  EXPECT_EQ(page.status, 200);
  EXPECT_NE(page.body.find("href=\"/api/v1/openapi.json\""), std::string::npos);
}

TEST_F(PortalTest, NoPathLeadsOutOfThePages) {
  for (const char* path : {"/../secret.txt", "/assets/../../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt",
                           "/assets/%2e%2e/%2e%2e/secret.txt", "/..\\secret.txt", "/./index.html"}) {
    const auto answer = get(path);
    EXPECT_EQ(answer.status, 400) << path;
    EXPECT_EQ(code_of(answer), "request.traversal") << path;
  }
  for (const char* path : {"/link.txt", "/.hidden.html", "//secret.txt", "/assets", "/assets/"})
    EXPECT_EQ(get(path).status, 404) << path;
  EXPECT_EQ(get("/%00/secret.txt").status, 400);
}

TEST_F(PortalTest, EveryAnswerCarriesTheSecurityHeaders) {
  for (const char* path : {"/", "/api/v1/status", "/nothing", "/../x"}) {
    const auto headers = get(path).headers;
    EXPECT_TRUE(headers.at("content-security-policy").starts_with("default-src 'self'")) << path;
    EXPECT_EQ(headers.at("x-content-type-options"), "nosniff") << path;
    EXPECT_EQ(headers.at("x-frame-options"), "DENY") << path;
    EXPECT_EQ(headers.at("referrer-policy"), "no-referrer") << path;
  }
  EXPECT_EQ(get("/api/v1/status").headers.at("cache-control"), "no-store");
  EXPECT_EQ(get("/nothing").headers.at("cache-control"), "no-store");
}

TEST_F(PortalTest, AddressesOfOtherMachinesAreRefused) {
  for (const char* address : {"0.0.0.0", "::", "192.0.2.7", "localhost", "", "127.0.0.1.example"}) {
    auto o = options();
    o.address = address;
    const auto portal = Portal::open(std::move(o));
    ASSERT_FALSE(portal) << address;
    EXPECT_EQ(portal.error().code, "portal.address") << address;
  }
  EXPECT_TRUE(is_loopback("127.0.0.1") && is_loopback("127.9.9.9") && is_loopback("::1"));
}

TEST_F(PortalTest, ANameOfAnotherSiteThatPointsHereReadsNothing) {
  for (const char* host : {"attacker.example", "127.0.0.1.attacker.example", "127.attacker.example:443"}) {
    const auto out =
        run_command(curl({"-H", std::string("Host: ") + host, "-w", "%{http_code}", url("/api/v1/status")}));
    EXPECT_TRUE(out->out.ends_with("421")) << host << ": " << out->out;
  }
}

TEST_F(PortalTest, AMissingStateIsEmptyAndAReplacedOneIsReadAgain) {
  FileSource source(state());
  EXPECT_EQ(source.read()->dump(), "{}");
  put("status.json", R"({"title":"one"})");
  EXPECT_EQ((*source.read())["title"], "one");
  put("status.json", R"({"title":"two"})");
  EXPECT_EQ((*source.read())["title"], "two");
  fs::remove(state());
  EXPECT_EQ(source.read()->dump(), "{}");
}

TEST_F(PortalTest, ADocumentThatIsNotJsonIsAnErrorOfTheSourceAndLeavesTheLastStateOnThePage) {
  put("status.json", R"({"title":"good"})");
  StatusFeed feed(std::make_unique<FileSource>(state()), std::chrono::milliseconds(10));
  EXPECT_EQ(feed.current().json, R"({"title":"good"})");
  put("status.json", "{\"title\":");
  EXPECT_FALSE(FileSource(state()).read());
  put("status.json", "[]");
  EXPECT_EQ(FileSource(state()).read().error().code, "status.form");
  EXPECT_EQ(feed.wait_for_change(feed.current().version, std::chrono::milliseconds(100)).json, R"({"title":"good"})");
}

TEST_F(PortalTest, EventsBringTheStateAtFirstAndAfterEachChangeWithHeartbeatsBetween) {
  put("status.json", R"({"title":"first"})");
  SpawnOptions spawn;
  spawn.output = dir() / "events";
  auto child = ChildProcess::spawn(
      curl({"-N", "--max-time", "60", "-H", "Accept: text/event-stream", url("/api/v1/events")}), spawn);
  ASSERT_TRUE(child);
  EXPECT_TRUE(comes(dir() / "events", "event: status\ndata: {\"title\":\"first\"}\n\n"));
  EXPECT_TRUE(comes(dir() / "events", "event: heartbeat\n"));
  put("status.json", R"({"title":"second"})");
  EXPECT_TRUE(comes(dir() / "events", "event: status\ndata: {\"title\":\"second\"}\n\n"));
  const auto begin = std::chrono::steady_clock::now();
  portal_->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(4)) << "streams end when the portal does";
}

TEST_F(PortalTest, ManyChangesInAShortTimeAreSentAtMostTwiceASecond) {
  SpawnOptions spawn;
  spawn.output = dir() / "events";
  auto child = ChildProcess::spawn(
      curl({"-N", "--max-time", "60", "-H", "Accept: text/event-stream", url("/api/v1/events")}), spawn);
  ASSERT_TRUE(comes(dir() / "events", "event: status"));
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 1; i <= 100; ++i)
    put("status.json", Json{{"n", i}}.dump());
  ASSERT_TRUE(comes(dir() / "events", "{\"n\":100}"));
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  const std::string text = *read_text(dir() / "events");
  int sent = 0;
  for (auto at = text.find("event: status"); at != std::string::npos; at = text.find("event: status", at + 1))
    ++sent;
  EXPECT_LE(sent, 2 + 2 * seconds.count() + 1);
}

TEST_F(PortalTest, TooManyEventStreamsAreRefusedAndOtherRequestsGoOn) {
  std::vector<ChildProcess> readers;
  for (const char* name : {"a", "b"}) {
    SpawnOptions spawn;
    spawn.output = dir() / name;
    readers.push_back(*ChildProcess::spawn(
        curl({"-N", "--max-time", "60", "-H", "Accept: text/event-stream", url("/api/v1/events")}), spawn));
    ASSERT_TRUE(comes(dir() / name, "event: status"));
  }
  const auto third = send({.target = "/api/v1/events", .headers = {{"Accept", "text/event-stream"}}});
  EXPECT_EQ(third.status, 503);
  EXPECT_EQ(code_of(third), "events.full");
  EXPECT_EQ(get("/api/v1/status").status, 200);
  EXPECT_EQ(get("/api/v1/events").status, 406);
}

TEST_F(PortalTest, ATokenOpensOneSessionOnly) {
  const auto first = sign_in(portal_->token());
  EXPECT_EQ(first.status, 200);
  const std::string cookie = first.headers.at("set-cookie");
  for (const char* attribute : {"__Host-sekisho=", "; Path=/", "; HttpOnly", "; Secure", "; SameSite=Strict"})
    EXPECT_NE(cookie.find(attribute), std::string::npos) << attribute;
  const auto second = sign_in(portal_->token());
  EXPECT_EQ(second.status, 403);
  EXPECT_EQ(code_of(second), "session.used");
  EXPECT_FALSE(second.headers.contains("set-cookie"));

  const std::string pair = cookie.substr(0, cookie.find(';'));
  const auto signed_in = [&](const std::string& sent) {
    return (*parse_json(send({.target = "/api/v1/session", .headers = {{"Cookie", sent}}}).body))["signed_in"]
        .get<bool>();
  };
  EXPECT_TRUE(signed_in("other=1; " + pair));
  EXPECT_FALSE(signed_in("other=1"));
  EXPECT_FALSE(signed_in(pair + "0"));
  EXPECT_EQ(send({.method = "DELETE", .target = "/api/v1/session", .headers = {{"Cookie", pair}}}).status, 200);
  EXPECT_FALSE(signed_in(pair));
}

TEST_F(PortalTest, WrongOldAndForeignTokensOpenNothing) {
  EXPECT_EQ(code_of(sign_in(std::string(64, '0'))), "session.token");
  EXPECT_EQ(code_of(sign_in("")), "session.token");
  for (const char* body : {"", "[]", "{}", R"({"token":5})", "{\"token\":"})
    EXPECT_EQ(send({.method = "POST", .target = "/api/v1/session", .body = body}).status, 400) << body;
  const auto foreign = send({.method = "POST",
                             .target = "/api/v1/session",
                             .headers = {{"Origin", "https://attacker.example"}},
                             .body = Json{{"token", portal_->token()}}.dump()});
  EXPECT_EQ(code_of(foreign), "request.origin");
  clock_.advance_seconds(3600);
  EXPECT_EQ(code_of(sign_in(portal_->token())), "session.expired");
}

TEST_F(PortalTest, ASessionEndsAfterEightHours) {
  const std::string cookie = sign_in(portal_->token()).headers.at("set-cookie");
  const ClientRequest ask{.target = "/api/v1/session", .headers = {{"Cookie", cookie.substr(0, cookie.find(';'))}}};
  clock_.advance_seconds(8 * 3600 - 1);
  EXPECT_EQ(send(ask).body, R"({"signed_in":true,"role":"manager","hospital":""})");
  clock_.advance_seconds(1);
  EXPECT_EQ(send(ask).body, R"({"signed_in":false})");
}

TEST_F(PortalTest, TheDescriptionNamesEveryRouteThatAnswers) {
  const auto description = parse_json(get("/api/v1/openapi.json").body);
  ASSERT_TRUE(description);
  EXPECT_EQ((*description)["openapi"], "3.1.0");
  std::size_t operations = 0;
  for (const auto& [path, methods] : (*description)["paths"].items())
    for (const auto& [method, operation] : methods.items()) {
      ++operations;
      std::string upper = method;
      for (char& c : upper)
        c = static_cast<char>(std::toupper(c));
      EXPECT_NE(send({.method = upper, .target = path}).status, 404) << upper << " " << path;
      EXPECT_NE(send({.method = upper, .target = path}).status, 405) << upper << " " << path;
    }
  EXPECT_EQ(operations, routes().size());
  // Every reference has its schema.
  const std::string text = description->dump();
  constexpr std::string_view kReference = "#/components/schemas/";
  for (auto at = text.find(kReference); at != std::string::npos; at = text.find(kReference, at + 1)) {
    const std::string name = text.substr(at + kReference.size(), text.find('"', at) - at - kReference.size());
    EXPECT_TRUE((*description)["components"]["schemas"].contains(name)) << name;
  }
  const auto wrong = send({.method = "PUT", .target = "/api/v1/session"});
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.headers.at("allow"), "GET, POST, DELETE");
}

}  // namespace
}  // namespace sekisho::portal
