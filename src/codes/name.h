// Names as hospitals write them, brought to one form for comparison: width, kana, brackets, units and strengths, dosage
// forms, makers, vendor marks. For comparison only: what was written is kept elsewhere.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::codes {

// What a local code stands for.
enum class Kind : std::uint8_t { kDrug, kLab, kDisease, kProcedure, kMaterial };
inline constexpr int kKindCount = 5;
std::string_view name(Kind kind);                    // "drug" ...
bool parse_kind(std::string_view text, Kind& kind);  // English and Japanese words, table names

// NFKC, lower case, hiragana and half-width kana to large katakana without long marks, μ to u, old kanji to new,
// brackets to ( ) and 「 」, any blank to one ' '. Other marks are dropped, except % + - . / ( ) between characters
// that need them.
std::u32string fold(std::string_view text);
// The same without blanks and brackets: what n-grams are made of.
std::u32string squeeze(std::u32string_view folded);

// Without the marks that hospitals put around a name: (採用), [院内], 劇), a trailing 旧.
std::u32string_view strip_marks(std::u32string_view folded);
// The numbers of a text in their order, as written: what tells （１） from （２）.
std::vector<std::u32string_view> numbers(std::u32string_view text);

enum class Dimension : std::uint8_t {
  kNone,
  kMass,
  kVolume,
  kPercent,
  kUnits,
  kEquivalent,
  kEnergy,
  kLength,
  kActivity
};
struct Quantity {
  double value = 0;  // mg, mL, %, units, mEq, kcal, mm, MBq; as written where the dimension is kNone
  Dimension dimension = Dimension::kNone;
};

enum class Form : std::uint8_t {
  kNone,
  kTablet,
  kDisintegrating,
  kChewable,
  kCapsule,
  kPowder,
  kDrySyrup,
  kLiquid,
  kInjection,
  kEye,
  kNose,
  kOintment,
  kCream,
  kLotion,
  kGel,
  kPatch,
  kSuppository,
  kInhalation,
  kGargle,
};
// 1: the same, 0: nothing known, -1: excludes each other; between for neighbours (tablet and disintegrating tablet).
double form_similarity(Form a, Form b);

// A drug's or material's name in its parts.
struct Parts {
  std::u32string whole;  // squeezed
  std::u32string stem;   // without strength, form, maker and marks
  std::u32string maker;  // what stands in 「」, folded
  std::vector<Quantity> strengths;
  std::u32string cut_number;  // digits with which the name ends: the field may have cut them
  std::u32string tail;        // what stands in the stem behind the last strength: often the maker
  Form form = Form::kNone;
  bool generic_name = false;  // 【般】: prescribed by its generic name
  bool chosen = false;        // （選）: the patient pays for the brand
};
Parts parse_drug_name(std::string_view text);

// Latin words of a name in katakana, folded: "amlodipine" and "amurojipin" as アムロジピン. Empty: there is no such
// word.
std::u32string latin_to_kana(std::u32string_view folded);

// Levenshtein distance / longer length, as a similarity 0..1.
double edit_similarity(std::u32string_view a, std::u32string_view b);
// The bigrams of a text, the first character with a mark before it; sorted, repetitions kept.
std::vector<std::uint64_t> bigrams(std::u32string_view text);
// Share of the bigrams that both have (Dice).
double bigram_similarity(const std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b);
double bigram_similarity(std::u32string_view a, std::u32string_view b);

}  // namespace sekisho::codes
