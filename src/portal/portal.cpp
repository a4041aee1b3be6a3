#include "portal/portal.h"

#include <fmt/format.h>

#include <csignal>
#include <cstdio>

#include "core/file.h"
#include "core/log.h"

namespace sekisho::portal {

Portal::Portal(PortalOptions& options, Pages pages)
    : address_(options.address),
      pages_(std::move(pages)),
      feed_(std::move(options.source)),
      sessions_(*options.clock, *options.random, {}, options.links),
      quality_(options.quality),
      review_(options.review, *options.clock, *options.random),
      explorer_(options.explorer),
      token_(sessions_.new_token()) {}

Portal::~Portal() {
  stop();
}

void Portal::stop() {
  feed_.stop();
  if (server_) server_->stop();
}

Result<std::unique_ptr<Portal>> Portal::open(PortalOptions options) {
  if (!is_loopback(options.address))
    return fail("portal.address",
                "the portal has no accounts and listens on this machine's own addresses only (127.0.0.1 or ::1)",
                {.part = options.address}, "To read it from elsewhere, forward its port over SSH.");
  SEKISHO_TRY(Pages pages, Pages::load(options.pages.empty() ? default_pages_folder() : options.pages));
  net::ServerOptions server;
  server.address = options.address;
  server.port = options.port;
  server.body_limit = 16 << 10;
  server.max_connections = 200;
  net::TlsOptions tls;
  tls.certificate = options.certificate;
  tls.key = options.key;
  tls.require_client_certificate = false;
  server.tls = tls;
  const ApiOptions api = options.api;
  std::unique_ptr<Portal> portal(new Portal(options, std::move(pages)));
  SEKISHO_TRY(portal->server_, net::Server::start(server, make_handler({.feed = portal->feed_,
                                                                        .sessions = portal->sessions_,
                                                                        .pages = portal->pages_,
                                                                        .quality = portal->quality_,
                                                                        .review = portal->review_,
                                                                        .explorer = portal->explorer_},
                                                                       api)));
  return portal;
}

std::string Portal::url() const {
  return address_.find(':') == std::string::npos ? fmt::format("https://{}:{}/", address_, port())
                                                 : fmt::format("https://[{}]:{}/", address_, port());
}

namespace {

Result<void> announce(const Portal& portal, const ServiceOptions& options) {
  if (!options.token_file.empty()) SEKISHO_CHECK(write_file_durable(options.token_file, portal.token() + "\n", 0600));
  if (options.json) {
    Json document = {{"url", portal.url()}, {"port", portal.port()}, {"pages", portal.pages_built()}};
    if (options.token_file.empty()) document["token"] = portal.token();
    fmt::print("{}\n", document.dump());
  } else {
    fmt::print("{}\n", portal.url());
    if (options.token_file.empty()) fmt::print("one-time token for signing in: {}\n", portal.token());
  }
  std::fflush(stdout);
  return {};
}

}  // namespace

Result<int> run_service(ServiceOptions options) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  SEKISHO_TRY(const auto portal, Portal::open(std::move(options.portal)));
  if (!portal->pages_built())
    spdlog::warn("the pages have not been built: a plain page stands in their place (tools/build-web.sh)");
  SEKISHO_CHECK(announce(*portal, options));
  spdlog::info("listening on {}", portal->url());
  if (!options.port_file.empty())
    SEKISHO_CHECK(write_file_durable(options.port_file, fmt::format("{}\n", portal->port())));
  int signal = 0;
  sigwait(&signals, &signal);
  portal->stop();
  return 0;
}

}  // namespace sekisho::portal
