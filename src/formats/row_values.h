// Columns set from the fields of receipts and survey files: an empty field, or one that is no number, leaves the column
// empty.
#pragma once

#include <string_view>

#include "formats/receipt_fields.h"
#include "records/batch.h"

namespace sekisho::formats {

inline void set_number(records::Batch& row, int column, std::string_view text) {
  if (const auto value = parse_number(text)) row.real(column, *value);
}
inline void set_whole(records::Batch& row, int column, std::string_view text) {
  if (const auto value = parse_whole(text); value && *value > -2'000'000'000 && *value < 2'000'000'000)
    row.integer(column, *value);
}
inline void set_code(records::Batch& row, std::string_view code, std::string_view system = "REC") {
  if (code.empty()) return;
  row.text(records::common::kStdCode, code);
  row.text(records::common::kStdSys, system);
}

}  // namespace sekisho::formats
