#include "portal/openapi.h"

#include <fmt/format.h>

#include "portal/api.h"

namespace sekisho::portal {
namespace {

constexpr int kRead[] = {405, 421};
constexpr int kStream[] = {405, 406, 421, 503};
constexpr int kOwn[] = {401, 404, 405, 421};
constexpr int kReview[] = {401, 403, 404, 405, 421};
constexpr int kJudge[] = {400, 401, 403, 404, 405, 409, 421};
constexpr int kChange[] = {400, 403, 405, 421};

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/status", RouteAction::kStatus, "readStatus", "The state of the centre: figures, no identifiers",
     "application/json", "Status", "", kRead},
    {"GET", kEventsPath, RouteAction::kEvents, "watchStatus",
     "The state as server-sent events: `status` (data: Status) at first and after each change, at most twice a second; "
     "`heartbeat` every ten seconds without one",
     "text/event-stream", "Events", "", kStream},
    {"GET", "/api/v1/openapi.json", RouteAction::kOpenApi, "readDescription", "This description", "application/json",
     "Description", "", kRead},
    {"GET", "/api/v1/session", RouteAction::kSessionState, "readSession", "Whether this browser is signed in",
     "application/json", "Session", "", kRead},
    {"POST", "/api/v1/session", RouteAction::kSessionBegin, "beginSession",
     "Exchanges the one-time token, shown when the portal started, for a session cookie", "application/json", "Session",
     "Token", kChange},
    {"DELETE", "/api/v1/session", RouteAction::kSessionEnd, "endSession", "Signs out", "application/json", "Session",
     "", kChange},
    {"GET", "/api/v1/quality", RouteAction::kQualityList, "listQuality",
     "Reports of data quality: all for a manager, its own for a hospital's user", "application/json", "QualityList", "",
     kOwn},
    {"GET", "/api/v1/quality/{hospital}", RouteAction::kQuality, "readQuality",
     "The report of one hospital; another hospital's is not found", "application/json", "Quality", "", kOwn},
    {"GET", "/api/v1/review", RouteAction::kReviewList, "listReview",
     "Pairs of records that wait for this identity reviewer, most uncertain first", "application/json", "ReviewList",
     "", kReview},
    {"GET", "/api/v1/review/{pair}", RouteAction::kReviewPair, "readReviewPair",
     "Both records of a pair with the weights; the view is recorded in the ledger of the review", "application/json",
     "ReviewPair", "", kReview},
    {"POST", "/api/v1/review/{pair}", RouteAction::kReviewVote, "judgeReviewPair",
     "An opinion about a pair (same, different, unsure), or withdrawn: takes it back; header X-Sekisho-Csrf as "
     "listReview gave it",
     "application/json", "ReviewState", "Opinion", kJudge},
    {"GET", "/api/v1/explorer", RouteAction::kExplorer, "readExplorer",
     "What a data manager can explore: attributes, levels, models, figures of the policy", "application/json",
     "Explorer", "", kReview},
    {"POST", "/api/v1/explorer/{act}", RouteAction::kExplorerAct, "explore",
     "judge: a node of the lattice and those around it; optimum: the best node of a setting; rows: rows before and "
     "after; save: the setting as a policy. Header X-Sekisho-Csrf as readExplorer gave it",
     "application/json", "Explored", "Exploration", kJudge},
};

