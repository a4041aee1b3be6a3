// Drug names written in Latin letters, brought near to their Japanese spelling.
#include <array>

#include "codes/letters.h"
#include "codes/name.h"

namespace sekisho::codes {
namespace {

int vowel(char32_t c) {
  const std::size_t at = std::u32string_view(U"aiueo").find(c);
  return at == std::u32string_view::npos ? -1 : static_cast<int>(at);
}

struct Spelling {
  std::u32string_view letters;
  std::array<std::u32string_view, 5> kana;  // with a, i, u, e, o; large kana as fold() writes them
};
// Longest first. A consonant without a vowel takes the kana of u, or of o where Japanese does (t, d).
constexpr Spelling kSpellings[] = {
    {U"tch", {U"チヤ", U"チ", U"チユ", U"チエ", U"チヨ"}},
    {U"sch", {U"シヤ", U"シ", U"シユ", U"シエ", U"シヨ"}},
    {U"kk", {U"ツカ", U"ツキ", U"ツク", U"ツケ", U"ツコ"}},
    {U"pp", {U"ツパ", U"ツピ", U"ツプ", U"ツペ", U"ツポ"}},
    {U"ss", {U"ツサ", U"ツシ", U"ツス", U"ツセ", U"ツソ"}},
    {U"tt", {U"ツタ", U"ツチ", U"ツツ", U"ツテ", U"ツト"}},
    {U"ch", {U"チヤ", U"チ", U"チユ", U"チエ", U"チヨ"}},
    {U"sh", {U"シヤ", U"シ", U"シユ", U"シエ", U"シヨ"}},
    {U"ts", {U"ツア", U"ツイ", U"ツ", U"ツエ", U"ツオ"}},
    {U"th", {U"タ", U"チ", U"ツ", U"テ", U"ト"}},
    {U"ph", {U"フア", U"フイ", U"フ", U"フエ", U"フオ"}},
    {U"ky", {U"キヤ", U"キイ", U"キユ", U"キエ", U"キヨ"}},
    {U"ry", {U"リヤ", U"リイ", U"リユ", U"リエ", U"リヨ"}},
    {U"ny", {U"ニヤ", U"ニイ", U"ニユ", U"ニエ", U"ニヨ"}},
    {U"my", {U"ミヤ", U"ミイ", U"ミユ", U"ミエ", U"ミヨ"}},
    {U"hy", {U"ヒヤ", U"ヒイ", U"ヒユ", U"ヒエ", U"ヒヨ"}},
    {U"k", {U"カ", U"キ", U"ク", U"ケ", U"コ"}},
    {U"c", {U"カ", U"シ", U"ク", U"セ", U"コ"}},
    {U"q", {U"カ", U"キ", U"ク", U"ケ", U"コ"}},
    {U"s", {U"サ", U"シ", U"ス", U"セ", U"ソ"}},
    {U"t", {U"タ", U"チ", U"ツ", U"テ", U"ト"}},
    {U"n", {U"ナ", U"ニ", U"ヌ", U"ネ", U"ノ"}},
    {U"h", {U"ハ", U"ヒ", U"フ", U"ヘ", U"ホ"}},
    {U"f", {U"フア", U"フイ", U"フ", U"フエ", U"フオ"}},
    {U"m", {U"マ", U"ミ", U"ム", U"メ", U"モ"}},
    {U"y", {U"ヤ", U"イ", U"ユ", U"エ", U"ヨ"}},
    {U"r", {U"ラ", U"リ", U"ル", U"レ", U"ロ"}},
    {U"l", {U"ラ", U"リ", U"ル", U"レ", U"ロ"}},
    {U"w", {U"ワ", U"ウイ", U"ウ", U"ウエ", U"ウオ"}},
    {U"g", {U"ガ", U"ギ", U"グ", U"ゲ", U"ゴ"}},
    {U"z", {U"ザ", U"ジ", U"ズ", U"ゼ", U"ゾ"}},
    {U"j", {U"ジヤ", U"ジ", U"ジユ", U"ジエ", U"ジヨ"}},
    {U"d", {U"ダ", U"ジ", U"ズ", U"デ", U"ド"}},
    {U"b", {U"バ", U"ビ", U"ブ", U"ベ", U"ボ"}},
    {U"v", {U"バ", U"ビ", U"ブ", U"ベ", U"ボ"}},
    {U"p", {U"パ", U"ピ", U"プ", U"ペ", U"ポ"}},
    {U"x", {U"キサ", U"キシ", U"キス", U"キセ", U"キソ"}},
};
constexpr std::u32string_view kVowels = U"アイウエオ";

std::u32string transliterate(std::u32string_view word) {
  std::u32string out;
  // The last e of an international name is silent: amlodipine.
  if (word.size() > 5 && word.back() == U'e' && vowel(word[word.size() - 2]) < 0) word.remove_suffix(1);
  for (std::size_t at = 0; at < word.size();) {
    if (const int v = vowel(word[at]); v >= 0) {
      out += kVowels[static_cast<std::size_t>(v)];
      ++at;
      continue;
    }
    const bool last = at + 1 == word.size();
    if (word[at] == U'n' && (last || (vowel(word[at + 1]) < 0 && word[at + 1] != U'y'))) {
      out += U'ン';
      ++at;
      continue;
    }
    for (const Spelling& row : kSpellings) {
      if (!word.substr(at).starts_with(row.letters)) continue;
      at += row.letters.size();
      const int v = at < word.size() ? vowel(word[at]) : -1;
      if (v >= 0) ++at;
      const bool stop = row.letters == U"t" || row.letters == U"d" || row.letters == U"th";
      out += row.kana[v >= 0 ? static_cast<std::size_t>(v) : stop ? 4 : 2];
      break;
    }
  }
  return out;
}

}  // namespace

std::u32string latin_to_kana(std::u32string_view folded) {
  constexpr std::size_t kLeast = 5;
  std::u32string out;
  bool any = false;
  for (std::size_t at = 0; at < folded.size();) {
    std::size_t end = at;
    bool voiced = false;
    for (; end < folded.size() && is_latin(folded[end]); ++end)
      voiced = voiced || vowel(folded[end]) >= 0;
    if (end == at) {
      out += folded[at++];
      continue;
    }
    const std::u32string_view word = folded.substr(at, end - at);
    if (word.size() >= kLeast && voiced) {
      out += transliterate(word);
      any = true;
    } else {
      out += word;
    }
    at = end;
  }
  return any ? out : std::u32string();
}

}  // namespace sekisho::codes
