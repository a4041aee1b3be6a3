// Which code followed which. A column that says so gives "official"; all others are candidates, named after what they
// rest on, and never change a code's validity.
#include <algorithm>
#include <tuple>

#include "masters/fold.h"
#include "masters/lives.h"

namespace sekisho::masters {
namespace {

constexpr std::int32_t kHalfYear = 183, kTwoYears = 731;

class Linker {
 public:
  Linker(const Layouts& layouts, BuildState& state) : layouts_(layouts), state_(state) {}

  void run() {
    stated(Kind::kDisease, "successor", "official");
    stated(Kind::kMaterial, "successor", "official");
    stated(Kind::kMedisDisease, "successor", "official");
    stated(Kind::kDrug, "generic_name_entry", "generic-name");
    stated(Kind::kDrug, "long_listed_base", "selected-care");
    drugs();
    procedures();
    known_institutions();
    institutions();
  }

 private:
  KindState& kind(Kind one) { return state_.kinds[static_cast<std::size_t>(one)]; }

  std::string value(Kind one, const VersionState& version, std::string_view attribute) const {
    const int index = layouts_.attribute(one, attribute);
    return index < 0 ? std::string{} : state_.texts.text(version.values[static_cast<std::size_t>(index)]);
  }
  std::string last_value(Kind one, const CodeState& code, std::string_view attribute) const {
    return code.versions.empty() ? std::string{} : value(one, code.versions.back(), attribute);
  }

  void link(Kind one, const std::string& from, Kind to_kind, const std::string& to, const char* type, std::int32_t day,
            Evidence evidence) {
    auto& links = kind(one).links[from];
    for (const LinkState& known : links)
      if (known.to == to && known.type == type) return;
    links.push_back({to, to_kind, type, day, evidence});
  }

  void stated(Kind one, const char* attribute, const char* type) {
    for (const auto& [code, state] : kind(one).codes)
      for (const VersionState& version : state.versions) {
        const std::string to = value(one, version, attribute);
        if (to == code || !is_valid_code(one, to)) continue;
        const std::int32_t end = state.lives.empty() ? kOpen : state.lives.back().to;
        link(one, code, one, to, type, end == kOpen ? version.from : end, version.evidence);
      }
  }

  // The new product exists before the old one's transition limit has passed, and began after it.
  static bool follows(const LifeState& old_life, const LifeState& new_life) {
    const bool ended = old_life.to_kind == ToKind::kStated || old_life.to_kind == ToKind::kLimit ||
                       old_life.to_kind == ToKind::kDoubtful;
    return ended && new_life.from <= old_life.to + kHalfYear && new_life.to > old_life.to &&
           (new_life.from > old_life.from || new_life.from >= old_life.to - kTwoYears);
  }

  void drugs() {
    struct Product {
      const std::string* code;
      const CodeState* state;
      std::string price_code, stem;
    };
    std::map<std::string, std::vector<Product>> by_ingredient;
    for (const auto& [code, state] : kind(Kind::kDrug).codes) {
      if (code.starts_with("67") || state.lives.empty()) continue;
      const std::string price_code = last_value(Kind::kDrug, state, "price_code");
      const std::string drug_name = last_value(Kind::kDrug, state, "name");
      if (price_code.size() == 12)
        by_ingredient[price_code.substr(0, 7)].push_back({&code, &state, price_code, product_stem(drug_name)});
    }
    for (const auto& [ingredient, products] : by_ingredient)
      for (const Product& old_one : products)
        for (const Product& new_one : products) {
          const LifeState &before = old_one.state->lives.back(), &after = new_one.state->lives.back();
          if (&old_one == &new_one || !follows(before, after)) continue;
          const bool same_name = old_one.stem == new_one.stem;
          const char* type = !same_name                                                           ? nullptr
                             : old_one.price_code == new_one.price_code                           ? "same12"
                             : old_one.price_code.substr(0, 9) == new_one.price_code.substr(0, 9) ? "same9+name"
                                                                                                  : "same7+name";
          if (type != nullptr)
            link(Kind::kDrug, *old_one.code, Kind::kDrug, *new_one.code, type, before.to, after.from_evidence);
        }
  }

