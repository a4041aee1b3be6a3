// Each measure has a fault planted in a hospital without faults: it is found there with the number planted, one fault
// fewer than its threshold is none, and the clean hospital is silent.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "hospital.h"
#include "quality/measures.h"

namespace sekisho::quality {
namespace {

// `set` on rows of `table` where `where`; with `again` the rows are repeated instead.
struct Fault {
  std::string_view measure, table, where, set;
  bool again = false;
};

constexpr Fault kFaults[] = {
    {"person.birth", "identity", "reg = 'M1'", "birth = NULL"},
    {"person.sex", "identity", "reg = 'M1'", "sex = 'U'"},
    {"person.death_future", "identity", "reg = 'D1'", "died = DATE '2025-01-02'"},
    {"person.death_before_birth", "identity", "reg = 'D1'", "died = DATE '1940-05-04'"},
    {"person.name_characters", "identity", "reg = 'M1'", "family_kanji = '山??田'"},
    {"person.birth_possible", "identity", "reg = 'M1'", "birth = DATE '1889-12-31'"},
    {"lab.code", "lab", "std_code IS NOT NULL", "std_code = NULL"},
    {"lab.value", "lab", "loc_code = 'A1C'", "number = NULL, raw = NULL"},
    {"lab.coded_value", "lab", "loc_code = 'L01'", "raw = NULL, qualitative = NULL"},
    {"lab.unit", "lab", "number IS NOT NULL", "unit = NULL"},
    {"lab.reference", "lab", "number IS NOT NULL", "ref_raw = NULL, ref_low = NULL, ref_high = NULL"},
    {"lab.time", "lab", "true", "t = NULL"},
    {"lab.flag", "lab", "flag = 'H'", "number = 5.0"},
    {"lab.jlac10", "lab", "std_sys = 'JC10'", "std_code = '3D0460000019062'"},
    {"lab.usual_unit", "lab", "loc_code = 'A1C'", "ucum = 'mmol/mol'"},
    {"lab.range", "lab", "loc_code = 'A1C'", "number = 99"},
    {"lab.label", "lab", "loc_code = 'L01'", "loc_code = '3D046000001906202'"},
    {"lab.sex", "lab", "loc_code = 'PSA'", "reg = 'F1'"},
    {"lab.turnaround", "lab", "reported IS NOT NULL", "reported = collected + INTERVAL 15 DAY"},
    {"lab.order_of_times", "lab", "reported IS NOT NULL", "reported = collected - INTERVAL 1 DAY"},
    {"lab.not_final", "lab", "true", "status = 'P'"},
    {"lab.twice", "lab", "true", "", true},
    {"drug.code", "drug", "true", "std_code = NULL"},
    {"drug.amount", "drug", "true", "dose = NULL, per_day = NULL, total = NULL"},
    {"drug.time", "drug", "true", "t = NULL"},
    {"drug.code_shape", "drug", "true", "std_code = '62000001'"},
    {"drug.positive", "drug", "true", "total = 0"},
    {"drug.days", "drug", "days IS NOT NULL", "days = 366"},
    {"drug.unit", "drug", "dose IS NOT NULL", "dose_unit = NULL, total_unit = NULL"},
    {"drug.order_of_times", "drug", "t_end IS NOT NULL", "t_end = t - INTERVAL 1 DAY"},
    {"drug.twice", "drug", "order_no IS NOT NULL", "", true},
    {"cross.drug", "drug", "act = 'order'", "std_code = '620000002'"},
    {"diagnosis.code", "diagnosis", "icd = 'I10'", "std_code = NULL, icd = NULL"},
    {"diagnosis.icd", "diagnosis", "icd = 'I10'", "icd = NULL"},
    {"diagnosis.icd_shape", "diagnosis", "true", "icd = 'I1'"},
    {"diagnosis.sex", "diagnosis", "reg = 'M1'", "icd = 'O800'"},
    {"diagnosis.age", "diagnosis", "true", "icd = 'P070'"},
    {"diagnosis.order_of_times", "diagnosis", "ended IS NOT NULL", "ended = onset - INTERVAL 1 DAY"},
    {"diagnosis.twice", "diagnosis", "true", "", true},
    {"encounter.dept", "encounter_event", "kind = 'reception'", "dept = NULL"},
    {"encounter.time", "encounter_event", "kind = 'reception'", "t = NULL"},
    {"encounter.twice", "encounter_event", "kind = 'reception'", "", true},
    {"event.visit_after_death", "encounter_event", "reg = 'D1'", "t = TIMESTAMP '2024-12-22 09:00:00'"},
    {"event.before_birth", "diagnosis", "true", "t = TIMESTAMP '1939-01-01'"},
    {"event.future", "diagnosis", "true", "t = TIMESTAMP '2025-01-01'"},
    {"procedure.code", "procedure", "true", "std_code = NULL, k_code = NULL"},
    {"procedure.sex", "procedure", "k_code = 'K877'", "reg = 'M1'"},
    {"cross.test", "procedure", "std_code = '160010010'", "reg = 'D1'"},
    {"observation.height", "observation", "ucum = 'cm'", "number = 1.65"},
    {"observation.weight", "observation", "ucum = 'kg'", "number = 6000"},
    {"claim.institution", "claim", "true", "institution = '9710013'"},
    {"claim.month", "claim", "true", "month = DATE '2025-01-01'"},
    {"claim.days", "claim", "true", "days = 32"},
    {"claim.patient", "claim", "true", "reg = 'N1'"},
    {"claim.points", "claim", "true", "points = 301"},
    {"claim.twice", "claim", "true", "", true},
    {"claim_line.claim", "claim_line", "true", "claim_sub = -1"},
    {"cross.adt_claim", "claim", "in_out = 'I'", "in_out = 'O'"},
    {"cross.claim_adt", "claim", "in_out = 'I'", "admitted = admitted + 1"},
    {"cross.dpc_adt", "dpc_case", "true", "admitted = admitted + 1"},
    {"dpc.code", "dpc_case", "kind = 'D'", "dpc = NULL"},
    {"dpc.future", "dpc_case", "true", "discharged = DATE '2025-01-01'"},
    {"dpc.order_of_times", "dpc_case", "true", "discharged = admitted - 1"},
    {"dpc.overlap", "dpc_case", "src = 'ff1' AND month(t) < 12", "discharged = discharged + 40"},
    {"cross.her2_elsewhere", "lab", "loc_code = 'HER2IHC'", "qualitative = '2+', raw = '2+'"},
};

const Outcome* find(const Report& report, std::string_view id) {
  for (const Outcome& o : report.outcomes)
    if (o.id == id && o.hospital == "H01") return &o;
  return nullptr;
}

std::string plant(const Fault& fault, std::int64_t rows) {
  const std::string_view key = fault.table == "identity" ? "reg" : "sub";
  const std::string chosen =
      fmt::format("{0} IN (SELECT {0} FROM {1} WHERE {2} ORDER BY {0} LIMIT {3})", key, fault.table, fault.where, rows);
  if (fault.again)
    return fmt::format("INSERT INTO {0} SELECT * REPLACE (CAST(sub + 1000000 AS INTEGER) AS sub) FROM {0} WHERE {1}",
                       fault.table, chosen);
  return fmt::format("UPDATE {} SET {} WHERE {}", fault.table, fault.set, chosen);
}

TEST(Measures, AHospitalWithoutFaultsIsSilent) {
  Hospital hospital;
  const Report report = hospital.judge();
  for (const Outcome& o : report.outcomes)
    EXPECT_FALSE(o.finding()) << o.id << " " << o.total.count << "/" << o.total.denominator;
}

TEST(Measures, EachPlantedFaultIsFoundAndOneFewerThanItsThresholdIsNone) {
  Hospital hospital;
  const Report before = hospital.judge();
  for (const Fault& fault : kFaults) {
    SCOPED_TRACE(fault.measure);
    const Outcome* usual = find(before, fault.measure);
    ASSERT_NE(usual, nullptr) << "no row of the clean hospital is spoken of";
    EXPECT_FALSE(usual->finding());
    const auto most = static_cast<std::int64_t>(
        std::floor(usual->limit.allowed * static_cast<double>(usual->total.denominator) / 100 + 1e-9));
    for (const std::int64_t rows : {most - usual->total.count, most + 1 - usual->total.count}) {
      if (rows <= 0) continue;
      const Report report = hospital.judge_with(plant(fault, rows), fault.measure);
      const Outcome* found = find(report, fault.measure);
      ASSERT_NE(found, nullptr);
      EXPECT_EQ(found->total.count, usual->total.count + rows);
      EXPECT_EQ(found->finding(), found->total.count > most) << rows << " of " << found->total.denominator;
    }
  }
}

// What takes more than one statement on rows: movements, months, packages, scales.
struct Course {
  std::string_view measure;
  const char* statement;
  bool by_package = false;
};
constexpr Course kCourses[] = {
    {"stay.sequence", "DELETE FROM encounter_event WHERE kind = 'discharge' AND reg = 'M1' AND month(t) = 3"},
    {"volume.gap", "DELETE FROM lab WHERE month(t) = 6"},
    {"volume.drop",
     "INSERT INTO lab SELECT * REPLACE (CAST(sub + 2000000 AS INTEGER) AS sub, raw || 'x' AS raw) FROM lab WHERE "
     "month(t) <> 6; INSERT INTO lab SELECT * REPLACE (CAST(sub + 4000000 AS INTEGER) AS sub, raw || 'y' AS raw) FROM "
     "lab "
     "WHERE month(t) <> 6 AND loc_code = 'A1C'"},
    {"event.after_death", "UPDATE identity SET died = DATE '2024-01-20' WHERE reg = 'D1'"},
    {"event.age", "UPDATE identity SET birth = DATE '1905-01-01' WHERE reg = 'M1'"},
    {"person.conflict",
     "INSERT INTO identity SELECT * REPLACE (DATE '1961-05-05' AS birth) FROM identity WHERE reg = 'M1'"},
    {"package.silent", "UPDATE q_package SET loaded = TIMESTAMP '2024-11-20'", true},
    {"delay.load", "INSERT INTO q_package VALUES ('H01', -1, TIMESTAMP '2024-01-01')", true},
    {"delay.claim", "INSERT INTO q_package VALUES ('H01', -1, TIMESTAMP '2024-01-01')", true},
    {"lab.scale", "UPDATE lab SET number = number / 100 WHERE loc_code = 'A1C' AND month(t) = 6"},
    {"lab.mixed_units", "UPDATE lab SET ucum = 'g/L' WHERE loc_code = 'A1C' AND month(t) = 6"},
    {"drug.scale", "UPDATE drug SET dose = 500 WHERE act = 'order' AND month(t) = 6"},
};

TEST(Measures, EachPlantedCourseOfEventsIsFound) {
  Hospital hospital;
  for (const Course& course : kCourses) {
    SCOPED_TRACE(course.measure);
    const Report before = hospital.judge_with("SELECT 1", course.measure, course.by_package);
    const Outcome* usual = find(before, course.measure);
    EXPECT_FALSE(usual != nullptr && usual->finding());
    const Report report = hospital.judge_with(course.statement, course.measure, course.by_package);
    const Outcome* found = find(report, course.measure);
    ASSERT_NE(found, nullptr);
    EXPECT_TRUE(found->finding()) << found->total.count << "/" << found->total.denominator;
  }
}

// Which of these measures are found by their own tests beside this page. (quality_test.cpp)
constexpr std::string_view kElsewhere[] = {"volume.silent", "drug.impossible", "drug.label",
                                           "lab.filler",    "lab.characters",  "cross.her2_in_house"};

TEST(Measures, NoMeasureIsWithoutAPlantedFault) {
  for (const Measure& m : measures()) {
    const bool planted = std::ranges::count(kFaults, m.id, &Fault::measure) > 0 ||
                         std::ranges::count(kCourses, m.id, &Course::measure) > 0 ||
                         std::ranges::count(kElsewhere, m.id) > 0;
    EXPECT_TRUE(planted) << m.id;
  }
}

// Normal deliveries, newborns and stays that another payer answers for leave no claim of health insurance.
TEST(Measures, AdmissionsOutsideHealthInsuranceAreNotComparedWithClaims) {
  Hospital hospital;
  const Report before = hospital.judge();
  for (const char* statement :
       {"UPDATE diagnosis SET icd = 'O809', onset = make_timestamp(2024, 4, 21, 0, 0, 0) WHERE reg = 'F1' AND icd = "
        "'C509' "
        "AND month(t) = 4",
        "UPDATE identity SET birth = DATE '2024-04-20' WHERE reg = 'F1'",
        "INSERT INTO coverage BY NAME SELECT c.*, nextval('s') AS sub, 'F1' AS reg, 'LI' AS insurance_class, DATE "
        "'2024-04-01' AS valid_from, DATE '2024-04-30' AS valid_to FROM common c"}) {
    SCOPED_TRACE(statement);
    const Report report = hospital.judge_with(
        std::string(statement) + "; DELETE FROM claim WHERE reg = 'F1' AND in_out = 'I' AND month(t) = 4",
        "cross.adt_claim");
    const Outcome* found = find(report, "cross.adt_claim");
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->total.count, 0);
    EXPECT_LT(found->total.denominator, find(before, "cross.adt_claim")->total.denominator);
  }
}

// Without a master file orders by YJ or HOT alone are not compared; with one, any receipt code of theirs may be
// claimed.
TEST(Measures, OrdersByOtherCodesAreComparedThroughTheMaster) {
  Hospital hospital;
  hospital.execute(
      "UPDATE drug SET std_sys = 'YJ', std_code = '1111111F1111' WHERE act = 'order' AND reg = 'M1'; UPDATE drug SET "
      "std_sys = NULL, std_code = NULL, loc_sys = 'HOT9', loc_code = '100000001' WHERE act = 'order' AND reg = 'F1'");
  EXPECT_EQ(find(hospital.judge(), "cross.drug"), nullptr);
  const std::string master =
      "CREATE OR REPLACE TABLE q_drug_code AS SELECT * FROM (VALUES ('YJ', '1111111F1111', '620000009'), ('YJ', "
      "'1111111F1111', '620000001'), ('HOT9', '100000001', '{}')) v(system, code, rec)";
  for (const auto& [receipt, unclaimed] : {std::pair{"620000001", 0}, std::pair{"620000002", 240}}) {
    const Report report = hospital.judge_with(fmt::format(fmt::runtime(master), receipt), "cross.drug");
    const Outcome* found = find(report, "cross.drug");
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->total.denominator, 480);  // twenty days of twelve months, two patients: each order once
    EXPECT_EQ(found->total.count, unclaimed);
  }
}

}  // namespace
}  // namespace sekisho::quality
