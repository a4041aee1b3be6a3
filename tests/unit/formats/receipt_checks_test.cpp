// Receipts: what the reader recomputes and compares, for every kind of receipt, and the values inserted in comments.
#include <gtest/gtest.h>

#include "core/text.h"
#include "formats/reader.h"
#include "formats/receipt_comment.h"
#include "formats/receipt_layout.h"
#include "rows.h"

namespace sekisho::formats {
namespace {

namespace common = records::common;
namespace cl = records::claim_line;
namespace cm = records::claim;
using records::Batch;
using records::RecordSet;
using records::Table;
using Rules = std::map<std::string, std::uint64_t, std::less<>>;

struct Reading {
  RecordSet set;
  explicit Reading(std::string_view utf8) {
    std::string bytes;
    encode(Charset::kCp932, utf8, bytes);
    bytes += '\x1A';
    auto reader = make_receipt_reader(set, {});
    reader->begin({.path = "RECEIPTC.UKE"});
    EXPECT_TRUE(reader->feed(as_bytes(bytes)).has_value());
    EXPECT_TRUE(reader->finish().has_value());
    EXPECT_EQ(set.counts.loaded + set.counts.superseded + set.counts.quarantined, set.counts.records);
  }
  std::uint64_t rule(std::string_view name) {
    const auto found = set.counts.rules.find(name);
    return found == set.counts.rules.end() ? 0 : found->second;
  }
  std::string rules() const {
    std::string out;
    for (const auto& [name, count] : set.counts.rules)
      out += name + " ";
    return out;
  }
};

constexpr std::string_view kHeader = "IR,1,13,1,1234567,,医院,202404,00,";
constexpr std::string_view kRe = "RE,1,1112,202403,架空　太郎,1,19700102,,,,,,,A001";
constexpr std::string_view kHo = "HO,01130012,１２,３４５,1,150";
constexpr std::string_view kSy = "SY,8830592,20240304,1,,,01,";
constexpr std::string_view kVisit = "SI,12,1,112007410,,73,1,,,,,,,,,,1";
constexpr std::string_view kDrugs = "IY,21,1,620098801,3,11,7,,,,,,,,,,7";
constexpr std::string_view kEnd = "GO,1,150,99";

struct Case {
  std::string_view rule, from, to;  // `from` of the good file is replaced by `to`; "": the good file itself
};

// One fault in a good claim gives the finding of that fault and no other.
TEST(ReceiptChecks, OneFaultGivesOneFinding) {
  const std::string good = lines({kHeader, kRe, kHo, kSy, kVisit, kDrugs, kEnd});
  EXPECT_EQ(Reading(good).rules(), "");
  const Case cases[] = {
      {"CLAIM_POINTS", ",,73,", ",,74,"},
      {"CARE_DAYS", "SY,", "JD,1,1,1\r\nSY,"},
      {"CLAIM_NUMBER_ORDER", "RE,1,", "RE,0,"},
      {"PAYER_COUNT", "RE,1,1112", "RE,1,1122"},
      {"DISEASE_MISSING", "SY,8830592,20240304,1,,,01,\r\n", ""},
      {"DATE_ORDER", "20240304", "20240404"},
      {"DATE_INVALID", "20240304", "20241304"},
      {"SEX_INVALID", "太郎,1,", "太郎,3,"},
      {"FIELD_FORM", "SY,8830592", "SY,883059X"},
      {"FIELD_LENGTH", "SY,8830592", "SY,88305921"},
      {"HALF_WIDTH_KANA", "架空　太郎", "ｶｸｳ　ﾀﾛｳ"},
      {"MIXED_WIDTH", "１２,", "１2,"},
      {"CODE_FORM", "112007410", "112007"},
      {"CODE_FORM", "620098801", "120098801"},
      {"NUMBER_INVALID", "620098801,3,", "620098801,3x,"},
      {"LINE_DAYS", ",,,,,,,,,,7", ",,,,,,,,,,6"},
      {"RECORD_ORDER", "SI,12", "SJ,01,所見\r\nSI,12"},
      {"RECORD_UNKNOWN", "SY,", "ZZ,1\r\nSY,"},
      {"INSTITUTION_CODE", "13,1,1234567", "48,1,1234567"},
      {"MONTH_ORDER", "医院,202404", "医院,202402"},
      {"TOTAL_CLAIMS", "GO,1,", "GO,2,"},
      {"TOTAL_POINTS", "GO,1,150", "GO,1,149"},
      {"COMMENT_VALUE", "GO,", "CO,99,1,850100051,２０２４\r\nGO,"},
      {"QUOTE_CHARACTER", "医院", "\"医院\""},
      {"CLAIM_AFTER_TOTALS", "GO,1,150,99",
       "GO,1,150,99\r\nRE,2,1112,202403,架空　次郎,1,19700102,,,,,,,A002\r\n"
       "HO,01130012,１２,３４５,1,73\r\nSY,8830592,20240304,1,,,01,\r\n"
       "SI,12,1,112007410,,73,1,,,,,,,,,,1"},
  };
  for (const Case& c : cases) {
    std::string file = good;
    const auto at = file.find(c.from);
    ASSERT_NE(at, std::string::npos) << c.from;
    Reading reading(file.replace(at, c.from.size(), c.to));
    EXPECT_EQ(reading.rules(), std::string(c.rule) + " ") << c.from << " -> " << c.to;
  }
}

TEST(ReceiptChecks, MoreColumnsThanTheEditionHasAreKeptAndNamed) {
  std::string re(kRe);
  for (int column = 15; column <= 41; ++column)
    re += column == 41 ? ",余り" : ",";
  Reading reading(lines({kHeader, re, kHo, kSy, kVisit, kDrugs, kEnd}));
  EXPECT_EQ(reading.rules(), "RECORD_COLUMNS ");
  ASSERT_FALSE(reading.set.vault().empty());
  EXPECT_EQ(reading.set.vault()[0].kind, "extra:RE");
  EXPECT_EQ(reading.set.vault()[0].content, ",,余り");
  EXPECT_EQ(reading.set.vault()[0].patient_number, "A001");
}

TEST(ReceiptChecks, EachPublicPayersPointsAreRecomputedFromWhoPaysEachLine) {
  // 負担区分: 1 insurer alone, 2 insurer and first, 3 insurer and second, 4 all three. (reference: receipt section 3)
  const auto claim = [](std::string_view first, std::string_view second) {
    return Reading(
               lines({kHeader, "RE,1,1132,202403,架空　太郎,1,19700102,,,,,,,A001", "HO,01130012,１,２,1,1111",
                      "KO,12130010,1234567,,1," + std::string(first), "KO,54130010,1234567,,1," + std::string(second),
                      kSy, "SI,12,1,112007410,,1,1", "SI,12,2,112007410,,10,1", "SI,12,3,112007410,,100,1",
                      "SI,12,4,112007410,,1000,1", "GO,1,1111,99"}))
        .rule("CLAIM_POINTS");
  };
  EXPECT_EQ(claim("1010", "1100"), 0u);
  EXPECT_EQ(claim("1011", "1100"), 1u);
  EXPECT_EQ(claim("1010", "1101"), 1u);
}

TEST(ReceiptChecks, DentalPointsAddUpAndAdditionsAreLinesOfTheUnit) {
  std::string ss = "SS,40,1,309000110,1,,ADD01,2,ADD02,1";
  for (int field = 10; field < 76; ++field)
    ss += ',';
  const auto claim = [&](std::string_view points) {
    return lines({"IR,1,13,3,1234567,,歯科,202404,届,00", "RE,1,3112,202403,架空　太郎,1,19700102,,,,,,,,,C9",
                  "HO,01130012,１２,３４５,1," + std::string(points), "HS,20240304,1,101100,8830592,,,,,01",
                  ss + ",60,2", "SI,60,1,160008010,,21,1", "GO,1," + std::string(points) + ",99"});
  };
  Reading good(claim("141")), bad(claim("140"));
  EXPECT_EQ(good.rules(), "");
  EXPECT_EQ(bad.rules(), "CLAIM_POINTS ");
  Batch& line = good.set.batch(Table::kClaimLine);
  ASSERT_EQ(line.rows(), 4u);
  EXPECT_EQ(text_at(line, common::kLocCode, 1), "ADD01");
  EXPECT_EQ(real_at(line, cl::kAmount, 1), 2);
  EXPECT_EQ(text_at(line, cl::kKind, 2), "addition");
  EXPECT_EQ(text_at(good.set.batch(Table::kClaim), common::kSrc, 0), "rec_dent");
}

// Base fee 42 + fee 10 + addition 5 + drugs 7 x 7 days; the second dispensing 10 + 7 x 3.
std::string dispensing(std::string_view points, std::string_view drug_points) {
  std::string re = "RE,1,4112,202403,架空　太郎,1,19700102,,,13,1,1234567,病院,住所";
  for (int i = 14; i < 35; ++i)
    re += ',';
  return lines({"YK,1,13,4,7654321,薬局,202404,00,", re + ",R55,,,,,,カクウタロウ",
                "HO,01130012,１２,３４５,2," + std::string(points), "SH,1,1,003,,7,,,,",
                "CZ,1,20240301,20240302,1,7,1,,,440000110,10,,," + std::string(drug_points) + ",,1,440000210,5",
                "CZ,1,20240301,20240309,2,3,1,,,440000110,10,,,21", "IY,1,620098801,3,,,,,,1",
                "KI,1,20240301,20240302,1,1,410000110,42", "GO,1," + std::string(points) + ",99"});
}

TEST(ReceiptChecks, DispensingPointsOfFeesAdditionsAndDrugsAddUp) {
  Reading good(dispensing("137", "49")), total(dispensing("138", "49")), line(dispensing("136", "48"));
  EXPECT_EQ(good.rules(), "");
  EXPECT_EQ(total.rules(), "CLAIM_POINTS ");
  EXPECT_EQ(line.rules(), "LINE_POINTS ");  // 7 points a day for 7 days are not 48
  Batch& lines = good.set.batch(Table::kClaimLine);
  lines.pad();
  double cost = 0;
  for (std::size_t row = 0; row < lines.rows(); ++row)
    if (!lines.column(cl::kPoints).is_null(row))
      cost += lines.column(cl::kPoints).real(row) *
              (lines.column(cl::kCount).is_null(row) ? 1 : static_cast<double>(lines.column(cl::kCount).integer(row)));
  EXPECT_EQ(cost, 137);  // points x count over the lines is what the claim costs
}

TEST(ReceiptChecks, BaseFeesAreReadWithCountsAndWithoutCodes) {
  const auto rules = [](std::string_view fees) {
    return Reading(
               lines({"YK,1,13,4,7654321,薬局,202404,00,", "RE,1,4112,202403,架空　太郎,1,19700102,,,13,1,1234567",
                      "HO,01130012,１２,３４５,2,155", "KI,1,20240301,20240302,1," + std::string(fees), "GO,1,155,99"}))
        .rule("CLAIM_POINTS");
  };
  EXPECT_EQ(rules("1,410000110,42,1,440005010,113"), 0u);
  EXPECT_EQ(rules("1,,42,1,,113"), 0u);
  EXPECT_EQ(rules("1,410000110,1,42,1,440005010,1,113"), 0u);
  EXPECT_EQ(rules("1,410000110,1,42,1,440005010,1,112"), 1u);
}

TEST(ReceiptChecks, ADispensingInPartsIsComparedWithItsPointsAfterSplitting) {
  std::string file = dispensing("60", "49");
  file.insert(file.find("GO,"), "ST,1,20240301,20240302,1,2,137,60\r\n");
  EXPECT_EQ(Reading(file).rules(), "");
}

TEST(ReceiptChecks, BundledDaysPeriodsAndCoefficientAreRecomputed) {
  const auto claim = [](std::string_view period, std::string_view total) {
    return Reading(
        lines({kHeader, "RE,1,1111,202406,架空　花子,2,19500203,,20240601,,,,,B7", "HO,01130012,１２,３４５,10,35086",
               "BU,060150xx03xxxx,20240601,20240610,1,", "SB,5409005,,急性虫垂炎,K358,21,,",
               "GA,202406,2,1111111111000000000000000000000,"
               "060150xx03xxxx,1.4321,",
               period, total, "GO,1,35086,99"}));
  };
  constexpr std::string_view kPeriod = "HH,202406,2,1,1,1,2450,10,24500",
                             kTotal = "GT,202406,2,1,1,24500,35086,0,35086,93,,";
  EXPECT_EQ(claim(kPeriod, kTotal).rules(), "MONTH_ORDER ");  // care in 202406, claimed 202404
  EXPECT_EQ(claim("HH,202406,2,1,1,1,2451,10,24500", kTotal).rule("LINE_POINTS"), 1u);
  EXPECT_EQ(claim(kPeriod, "GT,202406,2,1,1,24500,35086,-10,35086,93,,").rule("LINE_POINTS"), 1u);
  EXPECT_EQ(claim(kPeriod, "GT,202406,2,1,1,24500,30000,0,35086,93,,").rule("LINE_POINTS"), 2u);
}

TEST(ReceiptChecks, VolumesInOneFileAreAddedUpAndTheLastHasTheTotals) {
  const auto volume = [](std::string_view number, std::string_view re, std::string_view end) {
    return lines({"IR,1,13,1,1234567,,医院,202404," + std::string(number) + ",", re, "HO,01130012,１２,３４５,1,73",
                  kSy, kVisit, end});
  };
  const std::string first = volume("00", kRe, "GO,,,01");
  const std::string_view second = "RE,2,1112,202403,架空　次郎,1,19700102,,,,,,,A002";
  EXPECT_EQ(Reading(first + volume("01", second, "GO,2,146,99")).rules(), "MULTI_VOLUME ");
  EXPECT_EQ(Reading(first + volume("01", second, "GO,3,147,99")).rules(), "MULTI_VOLUME TOTAL_CLAIMS TOTAL_POINTS ");
  EXPECT_EQ(Reading(first + volume("00", second, "GO,2,146,99")).rules(), "MULTI_VOLUME VOLUME_ORDER ");
  // A last volume alone may only have less than its totals say.
  EXPECT_EQ(Reading(volume("01", second, "GO,2,146,99")).rules(), "MULTI_VOLUME ");
  EXPECT_EQ(Reading(volume("01", second, "GO,0,72,99")).rules(), "MULTI_VOLUME TOTAL_CLAIMS TOTAL_POINTS ");
}

TEST(ReceiptChecks, ReturnedReclaimedAndCorrectedClaimsAreToldApart) {
  const auto submission = [](std::string_view re, std::string_view more) {
    Reading reading(lines({kHeader, re, kHo, kSy, kVisit, kDrugs, more, kEnd}));
    EXPECT_EQ(reading.set.counts.quarantined, 0u);
    return text_at(reading.set.batch(Table::kClaim), cm::kSubmission, 0);
  };
  EXPECT_EQ(submission(kRe, "CO,99,1,810000001,摘要"), "first");
  EXPECT_EQ(submission(std::string(kRe) + ",,,,,13202403000000000000000001", "CO,99,1,810000001,摘要"), "again");
  EXPECT_EQ(submission(kRe, "HR,202406,1,12,12345,理由,,,202406"), "returned");
  EXPECT_EQ(submission(kRe, "JY,1,00005,001,6,01,00006,001"), "corrected");
}

TEST(ReceiptChecks, ALineOfHistoryThatWasCorrectedCountsAsSuperseded) {
  Reading reading(
      lines({"1,0,0,IR,1,13,1,1234567,,医院,202404,00,", "2,0,0," + std::string(kRe), "3,0,0," + std::string(kHo),
             "4,0,0," + std::string(kSy), "5,0,1,SI,12,1,112007410,,74,1", "5,1,2,SI,12,1,112007410,,73,1",
             "6,0,0," + std::string(kDrugs), "7,0,0," + std::string(kEnd)}));
  EXPECT_EQ(reading.set.counts.superseded, 1u);
  EXPECT_EQ(reading.set.counts.records, 8u);
  EXPECT_EQ(reading.rules(), "HISTORY_COLUMNS LINE_REPLACED ");
  ASSERT_EQ(reading.set.batch(Table::kClaimLine).rows(), 2u);
  EXPECT_EQ(real_at(reading.set.batch(Table::kClaimLine), cl::kPoints, 0), 73);
}

TEST(ReceiptChecks, InsertedValuesOfEveryPatternAreNormalised) {
  // Patterns by the comment master's second and third digit; the text as institutions write it, full-width, with the
  // comment's own words behind a slash. The first value is from the public sample.
  struct Row {
    std::string_view code, text, value;
  };
  const Row rows[] = {
      {"850100051", "５０１１２２５／第１回カウンセリング実施年月日", "2019-12-25"},
      {"852100010", "０００３０／診療に要した時間（心身医学療法）", "30"},
      {"850100051", "20240401", "2024-04-01"},
      {"842100001", "０００１２３．５", "123.5"},
      {"842100001", "-2.5", "-2.5"},
      {"851100001", "０９３０", "09:30"},
      {"853100001", "１２０９３０", "12 09:30"},
      {"880100012", "４３１０１０１０００１２．３４", "2019-01-01 12.34"},
      {"840000006", "０７", "7"},
      {"831110001", "１６０００８０１０", "160008010"},
      {"890000001", "１０１３１０１４", "1013 1014"},
      {"851100001", "２５００", ""},
      {"850100051", "４３１１３０１", ""},
      {"842100001", "十二", ""},
      {"831110001", "１６０", ""},
      {"880100012", "４３１０１０１", ""},
  };
  for (const Row& row : rows) {
    receipt::InsertedValue value;
    receipt::inserted_value(row.code, row.text, value);
    EXPECT_EQ(value.valid, !row.value.empty()) << row.text;
    EXPECT_EQ(value.text, row.value) << row.text;
  }
  EXPECT_FALSE(receipt::has_inserted_value("810000001"));
  EXPECT_FALSE(receipt::has_inserted_value("830100002"));
}

TEST(ReceiptChecks, ALaboratoryValueInACommentIsAnObservationOfItsDay) {
  Reading reading(
      lines({kHeader, kRe, kHo, kSy, kVisit, kDrugs, "CO,99,1,880100012,５０６０３０１０００１２．３４", kEnd}));
  EXPECT_EQ(reading.rules(), "");
  Batch& observation = reading.set.batch(Table::kObservation);
  ASSERT_EQ(observation.rows(), 1u);
  EXPECT_EQ(text_at(observation, common::kStdCode, 0), "880100012");
  EXPECT_EQ(real_at(observation, records::observation::kNumber, 0), 12.34);
  EXPECT_EQ(text_at(observation, records::observation::kRaw, 0), "12.34");
}

TEST(ReceiptChecks, HalfWidthKanaNamesReachTheIdentityRecord) {
  std::string re(kRe);
  for (int column = 14; column < 36; ++column)
    re += ',';
  Reading reading(lines({kHeader, re + ",ｶｸｳﾀﾛｳ", kHo, kSy, kVisit, kDrugs, kEnd}));
  EXPECT_EQ(reading.set.identities()[0].family_kana, "ｶｸｳﾀﾛｳ");
  EXPECT_EQ(reading.rules(), "HALF_WIDTH_KANA ");
}

TEST(ReceiptLayout, TypesAnnounceTheirPayers) {
  // reference: receipt section 3, レセプト種別
  EXPECT_EQ(receipt::public_payers_of("1112"), 0);
  EXPECT_EQ(receipt::public_payers_of("1132"), 2);
  EXPECT_EQ(receipt::public_payers_of("1212"), 1);
  EXPECT_FALSE(receipt::has_insurer("1212"));
  EXPECT_TRUE(receipt::has_insurer("1318"));
}

}  // namespace
}  // namespace sekisho::formats
