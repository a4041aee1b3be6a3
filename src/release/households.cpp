#include "release/households.h"

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

}  // namespace

Households households_of(store::Store& store) {
  return [&store](const std::function<bool(const std::string&)>& wanted, const VisitSign& visit) {
    return store::each_identity(
        store, [&](const std::string& reg, const records::IdentityRecord& record) { tell_signs(reg, record, visit); },
        {.registration = wanted});
  };
}

}  // namespace sekisho::release
