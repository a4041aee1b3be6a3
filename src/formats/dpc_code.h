// Diagnosis group codes (診断群分類番号, 14 characters): their parts, and which edition of the classification has them.
// A code means nothing without its edition: read it with the date of its case. (reference: dpc section 9)
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/date.h"
#include "records/batch.h"

namespace sekisho::formats::dpc {

struct Edition {
  std::string_view name;  // first day, YYYYMMDD
  std::uint8_t bit;       // in the tables of classes and groups; 0: the product has no table of this edition
};
const Edition* edition_on(Date day);  // nullptr: before the first
// Of the same classification tables: all that share a bit are one.
inline constexpr int kTabledEditions = 4;

struct CodeParts {
  bool valid = false;  // has the form MMDDDDCASSTTFV of digits, letters and x
  std::string_view mdc, disease, condition, age, operation, treatment1, treatment2, comorbidity, severity;  // x: as is
};
CodeParts parts_of(std::string_view code);
void set_parts(records::Batch& row, std::string_view code);  // columns of dpc_case

// "" where the edition has no such class or the product no table of the edition.
std::string_view class_name(std::string_view disease, const Edition* edition);
std::string_view mdc_name(std::string_view mdc);
// Editions of the tables that have the code, as bits; for six characters those that have the class.
std::uint8_t editions_of(std::string_view code);

// DPC_CODE_FORM: no code at all; DPC_CODE_EDITION: a code of other editions than that of its date; DPC_CODE_UNKNOWN: in
// none of those that the product knows. "" : nothing to say.
std::string_view check_code(std::string_view code, const Edition* edition);

}  // namespace sekisho::formats::dpc
