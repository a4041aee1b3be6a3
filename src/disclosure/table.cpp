#include "disclosure/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "crypto/digest.h"
#include "disclosure/proof_sheet.h"

namespace sekisho::disclosure {
namespace {

// What is shown of each cell besides its labels.
struct Shown {
  std::vector<std::string> names;  // value, n
  std::vector<std::vector<double>> values;
};

Shown shown_values(const TableRequest& request, const Tabulation& data) {
  Shown shown;
  const auto& layers = data.layers;
  if (request.measure == Measure::kCount) return {{"value"}, {layers.back()}};
  shown.names = {"value", "n"};
  shown.values = {layers[1], layers[0]};
  if (request.measure == Measure::kMean) {
    const std::vector<double>& base = layers.back().empty() || layers.size() == 2 ? layers[0] : layers[2];
    for (std::size_t i = 0; i < base.size(); ++i)
      shown.values[0][i] = base[i] > 0 ? layers[1][i] / base[i] : 0;
  }
  return shown;
}

std::string value_text(double value, Measure measure) {
  return measure == Measure::kMean ? fmt::format("{:.6g}", value) : number_text(value);
}

std::string output_csv(const CellTable& table, const Shown& shown, const Pattern& pattern, Measure measure) {
  std::string out;
  std::vector<std::string_view> fields(table.dimensions.begin(), table.dimensions.end());
  fields.insert(fields.end(), shown.names.begin(), shown.names.end());
  fields.push_back("status");
  append_csv(out, fields);
  for (std::size_t i = 0; i < table.cells.size(); ++i) {
    const bool hidden = pattern[i] != Status::kPublished;
    fields.assign(table.cells[i].labels.begin(), table.cells[i].labels.end());
    std::vector<std::string> texts;
    for (std::size_t v = 0; v < shown.values.size(); ++v)
      texts.push_back(hidden ? "" : value_text(shown.values[v][i], v == 0 ? measure : Measure::kCount));
    fields.insert(fields.end(), texts.begin(), texts.end());
    fields.push_back(hidden ? "hidden" : "published");
    append_csv(out, fields);
  }
  return out;
}

Json output_json(const TableRequest& request, const CellTable& table, const Shown& shown, const Pattern& pattern) {
  Json cells = Json::array();
  for (std::size_t i = 0; i < table.cells.size(); ++i) {
    const bool hidden = pattern[i] != Status::kPublished;
    Json cell{{"labels", table.cells[i].labels}};
    for (std::size_t v = 0; v < shown.values.size(); ++v)
      cell[shown.names[v]] = hidden ? Json() : Json(shown.values[v][i]);
    cell["status"] = hidden ? "hidden" : "published";
    cells.push_back(std::move(cell));
  }
  return Json{{"rows", request.rows},   {"columns", request.columns},     {"measure", name(request.measure)},
              {"value", request.value}, {"dimensions", table.dimensions}, {"cells", std::move(cells)}};
}

class Maker {
 public:
  Maker(const TableRequest& request, Tabulation data, TableRules rules)
      : request_(request), data_(std::move(data)), rules_(std::move(rules)) {}

  Result<TableResult> run() {
    judgements_ = judge_cells(request_, data_, rules_);
    SEKISHO_CHECK(make_layers());
    SEKISHO_CHECK(protect_layers());
    for (ProtectedLayer& layer : layers_) {
      SEKISHO_TRY(layer.audit, audit(layer.table, pattern_, {}, {.insiders = request_.policy.insiders}));
      if (!layer.audit.safe())
        return fail("disclosure.unsafe", fmt::format("the pattern does not protect the {}s", layer.name));
    }
    return result();
  }

 private:
  // Which sets of additive values an attacker sees, directly or from a mean and its count.
  Result<void> make_layers() {
    const CellTable shape = empty_table(data_.dimensions);
    std::vector<std::pair<std::string, std::size_t>> shown = {{"count", 0}};
    if (request_.measure == Measure::kCount && !request_.weight.empty()) shown = {{"weighted count", 1}};
    if (request_.measure != Measure::kCount) shown.emplace_back("sum", 1);
    if (data_.layers.size() > 2) shown.emplace_back("weight", 2);
    for (const auto& [name, index] : shown) {
      ProtectedLayer layer{name, shape, {}};
      SEKISHO_CHECK(fill(layer.table, data_.layers[index], index == 0));
      layers_.push_back(std::move(layer));
    }
    return {};
  }

