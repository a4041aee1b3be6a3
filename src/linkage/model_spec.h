// Spec of a probabilistic linkage (TOML, kind = "probabilistic"): fields and their columns, comparisons, blocking
// rules. Fields that a file does not have drop out, and with them the comparisons and rules that need them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "linkage/fields.h"

namespace sekisho::linkage {

struct FieldSpec {
  std::string name;
  FieldType type = FieldType::kText;
  std::vector<std::string> columns;  // names that the column may have, the first found counts; case does not matter
  std::vector<std::string>
      parts;         // year, month and day fields of a date without a column of its own; the year is enough
  std::string from;  // a whole name to take a part of, where there is no column
  NamePart part = NamePart::kFirst;
  bool surname_first = false;
  bool named = false;  // by the user: a file without the column is refused
};

// What a comparison looks at; comparison.h holds the levels of each.
enum class ComparisonType : std::uint8_t {
  kGivenName,  // western given name; knows initials, short forms and swapped names (second field: the surname)
  kSurname,    // western surname (second field: the given name)
  kWholeName,  // all words of a name, weighted by rarity
  kDate,       // second field: the age, for where a date is missing
  kCategory,
  kCompany,  // household, and the source that numbers it: whether others of both households are one person
  kSource,   // the file or register that a record comes from: some hold nobody twice
  kText,     // words in any order
  kCode,     // numbers and codes with typing errors
  kAddress,  // street address: numbers and words
  kPlace,    // town, postcode, state; each may be missing
  kEmail,
  kJpFamily,     // kanji, kana, given kanji, given kana
  kJpGiven,      // kanji, kana, family kanji, family kana
  kJpInsurance,  // insurer, symbol, number, branch
  kJpResidence,  // address, postcode
};

struct ComparisonSpec {
  std::string name;
  ComparisonType type = ComparisonType::kText;
  std::vector<std::size_t> fields;    // at least the first must be there
  bool household = false;             // members of one household agree on it
  std::optional<std::size_t> unless;  // a field that tells the same fact: where it is present, this is left out
};

enum class Transform : std::uint8_t {
  kNone,
  kSoundex,
  kPrefix,
  kYear,
  kMonthDay,
  kYearMonth,
  kWords,
  kDigits,
  kLast4,
  kYears,  // years, or ages, that are at most two apart share one of two keys
};

struct BlockPart {
  std::size_t field = 0;
  Transform transform = Transform::kNone;
};
struct BlockSpec {
  std::string name;
  std::vector<BlockPart> parts;
  bool unordered = false;  // the first two parts meet the other way round too, as swapped names do
  std::size_t up_to = 0;   // used in files of at most so many different records; 0: in all
};

struct ModelSpec {
  std::vector<FieldSpec> fields;
  std::vector<ComparisonSpec> comparisons;
  std::vector<BlockSpec> blocks;
  std::size_t max_block = 200;         // a block of more different records is left out, and reported
  double pairs_per_record = 40;        // candidates that blocking may propose
  double least_pairs = 2e6;            // that any file may have, however few its records
  double threshold = 0.5;              // of the mean probability inside a person
  std::size_t all_pairs_below = 3000;  // so few records are compared with each other without blocking
  std::optional<std::size_t> field(std::string_view name) const;

  // Errors: toml.*, linkage.spec.
  static Result<ModelSpec> load(const std::filesystem::path& file);
  static Result<ModelSpec> parse(std::string_view text, const std::string& file);
  // "record_id=ID,surname=LNAME"; a field may be called by any of its column names too. Error: usage.columns.
  Result<void> rename(std::string_view assignments);
};

// The member `kind` of a spec file: "deterministic" or "probabilistic".
Result<std::string> spec_kind(const std::filesystem::path& file);

}  // namespace sekisho::linkage
