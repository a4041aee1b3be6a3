// Rules of the published files on made-up rows, and the known answers on the real ones where they are at hand.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "core/csv.h"
#include "core/file.h"
#include "core/progress.h"
#include "core/random.h"
#include "masters/apply.h"
#include "masters/build.h"
#include "masters/institution.h"
#include "masters/query.h"
#include "masters/source.h"

namespace {

using namespace sekisho;
using namespace sekisho::masters;
namespace fs = std::filesystem;

struct Row {
  char change = '0';
  std::string code, name, price, changed, end = "99999999", limit = "0", listed = "0", price_code;
};

// A row of the receipt drug master with 40 columns.
std::string drug(const Row& row) {
  std::vector<std::string> columns(40, row.change == '5' || row.change == '9' ? "" : "0");
  columns[0] = std::string(1, row.change);
  columns[1] = "Y";
  columns[2] = row.code;
  columns[4] = row.name;
  columns[11] = row.price;
  columns[29] = row.changed;
  columns[30] = row.end;
  columns[31] = row.price_code;
  columns[33] = row.limit;
  columns[35] = row.listed;
  std::string out;
  for (const std::string& one : columns)
    out += (out.empty() ? "\"" : ",\"") + one + "\"";
  return out + "\r\n";
}

class Masters : public testing::Test {
 protected:
  void put(const std::string& name, const std::string& content) {
    ASSERT_TRUE(write_file_durable(folder_.path() / name, content));
  }
  Json build_file() {
    Progress::set_quiet(true);
    BuildOptions options;
    options.inputs = {folder_.path()};
    options.output = out_.path() / "m.skm";
    options.supplement = false;
    auto report = build(options);
    EXPECT_TRUE(report) << report.error().describe();
    auto opened = MasterFile::open(options.output);
    EXPECT_TRUE(opened);
    file_.emplace(std::move(*opened));
    return report->json;
  }
  Json on(const std::string& code, int year, int month, int day, std::optional<Kind> kind = Kind::kDrug) {
    return lookup_json(*file_, kind, code, *Date::of(year, month, day))["hits"][0];
  }
  std::string bytes() { return *read_text(out_.path() / "m.skm"); }

