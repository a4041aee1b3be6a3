// One thing is one thing whichever file it came from: the same drug, procedure, diagnosis and laboratory test by the
// standardized storage, receipts and the DPC survey.
#include <gtest/gtest.h>

#include "core/text.h"
#include "formats/disease_modifiers.h"
#include "formats/reader.h"
#include "formats/ssmix2_values.h"

namespace sekisho::formats {
namespace {

namespace common = records::common;
namespace dx = records::diagnosis;
namespace pr = records::procedure;
using records::RecordSet;
using records::Table;
using Texts = std::vector<std::string>;

std::unique_ptr<RecordSet> read(std::unique_ptr<Reader> (*make)(RecordSet&, records::DrainHook), Charset charset,
                                std::string_view path, std::string_view text) {
  auto set = std::make_unique<RecordSet>();
  std::string bytes;
  encode(charset, text, bytes);
  const auto reader = make(*set, {});
  reader->begin({.path = path});
  EXPECT_TRUE(reader->feed(as_bytes(bytes)));
  EXPECT_TRUE(reader->finish());
  for (records::Batch& batch : set->batches())
    batch.pad();
  return set;
}
auto read_receipt(std::string_view body) {
  const std::string text =
      "IR,1,13,1,1234567,,病院,202404,00,\r\nRE,1,1111,202404,架空　太郎,1,19700102,,20240401,,,,,0000001234\r\n"
      "HO,01130012,1,2,1,3033\r\n" +
      std::string(body) + "GO,1,3033,99\r\n";
  return read(make_receipt_reader, Charset::kCp932, "RECEIPTC.UKE", text);
}
auto read_dpc(std::string_view path, std::string_view text) {
  return read(make_dpc_reader, Charset::kCp932, path, text);
}
auto read_storage(std::string_view type, std::string_view message, std::string_view body) {
  const std::string path = "900/100/9001000010/20240403/" + std::string(type) + "/9001000010_20240403_" +
                           std::string(type) + "_000000000000101_20240403150000000_01_1";
  const std::string text =
      "MSH|^~\\&|HIS|TEST|GW|RCV|20240403101500.123||" + std::string(message) +
      "|1|P|2.5||||||~ISO IR87||ISO 2022-1994|SS-MIX2_1.20^SS-MIX2^1.2.392.200250.2.1.100.1.2.120^ISO\r"
      "PID|0001||9001000010^^^^PI||試験^花子^^^^^L^I~シケン^ハナコ^^^^^L^P||19800229|F\r" +
      std::string(body);
  return read(make_ssmix2_reader, Charset::kIso2022Jp, path, text);
}
Texts cells(RecordSet& set, Table table, std::initializer_list<int> columns, std::size_t row = 0) {
  Texts out;
  if (set.batch(table).rows() <= row) return {"no such row"};
  for (const int column : columns) {
    const records::Column& values = set.batch(table).column(column);
    out.push_back(values.is_null(row) ? std::string() : std::string(values.text(row)));
  }
  return out;
}
const std::initializer_list<int> kStandard = {common::kStdCode, common::kStdSys};

// One EF row of 31 columns.
std::string ef(std::string_view section, std::string_view code, std::string_view amount) {
  std::string out = "131234567\t0000001234\t00000000\t20240401\t";
  out.append(section).append("\t0001\t001\tH1\t").append(code).append("\t\t名称\t").append(amount);
  return out +
         "\t000\t00000000\t0\t00000000\t000000000000\t0\t0\t0\t001\t01130012\t1111\t20240403\t01\t010\t0000000001\tW1\t"
         "1\t1\t001\r\n";
}
std::string ff1(std::string_view admitted, std::string_view item, std::string_view payloads) {
  return "131234567\t0000001234\t" + std::string(admitted) + "\t0\t0\t" + std::string(item) + "\t20140401\t1\t" +
         std::string(payloads) + "\r\n";
}

TEST(OneThing, ADrugHasOneCodeInStorageReceiptAndSurvey) {
  const auto rxe = [](std::string_view drug, std::string_view more) {
    return "PV1|0001|O|01^^^^^C\rORC|NW|000000000000101||000000000000101_01_001|||||20240403100000\rRXE||" +
           std::string(drug) + "|1||TAB^錠^MR9P|||||9|TAB^錠^MR9P" + std::string(20, '|') + std::string(more) +
           "\rTQ1|1||1013044400000000&食後&JAMISDP01|||3^D&日&ISO+|20240403\rRXR|PO^口^HL70162\r";
  };
  const Texts wanted = {"620098801", "REC"};
  const auto storage = read_storage("OMP-01", "RDE^O11^RDE_O11", rxe("620098801^薬^HOT9", ""));
  EXPECT_EQ(cells(*storage, Table::kDrug, kStandard), wanted);
  const auto receipt = read_receipt("IY,21,1,620098801,3,11,3,,,,,,,,,3\r\n");
  EXPECT_EQ(cells(*receipt, Table::kDrug, kStandard), wanted);
  const auto survey = read_dpc("EFn_131234567_2404.txt", ef("21", "620098801", "0000003.000"));
  EXPECT_EQ(cells(*survey, Table::kDrug, kStandard), wanted);

  // HOT and YJ side by side, in whichever place they were sent.
  const std::initializer_list<int> both = {common::kStdCode, common::kStdSys, common::kLocCode, common::kLocSys};
  const Texts hot_and_yj = {"103835401", "HOT9", "2233002F1280", "YJ"};
  for (const auto& [drug, more] :
       {std::pair{"103835401^薬^HOT9^2233002F1280^薬^YJ", ""}, std::pair{"103835401^薬^HOT9", "2233002F1280^薬^YJ"}}) {
    const auto pair = read_storage("OMP-01", "RDE^O11^RDE_O11", rxe(drug, more));
    EXPECT_EQ(cells(*pair, Table::kDrug, both), hot_and_yj) << drug;
  }
  // With a local code both places are taken: the further codes are kept as written.
  const auto third =
      read_storage("OMP-01", "RDE^O11^RDE_O11", rxe("103835401^薬^HOT9^D01^薬^99L01", "2233002F1280^薬^YJ"));
  EXPECT_EQ(cells(*third, Table::kDrug, both), (Texts{"103835401", "HOT9", "D01", "99L01"}));
  EXPECT_TRUE(std::ranges::any_of(third->vault(), [](const auto& item) {
    return item.kind == "field:RXE-31" && item.content.find("2233002F1280") != std::string::npos;
  }));
}

TEST(OneThing, AProcedureHasOneCodeInReceiptAndSurveyAndAnOperationOneClass) {
  const Texts wanted = {"150337610", "REC"};
  const auto receipt = read_receipt("SI,50,1,150337610,,3000,1,,,,,,,,,1\r\nSK,150337610,K718-21,20240403,,,\r\n");
  const auto survey = read_dpc("EFn_131234567_2404.txt", ef("50", "150337610", "0000001.000"));
  const auto summary =
      read_dpc("FF1_131234567_2404.txt", ff1("20240401", "A007010", "20240403\tK718-21\t\t1\t\t\t\t\t"));
  EXPECT_EQ(cells(*receipt, Table::kProcedure, kStandard), wanted);
  EXPECT_EQ(cells(*receipt, Table::kProcedure, kStandard, 1), wanted);
  EXPECT_EQ(cells(*survey, Table::kProcedure, kStandard), wanted);
  const Texts operation = {"K718-21", "operation"};
  EXPECT_EQ(cells(*receipt, Table::kProcedure, {pr::kKCode, pr::kKind}, 1), operation);
  EXPECT_EQ(cells(*summary, Table::kProcedure, {pr::kKCode, pr::kKind}), operation);
  // The storage has no system for codes of receipts: they are local codes with their label.
  const auto storage = read_storage("ADT-22", "ADT^A01^ADT_A01",
                                    "EVN||20240403\rPV1|0001|I|W1^^^^^N\rPR1|1||150337610^手術^99REC||20240403\r");
  EXPECT_EQ(cells(*storage, Table::kProcedure, {common::kLocCode, common::kLocSys}), (Texts{"150337610", "99REC"}));
}

// の疑い and 右 by management number and by exchange code (修飾語マスター): 27000001 = 5395 = 8002.
TEST(OneThing, ADiagnosisHasOneIcdModifiersCertaintyAndRole) {
  const std::initializer_list<int> meaning = {dx::kIcd, dx::kModifiers, dx::kCertainty, dx::kRole};
  const Texts wanted = {"K358", "8002", "suspected", "main"};
  const auto summary =
      read_dpc("FF1_131234567_2404.txt", ff1("20240401", "A006010", "\tK358\t\t5409005\t8002\t\t\t\t"));
  EXPECT_EQ(cells(*summary, Table::kDiagnosis, meaning), wanted);
  const auto receipt = read_receipt("SB,5409005,8002,,K358,01,,\r\nSY,5409005,20240401,1,8002,,01,\r\n");
  EXPECT_EQ(cells(*receipt, Table::kDiagnosis, meaning), wanted);
  EXPECT_EQ(cells(*receipt, Table::kDiagnosis, kStandard), cells(*summary, Table::kDiagnosis, kStandard));
  EXPECT_EQ(cells(*receipt, Table::kDiagnosis, kStandard, 1), cells(*summary, Table::kDiagnosis, kStandard));
  for (const std::string_view zpr : {"ZPR||20058527^急性虫垂炎^MDCDX2|27000001^の疑い^MDCDX2",
                                     "ZPR||20058527^急性虫垂炎^MDCDX2||||5395^の疑い^MDCDX2"})
    for (const std::string_view icd : {"K358^^I10^^^^2013", "K35.8^^I10^^^^2013"}) {
      const std::string prb = "PRB|AD|20240403|20058527^急性虫垂炎^MDCDX2|000000000000101|||20240401|||" +
                              std::string(icd) + "||||||||1^主病名^JHSD0007\r" + std::string(zpr) + "\r";
      const auto storage = read_storage("PPR-01", "PPR^ZD1^PPR_ZD1", prb);
      EXPECT_EQ(cells(*storage, Table::kDiagnosis, meaning), wanted) << zpr << icd;
      EXPECT_EQ(cells(*storage, Table::kDiagnosis, {common::kStdSys, dx::kIcdEdition}), (Texts{"MEDIS_DIS", "2013"}));
    }
  const auto silent = read_storage("PPR-01", "PPR^ZD1^PPR_ZD1",
                                   "PRB|AD|20240403|20058527^急性虫垂炎^MDCDX2|000000000000101|||20240401|||K358^^I10"
                                   "||||||||2^^JHSD0007\rZPR||20058527^急性虫垂炎^MDCDX2|9999^院内^99L01\r");
  EXPECT_EQ(cells(*silent, Table::kDiagnosis, {dx::kIcdEdition, dx::kModifiers, dx::kCertainty, dx::kRole}),
            (Texts{"2003", "9999", "confirmed", "other"}));
}

TEST(OneThing, ModifiersHaveTheCodeOfReceiptsAndUnknownOnesTheirOwn) {
  EXPECT_EQ(receipt_modifier("27000001"), "8002");
  EXPECT_EQ(receipt_modifier("5395"), "8002");
  EXPECT_EQ(receipt_modifier("27000002"), "8048");
  EXPECT_EQ(receipt_modifier("8002"), "8002");  // no exchange code, met in its place
  EXPECT_EQ(receipt_modifier("99999999"), "99999999");
  EXPECT_EQ(receipt_modifier(""), "");
}

TEST(OneThing, ALaboratoryTestHasOneCodeAsOrderAndAsResult) {
  const Texts wanted = {"3A010000002327101", "JC10", "T1", "99L01"};
  const std::initializer_list<int> codes = {common::kStdCode, common::kStdSys, common::kLocCode, common::kLocSys};
  for (const std::string_view test :
       {"3A010000002327101^総蛋白^JC10^T1^TP^99L01", "T1^TP^99L01^3A010000002327101^総蛋白^JC10"}) {
    const auto order = read_storage("OML-01", "OML^O33^OML_O33",
                                    "PV1|0001|O|01^^^^^C\rSPM|1|9||023^血清^JC10\rORC|NW|000000000000101||||||"
                                    "|20240403\rOBR|1|000000000000101||" +
                                        std::string(test) + "|||20240403\r");
    EXPECT_EQ(cells(*order, Table::kLab, codes), wanted);
    const auto result = read_storage("OML-11", "OUL^R22^OUL_R22",
                                     "PV1|0001|O|01^^^^^C\rSPM|1|9||023^血清^JC10\rOBR|1|000000000000101||E001^生化学"
                                     "^99L01|||20240403\rORC|SC|000000000000101\rOBX|1|NM|" +
                                         std::string(test) + "||7.2|g/dL^g/dL^ISO+|||||F\r");
    EXPECT_EQ(cells(*result, Table::kLab, codes), wanted);
    EXPECT_EQ(cells(*result, Table::kLab, {records::lab::kUnit, records::lab::kUcum}), (Texts{"g/dL", "g/dL"}));
  }
  // JLAC11 begins with a letter, whatever it is called.
  const auto newer = read_storage("OML-11", "OUL^R22^OUL_R22",
                                  "PV1|0001|O|01^^^^^C\rSPM|1|9||023^血清^JC10\rOBR|1|1||E001^生化学^99L01|||20240403\r"
                                  "OBX|1|NM|C2008000002300101^項目^JC10||7.2||||||F\r");
  EXPECT_EQ(cells(*newer, Table::kLab, kStandard), (Texts{"C2008000002300101", "JC11"}));
}

// 様式1 changed its edition hospital by hospital from October 2016 to March 2018.
TEST(OneThing, TheEditionOfIcdFollowsTheDayOfDischargeWhereTheRuleDecides) {
  struct Case {
    std::string_view admitted, discharged, month, edition;
  };
  for (const Case& c :
       {Case{"20160901", "20160930", "1609", "2003"}, Case{"20160901", "20161001", "1610", ""},
        Case{"20180301", "20180331", "1803", ""}, Case{"20180331", "20180401", "1804", "2013"},
        Case{"20240401", "", "2404", "2013"}, Case{"20160801", "", "1609", "2003"}, Case{"20160801", "", "1610", ""}}) {
    const std::string leaving =
        c.discharged.empty() ? "" : ff1(c.admitted, "A000030", std::string(c.discharged) + "\t1\t1\t\t\t\t\t\t");
    const auto set = read_dpc("FF1_131234567_" + std::string(c.month) + ".txt",
                              leaving + ff1(c.admitted, "A006010", "\tK358\t\t5409005\t\t\t\t\t"));
    EXPECT_EQ(cells(*set, Table::kDiagnosis, {dx::kIcdEdition}), Texts{std::string(c.edition)}) << c.discharged;
  }
}

struct ValueCase {
  std::string_view text, comparator;
  std::optional<double> number, high;
  std::string_view qualitative;
  bool combined = false;
};
// By hand from the normal forms of the national hospital organization and their raw variants.
TEST(OneThing, ResultsSayTheSameHoweverTheyAreWritten) {
  const ValueCase cases[] = {{"<0.1", "<", 0.1, {}, ""},
                             {"＜０．１", "<", 0.1, {}, ""},
                             {"0.1未満", "<", 0.1, {}, ""},
                             {">=1000", ">=", 1000, {}, ""},
                             {"１０００以上", ">=", 1000, {}, ""},
                             {"(-)", "", {}, {}, "neg"},
                             {"（－）", "", {}, {}, "neg"},
                             {"(±)", "", {}, {}, "trace"},
                             {"（±）", "", {}, {}, "trace"},
                             {"2+", "", {}, {}, "2+"},
                             {"（２＋）", "", {}, {}, "2+"},
                             {"1:320", "", 320, {}, "1:320"},
                             {"１：３２０", "", 320, {}, "1:320"},
                             {"320倍", "", 320, {}, "1:320"},
                             {"3-5", "", 3, 5, ""},
                             {"３～５", "", 3, 5, ""},
                             {"20/3", "", {}, {}, "20/3"},
                             {" 20 / 3", "", {}, {}, "20/3"},
                             {"５．２", "", 5.2, {}, ""},
                             {"2+(100)", "", 100, {}, "2+", true},
                             {"100(2+)", "", 100, {}, "2+", true},
                             {"陰性(0.3)", "", 0.3, {}, "neg", true},
                             {"陽性（１２．５）", "", 12.5, {}, "pos", true},
                             {"0.13(0)", "", 0.13, {}, "", true},
                             {"<0.1(-)", "<", 0.1, {}, "neg", true},
                             {"0.1未満（陰性）", "<", 0.1, {}, "neg", true},
                             {"1:320(+)", "", 320, {}, "1:320", true}};
  for (const ValueCase& c : cases) {
    ResultValue value;
    parse_result(c.text, value);
    EXPECT_TRUE(value.recognised) << c.text;
    EXPECT_EQ(value.comparator, c.comparator) << c.text;
    EXPECT_EQ(value.number, c.number) << c.text;
    EXPECT_EQ(value.number_high, c.high) << c.text;
    EXPECT_EQ(value.qualitative, c.qualitative) << c.text;
    EXPECT_EQ(value.combined, c.combined) << c.text;
  }
  for (const std::string_view words :
       {"溶血のため測定不能", "再検済(+", "<(-)", "検体なし（後日）", "1/0", "3/4/5", "()"}) {
    ResultValue value;
    parse_result(words, value);
    EXPECT_FALSE(value.recognised) << words;
    EXPECT_FALSE(value.number) << words;
    EXPECT_EQ(value.comparator, "") << words;
  }
}

// The list of the reference on exchange (units), and full-width spellings of it.
TEST(OneThing, UnitsOfTheListBecomeUcumAndOthersStayAsSent) {
  for (const auto& [unit, ucum] :
       std::initializer_list<std::pair<std::string_view, std::string_view>>{{"%", "%"},
                                                                            {"g/dL", "g/dL"},
                                                                            {"mg/dL", "mg/dL"},
                                                                            {"ug/dL", "ug/dL"},
                                                                            {"ng/dL", "ng/dL"},
                                                                            {"mg/L", "mg/L"},
                                                                            {"ug/mL", "ug/mL"},
                                                                            {"ng/mL", "ng/mL"},
                                                                            {"pg/mL", "pg/mL"},
                                                                            {"mmol/L", "mmol/L"},
                                                                            {"umol/L", "umol/L"},
                                                                            {"U/mL", "U/mL"},
                                                                            {"fL", "fL"},
                                                                            {"pg", "pg"},
                                                                            {"kg", "kg"},
                                                                            {"cm", "cm"},
                                                                            {"mL/min", "mL/min"},
                                                                            {"mEq/L", "meq/L"},
                                                                            {"IU/L", "U/L"},
                                                                            {"u/L", "U/L"},
                                                                            {"単位/L", "U/L"},
                                                                            {"IU/mL", "[IU]/mL"},
                                                                            {"mIU/mL", "m[IU]/mL"},
                                                                            {"μIU/mL", "u[IU]/mL"},
                                                                            {"μU/mL", "u[IU]/mL"},
                                                                            {"10^3/μL", "10*3/uL"},
                                                                            {"千/μL", "10*3/uL"},
                                                                            {".10*3/uL", "10*3/uL"},
                                                                            {"万/μL", "10*4/uL"},
                                                                            {"百万/μL", "10*6/uL"},
                                                                            {"/μL", "/uL"},
                                                                            {"個/μL", "/uL"},
                                                                            {"‰", "[ppth]"},
                                                                            {"mmHg", "mm[Hg]"},
                                                                            {"mm(hg)", "mm[Hg]"},
                                                                            {"Torr", "mm[Hg]"},
                                                                            {"℃", "Cel"},
                                                                            {"cel", "Cel"},
                                                                            {"秒", "s"},
                                                                            {"sec", "s"},
                                                                            {"mm/1hr", "mm/h"},
                                                                            {"bpm", "/min"},
                                                                            {"回/分", "/min"},
                                                                            {"/HPF", "/[HPF]"},
                                                                            {"(hpf)", "/[HPF]"},
                                                                            {"/毎視野", "/[HPF]"},
                                                                            {"mOsm/kgH2O", "mosm/kg"},
                                                                            {"mL/min/1.73m2", "mL/min/{1.73_m2}"},
                                                                            {"mg/gCr", "mg/g{creat}"},
                                                                            {"g/日", "g/d"},
                                                                            {"mg/日", "mg/d"},
                                                                            {"mL/日", "mL/d"},
                                                                            {"倍", "{titer}"},
                                                                            {"INR", "{INR}"},
                                                                            {"COI", "{index}"},
                                                                            {"S/CO", "{index}"},
                                                                            {"C.I.", "{index}"},
                                                                            {"μg/mLFEU", "ug/mL{FEU}"},
                                                                            {"pH", "[pH]"},
                                                                            {"Ｕ／Ｌ", "U/L"},
                                                                            {"ｍｇ／ｄＬ", "mg/dL"},
                                                                            {"mcg/mL", "ug/mL"},
                                                                            {"㎎/dL", "mg/dL"},
                                                                            {"㎝", "cm"},
                                                                            {"㎏", "kg"},
                                                                            {"㍑", ""},
                                                                            {"錠", ""}})
    EXPECT_EQ(ucum_of(unit), ucum) << unit;
}

TEST(OneThing, RowsOfTheInstitutionAndLinkageHashesAreCountedAndInNoTable) {
  const auto ff3 = read_dpc("FF3_131234567_2404.txt", "131234567\t202404\t100\t50\r\n131234567\t202404\t101\t51\r\n");
  const auto linkage = read_dpc("Kn_131234567_2404.txt", "131234567\t0000001234\t19600115\tABCDEF\t012345\r\n");
  EXPECT_EQ(ff3->counts.records, ff3->counts.loaded);
  EXPECT_EQ(ff3->counts.records, 2u);
  EXPECT_EQ(ff3->counts.unknown["FF3"], 2u);
  EXPECT_EQ(ff3->vault().size(), 2u);
  EXPECT_EQ(linkage->counts.records, linkage->counts.loaded);
  EXPECT_EQ(linkage->vault().size(), 1u);
  for (RecordSet* set : {ff3.get(), linkage.get()})
    for (records::Batch& batch : set->batches())
      EXPECT_EQ(batch.rows(), 0u);
}

}  // namespace
}  // namespace sekisho::formats
