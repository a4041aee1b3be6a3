#include "identity/canonical_c2.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <vector>

#include "core/text.h"
#include "identity/birth.h"
#include "identity/fields.h"
#include "identity/fold.h"
#include "identity/romaji.h"

namespace sekisho::identity::c2 {
namespace {

constexpr std::u32string_view kUnknown[] = {
    U"不明",           U"不詳",         U"氏名不詳",   U"氏名不明", U"身元不明", U"未登録",   U"未入力",
    U"未定",           U"名無し",       U"匿名",       U"フメイ",   U"フシヨウ", U"NULL",     U"NONE",
    U"シメイフシヨウ", U"シメイフメイ", U"ミトウロク", U"UNKNOWN",  U"無名",     U"該当なし", U"なし"};

bool is_unknown(std::u32string_view text) {
  return std::ranges::find(kUnknown, text) != std::end(kUnknown);
}

bool is_open(char32_t c) {
  return std::u32string_view(U"([{<〈《「『【〔").find(c) != std::u32string_view::npos;
}
bool is_close(char32_t c) {
  return std::u32string_view(U")]}>〉》」』】〕").find(c) != std::u32string_view::npos;
}

bool is_ideograph(char32_t c) {
  return (c >= 0x3400 && c <= 0x9FFF) || (c >= 0x20000 && c <= 0x3FFFF);
}

bool is_letter(char32_t c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= 0xC0 && c <= 0x24F && c != 0xD7 && c != 0xF7) ||
         (c >= 0x1E00 && c <= 0x1EFF) || (c >= 0x300 && c <= 0x36F);
}

bool is_kana(char32_t c) {
  return is_katakana(c) || (c >= 0x3041 && c <= 0x3096);
}

// ヽ and ゝ repeat the kana before them, ヾ and ゞ with a voiced mark.
bool is_iteration(char32_t c) {
  return c == 0x30FD || c == 0x30FE || c == 0x309D || c == 0x309E;
}

bool is_apostrophe(char32_t c) {
  return c == '\'' || c == 0x2019 || c == 0x2018 || c == '`' || c == 0xB4 || c == 0x2BC;
}

// What parts words of a name. Hyphens part Latin words only: after kana they are long vowels.
bool is_parting(char32_t c) {
  return is_blank(c) || is_middle_dot(c) || c == ',' || c == '.' || c == '/' || c == '_' || c == '=' || c == U'、' ||
         c == U'゠';
}

// A name as words. In brackets stands another name (former family name, common name of a foreign resident), which is
// left out unless nothing else is there.
struct Name {
  std::vector<std::u32string> words;
  bool dots = false;  // parted by middle dots
  bool comma = false;
  bool damaged = false;
  bool latin = false, katakana = false;  // every character is
};

std::u32string without_brackets(const std::u32string& text) {
  std::u32string outside, inside;
  int depth = 0;
  for (const char32_t c : text) {
    if (is_open(c))
      ++depth, outside.push_back(U' ');
    else if (is_close(c))
      depth = std::max(0, depth - 1);
    else
      (depth > 0 ? inside : outside).push_back(c);
  }
  return std::ranges::all_of(outside, is_blank) ? inside : outside;
}

Name read_name(std::string_view text) {
  Name name;
  std::u32string plain;
  for (const char32_t c : without_brackets(nfkc(text)))
    if (!is_variation_selector(c)) plain.push_back(c);
  plain = nfkc(to_utf8(plain));  // a mark that stood apart may now join its letter
  std::erase_if(plain, [](char32_t c) { return (c >= 0x300 && c <= 0x36F) || c == 0x3099 || c == 0x309A; });
  name.latin = name.katakana = true;
  std::u32string word;
  const auto close = [&] {
    if (!std::ranges::all_of(word, is_hyphen_like)) name.words.push_back(std::move(word));
    word.clear();
  };
  for (const char32_t c : plain) {
    name.damaged = name.damaged || is_damage(c);
    if (is_parting(c)) {
      name.dots = name.dots || is_middle_dot(c) || c == '=' || c == U'゠';
      name.comma = name.comma || c == ',' || c == U'、';
      close();
      continue;
    }
    if (is_iteration(c) && (word.empty() || !is_kana(word.back()))) continue;  // repeats nothing
    name.latin = name.latin && (is_letter(c) || is_hyphen_like(c) || is_apostrophe(c));
    name.katakana = name.katakana && (is_katakana(c) || is_hyphen_like(c));
    word.push_back(c);
  }
  close();
  if (name.words.empty()) name.latin = name.katakana = false;
  return name;
}

// A foreign name in katakana with middle dots and no other separation is written as at home, family name last.
void family_first(std::vector<std::u32string>& words) {
  if (words.size() > 1) std::rotate(words.begin(), words.end() - 1, words.end());
}

std::u32string join(const std::vector<std::u32string>& words) {
  std::u32string out;
  for (const std::u32string& word : words)
    out += word;
  return out;
}

// The two orders of foreign names and hyphens make one form: words sorted, middle initials out unless asked for.
std::u32string latin_form(const std::vector<std::u32string>& words, bool initials) {
  std::vector<std::u32string> parts;
  for (const std::u32string& word : words) {
    std::u32string part;
    const auto close = [&] {
      if (!part.empty()) parts.push_back(plain_latin(part));
      part.clear();
    };
    for (const char32_t c : word) {
      if (is_hyphen_like(c))
        close();
      else if (!is_apostrophe(c))
        part.push_back(c);
    }
    close();
  }
  const auto longer = [](const std::u32string& part) { return part.size() > 1; };
  if (!initials && std::ranges::count_if(parts, longer) >= 2)
    std::erase_if(parts, [&](const auto& part) { return !longer(part); });
  std::ranges::sort(parts);
  std::u32string out;
  for (const std::u32string& part : parts)
    out += (out.empty() ? U"" : U" ") + part;
  return out;
}

std::u32string without_iteration(std::u32string_view text) {
  std::u32string out;
  for (const char32_t c : text) {
    const bool voiced = c == 0x30FE || c == 0x309E;
    if (!is_iteration(c))
      out.push_back(c);
    else if (!out.empty())
      out += voiced ? nfkc(to_utf8(std::u32string{out.back(), 0x3099})) : std::u32string(1, out.back());
  }
  return out;
}

// Small kana of Ainu names and of phonetic extensions (U+31F0..U+31FF) to large.
char32_t enlarge_extension(char32_t c) {
  return c >= 0x31F0 && c <= 0x31FF ? U"クシストヌハヒフヘホムラリルレロ"[c - 0x31F0] : c;
}

std::u32string kana_form(std::u32string_view text) {
  std::u32string out;
  for (char32_t c : without_iteration(text)) {
    c = enlarge_extension(c);
    if (c == U'〜' || c == U'~' || c == 0x223C) c = U'ー';
    // A long vowel has one length, however many marks it is written with.
    if (is_hyphen_like(c) && !out.empty() && out.back() == U'ー') continue;
    const bool y_row =
        c == U'ヤ' || c == U'ャ' || c == U'ヨ' || c == U'ョ' || c == U'や' || c == U'ゃ' || c == U'よ' || c == U'ょ';
    if (y_row && !out.empty() && (out.back() == U'ヴ' || out.back() == U'ゔ')) out.back() = U'ビ';
    if (is_hyphen_like(c)) c = U'ー';
    out.push_back(c >= 'a' && c <= 'z' ? c - 0x20 : c);
  }
  return nfkc(to_utf8(fold_kana(out)));
}

std::u32string fold_kanji(const std::u32string& characters) {
  std::u32string out;
  for (char32_t c : characters) {
    if ((c == U'々' || c == U'〻' || c == U'仝') && !out.empty() && is_ideograph(out.back()))
      c = out.back();
    else
      c = fold_variant_c2(c);
    if (c == U'ヶ') c = U'ケ';
    if (c == U'ヵ') c = U'カ';
    out.push_back(c >= 'a' && c <= 'z' ? c - 0x20 : c);
  }
  return out;
}

// Words of a romanised name, family name first; nothing unless every word is Japanese.
std::vector<std::u32string> japanese_words(const Name& name) {
  std::vector<std::u32string> out;
  if (!name.latin || name.damaged) return out;
  const auto capitals = [](const std::u32string& word) {
    return word.size() > 1 &&
           std::ranges::all_of(word, [](char32_t c) { return u_islower(static_cast<UChar32>(c)) == 0; });
  };
  std::vector<std::u32string> words = name.words;
  if (words.size() == 2 && !name.comma && capitals(words[1]) && !capitals(words[0])) std::swap(words[0], words[1]);
  for (const std::u32string& word : words) {
    std::u32string letters;
    for (const char32_t c : word)
      if (!is_hyphen_like(c)) letters.push_back(c);
    const auto kana = kana_of_romaji(letters);
    if (!kana) return {};
    out.push_back(kana_form(*kana));
  }
  return out;
}

// Numbers with words around them: 第12号, 記号 12, 番号:12.
std::u32string insurance_characters(std::string_view text, bool& damaged) {
  std::u32string out;
  for (char32_t c : nfkc(text)) {
    damaged = damaged || is_damage(c);
    if (is_blank(c) || is_hyphen_like(c) || is_middle_dot(c) || is_variation_selector(c) || c == ':' || c == '.' ||
        c == ',' || c == U'、' || c == '/')
      continue;
    out.push_back(c >= 'a' && c <= 'z' ? c - 0x20 : fold_variant_c2(c));
  }
  for (const std::u32string_view label : {U"記号", U"番号"})
    if (out.starts_with(label)) out.erase(0, label.size());
  if (out.size() > 2 && out.front() == U'第' && out.back() == U'号') out = out.substr(1, out.size() - 2);
  return out;
}

std::string insurance_form(std::u32string text) {
  for (char32_t& c : text)
    if (c >= 0x3041 && c <= 0x3096) c += 0x60;
  std::u32string kana;
  for (const char32_t c : text)  // small to large only: a long vowel in a symbol is no vowel of a name
    kana += is_katakana(c) ? fold_kana(std::u32string_view(&c, 1)) : std::u32string(1, c);
  const std::size_t first = kana.find_first_not_of(U'0');
  kana.erase(0, first == std::u32string::npos ? kana.size() : first);
  if (is_unknown(kana)) return {};
  if (kana.size() >= 5 && kana.find_first_not_of(U'9') == std::u32string::npos) return {};
  return to_utf8(kana);
}

std::string digits_of(std::u32string_view text) {
  std::string out;
  for (const char32_t c : text)
    if (c >= '0' && c <= '9') out.push_back(static_cast<char>(c));
  return out;
}

std::string national_number(std::u32string_view text) {
  std::string digits = digits_of(text);
  const bool plus = text.find(U'+') != std::u32string_view::npos;
  if (digits.starts_with("0081")) digits.erase(0, 2);
  if (digits.starts_with("81") && (plus || digits.size() > 10)) {
    digits.erase(0, 2);
    if (!digits.starts_with('0')) digits.insert(0, 1, '0');
  }
  const bool filler = digits.find_first_not_of(digits.empty() ? '0' : digits.front()) == std::string::npos;
  return digits.size() < 9 || digits.size() > 11 || filler ? std::string() : digits;
}

}  // namespace

