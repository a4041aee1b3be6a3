#include <gtest/gtest.h>

#include "codes/table.h"
#include "core/file.h"

namespace sekisho::codes {
namespace {

class CodeTables : public ::testing::Test {
 protected:
  void SetUp() override {
    auto folder = TemporaryFolder::create("codes");
    ASSERT_TRUE(folder);
    folder_.emplace(std::move(*folder));
    auto table = CodeTable::open(folder_->path() / "codes.db");
    ASSERT_TRUE(table) << table.error().describe();
    table_.emplace(std::move(*table));
  }
  static Mapping mapping(std::string_view local, std::string_view standard) {
    Mapping m;
    m.hospital = "H01";
    m.kind = Kind::kLab;
    m.local_system = "99LAB";
    m.local_code = local;
    m.local_name = "GOT";
    m.std_system = "JC10";
    m.std_code = standard;
    m.confidence = 0.9;
    m.by = "suggest";
    return m;
  }
  std::optional<TemporaryFolder> folder_;
  std::optional<CodeTable> table_;
  ManualClock clock_{UtcTime{1'700'000'000'000'000}};
};

TEST_F(CodeTables, VersionsAreAddedNeverChanged) {
  const Mapping m = mapping("A1", "3B035000002327201");
  ASSERT_EQ(table_->append({&m, 1}, clock_)->written, 1U);
  ASSERT_TRUE(table_->confirm(m, "sato", clock_));
  ASSERT_TRUE(table_->reject(m, "tanaka", "another method", clock_));
  const auto history = table_->list({.history = true});
  ASSERT_TRUE(history);
  ASSERT_EQ(history->size(), 3U);
  EXPECT_EQ((*history)[0].status, Status::kSuggested);
  EXPECT_EQ((*history)[1].status, Status::kConfirmedByOne);
  EXPECT_EQ((*history)[2].status, Status::kRejected);
  EXPECT_EQ((*history)[2].reason, "another method");
  EXPECT_EQ(table_->list({})->size(), 1U);
}

TEST_F(CodeTables, TheFileItselfRefusesChanges) {
  const Mapping m = mapping("A1", "3B035000002327201");
  ASSERT_TRUE(table_->append({&m, 1}, clock_));
  auto database = db::Database::open_sqlite(folder_->path() / "codes.db");
  ASSERT_TRUE(database);
  for (const char* sql : {"UPDATE code_mapping SET std_code = 'x'", "DELETE FROM code_mapping",
                          "REPLACE INTO code_mapping SELECT * FROM code_mapping"})
    EXPECT_FALSE((*database)->run("attack", [&](soci::session& session) { session << sql; })) << sql;
  EXPECT_EQ(table_->list({})->front().std_code, "3B035000002327201");
}

TEST_F(CodeTables, TheSecondConfirmationComesFromAnotherPerson) {
  const Mapping m = mapping("A1", "3B035000002327201");
  ASSERT_TRUE(table_->append({&m, 1}, clock_));
  ASSERT_EQ(table_->confirm(m, "sato", clock_)->status, Status::kConfirmedByOne);
  const auto again = table_->confirm(m, "sato", clock_);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, "codes.same_reviewer");
  EXPECT_EQ(table_->confirm(m, "suzuki", clock_)->status, Status::kConfirmedByTwo);
}

TEST_F(CodeTables, TwoStandardCodesAreNotConfirmedForOneLocalCodeAndPeriod) {
  const Mapping m[] = {mapping("A1", "3B035000002327201"), mapping("A1", "3B045000002327201")};
  ASSERT_TRUE(table_->append(m, clock_));
  ASSERT_TRUE(table_->confirm(m[0], "sato", clock_));
  const auto second = table_->confirm(m[1], "suzuki", clock_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, "codes.conflict");
}

TEST_F(CodeTables, ASuggestionNeverFollowsADecision) {
  Mapping m = mapping("A1", "3B035000002327201");
  ASSERT_TRUE(table_->append({&m, 1}, clock_));
  ASSERT_TRUE(table_->reject(m, "sato", "no", clock_));
  m.confidence = 0.99;
  EXPECT_EQ(table_->append({&m, 1}, clock_)->written, 0U);
  EXPECT_EQ(table_->list({})->front().status, Status::kRejected);
}

TEST_F(CodeTables, TheSameSuggestionTwiceIsOneVersion) {
  const Mapping m = mapping("A1", "3B035000002327201");
  ASSERT_EQ(table_->append({&m, 1}, clock_)->written, 1U);
  EXPECT_EQ(table_->append({&m, 1}, clock_)->written, 0U);
}

TEST_F(CodeTables, ReadingGoesByDate) {
  Mapping before = mapping("ALP", "3B070000002327701"), after = mapping("ALP", "3B070000002327501");
  before.valid_to = 20200630;
  after.valid_from = 20200701;
  before.status = after.status = Status::kConfirmedByTwo;
  const Mapping both[] = {before, after};
  const CodeReader reader(both, {});
  EXPECT_EQ(reader.find("H01", Kind::kLab, "99LAB", "ALP", 20200630)->std_code, "3B070000002327701");
  EXPECT_EQ(reader.find("H01", Kind::kLab, "99LAB", "ALP", 20200701)->std_code, "3B070000002327501");
  EXPECT_EQ(reader.find("H02", Kind::kLab, "99LAB", "ALP", 20200701), nullptr);
}

TEST_F(CodeTables, SuggestionsAreUsedOnlyWhenAskedForAndSureEnough) {
  Mapping m = mapping("A1", "3B035000002327201");
  EXPECT_EQ(CodeReader({&m, 1}, {}).find("H01", Kind::kLab, "99LAB", "A1", 20200101), nullptr);
  EXPECT_EQ(CodeReader({&m, 1}, {.at_least = Status::kSuggested, .confidence = 0.95})
                .find("H01", Kind::kLab, "99LAB", "A1", 20200101),
            nullptr);
  EXPECT_NE(CodeReader({&m, 1}, {.at_least = Status::kSuggested, .confidence = 0.85})
                .find("H01", Kind::kLab, "99LAB", "A1", 20200101),
            nullptr);
}

TEST_F(CodeTables, CsvGoesOutAndComesBack) {
  Mapping m = mapping("A,1", "3B035000002327201");
  m.local_name = "引用\"符";
  m.valid_from = 20200101;
  std::string csv;
  write_mappings({&m, 1}, csv);
  const auto back = read_mappings(csv, "t.csv");
  ASSERT_TRUE(back) << back.error().describe();
  ASSERT_EQ(back->size(), 1U);
  EXPECT_EQ(back->front().local_code, "A,1");
  EXPECT_EQ(back->front().local_name, "引用\"符");
  EXPECT_EQ(back->front().valid_from, 20200101);
}

TEST_F(CodeTables, ABadRowIsRefusedWithItsLine) {
  const auto bad =
      read_mappings("hospital,kind,local_code,std_system,std_code\nH01,lab,A1,JC10,3B\nH01,soup,A1,JC10,3B\n", "t.csv");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, "codes.table_csv");
  EXPECT_EQ(bad.error().place.line, 3);
}

}  // namespace
}  // namespace sekisho::codes
