// A table as the engine sees it: columns of dictionary codes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "anonymize/encoding.h"
#include "anonymize/narrow.h"
#include "core/result.h"

namespace sekisho::anonymize {

class Column {
 public:
  explicit Column(std::string name) : name_(std::move(name)) {}
  const std::string& name() const { return name_; }
  void add(std::string_view value) { add(value, {}); }
  // Where a value is a part of `within`, its bytes are read eight at a time.
  void add(std::string_view value, std::string_view within);
  std::uint32_t code(std::size_t row) const { return static_cast<std::uint32_t>(codes_[row]); }
  const std::string& text(std::size_t row) const { return values_[codes_[row]]; }
  const std::vector<std::string>& values() const { return values_; }  // distinct, in order of first sight
  const Narrow& codes() const { return codes_; }
  void reserve(std::size_t rows) { codes_.reserve(rows); }
  void append(const Column& other);                           // its rows after these
  Column select(const std::vector<std::size_t>& rows) const;  // the same dictionary

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  // Values of up to eight bytes: a table of them without texts to follow. Longer ones stand in the index.
  struct Short {
    std::uint64_t text = 0;
    std::uint32_t size = UINT32_MAX, code = 0;  // the greatest size: empty
  };
  std::uint32_t code_of(std::string_view value);
  std::uint32_t code_of_short(std::string_view value, std::uint64_t bytes);
  std::uint32_t new_code(std::string_view value);
  void grow_short();
  std::string name_;
  std::vector<std::string> values_;
  Narrow codes_;
  std::vector<Short> short_;
  std::size_t shorts_ = 0;
  std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> index_;
};

struct Table {
  std::vector<Column> columns;
  std::size_t rows = 0;
  const Column* find(std::string_view name) const;
  Table select(const std::vector<std::size_t>& rows) const;  // those rows, with the dictionaries of all
  // As many as columns; `within` as in Column::add.
  void add_row(const std::vector<std::string_view>& fields, std::string_view within = {});
};

// CSV with a header, in UTF-8. Errors: csv.*, anonymize.columns (a name stands twice).
Result<Table> read_table(std::string_view text, char separator, const std::string& file);
// `encoding` becomes that of the file. The result is the same whatever the number of threads.
Result<Table> read_table_file(const std::filesystem::path& path, char separator, Encoding& encoding, int threads = 1);
inline Result<Table> read_table_file(const std::filesystem::path& path, char separator) {
  Encoding encoding = Encoding::kDetect;
  return read_table_file(path, separator, encoding);
}

// Drops the columns for which `named` is false, and tells their names.
template <class Named>
std::vector<std::string> drop_columns(Table& table, const Named& named) {
  std::vector<std::string> out;
  std::erase_if(table.columns, [&](const Column& column) {
    if (named(column.name())) return false;
    out.push_back(column.name());
    return true;
  });
  return out;
}

}  // namespace sekisho::anonymize