std::string canonical_kanji(std::string_view text) {
  Name name = read_name(text);
  if (name.damaged) return {};
  std::u32string form;
  if (name.latin) {
    form = latin_form(name.words, false);
  } else if (name.katakana) {
    if (name.dots) family_first(name.words);
    form = kana_form(join(name.words));
  } else {
    form = fold_kanji(join(name.words));
  }
  return is_unknown(form) ? std::string() : to_utf8(form);
}

std::string canonical_kana(std::string_view text) {
  Name name = read_name(text);
  if (name.damaged) return {};
  std::u32string form;
  if (name.latin) {
    const auto words = japanese_words(name);
    form = words.empty() ? latin_form(name.words, true) : kana_form(join(words));
  } else {
    if (name.dots && name.katakana) family_first(name.words);
    form = kana_form(join(name.words));
  }
  return is_unknown(form) ? std::string() : to_utf8(form);
}

std::string canonical_romaji(std::string_view text) {
  const auto words = japanese_words(read_name(text));
  if (words.empty()) return {};
  std::u32string out = words[0];
  for (std::size_t i = 1; i < words.size(); ++i)
    out += (i == 1 ? U"\n" : U"") + words[i];
  return is_unknown(out) ? std::string() : to_utf8(out);
}

std::string canonical_symbol(std::string_view text) {
  bool damaged = false;
  std::u32string characters = insurance_characters(text, damaged);
  return damaged ? std::string() : insurance_form(std::move(characters));
}

