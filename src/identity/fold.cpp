#include "identity/fold.h"

#include <unicode/unorm2.h>

#include <array>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "core/text.h"
#include "identity/variants.h"
#include "identity/variants_c2.h"

namespace sekisho::identity {
namespace {

// Code points that NFKC leaves alone whatever stands around them, unless a combining mark follows (which is itself not
// in these ranges): ASCII, unified ideographs, kana, the long vowel mark, 々.
bool is_inert(char32_t c) {
  return c < 0x80 || (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3041 && c <= 0x3096) || (c >= 0x30A1 && c <= 0x30FC) ||
         c == 0x3005 || c == 0x3013;
}

std::u32string icu_nfkc(const std::u32string& text) {
  std::u16string utf16;
  utf16.reserve(text.size() + 2);
  for (const char32_t c : text) {
    if (c >= 0x10000) {
      utf16.push_back(static_cast<char16_t>(0xD7C0 + (c >> 10)));
      utf16.push_back(static_cast<char16_t>(0xDC00 + (c & 0x3FF)));
    } else {
      utf16.push_back(static_cast<char16_t>(c));
    }
  }
  UErrorCode status = U_ZERO_ERROR;
  static const UNormalizer2* const normalizer = unorm2_getNFKCInstance(&status);
  std::u16string out(utf16.size() * 18 + 1, u'\0');  // no code unit grows to more than 18 (U+FDFA)
  const std::int32_t size = unorm2_normalize(normalizer, utf16.data(), static_cast<std::int32_t>(utf16.size()),
                                             out.data(), static_cast<std::int32_t>(out.size()), &status);
  if (U_FAILURE(status)) return text;  // only without memory; the text as it is
  std::u32string result;
  result.reserve(static_cast<std::size_t>(size));
  for (std::int32_t i = 0; i < size; ++i) {
    const char16_t unit = out[i];
    if ((unit & 0xFC00) == 0xD800 && i + 1 < size)
      result.push_back((char32_t{unit} << 10) + out[++i] - 0x35FDC00);
    else
      result.push_back(unit);
  }
  return result;
}

struct VariantTable {
  std::array<char16_t, 0x10000> plane0{};  // 0: no variant
  std::unordered_map<char32_t, char32_t> others;
  template <class Groups>
  explicit VariantTable(const Groups& groups) {
    for (const std::u32string_view group : groups)
      for (const char32_t variant : group.substr(1)) {
        if (variant < 0x10000)
          plane0[variant] = static_cast<char16_t>(group[0]);
        else
          others.emplace(variant, group[0]);
      }
  }
  char32_t representative(char32_t character) const {
    if (character < 0x3400) return character;
    if (character < 0x10000) return plane0[character] != 0 ? plane0[character] : character;
    const auto found = others.find(character);
    return found == others.end() ? character : found->second;
  }
};

// Vowel in which a katakana ends, or 0 (ン, marks, other characters).
char vowel_of(char32_t c) {
  static constexpr std::string_view kVowels =
      // ァアィイゥウェエォオ カガキギクグケゲコゴ サザシジスズセゼソゾ タダチヂッツヅテデトド ナニヌネノ
      "aaiiuueeooaaiiuueeooaaiiuueeooaaiiuuueeooaiueo"
      // ハバパヒビピフブプヘベペホボポ マミムメモ ャヤュユョヨ ラリルレロ ヮワ
      "aaaiiiuuueeeoooaiueoaauuooaiueoaa";
  static_assert(kVowels.size() == 0x30EF - 0x30A1 + 1);
  return c >= 0x30A1 && c <= 0x30EF ? kVowels[c - 0x30A1] : char{0};
}

char32_t enlarge(char32_t c) {
  switch (c) {
    case U'ァ':
    case U'ィ':
    case U'ゥ':
    case U'ェ':
    case U'ォ':
    case U'ッ':
    case U'ャ':
    case U'ュ':
    case U'ョ':
    case U'ヮ':
      return c + 1;
    case U'ヵ':
      return U'カ';
    case U'ヶ':
      return U'ケ';
    case U'ヂ':
      return U'ジ';
    case U'ヅ':
      return U'ズ';
    case U'ヲ':
      return U'オ';
    case U'ヰ':
      return U'イ';
    case U'ヱ':
      return U'エ';
    default:
      return c;
  }
}

}  // namespace

std::u32string nfkc(std::string_view text) {
  std::u32string points;
  points.reserve(text.size() / 2 + 1);
  bool inert = true;
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    char32_t c = byte;
    if (byte < 0x80)
      ++at;
    else
      c = next_code_point(text, at);
    if (c >= 0xFF01 && c <= 0xFF5E) c -= 0xFEE0;  // full-width ASCII
    if (c == 0x309B) c = 0x3099;                  // a separate voiced mark: NFKC alone would make a blank of it
    if (c == 0x309C) c = 0x309A;
    inert = inert && is_inert(c);
    points.push_back(c);
  }
  if (inert) return points;
  return icu_nfkc(points);
}

