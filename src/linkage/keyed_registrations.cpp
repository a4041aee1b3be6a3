#include "linkage/keyed_registrations.h"

#include <algorithm>

namespace sekisho::linkage {
namespace {

constexpr std::size_t kMaxBlock = 500;
constexpr std::string_view kRuleNames[] = {"kanji", "kana", "insurance", "insurance-kana", "insurance-alone"};
enum Place : unsigned { kInsurance, kOfKanji, kOfKana, kGivenKanji, kGivenKana };

}  // namespace

std::string_view key_rule_name(unsigned rule) {
  return kRuleNames[rule];
}

void KeyedRegistrations::add(const store::RegistrationRow& row) {
  if (regs_.empty() || regs_.back() != row.reg) {
    regs_.push_back(texts_.keep(row.reg));
    auto hospital = std::ranges::find(hospitals_, row.hospital.text);
    if (hospital == hospitals_.end()) hospital = hospitals_.insert(hospital, texts_.keep(row.hospital.text));
    hospital_of_.push_back(static_cast<std::uint32_t>(hospital - hospitals_.begin()));
  }
  Keys out;
  out.node = size() - 1;
  unsigned place = 0;
  for (const auto* key :
       {&row.keys.insurance, &row.keys.kanji, &row.keys.kana, &row.keys.given_kanji, &row.keys.given_kana}) {
    if (*key) out.key[place] = **key, out.present |= static_cast<std::uint8_t>(1U << place);
    ++place;
  }
  keys_.push_back(out);
}

std::uint32_t KeyedRegistrations::find(std::string_view reg) const {
  const auto at = std::ranges::lower_bound(regs_, reg);
  return at == regs_.end() || *at != reg ? kNobody : static_cast<std::uint32_t>(at - regs_.begin());
}

Components KeyedRegistrations::join() const {
  return join(size(), keys_);
}

Components KeyedRegistrations::join(const std::vector<std::uint32_t>& some) const {
  std::vector<Keys> keys;
  auto at = keys_.begin();
  for (std::uint32_t node = 0; node < some.size(); ++node)
    for (at = std::ranges::lower_bound(at, keys_.end(), some[node], {}, &Keys::node);
         at != keys_.end() && at->node == some[node]; ++at) {
      keys.push_back(*at);
      keys.back().node = node;
    }
  return join(some.size(), keys);
}

Components KeyedRegistrations::join(std::size_t nodes, const std::vector<Keys>& keys) {
  // Identity rows written before given names had keys know nothing of them: then the insurance key links by itself.
  const bool given_known =
      std::ranges::any_of(keys, [](const Keys& one) { return one.has(kGivenKanji) || one.has(kGivenKana); });
  std::vector<bool> nameless(nodes, true);
  for (const Keys& one : keys)
    if (one.has(kOfKanji) || one.has(kOfKana)) nameless[one.node] = false;
  Components out(nodes);
  std::vector<KeyedNode> rows;
  const auto gather = [&](unsigned place, std::optional<unsigned> given) {
    rows.clear();
    for (const Keys& one : keys)
      if (one.has(place) && (!given || one.has(*given)))
        rows.push_back({given ? combine(one.key[place], one.key[*given]) : key_of(one.key[place]), one.node});
  };
  const auto unite = [&](KeyRule rule, unsigned place, std::optional<unsigned> given = {}) {
    gather(place, given);
    out.unite_blocks(rows, kMaxBlock, key_rule_name(rule));
  };
  unite(kKanji, kOfKanji);
  unite(kKana, kOfKana);
  if (given_known) {
    unite(kInsuranceKanji, kInsurance, kGivenKanji);
    unite(kInsuranceKana, kInsurance, kGivenKana);
    gather(kInsurance, {});
  } else {
    unite(kInsuranceKanji, kInsurance);
    rows.clear();
    out.unite_blocks(rows, kMaxBlock, key_rule_name(kInsuranceKana));
  }
  out.unite_loose(rows, nameless, kMaxBlock, key_rule_name(kInsuranceAlone));
  return out;
}

}  // namespace sekisho::linkage
