#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/file.h"
#include "quality/quality.h"
#include "records/model.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sekisho::quality {
namespace {

namespace fs = std::filesystem;
using columns::Engine;
using columns::ResultSet;
using columns::sql_name;
using columns::sql_text;

// (package, part, ordinal, sub) as one number that sorts as they do.
constexpr std::string_view kPlace =
    "(CAST(r.package AS HUGEINT) << 94) + (CAST(r.part AS HUGEINT) << 63) + (CAST(r.ordinal AS HUGEINT) << 32) + r.sub";

std::optional<PlaceOfRow> place_of(const ResultSet& row, std::size_t column) {
  if (row.is_null(column)) return std::nullopt;
  unsigned __int128 number = 0;
  for (const char c : row.text(column))
    if (c >= '0' && c <= '9') number = number * 10 + static_cast<unsigned>(c - '0');
  return PlaceOfRow{static_cast<std::int64_t>(number >> 94), static_cast<std::int64_t>((number >> 63) & 0x7fffffff),
                    static_cast<std::int64_t>((number >> 32) & 0x7fffffff),
                    static_cast<std::int64_t>(number & 0xffffffff)};
}

Result<void> create_views(Engine& engine, const Setup& setup, const Thresholds& thresholds, Date on) {
  const std::string key = setup.by_package ? "package" : "part";
  for (const records::TableSpec& spec : records::all_tables())
    SEKISHO_CHECK(engine.execute(fmt::format(
        "CREATE OR REPLACE VIEW {} AS SELECT r.*, coalesce(h.hospital, 'all') AS hospital, "
        "coalesce(year(r.t) * 100 + month(r.t), 0) AS period, {} AS place FROM {} r LEFT JOIN q_hospital h ON "
        "CAST(r.{} AS BIGINT) = h.key WHERE coalesce(r.state, 'active') = 'active'",
        sql_name("q_" + std::string(spec.name)), kPlace, sql_name(spec.name), key)));
  // The newest value that is known of each patient.
  SEKISHO_CHECK(engine.execute(
      setup.demographics
          ? "CREATE OR REPLACE TABLE q_person AS SELECT coalesce(h.hospital, 'all') AS hospital, d.reg, 0 AS period, "
            "CAST(NULL AS HUGEINT) AS place, d.sex, 1 AS births, 1 AS sexes, CAST(NULL AS BOOLEAN) AS garbled, "
            "make_date(CAST(d.birth_year AS BIGINT), "
            "coalesce(CAST(d.birth_month "
            "AS BIGINT), 1), 1) AS birth, make_date(CAST(d.death_year AS BIGINT), coalesce(CAST(d.death_month AS "
            "BIGINT), 12), 28) AS died FROM demographics d LEFT JOIN q_registration h USING (reg)"
          : "CREATE OR REPLACE TABLE q_person AS SELECT coalesce(h.hospital, 'all') AS hospital, i.reg, 0 AS period, "
            "max(CAST(i.part AS HUGEINT) << 63) AS place, arg_max(i.sex, row(i.recorded, i.part)) FILTER (i.sex IN "
            "('M', 'F', 'O')) AS sex, arg_max(i.birth, row(i.recorded, i.part)) FILTER (i.birth IS NOT NULL) AS birth, "
            "count(DISTINCT i.birth) AS births, count(DISTINCT i.sex) FILTER (i.sex IN ('M', 'F')) AS sexes, "
            "bool_or(regexp_matches(concat(i.family_kanji, i.given_kanji, i.family_kana, i.given_kana), "
            "'[\\x{FFFD}■〓]|[?？]{2}|[Ã¤Ã¥ãâ][\\x{80}-\\x{BF}]')) AS garbled, "
            "max(i.died) AS died FROM identity i LEFT JOIN q_hospital h ON CAST(i.part AS BIGINT) = h.key WHERE i.reg "
            "IS NOT NULL GROUP BY 1, 2"));
  SEKISHO_CHECK(engine.execute(fmt::format("CREATE OR REPLACE TABLE q_now AS SELECT DATE '{}' AS day", on.iso())));
  SEKISHO_CHECK(
      engine.execute("CREATE TABLE IF NOT EXISTS q_package (hospital VARCHAR, key BIGINT, loaded TIMESTAMP)"));
  SEKISHO_CHECK(engine.execute("CREATE TABLE IF NOT EXISTS q_drug_code (system VARCHAR, code VARCHAR, rec VARCHAR)"));
  SEKISHO_CHECK(
      engine.execute("CREATE OR REPLACE TABLE q_range (analyte VARCHAR, unit VARCHAR, low DOUBLE, high DOUBLE)"));
  for (const Range& r : thresholds.ranges())
    SEKISHO_CHECK(engine.execute(fmt::format("INSERT INTO q_range VALUES ({}, {}, {}, {})", sql_text(r.analyte),
                                             sql_text(r.unit), r.low, r.high)));
  SEKISHO_CHECK(engine.execute("CREATE OR REPLACE TABLE q_test (code VARCHAR, analyte VARCHAR, local VARCHAR)"));
  for (const Test& t : thresholds.tests())
    SEKISHO_CHECK(engine.execute(fmt::format("INSERT INTO q_test VALUES ({}, nullif({}, ''), nullif({}, ''))",
                                             sql_text(t.code), sql_text(t.analyte), sql_text(t.local))));
  return {};
}

// Measures that a part of a hospital's data can be judged by: not what compares months, movements or families.
bool of_single_rows(const Measure& m) {
  return m.context == "verification" && m.source != "month" && m.source != "stay" && m.source != "silence" &&
         m.source != "claim_person" && m.category != "timeliness";
}

void add(Cell& total, const Cell& month) {
  total.count += month.count;
  total.denominator += month.denominator;
  if (!total.example) total.example = month.example;
}

// All measures of one source in one scan.
Result<void> measure_source(Engine& engine, const SourceRow& source, const std::vector<const Measure*>& wanted,
                            const Thresholds& thresholds,
                            std::map<std::pair<std::string_view, std::string>, Outcome>& out) {
  std::string sql = "SELECT hospital, period";
  for (const Measure* m : wanted)
    sql +=
        fmt::format(", count(*) FILTER ({0}), count(*) FILTER (({0}) AND ({1})), min(place) FILTER (({0}) AND ({1}))",
                    m->among, m->broken);
  sql += fmt::format(" FROM ({}) GROUP BY hospital, period ORDER BY hospital, period", source.sql);
  SEKISHO_TRY(const auto rows, engine.query(sql));
  while (rows->next()) {
    const std::string hospital = rows->text(0);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const std::size_t at = 2 + 3 * i;
      const Cell cell{static_cast<int>(rows->integer(1)), rows->integer(at + 1), rows->integer(at),
                      place_of(*rows, at + 2)};
      if (cell.denominator == 0) continue;
      Outcome& outcome = out[{wanted[i]->id, hospital}];
      if (outcome.id.empty()) {
        outcome.id = wanted[i]->id;
        outcome.hospital = hospital;
        outcome.limit = thresholds.of_measure(outcome.id);
      }
      outcome.months.push_back(cell);
      add(outcome.total, cell);
    }
  }
  return {};
}

