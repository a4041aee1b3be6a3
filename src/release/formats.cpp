#include "release/formats.h"

#include <fmt/format.h>

#include <algorithm>

#include "columns/parquet.h"
#include "core/csv.h"
#include "core/file.h"
#include "core/text.h"
#include "release/dataset.h"
#include "release/xpt.h"

namespace sekisho::release {

namespace fs = std::filesystem;

namespace {

constexpr Format kFormats[] = {
    {"csv-utf8", FormKind::kCsv, false, "_utf8.csv", "CSV in UTF-8 with a byte order mark, as Excel reads it"},
    {"csv-cp932", FormKind::kCsv, true, "_cp932.csv",
     "CSV in CP932 (Shift_JIS of Windows); characters that it lacks become 〓 and are counted"},
    {"parquet", FormKind::kParquet, false, ".parquet", "Parquet"},
    {"xpt", FormKind::kXpt, false, ".xpt",
     "SAS transport, texts in UTF-8: version 5 where names have at most 8 characters and texts 200 bytes, else 8"},
    {"xpt-cp932", FormKind::kXpt, true, "_cp932.xpt", "the same with texts in CP932, for SAS in Japanese"},
    {"xpt5", FormKind::kXpt5, false, "_v5.xpt",
     "SAS transport version 5 whatever the names; longer ones are cut and numbered"}};

const Format* find_format(std::string_view name) {
  for (const Format& format : kFormats)
    if (format.name == name) return &format;
  return nullptr;
}

// A number that reads back as it was written: no leading zeros, no sign of zero, at most 15 digits.
bool is_number(std::string_view text, bool& integer) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const auto dot = text.find('.');
  const std::string_view whole = text.substr(0, dot);
  const std::string_view rest = dot == std::string_view::npos ? std::string_view() : text.substr(dot + 1);
  const auto digits = [](std::string_view part) {
    return std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
  };
  if (whole.empty() || !digits(whole) || !digits(rest) || (dot != std::string_view::npos && rest.empty())) return false;
  if (whole.size() > 1 && whole[0] == '0') return false;
  if (dot != std::string_view::npos) integer = false;
  return whole.size() + rest.size() <= 15;
}

std::string encoded(std::string_view text, bool cp932, std::uint64_t& replaced) {
  if (!cp932) return std::string(text);
  std::string out;
  replaced += encode(Charset::kCp932, text, out);
  return out;
}

// Characters that the character set lacks, by variable.
struct Replaced {
  std::uint64_t characters = 0;
  Json variables = Json::object();
  void add(const std::string& variable, std::uint64_t count) {
    if (count == 0) return;
    characters += count;
    variables[variable] = variables.value(variable, std::uint64_t{0}) + count;
  }
  void describe(Json& form) const {
    form["replaced"] = {{"characters", characters}, {"by", "〓"}, {"variables", variables}};
  }
};

std::string csv_text(const detail::FormTable& table, bool cp932, Replaced& replaced) {
  std::string out = cp932 ? "" : "\xEF\xBB\xBF";
  std::vector<std::string> cells(table.variables.size());
  std::vector<std::string_view> fields(cells.size());
  const auto add = [&](const auto& text_of) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      std::uint64_t lost = 0;
      cells[i] = encoded(text_of(i), cp932, lost);
      replaced.add(table.variables[i].name, lost);
      fields[i] = cells[i];
    }
    append_csv(out, fields);
    out.insert(out.size() - 1, "\r");  // records of RFC 4180 end so, and tools of Windows expect it
  };
  add([&](std::size_t i) -> const std::string& { return table.variables[i].name; });
  for (const auto& row : table.rows)
    add([&](std::size_t i) -> const std::string& { return row[i]; });
  return out;
}

Result<std::string> xpt_text(const detail::FormRequest& request, const detail::FormTable& table, const Format& format,
                             Json& form) {
  Replaced replaced;
  std::vector<std::vector<std::string>> rows = table.rows;
  std::size_t longest_text = 0, longest_name = 0;
  for (std::size_t i = 0; i < table.variables.size(); ++i) {
    const detail::FormVariable& variable = table.variables[i];
    longest_name = std::max(longest_name, variable.name.size());
    if (variable.numeric) continue;
    for (auto& row : rows) {
      std::uint64_t lost = 0;
      row[i] = encoded(row[i], format.cp932, lost);
      replaced.add(variable.name, lost);
      longest_text = std::max(longest_text, row[i].size());
    }
  }
  const bool fits = longest_name <= kXptName5 && longest_text <= kXptText5;
  XptOptions options;
  options.version = format.kind == FormKind::kXpt5 || fits ? 5 : 8;
  options.created = request.created;
  if (request.table != "dataset") options.dataset = xpt_names(std::vector{request.table}, options.version).front();
  std::uint64_t lost = 0;
  options.label = encoded(request.title, format.cp932, lost);
  std::vector<std::string> names;
  for (const detail::FormVariable& variable : table.variables)
    names.push_back(variable.name);
  const std::vector<std::string> given = xpt_names(names, options.version);
  std::vector<XptVariable> variables;
  Json renamed = Json::object();
  for (std::size_t i = 0; i < names.size(); ++i) {
    variables.push_back({given[i], encoded(table.variables[i].label, format.cp932, lost), table.variables[i].numeric});
    if (given[i] != names[i]) renamed[names[i]] = given[i];
  }
  form["version"] = options.version;
  form["renamed"] = std::move(renamed);
  replaced.add("(labels)", lost);
  if (format.cp932) replaced.describe(form);
  return write_xpt(options, variables, rows);
}