char32_t fold_variant(char32_t character) {
  static const VariantTable table(kVariants);
  return table.representative(character);
}

char32_t fold_variant_c2(char32_t character) {
  static const VariantTable added(kVariantsAddedInC2);
  return fold_variant(added.representative(character));
}

bool is_variation_selector(char32_t c) {
  return (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0100 && c <= 0xE01EF);
}

bool is_blank(char32_t c) {
  return c <= 0x20 || (c >= 0x7F && c <= 0xA0) || c == 0x3000 || (c >= 0x2000 && c <= 0x200F) || c == 0x2028 ||
         c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x2060 || c == 0xFEFF || c == 0xAD;
}

bool is_middle_dot(char32_t c) {
  return c == 0x30FB || c == 0xB7 || c == 0x2022 || c == 0x2219 || c == 0x22C5;
}

bool is_hyphen_like(char32_t c) {
  return c == '-' || (c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == 0x30FC || c == 0x2500 || c == 0x2501 ||
         c == 0x2043 || c == 0xFE63;
}

bool is_damage(char32_t c) {
  return c == U'〓' || c == U'■' || c == U'□' || c == U'●' || c == U'?' || c == U'*' || c == 0xFFFD ||
         (c >= 0xE000 && c <= 0xF8FF);  // private use: a 外字 that means something on one system only
}

bool is_katakana(char32_t c) {
  return c >= 0x30A1 && c <= 0x30FA;
}

std::u32string fold_kana(std::u32string_view text) {
  std::u32string out;
  out.reserve(text.size());
  const auto katakana = [&](std::size_t i) -> char32_t {
    if (i >= text.size()) return 0;
    return text[i] >= 0x3041 && text[i] <= 0x3096 ? text[i] + 0x60 : text[i];
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    char32_t c = katakana(i);
    const char before = out.empty() ? char{0} : vowel_of(out.back());
    if (c == 0x3099 || c == 0x309A) continue;  // a mark that joins no kana
    if (is_hyphen_like(c)) {                   // after ン, a letter or nothing it has no sound
      if (before == 'a') out.push_back(U'ア');
      if (before == 'i' || before == 'e') out.push_back(U'イ');
      if (before == 'u' || before == 'o') out.push_back(U'ウ');
      continue;
    }
    if (c >= 0x30F7 && c <= 0x30FA) {  // ヷ ヸ ヹ ヺ
      out.push_back(U"バビベボ"[c - 0x30F7]);
      continue;
    }
    if (c == U'ヴ') {
      // One sound with the vowel behind it, written large or small as the system can.
      const std::size_t vowel = std::u32string_view(U"アイエオユ").find(enlarge(katakana(i + 1)));
      out.push_back(vowel == std::u32string_view::npos ? U'ブ' : U"バビベボビ"[vowel]);
      if (vowel < 4) ++i;
      continue;
    }
    c = enlarge(c);
    if (c == U'オ' && before == 'o') c = U'ウ';
    if (c == U'エ' && before == 'e') c = U'イ';
    out.push_back(c);
  }
  return out;
}

std::string to_utf8(std::u32string_view text) {
  std::string out;
  out.reserve(text.size() * 3);
  for (const char32_t c : text)
    append_utf8(out, c);
  return out;
}

}  // namespace sekisho::identity
