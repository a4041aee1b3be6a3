#include "identity/canonical.h"

#include <algorithm>
#include <cstring>

#include "identity/canonical_c2.h"
#include "identity/fold.h"

namespace sekisho::identity {
namespace {

// What systems write when a name, an insurance number or an address is not known (after NFKC, without blanks).
constexpr std::u32string_view kUnknown[] = {
    U"不明", U"不詳",   U"氏名不詳", U"氏名不明",       U"身元不明",     U"未登録",     U"未入力",  U"未定", U"名無し",
    U"匿名", U"フメイ", U"フシヨウ", U"シメイフシヨウ", U"シメイフメイ", U"ミトウロク", U"UNKNOWN", U"NULL", U"NONE"};

bool is_unknown(std::u32string_view text) {
  return std::ranges::find(kUnknown, text) != std::end(kUnknown);
}

bool is_name_noise(char32_t c) {
  return c < 0x80 && (c == '.' || c == ',' || c == '\'' || c == '/' || c == '(' || c == ')' || c == '"' || c == '_');
}

bool is_ideograph(char32_t c) {
  return (c >= 0x3400 && c <= 0x9FFF) || (c >= 0x20000 && c <= 0x3FFFF);
}

char32_t upper(char32_t c) {
  return c >= 'a' && c <= 'z' ? c - 0x20 : c;
}

// Characters of a name that count; false when one of them shows that a character was lost.
bool name_characters(std::string_view name, std::u32string& out) {
  bool stripped = false;
  for (const char32_t c : nfkc(name)) {
    if (is_damage(c)) return false;
    if (is_blank(c) || is_middle_dot(c) || is_variation_selector(c) || is_name_noise(c)) {
      stripped = true;
      continue;
    }
    out.push_back(upper(c));
  }
  // A mark that stood apart from its letter may now follow it.
  if (stripped) out = nfkc(to_utf8(out));
  return true;
}

bool all_same(std::string_view digits) {
  return !digits.empty() && digits.find_first_not_of(digits.front()) == std::string_view::npos;
}

std::string digits_of(const std::u32string& text) {
  std::string out;
  for (const char32_t c : text)
    if (c >= '0' && c <= '9') out.push_back(static_cast<char>(c));
  return out;
}

std::string canonical_branch(std::string_view text) {
  std::string digits = canonical_digits(text);
  if (digits.empty() || digits.size() > 2) return {};
  digits.insert(0, 2 - digits.size(), '0');
  return digits;
}

std::string canonical_phone(std::string_view text) {
  const std::u32string plain = nfkc(text);
  std::string digits = digits_of(plain);
  const bool international = std::ranges::find(plain, U'+') != plain.end();
  if (international && digits.starts_with("81")) {
    digits.erase(0, 2);
    if (!digits.starts_with('0')) digits.insert(0, 1, '0');  // also written +81 (0)90
  }
  if (digits.size() < 9 || digits.size() > 11 || all_same(digits)) return {};
  return digits;
}

}  // namespace

std::string canonical_kanji(std::string_view name) {
  std::u32string characters;
  if (!name_characters(name, characters) || is_unknown(characters)) return {};
  for (std::size_t i = 0; i < characters.size(); ++i) {
    char32_t& c = characters[i];
    // 佐々木 is also written 佐佐木.
    c = c == U'々' && i > 0 && is_ideograph(characters[i - 1]) ? characters[i - 1] : fold_variant(c);
    if (c == U'ヶ') c = U'ケ';
    if (c == U'ヵ') c = U'カ';
  }
  return to_utf8(characters);
}

std::string canonical_kana(std::string_view kana) {
  std::u32string characters;
  if (!name_characters(kana, characters)) return {};
  const std::u32string folded = nfkc(to_utf8(fold_kana(characters)));
  return is_unknown(folded) ? std::string() : to_utf8(folded);
}

std::string canonical_digits(std::string_view text) {
  return digits_of(nfkc(text));
}

std::string canonical_insurance(std::string_view text) {
  std::u32string characters;
  for (const char32_t c : nfkc(text)) {
    if (is_damage(c)) return {};
    if (is_blank(c) || is_hyphen_like(c) || is_middle_dot(c) || is_variation_selector(c)) continue;
    characters.push_back(upper(c));
  }
  const std::size_t first = characters.find_first_not_of(U'0');
  characters.erase(0, first == std::u32string::npos ? characters.size() : first);
  if (is_unknown(characters)) return {};
  if (characters.size() >= 5 && characters.find_first_not_of(U'9') == std::u32string::npos) return {};
  return to_utf8(characters);
}

std::string canonical_postcode(std::string_view text) {
  const std::string digits = canonical_digits(text);
  return digits.size() == 7 && !all_same(digits) ? digits : std::string();
}

std::string canonical_sex(std::string_view text) {
  const std::u32string plain = nfkc(text);
  std::u32string word;
  for (const char32_t c : plain)
    if (!is_blank(c)) word.push_back(upper(c));
  static constexpr std::u32string_view kMale[] = {U"M", U"1", U"男", U"男性", U"MALE"};
  static constexpr std::u32string_view kFemale[] = {U"F", U"2", U"女", U"女性", U"FEMALE"};
  if (std::ranges::find(kMale, word) != std::end(kMale)) return "M";
  if (std::ranges::find(kFemale, word) != std::end(kFemale)) return "F";
  return {};
}

std::string canonical_insurer(std::string_view text) {
  std::string digits = canonical_digits(text);
  if (digits.empty() || digits.size() > 8 || all_same(digits)) return {};
  digits.insert(0, 8 - digits.size(), '0');  // national health insurance has six digits
  return digits;
}

// Days that stand for "unknown": the first days of spreadsheets, databases and eras of forms.
std::string canonical_birth(const ClinicalTime& birth) {
  if (birth.precision < Precision::kDay) return {};
  const Date date = birth.date();
  const std::string text = date.compact();
  static constexpr std::string_view kFillers[] = {"18991230", "18991231", "19000101", "18680101", "18730101"};
  if (date.year() < 1868 || date.year() > 2100) return {};
  if (std::ranges::find(kFillers, text) != std::end(kFillers)) return {};
  return text;
}

std::string_view name_of(CanonicalVersion version) {
  return version == CanonicalVersion::kC2 ? "c2" : "c1";
}

std::optional<CanonicalVersion> find_canonical_version(std::string_view name) {
  for (const CanonicalVersion version : {CanonicalVersion::kC1, CanonicalVersion::kC2})
    if (name == name_of(version)) return version;
  return std::nullopt;
}

CanonicalIdentity canonicalise(const records::IdentityRecord& record, CanonicalVersion version) {
  if (version == CanonicalVersion::kC2) return c2::canonicalise(record);
  CanonicalIdentity out;
  out.kanji = canonical_kanji(record.family_kanji + record.given_kanji);
  out.kana = canonical_kana(record.family_kana + record.given_kana);
  if (!record.family_kanji.empty()) out.given_kanji = canonical_kanji(record.given_kanji);
  if (!record.family_kana.empty()) out.given_kana = canonical_kana(record.given_kana);
  out.birth = canonical_birth(record.birth);
  out.sex = canonical_sex(record.sex);
  out.insurer = canonical_insurer(record.insurer);
  out.symbol = canonical_insurance(record.symbol);
  out.number = canonical_insurance(record.number);
  out.branch = canonical_branch(record.branch);
  out.postcode = canonical_postcode(record.postcode);
  out.phone = canonical_phone(record.phone);
  return out;
}

}  // namespace sekisho::identity
