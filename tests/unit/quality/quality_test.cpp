// Planted faults are found and counted exactly, clean tables give no finding, results do not depend on threads, and no
// output holds an identifier. Expected counts are the numbers of rows planted, counted by hand.
#include "quality/quality.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "world.h"

namespace sekisho::quality {
namespace {

TEST(Quality, CleanTablesGiveNoFindingAndAddUp) {
  World world;
  fill_clean(world);
  const Report report = world.judge();
  EXPECT_EQ(report.findings(), 0u) << to_json(report)["findings"].dump(1);
  EXPECT_EQ(report.hospitals, (std::vector<std::string>{"H01", "H02"}));
  ASSERT_EQ(report.accounting.size(), 2u);
  EXPECT_EQ(report.accounting[0].records, 120u);
  EXPECT_TRUE(report.accounting[0].balanced());
}

TEST(Quality, FaultsOfResultsAreCountedAtTheirHospitalOnly) {
  World world;
  fill_clean(world);
  for (int i = 1; i <= 20; ++i)
    world.lab(5.5, at(2024, 3, 10 + i), "");  // 20 without code
  for (int i = 1; i <= 3; ++i)
    world.lab(5.5, at(2024, 4, 15 + i), "3D0460000019062");  // 3 cut off
  for (int i = 1; i <= 4; ++i)
    world.lab(99.0, at(2024, 5, 15 + i));  // 4 impossible
  for (int i = 1; i <= 5; ++i)
    world.lab(5.5, at(2024, 6, 15 + i)).integer(records::lab::kReported, at(2024, 6, 10));  // 5 reported before
  for (int i = 1; i <= 6; ++i)
    world.lab(5.5, at(2024, 7, 20));                                 // one fact six times
  world.lab(5.5, at(2031, 1, 1));                                    // 1 in the future
  world.lab(5.5, at(2024, 8, 20)).text(records::lab::kStatus, "P");  // 1 never final
  const Report report = world.judge();
  // 120 clean + 20 + 3 + 4 + 5 + 6 + 1 + 1 = 160 rows; range and unit speak of codes of HbA1c: all but 20.
  expect_counts(report, {{"lab.code", 20, 160},
                         {"lab.jlac10", 3, 140},
                         {"lab.range", 4, 140},
                         {"lab.usual_unit", 0, 140},
                         {"lab.order_of_times", 5, 160},
                         {"lab.twice", 1, 155},
                         {"event.future", 1, 160},
                         {"lab.not_final", 1, 160}});
  const Outcome* code = find(report, "lab.code");
  ASSERT_EQ(code->months.at(2).period, 202403);
  EXPECT_EQ(code->months[2].count, 20);
  EXPECT_EQ(code->months[2].denominator, 30);
  EXPECT_TRUE(code->finding());
  for (const Outcome& o : report.outcomes)
    EXPECT_FALSE(o.hospital == "H02" && o.finding()) << o.id;
}

TEST(Quality, RowsOutsideALifeAreFound) {
  World world;
  world.file(0, "x/H01/ssmix2/a");
  world.person(*Date::of(1990, 5, 5), "M", *Date::of(2024, 6, 1));
  world.lab(5, at(1990, 5, 4));   // a day before birth
  world.lab(5, at(1990, 5, 5));   // the day of birth
  world.lab(5, at(2024, 7, 31));  // 60 days after death
  world.lab(5, at(2024, 8, 1));   // 61 days
  Batch& d = world.row(Table::kDiagnosis, "perform", at(2020, 1, 1));
  d.text(records::diagnosis::kIcd, "O800");  // a birth given by a man
  const Report report = world.judge();
  expect_counts(report, {{"event.before_birth", 1, 5}, {"event.after_death", 1, 5}, {"diagnosis.sex", 1, 1}});
}

TEST(Quality, CrossChecksCompareFamilies) {
  World world;
  world.file(0, "x/H01/ssmix2/a");
  world.person(*Date::of(1960, 5, 5), "F");
  const auto drug = [&](std::string_view act, std::string_view code, int month, std::string_view src) {
    Batch& b = world.row(Table::kDrug, act, at(2024, month, 3), 0, src);
    b.text(common::kStdCode, code);
    b.text(common::kStdSys, "REC");
    b.real(records::drug::kTotal, 1);
  };
  drug("order", "620000001", 4, "ssmix2");  // claimed
  drug("order", "620000002", 4, "ssmix2");  // not claimed
  drug("order", "620000003", 5, "ssmix2");  // no claim of that month: not judged
  drug("claim", "620000001", 4, "rec_med");
  const auto move = [&](std::string_view kind, int month, int day) {
    Batch& b = world.row(Table::kEncounterEvent, "perform", at(2024, month, day));
    b.text(records::encounter_event::kKind, kind);
    b.integer(records::encounter_event::kPlanned, 0);
    b.text(common::kDept, "01");
  };
  move("admission", 4, 10);
  move("admission", 6, 10);  // no discharge between, no inpatient claim of June
  move("discharge", 6, 20);
  Batch& claim = world.row(Table::kClaim, "claim", at(2024, 4, 1), 0, "rec_med");
  claim.text(records::claim::kInOut, "I");
  claim.date(records::claim::kAdmitted, *Date::of(2024, 4, 10));
  Batch& other = world.row(Table::kDpcCase, "survey", at(2024, 8, 1), 0, "ff1");
  other.date(records::dpc_case::kAdmitted, *Date::of(2024, 8, 1));  // ADT does not know it
  const auto test = [&](std::string_view code, int month) {
    Batch& b = world.row(Table::kProcedure, "claim", at(2024, month, 2), 0, "rec_med");
    b.text(common::kStdCode, code);
    b.text(common::kStdSys, "REC");
  };
  test("160010010", 4);  // result in the next month
  test("160010010", 9);  // none
  test("160173550", 4);  // HER2, IHC 2+ without FISH
  world.lab(5.5, at(2024, 5, 1));
  Batch& ihc = world.row(Table::kLab, "result", at(2024, 4, 5));
  ihc.text(common::kLocCode, "HER2IHC");
  ihc.text(records::lab::kRaw, "2+");
  ihc.text(records::lab::kQualitative, "2+");
  const Report report = world.judge();
  expect_counts(report, {{"cross.drug", 1, 2},
                         {"cross.adt_claim", 1, 2},
                         {"cross.claim_adt", 0, 1},
                         {"cross.dpc_adt", 1, 1},
                         {"cross.test", 1, 3},
                         {"cross.her2_in_house", 1, 1},
                         {"stay.sequence", 1, 3}});
}

TEST(Quality, ClaimTotalsAndRepeatedClaimsAreChecked) {
  World world;
  world.file(0, "x/H01/receipt/a");
  for (const double points : {300.0, 301.0}) {  // the lines hold 300; the second claim repeats the first
    Batch& claim = world.row(Table::kClaim, "claim", at(2024, 4, 1), 0, "rec_med");
    claim.text(records::claim::kInOut, "O");
    claim.text(records::claim::kType, "1112");
    claim.text(records::claim::kInstitution, "1319710013");
    claim.real(records::claim::kPoints, points);
    claim.pad();
    const auto sub = claim.column(common::kSub).integer(claim.rows() - 1);
    for (const int count : {1, 2}) {
      Batch& line = world.row(Table::kClaimLine, "claim", at(2024, 4, 1), 0, "rec_med");
      line.integer(records::claim_line::kClaimSub, sub);
      line.real(records::claim_line::kPoints, 100);
      line.integer(records::claim_line::kCount, count);
    }
  }
  world.row(Table::kClaimLine, "claim", at(2024, 4, 1), 0, "rec_med").integer(records::claim_line::kClaimSub, 9999);
  const Report report = world.judge();
  expect_counts(
      report, {{"claim.points", 1, 2}, {"claim.twice", 1, 1}, {"claim_line.claim", 1, 5}, {"claim.institution", 0, 2}});
}

TEST(Quality, AFlipOfUnitsIsFoundWithAndWithoutItsLabel) {
  World world;
  fill_clean(world);
  for (int i = 1; i <= 6; ++i)
    world.lab(0.055, at(2024, 9, 12 + i), "3D0450000001906202").text(records::lab::kRaw, "x");
  for (int i = 1; i <= 60; ++i)
    world.lab(5.0 + i % 10 / 10.0, at(2024, 1 + i % 12, 11 + i % 10), "3D0450000001906202");
  for (int i = 1; i <= 4; ++i)
    world.lab(5.5, at(2024, 10, 12 + i)).text(records::lab::kUcum, "g/L");
  world.lab(9999, at(2024, 11, 25)).text(records::lab::kRaw, "9999 \u3013");
  const Report report = world.judge();
  // 120 + 6 + 60 + 4 + 1 rows; a unit of four rows alone is no scale: 187 rows. Off scale are 6 and the filler.
  expect_counts(
      report, {{"lab.scale", 7, 187}, {"lab.mixed_units", 4, 191}, {"lab.filler", 1, 191}, {"lab.characters", 1, 191}});
  EXPECT_TRUE(find(report, "lab.scale")->finding());
  EXPECT_FALSE(find(report, "lab.scale", "H02")->finding());
}

TEST(Quality, ImpossiblePersonsAreFound) {
  World world;
  world.file(0, "x/H01/ssmix2/a");
  world.file(1, "x/H02/ssmix2/a");
  world.person(*Date::of(2030, 1, 1), "F");
  world.person(*Date::of(1900, 1, 1), "M", *Date::of(1899, 1, 1), 1);
  world.person(*Date::of(1901, 1, 1), "F", {}, 1);  // the same number, another birth date and sex
  world.lab(5, at(2024, 1, 1), kHba1c, 1);
  const Report report = world.judge();
  expect_counts(report, {{"person.birth_possible", 1, 1}, {"person.conflict", 0, 1}});
  expect_counts(report,
                {{"person.birth_possible", 0, 1},
                 {"person.death_before_birth", 1, 1},
                 {"person.conflict", 1, 1},
                 {"event.age", 1, 1}},
                "H02");
}

TEST(Quality, DosesLabelsAndOverlapsAreChecked) {
  World world;
  world.file(0, "x/H01/ssmix2/a");
  world.person(*Date::of(1960, 5, 5), "F");
  const auto drug = [&](double dose, int day, std::string_view code, std::string_view unit) {
    Batch& b = world.row(Table::kDrug, "order", at(2024, 3, day));
    b.text(common::kLocCode, code);
    b.text(common::kLocSys, "99H01");
    b.real(records::drug::kDose, dose);
    if (!unit.empty()) b.text(records::drug::kDoseUnit, unit);
  };
  for (int i = 0; i < 20; ++i)
    drug(1, 1 + i, "A1", "\u9320");
  drug(500, 22, "A1", "\u9320");    // milligrams as tablets: impossible, and off scale
  drug(1, 23, "1149019F1560", "");  // a YJ code with a local label, without unit
  const auto stay = [&](int from, int to) {
    Batch& b = world.row(Table::kDpcCase, "survey", at(2024, 5, from), 0, "ff1");
    b.text(records::dpc_case::kKind, "FF1");
    b.date(records::dpc_case::kAdmitted, *Date::of(2024, 5, from));
    b.date(records::dpc_case::kDischarged, *Date::of(2024, 5, to));
  };
  stay(1, 10);
  stay(8, 12);   // begins before the first ends
  stay(12, 20);  // begins on the day of the discharge
  const Report report = world.judge();
  expect_counts(report, {{"drug.impossible", 1, 21},
                         {"drug.scale", 1, 21},
                         {"drug.unit", 1, 22},
                         {"drug.label", 1, 22},
                         {"dpc.overlap", 1, 3}});
}

TEST(Quality, AMonthWithFewRowsAndAHospitalThatFellSilentAreFound) {
  World world;
  world.file(0, "x/H01/ssmix2/a");
  world.file(1, "x/H02/ssmix2/a");
  world.file(2, "x/H03/ssmix2/a");
  for (int part = 0; part < 3; ++part)
    for (int month = 1; month <= (part == 1 ? 9 : 12); ++month)
      for (int i = 0; i < (part == 0 && month == 6 ? 20 : 60); ++i)
        world.lab(5 + i / 100.0, at(2024, month, 1 + i % 28), kHba1c, part);
  const Report report = world.judge();
  expect_counts(report, {{"volume.drop", 1, 10}, {"volume.silent", 0, 1}});
  expect_counts(report, {{"volume.drop", 0, 7}, {"volume.silent", 1, 1}}, "H02");
  EXPECT_TRUE(find(report, "volume.drop")->finding());
  EXPECT_TRUE(find(report, "volume.silent", "H02")->finding());
}

TEST(Quality, AMonthWithoutRowsIsFound) {
  World world;
  world.file(0, "x/H01/ssmix2/a");
  for (const int month : {1, 2, 5})
    for (int day = 1; day <= 5; ++day)
      world.lab(5.5, at(2024, month, day));
  expect_counts(world.judge(), {{"volume.gap", 2, 5}});
}

TEST(Quality, RulesOfReadersAreSharesOfFiles) {
  World world;
  for (int part = 0; part < 4; ++part)
    world.file(part, "x/H01/ssmix2/f" + std::to_string(part));
  world.lab(5.5, at(2024, 1, 3));
  const fs::path rules = world.path() / "rules.jsonl";
  ASSERT_TRUE(
      write_file_durable(rules, as_bytes(R"({"file":"x/H01/ssmix2/f1","rule":"EMPTY_FILE","level":"E","place":""})"
                                         "\n"
                                         R"({"file":"x/H01/ssmix2/f1","rule":"EMPTY_FILE","level":"E","place":""})"
                                         "\n"
                                         R"({"file":"x/H01/ssmix2/f2","rule":"GAIJI_REPLACED","level":"I","place":""})"
                                         "\n")));
  const Report report = world.judge({}, *Thresholds::built_in(), rules);
  expect_counts(report, {{"rule.EMPTY_FILE", 1, 4}, {"rule.GAIJI_REPLACED", 1, 4}});
  EXPECT_TRUE(find(report, "rule.EMPTY_FILE")->finding());
  EXPECT_FALSE(find(report, "rule.GAIJI_REPLACED")->finding());
}

TEST(Quality, OutputsHoldNoIdentifierAndFindingsNameEveryRow) {
  World world;
  fill_clean(world);
  for (int i = 1; i <= 20; ++i)
    world.lab(5.5, at(2024, 3, 10 + i), "");
  const fs::path file = world.path() / "f.jsonl";
  const Report report = world.judge({.on = {}, .findings = file, .work = {}});
  const std::string findings = *read_text(file), json = to_json(report).dump(), html = to_html(report);
  for (const std::string* output : {&findings, &json, &html})
    for (const std::string_view secret : {kNumber, std::string_view("777123"), kName, std::string_view("1950-01-02"),
                                          std::string_view("19500102"), std::string_view("ssmix2/a")})
      EXPECT_EQ(output->find(secret), std::string::npos) << secret;
  std::size_t rows = 0, begin = 0;
  for (std::size_t end = 0; (end = findings.find('\n', begin)) != std::string::npos; begin = end + 1) {
    const auto line = parse_json(findings.substr(begin, end - begin), "findings");
    ASSERT_TRUE(line) << findings.substr(begin, end - begin);
    if ((*line)["kind"] == "row" && (*line)["measure"] == "lab.code") {
      ++rows;
      EXPECT_EQ((*line)["period"], "2024-03");
      EXPECT_GE((*line)["place"]["sub"].get<int>(), 240);  // behind the clean rows
    }
  }
  EXPECT_EQ(rows, 20u);
  for (const std::string_view loaded : {"http:", "https:", "url(", " src="})
    EXPECT_EQ(html.find(loaded), std::string::npos) << loaded;
}

TEST(Quality, AHospitalsReportHoldsNoOther) {
  World world;
  fill_clean(world);
  const std::string json = to_json(world.judge(), "H01").dump();
  EXPECT_NE(json.find("H01"), std::string::npos);
  EXPECT_EQ(json.find("H02"), std::string::npos);
}

TEST(Quality, TheResultDoesNotDependOnThreads) {
  World world;
  fill_clean(world);
  for (int i = 1; i <= 20; ++i)
    world.lab(99, at(2024, 3, 10 + i), "");
  const fs::path a = world.path() / "a.jsonl", b = world.path() / "b.jsonl";
  const Report one = world.judge({.on = {}, .findings = a, .work = {}}, *Thresholds::built_in(), {}, 1);
  const Report four = world.judge({.on = {}, .findings = b, .work = {}}, *Thresholds::built_in(), {}, 4);
  EXPECT_EQ(to_json(one).dump(), to_json(four).dump());
  EXPECT_EQ(to_html(one), to_html(four));
  EXPECT_EQ(*read_text(a), *read_text(b));
}

TEST(Quality, ThresholdsDecideWhatIsAFinding) {
  World world;
  fill_clean(world);
  for (int i = 1; i <= 20; ++i)
    world.lab(5.5, at(2024, 3, 10 + i), "");  // 20 of 140: 14.3 %
  const auto with = [&](std::string_view text) {
    const auto thresholds = Thresholds::parse(text, "t.toml");
    EXPECT_TRUE(thresholds) << (thresholds ? "" : thresholds.error().describe());
    return world.judge({}, *thresholds);
  };
  EXPECT_TRUE(find(with(""), "lab.code")->finding());
  EXPECT_FALSE(find(with("[[measure]]\nid = 'lab.code'\nallowed = 15.0\n"), "lab.code")->finding());
  EXPECT_FALSE(find(with("[[measure]]\nid = 'lab.code'\nminimum = 141\n"), "lab.code")->finding());
  EXPECT_EQ(find(with("[[measure]]\nid = 'lab.code'\noff = true\n"), "lab.code"), nullptr);
}

TEST(Quality, WrongThresholdsAreRefusedWithTheirLine) {
  for (const std::string_view text :
       {"[[measure]]\nid = 'no.such'\n", "[[measure]]\nid = 'lab.code'\nallowed = 101.0\n", "[rules]\nE = -1.0\n",
        "[[measure]]\nid = 'lab.code'\nlevel = 'X'\n", "[[range]]\nanalyte = 'a'\nunit = 'b'\nlow = 2\nhigh = 1\n",
        "[[test]]\ncode = '1'\n", "[[measure]\n", "unknown = 1\n"})
    EXPECT_FALSE(Thresholds::parse(text, "t.toml")) << text;
}

TEST(Quality, AFolderWithoutTablesIsAnError) {
  const auto folder = TemporaryFolder::create("quality-test");
  auto engine = *columns::Engine::create({.temporary = folder->path(), .allowed_folders = {folder->path()}});
  const auto setup = prepare_tables(*engine, folder->path(), {}, "", {}, folder->path());
  ASSERT_FALSE(setup);
  EXPECT_EQ(setup.error().code, "quality.tables");
}

TEST(Quality, EveryMeasureHasItsTextsAndSource) {
  for (const Measure& m : measures()) {
    EXPECT_TRUE(std::ranges::any_of(sources(), [&](const SourceRow& s) { return s.name == m.source; })) << m.id;
    EXPECT_EQ(find_measure(m.id), &m) << "twice: " << m.id;
    for (const Bilingual& text : {m.title, m.cause, m.repair})
      EXPECT_TRUE(!text.en.empty() && !text.ja.empty()) << m.id;
    EXPECT_FALSE(m.section.empty()) << m.id;
  }
}

}  // namespace
}  // namespace sekisho::quality
