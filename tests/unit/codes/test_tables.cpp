#include <gtest/gtest.h>

#include "codes/apply.h"
#include "codes/item.h"
#include "core/csv.h"
#include "core/file.h"

namespace sekisho::codes {
namespace {

class Tables : public ::testing::Test {
 protected:
  void SetUp() override {
    auto folder = TemporaryFolder::create("codes-tables");
    ASSERT_TRUE(folder);
    folder_.emplace(std::move(*folder));
  }
  std::filesystem::path put(const std::string& name, std::string_view text) const {
    const auto path = folder_->path() / name;
    EXPECT_TRUE(make_folders(path.parent_path()));
    EXPECT_TRUE(write_file_durable(path, text));
    return path;
  }
  static Mapping mapping(std::string_view local, std::string_view standard, int from = 0, int to = 99999999) {
    Mapping m;
    m.hospital = "H01";
    m.kind = Kind::kLab;
    m.local_system = "99LAB";
    m.local_code = local;
    m.std_system = "JC10";
    m.std_code = standard;
    m.valid_from = from;
    m.valid_to = to;
    m.status = Status::kConfirmedByOne;
    return m;
  }
  std::vector<std::string> applied(std::string_view csv, const std::vector<Mapping>& mappings,
                                   ApplyCsvOptions options) {
    options.input = put("in.csv", csv);
    options.output = folder_->path() / "out.csv";
    if (options.hospital.empty()) options.hospital = "H01";
    if (!options.kind) options.kind = Kind::kLab;
    const auto report = apply_codes_csv(CodeReader(mappings, {}), options);
    EXPECT_TRUE(report) << report.error().describe();
    const auto table = read_csv_file(options.output);
    EXPECT_TRUE(table);
    std::vector<std::string> out;
    for (const auto& row : table->rows)
      out.push_back(row[static_cast<std::size_t>(table->column("std_code"))]);
    return out;
  }
  std::string refused(std::string_view csv, const std::vector<Mapping>& mappings) {
    ApplyCsvOptions options;
    options.input = put("in.csv", csv);
    options.output = folder_->path() / "out.csv";
    options.hospital = "H01";
    options.kind = Kind::kLab;
    const auto report = apply_codes_csv(CodeReader(mappings, {}), options);
    return report ? std::string() : report.error().code;
  }
  std::optional<TemporaryFolder> folder_;
};

constexpr std::string_view kLab =
    "reg,t,act,std_code,std_sys,loc_code,loc_sys,text_ref,specimen,number,unit\n"
    "1,2024-01-01 09:00:00,,,,007,99LAB,5,023,20,U/L\n"
    "1,2024-02-01 09:00:00,,,,007,99LAB,5,023,30,U/L\n"
    "2,2024-03-01 09:00:00,,,,007,99LAB,5,023,40,U/L\n"
    "2,2024-03-01 09:00:00,,3B035000002327201,JC10,008,99LAB,6,023,,\n";

TEST_F(Tables, LocalCodesAreCollectedWithTheirUnitValuesAndDays) {
  put("t/lab.csv", kLab);
  put("t/text.csv", "text_ref,reg,part,sub,kind,content\n5,1,,,name:99LAB,GOT\n6,1,,,name:99LAB,GPT\n");
  const auto items = collect_items(folder_->path() / "t", "H01");
  ASSERT_TRUE(items) << items.error().describe();
  std::vector<LocalItem> own;
  for (const LocalItem& item : *items)
    if (!item.variant) own.push_back(item);
  ASSERT_EQ(own.size(), 2U);
  EXPECT_EQ(own[0].code, "007");
  EXPECT_EQ(own[0].name, "GOT");
  EXPECT_EQ(own[0].unit, "U/L");
  EXPECT_EQ(own[0].specimen, "023");
  EXPECT_EQ(own[0].count, 3);
  EXPECT_EQ(own[0].first, 20240101);
  EXPECT_EQ(own[0].last, 20240301);
  EXPECT_EQ(own[0].values.middle, 30);
  EXPECT_EQ(own[1].std_code, "3B035000002327201");
  EXPECT_EQ(own[1].values.count, 0);  // a column without numbers is no error
}

TEST_F(Tables, WhatWasClaimedForTheSamePatientOnTheSameDayIsCounted) {
  put("t/lab.csv", kLab);
  put("t/procedure.csv",
      "reg,t,act,std_code,std_sys,loc_code,loc_sys,text_ref\n"
      "1,2024-01-01 00:00:00,claim,160022510,REC,,,\n"
      "1,2024-02-01 00:00:00,claim,160022510,REC,,,\n"
      "2,2024-02-01 00:00:00,claim,160022510,REC,,,\n"    // another patient's day
      "2,2024-03-02 00:00:00,claim,160022610,REC,,,\n");  // another day
  const auto items = collect_items(folder_->path() / "t", "H01");
  ASSERT_TRUE(items) << items.error().describe();
  const auto at = std::ranges::find_if(*items, [](const LocalItem& i) { return !i.variant && i.code == "007"; });
  ASSERT_NE(at, items->end());
  ASSERT_EQ(at->claimed.size(), 1U);
  EXPECT_EQ(at->claimed[0].first, "160022510");
  EXPECT_EQ(at->claimed[0].second, 2);
}

TEST_F(Tables, AFolderWithoutTablesIsRefused) {
  const auto none = collect_items(folder_->path() / "nowhere", "H01");
  EXPECT_TRUE(!none || none->empty());
  const auto report = apply_codes(CodeReader({}, {}), {folder_->path() / "nowhere", folder_->path() / "out", "H01"});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, "codes.tables");
}

TEST_F(Tables, EachRowTakesTheCodeOfItsDayAndKeepsEverythingElse) {
  put("t/lab.csv", kLab);
  const std::vector<Mapping> mappings = {mapping("007", "A", 0, 20240131), mapping("007", "B", 20240201),
                                         mapping("008", "C")};
  const auto report =
      apply_codes(CodeReader(mappings, {}), {folder_->path() / "t", folder_->path() / "out", "H01", false});
  ASSERT_TRUE(report) << report.error().describe();
  EXPECT_EQ(report->tables[0].rows, 4);
  EXPECT_EQ(report->tables[0].mapped, 3);
  EXPECT_EQ(report->tables[0].kept, 1);
  const auto table = read_csv_file(folder_->path() / "out/lab.csv");
  ASSERT_TRUE(table);
  std::vector<std::string> codes, locals;
  for (const auto& row : table->rows) {
    codes.push_back(row[static_cast<std::size_t>(table->column("std_code"))]);
    locals.push_back(row[static_cast<std::size_t>(table->column("loc_code"))]);
  }
  EXPECT_EQ(codes, (std::vector<std::string>{"A", "B", "B", "3B035000002327201"}));
  EXPECT_EQ(locals, (std::vector<std::string>{"007", "007", "007", "008"}));
}

TEST_F(Tables, AnotherHospitalsTableIsNotUsed) {
  ApplyCsvOptions options;
  options.hospital = "H02";
  EXPECT_EQ(applied("local_code,date\n007,2024-01-01\n", {mapping("007", "A")}, options), std::vector<std::string>{""});
}

TEST_F(Tables, DaysAreReadAsHospitalsWriteThem) {
  const std::vector<Mapping> mappings = {mapping("1", "A", 20240101, 20240131)};
  EXPECT_EQ(
      applied("local_code,date\n1,2024-01-31\n1,2024/1/5\n1,20240131235959\n1,2024年1月2日\n1,2024-02-01\n1,\n1,x\n",
              mappings, {}),
      (std::vector<std::string>{"A", "A", "A", "A", "", "", ""}));
}

TEST_F(Tables, ColumnsMayBeNamedAndFilesMayBeCp932) {
  ApplyCsvOptions options;
  options.code_column = "item";
  options.day_column = "when";
  options.replace = true;
  EXPECT_EQ(
      applied("item,when,std_code,\x96\xbc\x8f\xcc\n1,2024-01-01,old,\x8c\x8c\x93\x9c\n", {mapping("1", "A")}, options),
      std::vector<std::string>{"A"});
  const auto text = read_text(folder_->path() / "out.csv");
  ASSERT_TRUE(text);
  EXPECT_NE(text->find("血糖"), std::string::npos);
  EXPECT_NE(text->find("old"), std::string::npos);  // as source_std_code
}

TEST_F(Tables, ACodeOfSeveralLocalSystemsNeedsItsSystem) {
  Mapping other = mapping("1", "B");
  other.local_system = "99OLD";
  EXPECT_EQ(refused("local_code,date\n1,2024-01-01\n", {mapping("1", "A"), other}), "codes.apply_csv");
  EXPECT_EQ(
      applied("local_code,date,local_system\n1,2024-01-01,99OLD\n1,2024-01-01,99LAB\n", {mapping("1", "A"), other}, {}),
      (std::vector<std::string>{"B", "A"}));
}

TEST_F(Tables, BadCsvIsRefused) {
  for (const std::string_view csv : {"", "date\n2024-01-01\n", "local_code\n1\n", "local_code,date\n1\n"})
    EXPECT_EQ(refused(csv, {}), "codes.apply_csv") << csv;
  EXPECT_EQ(refused("local_code,date\n\"1,2024\n", {}), "csv.quote");
}

}  // namespace
}  // namespace sekisho::codes
