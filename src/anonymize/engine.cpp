#include "anonymize/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <numeric>
#include <thread>
#include <unordered_map>
#include <unordered_set>

#include "anonymize/lattice.h"

namespace sekisho::anonymize {
namespace {

using detail::Encoded;
using detail::Judgement;
using detail::Levels;
using detail::Work;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kLargestLattice = 4'000'000;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// Scores of equal choices differ in their last digits by the order of summation: twelve digits decide.
double twelve_digits(double score) {
  if (score <= 0) return 0;
  const double scale = std::pow(10.0, 11 - std::floor(std::log10(score)));
  return std::round(score * scale) / scale;
}

// Nodes are numbered in mixed radix, the first attribute highest, so that numbers compare lexicographically.
class Search {
 public:
  Search(const Encoded& data, int threads) : data_(data), work_(static_cast<std::size_t>(std::max(1, threads))) {
    for (std::size_t i = 0; i < data.attributes(); ++i)
      radix_.push_back(static_cast<std::uint64_t>(data.highest(i) - data.lowest(i) + 1));
    for (const std::uint64_t radix : radix_)
      size_ = size_ > kLargestLattice ? size_ : size_ * radix;
  }
  std::uint64_t size() const { return size_; }
  std::uint64_t checked() const { return checked_; }

  // The optimum. Monotone models: what is more general than a valid node is valid, so an invalid node rules out all
  // that is more specific; a node whose bound reaches the best score is never looked at. Nodes are tried from the most
  // general on, those with the greatest bound first: each invalid one rules out as much as possible.
  bool run() {
    state_.assign(size_, kUnknown);
    judge({size_ - 1});
    if (state_[size_ - 1] == kRuledOut) return false;
    descend();
    std::vector<std::pair<double, std::uint64_t>> order;
    for (std::uint64_t node = 0; node < size_; ++node) {
      if (state_[node] != kUnknown) continue;
      const double bound = data_.bound(levels(node));
      if (may_win(bound)) order.emplace_back(urgency(node, bound), node);
    }
    std::ranges::sort(order, [](const auto& a, const auto& b) {
      return a.first != b.first ? a.first < b.first : a.second > b.second;
    });
    std::vector<std::uint64_t> batch;
    for (const auto& [rank, node] : order) {
      if (state_[node] != kUnknown || !may_win(data_.bound(levels(node)))) continue;
      batch.push_back(node);
      if (batch.size() < batch_size()) continue;
      judge(batch);
      batch.clear();
    }
    judge(batch);
    return found_;
  }
  Levels best_levels() const { return levels(best_node_); }
  const Judgement& best() const { return best_; }
  Levels top() const { return levels(size_ - 1); }

 private:
  enum State : std::uint8_t { kUnknown, kValid, kInvalid, kRuledOut, kTooGeneral };
  bool may_win(double bound) const { return !found_ || bound <= best_.score * (1 + 1e-11) + 1e-15; }

  // The least is judged first. Scores with a bound: while invalid nodes rule others out, those with the greatest bound;
  // else those with the least, as the first valid ones end the search. Scores without: around the level of the best
  // answer, where a node either rules out all below or shows all above to be too general.
  double urgency(std::uint64_t node, double bound) const {
    if (bound > 0) return data_.prunes() ? -bound : bound;
    return found_ ? std::abs(level_sum(node) - level_sum(best_node_)) : -level_sum(node);
  }
  int level_sum(std::uint64_t node) const {
    const Levels l = levels(node);
    return std::accumulate(l.begin(), l.end(), 0);
  }

  Levels levels(std::uint64_t node) const {
    Levels out(radix_.size());
    for (std::size_t i = radix_.size(); i-- > 0;) {
      out[i] = data_.lowest(i) + static_cast<int>(node % radix_[i]);
      node /= radix_[i];
    }
    return out;
  }

