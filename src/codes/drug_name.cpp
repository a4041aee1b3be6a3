// Names of drugs and materials taken apart: strength, dosage form, maker, marks; what is left is the stem.
#include <algorithm>
#include <array>
#include <cmath>

#include "codes/letters.h"
#include "codes/name.h"

namespace sekisho::codes {
namespace {

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

class DrugParser {
 public:
  explicit DrugParser(std::u32string_view text) : text_(text) {}
  Parts run() {
    parts_.whole = squeeze(text_);
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
    if (parts_.maker.empty()) parts_.maker += squeeze(text_.substr(at_ + 1, stop - at_ - 1));
    at_ = end == std::u32string_view::npos ? stop : stop + 1;
  }
  // (後), (般), (選) ...
  bool take_mark() {
    const std::size_t end = text_.find(U')', at_);
    if (end == std::u32string_view::npos) return false;
    std::u32string content;
    content += squeeze(text_.substr(at_ + 1, end - at_ - 1));
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

}  // namespace sekisho::codes