InsuredNumber canonical_number(std::string_view text) {
  bool damaged = false;
  const std::u32string characters = insurance_characters(text, damaged);
  if (damaged) return {};
  const std::size_t bracket = characters.find(U'('), word = characters.find(U"枝番");
  const std::size_t at = std::min(bracket, word);
  if (at == std::u32string::npos || at == 0) return {insurance_form(characters), {}};
  std::u32string rest = characters.substr(at);
  std::erase_if(rest, [](char32_t c) { return std::u32string_view(U"()枝番号").find(c) != std::u32string_view::npos; });
  const std::string branch = canonical_branch(to_utf8(rest));
  // Brackets that hold no branch number belong to the number.
  if (branch.empty() && word == std::u32string::npos) return {insurance_form(characters), {}};
  return {insurance_form(characters.substr(0, at)), branch};
}

std::string canonical_branch(std::string_view text) {
  const std::u32string plain = nfkc(text);
  std::string digits = digits_of(plain);
  if (digits.empty() || digits.size() > 2) return {};
  digits.insert(0, 2 - digits.size(), '0');
  return digits == "00" ? std::string() : digits;
}

std::string canonical_phone(std::string_view text) {
  const std::u32string plain = nfkc(text);
  std::u32string_view rest = plain;
  for (const std::u32string_view extension : {U"内線", U"(内", U"内", U"ext", U"EXT", U"Ext"})
    if (const auto at = rest.find(extension); at != std::u32string_view::npos) rest = rest.substr(0, at);
  // Of several numbers the first that is one.
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.size(), rest.find_first_of(U"/,;、・\n"));
    if (std::string number = national_number(rest.substr(0, end)); !number.empty()) return number;
    rest.remove_prefix(std::min(rest.size(), end + 1));
  }
  return {};
}

