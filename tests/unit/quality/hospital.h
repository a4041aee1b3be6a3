// A hospital of two patients and one year as tables of the query engine, without a fault and with rows of every kind
// that a measure speaks of: faults are planted in it as statements.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "core/file.h"
#include "quality/measures.h"
#include "quality/quality.h"
#include "records/model.h"

namespace sekisho::quality {

class Hospital {
 public:
  Hospital() : folder_(std::move(*TemporaryFolder::create("quality-measures"))) {
    engine_ = *columns::Engine::create(
        {.threads = 1, .memory_limit = "500MB", .temporary = folder_.path(), .allowed_folders = {folder_.path()}});
    for (const records::TableSpec& spec : records::all_tables()) {
      std::string columns;
      for (const records::ColumnSpec& column : spec.columns)
        columns += (columns.empty() ? "" : ", ") + columns::sql_name(column.name) + " " + type(column.type);
      execute("CREATE TABLE " + columns::sql_name(spec.name) + " (" + columns + ")");
    }
    for (const char* statement : kClean)
      execute(statement);
  }

  void execute(const std::string& sql) {
    const auto done = engine_->execute(sql);
    ASSERT_TRUE(done) << sql << "\n" << done.error().describe();
  }

  // The end of the year is today; `by_package`: as the centre judges.
  Report judge(bool by_package = false, const Thresholds& thresholds = *Thresholds::built_in()) {
    auto report = run(*engine_, {.by_package = by_package, .demographics = false}, thresholds,
                      {.on = *Date::of(2024, 12, 31), .findings = {}, .work = folder_.path()});
    EXPECT_TRUE(report) << (report ? "" : report.error().describe());
    return report ? std::move(*report) : Report{};
  }

  // One measure with a fault that is taken back afterwards.
  Report judge_with(const std::string& fault, std::string_view measure, bool by_package = false) {
    std::string others;
    for (const Measure& m : measures())
      if (m.id != measure) others += "[[measure]]\nid = '" + std::string(m.id) + "'\noff = true\n";
    const Thresholds built_in = *Thresholds::built_in();
    const Limit limit = built_in.of_measure(measure);
    others +=
        fmt::format("[[measure]]\nid = '{}'\nallowed = {:.3f}\nminimum = {}\n", measure, limit.allowed, limit.minimum);
    for (const Range& r : built_in.ranges())
      others += fmt::format("[[range]]\nanalyte = '{}'\nunit = '{}'\nlow = {:.6f}\nhigh = {:.6f}\n", r.analyte, r.unit,
                            r.low, r.high);
    for (const Test& t : built_in.tests())
      others += fmt::format("[[test]]\ncode = '{}'\nanalyte = '{}'\nlocal = '{}'\n", t.code, t.analyte, t.local);
    execute("BEGIN");
    execute(fault);
    Report report = judge(by_package, *Thresholds::parse(others, "test.toml"));
    execute("ROLLBACK");
    return report;
  }

 private:
  static const char* type(records::ColumnType type) {
    constexpr const char* kTypes[] = {"VARCHAR", "INTEGER", "BIGINT", "DOUBLE", "DATE", "TIMESTAMP"};
    return kTypes[static_cast<int>(type)];
  }

