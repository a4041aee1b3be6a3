// The report as JSON, and what measures and rules are called in it.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "formats/rules.h"
#include "quality/quality.h"

namespace sekisho::quality {

std::string period_text(int period) {
  return period == 0 ? std::string() : fmt::format("{:04}-{:02}", period / 100, period % 100);
}

Wording wording_of(std::string_view id) {
  if (const Measure* m = find_measure(id); m != nullptr)
    return {std::string(m->category),  std::string(m->subcategory), std::string(m->context),  std::string(m->section),
            std::string(m->title.en),  std::string(m->title.ja),    std::string(m->cause.en), std::string(m->cause.ja),
            std::string(m->repair.en), std::string(m->repair.ja)};
  const std::string rule(id.substr(id.find('.') + 1));
  if (const formats::RuleText* text = formats::find_rule_text(rule))
    return {"conformance",
            "value",
            "verification",
            std::string(text->section),
            fmt::format("{}: {}", rule, text->meaning_en),
            fmt::format("{}: {}", rule, text->meaning_ja),
            "The export departs from the standard here.",
            "出力がこの点で標準仕様と異なる。",
            fmt::format("{} `sekisho inspect PATH --findings F` lists every place.", text->repair_en),
            fmt::format("{} 全箇所は sekisho inspect PATH --findings F で確認できる。", text->repair_ja)};
  return {"conformance",
          "value",
          "verification",
          rule,
          "Files in which the reader found " + rule,
          "読取り規則 " + rule + " に該当するファイル",
          "The file departs from the standard as the rule's name says.",
          "規則名が示す点で標準仕様と異なる。",
          "`sekisho inspect PATH --findings F` lists every place; correct the export and write the files again.",
          "sekisho inspect PATH --findings F で全箇所を確認し、出力を修正して再出力する。"};
}

std::uint64_t Report::findings(char level) const {
  return static_cast<std::uint64_t>(std::ranges::count_if(
      outcomes, [level](const Outcome& o) { return o.finding() && (level == 0 || o.limit.level == level); }));
}

namespace {

Json place_json(const std::optional<PlaceOfRow>& place) {
  if (!place) return nullptr;
  return {{"package", place->package}, {"part", place->part}, {"ordinal", place->ordinal}, {"sub", place->sub}};
}

Json outcome_json(const Outcome& outcome, const Cell& cell) {
  const Wording w = wording_of(outcome.id);
  return {{"measure", outcome.id},
          {"category", w.category},
          {"subcategory", w.subcategory},
          {"context", w.context},
          {"title", {{"en", w.title_en}, {"ja", w.title_ja}}},
          {"hospital", outcome.hospital},
          {"level", std::string(1, outcome.limit.level)},
          {"count", cell.count},
          {"denominator", cell.denominator},
          {"share", cell.percent()},
          {"allowed", outcome.limit.allowed},
          {"finding", outcome.finding()}};
}

Json accounting_json(const Accounting& a) {
  return {{"hospital", a.hospital},     {"records", a.records},         {"loaded", a.loaded},
          {"superseded", a.superseded}, {"quarantined", a.quarantined}, {"balanced", a.balanced()}};
}

}  // namespace

Json finding_json(const Outcome& outcome, const Cell& cell) {
  const Wording w = wording_of(outcome.id);
  Json out = outcome_json(outcome, cell);
  out["kind"] = "finding";
  out["finding"] = true;
  out["period"] = period_text(cell.period);
  out["example"] = place_json(cell.example);
  out["section"] = w.section;
  out["cause"] = {{"en", w.cause_en}, {"ja", w.cause_ja}};
  out["repair"] = {{"en", w.repair_en}, {"ja", w.repair_ja}};
  return out;
}

namespace {

Json report_json(const Report& report, std::string_view hospital, bool all) {
  Json findings = Json::array(), outcomes = Json::array(), accounting = Json::array(), hospitals = Json::array();
  std::map<std::string, std::uint64_t> levels = {{"E", 0}, {"W", 0}, {"I", 0}};
  for (const Outcome& outcome : report.outcomes) {
    if (!all && outcome.hospital != hospital) continue;
    Json row = outcome_json(outcome, outcome.total);
    Json months = Json::array();
    for (const Cell& month : outcome.months)
      months.push_back({{"period", period_text(month.period)},
                        {"count", month.count},
                        {"denominator", month.denominator},
                        {"share", month.percent()},
                        {"finding", outcome.finding(month)}});
    row["periods"] = std::move(months);
    outcomes.push_back(std::move(row));
    if (!outcome.finding()) continue;
    ++levels[std::string(1, outcome.limit.level)];
    findings.push_back(finding_json(outcome, outcome.total));
  }
  Accounting sum{"", 0, 0, 0, 0};
  const auto known = [&](const Accounting& a) { return a.hospital == hospital; };
  const bool by_hospital = all || std::ranges::any_of(report.accounting, known);
  for (const Accounting& a : by_hospital ? report.accounting : report.rows) {
    if (!all && a.hospital != hospital) continue;
    accounting.push_back(accounting_json(a));
    sum.records += a.records;
    sum.loaded += a.loaded;
    sum.superseded += a.superseded;
    sum.quarantined += a.quarantined;
  }
  for (const std::string& name : report.hospitals)
    if (all || name == hospital) hospitals.push_back(name);
  return {{"on", report.on.iso()},
          {"hospitals", std::move(hospitals)},
          {"accounting",
           {{"records", sum.records},
            {"loaded", sum.loaded},
            {"superseded", sum.superseded},
            {"quarantined", sum.quarantined},
            {"balanced", sum.balanced()},
            {"hospitals", std::move(accounting)}}},
          {"levels", levels},
          {"findings", std::move(findings)},
          {"measures", std::move(outcomes)}};
}

}  // namespace

Json to_json(const Report& report) {
  return report_json(report, {}, true);
}
Json to_json(const Report& report, std::string_view hospital) {
  return report_json(report, hospital, false);
}

}  // namespace sekisho::quality
