#include "disclosure/table_rules.h"

#include <fmt/format.h>

#include <cmath>
#include <numeric>

#include "disclosure/dominance.h"
#include "disclosure/policy_chain.h"

namespace sekisho::disclosure {
namespace {

double shared_by_largest(const Contributions& units, int n) {
  return std::accumulate(units.top, units.top + std::clamp(n, 0, static_cast<int>(Contributions::kTop)), 0.0);
}

double p_percent(const Contributions& units, double p) {
  return disclosure::p_percent(units.total, units.top[0], units.top[1], p);
}
void judge_sum(const CellFacts& facts, const TableRules& rules, bool hospitals, CellJudgement& cell) {
  const auto ask = [&](std::string_view rule, double needed) {
    if (!is_need(needed, facts.persons.total)) return;
    cell.rules.push_back(rule);
    cell.need_up = std::max(cell.need_up, needed);
  };
  if (rules.p > 0) {
    ask("dominance.p.person", p_percent(facts.persons, rules.p));
    if (hospitals) ask("dominance.p.hospital", p_percent(facts.hospitals, rules.p));
  }
  for (const auto& [n, k] : rules.dominant) {
    ask("dominance.nk.person", n_k_percent(facts.persons.total, shared_by_largest(facts.persons, n), k));
    if (hospitals)
      ask("dominance.nk.hospital", n_k_percent(facts.hospitals.total, shared_by_largest(facts.hospitals, n), k));
  }
}

std::string place_of(const CellTable& table, std::size_t cell) {
  std::string out;
  for (std::size_t d = 0; d < table.dimensions.size(); ++d)
    out += fmt::format("{}{}={}", d == 0 ? "" : ", ", table.dimensions[d], table.cells[cell].labels[d]);
  return out;
}

}  // namespace

Result<TableRules> table_rules(const TableRequest& request) {
  TableRules rules;
  rules.persons = std::max(request.policy.threshold, request.threshold);
  rules.protect_zeros = request.policy.protect_zeros;
  const Json& members = request.contribution_rules;
  if (!members.is_object()) return rules;
  const bool decided = names_decision(members);
  const auto wrong = [](std::string_view what) { return fail("policy.value", std::string(what)); };
  if (members.contains("t_hosp")) {
    if (!members["t_hosp"].is_number_integer() || members["t_hosp"].get<std::int64_t>() < 0 ||
        members["t_hosp"].get<std::int64_t>() > 1000)
      return wrong("t_hosp is a whole number up to 1000");
    rules.hospitals = members["t_hosp"].get<int>();
  }
  if (members.contains("p")) {
    SEKISHO_TRY(rules.p, parse_p(members["p"]));
  }
  if (!decided && (rules.hospitals < 3 || rules.p < 10))
    return fail("policy.looser", "three hospitals and p = 10 are the base", {},
                "Name the committee's decision in \"decision\".");
  if (members.contains("nk")) {
    SEKISHO_TRY(rules.dominant, parse_dominant(members["nk"]));
  }
  if (members.contains("sensitive")) {
    for (const Json& one : members["sensitive"]) {
      if (!one.is_string()) return wrong("sensitive lists dimensions or categories");
      rules.sensitive.push_back(one.get<std::string>());
    }
  }
  rules.review_zeros = members.contains("zeros") && members["zeros"] == "review";
  return rules;
}

std::vector<CellJudgement> judge_cells(const TableRequest& request, const Tabulation& data, const TableRules& rules) {
  std::vector<CellJudgement> cells(data.facts.size());
  const bool hospitals = !data.hospital_column.empty();
  // Weights and values make a magnitude of a count too: a large weight can tell who it is.
  const bool magnitude = request.measure != Measure::kCount || !request.weight.empty();
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const CellFacts& facts = data.facts[i];
    CellJudgement& cell = cells[i];
    const auto persons = static_cast<int>(facts.persons.units);
    if (persons == 0) {
      if (rules.protect_zeros) cell.rules.push_back("zero");
    } else {
      if (persons < rules.persons) cell.rules.push_back("threshold.persons");
      if (hospitals && static_cast<int>(facts.hospitals.units) < rules.hospitals)
        cell.rules.push_back("threshold.hospitals");
      if (magnitude) {
        if (!cell.rules.empty()) cell.need_up = std::max(1.0, p_percent(facts.persons, rules.p));
        judge_sum(facts, rules, hospitals, cell);
      }
    }
    if (!cell.rules.empty() && (!magnitude || persons == 0)) cell.need_slide = rules.persons;
  }
  return cells;
}

std::vector<VerdictItem> judge_table(const Tabulation& data, const CellTable& table, const Pattern& pattern,
                                     const TableRules& rules) {
  std::vector<VerdictItem> items;
  const std::vector<double>& counts = data.layers[0];
  const auto shown = [&](std::int32_t i) { return pattern[static_cast<std::size_t>(i)] == Status::kPublished; };
  for (const Relation& relation : table.relations) {
    const auto total = static_cast<std::size_t>(relation.total);
    if (counts[total] < rules.persons || relation.children.size() < 2) continue;
    for (const std::int32_t child : relation.children) {
      const auto at = static_cast<std::size_t>(child);
      if (counts[at] != counts[total] || !shown(relation.total) || !shown(child)) continue;
      const std::string dimension = relation.name.substr(0, relation.name.rfind(':'));
      const bool listed = std::ranges::any_of(rules.sensitive, [&](const std::string& name) {
        return name == dimension || std::ranges::find(table.cells[at].labels, name) != table.cells[at].labels.end();
      });
      items.push_back({"group", listed ? Verdict::kFail : Verdict::kReview, place_of(table, at),
                       fmt::format("everybody in this group stands in one category of {}", dimension),
                       fmt::format("この集団の全員が「{}」の一つの区分に入っています", dimension),
                       "Look at whether being in that category is sensitive; merge categories or groups if so.",
                       "その区分が機微であれば、区分または集団を統合してください。"});
    }
  }
  if (data.by_hospital)
    items.push_back({"hospital.named", Verdict::kReview, "table", "a dimension tells hospitals apart",
                     "表の軸が医療機関を区別しています", "Look at whether the hospitals agreed to be named.",
                     "医療機関名の公表に同意があるか確認してください。"});
  if (rules.review_zeros && std::ranges::any_of(counts, [](double value) { return value == 0; }))
    items.push_back({"zero", Verdict::kReview, "table", "cells without a person are shown",
                     "該当者のいないセルが表示されています", "Look at whether a zero tells something about a group.",
                     "0人であることが集団について何かを明かさないか確認してください。"});
  return items;
}

}  // namespace sekisho::disclosure
