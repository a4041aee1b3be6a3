// Comment codes with inserted values: what stands in the text of a comment whose pattern says that a number, a day, a
// time or codes are written into it. (reference: receipt sections 2 and 3; the pattern is digits 2-3 of the code)
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/date.h"

namespace sekisho::formats::receipt {

struct InsertedValue {
  bool valid = false;
  bool measured = false;         // a result: patterns 42 and 80
  std::optional<double> number;  // patterns 40, 42, 52, 80
  ClinicalTime date;             // patterns 50, 80
  std::string_view text;         // normalised, as column claim_line.value has it; points into the object
  std::array<char, 96> buffer{};
  std::size_t number_begin = 0, size = 0;
  InsertedValue() = default;
  InsertedValue(const InsertedValue&) = delete;
  InsertedValue& operator=(const InsertedValue&) = delete;
  std::string_view written() const { return text.substr(number_begin); }  // of a result: the number alone
};

// Whether a comment of this code holds a value to be read: patterns 31, 40, 42, 50, 51, 52, 53, 80 and 90.
bool has_pattern_value(std::string_view code);
inline bool has_inserted_value(std::string_view code) {
  return code.size() == 9 && code[0] == '8' && code[1] >= '3' && has_pattern_value(code);
}
void inserted_value(std::string_view code, std::string_view text, InsertedValue& value);

}  // namespace sekisho::formats::receipt
