#include "linkage/probabilistic.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <numeric>
#include <thread>
#include <unordered_map>

#include "core/csv.h"
#include "core/file.h"
#include "linkage/cluster.h"
#include "linkage/model.h"

namespace sekisho::linkage {
namespace {

using Clock = std::chrono::steady_clock;

double lap(Clock::time_point& since) {
  const Clock::time_point now = Clock::now();
  const double seconds = std::chrono::duration<double>(now - since).count();
  since = now;
  return seconds;
}

// Runs body(begin, end, worker) over halves of [0, size).
template <class Body>
void in_halves(std::size_t size, Body body) {
  if (size < 4096) return body(std::size_t{0}, size, 0);
  std::thread helper([&] { body(size / 2, size, 1); });
  body(std::size_t{0}, size / 2, 0);
  helper.join();
}

// What no agreement of other fields overrules: one person does not die twice. And what needs strong evidence: one
// hospital knows a person by one number.
class Impossible {
 public:
  Impossible(const ModelSpec& spec, const Table& table)
      : death_(find(spec, table, "death_date")),
        hospital_(find(spec, table, "hospital")),
        number_(find(spec, table, "patient_number")) {}

  float operator()(float weight, std::uint32_t a, std::uint32_t b) const {
    if (death_ != nullptr && far_apart(text(*death_, a), text(*death_, b)))
      return -std::numeric_limits<float>::infinity();
    if (hospital_ != nullptr && number_ != nullptr && !text(*hospital_, a).empty() &&
        hospital_->codes[a] == hospital_->codes[b] && !text(*number_, a).empty() && !text(*number_, b).empty() &&
        number_->codes[a] != number_->codes[b])
      return weight - kTwoNumbers;
    return weight;
  }

 private:
  static constexpr float kTwoNumbers = 8;  // bits
  static const Column* find(const ModelSpec& spec, const Table& table, std::string_view name) {
    const auto field = spec.field(name);
    return field && table.columns[*field].present ? &table.columns[*field] : nullptr;
  }
  static std::string_view text(const Column& column, std::uint32_t group) { return column.values[column.codes[group]]; }
  // Whole dates more than a month apart; less is a typing error or the end of the month in place of the day.
  static bool far_apart(std::string_view a, std::string_view b) {
    if (a.size() != 8 || b.size() != 8 || a.ends_with("00") || b.ends_with("00")) return false;
    const auto days = [](std::string_view date) {
      int value = 0;
      std::from_chars(date.data(), date.data() + date.size(), value);
      return value / 10000 * 372 + value / 100 % 100 * 31 + value % 100;
    };
    return std::abs(days(a) - days(b)) > 31;
  }
  const Column *death_, *hospital_, *number_;
};

class Linker {
 public:
  Linker(const ModelSpec& spec, Table& table)
      : spec_(spec),
        table_(table),
        comparator_(spec, table),
        groups_(table.first_of.size()),
        impossible_(spec, table) {}

  void block() { candidates_ = find_candidates(spec_, table_); }

  void fit() {
    patterns_.resize(candidates_.pairs.size());
    std::unordered_map<Pattern, double> counts[2];
    in_halves(candidates_.pairs.size(), [&](std::size_t begin, std::size_t end, int worker) {
      for (std::size_t i = begin; i < end; ++i) {
        const Pair pair = candidates_.pairs[i];
        patterns_[i] = comparator_.pattern(first(pair), second(pair));
        ++counts[worker][patterns_[i]];
      }
    });
    for (const auto& [pattern, count] : counts[1])
      counts[0][pattern] += count;
    PatternCounts all(counts[0].begin(), counts[0].end());
    std::ranges::sort(all);
    model_ = fit_model(comparator_, all, groups_);
    const double found = model_.share_same * std::max(1.0, model_.groups * (model_.groups - 1) / 2);
    const auto repeated =
        static_cast<double>(std::ranges::count_if(table_.size_of, [](std::uint32_t n) { return n > 1; }));
    self_bonus_ = static_cast<float>(std::log2((found + repeated) / found));
  }

  float weight(std::uint32_t a, std::uint32_t b) const { return weight(a, b, comparator_.pattern(a, b)); }
  float weight_of_fields(std::uint32_t a, std::uint32_t b) const { return of_fields(a, b, comparator_.pattern(a, b)); }

