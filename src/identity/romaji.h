// Japanese names in Latin letters, brought to katakana: Hepburn (modified, old, of passports), Kunrei and Nihon
// spelling, long vowels by macron, circumflex, OH or doubled letters. Frozen with version c2 of the canonicaliser.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sekisho::identity {

// A word of letters as Latin text is compared: no marks on letters, ligatures and letters of their own written out
// (Đ D, Ł L, Ø O, ß SS, Æ AE), upper case. `mark` is put behind a vowel with macron or circumflex (0: nothing).
std::u32string plain_latin(std::u32string_view word, char32_t mark = 0);

// Katakana of one romanised word; nothing when it is no Japanese word (L, X, SMITH ...).
std::optional<std::u32string> kana_of_romaji(std::u32string_view word);

}  // namespace sekisho::identity
