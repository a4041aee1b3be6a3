#include "columns/result_set.h"

#include <fmt/format.h>

#include <cstdlib>
#include <cstring>

#include "core/date.h"

namespace sekisho::columns {
namespace {

// Owns a materialised result and the chunk being read.
class DuckResult final : public ResultSet {
 public:
  DuckResult() { std::memset(&result_, 0, sizeof result_); }
  ~DuckResult() override {
    if (chunk_ != nullptr) duckdb_destroy_data_chunk(&chunk_);
    duckdb_destroy_result(&result_);
  }
  duckdb_result* handle() { return &result_; }
  void open(std::vector<std::string> names);
  const std::vector<std::string>& names() const override { return names_; }
  bool next() override;
  bool is_null(std::size_t column) const override;
  std::int64_t integer(std::size_t column) const override;
  double real(std::size_t column) const override;
  std::string text(std::size_t column) const override;

 private:
  struct Slot {
    duckdb_type type;
    const void* data;
    std::uint64_t* validity;
  };
  template <class T>
  T at(std::size_t column) const {
    T value;
    std::memcpy(&value, static_cast<const T*>(slots_[column].data) + row_, sizeof value);
    return value;
  }
  __int128 wide(std::size_t column) const;
  std::string_view string(std::size_t column) const;

