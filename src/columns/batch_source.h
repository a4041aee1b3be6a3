// A records::Batch as a DuckDB table function: texts are handed over once per distinct value as dictionary vectors,
// columns nobody filled as one shared null.
#pragma once

#include <duckdb.h>

#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "records/batch.h"

namespace sekisho::columns {

// Owns a DuckDB vector.
class OwnedVector {
 public:
  OwnedVector() = default;
  explicit OwnedVector(duckdb_vector vector) : vector_(vector) {}
  OwnedVector(OwnedVector&& other) noexcept : vector_(std::exchange(other.vector_, nullptr)) {}
  OwnedVector& operator=(OwnedVector&& other) noexcept {
    std::swap(vector_, other.vector_);
    return *this;
  }
  ~OwnedVector() {
    if (vector_ != nullptr) duckdb_destroy_vector(&vector_);
  }
  duckdb_vector get() const { return vector_; }

 private:
  duckdb_vector vector_ = nullptr;
};

// A batch under a name, and the rows of it to hand out. Not thread safe: the function runs on one thread.
class BatchSource {
 public:
  explicit BatchSource(records::Batch& batch);
  const records::Batch& batch() const { return *batch_; }
  // Which rows, in which order; all of them when not called or after choose_all().
  void choose(std::span<const std::uint32_t> rows) {
    rows_ = rows;
    all_ = false;
  }
  void choose_all() { all_ = true; }
  // Values of an int64 column are handed out with `value` added.
  void add(int column, std::int64_t value) { added_[column] = value; }
  std::size_t rows() const { return all_ ? batch_->rows() : rows_.size(); }
  // Fills `out` with column `column` of the chosen rows [from, from + count).
  void fill(int column, std::size_t from, std::size_t count, duckdb_vector out);

 private:
  bool absent(int column);
  duckdb_vector shared(int column);
  void fill_dictionary(int column, std::size_t from, std::size_t count, duckdb_vector out);
  template <class T>
  void fill_fixed(const records::Column& column, std::span<const T> values, std::size_t from, std::size_t count,
                  std::int64_t added, duckdb_vector out);
  void fill_texts(const records::Column& column, std::size_t from, std::size_t count, duckdb_vector out);
  std::size_t row(std::size_t index) const { return all_ ? index : rows_[index]; }

  records::Batch* batch_;
  std::span<const std::uint32_t> rows_;
  bool all_ = true;
  std::vector<OwnedVector> shared_;  // by column: distinct texts and a null behind them, or a single null
  std::vector<std::int64_t> added_;  // by column
  std::vector<std::int8_t> absent_;  // by column: -1 not looked at yet
};

using BatchSources = std::map<std::string, BatchSource, std::less<>>;

// Makes `sekisho_batch(name)` known; `sources` must outlive the connection. False: DuckDB refused.
bool register_batch_function(duckdb_connection connection, BatchSources* sources);

duckdb_logical_type logical_type(records::ColumnType type);  // to be destroyed by the caller

}  // namespace sekisho::columns
