// Laboratory values as hospitals write them: numbers, comparisons, graded and qualitative results, reference intervals
// and units. Nothing is converted: what a value says is taken apart, the text itself stays beside it.
// (reference: ssmix2 section 8.3, interop "Units")
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sekisho::formats {

struct ResultValue {
  std::string_view comparator;  // "<", "<=", ">", ">="
  std::optional<double> number;
  std::optional<double> number_high;  // of a range
  std::string_view qualitative;       // neg, pos, trace, 1+ .. 9+, or a titre as 1:40
  bool recognised = false;            // anything above was found; otherwise the value is free text
  bool combined = false;              // two results in one value, 2.3(+-)
  bool exponent = false;              // power of ten written out
  bool plain_number = false;          // a number in the sense of HL7 NM
  std::array<char, 40> text{};        // what qualitative points to where it is no constant
};
// `text` as sent, leading blanks included, escapes undone.
void parse_result(std::string_view text, ResultValue& value);

struct ReferenceInterval {
  std::optional<double> low, high;
};
ReferenceInterval parse_reference(std::string_view text);

// UCUM for a unit as sent, "" where the table does not know it.
std::string_view ucum_of(std::string_view unit);

// Full-width ASCII, minus and wave variants, comparison signs and micro to ASCII; the rest stays. Writes at most
// `capacity` bytes and returns how many, 0 where the result does not fit.
std::size_t fold_ascii(std::string_view text, char* out, std::size_t capacity);

}  // namespace sekisho::formats
