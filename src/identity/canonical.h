// The frozen canonicaliser of Japanese identity data and the keyed linkage keys made from it (reference: linkage
// sections 2 and 9). Any change of output changes every key: version 1 is fixed by tests/vectors/canonical_v1.tsv,
// version 2 by canonical_v2.tsv; a new behaviour is a new version, and stored keys change to it by re-keying only.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/digest.h"
#include "records/record_set.h"

namespace sekisho::identity {

inline constexpr std::string_view kCanonicalVersion = "c1";  // of what is compared and not stored

enum class CanonicalVersion : std::uint8_t { kC1 = 1, kC2 = 2 };
std::string_view name_of(CanonicalVersion version);  // "c1"
std::optional<CanonicalVersion> find_canonical_version(std::string_view name);

// Canonical forms of version c1 (of c2: identity/canonical_c2.h); "" when nothing usable is left (missing, filler
// such as 不明, damaged characters 〓 ■ ?).
std::string canonical_kanji(
    std::string_view name);  // NFKC, spaces and variation selectors out, variants folded, family and given joined
std::string canonical_kana(
    std::string_view kana);  // full-width katakana, small to large, long vowels and voiced marks folded
std::string canonical_digits(std::string_view text);  // NFKC digits only
std::string canonical_insurance(
    std::string_view text);  // symbol or number: NFKC, blanks, hyphens and leading zeros out, upper case
std::string canonical_postcode(std::string_view text);   // 7 digits or ""
std::string canonical_sex(std::string_view text);        // M, F or ""
std::string canonical_insurer(std::string_view text);    // 8 digits or ""
std::string canonical_birth(const ClinicalTime& birth);  // YYYYMMDD or ""; the same in every version

struct CanonicalIdentity {
  CanonicalVersion version = CanonicalVersion::kC1;  // keys are made under the version of the form
  std::string kanji, kana;                           // whole names
  std::string given_kanji, given_kana;               // "" where the name is not separated
  std::string birth;                                 // YYYYMMDD or "" (filler dates such as 19000101 are "")
  std::string sex;
  std::string insurer, symbol, number, branch;
  std::string postcode, phone;
  bool operator==(const CanonicalIdentity&) const = default;
};
CanonicalIdentity canonicalise(const records::IdentityRecord& record, CanonicalVersion version = CanonicalVersion::kC1);

// HMAC-SHA-256(key, version || kind || length-prefixed fields), first 128 bits; absent when a field is missing.
using LinkageKey = std::array<std::uint8_t, 16>;
struct LinkageKeys {
  std::optional<LinkageKey> insurance;  // symbol, number, birth date, sex
  std::optional<LinkageKey> kanji;      // kanji name, birth date, sex
  std::optional<LinkageKey> kana;       // kana name, birth date, sex
  // Of the given name alone with birth date and sex: never a link by themselves; they keep twins under one insurance
  // number apart. Absent where the name is not separated.
  std::optional<LinkageKey> given_kanji, given_kana;
};
LinkageKeys linkage_keys(const CanonicalIdentity& identity, ByteView key);
class KeyedHash;  // identity/keyed_hash.h: for many identities under one key
LinkageKeys linkage_keys(const CanonicalIdentity& identity, const KeyedHash& hash);

// registration_key = first 128 bits of HMAC-SHA-256(K_reg, length || hospital || length || patient number), 32 hex
// digits.
std::string registration_key(ByteView k_reg, std::string_view hospital, std::string_view patient_number);
// Document key for records' column doc: 63 bits of HMAC under K_reg.
std::int64_t document_key(ByteView k_reg, std::string_view kind, std::string_view key);

}  // namespace sekisho::identity