  // M1, a man of 64, and F1, a woman of 54, come every month; D1 died in December; thirty women had a specimen tested
  // elsewhere.
  static constexpr const char* kClean[] = {
      "CREATE SEQUENCE s",
      "CREATE TABLE q_hospital AS SELECT CAST(0 AS BIGINT) AS key, 'H01' AS hospital",
      "CREATE TABLE q_rules (hospital VARCHAR, rule VARCHAR, level VARCHAR, part BIGINT)",
      "CREATE TABLE q_files (hospital VARCHAR, files BIGINT)",
      "CREATE TABLE q_package AS SELECT 'H01' AS hospital, CAST(0 AS BIGINT) AS key, TIMESTAMP '2024-12-28' AS loaded",
      "CREATE TABLE identity AS SELECT * FROM (VALUES "
      "('M1', 0, '山田', '太郎', 'ヤマダ', 'タロウ', DATE '1960-05-05', 'M', TIMESTAMP '2023-01-01', CAST(NULL AS "
      "DATE)), "
      "('F1', 0, '鈴木', '花子', 'スズキ', 'ハナコ', DATE '1970-05-05', 'F', TIMESTAMP '2023-01-01', NULL), "
      "('D1', 0, '佐藤', '次郎', 'サトウ', 'ジロウ', DATE '1940-05-05', 'M', TIMESTAMP '2023-01-01', DATE "
      "'2024-12-20')) "
      "v(reg, part, family_kanji, given_kanji, family_kana, given_kana, birth, sex, recorded, died)",
      "CREATE TABLE days AS SELECT r.reg, make_timestamp(2024, m, d, 9, 0, 0) AS t, m, d FROM (VALUES ('M1'), ('F1')) "
      "r(reg), range(1, 13) a(m), range(1, 21) b(d)",
      "CREATE TABLE common AS SELECT CAST(0 AS BIGINT) AS package, CAST(0 AS INTEGER) AS part, CAST(0 AS INTEGER) AS "
      "ordinal, 'active' AS state, 'day' AS prec",
      "INSERT INTO lab BY NAME SELECT c.*, nextval('s') AS sub, reg, 'ssmix2' AS src, 'result' AS act, t, "
      "'3D046000001906202' AS std_code, 'JC10' AS std_sys, 'A1C' AS loc_code, 5.0 + d / 20.0 AS number, "
      "CAST(5.0 + d / 20.0 AS VARCHAR) AS raw, '%' AS unit, '%' AS ucum, 4.9 AS ref_low, 5.8 AS ref_high, '4.9-5.8' AS "
      "ref_raw, CASE WHEN d > 16 THEN 'H' END AS flag, 'F' AS status, t AS collected, t + INTERVAL 1 HOUR AS reported "
      "FROM days, common c",
      "INSERT INTO lab BY NAME SELECT c.*, nextval('s') AS sub, 'M1' AS reg, 'ssmix2' AS src, 'result' AS act, t, "
      "'5D305000002302301' AS std_code, 'JC10' AS std_sys, 'PSA' AS loc_code, 1.0 AS number, '1.0' AS raw, 'ng/mL' AS "
      "unit, 'ng/mL' AS ucum, '0-4' AS ref_raw, 'F' AS status FROM days, common c WHERE reg = 'M1' AND d = 1",
      "INSERT INTO lab BY NAME SELECT c.*, nextval('s') AS sub, reg, 'ssmix2' AS src, 'result' AS act, t, 'L01' AS "
      "loc_code, '99L' AS loc_sys, '(-)' AS raw, 'neg' AS qualitative, 'F' AS status FROM days, common c WHERE d = 2",
      "INSERT INTO drug BY NAME SELECT c.*, nextval('s') AS sub, reg, 'ssmix2' AS src, 'order' AS act, t, t + INTERVAL "
      "7 DAY AS t_end, '620000001' AS std_code, 'REC' AS std_sys, '01' AS rp, 1.0 AS dose, '錠' AS dose_unit, 3.0 AS "
      "per_day, 21.0 AS total, '錠' AS total_unit, 7 AS days, 'O' || reg || m || '-' || d AS order_no FROM days, "
      "common "
      "c",
      "INSERT INTO drug BY NAME SELECT c.*, nextval('s') AS sub, reg, 'rec_med' AS src, 'claim' AS act, t, '620000001' "
      "AS std_code, 'REC' AS std_sys, 3.0 AS per_day, 21.0 AS total, 7 AS days FROM days, common c WHERE d = 1",
      "INSERT INTO diagnosis BY NAME SELECT c.*, nextval('s') AS sub, reg, 'ssmix2' AS src, 'perform' AS act, t, "
      "'20054709' AS std_code, 'MEDIS_DIS' AS std_sys, 'I10' AS icd, t AS onset, t AS diagnosed, t + INTERVAL 30 DAY "
      "AS "
      "ended, 'P' || reg || m || '-' || d AS problem FROM days, common c",
      "INSERT INTO diagnosis BY NAME SELECT c.*, nextval('s') AS sub, reg, 'ssmix2' AS src, 'perform' AS act, t, "
      "CASE reg WHEN 'F1' THEN 'C509' ELSE 'C61' END AS icd, t AS onset, 'Q' || reg || m AS problem FROM days, common "
      "c "
      "WHERE d = 3",
      "INSERT INTO encounter_event BY NAME SELECT c.*, nextval('s') AS sub, reg, 'ssmix2' AS src, 'perform' AS act, t, "
      "'reception' AS kind, 0 AS planned, '01' AS dept, 'O' AS class FROM days, common c",
      "INSERT INTO encounter_event BY NAME SELECT c.*, nextval('s') AS sub, 'D1' AS reg, 'ssmix2' AS src, 'perform' AS "
      "act, make_timestamp(2024, m, 5, 9, 0, 0) AS t, 'reception' AS kind, 0 AS planned, '01' AS dept, 'O' AS class "
      "FROM "
      "range(1, 13) a(m), common c",
      "INSERT INTO encounter_event BY NAME SELECT c.*, nextval('s') AS sub, reg, 'ssmix2' AS src, 'perform' AS act, "
      "make_timestamp(2024, m, k.day, 10, 0, 0) AS t, k.kind, 0 AS planned, '01' AS dept, 'I' AS class FROM days, "
      "common "
      "c, (VALUES ('admission', 21), ('discharge', 25)) k(kind, day) WHERE d = 1",
      "INSERT INTO procedure BY NAME SELECT c.*, nextval('s') AS sub, reg, 'rec_med' AS src, 'claim' AS act, t, "
      "'160010010' AS std_code, 'REC' AS std_sys FROM days, common c WHERE d = 4",
      "INSERT INTO procedure BY NAME SELECT c.*, nextval('s') AS sub, reg, 'ff1' AS src, 'survey' AS act, t, CASE reg "
      "WHEN 'F1' THEN 'K877' ELSE 'K843' END AS k_code FROM days, common c WHERE d = 5",
      "CREATE TABLE tested AS SELECT 'E' || n AS reg FROM range(100, 130) r(n)",
      "INSERT INTO identity SELECT reg, 0, '田中', '愛', 'タナカ', 'アイ', DATE '1960-01-01', 'F', TIMESTAMP "
      "'2023-01-01', "
      "NULL FROM tested",
      "INSERT INTO diagnosis BY NAME SELECT c.*, nextval('s') AS sub, reg, 'ssmix2' AS src, 'perform' AS act, "
      "TIMESTAMP "
      "'2024-03-01' AS t, 'C509' AS icd, reg AS problem FROM tested, common c",
      "INSERT INTO lab BY NAME SELECT c.*, nextval('s') AS sub, reg, 'ssmix2' AS src, 'result' AS act, TIMESTAMP "
      "'2024-03-02' AS t, '5Z000000000000000' AS std_code, 'JC10' AS std_sys, 'HER2IHC' AS loc_code, '3+' AS raw, '3+' "
      "AS qualitative, "
      "'F' AS status FROM tested, common c",
      "INSERT INTO procedure BY NAME SELECT c.*, nextval('s') AS sub, reg, 'rec_med' AS src, 'claim' AS act, TIMESTAMP "
      "'2024-03-03' AS t, '160178910' AS std_code, 'REC' AS std_sys FROM tested, common c",
      "INSERT INTO observation BY NAME SELECT c.*, nextval('s') AS sub, reg, 'ff1' AS src, 'survey' AS act, t, v.n AS "
      "number, v.u AS unit, v.u AS ucum FROM days, common c, (VALUES (165.0, 'cm'), (60.0, 'kg')) v(n, u) WHERE d = 6",
      "INSERT INTO claim BY NAME SELECT c.*, nextval('s') AS sub, reg, 'rec_med' AS src, 'claim' AS act, "
      "make_timestamp(2024, m, 1, 0, 0, 0) AS t, make_date(2024, m, 1) AS month, k.io AS in_out, k.type, "
      "'1319710013' AS institution, 300.0 AS points, k.n AS days, CASE k.io WHEN 'I' THEN make_date(2024, m, 21) END "
      "AS "
      "admitted FROM days, common c, (VALUES ('I', '1111', 5), ('O', '1112', 20)) k(io, type, n) WHERE d = 1",
      "INSERT INTO claim_line BY NAME SELECT c.*, nextval('s') AS sub, k.reg, 'rec_med' AS src, 'claim' AS act, k.t, "
      "k.sub AS claim_sub, 100.0 AS points, n.n AS count FROM claim k, common c, (VALUES (1), (2)) n(n)",
      "INSERT INTO dpc_case BY NAME SELECT c.*, nextval('s') AS sub, reg, k.src, 'survey' AS act, make_timestamp(2024, "
      "m, 21, 0, 0, 0) AS t, '010060xx01x0xx' AS dpc, make_date(2024, m, 21) AS admitted, make_date(2024, m, 25) AS "
      "discharged, k.kind FROM days, common c, (VALUES ('ff1', 'FF1'), ('d', 'D')) k(src, kind) WHERE d = 1",
  };

  TemporaryFolder folder_;
  std::unique_ptr<columns::Engine> engine_;
};

}  // namespace sekisho::quality