  TemporaryFolder folder_ = *TemporaryFolder::create(), out_ = *TemporaryFolder::create();
  std::optional<MasterFile> file_;
};

TEST_F(Masters, SparseChangeRowKeepsTheName) {
  put("y_ALL20240401.csv", drug({'0', "620000001", "A", "10.00", "20230401"}));
  put("y_20240501.csv", drug({'5', "620000001", "", "12.50", "20240501", "", ""}));
  build_file();
  EXPECT_EQ(on("620000001", 2024, 4, 30)["price"], "10");
  EXPECT_EQ(on("620000001", 2024, 5, 1)["price"], "12.5");
  EXPECT_EQ(on("620000001", 2024, 5, 1)["name"], "A");
}

TEST_F(Masters, AbolitionRowEndsTheCodeOnItsLastDay) {
  put("y_ALL20240401.csv", drug({'0', "620000001", "A", "10.00", "20230401"}));
  put("y_20240501.csv", drug({'9', "620000001", "", "", "", "20240930", ""}));
  build_file();
  EXPECT_EQ(on("620000001", 2024, 9, 30)["status"], "valid");
  EXPECT_EQ(on("620000001", 2024, 10, 1)["status"], "ended");
}

TEST_F(Masters, TheEarlierOfAbolitionAndTransitionLimitCounts) {
  put("y_ALL20240401.csv", drug({'0', "620000001", "A", "10.00", "20230401", "20251231", "20250331"}));
  build_file();
  EXPECT_EQ(on("620000001", 2025, 4, 1)["status"], "ended");
  EXPECT_EQ(on("620000001", 2025, 4, 1)["life"]["to_is"], "limit");
}

TEST_F(Masters, AbsenceFromOneEditionIsAGapAndNoAbolition) {
  const std::string other = drug({'0', "620000002", "B", "1", "20230401"});
  const std::string both = drug({'0', "620000001", "A", "10", "20230401"}) + other;
  put("y_ALL20240101.csv", both);
  put("y_ALL20240201.csv", other);
  put("y_ALL20240301.csv", both);
  const Json report = build_file();
  EXPECT_EQ(on("620000001", 2024, 2, 15)["status"], "valid");
  EXPECT_EQ(report["rules"]["MASTER_GAP"], 1);
}

TEST_F(Masters, ACodeThatVanishesWithoutAStatedEndIsDoubtful) {
  const std::string other = drug({'0', "620000002", "B", "1", "20230401"});
  put("y_ALL20240101.csv", drug({'0', "620000001", "A", "10", "20230401"}) + other);
  put("y_ALL20240201.csv", other);
  build_file();
  EXPECT_EQ(on("620000001", 2024, 1, 1)["status"], "valid");
  EXPECT_EQ(on("620000001", 2024, 3, 1)["status"], "doubtful");
  EXPECT_EQ(on("620000001", 2024, 3, 1)["life"]["first_absent"], "2024-02-01");
}

TEST_F(Masters, AnErroneousEntryIsDeletedAndStaysReadable) {
  put("y_ALL20240101.csv", drug({'3', "620000001", "A", "10", "20240101"}));
  put("y_20240201.csv", drug({'1', "620000001", "A", "10", "20240101"}));
  build_file();
  EXPECT_EQ(on("620000001", 2024, 3, 1)["status"], "deleted");
  EXPECT_EQ(on("620000001", 2024, 3, 1)["name"], "A");
}

TEST_F(Masters, FileOrderAndRepeatedFilesDoNotChangeTheBytes) {
  put("y_ALL20240401.csv", drug({'0', "620000001", "A", "10.00", "20230401"}));
  put("y_20240501.csv", drug({'5', "620000001", "", "12.50", "20240501", "", ""}));
  build_file();
  const std::string first = bytes();
  fs::create_directory(folder_.path() / "a");
  fs::rename(folder_.path() / "y_20240501.csv", folder_.path() / "a" / "y_20240501.csv");
  build_file();
  EXPECT_EQ(bytes(), first);
  fs::create_directory(folder_.path() / "b");
  fs::copy_file(folder_.path() / "y_ALL20240401.csv", folder_.path() / "b" / "y_ALL20240401.csv");
  const Json report = build_file();
  EXPECT_EQ(report["repeated_files"], 1);
  EXPECT_EQ(report["codes"], 1);
}

TEST_F(Masters, BrokenRowsBecomeFindingsAndTheRestIsRead) {
  put("y_ALL20240401.csv", "\"0\",\"Y\",\"620000009\"\r\n" + drug({'0', "6200", "X", "1", "20230401"}) +
                               drug({'0', "620000001", "A", "10.00", "20230401"}) + "\"0\",\"Y\"x,\"1\"\r\n" +
                               drug({'0', "620000002", "B", "10.00", "20230401"}));
  const Json report = build_file();
  EXPECT_EQ(report["codes"], 2);
  EXPECT_EQ(report["quarantined"], 3);
  EXPECT_EQ(report["accounted"], true);
  EXPECT_EQ(report["rules"]["MASTER_SHORT_ROW"], 1);
  EXPECT_EQ(report["rules"]["MASTER_BAD_CODE"], 1);
}

TEST_F(Masters, HotMasterIsReadByItsHeader) {
  put("MEDIS20240401.txt",
      "基準番号（ＨＯＴコード）,処方用番号（ＨＯＴ７）,販売名,個別医薬品コード,更新年月日\n"
      "1000001010101,1000001,架空錠１０ｍｇ,1111111F1111,20240331\n");
  build_file();
  EXPECT_EQ(on("1000001010101", 2024, 4, 1, Kind::kHot)["name"], "架空錠１０ｍｇ");
  EXPECT_EQ(on("1000001010101", 2024, 4, 1, Kind::kHot)["version"]["attributes"]["yj_code"], "1111111F1111");
}

TEST_F(Masters, DpcHospitalCountsOnceOverItsTwoCodes) {
  put("dpc_hospital_2018.csv", "institution_code,name\n019799039,C\n139699018,A\n");
  put("dpc_hospital_2020.csv", "institution_code,name\n019899136,C\n139699018,A\n");
  put("institution_links.csv", "old_code,new_code,from,reason\n019799039,019899136,20191001,move\n");
  build_file();
  const auto set = expand_set(*file_, {.name = "dpc-hospitals", .season = "", .from = {}, .to = {}});
  ASSERT_TRUE(set) << set.error().describe();
  EXPECT_EQ((*set)["count"], 3);
  EXPECT_EQ((*set)["hospitals"], 2);
}

TEST_F(Masters, ManyQuestionsAtOnceAreAnsweredAsOneByOne) {
  std::string rows;
  for (int i = 0; i < 50; ++i)
    rows += drug({'0', std::to_string(620000100 + i), "N" + std::to_string(i), "1", "20230401",
                  i % 3 == 0 ? "20240331" : "99999999"});
  put("y_ALL20230401.csv", rows);
  build_file();
  std::vector<std::string> codes{"", "x", std::string(40, '6')};
  for (int i = 0; i < 70; ++i)
    codes.push_back(std::to_string(620000090 + i));
  std::vector<Question> questions;
  for (std::size_t i = 0; i < codes.size(); ++i)
    questions.push_back({i % 7 == 6 ? Kind::kPrice : Kind::kDrug, codes[i], *Date::of(2024, i % 2 == 0 ? 3 : 4, 1)});
  std::vector<std::optional<Found>> found(questions.size());
  file_->find(questions, found);
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const auto one = file_->find(questions[i].kind, questions[i].code, questions[i].on);
    ASSERT_EQ(found[i].has_value(), one.has_value()) << codes[i];
    if (!one) continue;
    EXPECT_EQ(found[i]->status, one->status);
    EXPECT_EQ(found[i]->version, one->version);
  }
}

