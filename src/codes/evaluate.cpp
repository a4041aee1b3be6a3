#include "codes/evaluate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "core/csv.h"

namespace sekisho::codes {
namespace {

constexpr std::size_t kWrongShown = 100;

bool same_code(std::string_view suggested, std::string_view truth, const Dictionary* dictionary) {
  if (suggested == truth) return true;
  if (dictionary == nullptr) return false;
  for (const int i : dictionary->find_any(suggested)) {
    const Entry& entry = dictionary->entries()[static_cast<std::size_t>(i)];
    if (entry.code != suggested) continue;
    if (std::ranges::any_of(entry.codes, [&](const auto& pair) { return pair.second == truth; })) return true;
  }
  return false;
}

std::string key_of(std::string_view hospital, std::string_view system, std::string_view code) {
  return fmt::format("{}\x1f{}\x1f{}", hospital, system, code);
}

Json share(std::size_t part, std::size_t all) {
  return all == 0 ? Json() : Json(std::round(1e6 * static_cast<double>(part) / static_cast<double>(all)) / 1e6);
}

}  // namespace

double Score::calibration_error() const {
  if (items == 0) return 0;
  double sum = 0;
  for (std::size_t b = 0; b < bin_items.size(); ++b)
    if (bin_items[b] > 0) sum += std::abs(bin_confidence[b] - static_cast<double>(bin_right[b]));
  return sum / static_cast<double>(items);
}

Json Score::to_json() const {
  Json out;
  out["items"] = items;
  out["first_right"] = share(first, items);
  out["among_five"] = share(five, items);
  out["first_same_test"] = share(first_test, items);
  out["among_five_same_test"] = share(five_test, items);
  out["unanswered"] = unanswered;
  out["mean_confidence"] = items == 0 ? 0 : confidence / static_cast<double>(items);
  out["calibration_error"] = calibration_error();
  out["brier"] = items == 0 ? 0 : brier / static_cast<double>(items);
  Json bins = Json::array();
  for (std::size_t b = 0; b < bin_items.size(); ++b) {
    if (bin_items[b] == 0) continue;
    const auto n = static_cast<double>(bin_items[b]);
    bins.push_back({{"from", static_cast<double>(b) / 10},
                    {"items", bin_items[b]},
                    {"confidence", bin_confidence[b] / n},
                    {"right", static_cast<double>(bin_right[b]) / n}});
  }
  out["calibration"] = bins;
  return out;
}

Json CodesEvaluation::to_json() const {
  Json out = all.to_json();
  out["missing"] = missing;
  out["kinds"] = Json::object();
  for (const auto& [kind, score] : kinds)
    out["kinds"][kind] = score.to_json();
  return out;
}

CodesEvaluation evaluate(std::span<const Mapping> suggestions, std::span<const TruthRow> truth,
                         const Dictionary* dictionary) {
  CodesEvaluation out;
  std::unordered_map<std::string, std::vector<const Mapping*>> by_local, by_code;
  for (const Mapping& m : suggestions) {
    by_local[key_of(m.hospital, m.local_system, m.local_code)].push_back(&m);
    by_code[key_of(m.hospital, "", m.local_code)].push_back(&m);
  }
  for (const TruthRow& row : truth) {
    auto at = by_local.find(key_of(row.hospital, row.system, row.code));
    if (at == by_local.end()) at = by_code.find(key_of(row.hospital, "", row.code));
    if ((at == by_local.end() || at == by_code.end()) && row.hospital.empty())
      at = by_code.find(key_of("", "", row.code));
    const bool found = at != by_local.end() && at != by_code.end();
    std::vector<const Mapping*> list = found ? at->second : std::vector<const Mapping*>();
    if (!row.kind.empty()) {
      Kind kind;
      if (parse_kind(row.kind, kind)) std::erase_if(list, [&](const Mapping* m) { return m->kind != kind; });
    }
    std::ranges::stable_sort(list, {}, [](const Mapping* m) { return m->rank; });
    std::erase_if(list, [](const Mapping* m) { return m->std_code.empty(); });
    if (list.empty()) ++out.missing;
    if (row.std_code.empty()) continue;  // nothing is right for it
    bool first = false, five = false, first_test = false, five_test = false;
    for (std::size_t i = 0; i < std::min<std::size_t>(list.size(), 5); ++i) {
      const bool right = same_code(list[i]->std_code, row.std_code, dictionary);
      const bool test = right || same_test(list[i]->std_code, row.std_code);
      if (i == 0) first = right, first_test = test;
      five = five || right;
      five_test = five_test || test;
    }
    const double confidence = list.empty() ? 0 : list.front()->confidence;
    const std::string kind =
        list.empty() ? (row.kind.empty() ? "unknown" : row.kind) : std::string(name(list.front()->kind));
    for (Score* score : {&out.all, &out.kinds[kind]}) {
      ++score->items;
      score->first += first ? 1 : 0;
      score->five += five ? 1 : 0;
      score->first_test += first_test ? 1 : 0;
      score->five_test += five_test ? 1 : 0;
      score->unanswered += list.empty() ? 1 : 0;
      score->confidence += confidence;
      score->brier += (confidence - (first ? 1 : 0)) * (confidence - (first ? 1 : 0));
      const auto bin = static_cast<std::size_t>(std::clamp(confidence * 10, 0.0, 9.0));
      ++score->bin_items[bin];
      score->bin_right[bin] += first ? 1 : 0;
      score->bin_confidence[bin] += confidence;
    }
    if (!first && out.wrong.size() < kWrongShown)
      out.wrong.emplace_back(row.code, list.empty() ? fmt::format("nothing suggested instead of {}", row.std_code)
                                                    : fmt::format("{} -> {} {} ({:.2f}) instead of {}",
                                                                  list.front()->local_name, list.front()->std_code,
                                                                  list.front()->std_name, confidence, row.std_code));
  }
  return out;
}

Result<std::vector<TruthRow>> read_truth(std::string_view text, std::string_view file) {
  SEKISHO_TRY(const CsvTable table, read_csv(text, ',', file));
  const auto column = [&](std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names)
      if (const int at = table.column(name); at >= 0) return at;
    return -1;
  };
  const int hospital = column({"hospital"}), kind = column({"kind"}), system = column({"local_system", "system"}),
            code = column({"local_code", "loc_code", "code"}),
            standard = column({"truth", "std_code", "standard_code", "true_code", "truth_code"});
  if (code < 0 || standard < 0)
    return fail("codes.truth", "has no columns local_code and std_code", {.file = std::string(file)});
  std::vector<TruthRow> out;
  for (const auto& row : table.rows) {
    const auto get = [&](int c) { return c < 0 ? std::string() : row[static_cast<std::size_t>(c)]; };
    out.push_back({get(hospital), get(kind), get(system), get(code), get(standard)});
  }
  return out;
}

}  // namespace sekisho::codes