// Objects of the state document: member, JSON type. Lists name the schema of their items.
struct MemberRow {
  std::string_view schema, member, type;  // type: string, integer, number, boolean, "[Name]", "Name", "Name?"
};
constexpr MemberRow kMembers[] = {
    {"Status", "updated", "string"},
    {"Status", "title", "string"},
    {"Status", "hospitals", "[Hospital]"},
    {"Status", "store", "Store"},
    {"Status", "linkage", "Linkage?"},
    {"Status", "datasets", "[Dataset]"},
    {"Status", "exit_checks", "[ExitCheck]"},
    {"Status", "ledgers", "[Ledger]"},
    {"Status", "stages", "[Stage]"},
    {"Hospital", "id", "string"},
    {"Hospital", "name", "string"},
    {"Hospital", "packages", "Packages"},
    {"Packages", "sealed", "integer"},
    {"Packages", "received", "integer"},
    {"Packages", "loaded", "integer"},
    {"Packages", "quarantined", "integer"},
    {"Packages", "secured", "integer"},
    {"Packages", "refused", "integer"},
    {"Store", "registrations", "integer"},
    {"Store", "persons", "integer"},
    {"Store", "rows", "integer"},
    {"Store", "superseded", "integer"},
    {"Store", "quarantined", "integer"},
    {"Store", "segments", "integer"},
    {"Store", "bytes", "integer"},
    {"Linkage", "precision", "number"},
    {"Linkage", "recall", "number"},
    {"Dataset", "id", "string"},
    {"Dataset", "label_ja", "string"},
    {"Dataset", "label_en", "string"},
    {"Dataset", "rows", "integer"},
    {"Dataset", "eligible", "integer"},
    {"Dataset", "k", "integer"},
    {"Dataset", "smallest_class", "integer"},
    {"Dataset", "audit", "any"},
    {"Dataset", "reason", "string"},
    {"ExitCheck", "id", "string"},
    {"ExitCheck", "label_ja", "string"},
    {"ExitCheck", "label_en", "string"},
    {"ExitCheck", "cells", "integer"},
    {"ExitCheck", "suppressed", "integer"},
    {"ExitCheck", "audit", "any"},
    {"Ledger", "name", "string"},
    {"Ledger", "ok", "boolean"},
    {"Ledger", "entries", "integer"},
    {"Ledger", "checkpoint", "string"},
    {"Stage", "name", "string"},
    {"Stage", "label_ja", "string"},
    {"Stage", "label_en", "string"},
    {"Stage", "state", "string"},
    {"Stage", "done", "number"},
    {"Stage", "total", "number"},
    {"Stage", "unit", "string"},
    {"Stage", "seconds", "number"},
    {"Stage", "rate", "any"},
    {"Session", "signed_in", "boolean"},
    {"Session", "role", "string"},
    {"Session", "hospital", "string"},
    {"Token", "token", "string"},
    {"QualityList", "hospitals", "[QualityRow]"},
    {"QualityRow", "hospital", "string"},
    {"QualityRow", "on", "string"},
    {"QualityRow", "accounting", "any"},
    {"QualityRow", "levels", "any"},
    {"Quality", "on", "string"},
    {"Quality", "hospitals", "any"},
    {"Quality", "accounting", "any"},
    {"Quality", "levels", "any"},
    {"Quality", "findings", "any"},
    {"Quality", "measures", "any"},
    {"ReviewList", "person", "string"},
    {"ReviewList", "csrf", "string"},
    {"ReviewList", "counts", "any"},
    {"ReviewList", "pairs", "[ReviewRow]"},
    {"ReviewList", "decided", "[ReviewRow]"},
    {"ReviewRow", "id", "string"},
    {"ReviewRow", "probability", "number"},
    {"ReviewRow", "weight", "number"},
    {"ReviewRow", "state", "string"},
    {"ReviewRow", "mine", "any"},
    {"ReviewPair", "id", "string"},
    {"ReviewPair", "record_a", "any"},
    {"ReviewPair", "record_b", "any"},
    {"ReviewPair", "waterfall", "any"},
    {"ReviewPair", "joined", "boolean"},
    {"ReviewPair", "records_a", "integer"},
    {"ReviewPair", "records_b", "integer"},
    {"ReviewState", "id", "string"},
    {"ReviewState", "state", "string"},
    {"ReviewState", "outcome", "string"},
    {"Opinion", "opinion", "string"},
    {"Explorer", "csrf", "string"},
    {"Explorer", "rows", "integer"},
    {"Explorer", "k", "any"},
    {"Explorer", "limit", "number"},
    {"Explorer", "metric", "string"},
    {"Explorer", "attributes", "any"},
    {"Explorer", "models", "any"},
    {"Explorer", "saved", "any"},
    {"Exploration", "setting", "any"},
    {"Exploration", "levels", "any"},
    {"Exploration", "radius", "integer"},
    {"Exploration", "from", "integer"},
    {"Exploration", "count", "integer"},
    {"Exploration", "suppressed", "boolean"},
    {"Exploration", "name", "string"},
    {"Explored", "levels", "any"},
    {"Explored", "valid", "boolean"},
    {"Explored", "suppressed", "integer"},
    {"Explored", "classes", "integer"},
    {"Explored", "smallest", "integer"},
    {"Explored", "score", "any"},
    {"Explored", "around", "any"},
    {"Explored", "edges", "any"},
    {"Explored", "rows", "any"},
    {"Explored", "file", "string"},
    {"Explored", "milliseconds", "number"},
    {"Error", "code", "string"},
    {"Error", "message", "string"},
    {"Error", "remedy", "string"},
};

