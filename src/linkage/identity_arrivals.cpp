#include "linkage/identity_arrivals.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

#include "linkage/identity_state.h"

namespace sekisho::linkage {
namespace {

constexpr int kMostRounds = 8;  // of neighbours of neighbours; what lies further waits for a linkage of everything
constexpr double kBitsOfInterest = 12;  // below the threshold: as Linker::edges

// Rows of one registration in a state, by the id of any.
std::vector<std::uint32_t> siblings(const State& state, std::string_view id) {
  std::vector<std::uint32_t> out;
  const std::string_view reg = registration_of(id);
  for (std::size_t version = 0;; ++version) {
    const std::uint32_t row = state.find(version_id(reg, in_parts_of(id), version));
    if (row == kNone) return out;
    out.push_back(row);
  }
}

// The rows that arrivals can change, and the weights that connect them. Each row is a group of its own.
class Scope {
 public:
  Scope(const ModelSpec& spec, const State& state, const Model& model, const IdentityInput& input)
      : spec_(spec),
        state_(state),
        model_(model),
        bits_(std::log2(spec.threshold / (1 - spec.threshold))),
        worth_taking_(bits_) {
    for (const Decision& one : input.decisions)
      if (one.verdict == Verdict::kSame) bind(one.a, one.b, true);
    for (const auto& [a, b] : input.by_keys)
      bind(a, b, false);
    // Pairs that people shall see need both sides.
    if (const double low = input.review.zone.low; !input.review.output.empty() && low > 0 && low < 1)
      worth_taking_ = std::min(worth_taking_, std::log2(low / (1 - low)));
  }

  void take_registration(std::string_view reg) {
    for (const bool in_parts : {true, false})
      if (const std::uint32_t row = state_.find(version_id(reg, in_parts, 0)); row != kNone)
        return take(state_.group_of(row));
  }
  void take(std::uint32_t group) {
    if (taken_.contains(group)) return;
    std::vector<std::uint32_t> all;
    for (const std::uint32_t row : siblings(state_, id_of(group)))
      all.push_back(state_.group_of(row));
    if (state_.person_of_group(group) != 0) all = state_.mates(group);
    for (const std::uint32_t one : all)
      if (taken_.insert(one).second) groups_.push_back(one);
    for (const std::uint32_t one : all)
      if (const auto bound = bound_.find(registration_of(id_of(one))); bound != bound_.end())
        for (const auto& [reg, always] : bound->second)
          if (always || !in_parts_of(id_of(one)) || in_one_piece(reg)) take_registration(reg);
  }
  void grow() {
    std::size_t begin = 0;
    for (int round = 0; begin < groups_.size(); ++round) {
      const std::vector<std::uint32_t> frontier(groups_.begin() + static_cast<std::ptrdiff_t>(begin), groups_.end());
      begin = groups_.size();
      weigh(frontier, round < kMostRounds);
    }
  }
  std::string_view id_of(std::uint32_t group) const { return state_.id(state_.first_row(group)); }
  const std::vector<std::uint32_t>& groups() const { return groups_; }
  const std::vector<Edge>& edges() const { return edges_; }  // of groups

 private:
  // Registrations that stand together whatever the weights say, where that may be.
  void bind(std::string_view a, std::string_view b, bool always) {
    bound_[a].emplace_back(b, always), bound_[b].emplace_back(a, always);
  }
  bool in_one_piece(std::string_view reg) const { return state_.find(version_id(reg, false, 0)) != kNone; }

  // Everyone taken is weighed against all neighbours, so that nobody loses a mate for want of a look.
  void weigh(const std::vector<std::uint32_t>& frontier, bool take_more) {
    std::vector<std::uint32_t> universe, found;
    std::unordered_map<std::uint32_t, std::uint32_t> place;
    const auto at = [&](std::uint32_t group) {
      const auto [where, fresh] = place.try_emplace(group, static_cast<std::uint32_t>(universe.size()));
      if (fresh) universe.push_back(group);
      return where->second;
    };
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
    for (const std::uint32_t group : frontier) {
      weighed_.insert(group);
      state_.candidates(group, found);
      for (const std::uint32_t other : found)
        if (!weighed_.contains(other) && registration_of(id_of(group)) != registration_of(id_of(other)))
          pairs.emplace_back(at(group), at(other));
    }
    if (pairs.empty()) return;
    const Table table = state_.table_of(universe);
    Linker linker(spec_, table);
    linker.adopt(model_, state_.frozen().self_bonus);
    for (const auto& [a, b] : pairs) {
      const float weight = linker.weight(a, b);
      if (!(static_cast<double>(weight) > bits_ - kBitsOfInterest)) continue;
      edges_.push_back({universe[a], universe[b], weight});
      if (take_more && static_cast<double>(weight) > worth_taking_) take(universe[b]);
    }
  }