  void procedures() {
    std::map<std::string, std::vector<const std::string*>> by_place;
    auto& codes = kind(Kind::kProcedure).codes;
    const auto place = [&](const CodeState& state) {
      std::string key;
      for (const char* part : {"section_letter", "section", "branch"})
        key += last_value(Kind::kProcedure, state, part) + "|";
      return key + fold(last_value(Kind::kProcedure, state, "name"));
    };
    for (const auto& [code, state] : codes)
      if (!state.versions.empty() && !last_value(Kind::kProcedure, state, "name").empty())
        by_place[place(state)].push_back(&code);
    for (const auto& [key, members] : by_place)
      for (const std::string* old_code : members)
        for (const std::string* new_code : members) {
          const LifeState &before = codes.at(*old_code).lives.back(), &after = codes.at(*new_code).lives.back();
          if (old_code != new_code && before.to_kind == ToKind::kStated && after.from > before.from &&
              after.from <= before.to + kHalfYear && after.to > before.to)
            link(Kind::kProcedure, *old_code, Kind::kProcedure, *new_code, "section+name", before.to,
                 after.from_evidence);
        }
  }

  // A known change states the end of the old code and the start of the new one, also when no list holds them.
  void known_institutions() {
    for (const auto& [code, state] : kind(Kind::kInstitutionLink).codes) {
      if (state.versions.empty()) continue;
      const std::string before = code.substr(0, 9), after = code.substr(9);
      const VersionState& change = state.versions.back();
      link(Kind::kInstitution, before, Kind::kInstitution, after, "official", change.from, change.evidence);
      if (change.approximate) continue;  // no day is stated
      LifeState& old_life = life_of(before);
      if (old_life.to_kind == ToKind::kOpen || old_life.to_kind == ToKind::kDoubtful) {
        old_life.to = change.from - 1;
        old_life.to_kind = ToKind::kStated;
        old_life.to_evidence = change.evidence;
      }
      LifeState& new_life = life_of(after);
      if (new_life.from_kind == FromKind::kAtLatest && (new_life.from == kNoDay || new_life.from > change.from)) {
        new_life.from = change.from;
        new_life.from_kind = FromKind::kStated;
        new_life.from_evidence = change.evidence;
      }
    }
  }

  LifeState& life_of(const std::string& code) {
    auto& lives = kind(Kind::kInstitution).codes[code].lives;
    if (lives.empty()) lives.emplace_back();
    return lives.back();
  }

  // Codes that vanished beside codes that appeared in the same region, compared by name and address.
  void institutions() {
    std::map<std::string, std::vector<const std::string*>> by_both, by_address, by_name;
    auto& codes = kind(Kind::kInstitution).codes;
    const auto keys = [&](const std::string& code, const CodeState& state) {
      const std::string region = code.substr(0, 2) + "|";
      const std::string who = fold(last_value(Kind::kInstitution, state, "name"));
      const std::string where = fold(last_value(Kind::kInstitution, state, "address"));
      return std::tuple{region + who + "|" + where, region + where, region + who};
    };
    for (const auto& [code, state] : codes) {
      // A code that was already there, or whose region was not covered before, replaces nothing.
      if (state.lives.empty() || state.versions.empty() || state.lives.front().not_before == kNoDay) continue;
      const auto [both, where, who] = keys(code, state);
      by_both[both].push_back(&code);
      by_address[where].push_back(&code);
      by_name[who].push_back(&code);
    }
    for (const auto& [code, state] : codes) {
      if (state.lives.empty() || state.versions.empty() || state.lives.back().to_kind != ToKind::kDoubtful) continue;
      const auto [both, where, who] = keys(code, state);
      candidates(code, state, by_both, both, "name+address") || candidates(code, state, by_address, where, "address") ||
          candidates(code, state, by_name, who, "name");
    }
  }

  bool candidates(const std::string& code, const CodeState& state,
                  const std::map<std::string, std::vector<const std::string*>>& by, const std::string& key,
                  const char* type) {
    const auto found = by.find(key);
    if (found == by.end()) return false;
    bool any = false;
    for (const std::string* to : found->second) {
      const CodeState& after = kind(Kind::kInstitution).codes.at(*to);
      if (after.first.day <= state.last.day) continue;
      link(Kind::kInstitution, code, Kind::kInstitution, *to, type, after.first.day, after.first.evidence);
      any = true;
    }
    return any;
  }

  const Layouts& layouts_;
  BuildState& state_;
};

}  // namespace

void find_links(const Layouts& layouts, BuildState& state) {
  Linker(layouts, state).run();
}

}  // namespace sekisho::masters
