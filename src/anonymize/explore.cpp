#include "anonymize/explore.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <set>

#include "anonymize/lattice.h"
#include "anonymize/search.h"
#include "core/file.h"
#include "core/parallel.h"
#include "core/toml.h"

namespace sekisho::anonymize {

namespace {

using detail::Encoded;
using detail::Judgement;
using detail::Levels;
using detail::Work;
using Timer = std::chrono::steady_clock;

constexpr int kThreads = 2;
constexpr int kMostRadius = 3;
constexpr std::size_t kMostNodes = 400, kMostRows = 200, kExamples = 4;
constexpr double kSearchSeconds = 30;

double milliseconds_since(Timer::time_point begin) {
  return std::chrono::duration<double, std::milli>(Timer::now() - begin).count();
}

bool is_k(const Model& model) {
  return model.kind == Model::Kind::kAnonymity;
}

std::unexpected<Error> bad_setting(const char* text) {
  return fail("explore.setting", text);
}

// The levels within `radius` steps of the place, the place first, then by distance.
std::vector<Levels> around(const Encoded& data, const Levels& place, int radius) {
  std::vector<Levels> out{place};
  std::set<Levels> seen{place};
  for (std::size_t at = 0, ring = 0; ring < static_cast<std::size_t>(radius); ++ring) {
    const std::size_t end = out.size();
    for (; at < end; ++at)
      for (std::size_t i = 0; i < place.size(); ++i)
        for (const int step : {-1, 1}) {
          Levels next = out[at];
          next[i] += step;
          if (next[i] < data.lowest(i) || next[i] > data.highest(i) || out.size() >= kMostNodes) continue;
          if (seen.insert(next).second) out.push_back(std::move(next));
        }
  }
  return out;
}

Json edges_of(const std::vector<Levels>& nodes) {
  std::map<Levels, std::size_t> number;
  for (std::size_t i = 0; i < nodes.size(); ++i)
    number[nodes[i]] = i;
  Json out = Json::array();
  for (std::size_t i = 0; i < nodes.size(); ++i)
    for (std::size_t a = 0; a < nodes[i].size(); ++a) {
      Levels above = nodes[i];
      ++above[a];
      if (const auto found = number.find(above); found != number.end()) out.push_back({i, found->second});
    }
  return out;
}

Json node_json(const Levels& levels, const Judgement& judgement) {
  return {{"levels", levels},
          {"valid", judgement.valid},
          {"suppressed", judgement.suppressed},
          {"classes", judgement.classes},
          {"smallest", judgement.smallest},
          {"score", judgement.valid ? Json(judgement.score) : Json(nullptr)}};
}

std::string toml_value(const Json& value) {
  if (value.is_array()) {
    std::string out;
    for (const Json& one : value)
      out += (out.empty() ? "" : ", ") + toml_value(one);
    return "[" + out + "]";
  }
  if (value.is_object()) {
    std::string out;
    for (const auto& [name, one] : value.items())
      out += fmt::format("{}{} = {}", out.empty() ? "" : ", ", Json(name).dump(), toml_value(one));
    return "{" + out + "}";
  }
  if (value.is_string())  // basic strings of TOML take the escapes of JSON
    return value.dump(-1, ' ', true);
  return value.dump();
}

// Values of a table before its lists of tables, as TOML wants it.
std::string toml_text(const Json& root) {
  std::string out, tables;
  for (const auto& [name, value] : root.items()) {
    const bool list = value.is_array() && !value.empty() && value[0].is_object();
    if (!list) {
      out += fmt::format("{} = {}\n", name, toml_value(value));
      continue;
    }
    for (const Json& one : value) {
      tables += fmt::format("\n[[{}]]\n", name);
      for (const auto& [member, inner] : one.items())
        tables += fmt::format("{} = {}\n", member, toml_value(inner));
    }
  }
  return out + tables;
}

}  // namespace

struct Explorer::State {
  Table table;
  Policy policy;  // as it was read: it outlives what refers to it
  std::filesystem::path file;
  Json document;                     // of the policy's TOML
  std::vector<const Column*> quasi;  // in the order of levels
  std::vector<std::size_t> shown;    // columns beside each other
  std::vector<int> level_of_shown;   // number among the quasi-identifiers, or -1
  mutable std::mutex judging, searching;
  mutable Policy judged_policy;  // what `judge` refers to now
  mutable std::optional<Encoded> data;
  mutable std::array<Work, kThreads> work;
  mutable std::optional<Searcher> searcher;
  mutable Policy searched_policy;

