// What single fields of SS-MIX2 messages must hold, as a table: required fields, times, numbers, code tables, lengths.
// (reference: ssmix2 sections 7, 9 and 10)
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "formats/hl7.h"
#include "records/record_set.h"

namespace sekisho::formats {

struct FieldRule {
  enum class Kind : std::uint8_t { kRequired, kTime, kDate, kNumber, kTable, kLength };
  hl7::Tag segment = 0;
  int field = 0, component = 1;
  Kind kind = Kind::kRequired;
  std::string_view name;    // PID-7
  std::string_view values;  // kTable: |a|b|; kRequired: data types it holds for, |OMP-01|, "" for all
  std::string_view system;  // kTable: component 3 that names the table; "" where the field has this table only
  records::Level level = records::Level::kError;
  std::uint16_t limit = 0;    // kLength: characters
  std::uint64_t letters = 0;  // kTable of single capital letters: one bit each, so that values need not be searched
};

std::span<const FieldRule> field_rules(hl7::Tag segment);
// Is `value` one of `|a|b|`?
bool is_listed(std::string_view values, std::string_view value);
// A code of the unified department table, two or three characters. (section 9.3)
bool is_department(std::string_view code);

}  // namespace sekisho::formats
