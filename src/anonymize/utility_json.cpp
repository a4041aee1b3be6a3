// The comparison of a finished table with the one before, as JSON.
#include <cmath>

#include "anonymize/utility.h"

namespace sekisho::anonymize {
namespace {

// Six digits say all that can be known, and nothing of the order of summation.
Json rounded(double value) {
  if (!std::isfinite(value)) return nullptr;
  if (value == 0) return 0.0;
  const double scale = std::pow(10.0, 5 - std::floor(std::log10(std::abs(value))));
  return std::isfinite(scale) ? Json(std::round(value * scale) / scale) : Json(value);
}

constexpr std::string_view kKinds[] = {"identifying", "quasi", "sensitive", "insensitive"};

Json to_json(const VariableUtility& one) {
  Json out{{"attribute", one.name}, {"kind", kKinds[static_cast<int>(one.kind)]}};
  if (one.kind == Kind::kQuasi) out["level"] = one.level();
  if (one.levels.size() > 1) out["levels"] = one.levels;
  out["loss"] = rounded(one.loss);
  out["changed"] = rounded(one.changed);
  out["values"] = {{"before", one.values_before}, {"after", one.values_after}};
  const auto numbers = [](const Numbers& n) {
    return Json{{"count", n.count},
                {"mean", n.count > 0 ? rounded(n.mean) : Json(nullptr)},
                {"deviation", n.count > 0 ? rounded(n.deviation) : Json(nullptr)},
                {"median", n.count > 0 ? rounded(n.median) : Json(nullptr)}};
  };
  if (one.before) out["numbers"] = {{"before", numbers(*one.before)}, {"after", numbers(*one.after)}};
  out["shift"] = rounded(one.shift);
  out["groups"] = Json::array();
  for (const Group& group : one.groups) {
    Json entry;
    entry["label"] = group.label.empty() ? Json(nullptr) : Json(group.label);
    entry["before"] = rounded(group.before);
    entry["after"] = rounded(group.after);
    entry["suppressed"] = rounded(group.suppressed);
    out["groups"].push_back(std::move(entry));
  }
  return out;
}

Json to_json(const std::optional<Coefficient::Estimate>& one) {
  return one ? Json{{"value", rounded(one->value)}, {"error", rounded(one->error)}} : Json(nullptr);
}

Json to_json(const Regression& one) {
  Json out{{"outcome", one.outcome}};
  out["event"] = one.event.empty() ? Json(nullptr) : Json(one.event);
  out["rows"] = {{"before", one.rows_before}, {"after", one.rows_after}};
  out["r2"] = {{"before", rounded(one.r2_before)}, {"after", rounded(one.r2_after)}};
  out["coefficients"] = Json::array();
  for (const Coefficient& coefficient : one.coefficients)
    out["coefficients"].push_back(
        {{"name", coefficient.name}, {"before", to_json(coefficient.before)}, {"after", to_json(coefficient.after)}});
  return out;
}

Json to_json(const Survival& one) {
  Json out{{"rows", {{"before", one.rows_before}, {"after", one.rows_after}}},
           {"greatest_difference", rounded(one.greatest_difference)},
           {"points", Json::array()}};
  for (const Survival::Point& point : one.points)
    out["points"].push_back(
        {{"time", rounded(point.time)}, {"before", rounded(point.before)}, {"after", rounded(point.after)}});
  return out;
}

}  // namespace

Json Utility::to_json() const {
  Json out{{"suppressed", rounded(suppressed)}, {"variables", Json::array()}, {"correlations", Json::array()}};
  for (const VariableUtility& one : variables)
    out["variables"].push_back(anonymize::to_json(one));
  for (const Correlation& one : correlations)
    out["correlations"].push_back(
        {{"a", one.a}, {"b", one.b}, {"before", rounded(one.before)}, {"after", rounded(one.after)}});
  out["regression"] = regression ? anonymize::to_json(*regression) : Json(nullptr);
  out["survival"] = survival ? anonymize::to_json(*survival) : Json(nullptr);
  return out;
}

}  // namespace sekisho::anonymize