  const ModelSpec& spec_;
  const State& state_;
  const Model& model_;
  double bits_, worth_taking_;
  std::unordered_map<std::string_view, std::vector<std::pair<std::string_view, bool>>> bound_;
  std::unordered_set<std::uint32_t> taken_, weighed_;
  std::vector<std::uint32_t> groups_;
  std::vector<Edge> edges_;
};

// The rows of the scope as a table of registrations in order of their names.
struct ScopeRows : RegistrationRows {
  std::unordered_map<std::uint32_t, std::uint32_t> row_of;  // by group of the state

  ScopeRows(const State& state, const Scope& scope) {
    std::vector<std::uint32_t> order = scope.groups();
    std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
      const std::string_view x = scope.id_of(a), y = scope.id_of(b);
      return std::tuple(registration_of(x), x.size(), x) < std::tuple(registration_of(y), y.size(), y);
    });
    table = state.table_of(order);
    for (std::uint32_t row = 0; row < order.size(); ++row) {
      const std::string_view id = scope.id_of(order[row]);
      add_row(registration_of(id), in_parts_of(id));
      row_of[order[row]] = row;
      table.ids[row] = registration_of(id);
    }
  }
};

void add_rows(const ModelSpec& spec, State& state, const VersionTable& fresh) {
  std::vector<std::string_view> values(spec.fields.size());
  for (std::uint32_t reg = 0; reg < fresh.registrations(); ++reg)
    for (std::uint32_t row = fresh.first[reg]; row < fresh.first[reg + 1]; ++row) {
      for (std::size_t f = 0; f < values.size(); ++f)
        if (const Column& column = fresh.table.columns[f]; column.present) values[f] = column.values[column.codes[row]];
      state.add(version_id(fresh.names[reg], fresh.in_parts[reg], row - fresh.first[reg]), values, true);
    }
}

}  // namespace

Result<ArrivalLinks> link_arrivals(const ModelSpec& spec, State& state, const Arrivals& arrivals) {
  // The shares of pairs are those of who was here: arrivals are thought to be like them.
  Model model = state.model_now();
  std::vector<std::string> seeds = arrivals.others;
  for (const std::string_view reg : arrivals.fresh.names) {
    std::vector<std::uint32_t> old;
    for (const bool in_parts : {true, false})
      if (const std::string id = version_id(reg, in_parts, 0); state.find(id) != kNone) old = siblings(state, id);
    if (!old.empty())
      for (const std::uint32_t mate : state.mates(state.group_of(old.front())))
        seeds.emplace_back(registration_of(state.id(state.first_row(mate))));
    for (const std::uint32_t row : old)
      state.remove(row);
    seeds.emplace_back(reg);
  }
  add_rows(spec, state, arrivals.fresh);
  model.groups = static_cast<double>(state.live_rows());

  Scope scope(spec, state, model, arrivals.input);
  for (const std::string& reg : seeds)
    scope.take_registration(reg);
  scope.grow();
  ArrivalLinks out;
  if (scope.groups().empty()) return out;
  const ScopeRows rows(state, scope);
  Linker linker(spec, rows.table);
  linker.adopt(model, state.frozen().self_bonus);
  std::vector<Edge> edges;
  for (const Edge& edge : scope.edges()) {
    const auto a = rows.row_of.find(edge.a), b = rows.row_of.find(edge.b);
    if (a == rows.row_of.end() || b == rows.row_of.end()) continue;
    edges.push_back({std::min(a->second, b->second), std::max(a->second, b->second), edge.weight});
  }
  out.scope.assign(rows.names.begin(), rows.names.end());
  SEKISHO_TRY(out.links, decide_registrations(spec, rows, linker, edges, arrivals.input,
                                              values_shown(spec, rows, arrivals.versions_of)));
  return out;
}

}  // namespace sekisho::linkage
