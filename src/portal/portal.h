// Runs the portal: an HTTPS server for the people who work at a centre's own machine. It listens on loopback addresses
// only, because signing in is by one-time links.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "core/clock.h"
#include "core/random.h"
#include "portal/api.h"

namespace sekisho::portal {

struct PortalOptions {
  std::filesystem::path certificate, key;  // PEM, role tls-portal
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;          // 0: any free one
  std::filesystem::path pages;     // built pages; empty: default_pages_folder()
  std::filesystem::path quality;   // folder of reports of data quality; empty: none
  std::filesystem::path links;     // folder of one-time links; empty: none
  std::filesystem::path review;    // folder of a clerical review; empty: none
  std::filesystem::path explorer;  // folder of portal/explorer.h; empty: none
  std::unique_ptr<StatusSource> source;
  const Clock* clock = nullptr;  // required
  Random* random = nullptr;      // required; fit for keys
  ApiOptions api;
};

// Thread safe. Serves from open() until destruction.
class Portal {
 public:
  // Errors: portal.address for an address that is not loopback, those of net::Server and of the pages.
  static Result<std::unique_ptr<Portal>> open(PortalOptions options);
  ~Portal();
  Portal(const Portal&) = delete;
  Portal& operator=(const Portal&) = delete;

  std::uint16_t port() const { return server_->port(); }
  std::string url() const;
  const std::string& token() const { return token_; }  // the first one-time token
  bool pages_built() const { return pages_.built(); }
  void stop();  // ends event streams, then the server

 private:
  Portal(PortalOptions& options, Pages pages);

  std::string address_;
  Pages pages_;
  StatusFeed feed_;
  Sessions sessions_;
  QualityReports quality_;
  ReviewPages review_;
  ExplorerPages explorer_;
  std::string token_;
  std::unique_ptr<net::Server> server_;
};

struct ServiceOptions {
  PortalOptions portal;
  std::filesystem::path port_file;   // gets the port once the portal listens
  std::filesystem::path token_file;  // gets the one-time token (mode 0600) instead of standard output
  bool json = false;
};

// Runs until SIGTERM or SIGINT. Signals are blocked here: call it before any other thread begins.
Result<int> run_service(ServiceOptions options);

}  // namespace sekisho::portal
