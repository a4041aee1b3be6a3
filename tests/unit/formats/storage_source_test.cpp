// Index databases and transaction storages give the same entries as folders.
#include "formats/storage_source.h"

#include <gtest/gtest.h>

#include "formats/reader.h"

namespace sekisho::formats {
namespace {

struct Seen {
  std::string path, reason;
  bool deletion;
};
std::vector<Seen> all(StorageSource& source) {
  std::vector<Seen> out;
  EXPECT_TRUE(source.entries([&](const StorageEntry& e) -> Result<void> {
    out.push_back({e.path, std::string(e.reason), e.deletion});
    return {};
  }));
  return out;
}

constexpr std::string_view kName = "9001000010_-_ADT-00_999999999999999_20240401101500123_-_1";
const std::string kPath = "900/100/9001000010/-/ADT-00/" + std::string(kName);

TEST(IndexSource, RowsBecomePathsWhateverTheOrderOfColumns) {
  const std::string named = "PatientID,FileName,OutRelDirectory,ProcessingType,UpdateDatetime\n9001000010," +
                            std::string(kName) + ",900\\100\\9001000010\\-\\ADT-00,INS,2024-04-01 10:15:01\n";
  auto source = make_index_source(named);
  auto rows = all(*source);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].path, kPath);
  const std::string bare =
      "STD01\t1311234567\t9001000010\t-\tADT-00\t999999999999999\tDEL\t-\t20240401101500123\t"
      "/900/100/9001000010/-/ADT-00/\t" +
      std::string(kName) + "\t20240401101501\n";
  source = make_index_source(bare);
  rows = all(*source);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].path, kPath);
  EXPECT_TRUE(rows[0].deletion);
}

TEST(IndexSource, RowsThatContradictThemselvesAreToldNotGuessed) {
  const std::string text = "PatientID,FileName,OutRelDirectory\n9001000099," + std::string(kName) +
                           ",900/100/9001000010/-/ADT-00\n9001000010,,x\n9001000010," + std::string(kName) +
                           ",900/100/9001000010/-/ADT-01\n";
  const auto source = make_index_source(text);
  const auto rows = all(*source);
  ASSERT_EQ(rows.size(), 3u);
  for (const Seen& row : rows)
    EXPECT_TRUE(row.path.empty() && !row.reason.empty());
  const auto absent = make_index_source("PatientID,Foo\n1,2\n");
  EXPECT_FALSE(absent->entries([](const StorageEntry&) -> Result<void> { return {}; }));
}

TEST(StorageSource, OneVersionHasOneHashWhateverItsFlag) {
  EXPECT_EQ(version_hash(kPath), version_hash(kPath.substr(0, kPath.size() - 1) + "2"));
  EXPECT_NE(version_hash(kPath), version_hash("x" + kPath));
  EXPECT_EQ(storage_place("/mnt/a/" + kPath), kPath);
}

const std::string kMessage =
    "MSH|^~\\&|H|F|G|R|20240401101500||ADT^A08^ADT_A01|1|P|2.5||||||~ISO IR87||ISO 2022-1994\r"
    "EVN||20240401101500\rPID|0001||9001000010^^^^PI||A^B^^^^^L^I~C^D^^^^^L^P||19800229|F\rPV1|0001|O\r";
std::string header(std::string_view kind, std::string_view time, char separator) {
  std::string out;
  for (const std::string_view part :
       {std::string_view("1311234567"), std::string_view("9001000010"), std::string_view("-"),
        std::string_view("ADT-00"), std::string_view("999999999999999"), kind, std::string_view("01"), time})
    (out += part) += separator;
  return out;
}

TEST(TransactionSource, HeadersAreReadWhateverSeparatesTheirValues) {
  for (const char separator : {',', '\t', ' ', '|'}) {
    const std::string text = header("INS", "20240401101500123", separator) + "\r\n" + kMessage +
                             header("DEL", "20240402101500123", separator) + kMessage;
    const auto source = make_transaction_source(as_bytes(text));
    const auto entries = all(*source);
    ASSERT_EQ(entries.size(), 2u) << separator;
    EXPECT_EQ(entries[0].path,
              "900/100/9001000010/-/ADT-00/9001000010_-_ADT-00_999999999999999_20240401101500123_01_1");
    EXPECT_TRUE(entries[1].deletion);
    EXPECT_TRUE(entries[1].path.ends_with("_0"));
  }
}

// One update and one unreadable header: nothing is lost in the account, the last version alone is active.
TEST(TransactionSource, AFileOfTransactionsIsReadLikeTheFilesItSpeaksOf) {
  const std::string text = header("INS", "20240401101500123", ',') + "\r\n" + kMessage +
                           header("INS", "20240402101500123", ',') + "\r\n" + kMessage + "what is this\r\n" + kMessage;
  constexpr std::string_view kFile = "2024/TR_20240401000000000_00001.DAT";
  ASSERT_TRUE(is_transaction_file(kFile));
  EXPECT_FALSE(is_transaction_file("2024/TR_2024.DAT"));
  EXPECT_EQ(sniff(kFile, as_bytes(text)), Family::kSsmix2);
  records::RecordSet set;
  auto reader = make_ssmix2_reader(set, {});
  reader->begin({.path = kFile});
  ASSERT_TRUE(reader->feed(as_bytes(text)));
  ASSERT_TRUE(reader->finish());
  EXPECT_EQ(set.counts.loaded, 4u);
  EXPECT_EQ(set.counts.superseded, 4u);
  EXPECT_EQ(set.counts.quarantined, 1u);
  EXPECT_EQ(set.counts.records, 9u);
  EXPECT_EQ(set.counts.rules["TRANSACTION_HEADER"], 1u);
}

}  // namespace
}  // namespace sekisho::formats
