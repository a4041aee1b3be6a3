#include "disclosure/dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <unordered_map>

#include "columns/parquet.h"
#include "core/csv.h"
#include "core/file.h"
#include "crypto/digest.h"

namespace sekisho::disclosure {
namespace {

namespace fs = std::filesystem;

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

class Coder {
 public:
  explicit Coder(DatasetColumn& column) : column_(column) {}
  void add(std::string_view text) {
    auto found = numbers_.find(text);
    if (found == numbers_.end()) {
      found = numbers_.emplace(std::string(text), static_cast<std::uint32_t>(column_.texts.size())).first;
      column_.texts.emplace_back(text);
    }
    column_.codes.push_back(found->second);
  }

 private:
  DatasetColumn& column_;
  std::unordered_map<std::string, std::uint32_t, TextHash, std::equal_to<>> numbers_;
};

bool is_parquet(ByteView bytes) {
  return bytes.size() >= 8 && as_text(bytes.first(4)) == "PAR1";
}

Result<std::unique_ptr<columns::Engine>> engine_for(const fs::path& file) {
  columns::EngineOptions options;
  options.threads = 1;  // rows come in the order of the file
  options.memory_limit = "2GB";
  options.allowed_folders = {fs::absolute(file).parent_path()};
  return columns::Engine::create(options);
}

std::string parquet_of(const fs::path& file) {
  return fmt::format("read_parquet({})", columns::sql_text(fs::absolute(file).string()));
}

Result<std::vector<std::string>> csv_header(CsvReader& reader, const fs::path& file) {
  std::vector<std::string_view> fields;
  SEKISHO_TRY(const bool any, reader.next(fields));
  if (!any) return fail("csv.empty", "the dataset is empty", {.file = file.string()});
  return std::vector<std::string>(fields.begin(), fields.end());
}

Result<void> check_names(const std::vector<std::string>& header, const std::vector<std::string>& names,
                         const fs::path& file) {
  for (const std::string& name : names) {
    const auto count = std::ranges::count(header, name);
    if (count == 0)
      return fail("usage.column", fmt::format("the dataset has no column {}", name), {.file = file.string()});
    if (count > 1)
      return fail("usage.column", fmt::format("the dataset has {} columns {}", count, name), {.file = file.string()});
  }
  return {};
}

Result<void> read_csv_rows(const MappedFile& mapped, Dataset& dataset) {
  const std::string name = dataset.file.string();
  CsvReader reader(as_text(mapped.bytes()), ',', name);
  SEKISHO_TRY(const std::vector<std::string> header, csv_header(reader, dataset.file));
  std::vector<Coder> coders;
  std::vector<std::size_t> places;
  for (DatasetColumn& column : dataset.columns) {
    coders.emplace_back(column);
    places.push_back(static_cast<std::size_t>(std::ranges::find(header, column.name) - header.begin()));
  }
  std::vector<std::string_view> fields;
  while (true) {
    SEKISHO_TRY(const bool more, reader.next(fields));
    if (!more) return {};
    if (fields.size() != header.size())
      return fail("csv.ragged", fmt::format("a row has {} fields instead of {}", fields.size(), header.size()),
                  {.file = name, .line = reader.line()});
    for (std::size_t i = 0; i < coders.size(); ++i)
      coders[i].add(fields[places[i]]);
    ++dataset.rows;
  }
}

Result<void> read_parquet_rows(Dataset& dataset) {
  SEKISHO_TRY(const auto engine, engine_for(dataset.file));
  std::string list;
  std::vector<Coder> coders;
  for (DatasetColumn& column : dataset.columns) {
    list += (list.empty() ? "" : ", ") + columns::sql_name(column.name);
    coders.emplace_back(column);
  }
  SEKISHO_TRY(const auto result, engine->query(fmt::format("SELECT {} FROM {}", list, parquet_of(dataset.file))));
  while (result->next()) {
    for (std::size_t i = 0; i < coders.size(); ++i)
      coders[i].add(result->text(i));
    ++dataset.rows;
  }
  return {};
}

}  // namespace

const DatasetColumn& Dataset::column(const std::string& name) const {
  return *std::ranges::find(columns, name, &DatasetColumn::name);
}

Result<std::vector<std::string>> dataset_header(const fs::path& file) {
  SEKISHO_TRY(const MappedFile mapped, MappedFile::open(file));
  if (!is_parquet(mapped.bytes())) {
    CsvReader reader(as_text(mapped.bytes()), ',', file.string());
    return csv_header(reader, file);
  }
  SEKISHO_TRY(const auto engine, engine_for(file));
  SEKISHO_TRY(const auto result, engine->query(fmt::format("SELECT * FROM {} LIMIT 0", parquet_of(file))));
  return result->names();
}

Result<Dataset> read_dataset(const fs::path& file, const std::vector<std::string>& names) {
  SEKISHO_TRY(const std::vector<std::string> header, dataset_header(file));
  SEKISHO_CHECK(check_names(header, names, file));
  Dataset dataset;
  dataset.file = file;
  for (const std::string& name : names)
    if (std::ranges::find(dataset.columns, name, &DatasetColumn::name) == dataset.columns.end())
      dataset.columns.push_back({name, {}, {}});
  SEKISHO_TRY(const MappedFile mapped, MappedFile::open(file));
  dataset.sha256 = to_hex(crypto::sha256(mapped.bytes()));
  if (is_parquet(mapped.bytes())) {
    SEKISHO_CHECK(read_parquet_rows(dataset));
  } else {
    SEKISHO_CHECK(read_csv_rows(mapped, dataset));
  }
  if (dataset.rows == 0) return fail("csv.empty", "the dataset has no row", {.file = file.string()});
  return dataset;
}

bool parse_number(const std::string& text, double& value) {
  const char* begin = text.data() + (!text.empty() && text[0] == '+' ? 1 : 0);
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(begin, end, value);
  return begin != end && parsed.ec == std::errc{} && parsed.ptr == end && std::isfinite(value);
}

std::string Condition::text() const {
  std::string out = column + op;
  for (std::size_t i = 0; i < values.size(); ++i)
    out += (i == 0 ? "" : "|") + values[i];
  return out;
}

bool Condition::holds(const std::string& value) const {
  const auto compare = [&](const std::string& other) -> int {
    double a = 0, b = 0;
    if (parse_number(value, a) && parse_number(other, b)) return a < b ? -1 : a > b ? 1 : 0;
    return value.compare(other);
  };
  if (op == "=") return std::ranges::any_of(values, [&](const std::string& other) { return compare(other) == 0; });
  if (op == "!=") return std::ranges::none_of(values, [&](const std::string& other) { return compare(other) == 0; });
  if (value.empty()) return false;
  const int order = compare(values[0]);
  return op == ">=" ? order >= 0 : op == "<=" ? order <= 0 : op == ">" ? order > 0 : order < 0;
}

Result<Condition> parse_condition(const std::string& text) {
  static constexpr std::string_view kOperators[] = {">=", "<=", "!=", "=", ">", "<"};
  const std::size_t at = text.find_first_of("<>=!");
  for (const std::string_view op : kOperators) {
    if (at == std::string::npos || text.compare(at, op.size(), op) != 0) continue;
    const auto trim = [](std::string part) {
      part.erase(0, std::min(part.find_first_not_of(' '), part.size()));
      part.erase(part.find_last_not_of(' ') + 1);
      return part;
    };
    Condition condition{trim(text.substr(0, at)), std::string(op), {}};
    std::string rest = text.substr(at + op.size());
    for (std::size_t bar = rest.find('|'); bar != std::string::npos; bar = rest.find('|')) {
      condition.values.push_back(trim(rest.substr(0, bar)));
      rest.erase(0, bar + 1);
    }
    condition.values.push_back(trim(rest));
    std::ranges::sort(condition.values);
    if (condition.column.empty() || (op != "=" && op != "!=" && condition.values.size() > 1)) break;
    return condition;
  }
  return fail("usage.where", fmt::format("\"{}\" is no condition", text), {},
              "Write column, operator (= != < <= > >=) and value, as in \"age>=18\" or \"area=13|14\".");
}

std::vector<std::uint32_t> matching_rows(const Dataset& dataset, const std::vector<Condition>& conditions) {
  std::vector<std::vector<char>> holds;
  std::vector<const DatasetColumn*> columns;
  for (const Condition& condition : conditions) {
    columns.push_back(&dataset.column(condition.column));
    holds.emplace_back();
    for (const std::string& text : columns.back()->texts)
      holds.back().push_back(condition.holds(text));
  }
  std::vector<std::uint32_t> rows;
  for (std::uint32_t row = 0; row < dataset.rows; ++row) {
    bool all = true;
    for (std::size_t c = 0; c < columns.size() && all; ++c)
      all = holds[c][columns[c]->codes[row]] != 0;
    if (all) rows.push_back(row);
  }
  return rows;
}

}  // namespace sekisho::disclosure
