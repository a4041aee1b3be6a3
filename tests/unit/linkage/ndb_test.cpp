#include "linkage/ndb.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/csv.h"
#include "core/file.h"
#include "core/random.h"

namespace sekisho::linkage {
namespace {

const Bytes kKey(32, 7);

struct NdbTest : testing::Test {
  TemporaryFolder folder = *TemporaryFolder::create();
  NdbReport report;
  using Row = std::map<std::string, std::string>;

  std::map<std::string, Row> identify(const std::string& rows) {
    const std::string header =
        "record_id,insurer,symbol,number,name,birth_date,sex,claim_month,outcome,personal_number\n";
    EXPECT_TRUE(write_file_durable(folder.path() / "in.csv", header + rows));
    const auto done = report_ndb({folder.path() / "in.csv"}, "", kKey, folder.path() / "out.csv");
    EXPECT_TRUE(done) << done.error().describe();
    report = *done;
    std::map<std::string, Row> out;
    const auto table = read_csv_file(folder.path() / "out.csv");
    for (const auto& cells : table->rows)
      for (std::size_t c = 0; c < cells.size(); ++c)
        out[cells[0]][table->header[c]] = cells[c];
    return out;
  }
};

// Made with Python's hmac over "ID1", insurer, number, birth date, sex, symbol, each followed by U+001F.
TEST(Ndb, HashesAreThoseOfAnIndependentImplementation) {
  EXPECT_EQ(ndb_hash(kKey, "ID1", {"06123456", "12", "1970-01-02", "1", "|", "あ"}),
            "3a0aa887bae653bfc1023c08649c29f7");
  EXPECT_EQ(ndb_hash(kKey, "ID1", {"06123456", "", "1970-01-02"}), "");
  EXPECT_NE(ndb_hash(kKey, "ID1", {"ab", "c"}), ndb_hash(kKey, "ID1", {"a", "bc"}));
}

TEST_F(NdbTest, Id1ChangesWithTheJobAndId2WithTheNameAndId0FollowsBoth) {
  auto r = identify(
      "a,06123456,10,1,佐藤　花子,1980-05-05,2,202001,,\n"
      "b,01130012,20,2,佐藤　花子,1980-05-05,2,202004,,\n"    // another job
      "c,01130012,20,2,鈴木　花子,1980-05-05,2,202007,,\n");  // a marriage
  EXPECT_NE(r["a"]["id1"], r["b"]["id1"]);
  EXPECT_EQ(r["a"]["id2"], r["b"]["id2"]);
  EXPECT_EQ(r["b"]["id1"], r["c"]["id1"]);
  EXPECT_NE(r["b"]["id2"], r["c"]["id2"]);
  EXPECT_EQ(r["a"]["id0"], r["b"]["id0"]);
  EXPECT_EQ(r["b"]["id0"], r["c"]["id0"]);
  EXPECT_EQ(report.id1_changes, 1u);
  EXPECT_EQ(report.id2_changes, 1u);
}

TEST_F(NdbTest, BothChangesAtOnceBreakTheChain) {
  auto r = identify(
      "a,06123456,10,1,佐藤　花子,1980-05-05,2,202001,,\n"
      "b,01130012,20,2,鈴木　花子,1980-05-05,2,202004,,\n");
  EXPECT_NE(r["a"]["id0"], r["b"]["id0"]);
}

TEST_F(NdbTest, TheSchemeOfTheElderlyGivesANewId1WithoutASymbol) {
  auto r = identify(
      "a,06123456,10,1,佐藤　花子,1945-05-05,2,202004,,\n"
      "b,39130012,,00000012,佐藤　花子,1945-05-05,2,202006,,\n");
  EXPECT_FALSE(r["b"]["id1"].empty());
  EXPECT_NE(r["a"]["id1"], r["b"]["id1"]);
  EXPECT_EQ(r["a"]["id0"], r["b"]["id0"]);
}

TEST_F(NdbTest, Id1nOverlooksNotationAndId1DoesNot) {
  auto r = identify(
      "a,06123456,１０-２,００１,佐藤　花子,昭和55年5月5日,2,202001,,\n"
      "b,06123456,102,1,佐藤花子,1980-05-05,2,202002,,\n");
  EXPECT_NE(r["a"]["id1"], r["b"]["id1"]);
  EXPECT_NE(r["a"]["id2"], r["b"]["id2"]);
  EXPECT_EQ(r["a"]["id1n"], r["b"]["id1n"]);
}

TEST_F(NdbTest, TwinsOfOneSexShareId1AndMergeAsTheyDoInTheNdb) {
  auto r = identify(
      "a,06123456,10,1,佐藤　一郎,2010-05-05,1,202001,,\n"
      "b,06123456,10,1,佐藤　二郎,2010-05-05,1,202001,,\n");
  EXPECT_EQ(r["a"]["id1"], r["b"]["id1"]);
  EXPECT_EQ(r["a"]["id0"], r["b"]["id0"]);
}

TEST_F(NdbTest, NobodyGoesOnAfterDeath) {
  auto r = identify(
      "a,06123456,10,1,佐藤　一郎,1940-05-05,1,202001,,\n"
      "b,06123456,10,1,佐藤　一郎,1940-05-05,1,202003,3,\n"
      "c,06123456,10,1,佐藤　一郎,1940-05-05,1,202003,,\n"
      "d,06123456,10,1,佐藤　一郎,1940-05-05,1,202005,,\n");
  EXPECT_EQ(r["a"]["id0"], r["b"]["id0"]);
  EXPECT_EQ(r["b"]["id0"], r["c"]["id0"]);  // the same month
  EXPECT_NE(r["a"]["id0"], r["d"]["id0"]);
  EXPECT_EQ(report.deaths, 1u);
}

TEST_F(NdbTest, Id5IsMissingForNullAndNineAndItsErrorsAreCounted) {
  auto r = identify(
      "a,06123456,10,1,佐藤　一郎,1980-05-05,1,202204,,X1\n"
      "b,06123456,10,1,佐藤　一郎,1980-05-05,1,202205,,9\n"
      "c,06123456,10,1,佐藤　一郎,1980-05-05,1,202206,,X2\n"    // equal ID1N and ID2, another ID5
      "d,01130012,20,2,鈴木　花子,1991-01-01,2,202206,,X1\n");  // one ID5, another sex
  EXPECT_FALSE(r["a"]["id5"].empty());
  EXPECT_EQ(r["b"]["id5"], "");
  EXPECT_EQ(r["b"]["id0n"], r["b"]["id0"]);
  EXPECT_EQ(r["a"]["id0n"], r["d"]["id0n"]);
  EXPECT_EQ(report.id5_differs, 1u);
  EXPECT_EQ(report.id5_conflicts, 1u);
}

TEST(Ndb, TheChainDoesNotDependOnTheOrderOfClaims) {
  SeededRandom random(5);
  std::vector<NdbRecord> records;
  for (int i = 0; i < 400; ++i)
    records.push_back({.id = std::to_string(i),
                       .id1 = random.chance(0.1) ? "" : "i" + std::to_string(random.below(200)),
                       .id2 = random.chance(0.1) ? "" : "n" + std::to_string(random.below(200)),
                       .month = "2020" + std::to_string(10 + random.below(3)),
                       .died = random.chance(0.05)});
  std::vector<NdbRecord> mixed = records;
  for (std::size_t i = mixed.size() - 1; i > 0; --i)
    std::swap(mixed[i], mixed[random.below(i + 1)]);
  chain_id0(records);
  chain_id0(mixed);
  std::map<std::string, std::size_t> person;
  for (const NdbRecord& record : records)
    person[record.id] = record.person;
  for (const NdbRecord& record : mixed)
    EXPECT_EQ(person[record.id], record.person);
  // Nobody died in two months.
  std::map<std::size_t, std::set<std::string>> deaths;
  for (const NdbRecord& record : records)
    if (record.died) deaths[record.person].insert(record.month);
  for (const auto& [_, months] : deaths)
    EXPECT_EQ(months.size(), 1u);
}

TEST_F(NdbTest, AMissingColumnIsNamed) {
  ASSERT_TRUE(write_file_durable(folder.path() / "bad.csv", "record_id,sex\n1,1\n"));
  const auto done = report_ndb({folder.path() / "bad.csv"}, "", kKey, folder.path() / "out.csv");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, "linkage.columns");
  EXPECT_FALSE(report_ndb({folder.path() / "bad.csv"}, "nosuch=A", kKey, folder.path() / "out.csv"));
}

}  // namespace
}  // namespace sekisho::linkage
