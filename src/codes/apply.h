// Applies code tables to exported clinical tables by date: std_code and std_sys of rows whose local code has a mapping
// on their day; what the source sent stays beside it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "codes/table.h"
#include "core/json.h"

namespace sekisho::codes {

struct ApplyOptions {
  std::filesystem::path input, output;  // a folder of tables (Parquet or CSV) and a new folder
  std::string hospital;
  bool replace = false;  // also where the source sent a standard code; otherwise only where it sent none
};

// A CSV of one's own; columns by name, empty: the usual names (local_code, loc_code, code ...).
struct ApplyCsvOptions {
  std::filesystem::path input, output;  // UTF-8, CP932 or EUC-JP, comma or tab; a new file in UTF-8
  std::string hospital;                 // of rows when the file has no column hospital
  std::optional<Kind> kind;             // of rows when the file has no column kind
  std::string local_system;             // of rows when the file has no column of it
  std::string code_column, day_column;
  bool replace = false;
};

struct ApplyReport {
  struct TableReport {
    std::string table;
    std::int64_t rows = 0, local = 0, mapped = 0, kept = 0;  // kept: a standard code from the source stayed
    std::int64_t undated = 0;  // rows with a local code whose day is missing or unreadable
  };
  std::vector<TableReport> tables;
  Json to_json() const;
};

Result<ApplyReport> apply_codes(const CodeReader& reader, const ApplyOptions& options);

// Adds std_code, std_sys, source_std_code, source_std_sys and mapping_status to every row; all other fields stay as
// they are. Errors: codes.apply_csv (columns missing, a ragged row, a local code that several local systems share).
Result<ApplyReport> apply_codes_csv(const CodeReader& reader, const ApplyCsvOptions& options);

}  // namespace sekisho::codes