  std::vector<Edge> edges() {
    const auto threshold = static_cast<float>(bits());
    std::vector<Edge> found[2];
    in_halves(candidates_.pairs.size(), [&](std::size_t begin, std::size_t end, int worker) {
      for (std::size_t i = begin; i < end; ++i) {
        const std::uint32_t a = first(candidates_.pairs[i]), b = second(candidates_.pairs[i]);
        const float w = weight(a, b, patterns_[i]);
        if (w > threshold - 12) found[worker].push_back({a, b, w});
      }
    });
    found[0].insert(found[0].end(), found[1].begin(), found[1].end());
    return std::move(found[0]);
  }

  // Records that agree in all fields: their share joins the prior, which knows only pairs of different groups.
  float self_weight(std::uint32_t group) const { return weight(group, group) + self_bonus_; }

  double bits() const { return std::log2(spec_.threshold / (1 - spec_.threshold)); }
  const Comparator& comparator() const { return comparator_; }
  const Model& model() const { return model_; }
  const Candidates& candidates() const { return candidates_; }
  std::size_t groups() const { return groups_; }
  void forget_candidates() {
    std::vector<Pair>().swap(candidates_.pairs);
    std::vector<Pattern>().swap(patterns_);
  }

 private:
  float weight(std::uint32_t a, std::uint32_t b, Pattern pattern) const {
    return impossible_(of_fields(a, b, pattern), a, b);
  }
  float of_fields(std::uint32_t a, std::uint32_t b, Pattern pattern) const {
    std::uint32_t holders[16];
    for (std::size_t c = 0; c < comparator_.size(); ++c)
      holders[c] = comparator_.holders(c, level_in(pattern, c), a, b);
    return static_cast<float>(model_.log_odds(pattern, holders));
  }

