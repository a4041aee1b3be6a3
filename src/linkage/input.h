// Tables of persons as they come: packed or not, in any character set met in Japan, cells between commas, semicolons,
// tabs or bars.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/csv.h"
#include "core/result.h"

namespace sekisho::linkage {

// Text of a CSV in UTF-8, unpacked when the name ends in .gz. Reads UTF-8, CP932, EUC-JP, ISO-2022-JP, and UTF-16 with
// its mark.
Result<std::string> read_input(const std::filesystem::path& path);

// What separates the cells of the header: a comma, a semicolon, a tab or a bar.
char separator_of(std::string_view text);

// One file row by row, each row as wide as the header.
class InputFile {
 public:
  // Errors: as read_input; csv.empty: not even a header.
  static Result<std::unique_ptr<InputFile>> open(const std::filesystem::path& path);
  // Views live until the first call of next().
  const std::vector<std::string_view>& header() const { return header_; }
  // Views live until the next call; false at the end. Errors: csv.quote, csv.ragged.
  Result<bool> next(std::vector<std::string_view>& cells);
  Place place() const { return {.file = name_, .line = reader_.line()}; }  // of the row read last
  const std::string& name() const { return name_; }

 private:
  InputFile(std::string text, std::string name);

  std::string name_, text_;
  CsvReader reader_;
  std::vector<std::string_view> header_;
  std::size_t width_ = 0;
};

}  // namespace sekisho::linkage