// A rule's count is that of the files it was found in.
Result<void> measure_rules(Engine& engine, const Thresholds& thresholds, std::vector<Outcome>& out) {
  SEKISHO_TRY(const auto rows, engine.query("SELECT r.rule, r.hospital, max(CASE r.level WHEN 'E' THEN 2 WHEN 'W' THEN "
                                            "1 ELSE 0 END), count(DISTINCT r.part), any_value(f.files), min(r.part) "
                                            "FROM q_rules r JOIN q_files f USING (hospital) GROUP BY r.rule, "
                                            "r.hospital ORDER BY r.rule, r.hospital"));
  while (rows->next()) {
    Outcome outcome;
    const std::string rule = rows->text(0);
    outcome.id = "rule." + rule;
    outcome.hospital = rows->text(1);
    outcome.limit = thresholds.of_rule(rule, "IWE"[rows->integer(2)]);
    outcome.total = {0, rows->integer(3), rows->integer(4), {}};
    if (!rows->is_null(5)) outcome.total.example = PlaceOfRow{0, rows->integer(5), 0, 0};
    if (!outcome.limit.off) out.push_back(std::move(outcome));
  }
  return {};
}

// Findings by month, then the rows that broke each measure, as the engine writes them: never all in memory.
class FindingsFile {
 public:
  static Result<FindingsFile> create(const fs::path& path, const fs::path& work) {
    FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file) return fail_errno("quality.findings", "cannot write findings", {.file = path.string()});
    ::fchmod(file.get(), 0600);
    return FindingsFile(std::move(file), work / "rows.jsonl");
  }

  Result<void> line(const Json& value) {
    return write_all(file_.get(), as_bytes(value.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"));
  }

  Result<void> rows(Engine& engine, const Measure& measure, const SourceRow& source, char level) {
    constexpr std::string_view kLine =
        "'{{\"kind\":\"row\",\"measure\":\"{}\",\"level\":\"{}\",\"hospital\":\"' || hospital || '\",\"period\":\"' || "
        "CASE WHEN period = 0 THEN '' ELSE printf('%04d-%02d', period // 100, period % 100) END || '\",\"place\":' || "
        "CASE WHEN place IS NULL THEN 'null' ELSE '{{\"package\":' || (place >> 94) || ',\"part\":' || ((place >> 63) "
        "& "
        "2147483647) || ',\"ordinal\":' || ((place >> 32) & 2147483647) || ',\"sub\":' || (place & 4294967295) || '}}' "
        "END || '}}'";
    SEKISHO_CHECK(engine.execute(fmt::format(
        "COPY (SELECT {} FROM ({}) WHERE ({}) AND ({}) ORDER BY hospital, period, place) TO {} (FORMAT csv, HEADER "
        "false, DELIMITER '\x01', QUOTE '', ESCAPE '')",
        fmt::format(kLine, measure.id, level), source.sql, measure.among, measure.broken,
        sql_text(fs::absolute(piece_).string()))));
    SEKISHO_TRY(const FileDescriptor piece, open_read(piece_));
    Bytes buffer(std::size_t{1} << 20);
    for (ssize_t got = 0; (got = ::read(piece.get(), buffer.data(), buffer.size())) != 0;) {
      if (got < 0) return fail_errno("quality.findings", "cannot read rows back");
      SEKISHO_CHECK(write_all(file_.get(), {buffer.data(), static_cast<std::size_t>(got)}));
    }
    return remove_file(piece_);
  }

 private:
  FindingsFile(FileDescriptor file, fs::path piece) : file_(std::move(file)), piece_(std::move(piece)) {}
  FileDescriptor file_;
  fs::path piece_;
};

}  // namespace