TEST_F(Masters, ADamagedMasterFileIsRefusedOrGivesLess) {
  put("y_ALL20240401.csv", drug({'0', "620000001", "A", "10.00", "20230401"}));
  build_file();
  std::string damaged = bytes();
  EXPECT_FALSE(MasterFile::from_memory(as_bytes(damaged).first(damaged.size() / 2)));
  EXPECT_FALSE(MasterFile::from_memory(as_bytes("no master file")));
  // Any few bytes changed: what is asked is answered from within the file, or not at all.
  SeededRandom random(4);
  std::vector<std::uint64_t> aligned((damaged.size() + 7) / 8);
  int opened = 0;
  for (int round = 0; round < 3000; ++round) {
    std::memcpy(aligned.data(), damaged.data(), damaged.size());
    auto* const raw = reinterpret_cast<std::uint8_t*>(aligned.data());
    for (std::uint64_t changes = 1 + random.below(4); changes > 0; --changes)
      raw[16 + random.below(damaged.size() - 16)] = static_cast<std::uint8_t>(random.below(256));
    const auto file = MasterFile::from_memory({raw, damaged.size()});
    if (!file) continue;
    ++opened;
    for (const std::int32_t day : {-1, 0, 19'000, 20'000, 70'000})
      if (const auto found = file->find(Kind::kDrug, "620000001", Date{day}); found && found->version != nullptr) {
        const auto* at = reinterpret_cast<const std::uint8_t*>(found->version);
        EXPECT_TRUE(at >= raw && at + sizeof(VersionRecord) <= raw + damaged.size());
      }
    for (const CodeRecord& record : file->codes(Kind::kDrug))
      (void)history_json(*file, Kind::kDrug, file->view(record).code());
  }
  EXPECT_GT(opened, 100);
}

TEST(MasterValues, EraLimitsAndNumbers) {
  EXPECT_EQ(parse_master_day("R2.3.31まで"), Date::of(2020, 3, 31));
  EXPECT_EQ(parse_master_day("H31.3.31まで"), Date::of(2019, 3, 31));
  EXPECT_EQ(parse_master_day("令和元年9月30日"), Date::of(2019, 9, 30));
  EXPECT_EQ(parse_master_day("99999999"), std::nullopt);
  EXPECT_EQ(shortest_number("24.10"), "24.1");
  EXPECT_EQ(shortest_number("291.00"), "291");
}

TEST(MasterValues, CheckDigitsOfInstitutions) {
  // The first three institutions of the regional bureaus' list.
  EXPECT_TRUE(has_valid_check_digit("010112489"));
  EXPECT_TRUE(has_valid_check_digit("010112745"));
  EXPECT_FALSE(has_valid_check_digit("010112746"));
  EXPECT_EQ(bureau_of("131234567"), "関東信越厚生局");
}

// The published files, built once.
class RealMasters : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    data_ = fs::path(SEKISHO_SOURCE_DIR) / "../shared/data";
    if (!fs::exists(data_ / "masters")) data_ = fs::path(SEKISHO_SOURCE_DIR) / "../../shared/data";
    if (!fs::exists(data_ / "masters")) return;
    Progress::set_quiet(true);
    folder_.emplace(*TemporaryFolder::create());
    BuildOptions options;
    options.inputs = {data_ / "masters"};
    options.output = folder_->path() / "m.skm";
    const auto report = build(options);
    ASSERT_TRUE(report) << report.error().describe();
    report_ = report->json;
    file_.emplace(*MasterFile::open(options.output));
  }
  static void TearDownTestSuite() {
    file_.reset();
    folder_.reset();
  }
  void SetUp() override {
    if (!file_) GTEST_SKIP() << "the published masters are not at hand";
  }
  static std::vector<std::string> season(const std::string& name) {
    const auto set = expand_set(*file_, {.name = "influenza-antivirals", .season = name, .from = {}, .to = {}});
    std::vector<std::string> codes;
    if (set)
      for (const Json& member : (*set)["members"])
        codes.push_back(member["code"]);
    return codes;
  }
  static bool holds(const std::vector<std::string>& codes, const char* code) {
    return std::ranges::find(codes, code) != codes.end();
  }

  inline static fs::path data_;
  inline static std::optional<TemporaryFolder> folder_;
  inline static std::optional<MasterFile> file_;
  inline static Json report_;
};