// One thread and a fixed size of row groups: the same rows are the same bytes as long as the engine is the same one,
// whose version the manifest names.
Result<void> write_parquet_form(const fs::path& csv, const fs::path& out, const detail::FormTable& table, Json& form) {
  columns::EngineOptions options;
  options.allowed_folders = {csv.parent_path()};
  SEKISHO_TRY(const auto engine, columns::Engine::create(options));
  std::string types;
  for (const detail::FormVariable& variable : table.variables)
    types += fmt::format("{}{}: '{}'", types.empty() ? "" : ", ", columns::sql_text(variable.name),
                         !variable.numeric  ? "VARCHAR"
                         : variable.integer ? "BIGINT"
                                            : "DOUBLE");
  SEKISHO_CHECK(engine->execute(fmt::format(
      "COPY (SELECT * FROM read_csv({}, auto_detect = false, header = true, columns = {{{}}}, delim = ',', quote = "
      "'\"', escape = '\"', nullstr = '')) TO {} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)",
      columns::sql_text(csv.string()), types, columns::sql_text(out.string()))));
  SEKISHO_TRY(const std::string version, engine->query_text("SELECT version()"));
  form["writer"] = "DuckDB " + version;
  return {};
}

}  // namespace

std::span<const Format> formats() {
  return kFormats;
}

Result<std::vector<std::string>> chosen_formats(const std::vector<std::string>& names) {
  for (const std::string& name : names)
    if (find_format(name) == nullptr) {
      std::string known;
      for (const Format& format : kFormats)
        known += fmt::format("{}{}", known.empty() ? "" : ", ", format.name);
      return fail("release.format", fmt::format("'{}' is no form of a dataset", name), {}, "Known are: " + known + ".");
    }
  std::vector<std::string> out;
  for (const Format& format : kFormats)
    if (std::ranges::find(names, format.name) != names.end()) out.emplace_back(format.name);
  return out;
}

namespace detail {

Result<FormTable> form_table(std::string_view csv, const std::vector<std::string>& labels,
                             const std::vector<bool>& may_be_numeric) {
  SEKISHO_TRY(CsvTable read, read_csv(csv));
  FormTable out;
  out.rows = std::move(read.rows);
  for (std::size_t i = 0; i < read.header.size(); ++i) {
    FormVariable variable{read.header[i], i < labels.size() ? labels[i] : "", false, false};
    bool any = false, all = i < may_be_numeric.size() && may_be_numeric[i], integer = true;
    for (const auto& row : out.rows) {
      if (!all) break;
      if (row[i].empty()) continue;
      any = true;
      all = is_number(row[i], integer);
    }
    variable.numeric = all && any;
    variable.integer = variable.numeric && integer;
    out.variables.push_back(std::move(variable));
  }
  return out;
}

Result<Json> write_forms(const FormRequest& request, const FormTable& table, const std::vector<std::string>& chosen,
                         Json* files) {
  Json out = Json::array();
  for (const std::string& name : chosen) {
    const Format* format = find_format(name);
    if (format == nullptr) return fail("release.format", fmt::format("'{}' is no form of a dataset", name));
    const std::string place = format->file(request.table);
    Json form{{"format", format->name}, {"file", place}, {"charset", format->cp932 ? "CP932" : "UTF-8"}};
    if (request.table != "dataset") form["table"] = request.table;
    if (format->kind == FormKind::kParquet) {
      // Written aside under its own name: the folder of the dataset is not published before all is in it.
      const fs::path file = request.folder / place;
      SEKISHO_CHECK(write_parquet_form(request.folder / (request.table + ".csv"), file, table, form));
      SEKISHO_TRY(const std::string content, read_text(file));
      SEKISHO_CHECK(write_dataset_file(request.folder, place, content, files));
    } else {
      std::string content;
      if (format->kind == FormKind::kCsv) {
        Replaced replaced;
        content = csv_text(table, format->cp932, replaced);
        if (format->cp932) replaced.describe(form);
      } else {
        SEKISHO_TRY(content, xpt_text(request, table, *format, form));
      }
      SEKISHO_CHECK(write_dataset_file(request.folder, place, content, files));
    }
    out.push_back(std::move(form));
  }
  return out;
}

}  // namespace detail
}  // namespace sekisho::release