  Result<Policy> with(const Setting& setting) const;
  Result<void> use(const Setting& setting) const;  // under `judging`
  Result<Levels> levels_of(const Place& place) const;
};

Result<Policy> Explorer::State::with(const Setting& setting) const {
  Policy out = policy;
  if (setting.k) {
    if (*setting.k < 1 || *setting.k > 1'000'000) return bad_setting("k is 1 to 1,000,000");
    if (std::ranges::none_of(out.models, is_k)) return bad_setting("the policy asks for no k-anonymity");
    for (Model& model : out.models)
      if (is_k(model)) model.bound = *setting.k;
  }
  if (setting.limit) {
    if (!(*setting.limit >= 0 && *setting.limit <= 1)) return bad_setting("the limit is 0 to 1");
    out.suppression_limit = *setting.limit;
  }
  for (const auto& [name, weight] : setting.weights) {
    const auto found = std::ranges::find(out.attributes, name, &Attribute::name);
    if (found == out.attributes.end() || found->kind != Kind::kQuasi)
      return bad_setting("a weight is given to something else than a quasi-identifier");
    if (!(weight >= 0 && weight <= 1000)) return bad_setting("a weight is 0 to 1000");
    found->weight = weight;
  }
  return out;
}

Result<void> Explorer::State::use(const Setting& setting) const {
  SEKISHO_TRY(Policy fresh, with(setting));
  // The data refer to the policy in use: it is replaced where it stands.
  judged_policy = std::move(fresh);
  return data->use(judged_policy);
}

Result<Levels> Explorer::State::levels_of(const Place& place) const {
  bool good = place.size() == data->attributes();
  for (std::size_t i = 0; good && i < place.size(); ++i)
    good = place[i] >= data->lowest(i) && place[i] <= data->highest(i);
  if (!good) return fail("explore.place", "a place has one level for each quasi-identifier, within its bounds");
  return place;
}

Explorer::Explorer(std::unique_ptr<State> state) : state_(std::move(state)) {}
Explorer::~Explorer() = default;

Result<std::unique_ptr<Explorer>> Explorer::open(const std::filesystem::path& table_file,
                                                 const std::filesystem::path& policy_file) {
  auto state = std::make_unique<State>();
  SEKISHO_TRY(state->policy, Policy::load(policy_file));
  if (state->policy.local_recoding || state->policy.differential)
    return fail("explore.policy",
                "local recoding and differential privacy choose more than one node: they are not explored",
                {.file = policy_file.string()});
  state->file = policy_file;
  SEKISHO_TRY(const TomlTable document, TomlTable::load(policy_file));
  state->document = document.json();
  SEKISHO_TRY(state->table, read_table_file(table_file, state->policy.delimiter, state->policy.encoding));
  drop_columns(state->table, [&](std::string_view name) { return state->policy.names(name); });
  state->judged_policy = state->searched_policy = state->policy;
  SEKISHO_TRY(Encoded data, Encoded::make(state->table, state->judged_policy, kThreads));
  state->data.emplace(std::move(data));
  SEKISHO_TRY(Searcher searcher, Searcher::make(state->table, state->searched_policy, kThreads));
  state->searcher.emplace(std::move(searcher));
  for (std::size_t i = 0; i < state->data->attributes(); ++i)
    state->quasi.push_back(state->table.find(state->data->attribute(i).name));
  for (std::size_t i = 0; i < state->table.columns.size(); ++i) {
    const Column& column = state->table.columns[i];
    const Attribute* attribute = state->policy.find(column.name());
    if (attribute == nullptr || attribute->kind == Kind::kIdentifying) continue;
    state->shown.push_back(i);
    const auto found = std::ranges::find(state->quasi, &column);
    state->level_of_shown.push_back(found == state->quasi.end() ? -1 : static_cast<int>(found - state->quasi.begin()));
  }
  return std::unique_ptr<Explorer>(new Explorer(std::move(state)));
}

Json Explorer::describe() const {
  const State& s = *state_;
  const std::scoped_lock lock(s.judging);
  Json attributes = Json::array(), models = Json::array();
  for (std::size_t i = 0; i < s.data->attributes(); ++i) {
    const Hierarchy& hierarchy = s.data->hierarchy(i);
    Json levels = Json::array();
    for (int level = 0; level < hierarchy.levels(); ++level) {
      Json examples = Json::array();
      for (std::uint32_t code = 0; code < std::min(hierarchy.label_count(level), kExamples); ++code)
        examples.push_back(hierarchy.label(level, code));
      levels.push_back({{"labels", hierarchy.label_count(level)}, {"examples", examples}});
    }
    attributes.push_back({{"name", s.data->attribute(i).name},
                          {"weight", s.policy.find(s.data->attribute(i).name)->weight},
                          {"lowest", s.data->lowest(i)},
                          {"highest", s.data->highest(i)},
                          {"levels", levels}});
  }
  std::optional<int> k;
  for (const Model& model : s.policy.models) {
    models.push_back(anonymize::describe(model));
    if (is_k(model)) k = std::max(k.value_or(0), model.bound);
  }
  return {{"rows", s.table.rows},
          {"counts_persons", s.data->counts_persons()},
          {"metric", name(s.policy.metric)},
          {"k", k ? Json(*k) : Json(nullptr)},
          {"limit", s.policy.suppression_limit},
          {"lattice", detail::lattice_size(*s.data)},
          {"attributes", attributes},
          {"models", models}};
}

Result<Json> Explorer::judge(const Setting& setting, const Place& place, int radius) const {
  const State& s = *state_;
  const std::scoped_lock lock(s.judging);
  const auto begin = Timer::now();
  SEKISHO_CHECK(s.use(setting));
  SEKISHO_TRY(const Levels centre, s.levels_of(place));
  const std::vector<Levels> nodes = around(*s.data, centre, std::clamp(radius, 0, kMostRadius));
  std::vector<Judgement> judged(nodes.size());
  each_of(nodes.size(), kThreads, [&](std::size_t i, int thread) {
    judged[i] = s.data->judge(nodes[i], s.work[static_cast<std::size_t>(thread)]);
  });
  Json out = node_json(nodes[0], judged[0]);
  Json& list = out["around"] = Json::array();
  for (std::size_t i = 1; i < nodes.size(); ++i)
    list.push_back(node_json(nodes[i], judged[i]));
  out["edges"] = edges_of(nodes);
  out["milliseconds"] = milliseconds_since(begin);
  return out;
}

Result<Json> Explorer::optimum(const Setting& setting) const {
  const State& s = *state_;
  const std::scoped_lock lock(s.searching);
  const auto begin = Timer::now();
  SEKISHO_TRY(Policy fresh, s.with(setting));
  s.searched_policy = std::move(fresh);
  SEKISHO_TRY(const Outcome outcome,
              s.searcher->run(s.searched_policy, {.threads = kThreads, .time_limit = kSearchSeconds, .watch = {}}));
  Place levels;
  for (const auto& [name, level] : outcome.decision.levels)
    levels.push_back(level);
  return Json{{"levels", levels},           {"score", outcome.score},
              {"optimal", outcome.optimal}, {"suppressed", outcome.suppressed},
              {"classes", outcome.classes}, {"smallest", outcome.smallest_class},
              {"checked", outcome.checked}, {"milliseconds", milliseconds_since(begin)}};
}

Result<Json> Explorer::rows(const Setting& setting, const Place& place, std::size_t from, std::size_t count,
                            bool only_suppressed) const {
  const State& s = *state_;
  const std::scoped_lock lock(s.judging);
  SEKISHO_CHECK(s.use(setting));
  SEKISHO_TRY(const Levels levels, s.levels_of(place));
  std::set<std::vector<std::string>> failing;
  for (auto& labels : s.data->failing(levels, s.work[0]))
    failing.insert(std::move(labels));
  // The label of each value at the place, once for each column.
  std::vector<std::vector<const std::string*>> label(levels.size());
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const Hierarchy& hierarchy = s.data->hierarchy(i);
    for (const std::string& value : s.quasi[i]->values()) {
      const int leaf = hierarchy.leaf(value);
      label[i].push_back(leaf < 0 ? &value : &hierarchy.label(levels[i], hierarchy.label_code(levels[i], leaf)));
    }
  }
  Json out{{"columns", Json::array()}, {"rows", Json::array()}, {"total", s.table.rows}};
  for (const std::size_t column : s.shown)
    out["columns"].push_back(s.table.columns[column].name());
  std::vector<std::string> key(levels.size());
  std::size_t row = from;
  for (; row < s.table.rows && out["rows"].size() < std::min(count, kMostRows); ++row) {
    for (std::size_t i = 0; i < levels.size(); ++i)
      key[i] = *label[i][s.quasi[i]->code(row)];
    const bool suppressed = failing.contains(key);
    if (only_suppressed && !suppressed) continue;
    Json before = Json::array(), after = suppressed ? Json(nullptr) : Json::array();
    for (std::size_t i = 0; i < s.shown.size(); ++i) {
      const std::string& value = s.table.columns[s.shown[i]].text(row);
      before.push_back(value);
      if (!suppressed)
        after.push_back(s.level_of_shown[i] < 0 ? value : key[static_cast<std::size_t>(s.level_of_shown[i])]);
    }
    out["rows"].push_back({{"number", row + 1}, {"before", before}, {"after", after}});
  }
  out["next"] = row < s.table.rows ? Json(row) : Json(nullptr);
  return out;
}

Result<std::string> Explorer::policy_text(const Setting& setting, const std::optional<Place>& place) const {
  const State& s = *state_;
  const std::scoped_lock lock(s.judging);
  SEKISHO_TRY(const Policy checked, s.with(setting));
  std::optional<Levels> levels;
  if (place) {
    SEKISHO_TRY(levels, s.levels_of(*place));
  }
  Json document = s.document;
  document["suppression_limit"] = checked.suppression_limit;
  for (Json& model : document["model"])
    if (setting.k && model.value("kind", "") == "k-anonymity") model["k"] = *setting.k;
  for (Json& attribute : document["attribute"]) {
    const std::string name = attribute.value("name", "");
    for (std::size_t i = 0; i < s.quasi.size(); ++i) {
      if (s.quasi[i]->name() != name) continue;
      if (setting.weights.contains(name)) attribute["weight"] = setting.weights.at(name);
      if (levels) attribute["minimum"] = attribute["maximum"] = (*levels)[i];
    }
  }
  std::string text = toml_text(document);
  SEKISHO_TRY([[maybe_unused]] const Policy read, Policy::parse(text, s.file));
  return text;
}

}  // namespace sekisho::anonymize
