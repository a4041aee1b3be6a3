#include "identity/romaji.h"

#include <unicode/unorm2.h>

#include <algorithm>

#include "core/text.h"
#include "identity/fold.h"

namespace sekisho::identity {
namespace {

struct Letter {
  char32_t from;
  std::u32string_view to;
};
// Letters that canonical decomposition leaves alone.
constexpr Letter kLetters[] = {{U'Đ', U"D"},  {U'đ', U"D"},  {U'Ł', U"L"},  {U'ł', U"L"},  {U'Ø', U"O"},
                               {U'ø', U"O"},  {U'ß', U"SS"}, {U'ẞ', U"SS"}, {U'Æ', U"AE"}, {U'æ', U"AE"},
                               {U'Œ', U"OE"}, {U'œ', U"OE"}, {U'Þ', U"TH"}, {U'þ', U"TH"}, {U'Ð', U"D"},
                               {U'ð', U"D"},  {U'ı', U"I"},  {U'Ħ', U"H"},  {U'ħ', U"H"}};

// Canonical decomposition of one letter, marks behind it.
std::u32string decomposed(char32_t c) {
  UErrorCode status = U_ZERO_ERROR;
  static const UNormalizer2* const normalizer = unorm2_getNFDInstance(&status);
  if (U_FAILURE(status) || c >= 0x10000) return {c};
  char16_t out[8];
  const std::int32_t size = unorm2_getDecomposition(normalizer, static_cast<UChar32>(c), out, 8, &status);
  if (U_FAILURE(status) || size <= 0) return {c};
  return {out, out + size};
}

// KENICHI, SHINICHIRO: passports have no apostrophe; 一 follows the ン.
bool ends_in_ichi(std::u32string_view rest) {
  static constexpr std::u32string_view kEndings[] = {U"ICHI",     U"ITI",     U"ICHIRO", U"ICHIROU",
                                                     U"ICHIROー", U"ICHIROH", U"ITIROー"};
  return std::ranges::find(kEndings, rest) != std::end(kEndings);
}

// Words whose long O at the end is written without a sign in passports: 藤 read トウ or ドウ in surnames, 郎 in names.
constexpr std::u32string_view kLongWords[] = {U"SATO", U"ITO",  U"KATO",   U"SAITO",  U"GOTO",  U"NAITO",
                                              U"MUTO", U"ENDO", U"KONDO",  U"ANDO",   U"KUDO",  U"SHINDO",
                                              U"TARO", U"JIRO", U"ICHIRO", U"SABURO", U"SHIRO", U"GORO"};
constexpr std::u32string_view kLongEndings[] = {U"TARO", U"ICHIRO", U"JIRO", U"SABURO", U"ZABURO"};

bool ends_long(std::u32string_view word) {
  return std::ranges::find(kLongWords, word) != std::end(kLongWords) ||
         std::ranges::any_of(kLongEndings, [&](std::u32string_view end) { return word.ends_with(end); });
}

// Beginnings of syllables and the kana of their five vowels (A I U E O); "" where there is none.
struct Row {
  std::u32string_view consonant;
  std::u32string_view kana[5];
};
constexpr Row kRows[] = {
    // Longer beginnings first: the first that fits is taken.
    {U"SH", {U"シャ", U"シ", U"シュ", U"シェ", U"ショ"}}, {U"CH", {U"チャ", U"チ", U"チュ", U"チェ", U"チョ"}},
    {U"TS", {U"ツァ", U"ツィ", U"ツ", U"ツェ", U"ツォ"}}, {U"KY", {U"キャ", U"", U"キュ", U"", U"キョ"}},
    {U"GY", {U"ギャ", U"", U"ギュ", U"", U"ギョ"}},       {U"SY", {U"シャ", U"", U"シュ", U"", U"ショ"}},
    {U"ZY", {U"ジャ", U"", U"ジュ", U"", U"ジョ"}},       {U"JY", {U"ジャ", U"", U"ジュ", U"", U"ジョ"}},
    {U"TY", {U"チャ", U"", U"チュ", U"", U"チョ"}},       {U"DY", {U"ジャ", U"", U"ジュ", U"", U"ジョ"}},
    {U"HY", {U"ヒャ", U"", U"ヒュ", U"", U"ヒョ"}},       {U"BY", {U"ビャ", U"", U"ビュ", U"", U"ビョ"}},
    {U"PY", {U"ピャ", U"", U"ピュ", U"", U"ピョ"}},       {U"MY", {U"ミャ", U"", U"ミュ", U"", U"ミョ"}},
    {U"RY", {U"リャ", U"", U"リュ", U"", U"リョ"}},       {U"DZ", {U"", U"", U"ズ", U"", U""}},
    {U"K", {U"カ", U"キ", U"ク", U"ケ", U"コ"}},          {U"G", {U"ガ", U"ギ", U"グ", U"ゲ", U"ゴ"}},
    {U"S", {U"サ", U"シ", U"ス", U"セ", U"ソ"}},          {U"Z", {U"ザ", U"ジ", U"ズ", U"ゼ", U"ゾ"}},
    {U"J", {U"ジャ", U"ジ", U"ジュ", U"ジェ", U"ジョ"}},  {U"T", {U"タ", U"チ", U"ツ", U"テ", U"ト"}},
    {U"D", {U"ダ", U"ジ", U"ズ", U"デ", U"ド"}},          {U"N", {U"ナ", U"ニ", U"ヌ", U"ネ", U"ノ"}},
    {U"H", {U"ハ", U"ヒ", U"フ", U"ヘ", U"ホ"}},          {U"F", {U"ファ", U"フィ", U"フ", U"フェ", U"フォ"}},
    {U"B", {U"バ", U"ビ", U"ブ", U"ベ", U"ボ"}},          {U"P", {U"パ", U"ピ", U"プ", U"ペ", U"ポ"}},
    {U"M", {U"マ", U"ミ", U"ム", U"メ", U"モ"}},          {U"Y", {U"ヤ", U"", U"ユ", U"", U"ヨ"}},
    {U"R", {U"ラ", U"リ", U"ル", U"レ", U"ロ"}},          {U"W", {U"ワ", U"", U"", U"", U"オ"}},
    {U"", {U"ア", U"イ", U"ウ", U"エ", U"オ"}},
};
constexpr std::u32string_view kVowels = U"AIUEO";
constexpr char32_t kLong = U'ー';

bool is_vowel(char32_t c) {
  return kVowels.find(c) != std::u32string_view::npos;
}

class Reader {
 public:
  explicit Reader(std::u32string_view text) : text_(text) {}
  std::optional<std::u32string> read() {
    while (at_ < text_.size())
      if (!step()) return std::nullopt;
    return std::move(out_);
  }

