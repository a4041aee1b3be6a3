#include "anonymize/engine.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

#include "anonymize/search.h"
#include "core/parallel.h"

namespace sekisho::anonymize {
namespace {

using detail::Encoded;
using detail::Levels;
using detail::Work;
using Clock = std::chrono::steady_clock;

// Seconds for a lattice too large to be searched to its end, when the caller sets no limit.
constexpr double kLargeLatticeSeconds = 60;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

std::vector<const Attribute*> quasi_identifiers(const Policy& policy) {
  std::vector<const Attribute*> out;
  for (const Attribute& attribute : policy.attributes)
    if (attribute.kind == Kind::kQuasi) out.push_back(&attribute);
  return out;
}

// Names the models that alone suppress too much at the highest levels, or those that exclude each other there.
std::unexpected<Error> impossible(const Encoded& data, const Policy& policy, const Levels& top) {
  Work work;
  const std::vector<std::string> alone = data.broken(top, work);
  const std::vector<std::string> together = alone.empty() ? data.exclusive(top, work) : std::vector<std::string>();
  std::string why = "each model alone could be met there, but not all together";
  if (!alone.empty())
    why = fmt::format("these alone suppress more rows than the limit allows: {}", fmt::join(alone, ", "));
  else if (!together.empty())
    why = fmt::format("these exclude each other, together they suppress more rows than the limit allows: {}",
                      fmt::join(together, ", "));
  const std::size_t best = data.best_k(top, work);
  return fail("anonymize.impossible",
              fmt::format("no choice of levels meets the policy. At the highest levels the smallest class has {} {}{}, "
                          "k is {}, the best k within the suppression limit is {}; {}",
                          best, data.counts_persons() ? "person" : "row", best == 1 ? "" : "s", policy.k(),
                          data.reachable_k(top, work), why),
              {}, "Raise suppression_limit, lower what the models ask for, or give the hierarchies a higher level.");
}

}  // namespace

Searcher::Searcher(std::unique_ptr<detail::Encoded> data) : data_(std::move(data)) {}
Searcher::Searcher(Searcher&& other) noexcept = default;
Searcher::~Searcher() = default;

Result<Searcher> Searcher::make(const Table& table, const Policy& policy, int threads, const Table* whole) {
  const auto begin = Clock::now();
  SEKISHO_TRY(Encoded data, Encoded::make(table, policy, whole == nullptr ? table : *whole, threads));
  Searcher out(std::make_unique<Encoded>(std::move(data)));
  out.seconds_encode_ = seconds_since(begin);
  return out;
}

Result<Outcome> Searcher::run(const Policy& policy, const SearchOptions& options) {
  if (policy.differential)
    return fail("policy.differential", "differential privacy draws a sample first: it is no plain search");
  const auto begin = Clock::now();
  SEKISHO_CHECK(data_->use(policy));
  Outcome out;
  out.seconds_encode = seconds_encode_;
  out.lattice = detail::lattice_size(*data_);
  if (!(out.lattice < 0x1p120))
    return fail("anonymize.lattice", "the lattice of levels is too large to be numbered", {},
                "Bound levels by 'minimum' and 'maximum', or leave out a quasi-identifier.");
  const bool dense = out.lattice <= static_cast<double>(detail::kDenseLattice);
  SearchOptions limited = options;
  if (!dense && limited.time_limit <= 0) limited.time_limit = kLargeLatticeSeconds;
  const detail::Found found = dense ? detail::search_dense(*data_, limited) : detail::search_lazily(*data_, limited);
  if (!found.any && found.optimal) {
    Levels top;
    for (std::size_t i = 0; i < data_->attributes(); ++i)
      top.push_back(data_->highest(i));
    return impossible(*data_, policy, top);
  }
  if (!found.any)
    return fail("anonymize.time", "no valid choice of levels was found before time ended", {},
                "Raise --time-limit, or bound levels by 'minimum' and 'maximum'.");
  for (std::size_t i = 0; i < found.levels.size(); ++i)
    out.decision.levels.emplace_back(data_->attribute(i).name, found.levels[i]);
  // Once more and alone, so that no digit of a sum depends on the tables that happened to be at hand.
  Work work;
  work.threads = options.threads;
  out.score = data_->judge_from_rows(found.levels, work).score;
  out.decision.suppressed_classes = data_->failing(found.levels, work);
  out.metric = policy.metric;
  out.rows = data_->rows();
  out.suppressed = found.best.suppressed;
  out.classes = found.best.classes;
  out.smallest_class = found.best.smallest;
  out.checked = found.checked;
  out.optimal = found.optimal;
  out.bound = found.optimal ? out.score : std::min(found.bound, out.score);
  out.counts_persons = data_->counts_persons();
  out.seconds_search = seconds_since(begin);
  return out;
}

Result<Outcome> search(const Table& table, const Policy& policy, const SearchOptions& options) {
  if (policy.local_recoding) return detail::search_locally(table, policy, options);
  SEKISHO_TRY(Searcher searcher, Searcher::make(table, policy, options.threads));
  return searcher.run(policy, options);
}

namespace {

// Rows by the numbers of their labels, one digit for each quasi-identifier.
class SuppressedRows {
 public:
  using Key = unsigned __int128;
  explicit SuppressedRows(const std::vector<const Applied::Shown*>& quasi) {
    Key stride = 1;
    for (const Applied::Shown* one : quasi) {
      Digit& digit = digits_.emplace_back(one->column);
      for (const std::string& label : one->labels)
        digit.by_code.push_back(stride * digit.number.try_emplace(label, digit.number.size()).first->second);
      digit.stride = stride;
      stride *= std::max<std::size_t>(1, digit.number.size());
    }
  }
  // A class with a label that no row has is no row's.
  void add(const std::vector<std::string>& labels) {
    Key key = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      const auto found = digits_[i].number.find(labels[i]);
      if (found == digits_[i].number.end()) return;
      key += digits_[i].stride * found->second;
    }
    keys_.insert(key);
  }
  bool contains(std::size_t row) const {
    if (keys_.empty()) return false;
    Key key = 0;
    for (const Digit& digit : digits_)
      key += digit.by_code[digit.column->code(row)];
    return keys_.contains(key);
  }

