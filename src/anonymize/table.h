// A table as the engine sees it: columns of dictionary codes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/result.h"

namespace sekisho::anonymize {

class Column {
 public:
  explicit Column(std::string name) : name_(std::move(name)) {}
  const std::string& name() const { return name_; }
  void add(std::string_view value);
  std::uint32_t code(std::size_t row) const { return codes_[row]; }
  const std::string& text(std::size_t row) const { return values_[codes_[row]]; }
  const std::vector<std::string>& values() const { return values_; }  // distinct, in order of first sight
  const std::vector<std::uint32_t>& codes() const { return codes_; }
  Column select(const std::vector<std::size_t>& rows) const;  // the same dictionary

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  std::string name_;
  std::vector<std::string> values_;
  std::vector<std::uint32_t> codes_;
  std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> index_;
};

struct Table {
  std::vector<Column> columns;
  std::size_t rows = 0;
  const Column* find(std::string_view name) const;
  Table select(const std::vector<std::size_t>& rows) const;   // those rows, with the dictionaries of all
  void add_row(const std::vector<std::string_view>& fields);  // as many as columns
};

// Error: csv.encoding, with the line of the first bytes that are no UTF-8.
Result<void> check_encoding(std::string_view text, const std::string& file);

// CSV with a header. Errors: csv.*, anonymize.columns (a name stands twice).
Result<Table> read_table(std::string_view text, char separator, const std::string& file);
Result<Table> read_table_file(const std::filesystem::path& path, char separator);

}  // namespace sekisho::anonymize