 private:
  char32_t next(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : 0; }

  bool step() {
    const char32_t c = next();
    if (c == kLong) return take(U"ー", 1);
    if (c == U'\'') return ++at_, true;
    // N that begins no syllable, before Y too (SHINYA is シンヤ: names hold no ニャ); M before B, M, P as in passports.
    if (c == U'N' && !is_vowel(next(1))) return take(U"ン", 1);
    if (c == U'N' && !out_.empty() && ends_in_ichi(text_.substr(at_ + 1))) return take(U"ン", 1);
    if (c == U'M' && (next(1) == U'B' || next(1) == U'P' || next(1) == U'M')) return take(U"ン", 1);
    if ((c == next(1) && !is_vowel(c)) || (c == U'T' && next(1) == U'C' && next(2) == U'H')) return take(U"ッ", 1);
    return syllable() && long_h();
  }

  bool take(std::u32string_view kana, std::size_t letters) {
    out_ += kana;
    at_ += letters;
    return true;
  }

  bool syllable() {
    for (const Row& row : kRows) {
      if (!text_.substr(at_).starts_with(row.consonant)) continue;
      const std::size_t vowel = kVowels.find(next(row.consonant.size()));
      if (vowel == std::u32string_view::npos) continue;
      if (row.kana[vowel].empty()) return false;
      return take(row.kana[vowel], row.consonant.size() + 1);
    }
    return false;
  }

  // OH before a consonant or at the end is a long O (passports: OHNO, SATOH).
  bool long_h() {
    if (text_[at_ - 1] == U'O' && next() == U'H' && !is_vowel(next(1)) && next(1) != U'Y') return take(U"ー", 1);
    return true;
  }

  std::u32string_view text_;
  std::size_t at_ = 0;
  std::u32string out_;
};

}  // namespace

std::u32string plain_latin(std::u32string_view word, char32_t mark) {
  std::u32string out;
  for (const char32_t c : word) {
    if (c < 0x80) {
      out.push_back(c >= 'a' && c <= 'z' ? c - 0x20 : c);
      continue;
    }
    if (const auto known = std::ranges::find(kLetters, c, &Letter::from); known != std::end(kLetters)) {
      out += known->to;
      continue;
    }
    const std::u32string parts = decomposed(c);
    if (parts.size() > 1 && parts[0] < 0x180) {
      out += plain_latin({parts.data(), 1});
      // Macron and circumflex are the marks of a long vowel; others say nothing here.
      if (mark != 0 && std::ranges::any_of(parts, [](char32_t p) { return p == 0x304 || p == 0x302; }))
        out.push_back(mark);
    } else if (c < 0x300 || c > 0x36F) {
      out.push_back(c);
    } else if (mark != 0 && (c == 0x304 || c == 0x302)) {
      out.push_back(mark);
    }
  }
  return out;
}

std::optional<std::u32string> kana_of_romaji(std::u32string_view word) {
  std::u32string letters = plain_latin(word, kLong);
  for (char32_t& c : letters)
    if (c == 0x2019 || c == 0x2018 || c == U'`') c = U'\'';
  if (letters.empty() || letters.size() > 64) return std::nullopt;
  if (ends_long(letters)) letters.push_back(kLong);
  return Reader(letters).read();
}

}  // namespace sekisho::identity
