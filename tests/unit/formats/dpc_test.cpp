// DPC survey files: kinds and dialects told apart, rows to records, defects found.
#include <gtest/gtest.h>

#include <set>

#include "core/text.h"
#include "formats/dpc_code.h"
#include "formats/dpc_layout.h"
#include "formats/reader.h"
#include "rows.h"

namespace sekisho::formats {
namespace {

namespace common = records::common;
namespace cl = records::claim_line;
using records::Batch;
using records::RecordSet;
using records::Table;

std::string row(std::initializer_list<std::string_view> cells, char separator = '\t') {
  std::string out;
  for (std::string_view cell : cells) {
    if (cell.data() != cells.begin()->data()) out += separator;
    out += cell;
  }
  return out + "\r\n";
}

void read(RecordSet& set, std::string_view path, std::string_view utf8, std::size_t piece = 1 << 20) {
  std::string bytes;
  encode(Charset::kCp932, utf8, bytes);
  auto reader = make_dpc_reader(set, {});
  reader->begin({.path = path});
  for (std::size_t at = 0; at < bytes.size(); at += piece)
    ASSERT_TRUE(reader->feed(as_bytes(std::string_view(bytes).substr(at, piece))).has_value());
  ASSERT_TRUE(reader->finish().has_value());
}

std::string ff1(std::string_view item, std::string_view version, std::string_view sequence,
                std::initializer_list<std::string_view> payloads, std::string_view id = "0000001234") {
  std::string out = "131234567\t";
  out.append(id).append("\t20240401\t0\t0\t").append(item).append("\t").append(version).append("\t").append(sequence);
  std::size_t n = 0;
  for (std::string_view payload : payloads)
    out.append("\t").append(payload), ++n;
  for (; n < 9; ++n)
    out += '\t';
  return out + "\r\n";
}

const std::string kSummary =
    ff1("A000010", "20140401", "1", {"19600115", "1", "1600022"}) +
    ff1("A000020", "20200401", "1", {"20240401", "1", "0", "0", "100"}) +
    ff1("A000030", "20200401", "1", {"20240410", "1", "6"}) +
    ff1("A001010", "20140401", "1", {"", "165", "60.5", "58.0"}) +
    ff1("A006030", "20140401", "1", {"", "C509", "", "1749008", "8002", "", "", "", "乳癌"}) +
    ff1("A007010", "20140401", "1", {"20240402", "K4762", "", "1", "1", "1", "", "", "乳房切除"});

TEST(Dpc, DischargeSummaryBecomesStayDiagnosisOperationAndFindings) {
  RecordSet set;
  read(set, "FF1_131234567_2404.txt", kSummary);
  EXPECT_EQ(set.counts.records, 6u);
  EXPECT_EQ(set.counts.loaded, 6u);
  EXPECT_EQ(set.counts.messages, 1u);
  ASSERT_EQ(set.identities().size(), 2u);
  EXPECT_EQ(set.identities()[0].patient_number, "0000001234");
  EXPECT_EQ(set.identities()[0].birth.iso(), "1960-01-15");
  EXPECT_EQ(set.identities()[0].postcode, "1600022");
  EXPECT_EQ(set.identities()[1].died.iso(), "2024-04-10");  // outcome 6: died of the most resource-consuming disease
  Batch& diagnosis = set.batch(Table::kDiagnosis);
  ASSERT_EQ(diagnosis.rows(), 1u);
  EXPECT_EQ(text_at(diagnosis, records::diagnosis::kIcd, 0), "C509");
  EXPECT_EQ(text_at(diagnosis, records::diagnosis::kRole, 0), "resource1");
  EXPECT_EQ(text_at(diagnosis, records::diagnosis::kCertainty, 0), "suspected");
  EXPECT_EQ(text_at(set.batch(Table::kProcedure), records::procedure::kKCode, 0), "K4762");
  EXPECT_EQ(set.batch(Table::kEncounterEvent).rows(), 2u);
  Batch& observation = set.batch(Table::kObservation);
  ASSERT_EQ(observation.rows(), 3u);
  EXPECT_EQ(real_at(observation, records::observation::kNumber, 1), 60.5);
  EXPECT_EQ(set.batch(Table::kDpcItem).rows(), 6u);
  EXPECT_EQ(set.vault().size(), 2u);  // the two free texts
}

TEST(Dpc, BirthDateAndPostcodeStandInNoTable) {
  RecordSet set;
  read(set, "FF1_131234567_2404.txt", kSummary);
  for (Batch& batch : set.batches()) {
    batch.pad();
    for (std::size_t c = 0; c < batch.column_count(); ++c) {
      const records::Dictionary& texts = batch.column(static_cast<int>(c)).dictionary();
      for (std::size_t i = 0; i < texts.size(); ++i) {
        EXPECT_FALSE(texts.text(static_cast<std::uint32_t>(i)).contains("19600115"));
        EXPECT_FALSE(texts.text(static_cast<std::uint32_t>(i)).contains("1600022"));
        EXPECT_FALSE(texts.text(static_cast<std::uint32_t>(i)).contains("乳"));
      }
    }
  }
}

std::string ef(std::string_view detail, std::string_view section, std::string_view code, std::string_view amount,
               std::string_view points, std::string_view flags, char separator = '\t',
               std::string_view out = "00000000", std::string_view in = "20240401") {
  return row(
      {"131234567", "0000001234", out,    in,         section,        "0001",     detail,     "H1",  code,
       "",          "名称",       amount, "000",      "00000000.000", "0",        "00000000", flags, points,
       "00000000",  "00000000",   "003",  "01130012", "1111",         "20240403", "01",       "010", "0000000001",
       "W1",        "1",          "1",    "001"},
      separator);
}

const std::string kActs = ef("000", "21", "620098801", "", "00000011", "NULL") +
                          ef("001", "21", "620098801", "0000003.000", "0", "010000000000") +
                          ef("000", "50", "150337610", "", "00003000", "NULL") +
                          ef("001", "50", "150337610", "0000001.000", "0", "000000000000");

TEST(Dpc, ParentsCarryPointsAndDetailsCarryActsAndDrugs) {
  RecordSet set;
  read(set, "EFn_131234567_2404.txt", kActs);
  Batch& line = set.batch(Table::kClaimLine);
  ASSERT_EQ(line.rows(), 4u);
  EXPECT_EQ(real_at(line, cl::kPoints, 0), 11);
  EXPECT_EQ(real_at(line, cl::kPoints, 1), -1);
  EXPECT_EQ(line.column(cl::kBundled).is_null(0), true);
  EXPECT_EQ(line.column(cl::kBundled).integer(1), 1);
  EXPECT_EQ(text_at(line, common::kWard, 1), "W1");
  EXPECT_EQ(day_at(line, common::kT, 1), "2024-04-03");
  Batch& drug = set.batch(Table::kDrug);
  ASSERT_EQ(drug.rows(), 1u);
  EXPECT_EQ(real_at(drug, records::drug::kTotal, 0), 9);
  ASSERT_EQ(set.batch(Table::kProcedure).rows(), 1u);
  EXPECT_EQ(text_at(set.batch(Table::kProcedure), records::procedure::kKind, 0), "operation");
  EXPECT_EQ(set.documents().size(), 1u);
}

TEST(Dpc, OutpatientFilesAreToldByBirthDateBeforeVisitAndGiveDiagnoses) {
  RecordSet set;
  read(set, "renamed.txt",
       ef("001", "SY", "5409005", "", "0", "000110000000", '\t', "19600115", "20240403") +
           ef("001", "60", "160008010", "1", "0", "000000000000", '\t', "19600115", "20240403"));
  Batch& diagnosis = set.batch(Table::kDiagnosis);
  ASSERT_EQ(diagnosis.rows(), 1u);
  EXPECT_EQ(text_at(diagnosis, records::diagnosis::kRole, 0), "main");
  EXPECT_EQ(text_at(diagnosis, records::diagnosis::kOutcome, 0), "continuing");
  EXPECT_EQ(text_at(set.batch(Table::kProcedure), records::procedure::kKind, 0), "lab");
}

TEST(Dpc, CommasFixedWidthHeadingsAndAnyCutGiveTheSameRows) {
  const std::string heading = "施設コード\tﾃﾞｰﾀ識別番号\t退院年月日\r\n";
  std::string commas;
  for (char c : kActs)
    commas += c == '\t' ? ',' : c;
  constexpr int kWidths[] = {9,  10, 8, 8, 2, 4, 3, 12, 9, 8, 254, 11, 3, 12, 1, 8,
                             12, 8,  8, 8, 3, 8, 4, 8,  2, 3, 10,  10, 1, 1,  3};
  std::string fixed, cell;
  int column = 0;
  for (char c : kActs) {
    if (c == '\r') continue;
    if (c != '\t' && c != '\n') {
      cell += c;
      continue;
    }
    std::string sjis;
    encode(Charset::kCp932, cell, sjis);
    fixed += cell + std::string(static_cast<std::size_t>(kWidths[column]) - sjis.size(), ' ');
    cell.clear();
    ++column;
    if (c == '\n') fixed += "\r\n", column = 0;
  }
  for (const std::string& file : {heading + kActs, commas, fixed})
    for (const std::size_t piece : {std::size_t{5}, std::size_t{100'000}}) {
      RecordSet set;
      read(set, "EFn_131234567_2404.txt", file, piece);
      EXPECT_EQ(set.batch(Table::kClaimLine).rows(), 4u);
      EXPECT_EQ(set.batch(Table::kDrug).rows(), 1u);
      EXPECT_EQ(real_at(set.batch(Table::kDrug), records::drug::kPerDay, 0), 3);
      EXPECT_EQ(set.counts.quarantined, 0u);
    }
}

std::string without_blanks_at_ends(std::string_view file) {
  std::string out;
  for (const char c : file) {
    if (c == '\r')
      while (out.ends_with('\t'))
        out.pop_back();
    out += c;
  }
  return out;
}

TEST(Dpc, SummariesWhoseBlankCellsAtTheEndsWereCutGiveTheSameRowsWhateverRowIsFirst) {
  const std::string cut = without_blanks_at_ends(kSummary);
  const std::size_t second = cut.find('\n') + 1;
  for (const std::string& file : {cut, cut.substr(second) + cut.substr(0, second)})
    for (const char* name : {"FF1_131234567_2404.txt", "様式1.txt"}) {
      RecordSet set;
      read(set, name, file);
      EXPECT_EQ(set.counts.loaded, 6u);
      EXPECT_EQ(set.counts.quarantined, 0u);
      EXPECT_EQ(set.counts.rules["ROW_BLANKS_CUT"], 1u);
      EXPECT_EQ(set.batch(Table::kObservation).rows(), 3u);
      EXPECT_EQ(set.batch(Table::kDiagnosis).rows(), 1u);
      EXPECT_EQ(set.batch(Table::kEncounterEvent).rows(), 2u);
    }
  RecordSet whole;
  read(whole, "FF1_131234567_2404.txt", kSummary);
  EXPECT_EQ(whole.counts.rules["ROW_BLANKS_CUT"], 0u);
}

TEST(Dpc, HeadingsBetweenFilesThatWerePutTogetherAndATitleAboveThemAreNoRows) {
  const std::string heading = "施設コード\tデータ識別番号\t退院年月日\t入院年月日\r\n";
  RecordSet set;
  read(set, "EFn_131234567_2404.txt", heading + kActs + heading + kActs);
  EXPECT_EQ(set.counts.loaded, 10u);
  EXPECT_EQ(set.counts.rules["DPC_HEADING"], 1u);
  EXPECT_EQ(set.batch(Table::kClaimLine).rows(), 8u);
  RecordSet titled;
  read(titled, "EFn_131234567_2404.txt", "EFファイル 2024年4月\r\n" + heading + kActs);
  EXPECT_EQ(titled.batch(Table::kClaimLine).rows(), 4u);
  EXPECT_EQ(titled.counts.quarantined, 1u);
  EXPECT_EQ(titled.quarantined()[0].line, 1);
}

TEST(Dpc, BundleFileNamesTheCaseOnceAndReadsBothEditions) {
  const auto d = [](bool with_yen) {
    std::string out = "131234567\t0000001234\t20240410\t20240401\t93\t0001\tH1\t930000000\t\t名\t2450\t0\t0\t";
    if (with_yen) out += "0\t";
    return out +
           "001\t01130012\t1111\t20240401\t01\t010\t1\tW1\t1\t1\t001\t20240401\t20240410\t20240401\t"
           "060150xx03xxxx\t1.4321\r\n";
  };
  for (const bool with_yen : {true, false}) {
    RecordSet set;
    read(set, "Dn_131234567_2404.txt", d(with_yen) + d(with_yen));
    Batch& cases = set.batch(Table::kDpcCase);
    ASSERT_EQ(cases.rows(), 1u);
    EXPECT_EQ(text_at(cases, records::dpc_case::kDpc, 0), "060150xx03xxxx");
    EXPECT_EQ(real_at(cases, records::dpc_case::kCoefficient, 0), 1.4321);
    EXPECT_EQ(text_at(cases, records::dpc_case::kEdition, 0), "20220401");
    EXPECT_EQ(set.batch(Table::kClaimLine).rows(), 2u);
    EXPECT_EQ(real_at(set.batch(Table::kClaimLine), cl::kPoints, 0), 2450);
  }
}

TEST(Dpc, LinkageFilesAreKeptInTheVaultOnly) {
  RecordSet set;
  read(set, "Kn_131234567_2404.txt", row({"131234567", "0000001234", "19600115", "ABCDEF", "012345"}));
  EXPECT_EQ(set.vault().size(), 1u);
  for (Batch& batch : set.batches())
    EXPECT_EQ(batch.rows(), 0u);
}

TEST(Dpc, NursingRowsKeepDayWardCodeAndPayload) {
  RecordSet set;
  read(
      set, "Hn_131234567_2404.txt",
      row({"131234567", "W1", "0000001234", "00000000", "20240401", "20240402", "ASS0013", "20200401", "0", "1", "0"}));
  Batch& item = set.batch(Table::kDpcItem);
  ASSERT_EQ(item.rows(), 1u);
  EXPECT_EQ(day_at(item, common::kT, 0), "2024-04-02");
  EXPECT_EQ(text_at(item, common::kWard, 0), "W1");
  EXPECT_EQ(text_at(item, records::dpc_item::kP1, 0), "1");
}

TEST(Dpc, EveryKindIsToldFromForeignFiles) {
  const std::string h =
      row({"131234567", "W1", "0000001234", "00000000", "20240401", "20240402", "ASS0013", "20200401", "0", "1", "0"});
  std::string fixed =
      "131234567"
      "0000001234"
      "00000000"
      "20240401";
  fixed.append(420, ' ').append("\r\n");
  EXPECT_EQ(sniff("Hn_131234567_2404.txt", as_bytes(h)), Family::kDpc);
  EXPECT_EQ(sniff("nursing.txt", as_bytes(h)), Family::kDpc);
  EXPECT_EQ(sniff("data.txt", as_bytes(fixed)), Family::kDpc);
  EXPECT_EQ(sniff("FF3_131234567_2404.txt", as_bytes("131234567\t2404\t300\r\n")), Family::kDpc);
  EXPECT_EQ(sniff("Kn_131234567_2404.txt", as_bytes("131234567\t0000001234\tABC\r\n")), Family::kDpc);
  // Many columns alone are no survey file, nor is a spreadsheet's archive under such a name.
  EXPECT_EQ(sniff("table.tsv", as_bytes(std::string(40, '\t') + "\r\n")), Family::kUnknown);
  EXPECT_EQ(sniff("FF3_131234567_2404.xlsx", as_bytes(std::string("PK\3\4\0\0\0\0\t", 9))), Family::kUnknown);
}

TEST(Dpc, DetailsBeforeMergingHaveTheMonthOfTheirFile) {
  RecordSet set;
  read(set, "Fn_131234567_2404.txt",
       row({"131234567", "0000001234", "00000000", "20240401", "21", "0001", "001", "", "620098801", "", "薬",
            "0000003.000", "016", "000000023.00", "1", "00000069", "", "NULL"}));
  Batch& line = set.batch(Table::kClaimLine);
  ASSERT_EQ(line.rows(), 1u);
  EXPECT_EQ(day_at(line, common::kT, 0), "2024-04-01");
  EXPECT_EQ(text_at(line, common::kPrec, 0), "month");
  EXPECT_EQ(set.counts.rules.count("DATE_INVALID"), 0u);
}

// An assessment is of one patient's day: a month, day 00 or 31 February are none. (reference: dpc section 6)
TEST(Dpc, ADayOfTheNursingFileThatNoCalendarHasIsFoundWithItsLine) {
  struct Case {
    std::string_view admitted, discharged, day;
    std::uint64_t findings;
  };
  for (const Case& c : {Case{"20240401", "00000000", "20240402", 0}, Case{"20240401", "20240430", "20240229", 0},
                        Case{"20240401", "00000000", "20240231", 1}, Case{"20240401", "00000000", "20240499", 1},
                        Case{"20240401", "00000000", "20240400", 1}, Case{"20240401", "00000000", "202404", 1},
                        Case{"20240401", "00000000", "", 1}, Case{"20240401", "00000000", "4月2日", 1},
                        Case{"20240431", "00000000", "20240402", 1}, Case{"20240401", "20240431", "20240402", 1}}) {
    RecordSet set;
    read(set, "Hn_131234567_2404.txt",
         row({"131234567", "W1", "0000001234", c.discharged, c.admitted, c.day, "ASS0013", "20200401", "0", "1"}));
    EXPECT_EQ(set.counts.rules["DATE_INVALID"], c.findings) << c.day << " " << c.admitted << " " << c.discharged;
    EXPECT_EQ(set.counts.loaded, 1u) << c.day;
    for (const records::Finding& finding : set.findings())
      EXPECT_EQ(finding.line, 1);
  }
}

TEST(Dpc, LostLeadingZerosAreRestoredAndReported) {
  RecordSet set;
  read(set, "FF1_131234567_2404.txt", ff1("A000010", "20140401", "1", {"19600115", "1"}, "1234"));
  EXPECT_EQ(set.identities()[0].patient_number, "0000001234");
  EXPECT_EQ(set.counts.rules["DATA_ID_SHORT"], 1u);
}

TEST(Dpc, ShortRowsAndUnknownFilesAreQuarantinedWithTheirPlace) {
  RecordSet set;
  read(set, "EFn_131234567_2404.txt", kActs + "131234567\t0000001234\t2024\r\n");
  EXPECT_EQ(set.counts.records, 5u);
  EXPECT_EQ(set.counts.quarantined, 1u);
  EXPECT_EQ(set.quarantined()[0].line, 5);
  RecordSet unknown;
  read(unknown, "x.txt", "131234567\t0000001234\t2024\r\n");
  EXPECT_EQ(unknown.counts.quarantined, 1u);
  EXPECT_EQ(unknown.counts.rules["DPC_KIND_UNKNOWN"], 1u);
}

TEST(Dpc, AMonthSentAgainReplacesTheEarlierOne) {
  RecordSet set;
  std::string bytes;
  encode(Charset::kCp932, kActs, bytes);
  auto reader = make_dpc_reader(set, {});
  for (std::int64_t package : {9, 10}) {
    reader->begin({.path = "EFn_131234567_2404.txt", .package = package});
    ASSERT_TRUE(reader->feed(as_bytes(bytes)).has_value());
    ASSERT_TRUE(reader->finish().has_value());
  }
  ASSERT_EQ(set.documents().size(), 2u);
  EXPECT_EQ(set.documents()[0].doc, set.documents()[1].doc);
  EXPECT_LT(set.documents()[0].version, set.documents()[1].version);
}

std::string e_row(std::string_view sequence, std::string_view section, std::string_view code, std::string_view points,
                  std::string_view drugs, std::string_view count, std::string_view day) {
  return row({"131234567", "0000001234", "00000000",   "20240401", section, sequence, "H1",       code,   "",
              "名称",      points,       drugs,        "00000000", "0",     count,    "01130012", "1111", day,
              "01",        "010",        "0000000001", "W1",       "1",     "1",      "001"});
}
std::string f_row(std::string_view sequence, std::string_view detail, std::string_view section, std::string_view code,
                  std::string_view amount, std::string_view points, std::string_view yen) {
  return row({"131234567", "0000001234", "00000000", "20240401", section, sequence, detail, "H1", code, "", "名称",
              amount, "000", points, yen, "00000000", "0", "00000000"});
}
void read_on(Reader& reader, std::string_view path, std::string_view utf8, std::int32_t part) {
  std::string bytes;
  encode(Charset::kCp932, utf8, bytes);
  reader.begin({.path = path, .part = part});
  ASSERT_TRUE(reader.feed(as_bytes(bytes)).has_value());
  ASSERT_TRUE(reader.finish().has_value());
}

TEST(Dpc, FilesBeforeMergingGiveTheRowsOfTheMergedFile) {
  const std::string e = e_row("0001", "21", "620098801", "00000000", "00000011", "003", "20240403") +
                        e_row("0001", "50", "150337610", "00003000", "00000000", "003", "20240403");
  const std::string f = f_row("0001", "001", "21", "620098801", "0000003.000", "00000000", "000000110.00") +
                        f_row("0001", "001", "50", "150337610", "0000001.000", "00003000", "000000000.00");
  RecordSet merged, apart;
  read(merged, "EFn_131234567_2404.txt", kActs);
  auto reader = make_dpc_reader(apart, {});
  read_on(*reader, "a/En_131234567_2404.txt", e, 0);
  read_on(*reader, "a/Fn_131234567_2404.txt", f, 1);
  EXPECT_TRUE(apart.counts.rules.empty()) << apart.counts.rules.begin()->first;
  for (const Table table : {Table::kClaimLine, Table::kDrug, Table::kProcedure}) {
    Batch &one = merged.batch(table), &two = apart.batch(table);
    ASSERT_EQ(one.rows(), two.rows());
    // E rows come first, then F rows; merged rows alternate. Compare as sets of the columns that carry meaning.
    const auto contents = [&](Batch& batch) {
      std::multiset<std::string> rows;
      batch.pad();
      for (std::size_t r = 0; r < batch.rows(); ++r) {
        std::string line;
        for (const int column : {static_cast<int>(common::kStdCode), static_cast<int>(common::kStdSys),
                                 static_cast<int>(common::kWard), static_cast<int>(common::kDept)})
          line += text_at(batch, column, r) + "|";
        line += day_at(batch, common::kT, r) + "|";
        if (table == Table::kDrug) line += std::to_string(real_at(batch, records::drug::kTotal, r));
        if (table == Table::kClaimLine) line += std::to_string(real_at(batch, cl::kPoints, r));
        rows.insert(line);
      }
      return rows;
    };
    EXPECT_EQ(contents(one), contents(two)) << static_cast<int>(table);
  }
}

TEST(Dpc, ActsAndDetailsThatDoNotBelongTogetherAreFindings) {
  RecordSet set;
  auto reader = make_dpc_reader(set, {});
  read_on(*reader, "En_131234567_2404.txt",
          e_row("0001", "50", "150337610", "00003000", "00000000", "001", "20240403") +
              e_row("0002", "50", "150337610", "00000500", "00000000", "001", "20240404") +
              e_row("0003", "60", "160008010", "00000021", "00000000", "001", "20240404"),
          0);
  read_on(*reader, "Fn_131234567_2404.txt",
          f_row("0001", "001", "50", "150337610", "1", "00003000", "0") +
              f_row("0003", "001", "60", "160008010", "1", "00000026", "0") +
              f_row("0009", "001", "60", "160008010", "1", "00000021", "0"),
          1);
  EXPECT_EQ(set.counts.rules["EF_ACT_WITHOUT_DETAIL"], 1u);
  EXPECT_EQ(set.counts.rules["EF_DETAIL_WITHOUT_ACT"], 1u);
  EXPECT_EQ(set.counts.rules["EF_POINTS"], 1u);
  EXPECT_EQ(set.counts.loaded, 6u);
  // Another month's details are not joined to these acts.
  RecordSet other;
  auto again = make_dpc_reader(other, {});
  read_on(*again, "En_131234567_2404.txt", e_row("0001", "50", "150337610", "3000", "0", "001", "20240403"), 0);
  read_on(*again, "Fn_131234567_2405.txt", f_row("0001", "001", "50", "150337610", "1", "00003000", "0"), 1);
  EXPECT_EQ(other.counts.rules["EF_ACTS_ABSENT"], 1u);
  EXPECT_EQ(day_at(other.batch(Table::kClaimLine), common::kT, 1), "2024-05-01");
}

TEST(Dpc, FixedFormsOfEFAndDGiveTheRowsOfTheirTabbedForms) {
  struct Form {
    std::string_view path;
    std::string tabbed;
    std::vector<std::size_t> widths;
  };
  std::string d = e_row("0001", "93", "930000000", "00002450", "00000000", "001", "20240401");
  d.resize(d.size() - 2);
  d += "\t20240401\t20240410\t20240401\t060150xx03xxxx\t1.4321\r\n";
  const std::vector<std::size_t> e = {9, 10, 8, 8, 2, 4, 12, 9, 8, 254, 8, 8, 8, 1, 3, 8, 4, 8, 2, 3, 10, 10, 1, 1, 3};
  std::vector<std::size_t> d_widths = e;
  d_widths.insert(d_widths.end(), {8, 8, 8, 14, 6});
  const Form forms[] = {
      {"En_131234567_2404.txt", e_row("0001", "50", "150337610", "00003000", "00000000", "001", "20240403"), e},
      {"Fn_131234567_2404.txt",
       f_row("0001", "001", "50", "150337610", "0000001.000", "00003000", "000000000.00"),
       {9, 10, 8, 8, 2, 4, 3, 12, 9, 8, 254, 11, 3, 8, 12, 12, 1, 8}},
      {"Dn_131234567_2404.txt", d, d_widths}};
  for (const Form& form : forms) {
    std::string fixed, cell;
    std::size_t column = 0;
    for (const char c : form.tabbed) {
      if (c == '\r') continue;
      if (c != '\t' && c != '\n') {
        cell += c;
        continue;
      }
      std::string bytes;
      encode(Charset::kCp932, cell, bytes);
      fixed += cell + std::string(form.widths[column++] - bytes.size(), ' ');
      cell.clear();
    }
    RecordSet one, two;
    read(one, form.path, form.tabbed);
    read(two, form.path, fixed + "\r\n");
    EXPECT_EQ(two.counts.quarantined, 0u) << form.path;
    ASSERT_EQ(two.batch(Table::kClaimLine).rows(), 1u) << form.path;
    EXPECT_EQ(text_at(two.batch(Table::kClaimLine), common::kStdCode, 0),
              text_at(one.batch(Table::kClaimLine), common::kStdCode, 0));
    EXPECT_EQ(real_at(two.batch(Table::kClaimLine), cl::kPoints, 0),
              real_at(one.batch(Table::kClaimLine), cl::kPoints, 0));
    EXPECT_EQ(two.batch(Table::kDpcCase).rows(), one.batch(Table::kDpcCase).rows());
  }
}

TEST(Dpc, SummaryItemsAreReadByTheirVersion) {
  RecordSet set;
  read(set, "FF1_131234567_2404.txt",
       ff1("A001040", "20240601", "1", {"", "", "1", "0", "2", "20240402"}) +
           ff1("A001040", "20180401", "1", {"", "", "1", "0"}) +   // this item began in 2024
           ff1("A001020", "20260601", "1", {"", "400"}) +          // gone in 2026
           ff1("Z999999", "20240601", "1", {"1"}) +                // no manual has it
           ff1("A001010", "20140401", "1", {"", "16x", "60.5"}) +  // no number
           ff1("M050041", "20140401", "1", {"", "120", "0", "118"}));
  EXPECT_EQ(set.counts.rules["FF1_VERSION"], 2u);
  EXPECT_EQ(set.counts.rules["FF1_ITEM_UNKNOWN"], 1u);
  EXPECT_EQ(set.counts.rules["FF1_PAYLOAD"], 1u);
  EXPECT_EQ(set.counts.loaded, 6u);
  EXPECT_EQ(set.batch(Table::kDpcItem).rows(), 6u);  // every item as written, known or not
  Batch& observation = set.batch(Table::kObservation);
  EXPECT_EQ(text_at(observation, common::kLocCode, 0), "ulcer_admission");
  const std::size_t last = observation.rows() - 1;
  EXPECT_EQ(text_at(observation, common::kLocCode, last), "systolic_entry");
  EXPECT_EQ(text_at(observation, records::observation::kUcum, last), "mm[Hg]");
}

TEST(Dpc, RowsOfTheWideFormAreQuarantined) {
  RecordSet set;
  std::string wide = "131234567\t0000001234\t20120401\t0\t0\t1\t19600115";
  for (int i = 0; i < 20; ++i)
    wide += "\t1";
  read(set, "FF1_131234567_1204.txt", wide + "\r\n");
  EXPECT_EQ(set.counts.quarantined, 1u);
  EXPECT_EQ(set.counts.rules["FF1_ITEM_FORM"], 1u);
}

TEST(DpcCode, CodesAreDecodedByTheEditionOfTheirDate) {
  const auto on = [](int y, int m, int d) { return dpc::edition_on(Date{days_from_civil(y, m, d)}); };
  const dpc::CodeParts parts = dpc::parts_of("060150xx03xxxx");
  ASSERT_TRUE(parts.valid);
  EXPECT_EQ(parts.mdc, "06");
  EXPECT_EQ(parts.disease, "060150");
  EXPECT_EQ(parts.operation, "03");
  EXPECT_EQ(dpc::mdc_name("06"), "消化器系疾患、肝臓・胆道・膵臓疾患");  // 電子点数表, sheet MDC名称
  EXPECT_EQ(on(2024, 5, 31)->name, "20220401");
  EXPECT_EQ(on(2024, 6, 1)->name, "20240601");
  EXPECT_EQ(on(2007, 1, 1), nullptr);
  EXPECT_EQ(dpc::class_name("010010", on(2024, 7, 1)), "脳腫瘍");
  // 010010xx9901xx stands in the table of 2024 with 6, 19 and 60 days.
  EXPECT_EQ(dpc::check_code("010010xx9901xx", on(2024, 7, 1)), "");
  EXPECT_EQ(dpc::check_code("010010xx9901yy", on(2024, 7, 1)), "DPC_CODE_UNKNOWN");
  EXPECT_EQ(dpc::check_code("010010xx99", on(2024, 7, 1)), "DPC_CODE_FORM");
  EXPECT_EQ(dpc::check_code("010010xx9901xx", on(2026, 7, 1)), "");  // no table of that edition: nothing is said
}

// One drug, one procedure and one diagnosis by every way they reach us: the code columns are the same.
TEST(Mapping, OneThingHasOneCodeWhicheverFileItCameFrom) {
  RecordSet ef, ff1_set, receipt_set;
  read(ef, "EFn_131234567_2404.txt", kActs);
  read(ff1_set, "FF1_131234567_2404.txt", ff1("A006010", "20140401", "1", {"", "K358", "", "5409005", "8002"}));
  std::string uke;
  encode(Charset::kCp932,
         "IR,1,13,1,1234567,,病院,202404,00,\r\nRE,1,1111,202404,架空　太郎,1,19700102,,20240401,,,,,0000001234\r\n"
         "HO,01130012,1,2,1,3033\r\nSB,5409005,8002,,K358,01,,\r\nSY,5409005,20240401,1,8002,,01,\r\n"
         "IY,21,1,620098801,3,11,3,,,,,,,,,3\r\nSI,50,1,150337610,,3000,1,,,,,,,,,1\r\nGO,1,3033,99\r\n",
         uke);
  auto reader = make_receipt_reader(receipt_set, {});
  reader->begin({.path = "RECEIPTC.UKE"});
  ASSERT_TRUE(reader->feed(as_bytes(uke)).has_value());
  ASSERT_TRUE(reader->finish().has_value());
  for (const int column : {static_cast<int>(common::kStdCode), static_cast<int>(common::kStdSys)}) {
    for (const Table table : {Table::kDrug, Table::kProcedure})
      EXPECT_EQ(text_at(ef.batch(table), column, 0), text_at(receipt_set.batch(table), column, 0));
    for (const std::size_t claimed : {0, 1})
      EXPECT_EQ(text_at(ff1_set.batch(Table::kDiagnosis), column, 0),
                text_at(receipt_set.batch(Table::kDiagnosis), column, claimed));
  }
  namespace dx = records::diagnosis;
  for (const int column :
       {static_cast<int>(dx::kModifiers), static_cast<int>(dx::kCertainty), static_cast<int>(dx::kRole)})
    for (const std::size_t claimed : {0, 1})
      EXPECT_EQ(text_at(ff1_set.batch(Table::kDiagnosis), column, 0),
                text_at(receipt_set.batch(Table::kDiagnosis), column, claimed));
  EXPECT_EQ(text_at(ff1_set.batch(Table::kDiagnosis), dx::kIcd, 0),
            text_at(receipt_set.batch(Table::kDiagnosis), dx::kIcd, 0));
  EXPECT_EQ(real_at(ef.batch(Table::kDrug), records::drug::kTotal, 0),
            real_at(receipt_set.batch(Table::kDrug), records::drug::kTotal, 0));
}

}  // namespace
}  // namespace sekisho::formats
