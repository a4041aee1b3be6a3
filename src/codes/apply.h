// Applies code tables to exported clinical tables by date: std_code and std_sys of rows whose local code has a mapping
// on their day; what the source sent stays beside it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "codes/table.h"
#include "core/json.h"

namespace sekisho::codes {

struct ApplyOptions {
  std::filesystem::path input, output;  // folder of tables (Parquet or CSV) or one CSV; a new folder or file
  std::string hospital;
  bool replace = false;  // also where the source sent a standard code; otherwise only where it sent none
  std::string day;       // for a single CSV: its column with the day; empty: t, date
};

struct ApplyReport {
  struct TableReport {
    std::string table;
    std::int64_t rows = 0, local = 0, mapped = 0, kept = 0;  // kept: a standard code from the source stayed
  };
  std::vector<TableReport> tables;
  Json to_json() const;
};

Result<ApplyReport> apply_codes(const CodeReader& reader, const ApplyOptions& options);

}  // namespace sekisho::codes
