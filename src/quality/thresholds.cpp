#include "quality/thresholds.h"

#include <fmt/format.h>

#include <cmath>

#include "core/file.h"
#include "core/toml.h"
#include "quality/measures.h"

namespace sekisho::quality {
namespace {

constexpr std::string_view kBuiltIn =
#include "default_toml.inc"
    ;

Result<double> share(const TomlTable& table, std::string_view member, double fallback) {
  SEKISHO_TRY(const double value, table.number(member, fallback));
  if (table.has(member) && !(value >= 0 && value <= 100))
    return table.error("quality.threshold", "a share lies between 0 and 100 per cent", member);
  return value;
}

}  // namespace

Result<Thresholds> Thresholds::parse(std::string_view text, const std::string& file) {
  SEKISHO_TRY(const TomlTable top, TomlTable::parse(text, file));
  SEKISHO_CHECK(top.only({"rules", "measure", "range", "test"}));
  Thresholds out;
  if (top.has("rules")) {
    SEKISHO_TRY(const TomlTable rules, top.table("rules"));
    SEKISHO_CHECK(rules.only({"E", "W", "I"}));
    for (auto& [level, allowed] : out.rules_) {
      SEKISHO_TRY(allowed, share(rules, level == 'E' ? "E" : level == 'W' ? "W" : "I", allowed));
    }
  }
  SEKISHO_TRY(const auto changes, top.tables("measure"));
  for (const TomlTable& row : changes) {
    SEKISHO_CHECK(row.only({"id", "allowed", "minimum", "level", "off"}));
    SEKISHO_TRY(const std::string id, row.text("id"));
    if (find_measure(id) == nullptr && !id.starts_with("rule."))
      return row.error("quality.measure", fmt::format("there is no measure {}", id), "id");
    Change change;
    SEKISHO_TRY(change.allowed, share(row, "allowed", -1));
    SEKISHO_TRY(change.minimum, row.integer("minimum", 1));
    if (change.minimum < 1) return row.error("quality.threshold", "the minimum is 1 or more", "minimum");
    SEKISHO_TRY(const std::string level, row.text("level", ""));
    if (!level.empty() && level != "E" && level != "W" && level != "I")
      return row.error("quality.threshold", "a level is E, W or I", "level");
    change.level = level == "E" ? 'E' : level == "W" ? 'W' : level == "I" ? 'I' : '\0';
    SEKISHO_TRY(change.off, row.boolean("off", false));
    out.changes_[id] = change;
  }
  SEKISHO_TRY(const auto ranges, top.tables("range"));
  for (const TomlTable& row : ranges) {
    SEKISHO_CHECK(row.only({"analyte", "name", "unit", "low", "high"}));
    Range range;
    SEKISHO_TRY(range.analyte, row.text("analyte"));
    SEKISHO_TRY(range.unit, row.text("unit"));
    SEKISHO_TRY(range.low, row.number("low", NAN));
    SEKISHO_TRY(range.high, row.number("high", NAN));
    if (!(range.low < range.high) || !std::isfinite(range.low) || !std::isfinite(range.high))
      return row.error("quality.threshold", "low and high are numbers, low below high", "low");
    out.ranges_.push_back(std::move(range));
  }
  SEKISHO_TRY(const auto tests, top.tables("test"));
  for (const TomlTable& row : tests) {
    SEKISHO_CHECK(row.only({"code", "analyte", "local"}));
    Test test;
    SEKISHO_TRY(test.code, row.text("code"));
    SEKISHO_TRY(test.analyte, row.text("analyte", ""));
    SEKISHO_TRY(test.local, row.text("local", ""));
    if (test.analyte.empty() == test.local.empty())
      return row.error("quality.threshold", "a test has an analyte or a local code", "code");
    out.tests_.push_back(std::move(test));
  }
  return out;
}

Result<Thresholds> Thresholds::load(const std::filesystem::path& file) {
  SEKISHO_TRY(const std::string text, read_text(file, std::size_t{16} << 20));
  return parse(text, file.string());
}

Result<Thresholds> Thresholds::built_in() {
  return parse(kBuiltIn, "default.toml");
}

Limit Thresholds::changed(Limit limit, std::string_view id) const {
  const auto found = changes_.find(id);
  if (found == changes_.end()) return limit;
  const Change& change = found->second;
  if (change.allowed >= 0) limit.allowed = change.allowed;
  if (change.level != 0) limit.level = change.level;
  limit.minimum = change.minimum;
  limit.off = change.off;
  return limit;
}

Limit Thresholds::of_measure(std::string_view id) const {
  const Measure* measure = find_measure(id);
  return changed({measure == nullptr ? 0 : measure->allowed, 1, measure == nullptr ? 'W' : measure->level, false}, id);
}

Limit Thresholds::of_rule(std::string_view rule, char level) const {
  const auto allowed = rules_.find(level);
  return changed({allowed == rules_.end() ? 100 : allowed->second, 1, level, false}, "rule." + std::string(rule));
}

}  // namespace sekisho::quality