  Result<void> fill(CellTable& table, const std::vector<double>& values, bool counts) {
    const double largest = std::abs(*std::ranges::max_element(values, {}, [](double v) { return std::abs(v); }));
    for (std::size_t i = 0; i < table.cells.size(); ++i) {
      Cell& cell = table.cells[i];
      const CellJudgement& judgement = judgements_[i];
      cell.value = values[i];
      cell.contributors = data_.facts[i].persons.units;
      cell.primary = !judgement.rules.empty();
      if (!counts && data_.negative) {
        cell.lower = cell.value - largest;
        cell.upper = cell.value + largest;
      }
      if (!cell.primary) continue;
      cell.need_slide = counts ? rules_.persons : judgement.need_slide;
      cell.need_up = counts ? 0 : judgement.need_up;
    }
    SEKISHO_CHECK(exclude_impossible(table));
    return check_table(table);
  }

  Result<void> exclude_impossible(CellTable& table) const {
    for (const auto& labels : request_.impossible) {
      for (const auto& [dimension, label] : labels)
        if (std::ranges::find(table.dimensions, dimension) == table.dimensions.end())
          return fail("usage.column", fmt::format("{} is no dimension of the table", dimension));
      for (Cell& cell : table.cells) {
        bool match = true;
        for (std::size_t d = 0; d < table.dimensions.size() && match; ++d) {
          const auto wanted = labels.find(table.dimensions[d]);
          match = wanted == labels.end() || wanted->second == cell.labels[d];
        }
        if (!match) continue;
        if (cell.value != 0 || cell.contributors != 0)
          return fail("table.impossible", "a combination called impossible occurs in the dataset");
        cell.primary = false;
        cell.publish = true;
      }
    }
    return {};
  }

  // One pattern for all layers: what one layer hides, the next hides too, and hiding more never harms.
  Result<void> protect_layers() {
    if (request_.policy.round > 0 || request_.policy.method != "suppress")
      return fail("policy.value", "the policy asks for another method than hiding cells", {},
                  "Use --cell-key, or disclosure protect --mode rounding.");
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      CellTable table = layers_[l].table;
      for (std::size_t i = 0; l > 0 && i < table.cells.size(); ++i)
        if (pattern_[i] != Status::kPublished && !table.cells[i].primary) {
          table.cells[i].primary = true;
          table.cells[i].need_slide = 1e-3;
        }
      SEKISHO_TRY(const Protection protection,
                  protect(table, {.mode = request_.mode,
                                  .seconds = search_seconds(request_.policy, table.cells.size()),
                                  .insiders = request_.policy.insiders}));
      pattern_ = protection.pattern;
      if (l == 0) bound_ = protection.lp_bound;
      optimal_ = (l == 0 || optimal_) && protection.optimal && layers_.size() == 1;
    }
    for (std::size_t i = 0; i < pattern_.size(); ++i)
      if (pattern_[i] != Status::kPublished)
        pattern_[i] = judgements_[i].rules.empty() ? Status::kSecondary : Status::kPrimary;
    return {};
  }

  TableResult result() {
    TableResult out;
    const CellTable& table = layers_.back().table;
    const std::vector<VerdictItem> items = judge_table(data_, table, pattern_, rules_);
    const Shown shown = shown_values(request_, data_);
    const ProofInput input{request_, data_, rules_, judgements_, layers_, pattern_, items, bound_, optimal_};
    out.csv = output_csv(table, shown, pattern_, request_.measure);
    out.output = output_json(request_, table, shown, pattern_);
    out.proof = proof_sheet(input);
    out.proof["output_sha256"] = to_hex(crypto::sha256(as_bytes(out.csv)));
    out.page = proof_page(input, out.proof);
    out.cells = table.cells.size();
    out.primary = static_cast<std::uint64_t>(std::ranges::count(pattern_, Status::kPrimary));
    out.secondary = static_cast<std::uint64_t>(std::ranges::count(pattern_, Status::kSecondary));
    out.safe = true;
    for (const ProtectedLayer& layer : layers_) {
      out.exact += layer.audit.exact;
      out.too_narrow += layer.audit.too_narrow;
    }
    out.table = std::move(layers_.back().table);
    out.pattern = std::move(pattern_);
    out.data = std::move(data_);
    return out;
  }

  const TableRequest& request_;
  Tabulation data_;
  TableRules rules_;
  std::vector<CellJudgement> judgements_;
  std::vector<ProtectedLayer> layers_;
  Pattern pattern_;
  double bound_ = 0;
  bool optimal_ = false;
};

}  // namespace

Result<TableResult> make_table(const TableRequest& request) {
  SEKISHO_TRY(TableRules rules, table_rules(request));
  SEKISHO_TRY(Tabulation data, tabulate(request));
  return Maker(request, std::move(data), std::move(rules)).run();
}

}  // namespace sekisho::disclosure
