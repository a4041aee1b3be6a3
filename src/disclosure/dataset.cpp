#include "disclosure/dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <unordered_map>

#include "columns/parquet.h"
#include "core/csv.h"
#include "core/file.h"
#include "core/text.h"
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

std::string folded(std::string_view name) {
  std::string out;
  for (const char c : name)
    if (c != ' ' && c != '_' && c != '-') out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

// What somebody who misnamed a column may do.
std::string column_remedy(const std::vector<std::string>& header, std::string_view name) {
  for (const std::string& other : header)
    if (folded(other) == folded(name)) return fmt::format("Did you mean {}?", other);
  return columns_there(header);
}

// Bytes that are no UTF-8: what they are instead is told, since everything the table says must be text.
Result<void> check_text(std::string_view text, const fs::path& file, ByteView sample) {
  if (is_valid_utf8(text)) return {};
  const Charset charset = detect_charset(sample.first(std::min<std::size_t>(sample.size(), 1 << 20)));
  return fail("csv.charset",
              fmt::format("the dataset is not UTF-8{}", charset == Charset::kCp932 ? " but Shift_JIS (CP932)" : ""),
              {.file = file.string()},
              fmt::format("Save it as \"CSV UTF-8\", or: iconv -f {} -t UTF-8 FILE > NEW.",
                          charset == Charset::kCp932 ? "CP932" : "ITS-CHARSET"));
}

// A single name with other separators in it: the columns are parted otherwise.
Result<void> check_separator(const std::vector<std::string>& header, const fs::path& file) {
  if (header.size() != 1) return {};
  for (const auto& [sign, name] : {std::pair{'\t', "tabs"}, {';', "semicolons"}, {'|', "bars"}})
    if (header[0].contains(sign))
      return fail("csv.separator", fmt::format("the columns are parted by {}", name), {.file = file.string()},
                  "Save it with commas between the columns.");
  return {};
}

Result<void> check_names(const std::vector<std::string>& header, const std::vector<std::string>& names,
                         const fs::path& file) {
  for (const std::string& name : names) {
    const auto count = std::ranges::count(header, name);
    if (count == 0)
      return fail("usage.column", fmt::format("the dataset has no column {}", name), {.file = file.string()},
                  column_remedy(header, name));
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

std::string columns_there(const std::vector<std::string>& header) {
  constexpr std::size_t kShown = 20;
  const std::size_t shown = std::min(header.size(), kShown);
  return fmt::format("Its columns: {}{}.",
                     fmt::join(header.begin(), header.begin() + static_cast<std::ptrdiff_t>(shown), ", "),
                     header.size() > shown ? fmt::format(" and {} more", header.size() - shown) : "");
}

Result<std::vector<std::string>> dataset_header(const fs::path& file) {
  SEKISHO_TRY(const MappedFile mapped, MappedFile::open(file));
  if (!is_parquet(mapped.bytes())) {
    const ByteView bytes = mapped.bytes();
    if (bytes.size() >= 2 && ((bytes[0] == 0xFF && bytes[1] == 0xFE) || (bytes[0] == 0xFE && bytes[1] == 0xFF)))
      return fail("csv.charset", "the dataset is UTF-16", {.file = file.string()}, "Save it as \"CSV UTF-8\".");
    CsvReader reader(as_text(bytes), ',', file.string());
    SEKISHO_TRY(std::vector<std::string> header, csv_header(reader, file));
    for (const std::string& name : header)
      SEKISHO_CHECK(check_text(name, file, bytes));
    SEKISHO_CHECK(check_separator(header, file));
    return header;
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
    for (const DatasetColumn& column : dataset.columns)
      for (const std::string& text : column.texts)
        SEKISHO_CHECK(check_text(text, file, mapped.bytes()));
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
  for (const auto& [wrong, right] : {std::pair{"=>", ">="}, {"=<", "<="}, {"==", "="}, {"<>", "!="}})
    if (at != std::string::npos && text.compare(at, 2, wrong) == 0)
      return fail("usage.where", fmt::format("\"{}\" is no condition: {} is written {}", text, wrong, right), {},
                  "Operators: = != < <= > >=.");
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

Result<void> check_conditions(const Dataset& dataset, const std::vector<Condition>& conditions) {
  for (const Condition& condition : conditions) {
    double number = 0;
    const bool order = condition.op != "=" && condition.op != "!=";
    if (!order || parse_number(condition.values[0], number)) continue;
    const std::vector<std::string>& texts = dataset.column(condition.column).texts;
    const bool numbers =
        std::ranges::any_of(texts, [](const std::string& text) { return !text.empty(); }) &&
        std::ranges::all_of(texts, [&](const std::string& text) { return text.empty() || parse_number(text, number); });
    if (numbers)
      return fail("usage.where",
                  fmt::format("\"{}\": {} holds numbers, \"{}\" is none", condition.text(), condition.column,
                              condition.values[0]),
                  {}, "Compare it with a number.");
  }
  return {};
}

Error no_row_left(const Dataset& dataset, const std::vector<Condition>& conditions) {
  constexpr std::size_t kShown = 6;
  std::string asked, held;
  for (const Condition& condition : conditions) {
    asked += (asked.empty() ? "" : ", ") + condition.text();
    const std::vector<std::string>& texts = dataset.column(condition.column).texts;
    if (texts.size() <= kShown) held += fmt::format("{} holds {}. ", condition.column, fmt::join(texts, ", "));
  }
  return Error{
      "table.empty", fmt::format("no row fulfils the conditions {}", asked), {.file = dataset.file.string()}, held};
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
