#include "linkage/blocking_learn.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <span>

#include "linkage/evaluate.h"
#include "linkage/linker.h"

namespace sekisho::linkage {
namespace {

constexpr double kSure = 0.9;
constexpr std::size_t kMostRules = 20;
constexpr std::size_t kMostInPool = 700;
constexpr std::size_t kMostToLearn = 200'000;   // groups
constexpr double kPairsPerRecord = 2;           // of a rule of the pool
constexpr double kLeastGain = 0.0005;           // of the sure pairs, for one more rule
constexpr std::size_t kMostTrueRecords = 2000;  // of one person in a truth

// What a field of each type may be cut to as part of a key. Sex tells too little to be worth a part.
constexpr std::pair<FieldType, Transform> kParts[] = {
    {FieldType::kName, Transform::kNone},      {FieldType::kName, Transform::kSoundex},
    {FieldType::kName, Transform::kPrefix},    {FieldType::kDate, Transform::kNone},
    {FieldType::kDate, Transform::kYear},      {FieldType::kDate, Transform::kMonthDay},
    {FieldType::kDate, Transform::kYearMonth}, {FieldType::kKanji, Transform::kNone},
    {FieldType::kKana, Transform::kNone},      {FieldType::kDigits, Transform::kNone},
    {FieldType::kDigits, Transform::kLast4},   {FieldType::kCode, Transform::kNone},
    {FieldType::kEmail, Transform::kNone},     {FieldType::kInsurance, Transform::kNone},
    {FieldType::kText, Transform::kNone},      {FieldType::kJpAddress, Transform::kNone},
};

std::string_view transform_name(Transform transform) {
  static constexpr std::array<std::string_view, 10> kNames = {"",           "soundex", "prefix", "year",  "month_day",
                                                              "year_month", "words",   "digits", "last4", "years"};
  return kNames[static_cast<std::size_t>(transform)];
}

std::string part_text(const ModelSpec& spec, const BlockPart& part) {
  const std::string_view cut = transform_name(part.transform);
  return spec.fields[part.field].name + (cut.empty() ? "" : ":" + std::string(cut));
}

// All keys of two parts of different fields, and of three as far as there is room.
std::vector<BlockSpec> pool_of(const ModelSpec& spec, const Table& table) {
  std::vector<BlockPart> parts;
  std::vector<bool> compared(spec.fields.size(), false);
  for (const ComparisonSpec& comparison : spec.comparisons)
    for (const std::size_t field : comparison.fields)
      compared[field] = true;
  for (std::size_t f = 0; f < spec.fields.size(); ++f)
    if (compared[f] && table.columns[f].present)
      for (const auto& [type, cut] : kParts)
        if (type == spec.fields[f].type) parts.push_back({f, cut});
  const auto same = [](const BlockPart& a, const BlockPart& b) {
    return a.field == b.field && a.transform == b.transform;
  };
  for (const BlockSpec& rule : spec.blocks)
    for (const BlockPart& part : rule.parts)
      if (table.columns[part.field].present &&
          std::ranges::none_of(parts, [&](const BlockPart& known) { return same(known, part); }))
        parts.push_back(part);
  std::vector<BlockSpec> pool;
  const auto add = [&](std::initializer_list<BlockPart> key) {
    BlockSpec rule;
    for (const BlockPart& part : key) {
      rule.name += (rule.name.empty() ? "" : " + ") + part_text(spec, part);
      rule.parts.push_back(part);
    }
    pool.push_back(std::move(rule));
  };
  const auto differ = [&](std::size_t a, std::size_t b) { return parts[a].field != parts[b].field; };
  for (std::size_t a = 0; a < parts.size(); ++a)
    for (std::size_t b = a + 1; b < parts.size(); ++b)
      if (differ(a, b)) add({parts[a], parts[b]});
  for (std::size_t a = 0; a < parts.size(); ++a)
    for (std::size_t b = a + 1; b < parts.size(); ++b)
      for (std::size_t c = b + 1; c < parts.size() && pool.size() < kMostInPool; ++c)
        if (differ(a, b) && differ(b, c) && differ(a, c)) add({parts[a], parts[b], parts[c]});
  return pool;
}

ModelSpec with_rules(const ModelSpec& spec, std::vector<BlockSpec> rules, double pairs_per_record) {
  ModelSpec out = spec;
  out.blocks = std::move(rules);
  out.all_pairs_below = 0;
  out.pairs_per_record = pairs_per_record;
  out.least_pairs = 0;
  return out;
}

// The pairs that the model is sure of, among `candidates`.
std::vector<Pair> sure_pairs(const Linker& linker) {
  std::vector<Pair> sure;
  for (const Pair pair : linker.candidates().pairs)
    if (probability_of(linker.weight(first(pair), second(pair))) >= kSure) sure.push_back(pair);
  return sure;
}

// Places in `sorted` of the pairs that a rule finds.
std::vector<std::uint32_t> found_of(const std::vector<Pair>& sorted, const std::vector<Pair>& pairs) {
  std::vector<std::uint32_t> out;
  auto at = sorted.begin();
  for (const Pair pair : pairs) {
    at = std::lower_bound(at, sorted.end(), pair);
    if (at == sorted.end()) break;
    if (*at == pair) out.push_back(static_cast<std::uint32_t>(at - sorted.begin()));
  }
  return out;
}

// True pairs of records; those of one group are found by being equal.
struct TruePairs {
  std::vector<Pair> groups;  // sorted; a pair of groups stands as often as records make it
  std::size_t all = 0, equal = 0;
};
TruePairs true_pairs(const Table& table, const Truth& truth) {
  std::map<std::uint32_t, std::vector<std::uint32_t>> rows;
  for (std::uint32_t row = 0; row < table.rows; ++row)
    if (const auto person = truth.find(std::string(table.ids[row])); person != truth.end())
      if (auto& list = rows[person->second]; list.size() < kMostTrueRecords) list.push_back(row);
  TruePairs out;
  for (const auto& [person, list] : rows)
    for (std::size_t i = 0; i < list.size(); ++i)
      for (std::size_t j = i + 1; j < list.size(); ++j) {
        const std::uint32_t a = table.group[list[i]], b = table.group[list[j]];
        ++out.all;
        if (a == b)
          ++out.equal;
        else
          out.groups.push_back(Pair{std::min(a, b)} << 32 | std::max(a, b));
      }
  std::ranges::sort(out.groups);
  return out;
}
double recall_of(const TruePairs& real, const std::vector<Pair>& pairs) {
  if (real.all == 0) return 1;
  std::size_t found = real.equal;
  for (const Pair pair : real.groups)
    found += std::ranges::binary_search(pairs, pair);
  return static_cast<double>(found) / static_cast<double>(real.all);
}

double chao_recall(const std::vector<std::uint16_t>& times) {
  const auto found = static_cast<double>(std::ranges::count_if(times, [](std::uint16_t n) { return n > 0; }));
  const auto once = static_cast<double>(std::ranges::count(times, std::uint16_t{1}));
  const auto twice = static_cast<double>(std::ranges::count(times, std::uint16_t{2}));
  return found == 0 ? 1 : found / (found + once * (once - 1) / (2 * (twice + 1)));
}

}  // namespace

LearnedRules learn_rules(const ModelSpec& spec, const Table& table) {
  const std::vector<BlockSpec> pool = pool_of(spec, table);
  if (pool.empty()) return {};
  const auto groups = static_cast<double>(table.first_of.size());
  // A first look with all rules at once, each with a small budget, shows the model what persons look like.
  const ModelSpec wide = with_rules(spec, pool, kPairsPerRecord * static_cast<double>(pool.size()) / 3);
  std::vector<std::vector<Pair>> pairs(pool.size());
  std::vector<Pair> all;
  for (std::size_t r = 0; r < pool.size(); ++r) {
    pairs[r] = find_candidates(with_rules(spec, {pool[r]}, kPairsPerRecord / 3), table).pairs;
    std::vector<Pair> both;
    std::ranges::set_union(all, pairs[r], std::back_inserter(both));
    all.swap(both);
  }
  Linker linker(wide, table);
  linker.use(std::move(all));
  linker.fit();
  const std::vector<Pair> sure = sure_pairs(linker);
  linker.forget_candidates();

  std::vector<std::vector<std::uint32_t>> finds(pool.size());
  for (std::size_t r = 0; r < pool.size(); ++r)
    finds[r] = found_of(sure, pairs[r]);
  std::vector<std::uint16_t> times(sure.size(), 0);
  for (const auto& found : finds)
    for (const std::uint32_t at : found)
      ++times[at];
  std::vector<bool> known(sure.size(), false);
  LearnedRules out;
  while (out.rules.size() < kMostRules) {
    std::size_t best = pool.size(), best_gain = 0;
    double best_worth = 0;
    for (std::size_t r = 0; r < pool.size(); ++r) {
      const auto gain =
          static_cast<std::size_t>(std::ranges::count_if(finds[r], [&](std::uint32_t at) { return !known[at]; }));
      // A pair costs a comparison; a rule as such costs a pass over the records.
      const double worth = static_cast<double>(gain) / (static_cast<double>(pairs[r].size()) + 0.2 * groups);
      if (worth > best_worth) best = r, best_worth = worth, best_gain = gain;
    }
    if (best == pool.size() || static_cast<double>(best_gain) < kLeastGain * static_cast<double>(sure.size())) break;
    for (const std::uint32_t at : finds[best])
      known[at] = true;
    out.rules.push_back(pool[best]);
  }
  const auto reached = static_cast<double>(std::ranges::count(known, true));
  out.estimated = chao_recall(times) * (sure.empty() ? 1 : reached / static_cast<double>(sure.size()));
  return out;
}

Result<BlockingReport> examine_blocking(const ModelSpec& given, const BlockingRequest& request) {
  SEKISHO_TRY(Table table, read_table(given, request.inputs));
  group_records(table);
  BlockingReport out;
  out.records = table.rows, out.groups = table.first_of.size();
  ModelSpec spec = given;
  spec.all_pairs_below = 0;
  if (request.learn) {
    if (out.groups > kMostToLearn)
      return fail("linkage.blocking", fmt::format("rules are learned from {} different records at most", kMostToLearn),
                  {}, "Give a part of the file that holds whole persons, such as all people born in some years.");
    LearnedRules learned = learn_rules(given, table);
    spec.blocks = std::move(learned.rules);
    out.estimated = learned.estimated;
    for (const BlockSpec& rule : spec.blocks) {
      out.toml += "\n[[block]]\nkey = [";
      for (std::size_t p = 0; p < rule.parts.size(); ++p)
        out.toml += fmt::format("{}\"{}\"", p > 0 ? ", " : "", part_text(spec, rule.parts[p]));
      out.toml += "]\n";
    }
  }
  Linker linker(spec, table);
  linker.block();
  linker.fit();
  out.candidates = linker.candidates().pairs.size();
  const std::vector<Pair> sure = sure_pairs(linker);
  out.sure = sure.size();
  std::optional<TruePairs> real;
  if (!request.truth.empty()) {
    SEKISHO_TRY(const Truth truth, read_truth(request.truth, request.truth_columns));
    real = true_pairs(table, truth);
    out.real = recall_of(*real, linker.candidates().pairs);
  }
  std::vector<std::uint16_t> times(sure.size(), 0);
  std::vector<std::vector<std::uint32_t>> finds;
  std::size_t usable = 0;
  for (const BlockSpec& rule : spec.blocks)
    usable += std::ranges::all_of(rule.parts, [&](const BlockPart& p) { return table.columns[p.field].present; });
  for (const BlockSpec& rule : spec.blocks) {
    const Candidates one = find_candidates(
        with_rules(spec, {rule}, spec.pairs_per_record / static_cast<double>(std::max<std::size_t>(usable, 1))), table);
    if (one.rules.empty()) continue;  // the file lacks a field of it
    finds.push_back(found_of(sure, one.pairs));
    for (const std::uint32_t at : finds.back())
      ++times[at];
    RuleRecall row{.rule = rule.name, .pairs = one.pairs.size(), .left_out = one.rules[0].left_out};
    if (real) row.real = recall_of(*real, one.pairs);
    out.rules.push_back(row);
  }
  const double all = std::max<double>(1, static_cast<double>(sure.size()));
  for (std::size_t r = 0; r < finds.size(); ++r) {
    out.rules[r].sure = static_cast<double>(finds[r].size()) / all;
    out.rules[r].only =
        static_cast<double>(std::ranges::count_if(finds[r], [&](std::uint32_t at) { return times[at] == 1; })) / all;
  }
  if (!request.learn && finds.size() >= 3) out.estimated = chao_recall(times);
  return out;
}

Json BlockingReport::to_json() const {
  Json out{
      {"records", records}, {"groups", groups}, {"candidates", candidates}, {"sure", sure}, {"rules", Json::array()}};
  if (estimated) out["estimated_recall"] = *estimated;
  if (real) out["recall"] = *real;
  for (const RuleRecall& rule : rules) {
    Json row{{"rule", rule.rule},
             {"pairs", rule.pairs},
             {"blocks_left_out", rule.left_out},
             {"sure", rule.sure},
             {"only", rule.only}};
    if (rule.real) row["recall"] = *rule.real;
    out["rules"].push_back(std::move(row));
  }
  if (!toml.empty()) out["spec"] = toml;
  return out;
}

}  // namespace sekisho::linkage