 private:
  struct Hash {
    std::size_t operator()(Key key) const {
      std::uint64_t h = (static_cast<std::uint64_t>(key) ^ static_cast<std::uint64_t>(key >> 64)) * 0xD6E8FEB86659FD93;
      return h ^ (h >> 32);
    }
  };
  struct Digit {
    explicit Digit(const Column* from) : column(from) {}
    const Column* column;
    std::unordered_map<std::string, std::size_t> number;
    std::vector<Key> by_code;
    Key stride = 1;
  };
  std::vector<Digit> digits_;
  std::unordered_set<Key, Hash> keys_;
};

}  // namespace

namespace {

constexpr std::uint8_t kNoRound = 255;

// The labels of one round, beside those of the rounds before; rows that it suppresses stay without one.
Result<void> apply_round(const Table& table, const Policy& policy, const Decision& decision, std::uint8_t round,
                         int threads, Applied& out, std::vector<std::uint8_t>& round_of) {
  const std::vector<const Attribute*> quasi = quasi_identifiers(policy);
  if (quasi.size() != decision.levels.size())
    return fail("anonymize.decision", "the decision does not fit the policy's quasi-identifiers");
  std::vector<Applied::Shown> labels;  // of this round, in the order of the quasi-identifiers
  for (std::size_t i = 0; i < quasi.size(); ++i) {
    const auto& [name, level] = decision.levels[i];
    const Column* column = table.find(quasi[i]->name);
    if (column == nullptr) return fail("policy.columns", fmt::format("there is no column '{}'", quasi[i]->name));
    SEKISHO_TRY(const Hierarchy hierarchy, hierarchy_of(*quasi[i], *column, policy.delimiter));
    if (name != quasi[i]->name || level < 0 || level >= hierarchy.levels())
      return fail("anonymize.decision", fmt::format("the decision names level {} of '{}'", level, name));
    Applied::Shown& one = labels.emplace_back(column, std::vector<std::string>());
    for (const std::string& value : column->values())
      one.labels.push_back(hierarchy.label(level, hierarchy.label_code(level, hierarchy.leaf(value))));
    Applied::Shown& shown =
        out.shown[static_cast<std::size_t>(std::ranges::find(out.header, name) - out.header.begin())];
    shown.labels.insert(shown.labels.end(), one.labels.begin(), one.labels.end());
  }
  std::vector<const Applied::Shown*> shown;
  for (const Applied::Shown& one : labels)
    shown.push_back(&one);
  SuppressedRows suppressed(shown);
  for (const std::vector<std::string>& one : decision.suppressed_classes)
    suppressed.add(one);
  in_parallel(threads, [&](int thread) {
    const auto [from, to] = slice(table.rows, thread, threads);
    for (std::size_t row = from; row < to; ++row)
      if (round_of[row] == kNoRound && !suppressed.contains(row)) round_of[row] = round;
  });
  return {};
}

}  // namespace