  duckdb_result result_;
  duckdb_data_chunk chunk_ = nullptr;
  std::vector<std::string> names_;
  std::vector<Slot> slots_;
  std::size_t row_ = 0, size_ = 0;
};

// Types read from their vectors; any other is cast to VARCHAR inside the engine.
bool is_plain(duckdb_type type) {
  switch (type) {
    case DUCKDB_TYPE_BOOLEAN:
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_SMALLINT:
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_UTINYINT:
    case DUCKDB_TYPE_USMALLINT:
    case DUCKDB_TYPE_UINTEGER:
    case DUCKDB_TYPE_UBIGINT:
    case DUCKDB_TYPE_HUGEINT:
    case DUCKDB_TYPE_FLOAT:
    case DUCKDB_TYPE_DOUBLE:
    case DUCKDB_TYPE_DATE:
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_VARCHAR:
    case DUCKDB_TYPE_BLOB:
      return true;
    default:
      return false;
  }
}

void DuckResult::open(std::vector<std::string> names) {
  names_ = std::move(names);
  for (idx_t i = 0; i < duckdb_column_count(&result_); ++i)
    slots_.push_back({duckdb_column_type(&result_, i), nullptr, nullptr});
}

bool DuckResult::next() {
  if (chunk_ != nullptr && ++row_ < size_) return true;
  while (true) {
    if (chunk_ != nullptr) duckdb_destroy_data_chunk(&chunk_);
    chunk_ = duckdb_fetch_chunk(result_);
    if (chunk_ == nullptr) {
      size_ = 0;
      return false;
    }
    size_ = duckdb_data_chunk_get_size(chunk_);
    if (size_ > 0) break;
  }
  row_ = 0;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    duckdb_vector vector = duckdb_data_chunk_get_vector(chunk_, i);
    slots_[i].data = duckdb_vector_get_data(vector);
    slots_[i].validity = duckdb_vector_get_validity(vector);
  }
  return true;
}

bool DuckResult::is_null(std::size_t column) const {
  return slots_[column].validity != nullptr && !duckdb_validity_row_is_valid(slots_[column].validity, row_);
}

std::string_view DuckResult::string(std::size_t column) const {
  const auto* value = static_cast<const duckdb_string_t*>(slots_[column].data) + row_;
  return {duckdb_string_t_data(const_cast<duckdb_string_t*>(value)), duckdb_string_t_length(*value)};
}

__int128 DuckResult::wide(std::size_t column) const {
  switch (slots_[column].type) {
    case DUCKDB_TYPE_BOOLEAN:
    case DUCKDB_TYPE_UTINYINT:
      return at<std::uint8_t>(column);
    case DUCKDB_TYPE_TINYINT:
      return at<std::int8_t>(column);
    case DUCKDB_TYPE_SMALLINT:
      return at<std::int16_t>(column);
    case DUCKDB_TYPE_USMALLINT:
      return at<std::uint16_t>(column);
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_DATE:
      return at<std::int32_t>(column);
    case DUCKDB_TYPE_UINTEGER:
      return at<std::uint32_t>(column);
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_TIMESTAMP:
      return at<std::int64_t>(column);
    case DUCKDB_TYPE_UBIGINT:
      return at<std::uint64_t>(column);
    case DUCKDB_TYPE_HUGEINT: {
      const auto value = at<duckdb_hugeint>(column);
      return static_cast<__int128>(value.upper) * (static_cast<__int128>(1) << 64) + value.lower;
    }
    case DUCKDB_TYPE_FLOAT:
    case DUCKDB_TYPE_DOUBLE:
      return static_cast<std::int64_t>(real(column));
    default:
      return std::strtoll(text(column).c_str(), nullptr, 10);
  }
}

std::int64_t DuckResult::integer(std::size_t column) const {
  return is_null(column) ? 0 : static_cast<std::int64_t>(wide(column));
}

double DuckResult::real(std::size_t column) const {
  if (is_null(column)) return 0;
  switch (slots_[column].type) {
    case DUCKDB_TYPE_FLOAT:
      return at<float>(column);
    case DUCKDB_TYPE_DOUBLE:
      return at<double>(column);
    case DUCKDB_TYPE_VARCHAR:
    case DUCKDB_TYPE_BLOB:
      return std::strtod(text(column).c_str(), nullptr);
    default:
      return static_cast<double>(wide(column));
  }
}

// As DuckDB writes it: always with a point or an exponent.
template <class T>
std::string real_text(T value) {
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

std::string timestamp_text(std::int64_t micros) {
  constexpr std::int64_t kDay = 86'400'000'000;
  const std::int64_t day = (micros >= 0 ? micros : micros - kDay + 1) / kDay;
  const std::int64_t rest = micros - day * kDay;
  std::string text = fmt::format("{} {:02}:{:02}:{:02}", Date{static_cast<std::int32_t>(day)}.iso(),
                                 rest / 3'600'000'000, rest / 60'000'000 % 60, rest / 1'000'000 % 60);
  if (const auto fraction = rest % 1'000'000; fraction != 0) {
    text += fmt::format(".{:06}", fraction);
    text.erase(text.find_last_not_of('0') + 1);
  }
  return text;
}

std::string DuckResult::text(std::size_t column) const {
  if (is_null(column)) return {};
  switch (slots_[column].type) {
    case DUCKDB_TYPE_VARCHAR:
    case DUCKDB_TYPE_BLOB:
      return std::string(string(column));
    case DUCKDB_TYPE_BOOLEAN:
      return at<std::uint8_t>(column) != 0 ? "true" : "false";
    case DUCKDB_TYPE_FLOAT:
      return real_text(at<float>(column));
    case DUCKDB_TYPE_DOUBLE:
      return real_text(at<double>(column));
    case DUCKDB_TYPE_DATE:
      return Date{at<std::int32_t>(column)}.iso();
    case DUCKDB_TYPE_TIMESTAMP:
      return timestamp_text(at<std::int64_t>(column));
    default:
      return fmt::format("{}", wide(column));
  }
}

std::unexpected<Error> query_error(std::string_view message) {
  return fail("columns.query", "the query engine refused: " + std::string(message));
}

// `sql` with the columns of other types cast to VARCHAR; "" when there are none. Statements that are not queries give
// plain types only.
std::string cast_others(duckdb_result* result, std::string sql) {
  std::string list, names;
  bool others = false;
  for (idx_t i = 0; i < duckdb_column_count(result); ++i) {
    const bool plain = is_plain(duckdb_column_type(result, i));
    others |= !plain;
    const std::string name = fmt::format("c{}", i);
    list += (i == 0 ? "" : ", ") + (plain ? name : "CAST(" + name + " AS VARCHAR)");
    names += (i == 0 ? "" : ", ") + name;
  }
  if (!others) return {};
  while (!sql.empty() && (sql.back() == ';' || sql.back() == ' ' || sql.back() == '\n'))
    sql.pop_back();
  return fmt::format("SELECT {} FROM ({}\n) AS q({})", list, sql, names);
}

Result<void> run(duckdb_connection connection, const std::string& sql, duckdb_result* result) {
  if (duckdb_query(connection, sql.c_str(), result) == DuckDBSuccess) return {};
  const char* error = duckdb_result_error(result);
  return query_error(error == nullptr ? "no reason given" : error);
}

}  // namespace

Result<std::unique_ptr<ResultSet>> run_query(duckdb_connection connection, const std::string& sql) {
  auto rows = std::make_unique<DuckResult>();
  SEKISHO_CHECK(run(connection, sql, rows->handle()));
  std::vector<std::string> names;
  for (idx_t i = 0; i < duckdb_column_count(rows->handle()); ++i)
    names.emplace_back(duckdb_column_name(rows->handle(), i));
  if (const std::string cast = cast_others(rows->handle(), sql); !cast.empty()) {
    rows = std::make_unique<DuckResult>();
    SEKISHO_CHECK(run(connection, cast, rows->handle()));
  }
  rows->open(std::move(names));
  return rows;
}

}  // namespace sekisho::columns
