// modules: identity linkage
// Canonical forms of any bytes: never a crash, and a canonical form is its own canonical form.
#include "identity/canonical.h"
#include "linkage/birth.h"

using namespace sekisho;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (auto* form :
       {identity::canonical_kana, identity::canonical_digits, identity::canonical_postcode, identity::canonical_sex}) {
    const std::string once = form(text);
    if (form(once) != once) __builtin_trap();
  }
  records::IdentityRecord record;
  record.family_kanji = std::string(text);
  record.family_kana = std::string(text.substr(0, size / 2));
  record.given_kana = std::string(text.substr(size / 2));
  record.symbol = record.number = record.insurer = record.branch = record.phone = std::string(text);
  record.birth = linkage::parse_birth(text);
  const identity::LinkageKeys keys = identity::linkage_keys(identity::canonicalise(record), Bytes(32, 7));
  if (keys.kanji && !record.birth.present()) __builtin_trap();
  return 0;
}
