// Views over the tables of `sekisho inspect`: which hospital a file belongs to, and the readers' findings.
#include <fmt/format.h>

#include <fstream>

#include "core/file.h"
#include "quality/quality.h"
#include "records/model.h"

namespace sekisho::quality {
namespace {

namespace fs = std::filesystem;
using columns::sql_name;
using columns::sql_text;
using records::ColumnType;

constexpr std::size_t kLinesPerPiece = 50'000;

std::string_view type_name(ColumnType type) {
  constexpr std::string_view kNames[] = {"VARCHAR", "INTEGER", "BIGINT", "DOUBLE", "DATE", "TIMESTAMP"};
  return kNames[static_cast<std::size_t>(type)];
}

const records::TableSpec& own_spec(std::string_view name) {
  static const records::TableSpec identity{"identity",
                                           "",
                                           {{"reg", ColumnType::kText, ""},
                                            {"part", ColumnType::kInt32, ""},
                                            {"birth", ColumnType::kDate, ""},
                                            {"sex", ColumnType::kText, ""},
                                            {"recorded", ColumnType::kTimestamp, ""},
                                            {"died", ColumnType::kDate, ""},
                                            {"family_kanji", ColumnType::kText, ""},
                                            {"given_kanji", ColumnType::kText, ""},
                                            {"family_kana", ColumnType::kText, ""},
                                            {"given_kana", ColumnType::kText, ""}}};
  static const records::TableSpec file{
      "file",
      "",
      {{"part", ColumnType::kInt32, ""}, {"path", ColumnType::kText, ""}, {"family", ColumnType::kText, ""}}};
  return name == "file" ? file : identity;
}

// The folder above ssmix2, receipt or dpc names the hospital, also of what lies beside these; else the path that was
// given does, by its number: its own name might be a patient's. Files of no known family make no hospital of their own.
std::string hospital_sql(const std::vector<std::string>& roots, const std::string& hospital) {
  if (!hospital.empty())
    return fmt::format("SELECT CAST(part AS BIGINT) AS key, {} AS hospital FROM file", sql_text(hospital));
  std::string other = "CASE";
  for (std::size_t i = 0; roots.size() > 1 && i < roots.size(); ++i)
    other += fmt::format(" WHEN starts_with(path, {}) THEN 'path-{}'", sql_text(roots[i]), i + 1);
  other = roots.size() > 1 ? other + " ELSE 'all' END" : "'all'";
  return fmt::format(
      "WITH f AS (SELECT CAST(part AS BIGINT) AS key, path, family, regexp_extract(path, "
      "'^((.*?/)?[A-Za-z][A-Za-z0-9_-]{{0,31}})/(ssmix2|receipt|dpc)/', 1) AS home FROM file), "
      "homes AS (SELECT DISTINCT home FROM f WHERE home <> '') "
      "SELECT key, regexp_extract(home, '[^/]*$') AS hospital FROM f WHERE home <> '' UNION ALL "
      "SELECT key, coalesce(regexp_extract(max(h.home), '[^/]*$'), any_value({})) FROM "
      "(SELECT * FROM f WHERE home = '') f LEFT JOIN homes h ON starts_with(path, h.home || '/') GROUP BY key "
      "HAVING max(h.home) IS NOT NULL OR any_value(family) <> 'unknown' OR (SELECT count(*) FROM homes) = 0",
      other);
}

const records::TableSpec& rule_spec() {
  static const records::TableSpec spec{
      "rule",
      "findings of readers",
      {{"path", ColumnType::kText, ""}, {"rule", ColumnType::kText, ""}, {"level", ColumnType::kText, ""}}};
  return spec;
}

// Findings go to Parquet piece by piece: there may be more of them than memory.
Result<std::vector<fs::path>> rule_pieces(columns::Engine& engine, const fs::path& findings, const fs::path& work) {
  std::vector<fs::path> pieces;
  records::Batch batch(rule_spec());
  const auto flush = [&]() -> Result<void> {
    batch.pad();
    pieces.push_back(work / fmt::format("rule-{}.parquet", pieces.size()));
    SEKISHO_CHECK(columns::write_parquet(engine, batch, pieces.back()));
    batch.clear();
    return {};
  };
  if (!findings.empty()) {
    std::ifstream in(findings);
    if (!in) return fail("quality.findings", "cannot read the readers' findings", {.file = findings.string()});
    std::int64_t number = 0;
    for (std::string line; std::getline(in, line);) {
      ++number;
      SEKISHO_TRY(const Json row, parse_json(line, findings.filename().string()));
      if (!row.is_object()) return fail("quality.findings", "no finding", {.file = findings.string(), .line = number});
      batch.add_row();
      batch.text(0, row.value("file", ""));
      batch.text(1, row.value("rule", ""));
      batch.text(2, row.value("level", ""));
      if (batch.rows() >= kLinesPerPiece) SEKISHO_CHECK(flush());
    }
  }
  SEKISHO_CHECK(flush());
  return pieces;
}

}  // namespace

Result<void> table_view(columns::Engine& engine, const records::TableSpec& spec, const std::vector<fs::path>& files) {
  std::string list;
  for (const records::ColumnSpec& column : spec.columns)
    list += fmt::format("{}CAST(NULL AS {}) AS {}", list.empty() ? "" : ", ", type_name(column.type),
                        sql_name(column.name));
  std::string sql = fmt::format("SELECT {} WHERE false", list);
  std::vector<fs::path> whole;
  for (const fs::path& file : files)
    whole.push_back(fs::absolute(file));
  if (!files.empty())
    sql += fmt::format(" UNION ALL BY NAME SELECT * FROM read_parquet({}, union_by_name = true)",
                       columns::sql_paths(whole));
  return engine.execute(fmt::format("CREATE OR REPLACE VIEW {} AS {}", sql_name(spec.name), sql));
}

Result<Setup> prepare_tables(columns::Engine& engine, const fs::path& folder, const std::vector<std::string>& roots,
                             const std::string& hospital, const fs::path& findings, const fs::path& work) {
  bool any = false;
  const auto view = [&](const records::TableSpec& spec) {
    const fs::path file = folder / (std::string(spec.name) + ".parquet");
    std::error_code ignored;
    const bool there = fs::exists(file, ignored);
    any = any || there;
    return table_view(engine, spec, there ? std::vector{file} : std::vector<fs::path>{});
  };
  for (const records::TableSpec& spec : records::all_tables())
    SEKISHO_CHECK(view(spec));
  if (!any)
    return fail("quality.tables", "the folder holds no table of the model", {.file = folder.string()},
                "Make them by `sekisho inspect PATH --tables DIR`.");
  SEKISHO_CHECK(view(own_spec("identity")));
  SEKISHO_CHECK(view(own_spec("file")));
  SEKISHO_CHECK(engine.execute("CREATE OR REPLACE TABLE q_hospital AS " + hospital_sql(roots, hospital)));
  SEKISHO_CHECK(
      engine.execute("CREATE OR REPLACE TABLE q_files AS SELECT hospital, count(*) AS files FROM q_hospital "
                     "GROUP BY hospital"));
  SEKISHO_TRY(const auto pieces, rule_pieces(engine, findings, work));
  SEKISHO_CHECK(engine.execute(
      fmt::format("CREATE OR REPLACE TABLE q_rules AS SELECT h.hospital, r.rule, r.level, h.key AS part FROM "
                  "read_parquet({}) r JOIN file f ON r.path = f.path JOIN q_hospital h ON h.key = f.part",
                  columns::sql_paths(pieces))));
  return Setup{};
}

}  // namespace sekisho::quality
