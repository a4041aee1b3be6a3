#include "linkage/person_changes.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <tuple>

#include "linkage/journal.h"

namespace sekisho::linkage {
namespace {

constexpr std::string_view kKindNames[] = {"link:", "merge:", "split:"};

std::string evidence_name(std::uint8_t keys, bool by_model) {
  std::string out;
  const auto add = [&](std::string_view name) { out.append(out.empty() ? "" : "+").append(name); };
  for (unsigned rule = 0; rule < kKeyRules; ++rule)
    if ((keys >> rule & 1U) != 0) add(key_rule_name(rule));
  if (by_model) add("model");
  return out.empty() ? "alone" : out;
}

// Nodes by component, components in order of their smallest node.
struct Members {
  std::vector<std::uint32_t> of;     // by node: its component
  std::vector<std::uint32_t> start;  // by component, and one more, into `nodes`
  std::vector<std::uint32_t> nodes;
  std::size_t size() const { return start.size() - 1; }
};

Members members_of(const Components& components) {
  Members out;
  const auto nodes = static_cast<std::uint32_t>(components.size());
  std::vector<std::uint32_t> number(nodes, UINT32_MAX), count;
  for (std::uint32_t node = 0; node < nodes; ++node) {
    std::uint32_t& own = number[components.root_of(node)];
    if (own == UINT32_MAX) own = static_cast<std::uint32_t>(count.size()), count.push_back(0);
    out.of.push_back(own);
    ++count[own];
  }
  out.start.assign(count.size() + 1, 0);
  std::partial_sum(count.begin(), count.end(), out.start.begin() + 1);
  out.nodes.resize(nodes);
  std::vector<std::uint32_t> at(out.start.begin(), out.start.end() - 1);
  for (std::uint32_t node = 0; node < nodes; ++node)
    out.nodes[at[out.of[node]]++] = node;
  return out;
}

// Which component keeps which id: an id goes to the part that holds the registration that had it first, and a component
// takes the id that appeared first. Also which ids are in several parts.
struct Ids {
  std::vector<std::uint32_t> of;  // by component; 0: a new one
  std::set<std::uint32_t> torn;
  std::uint64_t splits = 0;
};

Ids keep_ids(const Members& members, const std::vector<std::uint32_t>& scope, const PastPersons& past) {
  Ids out;
  out.of.resize(members.size());
  std::vector<std::tuple<std::uint32_t, std::uint32_t, std::uint64_t>> claims;  // person, component, first event
  for (std::uint32_t node = 0; node < scope.size(); ++node)
    if (past.known(scope[node]))
      claims.emplace_back(past.person(scope[node]), members.of[node], past.since(scope[node]));
  std::ranges::sort(claims);
  std::vector<std::uint64_t> claim(members.size(), UINT64_MAX);
  for (std::size_t begin = 0, end = 0; begin < claims.size(); begin = end) {
    const std::uint32_t person = std::get<0>(claims[begin]);
    std::pair<std::uint64_t, std::uint32_t> keeper{UINT64_MAX, 0};  // first event, component
    std::uint32_t parts = 0, last = UINT32_MAX;
    for (; end < claims.size() && std::get<0>(claims[end]) == person; ++end) {
      const auto& [same, component, since] = claims[end];
      parts += component != last, last = component;
      keeper = std::min(keeper, {since, component});
    }
    out.splits += parts - 1;
    if (parts > 1) out.torn.insert(person);
    const std::uint64_t born = past.born(person);
    if (born < claim[keeper.second]) claim[keeper.second] = born, out.of[keeper.second] = person;
  }
  return out;
}

}  // namespace

bool PastPersons::add(std::uint32_t node, std::string_view person) {
  const std::uint32_t number = person_number(person);
  if (number == 0) return false;
  ++events_;
  if (born_.size() <= number) born_.resize(std::size_t{number} + 1, 0);
  if (born_[number] == 0) born_[number] = events_;
  if (node == KeyedRegistrations::kNobody) return true;
  of_[node].person = number;
  if (of_[node].since == 0) of_[node].since = events_;
  return true;
}

store::LinkageEvent PersonChange::event(const KeyedRegistrations& registrations, UtcTime now) const {
  return {0,
          now,
          std::string(registrations.reg(node)),
          person_name(person),
          std::string(kKindNames[kind]) + evidence_name(keys, by_model),
          probability};
}

PersonChanges person_changes(const KeyedRegistrations& registrations, const std::vector<std::uint32_t>& scope,
                             const PastPersons& past, const Components& by_keys, const ModelLinks* model) {
  PersonChanges out;
  Components components = model == nullptr ? by_keys : Components(scope.size());
  const auto place_of = [&](std::string_view reg) -> std::optional<std::uint32_t> {
    const auto at = std::ranges::lower_bound(scope, registrations.find(reg));
    if (at == scope.end() || registrations.reg(*at) != reg) return std::nullopt;
    return static_cast<std::uint32_t>(at - scope.begin());
  };
  std::vector<double> best(scope.size(), -1);
  if (model != nullptr)
    for (const ModelLinks::Joined& pair : model->pairs) {
      const auto x = place_of(pair.a), y = place_of(pair.b);
      if (!x || !y) continue;
      for (const std::uint32_t node : {*x, *y})
        best[node] = std::max(best[node], pair.probability);
      components.join(*x, *y);
    }
  out.by_model = static_cast<std::uint64_t>(std::ranges::count_if(best, [](double p) { return p >= 0; }));

  const Members members = members_of(components);
  const Ids ids = keep_ids(members, scope, past);
  std::uint32_t next_number = past.next_number();
  std::set<std::uint32_t> merged;
  for (std::uint32_t component = 0; component < members.size(); ++component) {
    std::uint32_t person = ids.of[component];
    if (person == 0) person = next_number++, ++out.new_persons;
    for (std::uint32_t at = members.start[component]; at < members.start[component + 1]; ++at) {
      const std::uint32_t node = members.nodes[at], before = past.person(scope[node]);
      if (before == person) continue;
      PersonChange change{.node = scope[node], .person = person, .by_model = best[node] >= 0};
      if (change.by_model) change.probability = best[node];
      if (model == nullptr || change.by_model) change.keys = static_cast<std::uint8_t>(by_keys.evidence()[node]);
      if (before != 0) {
        const bool split = ids.torn.contains(before);
        change.kind = split ? PersonChange::kSplit : PersonChange::kMerge;
        if (!split) merged.insert(before);
      }
      out.all.push_back(change);
    }
  }
  out.merges = merged.size(), out.splits = ids.splits, out.persons = members.size();
  return out;
}

}  // namespace sekisho::linkage
