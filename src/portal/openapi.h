// The table of the portal's API routes: requests are routed by it and its OpenAPI description is made from it.
#pragma once

#include <span>
#include <string_view>

namespace sekisho::portal {

inline constexpr std::string_view kEventsPath = "/api/v1/events";

enum class RouteAction {
  kStatus,
  kEvents,
  kOpenApi,
  kSessionState,
  kSessionBegin,
  kSessionEnd,
  kQualityList,
  kQuality,
  kReviewList,
  kReviewPair,
  kReviewVote,
  kExplorer,
  kExplorerAct,
  kCount
};

struct Route {
  std::string_view method, path;  // a last segment in braces stands for any
  RouteAction action;
  std::string_view id, summary;
  std::string_view content_type;     // of the answer
  std::string_view schema;           // of the answer, a name among the components
  std::string_view body_schema;      // of the request; empty: none
  std::span<const int> error_codes;  // HTTP statuses besides 200
};

std::span<const Route> routes();
bool matches(const Route& route, std::string_view path);

}  // namespace sekisho::portal
