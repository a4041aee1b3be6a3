// Fields of persons as files write them, brought to one form for comparing: western names, Japanese names and
// addresses, dates, numbers. Unlike the frozen canonicaliser (identity/canonical.h) nothing is stored in these forms,
// so they may grow with any version.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sekisho::identity {

enum class FieldType : std::uint8_t {
  kName,       // western name: ASCII letters in lower case, words apart
  kText,       // any words: lower case letters and digits, words apart
  kDate,       // YYYYMMDD; 00 where month or day are unknown
  kSex,        // M, F or the word itself
  kDigits,     // digits only
  kCode,       // letters and digits, upper case
  kEmail,      // lower case
  kKanji,      // canonical_kanji
  kKana,       // canonical_kana
  kInsurer,    // eight digits
  kInsurance,  // canonical_insurance
  kJpAddress,  // place|1-2-3: town and numbers, without building
};
std::optional<FieldType> field_type(std::string_view name);  // "name", "text" ...

// Order of day and month in dates with slashes.
enum class DateOrder : std::uint8_t { kDayFirst, kMonthFirst };

// "" when nothing usable is there: blanks, "unknown", "n/a", 不明, 999999, impossible dates.
std::string normalise(FieldType type, std::string_view text, DateOrder order = DateOrder::kDayFirst);

// "1970.0", as spreadsheets write numbers, is 1970; anything else stays.
std::string_view without_decimals(std::string_view text);

// The part of a whole name: first word, last word, or what stands between ("Surname, Given Middle" is understood). ""
// when there is no such part; a single word is the first, or in "Surname," the last.
enum class NamePart : std::uint8_t { kFirst, kMiddle, kLast };
std::string name_part(std::string_view whole, NamePart part, bool surname_first);

}  // namespace sekisho::identity
