#include "linkage/update.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <unordered_map>

#include "core/progress.h"
#include "linkage/components.h"
#include "linkage/identity_links.h"
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

// The past: who everyone is now, which person each registration first was, and when each id appeared.
struct Past {
  std::unordered_map<std::string, std::string> person;   // by reg
  std::unordered_map<std::string, std::uint64_t> since;  // by reg: its first event
  std::unordered_map<std::string, std::uint64_t> born;   // by person: its first event
  std::uint64_t next_number = 1;
};

Past read_past(const std::vector<store::LinkageEvent>& events) {
  Past past;
  std::uint64_t order = 0;
  for (const store::LinkageEvent& event : events) {
    ++order;
    past.person[event.reg] = event.person;
    past.since.try_emplace(event.reg, order);
    past.born.try_emplace(event.person, order);
    std::uint64_t number = 0;
    if (event.person.size() > 1)
      std::from_chars(event.person.data() + 1, event.person.data() + event.person.size(), number);
    past.next_number = std::max(past.next_number, number + 1);
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

// A component and the id that it would like to keep.
struct Component {
  std::vector<std::uint32_t> nodes;
  std::string id;
  std::uint64_t claim = UINT64_MAX;  // first event of the registration that brings the id
};

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

  const Past past = read_past(past_events);
  std::map<std::uint32_t, Component> found;  // by smallest node, that is by smallest reg
  for (std::uint32_t node = 0; node < regs.size(); ++node)
    found[components.find(node)].nodes.push_back(node);

  // Which parts hold members of an id, and which of them holds the registration that had it first.
  std::unordered_map<std::string, std::pair<std::uint64_t, std::uint32_t>> keeper;  // id -> (first event, component)
  std::unordered_map<std::string, std::set<std::uint32_t>> parts;
  for (const auto& [root, component] : found)
    for (const std::uint32_t node : component.nodes) {
      const auto person = past.person.find(regs[node]);
      if (person == past.person.end()) continue;
      parts[person->second].insert(root);
      const std::pair<std::uint64_t, std::uint32_t> claim{past.since.at(regs[node]), root};
      const auto [place, first] = keeper.try_emplace(person->second, claim);
      if (!first && claim < place->second) place->second = claim;
    }
  for (const auto& [id, claim] : keeper) {
    Component& component = found.at(claim.second);
    const std::uint64_t born = past.born.at(id);
    if (born < component.claim) component.claim = born, component.id = id;
  }

  std::uint64_t next_number = past.next_number;
  std::vector<store::LinkageEvent> events;
  std::set<std::string> merged;
  for (auto& [root, component] : found) {
    if (component.id.empty()) {
      component.id = fmt::format("P{:012}", next_number++);
      ++report.new_persons;
    }
    for (const std::uint32_t node : component.nodes) {
      const auto before = past.person.find(regs[node]);
      if (before != past.person.end() && before->second == component.id) continue;
      std::string evidence = model != nullptr && !by_model[node] ? "alone" : evidence_name(by_keys.evidence()[node]);
      if (by_model[node]) evidence = evidence == "alone" ? "model" : evidence + "+model";
      std::string method = "link:" + evidence;
      if (before != past.person.end()) {
        const bool split = parts.at(before->second).size() > 1;
        method = (split ? "split:" : "merge:") + evidence;
        if (!split) merged.insert(before->second);
      }
      events.push_back({0, now, regs[node], component.id, std::move(method), probability[node]});
    }
  }
  report.merges += merged.size();
  for (const auto& [id, roots] : parts)
    report.splits += roots.size() - 1;
  report.registrations = regs.size();
  report.persons = found.size();
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
  SEKISHO_TRY(const std::optional<StoreLinks> found, linker.link());
  progress.add();
  const std::vector<store::LinkageEvent> events = next_events(found ? found->rows : linker.rows(), linker.past(),
                                                              clock.now(), report, found ? &found->links : nullptr);
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
           {"reason", reason}};
  if (open_pairs) out["open_pairs"] = *open_pairs;
  return out;
}

}  // namespace sekisho::linkage