Json finding_json(const Outcome& outcome, const Cell& cell);  // report_json.cpp

namespace {

Result<void> write_findings(Engine& engine, const Report& report, const RunOptions& options,
                            const std::map<std::string_view, const SourceRow*>& by_name) {
  SEKISHO_TRY(FindingsFile file, FindingsFile::create(options.findings, options.work));
  std::set<std::string_view> broken;
  for (const Outcome& outcome : report.outcomes) {
    if (outcome.finding()) SEKISHO_CHECK(file.line(finding_json(outcome, outcome.total)));
    for (const Cell& month : outcome.months)
      if (outcome.finding(month) && month.period != 0) SEKISHO_CHECK(file.line(finding_json(outcome, month)));
    if (outcome.total.count > 0) broken.insert(outcome.id);
  }
  for (const std::string_view id : broken) {
    const Measure* measure = find_measure(id);
    if (measure == nullptr) continue;
    const auto outcome = std::ranges::find(report.outcomes, id, &Outcome::id);
    SEKISHO_CHECK(file.rows(engine, *measure, *by_name.at(measure->source), outcome->limit.level));
  }
  return {};
}

}  // namespace

Result<Report> run(Engine& engine, const Setup& setup, const Thresholds& thresholds, const RunOptions& options) {
  SEKISHO_CHECK(create_views(engine, setup, thresholds, options.on));
  std::map<std::string_view, const SourceRow*> by_name;
  std::map<std::pair<std::string_view, std::string>, Outcome> found;
  for (const SourceRow& source : sources()) {
    by_name[source.name] = &source;
    std::vector<const Measure*> wanted;
    for (const Measure& m : measures())
      if (m.source == source.name && !thresholds.of_measure(m.id).off && (!options.part || of_single_rows(m)))
        wanted.push_back(&m);
    if (!wanted.empty()) SEKISHO_CHECK(measure_source(engine, source, wanted, thresholds, found));
  }
  Report report;
  report.on = options.on;
  std::set<std::string> hospitals;
  for (const Measure& m : measures())
    for (auto at = found.lower_bound({m.id, ""}); at != found.end() && at->first.first == m.id; ++at)
      report.outcomes.push_back(std::move(at->second));
  SEKISHO_CHECK(measure_rules(engine, thresholds, report.outcomes));
  for (const Outcome& outcome : report.outcomes)
    hospitals.insert(outcome.hospital);
  report.hospitals.assign(hospitals.begin(), hospitals.end());
  if (!options.findings.empty()) SEKISHO_CHECK(write_findings(engine, report, options, by_name));
  return report;
}

Result<std::vector<Accounting>> count_rows(Engine& engine, const Setup& setup) {
  std::string all;
  for (const records::TableSpec& spec : records::all_tables())
    all += fmt::format("{}SELECT {} AS key, state FROM {}", all.empty() ? "" : " UNION ALL ",
                       setup.by_package ? "package" : "CAST(part AS BIGINT)", sql_name(spec.name));
  SEKISHO_TRY(
      const auto rows,
      engine.query(fmt::format(
          "SELECT coalesce(h.hospital, 'all') AS hospital, count(*), count(*) FILTER (coalesce(state, 'active') "
          "= 'active'), count(*) FILTER (state IN ('superseded', 'cancelled')), count(*) FILTER (state = "
          "'error') FROM ({}) r LEFT JOIN q_hospital h USING (key) GROUP BY 1 ORDER BY 1",
          all)));
  std::vector<Accounting> out;
  while (rows->next())
    out.push_back({rows->text(0), static_cast<std::uint64_t>(rows->integer(1)),
                   static_cast<std::uint64_t>(rows->integer(2)), static_cast<std::uint64_t>(rows->integer(3)),
                   static_cast<std::uint64_t>(rows->integer(4))});
  return out;
}

}  // namespace sekisho::quality
