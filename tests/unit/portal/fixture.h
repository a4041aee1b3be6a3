// A portal over HTTPS with a certificate of its own authority, and people who sign in to it.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <optional>

#include "core/file.h"
#include "crypto/ca.h"
#include "net/http.h"
#include "portal/portal.h"

namespace sekisho::portal {

namespace fs = std::filesystem;
using net::ClientRequest;
using net::ClientResponse;

struct PortalFixture : testing::Test {
  void SetUp() override {
    folder_.emplace(*TemporaryFolder::create("portal"));
    auto authority = crypto::Authority::init(dir() / "ca", {"body"}, system_clock(), system_random());
    ASSERT_TRUE(authority);
    ASSERT_TRUE(authority->issue_to(
        {.role = "tls-portal", .common_name = "portal", .alt_names = {"IP:127.0.0.1", "DNS:localhost"}}, dir(),
        "portal"));
    prepare();
    start();
  }
  // What lies in the portal's folders before it starts: quality, links, review, explorer below dir().
  virtual void prepare() = 0;

  virtual PortalOptions options() {
    PortalOptions o;
    o.certificate = dir() / "portal.pem";
    o.key = dir() / "portal.key";
    o.quality = dir() / "quality";
    o.links = dir() / "links";
    o.review = dir() / "review";
    o.explorer = dir() / "explorer";
    o.source = std::make_unique<FileSource>(state());
    o.clock = &clock_;
    o.random = &system_random();
    return o;
  }
  void start() {
    auto portal = Portal::open(options());
    ASSERT_TRUE(portal) << portal.error().describe();
    portal_ = std::move(*portal);
  }

  std::unique_ptr<net::Client> client() const {
    net::ClientOptions o;
    o.port = portal_->port();
    o.tls = net::TlsOptions{.certificate = {}, .key = {}, .trusted_root = dir() / "ca/root.pem", .crl = {}};
    auto made = net::Client::create(o);
    EXPECT_TRUE(made) << made.error().describe();
    return std::move(*made);
  }
  ClientResponse send(const ClientRequest& request) const {
    auto answer = client()->send(request);
    EXPECT_TRUE(answer) << answer.error().describe();
    return answer ? *answer : ClientResponse{};
  }
  ClientResponse get(const std::string& target, const std::string& cookie) const {
    return send({.target = target, .headers = {{"Cookie", cookie}}});
  }
  ClientResponse post(const std::string& target, const std::string& cookie, const Json& body,
                      std::map<std::string, std::string> more = {}) const {
    more.emplace("Cookie", cookie);
    more.emplace("X-Sekisho-Csrf", cookie.empty() ? "" : csrf_of(cookie.substr(kSessionCookie.size() + 1)));
    return send({.method = "POST", .target = target, .headers = more, .body = body.dump()});
  }
  ClientResponse sign_in(const std::string& token) const {
    return send({.method = "POST", .target = "/api/v1/session", .body = Json{{"token", token}}.dump()});
  }
  std::string link(const Holder& holder, std::int64_t seconds = 3600) const {
    auto token = make_link(dir() / "links", holder, clock_.now().seconds() + seconds, system_random());
    EXPECT_TRUE(token);
    return token ? *token : "";
  }
  // The cookie of a fresh session.
  std::string cookie_for(const std::string& token) const {
    const auto answer = sign_in(token);
    EXPECT_EQ(answer.status, 200) << answer.body;
    const std::string cookie = answer.headers.contains("set-cookie") ? answer.headers.at("set-cookie") : "";
    return cookie.substr(0, cookie.find(';'));
  }
  std::string session(const Holder& holder) const { return cookie_for(link(holder)); }
  static std::string code_of(const ClientResponse& answer) {
    const auto json = parse_json(answer.body);
    return json && json->contains("code") ? (*json)["code"].get<std::string>() : answer.body;
  }
  fs::path dir() const { return folder_->path(); }
  fs::path state() const { return dir() / "status.json"; }

  std::optional<TemporaryFolder> folder_;
  ManualClock clock_{*UtcTime::parse("2026-11-21T00:00:00Z")};
  std::unique_ptr<Portal> portal_;
};

}  // namespace sekisho::portal