Json reference(std::string_view schema) {
  return {{"$ref", fmt::format("#/components/schemas/{}", schema)}};
}

Json type_of(std::string_view type) {
  if (type == "any") return Json::object();
  if (type.starts_with('[')) return {{"type", "array"}, {"items", reference(type.substr(1, type.size() - 2))}};
  if (type.ends_with('?'))
    return {{"anyOf", Json::array({reference(type.substr(0, type.size() - 1)), Json{{"type", "null"}}})}};
  if (type[0] >= 'A' && type[0] <= 'Z') return reference(type);
  return {{"type", type}};
}

Json schemas() {
  Json all = Json::object();
  for (const MemberRow& row : kMembers) {
    Json& schema = all[std::string(row.schema)];
    schema["type"] = "object";
    schema["properties"][std::string(row.member)] = type_of(row.type);
  }
  all["Token"]["required"] = Json::array({"token"});
  all["Stage"]["properties"]["state"]["enum"] = Json::array({"waiting", "running", "done", "failed"});
  all["Events"] = {{"type", "string"}};
  all["Description"] = {{"type", "object"}};
  return all;
}

Json content_of(std::string_view type, std::string_view schema) {
  return {{std::string(type), {{"schema", reference(schema)}}}};
}

Json operation(const Route& route) {
  Json responses = Json::object();
  responses["200"] = {{"description", "done"}, {"content", content_of(route.content_type, route.schema)}};
  for (const int code : route.error_codes)
    responses[std::to_string(code)] = {{"description", "refused"},
                                       {"content", content_of("application/json", "Error")}};
  Json result = {{"operationId", route.id}, {"summary", route.summary}};
  if (const auto brace = route.path.find('{'); brace != std::string_view::npos)
    result["parameters"] = Json::array({{{"name", route.path.substr(brace + 1, route.path.size() - brace - 2)},
                                         {"in", "path"},
                                         {"required", true},
                                         {"schema", {{"type", "string"}}}}});
  if (!route.body_schema.empty())
    result["requestBody"] = {{"required", true}, {"content", content_of("application/json", route.body_schema)}};
  result["responses"] = std::move(responses);
  return result;
}

}  // namespace

bool matches(const Route& route, std::string_view path) {
  const auto brace = route.path.find('{');
  if (brace == std::string_view::npos) return route.path == path;
  return path.size() > brace && path.starts_with(route.path.substr(0, brace)) &&
         path.find('/', brace) == std::string_view::npos;
}

std::span<const Route> routes() {
  return kRoutes;
}

Json openapi_document() {
  Json paths = Json::object();
  for (const Route& route : kRoutes) {
    std::string method(route.method);
    for (char& c : method)
      c = static_cast<char>(c + ('a' - 'A'));
    paths[std::string(route.path)][method] = operation(route);
  }
  return {{"openapi", "3.1.0"},
          {"info",
           {{"title", "sekisho portal"},
            {"version", "1"},
            {"description", "The state of a centre. Reached from its own machine only."}}},
          {"paths", std::move(paths)},
          {"components", {{"schemas", schemas()}}}};
}

}  // namespace sekisho::portal
