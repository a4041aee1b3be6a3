// Files in, rows out: what the tests of receipts and survey files write and look at.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "core/text.h"
#include "records/record_set.h"

namespace sekisho::formats {

inline std::string shift_jis(std::string_view utf8) {
  std::string out;
  encode(Charset::kCp932, utf8, out);
  return out;
}

inline std::string lines(std::initializer_list<std::string_view> rows) {
  std::string out;
  for (std::string_view row : rows)
    out.append(row).append("\r\n");
  return out;
}

// Of one row; "" and -1 where it is null.
inline std::string text_at(records::Batch& batch, int column, std::size_t row) {
  batch.pad();
  return batch.column(column).is_null(row) ? std::string() : std::string(batch.column(column).text(row));
}
inline double real_at(records::Batch& batch, int column, std::size_t row) {
  batch.pad();
  return batch.column(column).is_null(row) ? -1 : batch.column(column).real(row);
}
inline std::int64_t int_at(records::Batch& batch, int column, std::size_t row) {
  batch.pad();
  return batch.column(column).is_null(row) ? -1 : batch.column(column).integer(row);
}
inline std::string day_at(records::Batch& batch, int column, std::size_t row) {
  batch.pad();
  if (batch.column(column).is_null(row)) return "";
  return Date{static_cast<std::int32_t>(batch.column(column).integer(row) / 86'400'000'000)}.iso();
}

}  // namespace sekisho::formats
