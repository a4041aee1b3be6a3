#include "linkage/neighbourhood.h"

#include <algorithm>
#include <cmath>

namespace sekisho::linkage {
namespace {

constexpr std::size_t kMostNodes =
    400;  // of a neighbourhood that is decided anew on an arrival; more waits for reconcile

}  // namespace

Neighbourhood::Neighbourhood(const ModelSpec& spec, const State& state, const std::vector<Decision>& decisions)
    : spec_(spec), state_(state), model_(state.model_now()) {
  for (const Decision& decision : decisions) {
    const std::uint32_t a = state.find(decision.a), b = state.find(decision.b);
    if (a == kNone || b == kNone) continue;
    decided_.emplace_back(state.group_of(a), state.group_of(b), decision.verdict);
  }
}

void Neighbourhood::grow(const std::vector<std::uint32_t>& seeds) {
  for (const std::uint32_t seed : seeds)
    take_person(seed);
  for (std::size_t begin = 0; begin < nodes_.size() && nodes_.size() <= kMostNodes;) {
    const std::vector<std::uint32_t> frontier(nodes_.begin() + static_cast<std::ptrdiff_t>(begin), nodes_.end());
    begin = nodes_.size();
    weigh(frontier);
  }
}

std::vector<std::uint32_t> Neighbourhood::clusters() {
  table_ = state_.table_of(nodes_);
  linker_.emplace(spec_, table_);
  linker_->adopt(model_, state_.frozen().self_bonus);
  linker_->constrain(constraints_in(nodes_));
  scattered_.assign(nodes_.size(), false);
  for (std::uint32_t i = 0; i < nodes_.size(); ++i)
    scattered_[i] = state_.group_size(nodes_[i]) > 1 && linker_->self_weight(i) <= linker_->bits();
  std::vector<Edge> edges;
  for (const auto& [pair, weight] : edges_) {
    const auto a = place_.find(pair.first), b = place_.find(pair.second);
    if (a == place_.end() || b == place_.end() || scattered_[a->second] || scattered_[b->second]) continue;
    edges.push_back({std::min(a->second, b->second), std::max(a->second, b->second), weight});
  }
  std::vector<std::uint32_t> order(nodes_.size()), rank(nodes_.size());
  for (std::uint32_t i = 0; i < order.size(); ++i)
    order[i] = i;
  std::ranges::sort(order, {}, [&](std::uint32_t i) { return table_.ids[i]; });
  for (std::uint32_t i = 0; i < order.size(); ++i)
    rank[order[i]] = i;
  return cluster(
      nodes_.size(), edges, [&](std::uint32_t a, std::uint32_t b) { return linker_->weight(a, b); }, rank,
      linker_->bits(), linker_->constraints());
}

Json Neighbourhood::evidence(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b) const {
  std::pair<std::uint32_t, std::uint32_t> best{a.front(), b.front()};
  float most = -1e9F;
  for (const std::uint32_t x : a)
    for (const std::uint32_t y : b)
      if (const float weight = linker_->weight_of_fields(x, y); x != y && weight > most) most = weight, best = {x, y};
  return evidence_of(*linker_, best.first, best.second, table_.ids[best.first], table_.ids[best.second],
                     state_.frozen().model_version);
}

void Neighbourhood::take(std::uint32_t group) {
  if (place_.try_emplace(group, static_cast<std::uint32_t>(nodes_.size())).second) nodes_.push_back(group);
}

void Neighbourhood::take_person(std::uint32_t group) {
  for (const std::uint32_t mate : state_.mates(group))
    take(mate);
  for (const auto& [a, b, verdict] : decided_)
    if (verdict == Verdict::kSame && (a == group || b == group)) take(a == group ? b : a);
}

Constraints Neighbourhood::constraints_in(const std::vector<std::uint32_t>& groups) const {
  Constraints out;
  if (decided_.empty()) return out;
  std::unordered_map<std::uint32_t, std::uint32_t> place;
  for (std::uint32_t i = 0; i < groups.size(); ++i)
    place[groups[i]] = i;
  for (const auto& [a, b, verdict] : decided_) {
    const auto x = place.find(a), y = place.find(b);
    if (x == place.end() || y == place.end() || a == b) continue;
    (verdict == Verdict::kSame ? out.together : out.apart).push_back(std::minmax(x->second, y->second));
  }
  return out;
}

void Neighbourhood::weigh(const std::vector<std::uint32_t>& frontier) {
  std::vector<std::uint32_t> universe, found;
  std::unordered_map<std::uint32_t, std::uint32_t> place;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
  const auto at = [&](std::uint32_t group) {
    const auto [where, fresh] = place.try_emplace(group, static_cast<std::uint32_t>(universe.size()));
    if (fresh) universe.push_back(group);
    return where->second;
  };
  for (const std::uint32_t group : frontier) {
    state_.candidates(group, found);
    for (const std::uint32_t other : found)
      if (!edges_.contains(std::minmax(group, other))) pairs.emplace_back(at(group), at(other));
  }
  if (pairs.empty()) return;
  Table table = state_.table_of(universe);
  Linker linker(spec_, table);
  linker.adopt(model_, state_.frozen().self_bonus);
  linker.constrain(constraints_in(universe));
  const auto scattered = [&](std::uint32_t i) {
    return table.size_of[i] > 1 && linker.self_weight(i) <= linker.bits();
  };
  for (const auto& [a, b] : pairs) {
    const float weight = linker.weight(a, b);
    if (!(static_cast<double>(weight) > linker.bits() - 12) || scattered(a) || scattered(b)) continue;
    edges_[std::minmax(universe[a], universe[b])] = weight;
    if (static_cast<double>(weight) > linker.bits()) take_person(universe[b]);
  }
}

Json evidence_of(const Linker& linker, std::uint32_t a, std::uint32_t b, std::string_view id_a, std::string_view id_b,
                 const std::string& model_version) {
  const Pattern pattern = linker.comparator().pattern(a, b);
  Json levels = Json::object();
  for (std::size_t c = 0; c < linker.comparator().size(); ++c)
    if (const int level = level_in(pattern, c); level != 0)
      levels[linker.comparator().spec(c).name] =
          levels_of(linker.comparator().spec(c).type)[static_cast<std::size_t>(level)].name;
  std::string rule = "weights";
  for (const auto& [x, y] : linker.constraints().together)
    if (std::minmax(x, y) == std::minmax(a, b)) rule = "decision: same";
  if (linker.constraints().forbids(a, b)) rule = "decision: different";
  return {{"a", id_a},
          {"b", id_b},
          {"weight", std::round(1000.0 * static_cast<double>(linker.weight_of_fields(a, b))) / 1000.0},
          {"levels", levels},
          {"model", model_version},
          {"rule", rule}};
}

}  // namespace sekisho::linkage
