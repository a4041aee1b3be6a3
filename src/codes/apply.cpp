#include "codes/apply.h"

#include <fmt/format.h>

#include "columns/parquet.h"
#include "core/csv.h"
#include "core/file.h"

namespace sekisho::codes {
namespace {

using columns::sql_text;

struct Target {
  std::string_view table;
  Kind kind;
};
constexpr Target kTargets[] = {
    {"drug", Kind::kDrug},           {"lab", Kind::kLab},        {"diagnosis", Kind::kDisease},
    {"procedure", Kind::kProcedure}, {"exam", Kind::kProcedure},
};

// One row per mapping, periods made disjoint by precedence: `nth` 1 wins on each day.
Result<std::filesystem::path> write_used(const CodeReader& reader, const std::filesystem::path& folder,
                                         std::string_view hospital) {
  std::string csv = "kind,sys,code,std_sys,std_code,from_day,to_day,nth,status\n";
  std::int64_t nth = 0;
  for (const Mapping& m : reader.used()) {
    if (m.hospital != hospital) continue;
    append_csv(csv, {name(m.kind), m.local_system, m.local_code, m.std_system, m.std_code, std::to_string(m.valid_from),
                     std::to_string(m.valid_to), std::to_string(++nth), name(m.status)});
  }
  const auto path = folder / "mapping.csv";
  SEKISHO_CHECK(write_file_durable(path, csv));
  return path;
}

// Rows without a day take only mappings that hold always.
std::string apply_sql(const std::string& source, const std::string& mapping, Kind kind, bool replace) {
  const std::string when = replace ? "m.std_code IS NOT NULL" : "m.std_code IS NOT NULL AND x.std_code IS NULL";
  return fmt::format(
      "WITH m AS (SELECT * FROM read_csv({0}, header = true, all_varchar = true) WHERE kind = {1}), x AS (SELECT *, "
      "row_number() OVER () AS row_, coalesce(CAST(strftime(TRY_CAST(t AS TIMESTAMP), '%Y%m%d') AS BIGINT), 0) AS day_ "
      "FROM {2}), j AS "
      "(SELECT "
      "x.row_, m.std_code, m.std_sys, m.status, row_number() OVER (PARTITION BY x.row_ ORDER BY CAST(m.nth AS BIGINT)) "
      "AS "
      "best FROM x JOIN m ON coalesce(x.loc_sys, '') = coalesce(m.sys, '') AND CAST(x.loc_code AS VARCHAR) = m.code "
      "AND CAST(m.from_day AS BIGINT) <= x.day_ AND CAST(m.to_day AS BIGINT) >= if(x.day_ = 0, 99999999, x.day_)) "
      "SELECT x.* EXCLUDE (row_, day_) REPLACE "
      "(CASE WHEN {3} THEN m.std_code ELSE CAST(x.std_code AS VARCHAR) END AS std_code, CASE WHEN {3} THEN m.std_sys "
      "ELSE "
      "CAST(x.std_sys AS VARCHAR) END AS std_sys), CAST(x.std_code AS VARCHAR) AS source_std_code, CAST(x.std_sys AS "
      "VARCHAR) AS source_std_sys, CASE WHEN {3} THEN m.status END AS mapping_status FROM x LEFT JOIN (SELECT * FROM j "
      "WHERE best = 1) m USING (row_) ORDER BY row_",
      sql_text(mapping), sql_text(name(kind)), source, when);
}

}  // namespace

Json ApplyReport::to_json() const {
  Json out;
  out["tables"] = Json::object();
  for (const TableReport& t : tables)
    out["tables"][t.table] = {
        {"rows", t.rows}, {"with_local_code", t.local}, {"mapped", t.mapped}, {"kept", t.kept}, {"undated", t.undated}};
  return out;
}

Result<ApplyReport> apply_codes(const CodeReader& reader, const ApplyOptions& options) {
  std::error_code code;
  const auto input = std::filesystem::weakly_canonical(options.input, code);
  if (!std::filesystem::is_directory(input, code))
    return fail("codes.tables", "is no folder of tables", {.file = options.input.string()},
                "Make it with `sekisho inspect PATH --tables DIR --format parquet`.");
  SEKISHO_CHECK(make_folders(options.output, 0700));
  const auto output = std::filesystem::weakly_canonical(options.output, code);
  if (output == input) return fail("usage.output", "the output folder is the input folder", {.file = output.string()});
  SEKISHO_TRY(const TemporaryFolder temporary, TemporaryFolder::create("sekisho-codes"));
  SEKISHO_TRY(const auto mapping, write_used(reader, temporary.path(), options.hospital));
  columns::EngineOptions engine_options;
  engine_options.threads = 2;
  engine_options.memory_limit = "2GB";
  engine_options.temporary = temporary.path();
  engine_options.allowed_folders = {input, output, temporary.path()};
  SEKISHO_TRY(const auto engine, columns::Engine::create(engine_options));
  ApplyReport report;
  for (const Target& target : kTargets) {
    for (const bool parquet : {true, false}) {
      const std::string file = std::string(target.table) + (parquet ? ".parquet" : ".csv");
      if (!std::filesystem::exists(input / file, code)) continue;
      const std::string source =
          parquet ? fmt::format("read_parquet({})", sql_text((input / file).string()))
                  : fmt::format("read_csv({}, header = true, all_varchar = true)", sql_text((input / file).string()));
      const std::string sql = apply_sql(source, mapping.string(), target.kind, options.replace);
      const std::string to = sql_text((output / file).string());
      SEKISHO_CHECK(engine->execute(fmt::format("COPY ({}) TO {} ({})", sql, to,
                                                parquet ? "FORMAT parquet, COMPRESSION zstd" : "FORMAT csv, HEADER")));
      const std::string written = parquet ? fmt::format("read_parquet({})", to)
                                          : fmt::format("read_csv({}, header = true, all_varchar = true)", to);
      SEKISHO_TRY(const auto counts,
                  engine->query(fmt::format("SELECT count(*), count(loc_code), count(mapping_status), count(std_code) "
                                            "- count(mapping_status), count(loc_code) FILTER (t IS NULL) FROM {}",
                                            written)));
      if (counts->next())
        report.tables.push_back({std::string(target.table), counts->integer(0), counts->integer(1), counts->integer(2),
                                 counts->integer(3), counts->integer(4)});
      break;
    }
  }
  if (report.tables.empty())
    return fail("codes.tables", "holds none of drug, lab, diagnosis, procedure, exam",
                {.file = options.input.string()});
  return report;
}

}  // namespace sekisho::codes
