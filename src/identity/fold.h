// The tables behind the canonicaliser: Unicode NFKC (by ICU), kanji variants, kana. Frozen with canonical version c1.
#pragma once

#include <string>
#include <string_view>

namespace sekisho::identity {

// NFKC of UTF-8 as code points; invalid bytes give U+FFFD. A separate ゛ or ゜ joins the kana before it.
std::u32string nfkc(std::string_view text);

// Representative of a kanji among its variants (崎﨑嵜碕 -> 崎); any other character as it is. For comparison only:
// some variants are different surnames in a registry's sense, so the raw value is never overwritten.
char32_t fold_variant(char32_t character);

char32_t fold_variant_c2(char32_t character);  // by the tables of c1 and c2

bool is_variation_selector(char32_t character);
bool is_blank(char32_t character);        // spaces of any width, joiners, byte order marks, control characters
bool is_middle_dot(char32_t character);   // after NFKC
bool is_hyphen_like(char32_t character);  // hyphens, dashes, minus signs and the long vowel mark
bool is_damage(char32_t character);       // what systems put for a character they cannot hold: 〓 ■ ? ...
bool is_katakana(char32_t character);

// Katakana spelled the one way of version c1: small to large, ヴァ to バ, ヂ to ジ, ヅ to ズ, ヲ to オ, ヰ to イ, ヱ to
// エ, long vowels (オオ, オウ, オー) to one form. Hiragana becomes katakana. Input is NFKC.
std::u32string fold_kana(std::u32string_view text);

std::string to_utf8(std::u32string_view text);

}  // namespace sekisho::identity
