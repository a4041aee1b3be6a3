// Receipts: what each record becomes, the reading rules of the format, and bad input.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "core/file.h"
#include "core/text.h"
#include "formats/reader.h"
#include "formats/receipt_fields.h"
#include "formats/receipt_layout.h"
#include "rows.h"

namespace sekisho::formats {
namespace {

namespace common = records::common;
namespace cl = records::claim_line;
namespace cm = records::claim;
namespace dg = records::drug;
namespace dx = records::diagnosis;
using records::Batch;
using records::RecordSet;
using records::Table;

// Reads `bytes` in pieces of `piece` bytes.
void read(RecordSet& set, std::string_view bytes, std::size_t piece = 1 << 20, records::DrainHook drain = {}) {
  auto reader = make_receipt_reader(set, std::move(drain));
  reader->begin({.path = "RECEIPTC.UKE"});
  for (std::size_t at = 0; at < bytes.size(); at += piece)
    ASSERT_TRUE(reader->feed(as_bytes(bytes.substr(at, piece))).has_value());
  ASSERT_TRUE(reader->finish().has_value());
}

// The worked example of the receipt reference, section 7: 73 + 11 x 7 = 150 points.
const std::string kExample =
    lines({"IR,1,13,1,0000000,,テスト医院,202404,00,0312345678",
           "RE,1,1112,202403,架空　太郎,1,19700102,,,,,,,A001,,,,,,,,,,,,,,,,,,,,,,,カクウタロウ,",
           "HO,  000000,ア１２,３４５,1,150,,,,,,,,,", "SY,8830592,20240304,1,8002,,01,",
           "SI,12,1,112007410,,73,1,,,,,,,,,,1,,,,,,,,,,,,,,,,,,,,,,,,,,,",
           "IY,21,1,620098801,3,,7,,,,,,,,,,7,,,,,,,,,,,,,,,,,,,,,,,,,,,",
           "IY,,1,611170005,3,11,7,,,,,,,,,,7,,,,,,,,,,,,,,,,,,,,,,,,,,,", "GO,1,150,99"}) +
    "\x1A";

TEST(Receipt, WorkedExampleBecomesRowsWithInheritedSectionAndOneBillingUnit) {
  RecordSet set;
  read(set, shift_jis(kExample));
  EXPECT_EQ(set.counts.records, 8u);
  EXPECT_EQ(set.counts.loaded, 8u);
  EXPECT_EQ(set.counts.messages, 1u);
  EXPECT_TRUE(set.counts.rules.empty()) << set.counts.rules.begin()->first;  // totals agree, nothing odd
  Batch& claim = set.batch(Table::kClaim);
  ASSERT_EQ(claim.rows(), 1u);
  EXPECT_EQ(real_at(claim, cm::kPoints, 0), 150);
  EXPECT_EQ(text_at(claim, cm::kPayerClass, 0), "nhi");
  EXPECT_EQ(text_at(claim, cm::kInOut, 0), "O");
  EXPECT_EQ(text_at(claim, cm::kInstitution, 0), "1310000000");
  EXPECT_EQ(text_at(claim, common::kReg, 0), "A001");
  Batch& line = set.batch(Table::kClaimLine);
  ASSERT_EQ(line.rows(), 3u);
  EXPECT_EQ(text_at(line, cl::kSection, 2), "21");
  EXPECT_EQ(int_at(line, cl::kUnitId, 1), int_at(line, cl::kUnitId, 2));
  EXPECT_NE(int_at(line, cl::kUnitId, 0), int_at(line, cl::kUnitId, 1));
  EXPECT_EQ(real_at(line, cl::kPoints, 1), -1);
  EXPECT_EQ(real_at(line, cl::kPoints, 2), 11);
  EXPECT_EQ(text_at(line, cl::kDayCounts, 2), "4:7");
  EXPECT_EQ(day_at(line, common::kT, 2), "2024-03-04");
  Batch& drug = set.batch(Table::kDrug);
  ASSERT_EQ(drug.rows(), 2u);
  EXPECT_EQ(text_at(drug, dg::kKind, 0), "oral");
  EXPECT_EQ(real_at(drug, dg::kPerDay, 0), 3);
  EXPECT_EQ(real_at(drug, dg::kTotal, 0), 21);
  EXPECT_EQ(int_at(drug, dg::kDays, 0), 7);
  EXPECT_EQ(day_at(drug, common::kTEnd, 0), "2024-03-10");
  Batch& disease = set.batch(Table::kDiagnosis);
  ASSERT_EQ(disease.rows(), 1u);
  EXPECT_EQ(text_at(disease, dx::kCertainty, 0), "suspected");
  EXPECT_EQ(text_at(disease, dx::kRole, 0), "main");
}

TEST(Receipt, NamesAndInsuranceNumbersGoToTheIdentityRecordOnly) {
  RecordSet set;
  read(set, shift_jis(kExample));
  ASSERT_EQ(set.identities().size(), 1u);
  const records::IdentityRecord& person = set.identities()[0];
  EXPECT_EQ(person.patient_number, "A001");
  EXPECT_EQ(person.family_kanji, "架空");
  EXPECT_EQ(person.given_kanji, "太郎");
  EXPECT_EQ(person.family_kana, "カクウタロウ");
  EXPECT_EQ(person.sex, "M");
  EXPECT_EQ(person.birth.iso(), "1970-01-02");
  EXPECT_EQ(person.insurer, "000000");
  EXPECT_EQ(person.symbol, "ア１２");
  EXPECT_EQ(person.number, "３４５");
  for (Batch& batch : set.batches()) {
    batch.pad();
    for (std::size_t c = 0; c < batch.column_count(); ++c) {
      const records::Column& column = batch.column(static_cast<int>(c));
      for (std::size_t i = 0; i < column.dictionary().size(); ++i)
        for (std::string_view secret : {"架空", "太郎", "カクウ", "19700102", "ア１２", "３４５", "000000"})
          if (column.dictionary().text(static_cast<std::uint32_t>(i)) != "1310000000")
            EXPECT_FALSE(column.dictionary().text(static_cast<std::uint32_t>(i)).contains(secret)) << secret;
    }
  }
}

TEST(Receipt, ALastLineWithoutItsEndIsNoLineThatEndsInAFeed) {
  RecordSet set, whole;
  std::string open = shift_jis(kExample);
  read(whole, open);
  while (open.back() == '\x1A' || open.back() == '\n' || open.back() == '\r')
    open.pop_back();
  read(set, open);
  EXPECT_EQ(set.counts.rules["LAST_LINE_OPEN"], 1u);
  EXPECT_EQ(set.counts.rules["LF_ONLY"], 0u);
  EXPECT_EQ(set.counts.loaded, whole.counts.loaded);
}

TEST(Receipt, TheSameFileInUtf8WithBareLineFeedsAndNoEndMarkGivesTheSameRows) {
  RecordSet sjis, utf8;
  read(sjis, shift_jis(kExample));
  std::string plain = kExample.substr(0, kExample.size() - 1);
  std::erase(plain, '\r');
  read(utf8, plain);
  EXPECT_EQ(utf8.counts.rules["LF_ONLY"], 1u);
  EXPECT_EQ(utf8.counts.rules["NO_END_MARK"], 1u);
  EXPECT_EQ(utf8.identities()[0].family_kanji, sjis.identities()[0].family_kanji);
  for (int i = 0; i < records::kTableCount; ++i)
    EXPECT_EQ(utf8.batch(static_cast<Table>(i)).rows(), sjis.batch(static_cast<Table>(i)).rows());
}

TEST(Receipt, EraDatesAndWesternDatesMeanTheSameDays) {
  const std::string era =
      lines({"IR,1,13,1,0000000,,医院,43004,00,", "RE,1,1112,43003,架空　太郎,1,3450102,,,,,,,A001",
             "HO,01130012,1,2,1,73", "SY,8830592,4300304,1,,,01,", "SI,12,1,112007410,,73,1,,,,,,,,,,1", "GO,1,73,99"});
  const std::string western = lines(
      {"IR,1,13,1,0000000,,医院,201804,00,", "RE,1,1112,201803,架空　太郎,1,19700102,,,,,,,A001",
       "HO,01130012,1,2,1,73", "SY,8830592,20180304,1,,,01,", "SI,12,1,112007410,,73,1,,,,,,,,,,1", "GO,1,73,99"});
  for (const std::string& file : {era, western}) {
    RecordSet set;
    read(set, shift_jis(file));
    EXPECT_EQ(set.identities()[0].birth.date().iso(), "1970-01-02");
    EXPECT_EQ(day_at(set.batch(Table::kDiagnosis), common::kT, 0), "2018-03-04");
    EXPECT_EQ(Date{static_cast<std::int32_t>(int_at(set.batch(Table::kClaim), cm::kMonth, 0))}.iso(), "2018-03-01");
    EXPECT_TRUE(set.documents()[0].version.starts_with("201804")) << set.documents()[0].version;
  }
}

TEST(Receipt, PublicSampleHasTheRecordsThatAnIndependentCountFinds) {
  const std::filesystem::path path =
      std::filesystem::path(SEKISHO_SOURCE_DIR) / "../shared/data/receipt/receiptisan_RECEIPTC_GAIRAI_SAMPLE.UKE";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "the public receipt sample is not on this machine";
  const std::string bytes = *read_text(path);
  for (const std::size_t piece : {bytes.size(), std::size_t{1000}, std::size_t{7}}) {
    RecordSet set;
    read(set, bytes, piece);
    // `iconv | cut -d, -f1 | sort | uniq -c`
    EXPECT_EQ(set.counts.records, 636u);
    EXPECT_EQ(set.counts.loaded, 636u);
    EXPECT_EQ(set.counts.messages, 75u);
    EXPECT_EQ(set.batch(Table::kClaim).rows(), 75u);
    EXPECT_EQ(set.batch(Table::kDiagnosis).rows(), 9u);
    EXPECT_EQ(set.batch(Table::kDrug).rows(), 32u);
    EXPECT_EQ(set.batch(Table::kCoverage).rows(), 140u);  // HO 69, KO 71
    EXPECT_EQ(set.batch(Table::kClaimLine).rows(), 320u + 32u + 56u);
    EXPECT_EQ(set.counts.rules["TOTAL_CLAIMS"], 1u);  // its GO counts 140, the HO and KO
    EXPECT_EQ(set.counts.rules["TOTAL_POINTS"], 0u);  // 86392 in GO and by Python's sum
    EXPECT_EQ(set.counts.rules["TEXT_INVALID"], 0u);
  }
}

TEST(Receipt, AnyCutOfTheStreamGivesTheSameRows) {
  const std::string bytes = shift_jis(kExample);
  for (std::size_t piece = 1; piece < 64; ++piece) {
    RecordSet set;
    read(set, bytes, piece);
    EXPECT_EQ(set.counts.loaded, 8u);
    EXPECT_EQ(set.batch(Table::kClaimLine).rows(), 3u);
    EXPECT_TRUE(set.counts.rules.empty());
  }
}

TEST(Receipt, DpcClaimsAreToldByTheirRecordsAndGiveCasesDiagnosesAndOperations) {
  RecordSet set;
  read(set, shift_jis(lines({"IR,1,13,1,0000000,,病院,202407,00,",
                             "RE,1,1111,202406,架空　花子,2,19500203,,20240601,,,,,B7", "HO,01130012,1,2,10,20100",
                             "BU,060150xx03xxxx,20240601,20240610,1,", "SB,5409005,,急性虫垂炎,K358,11,,",
                             "SB,5409005,,,K358,21,,", "KK,,,2,,,74,,,,,,,", "SK,150337610,K718-21,20240602,,,",
                             "GA,202406,2,1111111111000000000000000000000,060150xx03xxxx,1.4321,",
                             "HH,202406,2,1,1,1,2450,10,24500", "GT,202406,2,1,1,24500,20000,0,20000,93,,",
                             "SI,50,1,150337610,,100,1,,,,,,,,1", "CD,20240602,50,0001,001,150337610,,1,000,1,",
                             "CD,20240602,33,0002,001,620004422,2,,014,1,", "GO,1,20100,99"})));
  EXPECT_EQ(set.counts.quarantined, 0u);
  EXPECT_EQ(set.counts.rules.count("CLAIM_POINTS"), 0u);  // 20000 + 100
  EXPECT_EQ(text_at(set.batch(Table::kClaim), common::kSrc, 0), "rec_dpc");
  Batch& cases = set.batch(Table::kDpcCase);
  ASSERT_EQ(cases.rows(), 4u);
  EXPECT_EQ(text_at(cases, records::dpc_case::kKind, 0), "BU");
  EXPECT_EQ(text_at(cases, records::dpc_case::kDpc, 0), "060150xx03xxxx");
  EXPECT_EQ(text_at(cases, records::dpc_case::kEdition, 0), "20240601");
  EXPECT_EQ(real_at(cases, records::dpc_case::kCoefficient, 1), 1.4321);
  EXPECT_EQ(text_at(set.batch(Table::kDiagnosis), dx::kRole, 0), "admission");
  EXPECT_EQ(text_at(set.batch(Table::kDiagnosis), dx::kIcd, 1), "K358");
  EXPECT_EQ(text_at(set.batch(Table::kProcedure), records::procedure::kKCode, 0), "K718-21");
  EXPECT_EQ(set.batch(Table::kDrug).rows(), 1u);
}

TEST(Receipt, DispensingMultipliesTheDailyAmountByEachDispensingOfTheGroup) {
  RecordSet set;
  std::string re = "RE,1,4112,202404,架空　太郎,1,19700102,,,13,1,1234567,病院,住所";
  for (int i = 14; i < 35; ++i)
    re += ',';
  re += ",R55,,,,,,カクウタロウ";
  read(set, shift_jis(lines({"YK,1,13,4,7654321,薬局,202405,00,", re, "HO,01130012,1,2,2,50", "SH,1,1,003,,7,,,,",
                             "CZ,1,20240401,20240402,1,7,1,,,140000110,10,,,49",
                             "CZ,1,20240401,20240409,2,3,1,,,140000110,10,,,21", "IY,1,620098801,3,,,,,,1",
                             "IY,1,611170005,2", "KI,1,20240401", "GO,1,50,99"})));
  Batch& drug = set.batch(Table::kDrug);
  ASSERT_EQ(drug.rows(), 4u);
  EXPECT_EQ(text_at(drug, common::kSrc, 0), "rec_disp");
  EXPECT_EQ(text_at(drug, common::kReg, 0), "R55");
  EXPECT_EQ(real_at(drug, dg::kTotal, 0), 21);
  EXPECT_EQ(real_at(drug, dg::kTotal, 2), 9);
  EXPECT_EQ(day_at(drug, common::kT, 0), "2024-04-02");
  EXPECT_EQ(day_at(drug, common::kTEnd, 0), "2024-04-08");
  EXPECT_EQ(text_at(drug, dg::kOrderNo, 0), "1311234567_20240401");
}

TEST(Receipt, UnknownRecordsAreKeptInTheVaultAndCounted) {
  RecordSet set;
  std::string file = kExample;
  file.insert(file.find("GO,"), "ZZ,何か,1\r\n");
  read(set, shift_jis(file));
  EXPECT_EQ(set.counts.unknown["ZZ"], 1u);
  ASSERT_FALSE(set.vault().empty());
  EXPECT_EQ(set.vault().back().content, "ZZ,何か,1");
  EXPECT_EQ(set.vault().back().patient_number, "A001");
}

TEST(Receipt, RecordsInAreLoadedOrQuarantined) {
  RecordSet set;
  read(set, shift_jis(lines({"IR,1,13,1,0000000,,医院,202404,00,", "SI,12,1,112007410,,73,1",
                             "RE,1,11x2,202403,架空　太郎,1,19700102,,,,,,,A001", "HO,01130012,1,2,1,73",
                             "RE,2,1112,202403,架空　次郎,1,19700102,,,,,,,A002", "HO,01130012,1,2,1,73", "1,2,3,RE",
                             "SI,12,1,112007410,,73,1,,,,,,,,,,1", "GO,2,73,99"})));
  EXPECT_EQ(set.counts.records, 9u);
  EXPECT_EQ(set.counts.quarantined, 4u);
  EXPECT_EQ(set.counts.loaded + set.counts.superseded + set.counts.quarantined, set.counts.records);
  EXPECT_EQ(set.counts.rules["CLAIM_UNREADABLE"], 1u);
  EXPECT_EQ(set.counts.rules["RECORD_OUTSIDE_CLAIM"], 1u);
  EXPECT_EQ(set.counts.rules["RECORD_MALFORMED"], 1u);
  EXPECT_EQ(set.batch(Table::kClaim).rows(), 1u);
}

TEST(Receipt, AClaimLargerThanSixteenMebibytesIsQuarantinedInBoundedMemory) {
  RecordSet set;
  std::string file = lines({"IR,1,13,1,0000000,,医院,202404,00,", "RE,1,1112,202403,架空　太郎,1,19700102,,,,,,,A001"});
  const std::string filler = "SI,12,1,112007410,,73,1,,,,,,,,,,1\r\n";
  std::uint64_t many = 0;
  while (file.size() < (std::size_t{17} << 20))
    file += filler, ++many;
  file += lines({"RE,2,1112,202403,架空　次郎,1,19700102,,,,,,,A002", "HO,01130012,1,2,1,73",
                 "SI,12,1,112007410,,73,1,,,,,,,,,,1", "GO,2,73,99"});
  read(set, shift_jis(file));
  EXPECT_EQ(set.counts.rules["CLAIM_TOO_LARGE"], 1u);
  EXPECT_EQ(set.counts.quarantined, many + 1);
  EXPECT_EQ(set.counts.records, many + 6);
  EXPECT_EQ(set.counts.loaded + set.counts.quarantined, set.counts.records);
  EXPECT_EQ(set.batch(Table::kClaim).rows(), 1u);
}

TEST(Receipt, WrongTotalsMissingTotalsAndVolumesAreFindings) {
  RecordSet wrong, missing, volumes;
  std::string file = kExample;
  read(wrong, shift_jis(file.replace(file.find("GO,1,150"), 8, "GO,2,151")));
  EXPECT_EQ(wrong.counts.rules["TOTAL_CLAIMS"], 1u);
  EXPECT_EQ(wrong.counts.rules["TOTAL_POINTS"], 1u);
  read(missing, shift_jis(kExample.substr(0, kExample.find("GO,"))));
  EXPECT_EQ(missing.counts.rules["NO_TOTALS"], 1u);
  file = kExample;
  read(volumes, shift_jis(file.replace(file.find("GO,1,150,99"), 11, "GO,,,01")));
  EXPECT_EQ(volumes.counts.rules["MULTI_VOLUME"], 1u);
  EXPECT_EQ(volumes.counts.rules.count("TOTAL_CLAIMS"), 0u);
}

TEST(Receipt, ReturnedFilesAreReadWithoutTheirColumnsOfHistory) {
  // Row number, branch and state before every record; HI, HR and JY around the claim.
  std::string returned = "1,0,0,HI,1,202404,13,1,0000000,,00\r\n";
  int number = 2;
  for (std::size_t at = 0, end = 0; (end = kExample.find("\r\n", at)) != std::string::npos; at = end + 2)
    returned += std::to_string(number++) + ",0,0," + kExample.substr(at, end + 2 - at);
  returned.insert(returned.find(",0,0,GO"), ",0,0,HR,202406,1,12,12345,理由,,,202406\r\n9");
  RecordSet plain, set;
  read(plain, shift_jis(kExample));
  read(set, shift_jis(returned));
  for (const Table table : {Table::kClaim, Table::kClaimLine, Table::kDiagnosis, Table::kDrug, Table::kProcedure})
    EXPECT_EQ(set.batch(table).rows(), plain.batch(table).rows());
  EXPECT_EQ(set.documents().at(0).doc, plain.documents().at(0).doc);
  EXPECT_EQ(set.counts.rules["HISTORY_COLUMNS"], 1u);
  EXPECT_TRUE(set.counts.unknown.empty());
  EXPECT_EQ(text_at(set.batch(Table::kClaim), cm::kSubmission, 0), "returned");
  EXPECT_EQ(text_at(set.batch(Table::kClaim), cm::kReturnReason, 0), "12345");
  EXPECT_EQ(set.counts.quarantined, 0u);
  EXPECT_EQ(sniff("RECEIPTC.HEN", as_bytes(returned)), Family::kReceipt);
}

TEST(Receipt, CountsOfAUnitAgreeAndTheDaysAddUpToThem) {
  const std::string days(30, ',');
  const auto claim = [&](std::string_view first, std::string_view second) {
    return shift_jis(
        lines({"IR,1,13,1,0000000,,医院,202404,00,", "RE,1,1112,202403,架空　太郎,1,19700102,,,,,,,A001",
               "HO,01130012,1,2,1,77", std::string(first) + days, std::string(second) + days, "GO,1,77,99"}));
  };
  RecordSet good, days_differ, counts_differ;
  read(good, claim("IY,21,1,620098801,3,,7,,,,,,,7", "IY,,1,611170005,3,11,7,,,,,,,7"));
  read(days_differ, claim("IY,21,1,620098801,3,,7,,,,,,,7", "IY,,1,611170005,3,11,7,,,,,,,6"));
  read(counts_differ, claim("IY,21,1,620098801,3,,5,,,,,,,5", "IY,,1,611170005,3,11,7,,,,,,,7"));
  EXPECT_EQ(good.counts.rules.count("LINE_DAYS") + good.counts.rules.count("UNIT_COUNT"), 0u);
  EXPECT_EQ(days_differ.counts.rules["LINE_DAYS"], 1u);
  EXPECT_EQ(counts_differ.counts.rules["UNIT_COUNT"], 1u);
}

TEST(Receipt, FeesAndSummaryCommentsOfDispensingClaimsAreLines) {
  RecordSet set;
  read(set,
       shift_jis(lines({"YK,1,13,4,0000000,薬局,202404,00,", "RE,1,4112,202403,架空　太郎,1,19700102,,,13,1,1234567",
                        "HO,01130012,1,2,1,100", "KI,1,20240301,20240302,1,1,410000110,42,1,440005010,13",
                        "TK,810000001,摘要", "GO,1,100,99"})));
  ASSERT_EQ(set.batch(Table::kClaimLine).rows(), 3u);
  EXPECT_EQ(text_at(set.batch(Table::kClaimLine), common::kStdCode, 0), "410000110");
  EXPECT_EQ(text_at(set.batch(Table::kClaimLine), common::kStdCode, 1), "440005010");
  EXPECT_EQ(text_at(set.batch(Table::kClaimLine), cl::kPayer, 1), "1");
  EXPECT_EQ(text_at(set.batch(Table::kClaimLine), cl::kKind, 2), "comment");
  EXPECT_EQ(set.vault().back().content, "摘要");
}

TEST(Receipt, AClaimSentAgainHasTheSameKeyAndALaterVersion) {
  RecordSet set;
  std::string again = kExample;
  again.replace(again.find("202404"), 6, "202406");
  read(set, shift_jis(kExample));
  read(set, shift_jis(again));
  ASSERT_EQ(set.documents().size(), 2u);
  EXPECT_EQ(set.documents()[0].doc, set.documents()[1].doc);
  EXPECT_LT(set.documents()[0].version, set.documents()[1].version);
}

TEST(Receipt, AClaimWithoutChartNumberGetsAStableNumberOfItsOwn) {
  RecordSet set;
  std::string file = kExample;
  read(set, shift_jis(file.replace(file.find("A001"), 4, "")));
  EXPECT_TRUE(set.identities()[0].patient_number.starts_with("claim:"));
  EXPECT_EQ(set.counts.rules["CHART_NUMBER_MISSING"], 1u);
}

TEST(Receipt, DrainingAtClaimBordersLosesNothing) {
  std::string file = lines({"IR,1,13,1,0000000,,医院,202404,00,"});
  const std::string body = kExample.substr(kExample.find("RE,"), kExample.find("GO,") - kExample.find("RE,"));
  for (int i = 0; i < 5000; ++i)
    file += body;
  file += lines({"GO,5000,750000,99"});
  RecordSet set;
  std::size_t claims = 0, drugs = 0, orphans = 0;
  const records::DrainHook drain = [&](RecordSet& full) -> Result<void> {
    claims += full.batch(Table::kClaim).rows();
    drugs += full.batch(Table::kDrug).rows();
    full.batch(Table::kDrug).pad();
    for (std::size_t i = 0; i < full.batch(Table::kDrug).rows(); ++i)
      orphans += full.batch(Table::kDrug).column(common::kReg).is_null(i) ? 1 : 0;
    full.clear();
    return {};
  };
  read(set, shift_jis(file), 100'000, drain);
  EXPECT_GT(claims, 4000u);
  ASSERT_TRUE(drain(set));  // what is left after the file is the owner's
  EXPECT_EQ(claims, 5000u);
  EXPECT_EQ(drugs, 10000u);
  EXPECT_EQ(orphans, 0u);
  EXPECT_EQ(set.counts.rules.count("TOTAL_POINTS"), 0u);
}

TEST(Receipt, AFailedDrainStopsTheReader) {
  RecordSet set;
  auto reader = make_receipt_reader(set, [](RecordSet&) -> Result<void> { return fail("disk.full", "no space"); });
  reader->begin({});
  bool failed = false;
  for (int i = 0; i < 2000 && !failed; ++i)
    failed = !reader->feed(as_bytes(kExample)).has_value();
  EXPECT_TRUE(failed);
}

TEST(Receipt, EveryRecordTypeOfTheSpecificationsIsKnown) {
  // receipt reference, sections 1 to 6
  constexpr std::string_view kRecords[] = {"HO", "KO", "SN", "JD", "MF", "GR", "BU", "SB", "KK", "SK", "GA",
                                           "HH", "GT", "SY", "HS", "SI", "IY", "TO", "CO", "SS", "SJ", "NI",
                                           "CD", "SH", "CZ", "KI", "ST", "TK", "TI", "TR", "TS", "HI", "HR",
                                           "HG", "JY", "RC", "MN", "EX", "UK", "KH", "RT", "JR", "MD", "MK"};
  RecordSet set;
  std::string file = lines({"IR,1,13,1,1234567,,X,202404,00,", "RE,1,1112,202403,X,1,19700102,,,,,,,A001"});
  for (const std::string_view record : kRecords)
    file.append(record).append(",1,1\r\n");
  read(set, file + "GO,1,1,99\r\n");
  EXPECT_FALSE(set.counts.rules.contains("RECORD_UNKNOWN"));
  EXPECT_TRUE(set.counts.unknown.empty());
  EXPECT_EQ(set.counts.loaded, std::size(kRecords) + 3);
}

TEST(ReceiptFields, TheFastIndexEqualsThePlainOneOnRandomText) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    std::string text;
    const std::size_t size = random() % 400;
    for (std::size_t i = 0; i < size; ++i)
      text += "a,\n\r,,x"[random() % 7];
    text += '\n';
    FieldIndex fast, plain;
    fast.build(text, ',');
    plain.build_plain(text, ',');
    ASSERT_EQ(fast.lines(), plain.lines());
    for (std::size_t i = 0; i < fast.lines(); ++i) {
      const Line a = fast.line(i), b = plain.line(i);
      ASSERT_EQ(a.fields(), b.fields());
      for (int f = 0; f < a.fields(); ++f)
        ASSERT_EQ(a[f], b[f]);
    }
  }
}

TEST(ReceiptFields, NumbersAreReadAsTheFormatWritesThem) {
  EXPECT_EQ(parse_number("0000003.000"), 3.0);
  EXPECT_EQ(parse_number("  12"), 12.0);
  EXPECT_EQ(parse_number("-0.5"), -0.5);
  EXPECT_EQ(parse_number("00000000000000000012.50"), 12.5);
  for (std::string_view bad : {"", " ", "-", ".", "1x", "1.2.3", "1 2", "NULL"})
    EXPECT_FALSE(parse_number(bad).has_value()) << bad;
}

TEST(ReceiptLayout, PayersOfAllCodesFollowThePublishedTable) {
  // receipt reference section 3: codes whose payers include the insurer, and the first public payer.
  EXPECT_TRUE(receipt::paid_by_insurance("1"));
  EXPECT_TRUE(receipt::paid_by_insurance("Y"));
  EXPECT_FALSE(receipt::paid_by_insurance("Z"));
  EXPECT_FALSE(receipt::paid_by_insurance("5"));
  EXPECT_TRUE(receipt::paid_by_first_public("5"));
  EXPECT_TRUE(receipt::paid_by_first_public("Z"));
  EXPECT_FALSE(receipt::paid_by_first_public("U"));
}

}  // namespace
}  // namespace sekisho::formats
