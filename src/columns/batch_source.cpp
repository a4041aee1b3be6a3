#include "columns/batch_source.h"

#include <algorithm>
#include <memory>

#include "core/text.h"

namespace sekisho::columns {

using records::Column;
using records::ColumnType;

namespace {

duckdb_type type_id(ColumnType type) {
  switch (type) {
    case ColumnType::kText:
      return DUCKDB_TYPE_VARCHAR;
    case ColumnType::kInt32:
      return DUCKDB_TYPE_INTEGER;
    case ColumnType::kInt64:
      return DUCKDB_TYPE_BIGINT;
    case ColumnType::kFloat64:
      return DUCKDB_TYPE_DOUBLE;
    case ColumnType::kDate:
      return DUCKDB_TYPE_DATE;
    case ColumnType::kTimestamp:
      return DUCKDB_TYPE_TIMESTAMP;
  }
  return DUCKDB_TYPE_INVALID;
}

OwnedVector make_vector(ColumnType type, std::size_t capacity) {
  duckdb_logical_type logical = logical_type(type);
  OwnedVector vector(duckdb_create_vector(logical, capacity));
  duckdb_destroy_logical_type(&logical);
  return vector;
}

// DuckDB takes the caller's word that a VARCHAR is UTF-8; what is not becomes U+FFFD here.
void assign(duckdb_vector vector, std::size_t at, std::string_view text) {
  if (is_valid_utf8(text)) {
    duckdb_vector_assign_string_element_len(vector, at, text.data(), text.size());
    return;
  }
  std::string repaired;
  for (std::size_t i = 0; i < text.size();)
    append_utf8(repaired, next_code_point(text, i));
  duckdb_vector_assign_string_element_len(vector, at, repaired.data(), repaired.size());
}

void set_null(duckdb_vector vector, std::size_t at) {
  duckdb_vector_ensure_validity_writable(vector);
  duckdb_validity_set_row_invalid(duckdb_vector_get_validity(vector), at);
}

// Selection vectors are cheap to make and owned by the sliced vector afterwards (shared count).
class Selection {
 public:
  explicit Selection(std::size_t size) : selection_(duckdb_create_selection_vector(size)) {}
  ~Selection() { duckdb_destroy_selection_vector(selection_); }
  Selection(const Selection&) = delete;
  Selection& operator=(const Selection&) = delete;
  sel_t* data() { return duckdb_selection_vector_get_data_ptr(selection_); }
  duckdb_selection_vector get() const { return selection_; }

 private:
  duckdb_selection_vector selection_;
};

}  // namespace

duckdb_logical_type logical_type(ColumnType type) {
  return duckdb_create_logical_type(type_id(type));
}

BatchSource::BatchSource(records::Batch& batch)
    : batch_(&batch), shared_(batch.column_count()), added_(batch.column_count()), absent_(batch.column_count(), -1) {
  batch.pad();
}

bool BatchSource::absent(int column) {
  std::int8_t& known = absent_[column];
  if (known < 0) {
    const auto valid = batch_->column(column).validity();
    known = std::find(valid.begin(), valid.end(), 1) == valid.end() ? 1 : 0;
  }
  return known == 1;
}

duckdb_vector BatchSource::shared(int column) {
  OwnedVector& vector = shared_[column];
  if (vector.get() != nullptr) return vector.get();
  const Column& source = batch_->column(column);
  const std::size_t distinct = absent(column) ? 0 : source.dictionary().size();
  vector = make_vector(source.type(), distinct + 1);
  for (std::size_t id = 0; id < distinct; ++id)
    assign(vector.get(), id, source.dictionary().text(static_cast<std::uint32_t>(id)));
  set_null(vector.get(), distinct);
  return vector.get();
}

void BatchSource::fill_dictionary(int column, std::size_t from, std::size_t count, duckdb_vector out) {
  const Column& source = batch_->column(column);
  const bool nothing = absent(column);
  const auto null = static_cast<sel_t>(nothing ? 0 : source.dictionary().size());
  Selection selection(count);
  sel_t* chosen = selection.data();
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = row(from + i);
    chosen[i] = nothing || source.is_null(at) ? null : source.codes()[at];
  }
  duckdb_vector_reference_vector(out, shared(column));
  duckdb_slice_vector(out, selection.get(), count);
}

template <class T>
void BatchSource::fill_fixed(const Column& column, std::span<const T> values, std::size_t from, std::size_t count,
                             std::int64_t added, duckdb_vector out) {
  T* target = static_cast<T*>(duckdb_vector_get_data(out));
  const auto valid = column.validity();
  bool nulls = false;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = row(from + i);
    target[i] = values[at] + static_cast<T>(added);
    nulls |= valid[at] == 0;
  }
  if (!nulls) return;
  duckdb_vector_ensure_validity_writable(out);
  std::uint64_t* mask = duckdb_vector_get_validity(out);
  for (std::size_t i = 0; i < count; ++i)
    if (valid[row(from + i)] == 0) duckdb_validity_set_row_invalid(mask, i);
}

