// Layouts of DPC survey files as tables: which column holds what in each kind and edition of file. Columns count from
// 0; kAbsent marks what a layout does not have. (reference: dpc sections 1 to 8)
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/bytes.h"

namespace sekisho::formats::dpc {

enum class Kind : std::uint8_t { kFf1, kFf3, kFf4, kE, kF, kEfInpatient, kEfOutpatient, kD, kH, kK, kUnknown };

inline constexpr std::int8_t kAbsent = -1;

// Of an item of 様式1 (A000010, ADL0010, M050041): a letter first, digits last.
bool is_item_code(std::string_view text);

struct Layout {
  Kind kind;
  std::string_view name;      // begins the file's name: FF1, EFn ...
  std::string_view source;    // src column
  std::string_view document;  // kind of the logical document
  int columns;                // rows have so many, or more
  int least = columns;        // enough where blank cells at the end of rows were cut
  std::int8_t data_id = 1, discharged = kAbsent, admitted = kAbsent, section = kAbsent, sequence = kAbsent,
              detail = kAbsent, hospital_code = kAbsent, code = kAbsent, text = kAbsent, amount = kAbsent,
              unit = kAbsent, detail_points = kAbsent, flags = kAbsent, act_points = kAbsent, drug_points = kAbsent,
              material_points = kAbsent, count = kAbsent, type = kAbsent, date = kAbsent, department = kAbsent,
              ward = kAbsent, ward_kind = kAbsent, in_out = kAbsent, from = kAbsent, to = kAbsent, dpc = kAbsent,
              coefficient = kAbsent, item = kAbsent, version = kAbsent, number = kAbsent, payload = kAbsent,
              payloads = 0;
};

std::span<const Layout> layouts();  // of all kinds and editions

// How the cells of a row are told apart.
enum class Dialect : std::uint8_t { kTabs, kCommas, kFixed };

// Decides kind, edition and dialect from the file's name and its first rows (raw bytes, any number of whole rows).
struct Shape {
  const Layout* layout = nullptr;  // nullptr: no DPC file we know
  Dialect dialect = Dialect::kTabs;
  bool named = false;  // the file's name says the same
};
Shape recognise(std::string_view path, std::string_view head);

// A heading instead of a row (Shift_JIS or UTF-8): at the beginning, and within files that were put together.
bool is_heading(std::string_view row);

// Whether a file of which `head` is the beginning is a survey file at all: by its name and columns together, or by
// columns that no other file has.
bool is_survey_file(std::string_view path, std::string_view head);

// YYMM of a name like EFn_123456789_2404.txt as 202404; empty if the name has none.
std::string month_in_name(std::string_view path);

// The raw bytes of one row as cells between tabs. kTabs: the row itself. `out` may hold the result.
std::string_view to_tabs(std::string_view row, Dialect dialect, std::string& out);

// FF1 diagnoses: role by item code; empty: no diagnosis.
std::string_view diagnosis_role(std::string_view code);

}  // namespace sekisho::formats::dpc
