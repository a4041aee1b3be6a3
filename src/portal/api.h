// The portal's HTTP interface: built pages, and a JSON API whose OpenAPI description is made from the same table that
// routes the requests.
//
//   GET    /api/v1/status        the state document (portal/status.h)
//   GET    /api/v1/events        the same as server-sent events: "status" whenever it changed, "heartbeat" else
//   GET    /api/v1/openapi.json  this interface as OpenAPI 3.1
//   GET    /api/v1/session       {"signed_in", "role", "hospital"}
//   POST   /api/v1/session       {"token"} -> cookie; a token works once
//   DELETE /api/v1/session       signs out
//   GET    /api/v1/quality[/HOSPITAL]  reports of data quality that the session's holder may see (portal/quality.h)
//   GET    /api/v1/review        {"person", "csrf", "counts", "pairs"}: what waits for this identity reviewer
//   GET    /api/v1/review/PAIR   both records with the weights; POST {"opinion"} with X-Sekisho-Csrf judges it
//   GET    /api/v1/explorer      what can be explored, for a manager (portal/explorer.h); {"csrf"} with it
//   POST   /api/v1/explorer/ACT  judge, optimum, rows, save; with X-Sekisho-Csrf
//
// Errors are {"code", "message", "remedy"}. Requests whose Host is not this machine are refused (421): a page of
// another site that points its own name at 127.0.0.1 reads nothing.
#pragma once

#include <chrono>

#include "net/http.h"
#include "portal/explorer.h"
#include "portal/feed.h"
#include "portal/pages.h"
#include "portal/quality.h"
#include "portal/review.h"
#include "portal/session.h"

namespace sekisho::portal {

struct ApiOptions {
  std::chrono::milliseconds heartbeat = std::chrono::seconds(10);
  int max_event_streams = 64;  // each holds a thread
};

// What the handlers work on; must outlive the server. All members are thread safe.
struct Services {
  StatusFeed& feed;
  Sessions& sessions;
  const Pages& pages;
  const QualityReports& quality;
  ReviewPages& review;
  ExplorerPages& explorer;
};

// True for 127.0.0.0/8 and ::1, written as numbers.
bool is_loopback(const std::string& address);

net::Handler make_handler(Services services, ApiOptions options = {});

// OpenAPI 3.1 from the table of routes.
Json openapi_document();

}  // namespace sekisho::portal
