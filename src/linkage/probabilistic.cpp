#include "linkage/probabilistic.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include "core/csv.h"
#include "core/file.h"
#include "linkage/linker.h"

namespace sekisho::linkage {
namespace {

using SteadyClock = std::chrono::steady_clock;

double lap(SteadyClock::time_point& since) {
  const SteadyClock::time_point now = SteadyClock::now();
  const double seconds = std::chrono::duration<double>(now - since).count();
  since = now;
  return seconds;
}

// Groups by their smallest record id: an order that does not depend on the order of rows.
std::vector<std::uint32_t> rank_groups(const Table& table, ModelReport& report, std::vector<std::uint32_t>& row_order) {
  row_order.resize(table.rows);
  std::iota(row_order.begin(), row_order.end(), 0u);
  const auto less = [&](std::uint32_t a, std::uint32_t b) {
    const int order = table.ids[a].compare(table.ids[b]);
    return order != 0 ? order < 0 : a < b;
  };
  if (!std::ranges::is_sorted(row_order, less)) std::ranges::sort(row_order, less);
  for (std::size_t i = 0; i < row_order.size(); ++i) {
    if (table.ids[row_order[i]].empty())
      ++report.missing_ids;
    else if (i > 0 && table.ids[row_order[i]] == table.ids[row_order[i - 1]])
      ++report.duplicate_ids;
  }
  std::vector<std::uint32_t> rank(table.first_of.size(), UINT32_MAX);
  std::uint32_t next = 0;
  for (const std::uint32_t row : row_order)
    if (rank[table.group[row]] == UINT32_MAX) rank[table.group[row]] = next++;
  return rank;
}

Json model_json(const Comparator& comparator, const Model& model) {
  Json out{
      {"share_same", model.share_same}, {"share_household", model.share_household}, {"comparisons", Json::array()}};
  for (std::size_t c = 0; c < comparator.size(); ++c) {
    Json levels = Json::array();
    const auto names = levels_of(comparator.spec(c).type);
    for (std::size_t l = 1; l < names.size(); ++l)
      levels.push_back({{"level", names[l].name},
                        {"m", model.same[c][l]},
                        {"h", model.household[c][l]},
                        {"u", model.random[c][l]},
                        {"weight", model.weight(c, static_cast<int>(l), 0)}});
    out["comparisons"].push_back({{"name", comparator.spec(c).name}, {"levels", levels}});
  }
  return out;
}

void gather_evidence(const std::vector<Edge>& edges, const std::vector<std::uint32_t>& cluster, Persons& out) {
  out.inside.assign(cluster.size(), -60), out.outside.assign(cluster.size(), -60);
  out.partner.assign(cluster.size(), UINT32_MAX);
  for (const Edge& edge : edges) {
    const bool together = cluster[edge.a] == cluster[edge.b];
    for (const auto& [own, other] : {std::pair(edge.a, edge.b), std::pair(edge.b, edge.a)}) {
      float& best = together ? out.inside[own] : out.outside[own];
      if (edge.weight <= best) continue;
      best = edge.weight;
      if (together) out.partner[own] = other;
    }
  }
}

// Persons numbered in the order of their smallest record id. A group whose equal records are not surely one person
// falls apart into its records.
void number_persons(const Table& table, const std::vector<std::uint32_t>& cluster,
                    const std::vector<std::uint32_t>& row_order, Persons& out, ModelReport& report) {
  std::vector<std::uint32_t> number(table.first_of.size(), 0);
  out.of_row.resize(table.rows);
  out.size.assign(1, 0);
  const auto fresh = [&] {
    out.size.push_back(0);
    return static_cast<std::uint32_t>(out.size.size() - 1);
  };
  for (const std::uint32_t row : row_order) {
    const std::uint32_t group = table.group[row];
    std::uint32_t one = 0;
    if (out.scattered(group)) {
      one = fresh();
    } else {
      std::uint32_t& known = number[cluster[group]];
      if (known == 0) known = fresh();
      one = known;
    }
    out.of_row[row] = one;
    report.largest = std::max<std::size_t>(report.largest, ++out.size[one]);
  }
  report.persons = out.size.size() - 1;
}

Result<void> write_persons(const Table& table, const Persons& persons, const std::filesystem::path& output) {
  std::string text = "record_id,person_id,probability\n";
  text.reserve(table.rows * 34);
  for (std::uint32_t row = 0; row < table.rows; ++row) {
    char tail[48];
    const auto end =
        fmt::format_to_n(tail, sizeof tail, ",P{:012},{:.6f}\n", persons.of_row[row], persons.probability(table, row));
    const std::string_view id = table.ids[row];
    if (id.find_first_of(",\"\r\n") == std::string_view::npos) {
      text.append(id);
    } else {
      std::string quoted;
      append_csv(quoted, {id, ""});
      text.append(quoted, 0, quoted.size() - 2);
    }
    text.append(tail, end.size);
  }
  return write_file_durable(output, text);
}

// Pairs above one in ten thousand. A group of equal records is named by its first, and its records are paired in a
// chain: a million equal records give a million lines.
Result<void> write_pairs(const Table& table, const Persons& persons, const std::filesystem::path& output) {
  std::string text = "record_a,record_b,probability\n";
  const auto add = [&](std::uint32_t a, std::uint32_t b, float bits) {
    if (bits > -13.3F) append_csv(text, {table.ids[a], table.ids[b], fmt::format("{:.9f}", probability_of(bits))});
  };
  for (const std::vector<Edge>* edges : {&persons.edges, &persons.edges_of_scattered})
    for (const Edge& edge : *edges)
      add(table.first_of[edge.a], table.first_of[edge.b], edge.weight);
  std::vector<std::uint32_t> last = table.first_of;
  for (std::uint32_t row = 0; row < table.rows; ++row) {
    const std::uint32_t group = table.group[row];
    if (row != last[group]) add(last[group], row, persons.self[group]);
    last[group] = row;
  }
  return write_file_durable(output, text);
}

}  // namespace

double Persons::probability(const Table& table, std::uint32_t row) const {
  const std::uint32_t group = table.group[row];
  if (size[of_row[row]] < 2) return 1 - probability_of(outside[group]);
  return probability_of(table.size_of[group] > 1 && !scattered(group) ? std::max(inside[group], self[group])
                                                                      : inside[group]);
}

Result<Persons> link_table(const ModelSpec& spec, const Table& table, const std::vector<Decision>& decisions,
                           Linker& linker, ModelReport& report) {
  SteadyClock::time_point since = SteadyClock::now();
  Persons out;
  report.records = table.rows, report.groups = table.first_of.size(), report.bad_dates = table.bad_dates;
  report.ragged_rows = table.ragged_rows;
  std::vector<std::uint32_t> row_order;
  const std::vector<std::uint32_t> rank = rank_groups(table, report, row_order);
  report.seconds_read += lap(since);
  if (linker.comparator().size() == 0)
    return fail("linkage.columns", "no column holds a field that the spec compares", {},
                "Name them: --columns surname=COLUMN,...");
  for (const ComparisonSpec& comparison : spec.comparisons) {
    bool active = false;
    for (std::size_t c = 0; c < linker.comparator().size(); ++c)
      active |= &linker.comparator().spec(c) == &comparison;
    if (!active) report.left_out.push_back(comparison.name);
  }
  linker.constrain(constraints_of(table, decisions));
  report.decisions = linker.constraints().together.size() + linker.constraints().apart.size();
  linker.block();
  report.blocking = linker.candidates().rules;
  report.big_blocks = linker.candidates().big_blocks;
  report.big_block_count = report.big_blocks.size();
  std::ranges::stable_sort(report.big_blocks, std::ranges::greater(), &BigBlock::nodes);
  if (report.big_blocks.size() > 20) report.big_blocks.resize(20);
  report.candidates = linker.candidates().pairs.size();
  report.seconds_block = lap(since);
  linker.fit();
  report.model = model_json(linker.comparator(), linker.model());
  report.seconds_model = lap(since);

  std::vector<Edge> edges = linker.edges();
  linker.forget_candidates();
  out.threshold = linker.bits();
  out.self.assign(table.first_of.size(), 0);
  out.repeated.assign(table.first_of.size(), false);
  for (std::uint32_t group = 0; group < out.self.size(); ++group)
    if (table.size_of[group] > 1) {
      out.self[group] = linker.self_weight(group), out.repeated[group] = true;
      if (table.size_of[group] <= Linker::kMostEqual) continue;
      ++report.big_block_count;
      report.big_blocks.insert(report.big_blocks.begin(), {"equal in all fields", table.size_of[group]});
    }
  const auto of_scattered = [&](const Edge& edge) { return out.scattered(edge.a) || out.scattered(edge.b); };
  std::ranges::copy_if(edges, std::back_inserter(out.edges_of_scattered), of_scattered);
  std::erase_if(edges, of_scattered);
  out.cluster = cluster(
      table.first_of.size(), edges, [&](std::uint32_t a, std::uint32_t b) { return linker.weight(a, b); }, rank,
      linker.bits(), linker.constraints());
  report.links = edges.size();
  gather_evidence(edges, out.cluster, out);
  number_persons(table, out.cluster, row_order, out, report);
  out.edges = std::move(edges);
  out.row_order = std::move(row_order);
  report.seconds_link = lap(since);
  return out;
}

Result<ModelReport> run_model(const ModelSpec& spec, const std::vector<std::filesystem::path>& inputs,
                              const std::filesystem::path& output, const ModelOptions& options) {
  ModelReport report;
  SteadyClock::time_point since = SteadyClock::now();
  SEKISHO_TRY(Table table, read_table(spec, inputs));
  SEKISHO_TRY(const std::vector<Decision> all_decisions, load_decisions(options.decisions));
  const std::vector<Decision> decisions = standing(all_decisions);
  group_records(table, decided_rows(table, decisions));
  report.seconds_read = lap(since);
  Linker linker(spec, table);
  Result<Persons> persons = link_table(spec, table, decisions, linker, report);
  if (!persons) {
    persons.error().place.file = inputs[0].string();
    return std::unexpected(persons.error());
  }
  since = SteadyClock::now();
  if (!options.review.output.empty()) {
    const auto values = [&](const std::set<std::uint32_t>& rows) { return read_rows(spec, inputs, rows); };
    SEKISHO_TRY(report.open_pairs, write_review_queue({.spec = spec,
                                                       .table = table,
                                                       .linker = linker,
                                                       .edges = persons->edges,
                                                       .person = persons->cluster,
                                                       .row_order = persons->row_order,
                                                       .decisions = decisions,
                                                       .values = values},
                                                      options.review));
  }
  if (!options.pairs.empty()) SEKISHO_CHECK(write_pairs(table, *persons, options.pairs));
  report.seconds_link += lap(since);
  SEKISHO_CHECK(write_persons(table, *persons, output));
  report.seconds_write = lap(since);
  return report;
}

Result<Json> explain(const ModelSpec& spec, const std::vector<std::filesystem::path>& inputs, std::string_view a,
                     std::string_view b) {
  SEKISHO_TRY(Table table, read_table(spec, inputs));
  group_records(table);
  const auto find = [&](std::string_view id) { return std::ranges::find(table.ids, id) - table.ids.begin(); };
  const auto row_a = static_cast<std::size_t>(find(a)), row_b = static_cast<std::size_t>(find(b));
  if (row_a == table.rows || row_b == table.rows)
    return fail("usage.record", fmt::format("there is no record '{}'", row_a == table.rows ? a : b));
  const std::uint32_t x = table.group[row_a], y = table.group[row_b];
  Linker linker(spec, table);
  linker.block();
  linker.fit();
  Json out = linker.waterfall(x, y);
  Json named{{"a", a}, {"b", b}};
  named.update(out);
  return named;
}

Json ModelReport::to_json() const {
  Json out{{"records", records},
           {"groups", groups},
           {"persons", persons},
           {"largest", largest},
           {"missing_ids", missing_ids},
           {"duplicate_ids", duplicate_ids},
           {"bad_dates", bad_dates},
           {"ragged_rows", ragged_rows},
           {"candidates", candidates},
           {"links", links},
           {"decisions", decisions},
           {"big_blocks", big_block_count},
           {"biggest_blocks", Json::array()},
           {"blocking", Json::array()},
           {"left_out", left_out}};
  for (const BigBlock& block : big_blocks)
    out["biggest_blocks"].push_back({{"rule", block.rule}, {"records", block.nodes}});
  for (const RulePlan& plan : blocking)
    out["blocking"].push_back(
        {{"rule", plan.rule}, {"pairs", plan.pairs}, {"cap", plan.cap}, {"blocks_left_out", plan.left_out}});
  if (open_pairs) out["open_pairs"] = *open_pairs;
  out["model"] = model;
  out["seconds"] = {{"read", seconds_read},
                    {"block", seconds_block},
                    {"model", seconds_model},
                    {"link", seconds_link},
                    {"write", seconds_write}};
  return out;
}

}  // namespace sekisho::linkage
