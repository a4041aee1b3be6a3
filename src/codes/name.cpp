#include "codes/name.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <unordered_map>

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

bool is_digit(char32_t c) {
  return c >= U'0' && c <= U'9';
}
bool is_latin(char32_t c) {
  return c >= U'a' && c <= U'z';
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

struct UnitWord {
  std::u32string_view word;
  Dimension dimension;
  double factor;
};
// Longest first where one begins another.
constexpr UnitWord kUnits[] = {
    {U"マイクログラム", Dimension::kMass, 0.001},
    {U"ミリグラム", Dimension::kMass, 1},
    {U"ミリリツトル", Dimension::kVolume, 1},
    {U"国際単位", Dimension::kUnits, 1},
    {U"マイクロg", Dimension::kMass, 0.001},
    {U"マイクロ", Dimension::kMass, 0.001},
    {U"γ", Dimension::kMass, 0.001},
    {U"グラム", Dimension::kMass, 1000},
    {U"mcg", Dimension::kMass, 0.001},
    {U"kcal", Dimension::kEnergy, 1},
    {U"mbq", Dimension::kActivity, 1},
    {U"gbq", Dimension::kActivity, 1000},
    {U"meq", Dimension::kEquivalent, 1},
    {U"mmol", Dimension::kEquivalent, 1},
    {U"単位", Dimension::kUnits, 1},
    {U"ミリ", Dimension::kMass, 1},
    {U"mg", Dimension::kMass, 1},
    {U"ug", Dimension::kMass, 0.001},
    {U"ng", Dimension::kMass, 1e-6},
    {U"kg", Dimension::kMass, 1e6},
    {U"ml", Dimension::kVolume, 1},
    {U"cc", Dimension::kVolume, 1},
    {U"dl", Dimension::kVolume, 100},
    {U"ul", Dimension::kVolume, 0.001},
    {U"iu", Dimension::kUnits, 1},
    {U"cm", Dimension::kLength, 10},
    {U"mm", Dimension::kLength, 1},
    {U"fr", Dimension::kLength, 1.0 / 3},
    {U"w/v%", Dimension::kPercent, 1},
    {U"%", Dimension::kPercent, 1},
    {U"g", Dimension::kMass, 1000},
    {U"l", Dimension::kVolume, 1000},
    {U"u", Dimension::kUnits, 1},
};

struct FormWord {
  std::u32string_view word;  // folded
  Form form;
};
constexpr FormWord kForms[] = {
    {U"口腔内崩壊錠", Form::kDisintegrating},
    {U"口腔内崩壊", Form::kDisintegrating},
    {U"ドライシロツプ", Form::kDrySyrup},
    {U"口腔内速溶フイルム", Form::kDisintegrating},
    {U"odフイルム", Form::kDisintegrating},
    {U"チユアブル錠", Form::kChewable},
    {U"チユアブル", Form::kChewable},
    {U"テンガンエキ", Form::kEye},
    {U"シロツプ用", Form::kDrySyrup},
    {U"点眼・点鼻", Form::kEye},
    {U"点滴静注", Form::kInjection},
    {U"サイリユウ", Form::kPowder},
    {U"吸入用カプセル", Form::kInhalation},
    {U"カプセル", Form::kCapsule},
    {U"シロツプ", Form::kLiquid},
    {U"エリキシル", Form::kLiquid},
    {U"エアゾル", Form::kInhalation},
    {U"インヘラ", Form::kInhalation},
    {U"吸入", Form::kInhalation},
    {U"ロシヨン", Form::kLotion},
    {U"スプレ", Form::kLotion},
    {U"ナンコウ", Form::kOintment},
    {U"クリム", Form::kCream},
    {U"ゼリ", Form::kGel},
    {U"点眼", Form::kEye},
    {U"点鼻", Form::kNose},
    {U"点耳", Form::kEye},
    {U"眼軟膏", Form::kEye},
    {U"軟膏", Form::kOintment},
    {U"坐剤", Form::kSuppository},
    {U"座薬", Form::kSuppository},
    {U"坐薬", Form::kSuppository},
    {U"膣錠", Form::kSuppository},
    {U"膣t", Form::kSuppository},
    {U"パツプ", Form::kPatch},
    {U"パツチ", Form::kPatch},
    {U"テプ", Form::kPatch},
    {U"貼付", Form::kPatch},
    {U"シリンジ", Form::kInjection},
    {U"ペン", Form::kInjection},
    {U"バツグ", Form::kInjection},
    {U"注射用", Form::kInjection},
    {U"注射液", Form::kInjection},
    {U"注射", Form::kInjection},
    {U"静注", Form::kInjection},
    {U"筋注", Form::kInjection},
    {U"皮下注", Form::kInjection},
    {U"輸液", Form::kInjection},
    {U"チユウシヤ", Form::kInjection},
    {U"注", Form::kInjection},
    {U"含嗽", Form::kGargle},
    {U"ガグル", Form::kGargle},
    {U"細粒", Form::kPowder},
    {U"顆粒", Form::kPowder},
    {U"果粒", Form::kPowder},
    {U"カリユウ", Form::kPowder},
    {U"散", Form::kPowder},
    {U"末", Form::kPowder},
    {U"od錠", Form::kDisintegrating},
    {U"odt", Form::kDisintegrating},
    {U"od", Form::kDisintegrating},
    {U"rpd錠", Form::kDisintegrating},
    {U"d錠", Form::kDisintegrating},
    {U"錠", Form::kTablet},
    {U"ジヨウ", Form::kTablet},
    {U"tab", Form::kTablet},
    {U"caps", Form::kCapsule},
    {U"cap", Form::kCapsule},
    {U"inj", Form::kInjection},
    {U"syr", Form::kLiquid},
    {U"supp", Form::kSuppository},
    {U"oint", Form::kOintment},
    {U"ds", Form::kDrySyrup},
    {U"ゲル", Form::kGel},
    {U"液", Form::kLiquid},
    {U"丸", Form::kPowder},
};

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

bool is_mark(std::u32string_view content) {
  return std::ranges::find(kMarks, content) != std::end(kMarks);
}

// Reads a number with its unit at `at`; moves behind it.
Quantity read_quantity(std::u32string_view text, std::size_t& at) {
  double value = 0, place = 0;
  for (; at < text.size(); ++at) {
    const char32_t c = text[at];
    if (is_digit(c)) {
      if (place == 0)
        value = value * 10 + static_cast<double>(c - U'0');
      else
        value += static_cast<double>(c - U'0') * place, place /= 10;
    } else if (c == U'.' && place == 0 && at + 1 < text.size() && is_digit(text[at + 1])) {
      place = 0.1;
    } else {
      break;
    }
  }
  std::size_t next = at;
  if (next < text.size() && text[next] == U' ') ++next;
  if (next < text.size() && text[next] == U'万') value *= 1e4, at = ++next;
  if (next < text.size() && text[next] == U'億') value *= 1e8, at = ++next;
  for (const UnitWord& unit : kUnits) {
    if (!text.substr(next).starts_with(unit.word)) continue;
    const std::size_t end = next + unit.word.size();
    // A letter behind a Latin unit: not a unit but the begin of a word ("5l..." of "5lab").
    if (is_latin(unit.word.back()) && end < text.size() && is_latin(text[end]) && unit.word.size() == 1) continue;
    at = end;
    return {value * unit.factor, unit.dimension};
  }
  return {value, Dimension::kNone};
}

void append_squeezed(std::u32string& out, std::u32string_view folded) {
  for (const char32_t c : folded)
    if (c != U' ' && c != U'(' && c != U')' && c != U'「' && c != U'」') out += c;
}

class DrugParser {
 public:
  explicit DrugParser(std::u32string_view text) : text_(text) {}
  Parts run() {
    append_squeezed(parts_.whole, text_);
    while (at_ < text_.size())
      step();
    if (parts_.stem.empty()) parts_.stem = parts_.whole;
    return std::move(parts_);
  }

 private:
  void step() {
    const char32_t c = text_[at_];
    if (c == U'「') return take_maker();
    if (c == U'(' && take_mark()) return;
    if (is_digit(c)) return take_number();
    if (take_form()) return;
    if (c == U'」' || c == U'(' || c == U')' || c == U' ' || c == U'/' || c == U'.' || c == U'+' || c == U'-') {
      ++at_;
      return;
    }
    if (take_prefix_mark()) return;
    parts_.stem += c;
    if (!parts_.strengths.empty()) parts_.tail += c;
    ++at_;
  }
  void take_maker() {
    const std::size_t end = text_.find(U'」', at_);
    std::size_t stop = end;
    if (end == std::u32string_view::npos) {
      // Never closed: up to a blank or a number.
      stop = at_ + 1;
      while (stop < text_.size() && text_[stop] != U' ' && !is_digit(text_[stop]))
        ++stop;
    }
    if (parts_.maker.empty()) append_squeezed(parts_.maker, text_.substr(at_ + 1, stop - at_ - 1));
    at_ = end == std::u32string_view::npos ? stop : stop + 1;
  }
  // (後), (般), (選) ...
  bool take_mark() {
    const std::size_t end = text_.find(U')', at_);
    if (end == std::u32string_view::npos) return false;
    std::u32string content;
    append_squeezed(content, text_.substr(at_ + 1, end - at_ - 1));
    if (content == U"般")
      parts_.generic_name = true;
    else if (content == U"選")
      parts_.chosen = true;
    else if (!is_mark(content))
      return false;
    at_ = end + 1;
    return true;
  }
  // 劇)..., 後)..., GE)...: a mark and a lone closing bracket at the start.
  bool take_prefix_mark() {
    if (!parts_.stem.empty()) return false;
    const std::size_t end = text_.find(U')', at_);
    if (end == std::u32string_view::npos || end - at_ > 3) return false;
    if (!is_mark(text_.substr(at_, end - at_))) return false;
    at_ = end + 1;
    return true;
  }
  void take_number() {
    // A digit inside a Latin word belongs to it ("b12", "q10") unless it is an amount: "na2.5mg".
    std::size_t behind = at_;
    while (behind < text_.size() && is_digit(text_[behind]))
      ++behind;
    std::size_t probe = at_;
    const bool amount = (behind + 1 < text_.size() && text_[behind] == U'.' && is_digit(text_[behind + 1])) ||
                        read_quantity(text_, probe).dimension != Dimension::kNone;
    if (!amount && at_ > 0 && is_latin(text_[at_ - 1]) && !parts_.stem.empty() &&
        parts_.stem.back() == text_[at_ - 1]) {
      for (; at_ < text_.size() && is_digit(text_[at_]); ++at_)
        parts_.stem += text_[at_];
      return;
    }
    const std::size_t begin = at_;
    const Quantity quantity = read_quantity(text_, at_);
    parts_.strengths.push_back(quantity);
    quantity_end_ = at_;
    parts_.tail.clear();
    // The field ended inside the number or its unit: "０．００", "５０ｍ".
    std::size_t digits = begin;
    while (digits < text_.size() && (is_digit(text_[digits]) || text_[digits] == U'.'))
      ++digits;
    if (at_ + 1 == text_.size() && text_[at_] == U'm') ++at_;
    if (digits == text_.size()) parts_.cut_number = text_.substr(begin);
  }
  // "…T5mg", "…C(10)", "…T": one letter between a Japanese name and a number or the end.
  bool take_letter_form() {
    const char32_t c = text_[at_];
    if ((c != U't' && c != U'c') || at_ == 0) return false;
    // 酸Na + T, スタチンCa + T: the letters before are a salt, not the beginning of the word.
    const bool salt = at_ >= 3 && (text_.substr(at_ - 2, 2) == U"na" || text_.substr(at_ - 2, 2) == U"ca") &&
                      !is_latin(text_[at_ - 3]);
    if (at_ != quantity_end_ && !salt && (is_latin(text_[at_ - 1]) || is_digit(text_[at_ - 1]))) return false;
    const std::size_t next = at_ + 1;
    if (next < text_.size() && !is_digit(text_[next]) && text_[next] != U'(' && text_[next] != U' ' &&
        text_[next] != U'「')
      return false;
    if (parts_.form == Form::kNone) parts_.form = c == U't' ? Form::kTablet : Form::kCapsule;
    at_ = next;
    return true;
  }
  // One character of a form between the name and its strength: 顆20, 細83%, 軟0.1%.
  bool take_short_form() {
    constexpr std::pair<char32_t, Form> kShort[] = {
        {U'果', Form::kPowder}, {U'細', Form::kPowder}, {U'軟', Form::kOintment}};
    for (const auto& [c, form] : kShort) {
      if (text_[at_] != c || at_ < 2) continue;
      std::size_t next = at_ + 1;
      while (next < text_.size() && (text_[next] == U' ' || text_[next] == U't' || text_[next] == U'('))
        ++next;
      if (next < text_.size() && !is_digit(text_[next]) && text_[next] != U'「') return false;
      if (parts_.form == Form::kNone) parts_.form = form;
      ++at_;
      return true;
    }
    return false;
  }
  bool take_form() {
    if (take_letter_form() || take_short_form()) return true;
    for (const FormWord& word : kForms) {
      if (!text_.substr(at_).starts_with(word.word)) continue;
      const bool latin = is_latin(word.word.front());
      const std::size_t end = at_ + word.word.size();
      if (latin && at_ > 0 && at_ != quantity_end_ && is_latin(text_[at_ - 1])) continue;
      if (latin && end < text_.size() && is_latin(text_[end])) continue;
      if (at_ == 0 && word.word.size() < 3) continue;  // a name does not begin with its form
      // The more special form wins: カプセル of 吸入用カプセル, 液 of 注射液 add nothing.
      if (parts_.form == Form::kNone || parts_.form == Form::kLiquid) parts_.form = word.form;
      at_ = end;
      return true;
    }
    return false;
  }

  std::u32string_view text_;
  std::size_t at_ = 0;
  std::size_t quantity_end_ = std::u32string_view::npos;  // a form may follow a unit without a break: "5mgOD錠"
  Parts parts_;
};

int form_group(Form form) {
  switch (form) {
    case Form::kTablet:
    case Form::kDisintegrating:
    case Form::kChewable:
    case Form::kCapsule:
      return 1;
    case Form::kPowder:
    case Form::kDrySyrup:
      return 2;
    case Form::kOintment:
    case Form::kCream:
    case Form::kLotion:
    case Form::kGel:
      return 3;
    default:
      return 10 + static_cast<int>(form);
  }
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

Parts parse_drug_name(std::string_view text) {
  const std::u32string folded = fold(text);
  const std::u32string_view stripped = strip_marks(folded);
  return DrugParser(stripped.empty() ? std::u32string_view(folded) : stripped).run();
}

double form_similarity(Form a, Form b) {
  if (a == Form::kNone || b == Form::kNone) return 0;
  if (a == b) return 1;
  if (form_group(a) == form_group(b)) return -0.3;
  // Liquids are written in as many ways as there are routes.
  if (a == Form::kLiquid || b == Form::kLiquid) return -0.5;
  return -1;
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