  // How many nodes are judged before the answers are looked at depends on the data, not on the threads: so does which
  // nodes are looked at. In small tables a node costs less than waking a thread.
  std::size_t batch_size() const { return data_.tuples() < 50'000 ? 1 : 4; }

  void judge(const std::vector<std::uint64_t>& nodes) {
    std::vector<Judgement> judgements(nodes.size());
    std::atomic<std::size_t> next = 0;
    const auto run = [&](Work& work) {
      for (std::size_t i = next++; i < nodes.size(); i = next++)
        judgements[i] = data_.judge(levels(nodes[i]), work);
    };
    {
      std::vector<std::jthread> others;
      const std::size_t threads = batch_size() == 1 ? 1 : std::min(work_.size(), nodes.size());
      for (std::size_t t = 1; t < threads; ++t)
        others.emplace_back([&run, &work = work_[t]] { run(work); });
      run(work_[0]);
    }
    for (std::size_t i = 0; i < nodes.size(); ++i)
      take(nodes[i], judgements[i]);
  }

  void take(std::uint64_t node, const Judgement& judgement) {
    ++checked_;
    if (state_[node] != kRuledOut) state_[node] = judgement.valid ? kValid : kInvalid;
    if (judgement.rules_out) rule_out(node);
    if (judgement.valid) {
      const auto rank = [&](const Judgement& j, std::uint64_t n) {
        return std::tuple(twelve_digits(j.score), level_sum(n), j.suppressed, n);
      };
      if (!found_ || rank(judgement, node) < rank(best_, best_node_)) {
        best_ = judgement;
        best_node_ = node;
        found_ = true;
      }
    }
    if (judgement.floor > 0 && !may_win(judgement.floor)) leave_out_above(node);
  }

  // The node and all that is more specific.
  void rule_out(std::uint64_t start) {
    spread(
        start, kRuledOut, [&](std::uint64_t digit, std::uint64_t) { return digit > 0; },
        [](std::uint64_t node, std::uint64_t step) { return node - step; });
  }
  // All that is more general; nodes judged keep their state.
  void leave_out_above(std::uint64_t start) {
    spread(
        start, kTooGeneral, [&](std::uint64_t digit, std::uint64_t radix) { return digit + 1 < radix; },
        [](std::uint64_t node, std::uint64_t step) { return node + step; });
  }
  template <class May, class Move>
  void spread(std::uint64_t start, State state, const May& may, const Move& move) {
    std::vector<std::uint64_t> todo{start};
    const std::uint8_t before = state_[start];
    state_[start] = state;
    while (!todo.empty()) {
      const std::uint64_t node = todo.back();
      todo.pop_back();
      std::uint64_t step = 1;
      for (std::size_t i = radix_.size(); i-- > 0; step *= radix_[i]) {
        if (!may(node / step % radix_[i], radix_[i])) continue;
        const std::uint64_t next = move(node, step);
        if (state_[next] == state) continue;
        state_[next] = state;
        todo.push_back(next);
      }
    }
    if (state == kTooGeneral) state_[start] = before;
  }

  // A good answer early: from the top always to the valid neighbour below with the least score.
  void descend() {
    std::uint64_t node = size_ - 1;
    while (true) {
      std::vector<std::uint64_t> below, unknown;
      std::uint64_t step = 1;
      for (std::size_t i = radix_.size(); i-- > 0; step *= radix_[i])
        if (node / step % radix_[i] > 0) below.push_back(node - step);
      std::ranges::copy_if(below, std::back_inserter(unknown),
                           [&](std::uint64_t one) { return state_[one] == kUnknown; });
      judge(unknown);
      std::uint64_t next = node;
      double least = 0;
      for (const std::uint64_t one : below) {
        if (state_[one] != kValid) continue;
        const double bound = data_.bound(levels(one));
        if (next == node || bound < least) least = bound, next = one;
      }
      if (next == node) return;
      node = next;
    }
  }

  const Encoded& data_;
  std::vector<Work> work_;  // one for each thread
  std::vector<std::uint64_t> radix_;
  std::uint64_t size_ = 1, checked_ = 0, best_node_ = 0;
  std::vector<std::uint8_t> state_;
  Judgement best_;
  bool found_ = false;
};

std::vector<const Attribute*> quasi_identifiers(const Policy& policy) {
  std::vector<const Attribute*> out;
  for (const Attribute& attribute : policy.attributes)
    if (attribute.kind == Kind::kQuasi) out.push_back(&attribute);
  return out;
}

// Names the models that alone suppress too much at the highest levels.
std::unexpected<Error> impossible(const Encoded& data, const Policy& policy, const Levels& top) {
  Work work;
  std::string guilty;
  for (const std::size_t model : data.broken(top, work))
    guilty += (guilty.empty() ? "" : ", ") + describe(policy.models[model]);
  return fail(
      "anonymize.impossible",
      fmt::format("no choice of levels meets the policy. At the highest levels the smallest class has {} persons, "
                  "k is {}, the best k within the suppression limit is {}; {}",
                  data.best_k(top, work), policy.k(), data.reachable_k(top, work),
                  guilty.empty() ? "each model alone could be met there, but not all together"
                                 : "these alone suppress more rows than the limit allows: " + guilty),
      {}, "Raise suppression_limit, lower what the models ask for, or give the hierarchies a higher level.");
}

}  // namespace

Result<Outcome> search(const Table& table, const Policy& policy, const SearchOptions& options) {
  Outcome out;
  auto begin = Clock::now();
  SEKISHO_TRY(Encoded data, Encoded::make(table, policy));
  out.seconds_encode = seconds_since(begin);
  begin = Clock::now();
  Search search(data, options.threads);
  if (search.size() > kLargestLattice)
    return fail("anonymize.lattice", "the lattice of levels is too large to be searched for the optimum", {},
                "Bound levels by 'minimum' and 'maximum', or leave out a quasi-identifier.");
  if (!search.run()) return impossible(data, policy, search.top());
  const Levels levels = search.best_levels();
  for (std::size_t i = 0; i < levels.size(); ++i)
    out.decision.levels.emplace_back(data.attribute(i).name, levels[i]);
  // Once more and alone, so that no digit of a sum depends on the tables that happened to be at hand.
  Work work;
  out.score = data.judge_from_rows(levels, work).score;
  out.decision.suppressed_classes = data.failing(levels, work);
  out.metric = policy.metric;
  out.rows = table.rows;
  out.suppressed = search.best().suppressed;
  out.classes = search.best().classes;
  out.smallest_class = search.best().smallest;
  out.lattice = search.size();
  out.checked = search.checked();
  out.counts_persons = data.counts_persons();
  out.seconds_search = seconds_since(begin);
  return out;
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

Result<Applied> apply(const Table& table, const Policy& policy, const Decision& decision) {
  Applied out;
  const std::vector<const Attribute*> quasi = quasi_identifiers(policy);
  if (quasi.size() != decision.levels.size())
    return fail("anonymize.decision", "the decision does not fit the policy's quasi-identifiers");
  std::vector<std::size_t> place(quasi.size(), 0);
  for (const Column& column : table.columns) {
    const Attribute* attribute = policy.find(column.name());
    if (attribute == nullptr && !policy.is_unit(column.name()))
      return fail("policy.columns", fmt::format("the policy does not say what column '{}' is", column.name()));
    if (attribute != nullptr && attribute->kind == Kind::kIdentifying) continue;
    if (attribute == nullptr && column.name() != policy.person) continue;  // household, hospital: only counted
    Applied::Shown one{&column, {}};
    if (attribute != nullptr && attribute->kind == Kind::kQuasi) {
      const auto number = static_cast<std::size_t>(std::ranges::find(quasi, attribute) - quasi.begin());
      const auto& [name, level] = decision.levels[number];
      SEKISHO_TRY(const Hierarchy hierarchy, hierarchy_of(*attribute, column, policy.delimiter));
      if (name != attribute->name || level < 0 || level >= hierarchy.levels())
        return fail("anonymize.decision", fmt::format("the decision names level {} of '{}'", level, name));
      for (const std::string& value : column.values())
        one.labels.push_back(hierarchy.label(level, hierarchy.label_code(level, hierarchy.leaf(value))));
      place[number] = out.shown.size();
    }
    out.header.push_back(column.name());
    out.shown.push_back(std::move(one));
  }
  std::vector<const Applied::Shown*> shown;
  for (const std::size_t i : place)
    shown.push_back(&out.shown[i]);
  SuppressedRows suppressed(shown);
  for (const std::vector<std::string>& labels : decision.suppressed_classes)
    suppressed.add(labels);
  out.source.reserve(table.rows);
  for (std::size_t row = 0; row < table.rows; ++row)
    if (!suppressed.contains(row)) out.source.push_back(row);
  return out;
}

Json Decision::to_json() const {
  Json out{{"levels", Json::object()}, {"suppressed_classes", suppressed_classes}};
  for (const auto& [name, level] : levels)
    out["levels"][name] = level;
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
  return out;
}

Json Outcome::to_json() const {
  Json out{{"rows", rows}, {"lattice", lattice}, {"checked", checked}, {"levels", Json::object()}};
  for (const auto& [name, level] : decision.levels)
    out["levels"][name] = level;
  out["score"] = {{"metric", name(metric)}, {"value", score}};
  out["suppressed"] = suppressed;
  out["classes"] = classes;
  out["smallest_class"] = smallest_class;
  out["counted"] = counts_persons ? "persons" : "rows";
  out["seconds"] = {{"encode", seconds_encode}, {"search", seconds_search}};
  out["optimal"] = true;
  return out;
}

}  // namespace sekisho::anonymize
