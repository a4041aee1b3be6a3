// CSV (RFC 4180) in UTF-8: one reader, one writer.
#pragma once

#include <cstdio>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/file.h"
#include "core/result.h"

namespace sekisho {

// Reads a CSV from memory, record by record. Fields are views into the text or, where quotes had to be undone, into a
// buffer of the reader; both live until the next call of next(). Quoted fields may hold separators, quotes and line
// breaks; CRLF, LF and CR end records; a UTF-8 BOM is skipped; empty lines are skipped.
class CsvReader {
 public:
  explicit CsvReader(std::string_view text, char separator = ',', std::string_view file = {});
  // false at the end. Errors: csv.quote (an unclosed or misplaced quote, with its line).
  Result<bool> next(std::vector<std::string_view>& fields);
  std::int64_t line() const { return record_line_; }  // 1-based line on which the last record began

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  char separator_;
  std::string file_;
  std::int64_t line_ = 1, record_line_ = 0;
  std::string unquoted_;
};

// A whole CSV with a header, column by name. For files that fit in memory.
struct CsvTable {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  std::vector<std::int64_t> lines;          // of each row
  int column(std::string_view name) const;  // -1: absent
};
// Errors: csv.ragged (a record with another number of fields than the header), csv.empty.
Result<CsvTable> read_csv(std::string_view text, char separator = ',', std::string_view file = {});
Result<CsvTable> read_csv_file(const std::filesystem::path& path, char separator = ',');

// Appends one record to `out`, quoting where needed, ended by LF.
void append_csv(std::string& out, std::span<const std::string_view> fields, char separator = ',');
void append_csv(std::string& out, std::initializer_list<std::string_view> fields, char separator = ',');

}  // namespace sekisho
