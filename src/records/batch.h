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

namespace detail {

template <class Word>
bool same_ends(const char* a, const char* b, std::size_t size) {
  Word a0, a1, b0, b1;
  std::memcpy(&a0, a, sizeof(Word));
  std::memcpy(&b0, b, sizeof(Word));
  std::memcpy(&a1, a + size - sizeof(Word), sizeof(Word));
  std::memcpy(&b1, b + size - sizeof(Word), sizeof(Word));
  return a0 == b0 && a1 == b1;
}

// Equality of short codes by two overlapping words: a call of memcmp costs more than the comparison.
inline bool same(std::string_view a, std::string_view b) {
  const std::size_t size = a.size();
  if (size != b.size()) return false;
  if (size > 16) return std::memcmp(a.data(), b.data(), size) == 0;
  if (size >= 8) return same_ends<std::uint64_t>(a.data(), b.data(), size);
  if (size >= 4) return same_ends<std::uint32_t>(a.data(), b.data(), size);
  if (size >= 2) return same_ends<std::uint16_t>(a.data(), b.data(), size);
  return size == 0 || a[0] == b[0];
}

}  // namespace detail

// Distinct texts with small numbers. Texts live in one arena; views are stable until clear().
class Dictionary {
 public:
  std::uint32_t intern(std::string_view text);
  std::string_view text(std::uint32_t id) const {
    return {arena_.data() + offsets_[id], offsets_[id + 1] - offsets_[id]};
  }
  std::size_t size() const { return offsets_.size() - 1; }
  std::size_t bytes() const { return arena_.size() + offsets_.size() * 8 + slots_.size() * sizeof(Slot); }
  void clear();

 private:
  // Codes are short: up to eleven bytes key and tag are the text itself, so that a lookup touches one slot; above it
  // the key is a hash and the text is compared.
  static constexpr std::size_t kWhole = 11;
  struct Slot {
    std::uint64_t key;
    std::uint32_t tag;    // the size and the last three of nine to eleven bytes; of longer texts the size x 256
    std::uint32_t entry;  // id + 1; 0: free
  };
  static Slot slot_of(std::string_view text);
  std::size_t place_of(const Slot& slot) const;
  std::uint32_t add(std::string_view text, const Slot& wanted, std::size_t at);
  void grow();
  std::vector<char> arena_;
  std::vector<std::uint64_t> offsets_{0};
  std::vector<Slot> slots_;
  int shift_ = 64;
};

// One column. Values are set for the row being built; rows left out are null. Texts set are not empty.
class alignas(64) Column {
 public:
  explicit Column(ColumnType type) : type_(type) {}
  Column(Column&&) = default;
  Column& operator=(Column&&) = default;
  ColumnType type() const { return type_; }
  void set_text(std::size_t row, std::string_view text) {
    touch(row);
    // Registration, source, state, department and the like repeat from row to row: comparing is cheaper than looking
    // up.
    if (!detail::same(last_text_, text)) look_up(text);
    static_cast<std::uint32_t*>(values_at_)[row] = last_;
  }
  void set_int(std::size_t row, std::int64_t value) {  // kInt32, kInt64, kDate, kTimestamp
    touch(row);
    if (type_ == ColumnType::kInt32 || type_ == ColumnType::kDate)
      static_cast<std::int32_t*>(values_at_)[row] = static_cast<std::int32_t>(value);
    else
      static_cast<std::int64_t*>(values_at_)[row] = value;
  }
  void set_float(std::size_t row, double value) {
    touch(row);
    static_cast<double*>(values_at_)[row] = value;
  }
  // From `row` on all rows hold this value, until the next hold: what repeats over whole files costs nothing per row. A
  // held column is never set.
  void hold_text(std::size_t row, std::string_view text);
  void hold_int(std::size_t row, std::int64_t value);
  void hold_nothing(std::size_t row);
  void pad(std::size_t rows);  // fills up to `rows` with the value held, or with nulls
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
  void touch(std::size_t row) {
    if (row >= room_) [[unlikely]]
      extend(row);
    rows_ = row + 1;
    valid_at_[row] = 1;
  }
  void extend(std::size_t row);
  void look_up(std::string_view text);
  void fill_held(std::size_t end);
  template <class T>
  std::span<const T> present(const std::vector<T>& values) const {
    return {values.data(), std::min(rows_, values.size())};
  }
  // What every value set touches stands together in one line of the cache.
  std::size_t rows_ = 0;  // the vectors may hold more, zeros
  std::size_t room_ = 0;  // elements of the vectors
  std::uint8_t* valid_at_ = nullptr;
  void* values_at_ = nullptr;   // of the vector in use
  std::string_view last_text_;  // the text set last, and its code; "" is never set
  std::uint32_t last_ = 0;
  ColumnType type_;
  std::vector<std::uint8_t> valid_;
  std::vector<std::uint32_t> codes_;
  std::vector<std::int32_t> ints_;
  std::vector<std::int64_t> longs_;
  std::vector<double> reals_;
  Dictionary dictionary_;
  static constexpr std::size_t kNoRow = SIZE_MAX;
  std::size_t held_row_ = kNoRow;  // a row with the value held
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
  // For the row at hand and all that follow, until the next call; nothing else may set these columns.
  void hold_text(int column, std::string_view value) {
    value.empty() ? columns_[column].hold_nothing(rows_ - 1) : columns_[column].hold_text(rows_ - 1, value);
  }
  void hold_nothing(int column) { columns_[column].hold_nothing(rows_ - 1); }
  void hold_integer(int column, std::int64_t value) { columns_[column].hold_int(rows_ - 1, value); }
  void pad();                                                        // before bulk reading
  const Column& column(int index) const { return columns_[index]; }  // after pad()
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