std::string canonical_date(std::string_view text) {
  return canonical_birth(parse_birth(text));
}

std::string canonical_address(std::string_view text) {
  return normalise(FieldType::kJpAddress, text);
}

CanonicalIdentity canonicalise(const records::IdentityRecord& record) {
  CanonicalIdentity out;
  out.version = CanonicalVersion::kC2;
  const auto whole = [](const std::string& family, const std::string& given) {
    return family.empty() || given.empty() ? family + given : family + " " + given;
  };
  out.kanji = canonical_kanji(whole(record.family_kanji, record.given_kanji));
  out.kana = canonical_kana(whole(record.family_kana, record.given_kana));
  if (!record.family_kanji.empty()) out.given_kanji = canonical_kanji(record.given_kanji);
  if (!record.family_kana.empty()) out.given_kana = canonical_kana(record.given_kana);
  if (out.kana.empty()) {
    const std::string romaji = canonical_romaji(record.romaji);
    const std::size_t given = romaji.find('\n');
    out.kana = romaji.substr(0, given);
    if (given != std::string::npos) {
      out.given_kana = romaji.substr(given + 1);
      out.kana = canonical_kana(out.kana + out.given_kana);
    }
  }
  out.birth = canonical_birth(record.birth);
  out.sex = canonical_sex(record.sex);
  out.insurer = canonical_insurer(record.insurer);
  out.symbol = canonical_symbol(record.symbol);
  const InsuredNumber number = canonical_number(record.number);
  out.number = number.number;
  out.branch = canonical_branch(record.branch);
  if (out.branch.empty()) out.branch = number.branch;
  out.postcode = canonical_postcode(record.postcode);
  out.phone = canonical_phone(record.phone);
  return out;
}

}  // namespace sekisho::identity::c2
