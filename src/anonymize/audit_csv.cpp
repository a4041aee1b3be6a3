#include "anonymize/audit_csv.h"

#include <fmt/format.h>

#include "columns/parquet.h"
#include "core/csv.h"
#include "core/file.h"

namespace sekisho::anonymize {

Result<std::vector<std::string>> csv_header(const std::filesystem::path& file, char delimiter) {
  SEKISHO_TRY(const MappedFile mapped, MappedFile::open(file));
  CsvReader reader(as_text(mapped.bytes()), delimiter, file.string());
  std::vector<std::string_view> fields;
  SEKISHO_TRY(const bool any, reader.next(fields));
  if (!any) return fail("csv.empty", "the file holds no header", {.file = file.string()});
  return std::vector<std::string>(fields.begin(), fields.end());
}

std::string sql_csv(const std::filesystem::path& file, const std::vector<std::string>& header, char delimiter) {
  std::string names;
  for (const std::string& name : header)
    names += (names.empty() ? "" : ", ") + columns::sql_text(name) + ": 'VARCHAR'";
  return fmt::format(
      "read_csv({}, auto_detect = false, header = true, columns = {{{}}}, delim = {}, quote = '\"', escape = '\"', "
      "nullstr = '\\N', strict_mode = true)",
      columns::sql_text(file.string()), names, columns::sql_text(std::string(1, delimiter)));
}

}  // namespace sekisho::anonymize
