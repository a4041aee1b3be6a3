#include "release/households.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "identity/canonical_c2.h"
#include "store/identity_rows.h"

namespace sekisho::release {
namespace {

void tell_signs(const std::string& reg, const records::IdentityRecord& record, const VisitSign& visit) {
  const identity::CanonicalIdentity one = identity::canonicalise(record, identity::CanonicalVersion::kC2);
  if (!one.symbol.empty() && !one.number.empty()) visit(reg, "insurance\x1f" + one.symbol + "\x1f" + one.number);
  const std::string address = identity::c2::canonical_address(record.address);
  const std::string family = identity::c2::canonical_kanji(record.family_kanji);
  if (!address.empty() && !one.postcode.empty() && !family.empty() && !record.given_kanji.empty())
    visit(reg, "address\x1f" + one.postcode + "\x1f" + address + "\x1f" + family);
}

// Sets of persons that grow together.
class Together {
 public:
  explicit Together(std::size_t persons) : parent_(persons) { std::iota(parent_.begin(), parent_.end(), 0U); }
  std::uint32_t root(std::uint32_t p) {
    while (parent_[p] != p)
      p = parent_[p] = parent_[parent_[p]];
    return p;
  }
  void join(std::uint32_t a, std::uint32_t b) { parent_[root(a)] = root(b); }

 private:
  std::vector<std::uint32_t> parent_;
};

}  // namespace

Households households_of(store::Store& store) {
  return [&store](const std::function<bool(const std::string&)>& wanted, const VisitSign& visit) {
    return store::each_identity(
        store, [&](const std::string& reg, const records::IdentityRecord& record) { tell_signs(reg, record, visit); },
        {.registration = wanted});
  };
}

Result<std::vector<std::uint32_t>> who_lives_together(
    const std::map<std::string, std::vector<std::string>, std::less<>>& registrations, const Households& households) {
  std::vector<std::uint32_t> out(registrations.size(), UINT32_MAX);
  if (!households) return out;
  std::unordered_map<std::string, std::uint32_t> person_of, first;  // of a registration; of a sign
  std::uint32_t person = 0;
  for (const auto& [name, all] : registrations) {
    for (const std::string& reg : all)
      person_of.emplace(reg, person);
    ++person;
  }
  Together together(out.size());
  SEKISHO_CHECK(households([&](const std::string& reg) { return person_of.contains(reg); },
                           [&](const std::string& reg, std::string_view sign) {
                             const auto found = person_of.find(reg);
                             if (found == person_of.end()) return;
                             const auto [one, fresh] = first.try_emplace(std::string(sign), found->second);
                             if (!fresh) together.join(one->second, found->second);
                           }));
  for (std::uint32_t p = 0; p < out.size(); ++p)
    out[p] = together.root(p);
  return out;
}

}  // namespace sekisho::release
