// The forms in which a dataset leaves besides dataset.csv, the file that audit and leaves speak of: CSV for Excel,
// CP932 for older tools, Parquet, SAS transport. Same rows, same bytes.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/json.h"
#include "core/result.h"

namespace sekisho::release {

enum class FormKind : std::uint8_t { kCsv, kParquet, kXpt, kXpt5 };

struct Format {
  std::string_view name;  // of --format and in the manifest
  FormKind kind;
  bool cp932 = false;  // texts in CP932 instead of UTF-8
  std::string_view ending, about;
  std::string file(std::string_view table = "dataset") const { return std::string(table) + std::string(ending); }
};
std::span<const Format> formats();
// In the order of formats(), each once. Error: release.format.
Result<std::vector<std::string>> chosen_formats(const std::vector<std::string>& names);

namespace detail {

struct FormVariable {
  std::string name, label;
  bool numeric = false, integer = false;  // a number in every row that has a value
};
struct FormTable {
  std::vector<FormVariable> variables;  // beside the columns of dataset.csv
  std::vector<std::vector<std::string>> rows;
};
// Reads dataset.csv. `labels` and `may_be_numeric` stand beside its columns; a column with other texts than numbers in
// decimal, or with leading zeros, is none.
Result<FormTable> form_table(std::string_view csv, const std::vector<std::string>& labels,
                             const std::vector<bool>& may_be_numeric);

struct FormRequest {
  std::filesystem::path folder;   // dataset.csv is there; the forms are written beside it
  std::string table = "dataset";  // the forms of TABLE.csv are named after it
  std::string title;
  UtcTime created;  // of the manifest: SAS transport holds it
};
// What was written: [{"format", "file", "charset", "replaced", ...}]; the files are added to `files`.
Result<Json> write_forms(const FormRequest& request, const FormTable& table, const std::vector<std::string>& formats,
                         Json* files);

}  // namespace detail
}  // namespace sekisho::release
