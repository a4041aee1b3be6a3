// Files of histories, before and after, and what is reported of them.
#include <fmt/format.h>

#include "anonymize/audit_csv.h"
#include "anonymize/history.h"
#include "columns/parquet.h"
#include "core/csv.h"
#include "core/file.h"

namespace sekisho::anonymize {

Result<Table> read_history(const std::filesystem::path& file, char delimiter, Encoding encoding) {
  if (file.extension() != ".parquet") return read_table_file(file, delimiter, encoding);
  columns::EngineOptions options;
  options.allowed_folders = {std::filesystem::absolute(file).parent_path()};
  SEKISHO_TRY(const auto engine, columns::Engine::create(options));
  SEKISHO_TRY(const auto rows, engine->query(fmt::format("SELECT * FROM read_parquet({})",
                                                         columns::sql_text(std::filesystem::absolute(file).string()))));
  Table out;
  for (const std::string& name : rows->names()) {
    if (out.find(name) != nullptr)
      return fail("anonymize.columns", fmt::format("column '{}' stands twice", name), {.file = file.string()});
    out.columns.emplace_back(name);
  }
  for (; rows->next(); ++out.rows)
    for (std::size_t i = 0; i < out.columns.size(); ++i)
      out.columns[i].add(rows->text(i));
  return out;
}

Result<void> write_history(const FinishedHistory& history, char delimiter, const std::filesystem::path& path) {
  SEKISHO_TRY(DurableFile file, DurableFile::create(path));
  std::string text;
  append_csv(text, std::vector<std::string_view>(history.header.begin(), history.header.end()), delimiter);
  std::vector<std::vector<std::string>> quoted(history.fields.size());
  for (std::size_t i = 0; i < quoted.size(); ++i)
    for (const std::string& one : history.fields[i].texts) {
      append_csv(quoted[i].emplace_back(), {one}, delimiter);
      quoted[i].back().back() = i + 1 == quoted.size() ? '\n' : delimiter;
    }
  for (std::size_t row = 0; row < history.rows; ++row) {
    for (std::size_t i = 0; i < quoted.size(); ++i)
      text += quoted[i][history.fields[i].code[row]];
    if (text.size() < std::size_t{1} << 20) continue;
    SEKISHO_CHECK(file.write(text));
    text.clear();
  }
  SEKISHO_CHECK(file.write(text));
  return file.finish();
}

Result<void> write_history_parquet(const std::filesystem::path& csv, char delimiter,
                                   const std::filesystem::path& path) {
  const std::filesystem::path source = std::filesystem::absolute(csv);
  columns::EngineOptions options;
  options.threads = 1;  // rows stay in their order
  options.allowed_folders = {source.parent_path(), std::filesystem::absolute(path).parent_path()};
  SEKISHO_TRY(const auto engine, columns::Engine::create(options));
  SEKISHO_TRY(const std::vector<std::string> header, csv_header(source, delimiter));
  return columns::copy_parquet(*engine, "SELECT * FROM " + sql_csv(source, header, delimiter),
                               std::filesystem::absolute(path));
}

Json VariableChanges::to_json() const {
  return {{"values", values},         {"kept", kept},        {"generalized", generalized},
          {"truncated", truncated},   {"shifted", shifted},  {"rare", rare},
          {"specific", specific},     {"extreme", extreme},  {"text", text},
          {"unreadable", unreadable}, {"with_row", with_row}};
}

Json FinishedHistories::to_json() const {
  Json out{{"persons", persons}, {"rounds", rounds}, {"items", {{"before", items_before}, {"after", items}}}};
  out["histories"] = Json::array();
  for (const FinishedHistory& one : histories) {
    Json entry{{"name", one.name},
               {"rows", {{"before", one.rows_before}, {"after", one.rows}}},
               {"persons", {{"before", one.persons_before}, {"after", one.persons}}},
               {"variables", Json::object()}};
    for (const auto& [name, changes] : one.changes)
      entry["variables"][name] = changes.to_json();
    out["histories"].push_back(std::move(entry));
  }
  out["specific"] = Json::array();
  for (const auto& [reason, values] : specific)
    out["specific"].push_back({{"reason", reason}, {"values", values}});
  out["households_with_equal_dates"] = {{"before", households_before}, {"after", households}};
  return out;
}

}  // namespace sekisho::anonymize
