#include "codes/name.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <unordered_map>

#include "codes/letters.h"
#include "core/text.h"
#include "identity/fold.h"

namespace sekisho::codes {
namespace {

constexpr std::array<std::string_view, kKindCount> kKindNames = {"drug", "lab", "disease", "procedure", "material"};

struct KindWord {
  std::string_view word;
  Kind kind;
};
constexpr KindWord kKindWords[] = {
    {"drug", Kind::kDrug},
    {"drugs", Kind::kDrug},
    {"medication", Kind::kDrug},
    {"医薬品", Kind::kDrug},
    {"薬", Kind::kDrug},
    {"薬剤", Kind::kDrug},
    {"処方", Kind::kDrug},
    {"注射", Kind::kDrug},
    {"lab", Kind::kLab},
    {"labs", Kind::kLab},
    {"laboratory", Kind::kLab},
    {"test", Kind::kLab},
    {"検査", Kind::kLab},
    {"検体検査", Kind::kLab},
    {"disease", Kind::kDisease},
    {"diagnosis", Kind::kDisease},
    {"diagnoses", Kind::kDisease},
    {"病名", Kind::kDisease},
    {"傷病名", Kind::kDisease},
    {"procedure", Kind::kProcedure},
    {"procedures", Kind::kProcedure},
    {"act", Kind::kProcedure},
    {"診療行為", Kind::kProcedure},
    {"行為", Kind::kProcedure},
    {"手術", Kind::kProcedure},
    {"処置", Kind::kProcedure},
    {"exam", Kind::kProcedure},
    {"material", Kind::kMaterial},
    {"device", Kind::kMaterial},
    {"特定器材", Kind::kMaterial},
    {"器材", Kind::kMaterial},
    {"材料", Kind::kMaterial},
    {"lab_test", Kind::kLab},
    {"materials", Kind::kMaterial},
    {"diseases", Kind::kDisease},
};

constexpr std::u32string_view kSmall = U"ァィゥェォッャュョヮヵヶ", kLarge = U"アイウエオツヤユヨワカケ";

// Characters of names that are written in several ways; the right one is the representative.
struct Swap {
  char32_t from, to;
};
constexpr Swap kSwaps[] = {{U'頸', U'頚'}, {U'顆', U'果'}, {U'攣', U'痙'}, {U'膠', U'膠'}, {U'痺', U'痺'},
                           {U'瘙', U'掻'}, {U'瘍', U'瘍'}, {U'嚢', U'嚢'}, {U'囊', U'嚢'}, {U'蛋', U'蛋'},
                           {U'鼡', U'鼠'}, {U'腟', U'膣'}, {U'疣', U'疣'}, {U'搔', U'掻'}, {U'頰', U'頬'},
                           {U'剝', U'剥'}, {U'塡', U'填'}, {U'癎', U'癇'}, {U'囁', U'囁'}, {U'靱', U'靭'},
                           {U'蠟', U'蝋'}, {U'麴', U'麹'}, {U'繫', U'繋'}, {U'鹼', U'鹸'}, {U'屛', U'屏'}};

// Words of diseases whose hard characters are often written in kana.
constexpr std::pair<std::string_view, std::string_view> kHiraganaWords[] = {
    {"がん", "癌"},           {"かいよう", "潰瘍"}, {"じんま", "蕁麻"},
    {"けいれん", "痙攣"},     {"のう胞", "嚢胞"},   {"のう腫", "嚢腫"},
    {"ぜんそく", "喘息"},     {"ぜん息", "喘息"},   {"えし", "壊死"},
    {"びらん", "糜爛"},       {"ざ瘡", "痤瘡"},     {"ろ胞", "濾胞"},
    {"てんかん", "癲癇"},     {"う蝕", "齲蝕"},     {"う歯", "齲歯"},
    {"腎う", "腎盂"},         {"はん痕", "瘢痕"},   {"へんとう", "扁桃"},
    {"ヘルニヤ", "ヘルニア"}, {"ひ骨", "腓骨"},     {"けい骨", "脛骨"},
    {"けい椎", "頚椎"},       {"つい間", "椎間"},   {"うつ病", "鬱病"},
    {"のど", "咽喉"},         {"そけい", "鼡径"},   {"鼠径", "鼡径"},
    {"ひざ", "膝"},           {"こう丸", "睾丸"},   {"ぼうこう", "膀胱"},
    {"すい臓", "膵"},         {"膵臓", "膵"},       {"とびひ", "伝染性膿痂疹"},
};

char32_t fold_kana_character(char32_t c) {
  if (c >= U'ぁ' && c <= U'ゖ') c += 0x60;
  if (const auto at = kSmall.find(c); at != std::u32string_view::npos) return kLarge[at];
  return c;
}

bool is_open(char32_t c) {
  return std::u32string_view(U"([{<〔【《〈［").find(c) != std::u32string_view::npos;
}
bool is_close(char32_t c) {
  return std::u32string_view(U")]}>〕】》〉］").find(c) != std::u32string_view::npos;
}

char32_t fold_character(char32_t c) {
  if (c >= U'A' && c <= U'Z') return c + 32;
  if (is_open(c)) return U'(';
  if (is_close(c)) return U')';
  if (c == U'『') return U'「';
  if (c == U'』') return U'」';
  if (c == U'μ') return U'u';
  if (c >= U'Α' && c <= U'Ω') return c + 32;
  for (const Swap& swap : kSwaps)
    if (swap.from == c) return swap.to;
  return fold_kana_character(identity::fold_variant(c));
}

// Words that hospitals add to a name and that say nothing about what it is.
constexpr std::u32string_view kMarks[] = {
    U"採用中止", U"採用",   U"院外専用", U"院内専用", U"院外",     U"院内",   U"臨時",   U"限定",   U"患者限定",
    U"持参薬",   U"持参",   U"持込",     U"後発品",   U"後発",     U"先発品", U"先発",   U"ge",     U"後",
    U"先",       U"劇",     U"毒",       U"向",       U"麻",       U"新",     U"旧",     U"冷",     U"遮光",
    U"特",       U"要時",   U"切替",     U"削除",     U"使用不可", U"中止",   U"包装",   U"局",     U"特定",
    U"生物",     U"覚",     U"医師限定", U"外用",     U"内服",     U"内用",   U"高",     U"危",     U"ハイリスク",
    U"非採用",   U"薬剤部", U"仮",       U"試",       U"主",       U"副",     U"主病名", U"副病名", U"既往",
    U"内",       U"外",     U"外来",     U"入院",     U"病棟",     U"救急",   U"ope",    U"手",     U"検",
    U"注",       U"眼",
};

void append_squeezed(std::u32string& out, std::u32string_view folded) {
  for (const char32_t c : folded)
    if (c != U' ' && c != U'(' && c != U')' && c != U'「' && c != U'」') out += c;
}

}  // namespace

std::string_view name(Kind kind) {
  return kKindNames[static_cast<std::size_t>(kind)];
}

bool parse_kind(std::string_view text, Kind& kind) {
  for (const KindWord& word : kKindWords)
    if (word.word == text) {
      kind = word.kind;
      return true;
    }
  return false;
}

std::u32string fold(std::string_view text) {
  // Whole words in hiragana, before kana are made one.
  std::string prepared(text);
  for (const auto& [kana, kanji] : kHiraganaWords)
    for (std::size_t at = 0; (at = prepared.find(kana, at)) != std::string::npos; at += kanji.size())
      prepared.replace(at, kana.size(), kanji);
  std::u32string out;
  bool blank = false;
  for (char32_t c : identity::nfkc(prepared)) {
    if (identity::is_blank(c) || c == U'_' || c == U'|' || c == U';') {
      blank = !out.empty();
      continue;
    }
    c = fold_character(c);
    if (identity::is_hyphen_like(c)) {
      // A hyphen between Latin letters or digits is no letter; a long mark says nothing.
      continue;
    }
    const bool kept =
        c == U'(' || c == U')' || c == U'「' || c == U'」' || c == U'%' || c == U'+' || c == U'/' || c == U'.' ||
        is_digit(c) || is_latin(c) ||
        (c >= 0x80 && !identity::is_middle_dot(c) &&
         std::u32string_view(U"、。，．・☆★○●◎◇◆□■△▲▽▼※〓〒→←↑↓〜～’‘“”′″").find(c) == std::u32string_view::npos);
    if (!kept) {
      if (c == U',' && !out.empty() && is_digit(out.back())) continue;  // 1,000
      if (c != U'\'' && c != U'"') blank = !out.empty();
      continue;
    }
    if (c == U'.' && (out.empty() || !is_digit(out.back()))) {
      blank = !out.empty();
      continue;
    }
    if (blank) out += U' ';
    blank = false;
    out += c;
  }
  return out;
}

std::u32string squeeze(std::u32string_view folded) {
  std::u32string out;
  out.reserve(folded.size());
  append_squeezed(out, folded);
  return out;
}

bool is_mark(std::u32string_view content) {
  return std::ranges::find(kMarks, content) != std::end(kMarks);
}

std::u32string_view strip_marks(std::u32string_view folded) {
  for (bool found = true; found && !folded.empty();) {
    found = false;
    const auto content = [](std::u32string_view text) {
      while (!text.empty() && text.front() == U' ')
        text.remove_prefix(1);
      while (!text.empty() && text.back() == U' ')
        text.remove_suffix(1);
      return text;
    };
    if (const std::size_t end = folded.find(U')'); end != std::u32string_view::npos && end < 8) {
      const std::size_t begin = folded.front() == U'(' ? 1 : 0;
      if (is_mark(content(folded.substr(begin, end - begin)))) {
        folded.remove_prefix(end + 1);
        found = true;
      }
    }
    if (!folded.empty() && folded.back() == U')') {
      const std::size_t begin = folded.rfind(U'(');
      if (begin != std::u32string_view::npos && begin > 0 &&
          is_mark(content(folded.substr(begin + 1, folded.size() - begin - 2)))) {
        folded = folded.substr(0, begin);
        found = true;
      }
    }
    if (const std::size_t blank = folded.rfind(U' ');
        blank != std::u32string_view::npos && blank > 0 && is_mark(folded.substr(blank + 1))) {
      folded = folded.substr(0, blank);
      found = true;
    }
    folded = content(folded);
  }
  return folded;
}

std::vector<std::u32string_view> numbers(std::u32string_view text) {
  std::vector<std::u32string_view> out;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && is_digit(text[end]))
      ++end;
    if (end > i) out.push_back(text.substr(i, end - i));
    i = end + 1;
  }
  return out;
}