void BatchSource::fill_texts(const Column& column, std::size_t from, std::size_t count, duckdb_vector out) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = row(from + i);
    if (column.is_null(at))
      set_null(out, i);
    else
      assign(out, i, column.text(at));
  }
}

void BatchSource::fill(int index, std::size_t from, std::size_t count, duckdb_vector out) {
  const Column& column = batch_->column(index);
  if (absent(index)) return fill_dictionary(index, from, count, out);
  switch (column.type()) {
    case ColumnType::kText:
      // A dictionary pays only where a text is used more than once.
      if (shared_[index].get() != nullptr || column.dictionary().size() <= rows())
        return fill_dictionary(index, from, count, out);
      return fill_texts(column, from, count, out);
    case ColumnType::kInt32:
    case ColumnType::kDate:
      return fill_fixed(column, column.ints(), from, count, added_[index], out);
    case ColumnType::kInt64:
    case ColumnType::kTimestamp:
      return fill_fixed(column, column.longs(), from, count, added_[index], out);
    case ColumnType::kFloat64:
      return fill_fixed(column, column.reals(), from, count, added_[index], out);
  }
}

namespace {

struct Scan {
  std::vector<int> columns;
  std::size_t at = 0;
};

BatchSource* find_source(BatchSources* sources, duckdb_bind_info info) {
  duckdb_value value = duckdb_bind_get_parameter(info, 0);
  char* text = duckdb_get_varchar(value);
  const auto found = sources->find(std::string_view(text == nullptr ? "" : text));
  duckdb_free(text);
  duckdb_destroy_value(&value);
  return found == sources->end() ? nullptr : &found->second;
}

void bind(duckdb_bind_info info) {
  BatchSource* source = find_source(static_cast<BatchSources*>(duckdb_bind_get_extra_info(info)), info);
  if (source == nullptr) {
    duckdb_bind_set_error(info, "no batch of this name is registered");
    return;
  }
  for (const records::ColumnSpec& column : source->batch().spec().columns) {
    duckdb_logical_type type = logical_type(column.type);
    duckdb_bind_add_result_column(info, std::string(column.name).c_str(), type);
    duckdb_destroy_logical_type(&type);
  }
  duckdb_bind_set_cardinality(info, source->rows(), true);
  duckdb_bind_set_bind_data(info, source, nullptr);
}

void init(duckdb_init_info info) {
  auto scan = std::make_unique<Scan>();
  for (idx_t i = 0; i < duckdb_init_get_column_count(info); ++i)
    scan->columns.push_back(static_cast<int>(duckdb_init_get_column_index(info, i)));
  duckdb_init_set_init_data(info, scan.release(), [](void* data) { delete static_cast<Scan*>(data); });
  duckdb_init_set_max_threads(info, 1);  // one reader: rows come in their order whatever the number of threads
}

void produce(duckdb_function_info info, duckdb_data_chunk output) {
  auto* source = static_cast<BatchSource*>(duckdb_function_get_bind_data(info));
  auto* scan = static_cast<Scan*>(duckdb_function_get_init_data(info));
  const std::size_t count = std::min<std::size_t>(duckdb_vector_size(), source->rows() - scan->at);
  for (std::size_t i = 0; i < scan->columns.size() && count > 0; ++i)
    // A query that needs no column (count(*)) asks for the row number, a column beyond ours: any value will do.
    if (static_cast<std::size_t>(scan->columns[i]) < source->batch().column_count())
      source->fill(scan->columns[i], scan->at, count, duckdb_data_chunk_get_vector(output, i));
  scan->at += count;
  duckdb_data_chunk_set_size(output, count);
}

}  // namespace

bool register_batch_function(duckdb_connection connection, BatchSources* sources) {
  duckdb_table_function function = duckdb_create_table_function();
  duckdb_table_function_set_name(function, "sekisho_batch");
  duckdb_logical_type text = duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
  duckdb_table_function_add_parameter(function, text);
  duckdb_destroy_logical_type(&text);
  duckdb_table_function_set_extra_info(function, sources, nullptr);
  duckdb_table_function_set_bind(function, bind);
  duckdb_table_function_set_init(function, init);
  duckdb_table_function_set_function(function, produce);
  duckdb_table_function_supports_projection_pushdown(function, true);
  const bool done = duckdb_register_table_function(connection, function) == DuckDBSuccess;
  duckdb_destroy_table_function(&function);
  return done;
}

}  // namespace sekisho::columns
