// Local codes out of the tables of `inspect`: one query per table, in the embedded engine.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <span>

#include "codes/item.h"
#include "columns/parquet.h"

namespace sekisho::codes {
namespace {

using columns::sql_text;

struct TableKind {
  std::string_view table;
  Kind kind;
  std::string_view value, unit, specimen, dose, dose_unit, icd;  // SQL expressions
};
constexpr TableKind kTables[] = {
    {"drug", Kind::kDrug, "NULL::DOUBLE", "coalesce(total_unit, dose_unit)", "NULL", "TRY_CAST(dose AS DOUBLE)",
     "dose_unit", "NULL"},
    {"lab", Kind::kLab, "TRY_CAST(number AS DOUBLE)", "unit", "specimen", "NULL::DOUBLE", "NULL", "NULL"},
    {"diagnosis", Kind::kDisease, "NULL::DOUBLE", "NULL", "NULL", "NULL::DOUBLE", "NULL", "icd"},
    {"procedure", Kind::kProcedure, "NULL::DOUBLE", "NULL", "NULL", "NULL::DOUBLE", "NULL", "NULL"},
    {"exam", Kind::kProcedure, "NULL::DOUBLE", "NULL", "NULL", "NULL::DOUBLE", "NULL", "NULL"},
};

std::string source_of(const std::filesystem::path& folder, std::string_view table) {
  for (const char* ending : {".parquet", ".csv"}) {
    const auto path = folder / (std::string(table) + ending);
    std::error_code code;
    if (!std::filesystem::exists(path, code)) continue;
    if (ending[1] == 'p') return fmt::format("read_parquet({})", sql_text(path.string()));
    // All as texts: codes keep their leading zeros, and a column without a value has no type of its own.
    return fmt::format("read_csv({}, header = true, all_varchar = true)", sql_text(path.string()));
  }
  return {};
}

// Texts carry the names of local codes: kind "name:SYSTEM".
std::string names_sql(const std::filesystem::path& folder) {
  const std::string text = source_of(folder, "text");
  if (text.empty()) return "SELECT NULL AS text_ref, NULL AS content WHERE false";
  return fmt::format("SELECT text_ref, any_value(content) AS content FROM {} WHERE kind LIKE 'name%' GROUP BY 1", text);
}

std::string items_sql(const TableKind& kind, const std::string& source, const std::string& names) {
  return fmt::format(
      "WITH names AS ({}), base AS (SELECT coalesce(loc_sys, '') AS sys, loc_code AS code, std_sys, std_code, {} AS "
      "unit, "
      "{} AS specimen, {} AS value, {} AS dose, {} AS dose_unit, {} AS icd, TRY_CAST(t AS TIMESTAMP) AS t, content "
      "FROM {} LEFT JOIN names USING "
      "(text_ref) WHERE loc_code IS NOT NULL) SELECT sys, code, mode(content), mode(std_sys), mode(std_code), "
      "mode(unit), "
      "mode(specimen), count(*), coalesce(strftime(min(t), '%Y%m%d'), '0'), coalesce(strftime(max(t), '%Y%m%d'), '0'), "
      "count(value), quantile_cont(value, 0.05), quantile_cont(value, 0.5), quantile_cont(value, 0.95), "
      "quantile_cont(dose, 0.5), mode(dose_unit), mode(icd) FROM base GROUP BY 1, 2 ORDER BY 1, 2",
      names, kind.unit, kind.specimen, kind.value, kind.dose, kind.dose_unit, kind.icd, source);
}

// Rows by all that a source can get wrong: the combinations beside the usual one become variants.
std::string variants_sql(const TableKind& kind, const std::string& source, const std::string& names) {
  return fmt::format(
      "WITH names AS ({}), base AS (SELECT coalesce(loc_sys, '') AS sys, coalesce(loc_code, '') AS code, "
      "coalesce(std_sys, "
      "'') AS std_sys, coalesce(std_code, '') AS std_code, coalesce({}, '') AS unit, coalesce(CAST({} AS VARCHAR), '') "
      "AS "
      "specimen, {} AS value, TRY_CAST(t AS TIMESTAMP) AS t, content FROM {} LEFT JOIN names USING (text_ref) WHERE "
      "std_code IS NOT NULL AND "
      "coalesce(act, '') <> 'claim') SELECT sys, code, mode(content), std_sys, std_code, unit, specimen, count(*), "
      "coalesce(strftime(min(t), '%Y%m%d'), '0'), coalesce(strftime(max(t), '%Y%m%d'), '0'), count(value), "
      "quantile_cont(value, 0.05), quantile_cont(value, 0.5), quantile_cont(value, 0.95) FROM base GROUP BY sys, code, "
      "std_sys, std_code, unit, specimen ORDER BY ALL LIMIT 200000",
      names, kind.unit, kind.specimen, kind.value, source);
}

// What was claimed for the same patient on the same day, the ten most frequent codes of each local code.
std::string claims_sql(const std::string& source, const std::string& claimed) {
  return fmt::format(
      "WITH local AS (SELECT DISTINCT reg, TRY_CAST(t AS DATE) AS day, coalesce(loc_sys, '') AS sys, loc_code AS code "
      "FROM "
      "{} "
      "WHERE loc_code IS NOT NULL AND t IS NOT NULL AND coalesce(act, '') <> 'claim'), claim AS ({}), pairs AS (SELECT "
      "sys, "
      "local.code AS code, claim.code AS claimed, count(*) AS n FROM local JOIN claim USING (reg, day) GROUP BY 1, 2, "
      "3) "
      "SELECT sys, code, claimed, n FROM pairs QUALIFY row_number() OVER (PARTITION BY sys, code ORDER BY n DESC, "
      "claimed) "
      "<= 10 ORDER BY 1, 2, n DESC, claimed",
      source, claimed);
}

std::string claimed_of(const std::filesystem::path& folder, std::string_view table) {
  const std::string source = source_of(folder, table);
  if (source.empty()) return {};
  return fmt::format(
      "SELECT DISTINCT reg, TRY_CAST(t AS DATE) AS day, std_code AS code FROM {} WHERE act = 'claim' AND std_sys = "
      "'REC' "
      "AND "
      "std_code IS NOT NULL AND t IS NOT NULL",
      source);
}

// The first fourteen columns of items_sql() and variants_sql(): the code, what it stands for, when and how often.
LocalItem item_of(columns::ResultSet& rows, std::string_view hospital, Kind kind) {
  LocalItem item;
  item.hospital = hospital;
  item.kind = kind;
  item.system = rows.text(0);
  item.code = rows.text(1);
  item.name = rows.text(2);
  item.std_system = rows.text(3);
  item.std_code = rows.text(4);
  item.unit = rows.text(5);
  item.specimen = rows.text(6);
  item.count = static_cast<double>(rows.integer(7));
  item.first = std::atoi(rows.text(8).c_str());
  item.last = std::atoi(rows.text(9).c_str());
  if (rows.integer(10) > 0)
    item.values = {rows.real(11), rows.real(12), rows.real(13), static_cast<double>(rows.integer(10))};
  return item;
}

Result<void> add_variants(columns::Engine& engine, const TableKind& kind, const std::string& source,
                          const std::string& names, std::string_view hospital, std::size_t begin,
                          std::vector<LocalItem>& out) {
  SEKISHO_TRY(const auto rows, engine.query(variants_sql(kind, source, names)));
  std::vector<LocalItem> variants;
  while (rows->next()) {
    LocalItem item = item_of(*rows, hospital, kind.kind);
    item.variant = true;
    const bool usual = std::ranges::any_of(std::span(out).subspan(begin), [&](const LocalItem& main) {
      return main.system == item.system && main.code == item.code && main.std_code == item.std_code &&
             main.std_system == item.std_system && main.unit == item.unit && main.specimen == item.specimen;
    });
    if (!usual) variants.push_back(std::move(item));
  }
  std::ranges::move(variants, std::back_inserter(out));
  return {};
}

}  // namespace

Result<std::vector<LocalItem>> collect_items(const std::filesystem::path& folder, std::string_view hospital) {
  std::error_code code;
  const auto absolute = std::filesystem::weakly_canonical(folder, code);
  if (!std::filesystem::is_directory(absolute, code))
    return fail("codes.tables", "is no folder of tables", {.file = folder.string()},
                "Make it with `sekisho inspect PATH --tables DIR --format parquet`.");
  columns::EngineOptions options;
  options.threads = 2;
  options.memory_limit = "2GB";
  options.allowed_folders = {absolute};
  SEKISHO_TRY(const auto engine, columns::Engine::create(options));
  std::string claimed;
  for (const std::string_view table : {"drug", "procedure"})
    if (const std::string part = claimed_of(absolute, table); !part.empty())
      claimed += (claimed.empty() ? "" : " UNION ") + part;
  std::vector<LocalItem> out;
  for (const TableKind& kind : kTables) {
    const std::string source = source_of(absolute, kind.table);
    if (source.empty()) continue;
    const std::size_t begin = out.size();
    SEKISHO_TRY(const auto rows, engine->query(items_sql(kind, source, names_sql(absolute))));
    while (rows->next()) {
      LocalItem item = item_of(*rows, hospital, kind.kind);
      if (!rows->is_null(14)) item.dose = rows->real(14);
      item.dose_unit = rows->text(15);
      item.icd = rows->text(16);
      out.push_back(std::move(item));
    }
    SEKISHO_CHECK(add_variants(*engine, kind, source, names_sql(absolute), hospital, begin, out));
    if (claimed.empty() || out.size() == begin) continue;
    SEKISHO_TRY(const auto pairs, engine->query(claims_sql(source, claimed)));
    std::size_t at = begin;
    while (pairs->next()) {
      const std::string system = pairs->text(0), local = pairs->text(1);
      while (at < out.size() && (out[at].system != system || out[at].code != local))
        ++at;
      if (at == out.size()) break;
      out[at].claimed.emplace_back(pairs->text(2), static_cast<double>(pairs->integer(3)));
    }
  }
  return out;
}

}  // namespace sekisho::codes
