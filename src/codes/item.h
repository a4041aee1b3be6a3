// A local code of a hospital with everything known about it; read from CSV or from the tables of `inspect`.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "codes/name.h"
#include "core/result.h"

namespace sekisho::codes {

struct Distribution {
  double low = 0, middle = 0, high = 0;  // 5th, 50th, 95th percentile, in the item's unit
  double count = 0;                      // 0: nothing known
};

struct LocalItem {
  std::string hospital, system, code, name, kana;
  std::optional<Kind> kind;
  std::string unit, specimen, form;
  double count = 0;         // rows or patient-days it was seen on
  int first = 0, last = 0;  // days of first and last use, yyyymmdd; 0: unknown
  Distribution values;      // laboratory results
  double ref_low = 0, ref_high = 0;
  double dose = 0;  // median amount of one administration
  std::string dose_unit;
  std::vector<std::pair<std::string, double>> claimed;  // receipt codes claimed on the same patient-days, with counts
  std::string std_system, std_code, icd;                // standard codes the source sent
  bool variant =
      false;  // rows of a code with other standard code, unit or specimen than most: judged, not suggested for
  std::int64_t line = 0;
};

// A table with a header, below titles or not; columns by English or Japanese names (docs/codes.md). CSV with commas,
// semicolons or tabs in UTF-8, UTF-16, CP932 or EUC-JP, or a workbook; read_items: packed or not.
// Errors: codes.input with file and line, masters.unpack, masters.xlsx, masters.xls.
Result<std::vector<LocalItem>> read_items(const std::filesystem::path& path);
Result<std::vector<LocalItem>> read_items_text(std::string_view text, std::string_view file);
void write_items(std::span<const LocalItem> items, std::string& out);

// yyyymmdd of a day as tables write it (2024-03-01, 2024/3/1, 20240301120000); 0: no day.
int day_number(std::string_view text);

// Collects the local codes of the tables that `inspect --tables` left in `folder` (Parquet or CSV), with units,
// distributions, doses and what was claimed on the same day for the same patient.
Result<std::vector<LocalItem>> collect_items(const std::filesystem::path& folder, std::string_view hospital);

}  // namespace sekisho::codes
