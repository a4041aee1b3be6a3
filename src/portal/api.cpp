#include "portal/api.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <atomic>
#include <optional>
#include <span>

#include "core/log.h"
#include "portal/openapi.h"

namespace sekisho::portal {
namespace {

using net::Request;
using net::Response;

// Codes of errors and their HTTP status.
struct StatusRow {
  std::string_view code;
  int status;
};
constexpr StatusRow kStatuses[] = {
    {"request.path", 404},         {"request.traversal", 400}, {"request.method", 405}, {"request.host", 421},
    {"request.form", 400},         {"request.accept", 406},    {"session.token", 403},  {"session.used", 403},
    {"session.expired", 403},      {"request.origin", 403},    {"events.full", 503},    {"session.none", 401},
    {"quality.hospital", 404},     {"review.role", 403},       {"review.none", 404},    {"review.pair", 404},
    {"explorer.role", 403},        {"explorer.none", 404},     {"explorer.act", 404},   {"explorer.form", 400},
    {"explorer.name", 400},        {"explorer.exists", 409},   {"explore.place", 400},  {"explore.setting", 400},
    {"anonymize.impossible", 409}, {"anonymize.time", 409},    {"review.decided", 409}, {"review.third", 409},
    {"review.nothing", 409},       {"request.csrf", 403}};

constexpr std::pair<const char*, const char*> kSecurityHeaders[] = {
    {"Content-Security-Policy",
     "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"}};

Response error_response(const Error& error) {
  Response response;
  response.status = 500;
  for (const StatusRow& row : kStatuses)
    if (row.code == error.code) response.status = row.status;
  response.body = Json{{"code", error.code}, {"message", error.message}, {"remedy", error.remedy}}.dump(
      -1, ' ', false, Json::error_handler_t::replace);
  return response;
}

Response json_response(const Json& json) {
  Response response;
  response.body = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  return response;
}

std::string_view header(const Request& request, const char* name) {
  const auto found = request.headers.find(name);
  return found == request.headers.end() ? std::string_view() : std::string_view(found->second);
}

// "127.0.0.1:8443" -> "127.0.0.1", "[::1]:8443" -> "[::1]"
std::string_view host_of(std::string_view authority) {
  const auto colon = authority.rfind(':');
  const auto bracket = authority.rfind(']');
  const bool has_port = colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  return has_port ? authority.substr(0, colon) : authority;
}

// Numbers are compared as numbers: "127.attacker.example" is a name that anybody may point here.
bool is_this_machine(std::string_view host) {
  if (host == "localhost") return true;
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return is_loopback(std::string(host));
}

bool has_upward_step(std::string_view path) {
  if (path.find('\\') != std::string_view::npos || path.find('\0') != std::string_view::npos) return true;
  while (!path.empty()) {
    const std::string_view segment = path.substr(0, path.find('/'));
    if (segment == ".." || segment == ".") return true;
    path.remove_prefix(std::min(segment.size() + 1, path.size()));
  }
  return false;
}

std::string_view last_segment(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

class Api {
 public:
  Api(Services services, ApiOptions options) : s_(services), options_(options) {}

  Response handle(const Request& request) {
    Result<Response> answer = answer_to(request);
    Response response = answer ? std::move(*answer) : error_response(answer.error());
    if (!answer && answer.error().code == "request.method") response.headers["Allow"] = allowed_methods(request.path);
    for (const auto& [name, value] : kSecurityHeaders)
      response.headers[name] = value;
    if (request.path.starts_with("/api/") || response.status >= 400) response.headers["Cache-Control"] = "no-store";
    return response;
  }

  bool stream(const Request& request, net::EventStream& events) {
    if (request.path != kEventsPath || !is_this_machine(host_of(header(request, "host")))) return false;
    const Slot slot(streams_);
    if (slot.taken > options_.max_event_streams) return false;  // handle() says why
    std::uint64_t seen = 0;
    while (!s_.feed.stopped()) {
      const StatusVersion now = s_.feed.wait_for_change(seen, options_.heartbeat);
      if (s_.feed.stopped()) break;
      const bool changed = now.version != seen;
      if (!events.send(changed ? "status" : "heartbeat", changed ? now.json : "{}")) break;
      seen = now.version;
    }
    return true;
  }

 private:
  // One open event stream.
  struct Slot {
    explicit Slot(std::atomic<int>& count) : count(count), taken(++count) {}
    ~Slot() { --count; }
    std::atomic<int>& count;
    int taken;
  };

  Result<Response> answer_to(const Request& request) {
    if (!is_this_machine(host_of(header(request, "host"))))
      return fail("request.host", "the portal answers under this machine's own address only", {},
                  "Open the address that it printed when it started.");
    if (has_upward_step(request.path)) return fail("request.traversal", "this path leads out of the pages");
    const std::string method = request.method == "HEAD" ? "GET" : request.method;
    bool path_known = false;
    for (const Route& route : routes()) {
      if (!matches(route, request.path)) continue;
      path_known = true;
      if (route.method == method) return (this->*kActions[static_cast<int>(route.action)])(request);
    }
    if (!path_known) return page(request, method);
    return fail("request.method", "this method is not offered here");
  }

  Result<Response> page(const Request& request, std::string_view method) {
    const Page* page = s_.pages.find(request.path);
    if (page == nullptr) return fail("request.path", "nothing is here");
    if (method != "GET") return fail("request.method", "pages can only be read");
    Response response;
    response.content_type = page->content_type;
    response.headers["ETag"] = page->etag;
    response.headers["Cache-Control"] = page->immutable ? "public, max-age=31536000, immutable" : "no-cache";
    if (header(request, "if-none-match") == page->etag)
      response.status = 304;
    else
      response.body = page->content;
    return response;
  }

  Result<Response> status(const Request&) {
    Response response;
    response.body = s_.feed.current().json;
    return response;
  }

  // A stream was not opened: the request did not ask for one, or there are too many.
  Result<Response> events(const Request& request) {
    if (header(request, "accept").find("text/event-stream") != std::string_view::npos)
      return fail("events.full", "too many event streams are open", {}, "Close some pages of the portal.");
    return fail("request.accept", "this is a stream of events", {}, "Send Accept: text/event-stream.");
  }

  Result<Response> openapi(const Request&) { return json_response(openapi_document()); }

  Result<Response> session_state(const Request& request) { return json_response(session_json(holder_of(request))); }

  Result<Response> session_begin(const Request& request) {
    SEKISHO_CHECK(check_origin(request));
    SEKISHO_TRY(const Json body, form_of(request));
    const std::string token = body["token"].get<std::string>();
    Result<std::string> exchanged = s_.sessions.exchange(token);
    if (!exchanged && exchanged.error().code == "session.token")
      if (auto reviewer = s_.review.sign_in(token)) exchanged = s_.sessions.open(std::move(*reviewer));
    SEKISHO_TRY(const std::string id, std::move(exchanged));
    Response response = json_response(session_json(s_.sessions.holder(id)));
    response.headers["Set-Cookie"] = s_.sessions.cookie(id);
    return response;
  }

  Result<Response> session_end(const Request& request) {
    SEKISHO_CHECK(check_origin(request));
    s_.sessions.end(Sessions::id_in(header(request, "cookie")));
    Response response = json_response({{"signed_in", false}});
    response.headers["Set-Cookie"] = Sessions::expired_cookie();
    return response;
  }

  std::optional<Holder> holder_of(const Request& request) {
    return s_.sessions.holder(Sessions::id_in(header(request, "cookie")));
  }

  static Json session_json(const std::optional<Holder>& holder) {
    if (!holder) return {{"signed_in", false}};
    return {{"signed_in", true}, {"role", holder->role}, {"hospital", holder->hospital}};
  }

  Result<Holder> signed_in(const Request& request) {
    if (auto holder = holder_of(request)) return *holder;
    return fail("session.none", "this is shown to people who have signed in", {},
                "Open a link of `sekisho portal link`.");
  }

  Result<Response> quality_list(const Request& request) {
    SEKISHO_TRY(const Holder holder, signed_in(request));
    SEKISHO_TRY(const Json rows, s_.quality.list(holder));
    return json_response({{"hospitals", rows}});
  }

  Result<Response> quality(const Request& request) {
    SEKISHO_TRY(const Holder holder, signed_in(request));
    SEKISHO_TRY(const Json report, s_.quality.report(holder, last_segment(request.path)));
    return json_response(report);
  }

  // With what a later change of this session must carry.
  Response with_csrf(const Request& request, Json body) {
    body["csrf"] = csrf_of(Sessions::id_in(header(request, "cookie")));
    return json_response(body);
  }

  Result<Response> review_list(const Request& request) {
    SEKISHO_TRY(const Holder holder, signed_in(request));
    SEKISHO_TRY(Json list, s_.review.list(holder));
    return with_csrf(request, std::move(list));
  }

  Result<Response> review_pair(const Request& request) {
    SEKISHO_TRY(const Holder holder, signed_in(request));
    SEKISHO_TRY(const Json pair, s_.review.pair(holder, last_segment(request.path)));
    return json_response(pair);
  }

  Result<Response> review_vote(const Request& request) {
    SEKISHO_TRY(const Holder holder, signed_in(request));
    SEKISHO_TRY(const Json body, changing_body(request));
    SEKISHO_TRY(const Json done, s_.review.vote(holder, last_segment(request.path), body));
    return json_response(done);
  }

  Result<Response> explorer(const Request& request) {
    SEKISHO_TRY(const Holder holder, signed_in(request));
    SEKISHO_TRY(Json shown, s_.explorer.describe(holder));
    return with_csrf(request, std::move(shown));
  }

  Result<Response> explorer_act(const Request& request) {
    SEKISHO_TRY(const Holder holder, signed_in(request));
    SEKISHO_TRY(const Json body, changing_body(request));
    SEKISHO_TRY(const Json done, s_.explorer.act(holder, last_segment(request.path), body));
    return json_response(done);
  }

  // The body of a request that only a page of this portal can have made.
  Result<Json> changing_body(const Request& request) {
    SEKISHO_CHECK(check_origin(request));
    if (header(request, "x-sekisho-csrf") != csrf_of(Sessions::id_in(header(request, "cookie"))))
      return fail("request.csrf", "this change was not made on the page that it belongs to");
    auto body = parse_json(request.body, "request");
    if (!body) return fail("request.form", "the body is no JSON");
    return body;
  }

  static Result<Json> form_of(const Request& request) {
    auto body = parse_json(request.body, "request");
    if (!body || !body->is_object() || !body->contains("token") || !(*body)["token"].is_string())
      return fail("request.form", "the body must be a JSON object with the text member 'token'");
    return body;
  }

  // Browsers say from where a changing request comes; programs send nothing.
  static Result<void> check_origin(const Request& request) {
    const std::string_view origin = header(request, "origin");
    if (!origin.empty() && origin != "https://" + std::string(header(request, "host")))
      return fail("request.origin", "this request comes from another site");
    return {};
  }

  std::string allowed_methods(std::string_view path) const {
    std::string list;
    for (const Route& route : routes())
      if (matches(route, path)) list += (list.empty() ? "" : ", ") + std::string(route.method);
    return list.empty() ? "GET" : list;
  }

  using Action = Result<Response> (Api::*)(const Request&);
  // In the order of RouteAction.
  static constexpr Action kActions[] = {&Api::status,        &Api::events,      &Api::openapi,      &Api::session_state,
                                        &Api::session_begin, &Api::session_end, &Api::quality_list, &Api::quality,
                                        &Api::review_list,   &Api::review_pair, &Api::review_vote,  &Api::explorer,
                                        &Api::explorer_act};
  static_assert(std::size(kActions) == static_cast<std::size_t>(RouteAction::kCount));

  Services s_;
  ApiOptions options_;
  std::atomic<int> streams_ = 0;
};

}  // namespace

bool is_loopback(const std::string& address) {
  in_addr four{};
  if (::inet_pton(AF_INET, address.c_str(), &four) == 1) return (ntohl(four.s_addr) >> 24) == 127;
  in6_addr six{};
  return ::inet_pton(AF_INET6, address.c_str(), &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

net::Handler make_handler(Services services, ApiOptions options) {
  auto api = std::make_shared<Api>(services, options);
  net::Handler handler;
  handler.handle = [api](const Request& request) { return api->handle(request); };
  handler.stream_events = [api](const Request& request, net::EventStream& events) {
    return api->stream(request, events);
  };
  return handler;
}

}  // namespace sekisho::portal
