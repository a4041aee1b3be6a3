// Typed columns in memory: what readers fill and what becomes a Parquet segment. Columns are filled lazily (an
// untouched column costs nothing per row) and texts are dictionary-encoded, so that no field costs an allocation.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/date.h"

namespace sekisho::records {

enum class ColumnType : std::uint8_t {
  kText,       // UTF-8, dictionary-encoded; Parquet VARCHAR
  kInt32,      // INTEGER
  kInt64,      // BIGINT
  kFloat64,    // DOUBLE
  kDate,       // days since 1970-01-01; DATE
  kTimestamp,  // microseconds since 1970-01-01T00:00 Japanese wall clock; TIMESTAMP without zone
};

struct ColumnSpec {
  std::string_view name;  // ASCII snake_case, as in Parquet
  ColumnType type;
  std::string_view meaning;  // one line: unit, code system, source
};

struct TableSpec {
  std::string_view name;
  std::string_view meaning;
  std::vector<ColumnSpec> columns;  // common columns first
};

// Distinct texts with small numbers. Texts live in one arena; views are stable until clear().
class Dictionary {
 public:
  std::uint32_t intern(std::string_view text);
  std::string_view text(std::uint32_t id) const {
    return {arena_.data() + offsets_[id], offsets_[id + 1] - offsets_[id]};
  }
  std::size_t size() const { return offsets_.size() - 1; }
  std::size_t bytes() const { return arena_.size() + offsets_.size() * 8 + slots_.size() * 4; }
  void clear();

 private:
  void grow();
  std::vector<char> arena_;
  std::vector<std::uint64_t> offsets_{0};
  std::vector<std::uint32_t> slots_;   // id + 1; 0: free
  std::vector<std::uint32_t> hashes_;  // of each id
};

// One column. Values are set for the row being built; rows left out are null.
class Column {
 public:
  explicit Column(ColumnType type) : type_(type) {}
  ColumnType type() const { return type_; }
  void set_text(std::size_t row, std::string_view text);
  void set_int(std::size_t row, std::int64_t value);  // kInt32, kInt64, kDate, kTimestamp
  void set_float(std::size_t row, double value);
  void pad(std::size_t rows);  // fills with nulls up to `rows`
  bool is_null(std::size_t row) const { return row >= rows_ || !valid_[row]; }
  std::string_view text(std::size_t row) const { return dictionary_.text(codes_[row]); }  // row not null
  std::int64_t integer(std::size_t row) const {
    return type_ == ColumnType::kInt32 || type_ == ColumnType::kDate ? ints_[row] : longs_[row];
  }
  double real(std::size_t row) const { return reals_[row]; }
  // Bulk access for writers; each has as many elements as rows after pad(). Null rows hold 0.
  std::span<const std::uint8_t> validity() const { return present(valid_); }  // 1: present
  std::span<const std::uint32_t> codes() const { return present(codes_); }
  std::span<const std::int32_t> ints() const { return present(ints_); }
  std::span<const std::int64_t> longs() const { return present(longs_); }
  std::span<const double> reals() const { return present(reals_); }
  const Dictionary& dictionary() const { return dictionary_; }
  std::size_t bytes() const;
  void clear();

 private:
  void extend(std::size_t row);
  template <class T>
  std::span<const T> present(const std::vector<T>& values) const {
    return {values.data(), std::min(rows_, values.size())};
  }
  ColumnType type_;
  std::size_t rows_ = 0;  // the vectors may hold more, zeros
  std::vector<std::uint8_t> valid_;
  std::vector<std::uint32_t> codes_;
  std::vector<std::int32_t> ints_;
  std::vector<std::int64_t> longs_;
  std::vector<double> reals_;
  Dictionary dictionary_;
  static constexpr std::uint32_t kNone = UINT32_MAX;
  std::uint32_t last_ = kNone;  // code of the text set last
};

// Rows of one table.
class Batch {
 public:
  explicit Batch(const TableSpec& spec);
  const TableSpec& spec() const { return *spec_; }
  std::size_t rows() const { return rows_; }
  // Begins a row; the setters below speak of it.
  void add_row() { ++rows_; }
  void text(int column, std::string_view value) {
    if (!value.empty()) columns_[column].set_text(rows_ - 1, value);
  }
  void integer(int column, std::int64_t value) { columns_[column].set_int(rows_ - 1, value); }
  void real(int column, double value) { columns_[column].set_float(rows_ - 1, value); }
  void time(int column, const ClinicalTime& value) {
    if (value.present()) columns_[column].set_int(rows_ - 1, value.micros);
  }
  void date(int column, Date value) { columns_[column].set_int(rows_ - 1, value.days); }
  void pad();  // before bulk reading
  const Column& column(int index) const { return columns_[index]; }
  std::size_t column_count() const { return columns_.size(); }
  int column_index(std::string_view name) const;  // -1: absent
  std::size_t bytes() const;
  void clear();  // keeps capacity

 private:
  const TableSpec* spec_;
  std::size_t rows_ = 0;
  std::vector<Column> columns_;
};

}  // namespace sekisho::records