Result<Applied> apply(const Table& table, const Policy& policy, const Decision& decision, int threads) {
  Applied out;
  for (const Column& column : table.columns) {
    const Attribute* attribute = policy.find(column.name());
    if (!policy.names(column.name()))
      return fail("policy.columns", fmt::format("the policy does not say what column '{}' is", column.name()));
    // Persons keep a column, which gets new numbers, even where the policy calls it identifying: the audit counts them.
    if (attribute != nullptr && attribute->kind == Kind::kIdentifying && column.name() != policy.person) continue;
    if (attribute == nullptr && column.name() != policy.person) continue;  // household, hospital: only counted
    out.header.push_back(column.name());
    out.shown.push_back({&column, {}});
  }
  if (decision.rounds.size() >= kNoRound) return fail("anonymize.decision", "the decision has too many rounds");
  std::vector<std::uint8_t> round_of(table.rows, kNoRound);
  for (std::size_t round = 0; round <= decision.rounds.size(); ++round)
    SEKISHO_CHECK(apply_round(table, policy, round == 0 ? decision : decision.rounds[round - 1],
                              static_cast<std::uint8_t>(round), threads, out, round_of));
  out.source.reserve(table.rows - static_cast<std::size_t>(std::ranges::count(round_of, kNoRound)));
  for (std::size_t row = 0; row < table.rows; ++row) {
    if (round_of[row] == kNoRound) continue;
    out.source.push_back(static_cast<std::uint32_t>(row));
    if (!decision.rounds.empty()) out.round.push_back(round_of[row]);
  }
  return out;
}

Json Decision::to_json() const {
  Json out{{"levels", Json::object()}, {"suppressed_classes", suppressed_classes}};
  for (const auto& [name, level] : levels)
    out["levels"][name] = level;
  for (const Decision& round : rounds)
    out["rounds"].push_back(round.to_json());
  return out;
}

Result<Decision> Decision::from_json(const Json& json) {
  Decision out;
  if (!json.is_object() || !json.contains("levels") || !json["levels"].is_object() ||
      !json.contains("suppressed_classes") || !json["suppressed_classes"].is_array())
    return fail("anonymize.decision", "a decision holds levels and suppressed_classes");
  for (const auto& [name, level] : json["levels"].items()) {
    if (!level.is_number_integer()) return fail("anonymize.decision", "a level must be an integer");
    out.levels.emplace_back(name, level.get<int>());
  }
  for (const Json& labels : json["suppressed_classes"]) {
    if (!labels.is_array() || labels.size() != out.levels.size())
      return fail("anonymize.decision", "a suppressed class has a label for each level");
    std::vector<std::string>& one = out.suppressed_classes.emplace_back();
    for (const Json& label : labels) {
      if (!label.is_string()) return fail("anonymize.decision", "a label must be a text");
      one.push_back(label.get<std::string>());
    }
  }
  if (!json.contains("rounds")) return out;
  if (!json["rounds"].is_array()) return fail("anonymize.decision", "rounds are a list");
  for (const Json& round : json["rounds"]) {
    if (round.is_object() && round.contains("rounds")) return fail("anonymize.decision", "a round has no rounds");
    SEKISHO_TRY(Decision one, from_json(round));
    out.rounds.push_back(std::move(one));
  }
  return out;
}

namespace {

// A count that JSON readers take as an integer as long as it is one.
Json whole_number(double value) {
  return value < 0x1p63 ? Json(static_cast<std::uint64_t>(value)) : Json(value);
}

}  // namespace

Json Outcome::to_json() const {
  Json out{{"rows", rows}, {"lattice", whole_number(lattice)}, {"checked", checked}, {"levels", Json::object()}};
  for (const auto& [name, level] : decision.levels)
    out["levels"][name] = level;
  out["score"] = {{"metric", name(metric)}, {"value", score}};
  out["suppressed"] = suppressed;
  out["classes"] = classes;
  out["smallest_class"] = smallest_class;
  out["counted"] = counts_persons ? "persons" : "rows";
  out["seconds"] = {{"encode", seconds_encode}, {"search", seconds_search}};
  if (!rounds.is_null()) out["local_recoding"] = rounds;
  out["optimal"] = optimal;
  if (!optimal) out["bound"] = bound;
  return out;
}

}  // namespace sekisho::anonymize
