#include "codes/reading.h"

#include <algorithm>

namespace sekisho::codes {
namespace {

// II型 and 2型, 胃ca and 胃癌, 短腸sy and 短腸症候群; for comparison only.
std::u32string disease_form(std::u32string folded) {
  constexpr std::pair<std::u32string_view, std::u32string_view> kRoman[] = {
      {U"iii", U"3"}, {U"ii", U"2"}, {U"iv", U"4"}, {U"i", U"1"}, {U"vi", U"6"}, {U"v", U"5"}};
  const auto latin = [](char32_t c) { return c >= U'a' && c <= U'z'; };
  for (std::size_t at = 0; at < folded.size(); ++at) {
    if (!latin(folded[at]) || (at > 0 && latin(folded[at - 1]))) continue;
    std::size_t end = at;
    while (end < folded.size() && latin(folded[end]))
      ++end;
    const std::u32string_view word(folded.data() + at, end - at), rest(folded.data() + end, folded.size() - end);
    const bool numbered = !rest.empty() && std::u32string_view(U"型期度群").find(rest.front()) != std::u32string::npos;
    std::u32string_view other;
    for (const auto& [roman, digit] : kRoman)
      if (numbered && word == roman) other = digit;
    if (at > 0 && word == U"ca") other = U"癌";
    if (at > 0 && (word == U"sy" || word == U"syndrome")) other = U"症候群";
    if (!other.empty()) folded.replace(at, end - at, other);
  }
  if (folded.ends_with(U"ガン") && folded.size() > 2) folded.replace(folded.size() - 2, 2, U"癌");
  return folded;
}

Parts text_parts(Kind kind, std::string_view text) {
  Parts out;
  std::u32string folded = fold(text);
  if (kind == Kind::kDisease) folded = disease_form(std::move(folded));
  const std::u32string_view stripped = strip_marks(folded);
  out.whole = squeeze(stripped.empty() ? std::u32string_view(folded) : stripped);
  out.stem = out.whole;
  return out;
}

// What hospitals write around the name of a test: specimen, place, method, marks.
constexpr std::string_view kLabNoise[] = {
    "血清", "血漿", "全血", "定量",   "院内",   "外注", "至急", "緊急",   "静脈",   "新",   "旧",
    "検査", "測定", "値",   "ｼﾞﾄﾞｳ",  "自動",   "分析", "採血", "精密",   "迅速",   "JSCC", "IFCC",
    "SRL",  "BML",  "LSI",  "POCT",   "ISE",    "UV",   "UV法", "酵素法", "末梢血", "末梢", "外来",
    "入院", "病棟", "日勤", "夜間",   "※",      "FMS",  "ﾌｧﾙｺ", "電解質", "生化学", "生化", "CBC",
    "末血", "緊",   "検",   "透析前", "透析後", "術前", "健診", "ドック", "救急"};

const std::vector<std::u32string>& lab_noise() {
  static const std::vector<std::u32string> words = [] {
    std::vector<std::u32string> out;
    for (const std::string_view word : kLabNoise)
      if (auto folded = squeeze(fold(word)); !folded.empty()) out.push_back(std::move(folded));
    std::ranges::sort(out, [](const auto& a, const auto& b) { return a.size() > b.size(); });
    return out;
  }();
  return words;
}

// Blanks and brackets separate tokens of a test's name; noise tokens go.
std::u32string lab_stem(std::string_view text) {
  const std::u32string folded = fold(text);
  std::u32string out, token;
  const auto flush = [&] {
    if (token.empty()) return;
    if (std::ranges::find(lab_noise(), token) == lab_noise().end()) out += token;
    token.clear();
  };
  for (const char32_t c : folded) {
    if (c == U' ' || c == U'(' || c == U')' || c == U'「' || c == U'」' || c == U'/')
      flush();
    else
      token += c;
  }
  flush();
  if (out.empty()) return squeeze(folded);
  for (const std::u32string& noise : lab_noise()) {
    if (noise.size() < 2 || out.size() <= noise.size()) continue;
    if (out.ends_with(noise))
      out.resize(out.size() - noise.size());
    else if (out.starts_with(noise))
      out.erase(0, noise.size());
  }
  return out;
}

}  // namespace

bool parsed_as_drug(Kind kind) {
  return kind == Kind::kDrug || kind == Kind::kMaterial;
}

Parts parts_of(Kind kind, std::string_view text) {
  if (parsed_as_drug(kind)) return parse_drug_name(text);
  Parts out = text_parts(kind, text);
  if (kind == Kind::kLab) out.stem = lab_stem(text);
  return out;
}

}  // namespace sekisho::codes
