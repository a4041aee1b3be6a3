#include "linkage/update.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include "core/progress.h"
#include "linkage/components.h"
#include "linkage/identity_links.h"
#include "linkage/journal.h"
#include "linkage/store_linker.h"

namespace sekisho::linkage {
namespace {

constexpr std::size_t kMaxBlock = 500;
enum Call : unsigned { kKanji, kKana, kInsuranceKanji, kInsuranceKana, kInsuranceAlone };
constexpr std::string_view kCallNames[] = {"kanji", "kana", "insurance", "insurance-kana", "insurance-alone"};

struct Registrations {
  std::vector<std::string> regs;  // by node, in order of reg
  std::vector<KeyedNode> keys[5];
  std::vector<bool> nameless;
};

Registrations gather(const std::vector<store::RegistrationRow>& rows) {
  Registrations out;
  for (const store::RegistrationRow& row : rows)
    out.regs.push_back(row.reg);
  std::ranges::sort(out.regs);
  out.regs.erase(std::ranges::unique(out.regs).begin(), out.regs.end());
  out.nameless.assign(out.regs.size(), true);
  // Identity rows written before given names had keys know nothing of them: then the insurance key links by itself.
  const bool given_known = std::ranges::any_of(
      rows, [](const store::RegistrationRow& row) { return row.keys.given_kanji || row.keys.given_kana; });
  for (const store::RegistrationRow& row : rows) {
    const auto node = static_cast<std::uint32_t>(std::ranges::lower_bound(out.regs, row.reg) - out.regs.begin());
    const identity::LinkageKeys& keys = row.keys;
    if (keys.kanji) out.keys[kKanji].push_back({key_of(*keys.kanji), node});
    if (keys.kana) out.keys[kKana].push_back({key_of(*keys.kana), node});
    if (keys.kanji || keys.kana) out.nameless[node] = false;
    if (!keys.insurance) continue;
    if (!given_known) {
      out.keys[kInsuranceKanji].push_back({key_of(*keys.insurance), node});
      continue;
    }
    if (keys.given_kanji) out.keys[kInsuranceKanji].push_back({combine(*keys.insurance, *keys.given_kanji), node});
    if (keys.given_kana) out.keys[kInsuranceKana].push_back({combine(*keys.insurance, *keys.given_kana), node});
    out.keys[kInsuranceAlone].push_back({key_of(*keys.insurance), node});
  }
  return out;
}

// The past: who everyone is now, which person each registration first was, and when each id appeared. Views into the
// events.
struct Past {
  struct Registration {
    std::string_view person;
    std::uint64_t since = 0;  // its first event; 0: none
  };
  std::vector<Registration> of;                              // by node
  std::unordered_map<std::string_view, std::uint64_t> born;  // by person: its first event
  std::uint64_t next_number = 1;
};

Past read_past(const std::vector<store::LinkageEvent>& events, const std::vector<std::string>& regs) {
  Past past;
  past.of.resize(regs.size());
  std::uint64_t order = 0;
  for (const store::LinkageEvent& event : events) {
    ++order;
    past.born.try_emplace(event.person, order);
    past.next_number = std::max<std::uint64_t>(past.next_number, person_number(event.person) + 1);
    const auto node = std::ranges::lower_bound(regs, event.reg);
    if (node == regs.end() || *node != event.reg) continue;
    Past::Registration& one = past.of[static_cast<std::size_t>(node - regs.begin())];
    one.person = event.person;
    if (one.since == 0) one.since = order;
  }
  return past;
}

std::string evidence_name(std::uint32_t evidence) {
  std::string out;
  for (unsigned call = 0; call < std::size(kCallNames); ++call)
    if ((evidence >> call & 1u) != 0) out += (out.empty() ? "" : "+") + std::string(kCallNames[call]);
  return out.empty() ? "alone" : out;
}

Components join_by_keys(Registrations& registrations) {
  Components components(registrations.regs.size());
  for (const unsigned call : {kKanji, kKana, kInsuranceKanji, kInsuranceKana})
    components.unite_blocks(registrations.keys[call], kMaxBlock, kCallNames[call]);
  components.unite_loose(registrations.keys[kInsuranceAlone], registrations.nameless, kMaxBlock,
                         kCallNames[kInsuranceAlone]);
  return components;
}

// Nodes by component, components in order of their smallest node.
struct Members {
  std::vector<std::uint32_t> of;     // by node: its component
  std::vector<std::uint32_t> start;  // by component, and one more, into `nodes`
  std::vector<std::uint32_t> nodes;
  std::size_t size() const { return start.size() - 1; }
};

Members members_of(Components& components, std::size_t nodes) {
  Members out;
  std::vector<std::uint32_t> number(nodes, UINT32_MAX), count;
  for (std::uint32_t node = 0; node < nodes; ++node) {
    std::uint32_t& own = number[components.find(node)];
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
// takes the id that appeared first. Also how many parts hold members of an id.
struct Ids {
  std::vector<std::string_view> of;  // by component; "": a new one
  std::unordered_map<std::string_view, std::uint32_t> parts;
};

Ids keep_ids(const Members& members, const Past& past) {
  Ids out;
  out.of.resize(members.size());
  std::vector<std::tuple<std::string_view, std::uint32_t, std::uint64_t>> claims;  // person, component, first event
  for (std::uint32_t node = 0; node < members.of.size(); ++node)
    if (past.of[node].since != 0) claims.emplace_back(past.of[node].person, members.of[node], past.of[node].since);
  std::ranges::sort(claims);
  std::vector<std::uint64_t> claim(members.size(), UINT64_MAX);
  for (std::size_t begin = 0, end = 0; begin < claims.size(); begin = end) {
    const std::string_view person = std::get<0>(claims[begin]);
    std::pair<std::uint64_t, std::uint32_t> keeper{UINT64_MAX, 0};  // first event, component
    std::uint32_t parts = 0, last = UINT32_MAX;
    for (; end < claims.size() && std::get<0>(claims[end]) == person; ++end) {
      const auto& [same, component, since] = claims[end];
      parts += component != last, last = component;
      keeper = std::min(keeper, {since, component});
    }
    out.parts.emplace(person, parts);
    const std::uint64_t born = past.born.at(person);
    if (born < claim[keeper.second]) claim[keeper.second] = born, out.of[keeper.second] = person;
  }
  return out;
}

}  // namespace

std::vector<store::LinkageEvent> next_events(const std::vector<store::RegistrationRow>& rows,
                                             const std::vector<store::LinkageEvent>& past_events, UtcTime now,
                                             UpdateReport& report, const ModelLinks* model) {
  Registrations registrations = gather(rows);
  const std::vector<std::string>& regs = registrations.regs;
  const Components by_keys = join_by_keys(registrations);
  Components components = model == nullptr ? by_keys : Components(regs.size());
  std::vector<double> probability(regs.size(), 1.0);
  std::vector<bool> by_model(regs.size(), false);
  for (const ModelLinks::Joined& pair : model == nullptr ? std::vector<ModelLinks::Joined>() : model->pairs) {
    const auto x = std::ranges::lower_bound(regs, pair.a), y = std::ranges::lower_bound(regs, pair.b);
    if (x == regs.end() || y == regs.end() || *x != pair.a || *y != pair.b) continue;
    for (const auto place : {x, y}) {
      const auto node = static_cast<std::size_t>(place - regs.begin());
      probability[node] = by_model[node] ? std::max(probability[node], pair.probability) : pair.probability;
      by_model[node] = true;
    }
    components.join(static_cast<std::uint32_t>(x - regs.begin()), static_cast<std::uint32_t>(y - regs.begin()));
  }
  report.by_model = static_cast<std::uint64_t>(std::ranges::count(by_model, true));

  const Past past = read_past(past_events, regs);
  const Members members = members_of(components, regs.size());
  const Ids ids = keep_ids(members, past);
  std::uint64_t next_number = past.next_number;
  std::vector<store::LinkageEvent> events;
  std::set<std::string_view> merged;
  for (std::uint32_t component = 0; component < members.size(); ++component) {
    std::string id(ids.of[component]);
    if (id.empty()) {
      id = fmt::format("P{:012}", next_number++);
      ++report.new_persons;
    }
    for (std::uint32_t at = members.start[component]; at < members.start[component + 1]; ++at) {
      const std::uint32_t node = members.nodes[at];
      const std::string_view before = past.of[node].person;
      if (before == id) continue;
      std::string evidence = model != nullptr && !by_model[node] ? "alone" : evidence_name(by_keys.evidence()[node]);
      if (by_model[node]) evidence = evidence == "alone" ? "model" : evidence + "+model";
      std::string method = "link:" + evidence;
      if (!before.empty()) {
        const bool split = ids.parts.at(before) > 1;
        method = (split ? "split:" : "merge:") + evidence;
        if (!split) merged.insert(before);
      }
      events.push_back({0, now, regs[node], id, std::move(method), probability[node]});
    }
  }
  report.merges += merged.size();
  for (const auto& [id, parts] : ids.parts)
    report.splits += parts - 1;
  report.registrations = regs.size();
  report.persons = members.size();
  report.events = events.size();
  report.big_blocks = by_keys.big_blocks().size();
  return events;
}

std::vector<std::pair<std::string, std::string>> key_pairs(const std::vector<store::RegistrationRow>& rows) {
  Registrations registrations = gather(rows);
  Components components = join_by_keys(registrations);
  std::vector<std::pair<std::string, std::string>> out;
  for (std::uint32_t node = 0; node < registrations.regs.size(); ++node)
    if (const std::uint32_t root = components.find(node); root != node)
      out.emplace_back(registrations.regs[root], registrations.regs[node]);
  return out;
}

Result<UpdateReport> update(store::Store& store, const Clock& clock, const UpdateOptions& options) {
  UpdateReport report;
  StoreLinker linker(store, options, report);
  Progress progress("linkage", 4, "steps");
  SEKISHO_CHECK(linker.read());
  progress.add();
  options.tell("read", 1, 4);
  SEKISHO_TRY(const std::optional<StoreLinks> found, linker.link());
  progress.add();
  options.tell("linked", 2, 4);
  const std::vector<store::LinkageEvent> events = next_events(found ? found->rows : linker.rows(), linker.past(),
                                                              clock.now(), report, found ? &found->links : nullptr);
  options.tell("persons found", 3, 4);
  linker.count_all(events);
  progress.add();
  if (!events.empty()) SEKISHO_CHECK(store.append_linkage(events));
  SEKISHO_TRY(report.state, store.linkage_state());
  SEKISHO_CHECK(linker.keep(events));
  progress.add();
  return report;
}

Json UpdateReport::to_json() const {
  Json out{{"registrations", registrations},
           {"persons", persons},
           {"new_persons", new_persons},
           {"merges", merges},
           {"splits", splits},
           {"events", events},
           {"big_blocks", big_blocks},
           {"state", state},
           {"by_model", by_model},
           {"decisions", decisions},
           {"method", method},
           {"full", full},
           {"full_because", full_because},
           {"arrivals", arrivals},
           {"decided", decided},
           {"passes", passes},
           {"reason", reason}};
  if (open_pairs) out["open_pairs"] = *open_pairs;
  return out;
}

}  // namespace sekisho::linkage
