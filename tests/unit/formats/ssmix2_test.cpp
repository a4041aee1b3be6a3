// Names, values and messages of SS-MIX2, each with what the standard or the published normal forms say of it.
#include <gtest/gtest.h>

#include "core/text.h"
#include "formats/reader.h"
#include "formats/ssmix2_path.h"
#include "formats/ssmix2_types.h"
#include "formats/ssmix2_values.h"

namespace sekisho::formats {
namespace {

using records::RecordSet;
using records::Table;

constexpr std::string_view kLabPath =
    "900/100/9001000010/20240401/OML-11/9001000010_20240401_OML-11_000000000000101_20240401150000000_01_1";

std::string header(std::string_view type) {
  return "MSH|^~\\&|HIS|TEST|GW|RCV|20240401101500.123||" + std::string(type) +
         "|1|P|2.5||||||~ISO IR87||ISO 2022-1994|SS-MIX2_1.20^SS-MIX2^1.2.392.200250.2.1.100.1.2.120^ISO\r";
}
std::string patient(std::string_view number) {
  return "PID|0001||" + std::string(number) + "^^^^PI||試験^花子^^^^^L^I~シケン^ハナコ^^^^^L^P||19800229|F\r";
}

// Reads one file and gives its record set.
std::unique_ptr<RecordSet> read(std::string_view path, std::string_view text) {
  auto set = std::make_unique<RecordSet>();
  std::string bytes;
  encode(Charset::kIso2022Jp, text, bytes);
  const auto reader = make_ssmix2_reader(*set, {});
  reader->begin({.path = path});
  for (const char c : bytes)  // in the smallest pieces
    EXPECT_TRUE(reader->feed(as_bytes({&c, 1})));
  EXPECT_TRUE(reader->finish());
  for (records::Batch& batch : set->batches())
    batch.pad();
  return set;
}

std::string text_at(RecordSet& set, Table table, std::size_t row, int column) {
  const records::Column& values = set.batch(table).column(column);
  return values.is_null(row) ? std::string() : std::string(values.text(row));
}

TEST(Ssmix2Path, SevenPartsRepeatTheFolders) {
  const Ssmix2Path p = parse_ssmix2_path(kLabPath);
  EXPECT_EQ(p.kind, StorageKind::kStandardized);
  EXPECT_TRUE(p.parts_valid);
  EXPECT_TRUE(p.folders_agree);
  EXPECT_EQ(p.patient_number(), "9001000010");
  EXPECT_EQ(p.order, "000000000000101");
  EXPECT_EQ(p.time, "20240401150000000");
  EXPECT_EQ(p.department, "01");
  EXPECT_EQ(p.flag, '1');
  EXPECT_EQ(patient_in_path(kLabPath), "9001000010");
}

TEST(Ssmix2Path, DamagedNamesAreToldFromForeignFiles) {
  EXPECT_FALSE(
      parse_ssmix2_path("900/100/9001000018/20240406/ADT-22/9001000099_20240406_ADT-22_9_20240406090000000_01_1")
          .folders_agree);
  EXPECT_FALSE(parse_ssmix2_path("900/100/9001000018/20240406/ADT-22/9001000018_20240406_ADT-22_01_1").parts_valid);
  EXPECT_FALSE(
      parse_ssmix2_path("900/100/9001000018/20240406/ADT-22/9001000018_20240406_ADT-22_9_20240406_01_7").parts_valid);
  for (const std::string_view foreign : {"", "/", "a/b/c.txt", "RECEIPTC.UKE", "index.jsonl", "900/100/readme"})
    EXPECT_EQ(parse_ssmix2_path(foreign).kind, StorageKind::kNone) << foreign;
}

TEST(Ssmix2Path, ContentFoldersOfTheExtendedStorageHaveSixOrSevenParts) {
  const Ssmix2Path p = parse_ssmix2_path(
      "000/000/0000012345/20240401/^経過記録^^11506-3^経過記録^LN/0000012345_20240401_11506-3_K1_20240401120000_01_1/"
      "main.xml");
  EXPECT_EQ(p.kind, StorageKind::kExtended);
  EXPECT_TRUE(p.parts_valid);
  EXPECT_EQ(p.document, "main.xml");
  EXPECT_EQ(p.order, "K1");
  const Ssmix2Path vitals = parse_ssmix2_path(
      "000/000/0000012345/20240401/L-OBSERVATIONS^OBSERVATIONS^99ZL01/"
      "0000012345_20240401_L-OBSERVATIONS_2024040108_202404011200_1/"
      "main_document.hl7");
  EXPECT_EQ(vitals.kind, StorageKind::kExtended);
  EXPECT_TRUE(vitals.parts_valid);
  EXPECT_EQ(vitals.order, "2024040108");
}

TEST(Ssmix2Path, VersionsOfAKeyAreJudgedTogether) {
  const auto name = [](std::string_view date, std::string_view type, std::string_view order, std::string_view time,
                       char flag) {
    const std::string p = "9001000010";
    return "900/100/" + p + "/" + std::string(date) + "/" + std::string(type) + "/" + p + "_" + std::string(date) +
           "_" + std::string(type) + "_" + std::string(order) + "_" + std::string(time) + "_01_" + flag;
  };
  const auto rules = [](const std::vector<std::string>& paths) {
    std::vector<std::string> out;
    for (const NameFinding& f : check_patient_names(paths))
      out.push_back(f.rule);
    return out;
  };
  using Rules = std::vector<std::string>;
  EXPECT_EQ(rules({name("20240401", "OML-11", "1", "20240401120000000", '2'),
                   name("20240401", "OML-11", "1", "20240401150000000", '1')}),
            Rules{});
  EXPECT_EQ(rules({name("20240401", "OML-11", "1", "20240401120000000", '1'),
                   name("20240401", "OML-11", "1", "20240401150000000", '1')}),
            (Rules{"MULTIPLE_CURRENT", "MULTIPLE_CURRENT"}));
  EXPECT_EQ(rules({name("20240401", "OML-11", "1", "20240401120000000", '0'),
                   name("20240401", "OML-11", "1", "20240401150000000", '0')}),
            Rules{"NO_CURRENT"});
  EXPECT_EQ(rules({name("20240401", "OML-11", "1", "20240401120000000", '0'),
                   name("20240401", "OML-11", "1", "20240401150000000", '1')}),
            Rules{"FLAG_0_HISTORY"});
  EXPECT_EQ(rules({name("20240401", "ADT-22", "9", "20240401120000000", '1'),
                   name("20240405", "ADT-22", "9", "20240405120000000", '1'),
                   name("20240409", "ADT-52", "9", "20240409120000000", '1')}),
            Rules{"ADMISSION_SEQUENCE"});
  EXPECT_EQ(rules({name("20240401", "ADT-22", "9", "20240401120000000", '1'),
                   name("20240405", "ADT-52", "9", "20240405120000000", '1'),
                   name("20240405", "ADT-22", "8", "20240405130000000", '1'),
                   name("20240409", "ADT-52", "9", "20240409120000000", '1')}),
            Rules{});
}

struct ValueCase {
  std::string_view text, comparator;
  std::optional<double> number, high;
  std::string_view qualitative;
};

TEST(Ssmix2Values, NormalFormsAndTheirRawVariantsAreTakenApart) {
  const ValueCase cases[] = {
      {"> 100", ">", 100, {}, ""},    {">100", ">", 100, {}, ""},      {"＞100", ">", 100, {}, ""},
      {"100<", ">", 100, {}, ""},     {"100超過", ">", 100, {}, ""},   {"U100", ">", 100, {}, ""},
      {">= 200", ">=", 200, {}, ""},  {"≧200", ">=", 200, {}, ""},     {"=>200", ">=", 200, {}, ""},
      {"200以上", ">=", 200, {}, ""}, {"200～", ">=", 200, {}, ""},    {"200↑", ">=", 200, {}, ""},
      {"< 300", "<", 300, {}, ""},    {"300未満", "<", 300, {}, ""},   {"300ミマン", "<", 300, {}, ""},
      {"L300", "<", 300, {}, ""},     {"<= 400", "<=", 400, {}, ""},   {"≦400", "<=", 400, {}, ""},
      {"400以下", "<=", 400, {}, ""}, {"400↓", "<=", 400, {}, ""},     {"  -", "", {}, {}, "neg"},
      {"(-)", "", {}, {}, "neg"},     {"陰性", "", {}, {}, "neg"},     {"インセイ", "", {}, {}, "neg"},
      {"  +", "", {}, {}, "pos"},     {"(+)", "", {}, {}, "pos"},      {"陽性", "", {}, {}, "pos"},
      {"検出", "", {}, {}, "pos"},    {"  +-", "", {}, {}, "trace"},   {"±", "", {}, {}, "trace"},
      {"+/-", "", {}, {}, "trace"},   {"少量", "", {}, {}, "trace"},   {" 2 +", "", {}, {}, "2+"},
      {"2+", "", {}, {}, "2+"},       {"(2+)", "", {}, {}, "2+"},      {"++", "", {}, {}, "2+"},
      {"２＋", "", {}, {}, "2+"},     {" 1 - 4", "", 1, 4, ""},        {"1-4", "", 1, 4, ""},
      {"0.5～2", "", 0.5, 2, ""},     {" 1 : 40", "", 40, {}, "1:40"}, {"1.3E+2", "", 130, {}, ""},
      {"40倍", "", 40, {}, "1:40"},   {"50×10^2", "", 5000, {}, ""},   {"2.3(±)", "", 2.3, {}, "trace"},
      {"-5", "", -5, {}, ""}};
  for (const ValueCase& c : cases) {
    ResultValue value;
    parse_result(c.text, value);
    EXPECT_TRUE(value.recognised) << c.text;
    EXPECT_EQ(value.comparator, c.comparator) << c.text;
    EXPECT_EQ(value.number, c.number) << c.text;
    EXPECT_EQ(value.number_high, c.high) << c.text;
    EXPECT_EQ(value.qualitative, c.qualitative) << c.text;
  }
  for (const std::string_view words : {"", "溶血あり", "see comment", "Hb＋Tr＋", "a-b", ">", "1:2:3"}) {
    ResultValue value;
    parse_result(words, value);
    EXPECT_FALSE(value.recognised) << words;
  }
}

TEST(Ssmix2Values, UnitsFollowTheTable) {
  for (const auto& [unit, ucum] :
       std::initializer_list<std::pair<std::string_view, std::string_view>>{{"g/dL", "g/dL"},
                                                                            {"g/dl", "g/dL"},
                                                                            {"μg/dL", "ug/dL"},
                                                                            {"µｇ／ｄL", "ug/dL"},
                                                                            {"IU/L", "U/L"},
                                                                            {"mIU/mL", "m[IU]/mL"},
                                                                            {"μIU/mL", "u[IU]/mL"},
                                                                            {".10*3/uL", "10*3/uL"},
                                                                            {"万/μL", "10*4/uL"},
                                                                            {"mmHg", "mm[Hg]"},
                                                                            {"℃", "Cel"},
                                                                            {"cel", "Cel"},
                                                                            {"‰", "[ppth]"},
                                                                            {"/HPF", "/[HPF]"},
                                                                            {"mg/gCr", "mg/g{creat}"},
                                                                            {"unknown", ""},
                                                                            {"", ""}})
    EXPECT_EQ(ucum_of(unit), ucum) << unit;
}

TEST(Ssmix2Values, ReferenceIntervalsHaveOneOrTwoEnds) {
  EXPECT_EQ(parse_reference("6.6-8.1").low, 6.6);
  EXPECT_EQ(parse_reference("6.6-8.1").high, 8.1);
  EXPECT_EQ(parse_reference("1.2～2.0").high, 2.0);
  EXPECT_EQ(parse_reference("<0.14").high, 0.14);
  EXPECT_FALSE(parse_reference("<0.14").low);
  EXPECT_EQ(parse_reference("40以上").low, 40);
  EXPECT_FALSE(parse_reference("M:13-17 F:11-15").low);
}

TEST(Ssmix2Types, EveryGrammarTakesItsOwnOrderAndRefusesAnother) {
  EXPECT_EQ(type_specs().size(), 37u);  // 36 pairs of the standard and OML-12
  for (const TypeSpec& spec : type_specs()) {
    Grammar::Matcher matcher(grammar_of(spec));
    EXPECT_TRUE(matcher.step(hl7::tag("MSH"))) << spec.type;
    EXPECT_FALSE(matcher.step(hl7::tag("MSH"))) << spec.type;
  }
  Grammar::Matcher lab(grammar_of(*find_type("OML-11", "R22")));
  for (const char* id : {"MSH", "PID", "PV1", "SPM", "OBR", "ORC", "OBX", "NTE", "OBX", "OBR", "SPM", "OBR", "OBX"})
    EXPECT_TRUE(lab.step(hl7::tag(id))) << id;
  EXPECT_FALSE(lab.step(hl7::tag("RXE")));
}

TEST(Ssmix2Reader, ALaboratoryResultKeepsEveryField) {
  const auto set = read(
      kLabPath, header("OUL^R22^OUL_R22") + patient("9001000010") +
                    "PV1|0001|O|01^^^^^C\r"
                    "SPM|1|9||023^血清^JC10|||||||||||||202404010900\r"
                    "OBR|1|000000000000101||E001^生化学^99L01|||20240401|||||||||||||||20240401153000\r"
                    "ORC|SC|000000000000101||||||||20240401150000\r"
                    "OBX|1|ST|5C070000002306201^CRP^JC10^10300^院内CRP^99L03||< 0.02|mg/dL^mg/dL^ISO+|<0.14|N|||F\r"
                    "NTE|1||再検済\r");
  ASSERT_EQ(set->batch(Table::kLab).rows(), 1u);
  namespace l = records::lab;
  namespace c = records::common;
  const auto text = [&](int column) { return text_at(*set, Table::kLab, 0, column); };
  EXPECT_EQ(text(c::kStdCode), "5C070000002306201");
  EXPECT_EQ(text(c::kStdSys), "JC10");
  EXPECT_EQ(text(c::kLocCode), "10300");
  EXPECT_EQ(text(c::kLocSys), "99L03");
  EXPECT_EQ(text(c::kDept), "01");
  EXPECT_EQ(text(c::kState), "active");
  EXPECT_EQ(text(l::kSpecimen), "023");
  EXPECT_EQ(text(l::kPanel), "E001");
  EXPECT_EQ(text(l::kRaw), "< 0.02");
  EXPECT_EQ(text(l::kComparator), "<");
  EXPECT_EQ(set->batch(Table::kLab).column(l::kNumber).real(0), 0.02);
  EXPECT_EQ(text(l::kUcum), "mg/dL");
  EXPECT_EQ(set->batch(Table::kLab).column(l::kRefHigh).real(0), 0.14);
  EXPECT_EQ(text(l::kFlag), "N");
  EXPECT_EQ(text(l::kStatus), "F");
  EXPECT_EQ(text(l::kOrderNo), "000000000000101");
  const ClinicalTime collected{set->batch(Table::kLab).column(l::kCollected).integer(0), Precision::kMinute, 0};
  EXPECT_EQ(collected.iso(), "2024-04-01T09:00");
  ASSERT_EQ(set->vault().size(), 2u);
  EXPECT_EQ(set->vault()[0].kind, "name:99L03");
  EXPECT_EQ(set->vault()[0].content, "院内CRP");
  EXPECT_EQ(set->vault()[1].content, "再検済");
  ASSERT_EQ(set->identities().size(), 1u);
  EXPECT_EQ(set->identities()[0].family_kanji, "試験");
  EXPECT_EQ(set->identities()[0].given_kana, "ハナコ");
  EXPECT_EQ(set->identities()[0].birth.iso(), "1980-02-29");
  EXPECT_EQ(set->counts.records, 8u);
  EXPECT_EQ(set->counts.loaded, 8u);
}

TEST(Ssmix2Reader, AMessageThatNamesAnotherPatientIsNeverActiveAndGivesNoIdentity) {
  const auto set = read(kLabPath, header("OUL^R22^OUL_R22") + patient("9001000099") +
                                      "SPM|1|9||023^血清^JC10|||||||||||||202404010900\rOBR|1|||E001^生化学^99L01\r"
                                      "OBX|1|NM|3A010000002327101^総蛋白^JC10||7.2||||||F\r");
  ASSERT_EQ(set->batch(Table::kLab).rows(), 1u);
  EXPECT_EQ(text_at(*set, Table::kLab, 0, records::common::kState), "error");
  EXPECT_TRUE(set->identities().empty());
  EXPECT_EQ(set->counts.rules["PATIENT_ID_MISMATCH"], 1u);
}

TEST(Ssmix2Reader, FlagsZeroAndTwoAndCancellationsAreNeverActive) {
  const std::string order = header("RDE^O11^RDE_O11") + patient("9001000011") + "PV1|1|O\rORC|";
  const std::string drug =
      "|000000000000201||000000000000201_01_001|||||20240402\rRXE||103835401^薬^HOT9|1||TAB^錠^MR9P|||||9|TAB^錠^"
      "MR9P\r";
  for (const auto& [flag, control, state] : {std::tuple{'1', "NW", "active"},
                                             {'2', "NW", "superseded"},
                                             {'0', "NW", "superseded"},
                                             {'0', "CA", "cancelled"},
                                             {'1', "CA", "cancelled"}}) {
    const std::string path =
        std::string(
            "900/100/9001000011/20240402/OMP-01/9001000011_20240402_OMP-01_000000000000201_20240402100000000_01_") +
        flag;
    const auto set = read(path, order + control + drug);
    ASSERT_EQ(set->batch(Table::kDrug).rows(), 1u);
    EXPECT_EQ(text_at(*set, Table::kDrug, 0, records::common::kState), state) << flag << control;
    ASSERT_EQ(set->documents().size(), 1u);
    EXPECT_EQ(set->documents()[0].history, flag != '1');
    EXPECT_EQ(set->documents()[0].deleted, std::string_view(control) == "CA");
  }
}

TEST(Ssmix2Reader, WhatCannotBeUsedIsQuarantinedWithItsReason) {
  EXPECT_EQ(read(kLabPath, "")->quarantined().at(0).rule, "EMPTY_FILE");
  EXPECT_EQ(read(kLabPath, "<xml/>")->quarantined().at(0).rule, "EMPTY_FILE");
  const std::string message = header("ADT^A08^ADT_A01") + patient("9001000010");
  EXPECT_EQ(read("loose.hl7", message)->quarantined().at(0).rule, "FILE_NAME_PARTS");
  const auto other = read("900/100/9001000010/-/ADT-00/9001000099_-_ADT-00_9_20240401101500123_-_1", message);
  EXPECT_EQ(other->quarantined().at(0).rule, "PATH_NAME_MISMATCH");
  EXPECT_EQ(other->counts.records, other->counts.quarantined);
  EXPECT_TRUE(other->identities().empty());
}

TEST(Ssmix2Reader, UnknownSegmentsAreKeptAndCounted) {
  const auto set =
      read("900/100/9001000010/-/ADT-00/9001000010_-_ADT-00_999999999999999_20240401101500123_-_1",
           header("ADT^A08^ADT_A01") + "EVN||20240401101500\r" + patient("9001000010") + "PV1|1|O\rZZX|1|花\r");
  EXPECT_EQ(set->counts.unknown["ZZX"], 1u);
  EXPECT_EQ(set->vault().at(0).kind, "segment:ZZX");
  EXPECT_EQ(set->vault().at(0).content, "ZZX|1|花");
}

TEST(Ssmix2Reader, OtherDelimitersAreReadAndReported) {
  std::string message = header("ADT^A08^ADT_A01") + "EVN||20240401101500\r" + patient("9001000010") + "PV1|1|O\r";
  for (char& c : message)
    c = c == '^' ? '#' : c == '~' ? '*' : c;
  const auto set =
      read("900/100/9001000010/-/ADT-00/9001000010_-_ADT-00_999999999999999_20240401101500123_-_1", message);
  EXPECT_EQ(set->counts.rules["ENCODING_CHARACTERS"], 1u);
  EXPECT_EQ(set->counts.rules["PATIENT_ID_MISMATCH"], 0u);
  ASSERT_EQ(set->identities().size(), 1u);
  EXPECT_EQ(set->identities()[0].family_kanji.find_first_of("#^*~"), std::string::npos);
}

TEST(Ssmix2Reader, TextBrokenOutOfItsFieldNamesNoSegment) {
  const auto set = read(
      "900/100/9001000010/-/ADT-00/9001000010_-_ADT-00_999999999999999_20240401101500123_-_1",
      header("ADT^A08^ADT_A01") + "EVN||20240401101500\r" + patient("9001000010") + "PV1|1|O\r山田太郎様\rTANAKA\r");
  EXPECT_EQ(set->counts.unknown["???"], 2u);
  for (const records::Finding& f : set->findings())
    EXPECT_TRUE(f.rule != "UNKNOWN_SEGMENT" || f.where == "???");
}

TEST(Ssmix2Reader, RepeatedIdentityDataMakeOneRecordAndChangesMakeAnother) {
  RecordSet set;
  const auto reader = make_ssmix2_reader(set, {});
  const auto feed = [&](std::string_view name, const std::string& pid) {
    const std::string path =
        "900/100/9001000010/-/ADT-00/9001000010_-_ADT-00_" + std::string(name) + "_20240401101500123_-_1";
    const std::string text = header("ADT^A08^ADT_A01") + "EVN||20240401101500\r" + pid + "PV1|1|O\r";
    reader->begin({.path = path, .package = 1});
    ASSERT_TRUE(reader->feed(as_bytes(text)));
    ASSERT_TRUE(reader->finish());
  };
  feed("1", "PID|1||9001000010||A^B^^^^^L^I||19800229|F\r");
  feed("2", "PID|1||9001000010||A^B^^^^^L^I||19800229|F|||||||||||||||||||||||||20240101\r");
  feed("3", "PID|1||9001000010||C^B^^^^^L^I||19800229|F\r");
  ASSERT_EQ(set.identities().size(), 2u);
  EXPECT_EQ(set.identities()[1].family_kanji, "C");
}

TEST(Formats, FamiliesAreToldByPathAndFirstBytes) {
  EXPECT_EQ(sniff(kLabPath, as_bytes("MSH|^~")), Family::kSsmix2);
  EXPECT_EQ(sniff("x", as_bytes("MSH|^~")), Family::kSsmix2);
  EXPECT_EQ(sniff("anything.txt", as_bytes("IR,1,13,1,1234567,,")), Family::kReceipt);
  EXPECT_EQ(sniff("RECEIPTC.UKE", as_bytes("hello")), Family::kUnknown);
  EXPECT_EQ(sniff("EFn_131234567_2404.txt", as_bytes("131234567\t0000000001\t20240401")), Family::kDpc);
  EXPECT_EQ(sniff("x", {}), Family::kUnknown);
}

}  // namespace
}  // namespace sekisho::formats
