// Canonical forms of version c2; "" when nothing usable is left. What it adds to c1: more variants of kanji, names in
// Latin letters (kana of romanised Japanese names, one form of foreign ones), iteration marks and long vowels of kana,
// names in brackets, branch numbers written behind a number. Frozen by tests/vectors/canonical_v2.tsv.
#pragma once

#include <string>
#include <string_view>

#include "identity/canonical.h"

namespace sekisho::identity::c2 {

// Latin names: words sorted, without marks and initials; names in katakana parted by middle dots: the surname, which
// stands last, comes first; former and common names in brackets go.
std::string canonical_kanji(std::string_view name);
std::string canonical_kana(std::string_view kana);  // romanised Japanese names become kana
// A romanised name as one text, family name first: "TANAKA, Taro", "Taro TANAKA" (capitals show the family name),
// "TANAKA TARO". Given name behind a line feed; without one when the text is one word. "" when it is not Japanese.
std::string canonical_romaji(std::string_view name);
std::string canonical_symbol(std::string_view text);  // insurance symbol
struct InsuredNumber {
  std::string number, branch;
};
InsuredNumber canonical_number(std::string_view text);  // also "1234(01)", "1234 枝番1", "番号 1234"
std::string canonical_branch(std::string_view text);
std::string canonical_phone(std::string_view text);
std::string canonical_date(std::string_view text);  // era dates and western ones: YYYYMMDD
// place|1-2-3: town, then block and number; without building. No key of the store is made of it, keys of files may be.
std::string canonical_address(std::string_view text);

CanonicalIdentity canonicalise(const records::IdentityRecord& record);

}  // namespace sekisho::identity::c2
