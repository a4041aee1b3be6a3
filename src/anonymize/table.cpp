#include "anonymize/table.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/csv.h"
#include "core/text.h"

namespace sekisho::anonymize {

void Column::add(std::string_view value) {
  const auto found = index_.find(value);
  if (found != index_.end()) {
    codes_.push_back(found->second);
    return;
  }
  const auto code = static_cast<std::uint32_t>(values_.size());
  values_.emplace_back(value);
  index_.emplace(std::string(value), code);
  codes_.push_back(code);
}

Column Column::select(const std::vector<std::size_t>& rows) const {
  Column out(name_);
  out.values_ = values_;
  out.index_ = index_;
  out.codes_.reserve(rows.size());
  for (const std::size_t row : rows)
    out.codes_.push_back(codes_[row]);
  return out;
}

Table Table::select(const std::vector<std::size_t>& rows) const {
  Table out;
  out.rows = rows.size();
  for (const Column& column : columns)
    out.columns.push_back(column.select(rows));
  return out;
}

const Column* Table::find(std::string_view name) const {
  for (const Column& column : columns)
    if (column.name() == name) return &column;
  return nullptr;
}

void Table::add_row(const std::vector<std::string_view>& fields) {
  for (std::size_t i = 0; i < columns.size(); ++i)
    columns[i].add(fields[i]);
  ++rows;
}

Result<void> check_encoding(std::string_view text, const std::string& file) {
  if (is_valid_utf8(text)) return {};
  std::int64_t line = 1;
  for (std::string_view rest = text; !rest.empty(); ++line) {
    const std::size_t end = std::min(rest.find('\n'), rest.size() - 1);
    if (!is_valid_utf8(rest.substr(0, end + 1))) break;
    rest.remove_prefix(end + 1);
  }
  return fail("csv.encoding", "the file is not UTF-8 throughout", {.file = file, .line = line},
              "Convert it as a whole, for example from CP932, before it is anonymized.");
}

Result<Table> read_table(std::string_view text, char separator, const std::string& file) {
  SEKISHO_CHECK(check_encoding(text, file));
  CsvReader reader(text, separator, file);
  std::vector<std::string_view> fields;
  SEKISHO_TRY(const bool has_header, reader.next(fields));
  if (!has_header) return fail("csv.empty", "the file holds no header", {.file = file});
  Table table;
  for (const std::string_view name : fields) {
    if (table.find(name) != nullptr)
      return fail("anonymize.columns", fmt::format("column '{}' stands twice", name), {.file = file});
    table.columns.emplace_back(std::string(name));
  }
  while (true) {
    SEKISHO_TRY(const bool more, reader.next(fields));
    if (!more) return table;
    if (fields.size() != table.columns.size())
      return fail("csv.ragged", fmt::format("{} fields instead of {}", fields.size(), table.columns.size()),
                  {.file = file, .line = reader.line()});
    table.add_row(fields);
  }
}

Result<Table> read_table_file(const std::filesystem::path& path, char separator) {
  SEKISHO_TRY(const std::string text, read_text(path));
  return read_table(text, separator, path.string());
}

}  // namespace sekisho::anonymize
