// Typed columns <-> Parquet segments, and the embedded query engine (DuckDB through its C API; nothing durable in its
// own format).
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/json.h"
#include "core/result.h"
#include "records/batch.h"

namespace sekisho::columns {

struct EngineOptions {
  int threads = 1;
  std::string memory_limit = "1GB";
  std::filesystem::path temporary;                     // where sorting may spill; empty: no spilling
  std::vector<std::filesystem::path> allowed_folders;  // files outside cannot be read or written by SQL
};

// A result read chunk by chunk, every value as text or typed.
class ResultSet {
 public:
  virtual ~ResultSet() = default;
  virtual const std::vector<std::string>& names() const = 0;
  virtual bool next() = 0;  // moves to the next row
  virtual bool is_null(std::size_t column) const = 0;
  virtual std::int64_t integer(
      std::size_t column) const = 0;  // integers, booleans, dates as days, timestamps as microseconds
  virtual double real(std::size_t column) const = 0;
  virtual std::string text(std::size_t column) const = 0;  // any type, in DuckDB's own text form; "" for null
};

// A file and the rows of a batch that go into it, in this order.
struct FileRows {
  std::filesystem::path path;
  std::vector<std::uint32_t> rows;
  bool all = false;  // every row in its order; `rows` is not looked at
};

// Adds to the values of an integer column (kInt64) while writing.
struct ColumnOffset {
  int column = 0;
  std::int64_t add = 0;
};

// One DuckDB instance in memory. Not thread safe: one per thread.
class Engine {
 public:
  static Result<std::unique_ptr<Engine>> create(const EngineOptions& options);
  virtual ~Engine() = default;
  virtual Result<void> execute(const std::string& sql) = 0;
  virtual Result<std::unique_ptr<ResultSet>> query(const std::string& sql) = 0;
  virtual Result<std::int64_t> query_integer(const std::string& sql) = 0;  // one row, one column
  virtual Result<std::string> query_text(const std::string& sql) = 0;
  // Makes the batch readable as table function / view `name` until the next call with this name; the batch must outlive
  // its use.
  virtual Result<void> register_batch(const std::string& name, records::Batch& batch) = 0;
  // Used by write_parquet: several files from one batch; distinct texts are handed over once.
  virtual Result<void> write(records::Batch& batch, std::span<const FileRows> files,
                             std::span<const ColumnOffset> offsets) = 0;
};

// Writes a batch as one Parquet file (zstd, rows in their order) through `engine`; same batch, same bytes.
Result<void> write_parquet(Engine& engine, records::Batch& batch, const std::filesystem::path& path);
// Splits a batch over several files. Errors: disk.full, columns.query.
Result<void> write_parquet(Engine& engine, records::Batch& batch, std::span<const FileRows> files,
                           std::span<const ColumnOffset> offsets = {});
// Sorted copy of a query's rows as Parquet.
Result<void> copy_parquet(Engine& engine, const std::string& sql, const std::filesystem::path& path);

std::string sql_text(std::string_view text);                             // 'quoted'
std::string sql_name(std::string_view name);                             // "quoted"
std::string sql_paths(const std::vector<std::filesystem::path>& paths);  // ['a','b']

}  // namespace sekisho::columns