double edit_similarity(std::u32string_view a, std::u32string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.empty()) return 1;
  if (b.size() > 64) a = a.substr(0, 64), b = b.substr(0, 64);
  std::array<std::uint8_t, 65> row;
  for (std::size_t i = 0; i <= a.size(); ++i)
    row[i] = static_cast<std::uint8_t>(i);
  for (std::size_t j = 1; j <= b.size(); ++j) {
    std::uint8_t diagonal = row[0];
    row[0] = static_cast<std::uint8_t>(j);
    for (std::size_t i = 1; i <= a.size(); ++i) {
      const std::uint8_t above = row[i];
      const std::uint8_t change = static_cast<std::uint8_t>(diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
      row[i] = std::min({static_cast<std::uint8_t>(above + 1), static_cast<std::uint8_t>(row[i - 1] + 1), change});
      diagonal = above;
    }
  }
  return 1 - static_cast<double>(row[a.size()]) / static_cast<double>(b.size());
}

std::vector<std::uint64_t> bigrams(std::u32string_view text) {
  std::vector<std::uint64_t> out;
  out.reserve(text.size());
  char32_t before = 1;
  for (const char32_t c : text) {
    out.push_back(static_cast<std::uint64_t>(before) << 32 | c);
    before = c;
  }
  std::ranges::sort(out);
  return out;
}

double bigram_similarity(const std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b) {
  if (a.empty() || b.empty()) return a.empty() && b.empty() ? 1 : 0;
  std::size_t i = 0, j = 0, both = 0;
  while (i < a.size() && j < b.size()) {
    if (a[i] == b[j])
      ++both, ++i, ++j;
    else if (a[i] < b[j])
      ++i;
    else
      ++j;
  }
  return 2.0 * static_cast<double>(both) / static_cast<double>(a.size() + b.size());
}

double bigram_similarity(std::u32string_view a, std::u32string_view b) {
  return bigram_similarity(bigrams(a), bigrams(b));
}

}  // namespace sekisho::codes