  const ModelSpec& spec_;
  Table& table_;
  Comparator comparator_;
  std::size_t groups_;
  Impossible impossible_;
  Candidates candidates_;
  std::vector<Pattern> patterns_;
  Model model_;
  float self_bonus_ = 0;
};

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

double probability_of(float bits) {
  return bits > 60 ? 1 : 1 / (1 + std::exp2(-static_cast<double>(bits)));
}

// By group: the best evidence inside its cluster, and outside.
struct Evidence {
  std::vector<float> inside, outside;
};
Evidence gather_evidence(const std::vector<Edge>& edges, const std::vector<std::uint32_t>& person) {
  Evidence out{std::vector<float>(person.size(), -60), std::vector<float>(person.size(), -60)};
  for (const Edge& edge : edges) {
    std::vector<float>& side = person[edge.a] == person[edge.b] ? out.inside : out.outside;
    side[edge.a] = std::max(side[edge.a], edge.weight);
    side[edge.b] = std::max(side[edge.b], edge.weight);
  }
  return out;
}

Result<void> write_persons(const Table& table, const std::vector<std::uint32_t>& person, const Evidence& evidence,
                           const std::vector<float>& self, const std::vector<std::uint32_t>& row_order,
                           double threshold_bits, ModelReport& report, const std::filesystem::path& output) {
  // A group whose equal records are not surely one person falls apart into its records.
  std::vector<std::uint32_t> number(table.first_of.size(), 0), of_row(table.rows), size(table.rows + 1, 0);
  std::uint32_t next = 0;
  const auto scattered = [&](std::uint32_t group) { return table.size_of[group] > 1 && self[group] <= threshold_bits; };
  for (const std::uint32_t row : row_order) {
    const std::uint32_t group = table.group[row];
    if (scattered(group)) {
      of_row[row] = ++next;
    } else {
      std::uint32_t& known = number[person[group]];
      if (known == 0) known = ++next;
      of_row[row] = known;
    }
    report.largest = std::max<std::size_t>(report.largest, ++size[of_row[row]]);
  }
  report.persons = next;
  std::string text = "record_id,person_id,probability\n";
  text.reserve(table.rows * 34);
  for (std::size_t row = 0; row < table.rows; ++row) {
    const std::uint32_t group = table.group[row];
    const bool alone = size[of_row[row]] < 2;
    float best = evidence.inside[group];
    if (table.size_of[group] > 1 && !scattered(group)) best = std::max(best, self[group]);
    const double probability = alone ? 1 - probability_of(evidence.outside[group]) : probability_of(best);
    char tail[48];
    const auto end = fmt::format_to_n(tail, sizeof tail, ",P{:012},{:.6f}\n", of_row[row], probability);
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

}  // namespace

Result<ModelReport> run_model(const ModelSpec& spec, const std::vector<std::filesystem::path>& inputs,
                              const std::filesystem::path& output) {
  ModelReport report;
  Clock::time_point since = Clock::now();
  SEKISHO_TRY(Table table, read_table(spec, inputs));
  group_records(table);
  report.records = table.rows, report.groups = table.first_of.size(), report.bad_dates = table.bad_dates;
  std::vector<std::uint32_t> row_order;
  const std::vector<std::uint32_t> rank = rank_groups(table, report, row_order);
  report.seconds_read = lap(since);

  Linker linker(spec, table);
  if (linker.comparator().size() == 0)
    return fail("linkage.columns", "no column holds a field that the spec compares", {.file = inputs[0].string()},
                "Name them: --columns surname=COLUMN,...");
  for (const ComparisonSpec& comparison : spec.comparisons) {
    bool active = false;
    for (std::size_t c = 0; c < linker.comparator().size(); ++c)
      active |= &linker.comparator().spec(c) == &comparison;
    if (!active) report.left_out.push_back(comparison.name);
  }
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

  const std::vector<Edge> edges = linker.edges();
  linker.forget_candidates();
  std::vector<float> self(table.first_of.size(), 0);
  for (std::uint32_t group = 0; group < self.size(); ++group)
    if (table.size_of[group] > 1) self[group] = linker.self_weight(group);
  std::vector<Edge> usable;
  const auto scattered = [&](std::uint32_t g) { return table.size_of[g] > 1 && self[g] <= linker.bits(); };
  for (const Edge& edge : edges)
    if (!scattered(edge.a) && !scattered(edge.b)) usable.push_back(edge);
  const std::vector<std::uint32_t> person = cluster(
      table.first_of.size(), usable, [&](std::uint32_t a, std::uint32_t b) { return linker.weight(a, b); }, rank,
      linker.bits());
  report.links = usable.size();
  report.seconds_link = lap(since);
  SEKISHO_CHECK(
      write_persons(table, person, gather_evidence(usable, person), self, row_order, linker.bits(), report, output));
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
  const Comparator& comparator = linker.comparator();
  const Model& model = linker.model();
  const Pattern pattern = comparator.pattern(x, y);
  Json out{{"a", a}, {"b", b}, {"prior", std::log2(model.share_same)}, {"comparisons", Json::array()}};
  for (std::size_t c = 0; c < comparator.size(); ++c) {
    const int level = level_in(pattern, c);
    const std::uint32_t holders = comparator.holders(c, level, x, y);
    Json values = Json::array();
    for (const std::size_t field : comparator.spec(c).fields) {
      const Column& column = table.columns[field];
      if (column.present)
        values.push_back({{"field", spec.fields[field].name},
                          {"a", column.values[column.codes[x]]},
                          {"b", column.values[column.codes[y]]}});
    }
    out["comparisons"].push_back({{"name", comparator.spec(c).name},
                                  {"level", levels_of(comparator.spec(c).type)[static_cast<std::size_t>(level)].name},
                                  {"weight", model.weight(c, level, holders)},
                                  {"holders", holders},
                                  {"values", values}});
  }
  const float bits = linker.weight(x, y);
  double sum = std::log2(model.share_same);
  for (const Json& comparison : out["comparisons"])
    sum += comparison["weight"].get<double>();
  const float of_fields = linker.weight_of_fields(x, y);
  out["household"] = static_cast<double>(of_fields) - sum;  // what "same household, other person" takes away
  if (std::isinf(bits))
    out["impossible"] = "two deaths";
  else if (bits != of_fields)
    out["two_numbers"] = static_cast<double>(bits - of_fields);  // of one hospital
  out["weight"] = std::isinf(bits) ? -1000.0 : static_cast<double>(bits);
  out["probability"] = probability_of(bits);
  return out;
}

Json ModelReport::to_json() const {
  Json out{{"records", records},
           {"groups", groups},
           {"persons", persons},
           {"largest", largest},
           {"missing_ids", missing_ids},
           {"duplicate_ids", duplicate_ids},
           {"bad_dates", bad_dates},
           {"candidates", candidates},
           {"links", links},
           {"big_blocks", big_block_count},
           {"biggest_blocks", Json::array()},
           {"blocking", Json::array()},
           {"left_out", left_out}};
  for (const BigBlock& block : big_blocks)
    out["biggest_blocks"].push_back({{"rule", block.rule}, {"records", block.nodes}});
  for (const RulePlan& plan : blocking)
    out["blocking"].push_back(
        {{"rule", plan.rule}, {"pairs", plan.pairs}, {"cap", plan.cap}, {"blocks_left_out", plan.left_out}});
  out["model"] = model;
  out["seconds"] = {{"read", seconds_read},
                    {"block", seconds_block},
                    {"model", seconds_model},
                    {"link", seconds_link},
                    {"write", seconds_write}};
  return out;
}

}  // namespace sekisho::linkage
