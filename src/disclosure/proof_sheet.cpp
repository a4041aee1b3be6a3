#include "disclosure/proof_sheet.h"

#include "disclosure/witness.h"

namespace sekisho::disclosure {
namespace {

Json contributions_json(const Contributions& units) {
  Json top = Json::array();
  for (const double amount : units.top)
    if (amount > 0) top.push_back(amount);
  return Json{{"total", units.total}, {"largest", std::move(top)}};
}

Json cells_json(const ProofInput& input, bool magnitude) {
  const CellTable& table = input.layers[0].table;
  Json cells = Json::array();
  for (std::size_t i = 0; i < table.cells.size(); ++i) {
    const CellFacts& facts = input.data.facts[i];
    Json cell{{"id", table.cells[i].id},
              {"labels", table.cells[i].labels},
              {"status", name(input.pattern[i])},
              {"rules", input.judgements[i].rules},
              {"persons", facts.persons.units}};
    if (!input.data.hospital_column.empty()) cell["hospitals"] = facts.hospitals.units;
    if (magnitude) cell["by_person"] = contributions_json(facts.persons);
    if (magnitude && !input.data.hospital_column.empty()) cell["by_hospital"] = contributions_json(facts.hospitals);
    cells.push_back(std::move(cell));
  }
  return cells;
}

Json relations_json(const CellTable& table) {
  Json relations = Json::array();
  for (const Relation& relation : table.relations) {
    Json children = Json::array();
    for (const std::int32_t child : relation.children)
      children.push_back(table.cells[static_cast<std::size_t>(child)].id);
    relations.push_back(Json{{"name", relation.name},
                             {"total", table.cells[static_cast<std::size_t>(relation.total)].id},
                             {"children", std::move(children)}});
  }
  return relations;
}

Json layer_json(const ProtectedLayer& layer, const Pattern& pattern) {
  Json values = Json::array(), needs = Json::array(), intervals = Json::array(), bounds = Json::array();
  for (const Cell& cell : layer.table.cells) {
    values.push_back(cell.value);
    if (cell.primary)
      needs.push_back(
          Json{{"cell", cell.id}, {"up", cell.need_up}, {"down", cell.need_down}, {"slide", cell.need_slide}});
  }
  for (const AuditedCell& cell : layer.audit.hidden) {
    const Cell& at = layer.table.cells[cell.cell];
    intervals.push_back(
        Json{{"cell", at.id}, {"low", cell.interval.low}, {"high", cell.interval.high}, {"inner", cell.inner}});
    bounds.push_back(Json{{"cell", at.id}, {"lower", at.lower}, {"upper", at.upper}});
  }
  Json proven = witnesses(layer.table, pattern);
  return Json{{"name", layer.name},
              {"values", std::move(values)},
              {"needs", std::move(needs)},
              {"known_before", std::move(bounds)},
              {"intervals", std::move(intervals)},
              {"witnesses", std::move(proven["witnesses"])},
              {"without", std::move(proven["without"])},
              {"audit", Json{{"exact", layer.audit.exact}, {"too_narrow", layer.audit.too_narrow}}}};
}

// Dimensions in which a person stands in more than one category.
std::vector<std::string> overlapping(const ProofInput& input) {
  const std::vector<Dimension>& dimensions = input.data.dimensions;
  const Shape shape(dimensions);
  const std::size_t all = shape.cells() - 1;
  std::vector<std::string> names;
  for (std::size_t d = 0; d < dimensions.size(); ++d) {
    double sum = 0;
    for (std::size_t n = 0; n < dimensions[d].nodes.size(); ++n)
      if (dimensions[d].nodes[n].children.empty())
        sum += input.data.facts[all - (dimensions[d].nodes.size() - 1 - n) * shape.stride(d)].persons.units;
    if (sum != input.data.facts[all].persons.units) names.push_back(dimensions[d].name);
  }
  return names;
}

Json dimensions_json(const ProofInput& input) {
  Json dimensions = Json::array();
  for (const Dimension& dimension : input.data.dimensions) {
    Json entry{{"name", dimension.name}, {"categories", dimension.leaves()}};
    const auto grouping = input.request.groupings.find(dimension.name);
    if (grouping != input.request.groupings.end() && !grouping->second.bands.empty())
      entry["bands"] = grouping->second.bands;
    if (grouping != input.request.groupings.end() && !grouping->second.hierarchy.empty())
      entry["groups"] = dimension.nodes.size() - dimension.leaves() - 1;
    dimensions.push_back(std::move(entry));
  }
  return dimensions;
}

Json policy_json(const ProofInput& input) {
  Json dominant = Json::array();
  for (const auto& [n, k] : input.rules.dominant)
    dominant.push_back(Json::array({n, k}));
  std::vector<std::string> not_checked;  // members that were not given to the rules of contributions
  for (const std::string& member : input.request.policy.not_checked)
    if (member == "base" || member == "dof" || member == "round" || member == "across" || member == "files" ||
        !input.request.contribution_rules.contains(member))
      not_checked.push_back(member);
  return Json{{"id", input.request.policy.id},
              {"inherits", input.request.policy.inherits},
              {"excused", input.request.policy.excused},
              {"threshold", input.rules.persons},
              {"hospitals", input.rules.hospitals},
              {"p", input.rules.p},
              {"nk", std::move(dominant)},
              {"zeros", input.rules.protect_zeros  ? "protect"
                        : input.rules.review_zeros ? "review"
                                                   : "publish"},
              {"sensitive", input.rules.sensitive},
              {"not_checked", not_checked}};
}

}  // namespace

Json proof_sheet(const ProofInput& input) {
  const TableRequest& request = input.request;
  const Tabulation& data = input.data;
  Json where = Json::array(), hidden = Json::array(), layers = Json::array();
  for (const Condition& condition : request.where)
    where.push_back(condition.text());
  for (const AuditedCell& cell : input.layers.back().audit.hidden)
    hidden.push_back(Json{{"labels", input.layers.back().table.cells[cell.cell].labels},
                          {"low", cell.interval.low},
                          {"high", cell.interval.high}});
  std::uint64_t exact = 0, too_narrow = 0;
  for (const ProtectedLayer& layer : input.layers) {
    layers.push_back(layer_json(layer, input.pattern));
    exact += layer.audit.exact;
    too_narrow += layer.audit.too_narrow;
  }
  const bool magnitude = request.measure != Measure::kCount || !request.weight.empty();
  return Json{{"format", "sekisho-proof-1"},
              {"program", SEKISHO_VERSION},
              {"kind", request.measure == Measure::kCount ? "frequency table of distinct persons"
                                                          : "table of values with the persons behind them"},
              {"dataset", Json{{"sha256", data.dataset.sha256},
                               {"rows", data.dataset.rows},
                               {"rows_counted", data.rows},
                               {"rows_without_value", data.without_value},
                               {"persons", data.persons}}},
              {"measure", name(request.measure)},
              {"value_column", request.value},
              {"weight_column", request.weight},
              {"person_column", data.person_column},
              {"hospital_column", data.hospital_column},
              {"where", std::move(where)},
              {"rows", request.rows},
              {"columns", request.columns},
              {"dimensions", dimensions_json(input)},
              {"totals_count_a_person_once_per", overlapping(input)},
              {"impossible", request.impossible},
              {"policy", policy_json(input)},
              {"cells", input.pattern.size()},
              {"primary", std::ranges::count(input.pattern, Status::kPrimary)},
              {"secondary", std::ranges::count(input.pattern, Status::kSecondary)},
              {"lp_bound", input.lp_bound},
              {"optimal", input.optimal},
              {"audit", Json{{"exact", exact}, {"too_narrow", too_narrow}}},
              {"hidden", std::move(hidden)},
              {"review", to_json(input.items)},
              {"result", name(worst(input.items))},
              {"table", Json{{"dimensions", input.layers[0].table.dimensions},
                             {"relations", relations_json(input.layers[0].table)},
                             {"cells", cells_json(input, magnitude)}}},
              {"layers", std::move(layers)}};
}

}  // namespace sekisho::disclosure