TEST_F(RealMasters, CountsAreThoseOfIndependentReadings) {
  // Unions of the codes of all files, counted with Python's csv module; 22,170 + 1,888 of the extracts + 2.
  EXPECT_EQ(report_["kinds"]["drug"]["codes"], 24'060);
  EXPECT_EQ(report_["kinds"]["drug"]["doubtful"], 1'808);
  EXPECT_EQ(report_["kinds"]["price"]["codes"], 24'990);
  EXPECT_EQ(report_["kinds"]["comment"]["codes"], 4'197);
  EXPECT_EQ(report_["kinds"]["modifier"]["codes"], 2'375);
  EXPECT_EQ(report_["kinds"]["institution"]["doubtful"], 3'496);
  EXPECT_EQ(report_["accounted"], true);
  EXPECT_EQ(report_["rules"]["MASTER_COVERAGE"], 6);  // the six prefectures of Tohoku
}

TEST_F(RealMasters, PointsOfProceduresAreThoseOfTheScenarioTable) {
  const auto table = read_csv_file(data_ / "scenarios/procedure_points.csv");
  ASSERT_TRUE(table);
  for (const auto& row : table->rows) {
    const auto found = file_->find(Kind::kProcedure, row[0], *Date::parse_compact(row[1]));
    ASSERT_TRUE(found && found->version != nullptr) << row[0];
    EXPECT_EQ(file_->text(found->version->price), shortest_number(row[3])) << row[0] << " " << row[1];
  }
}

TEST_F(RealMasters, DrugsEndAndAreGenericAsTheScenarioTableSays) {
  const auto table = read_csv_file(data_ / "scenarios/drugs.csv");
  ASSERT_TRUE(table);
  for (const auto& row : table->rows) {
    if (row[3] != "1") continue;
    const auto view = file_->find(Kind::kDrug, row[2]);
    ASSERT_TRUE(view) << row[2];
    std::int32_t end = kOpen;
    for (const std::string& text : {row[11], row[12]})
      if (const auto day = parse_master_day(text)) end = std::min(end, day->days);
    EXPECT_EQ(view->lives().back().to, end) << row[2];
    EXPECT_EQ(view->generic_on(Date::of(2024, 4, 2)->days), row[8] == "1") << row[2];
  }
}

TEST_F(RealMasters, OldPeramivirCodesBelongToTheSeason2012) {
  EXPECT_TRUE(holds(season("2012/13"), "621972101"));
  EXPECT_TRUE(holds(season("2012/13"), "621972201"));
  EXPECT_FALSE(holds(season("2013/14"), "621972101"));
}

TEST_F(RealMasters, AntiviralsEnterTheirSeasons) {
  EXPECT_FALSE(holds(season("2016/17"), "622622601"));  // baloxavir: from March 2018
  EXPECT_TRUE(holds(season("2017/18"), "622622601"));
  EXPECT_TRUE(holds(season("2018/19"), "622638801"));
  EXPECT_FALSE(holds(season("2022/23"), "622950101"));  // from 2023-12-08
  EXPECT_TRUE(holds(season("2023/24"), "622950101"));
  EXPECT_TRUE(file_->find(Kind::kDrug, "622638801")->generic_on(Date::of(2019, 7, 1)->days));
}

TEST_F(RealMasters, TrastuzumabChangedItsCodes) {
  const auto status = [](const char* code, int year, int month, int day) {
    return file_->find(Kind::kDrug, code)->status_on(Date::of(year, month, day)->days);
  };
  EXPECT_EQ(status("622069801", 2024, 3, 31), Status::kValid);
  EXPECT_EQ(status("622069801", 2024, 4, 1), Status::kEnded);
  EXPECT_EQ(status("629921901", 2022, 12, 9), Status::kValid);
  const Json links = successors_json(*file_, Kind::kDrug, "622069801")["links"];
  EXPECT_EQ(links[0]["to"], "629921901");
}

}  // namespace
