#include <gtest/gtest.h>

#include "codes/dictionary.h"
#include "codes/evaluate.h"
#include "codes/item.h"

namespace sekisho::codes {
namespace {

TEST(Items, ColumnsAreFoundByEnglishAndJapaneseNames) {
  const auto items =
      read_items_text("院内コード,名称,種別,単位,検体,中央値,件数\nL1,ＧＯＴ,検査,U/L,血清,23,100\n", "x.csv");
  ASSERT_TRUE(items) << items.error().describe();
  ASSERT_EQ(items->size(), 1U);
  const LocalItem& item = items->front();
  EXPECT_EQ(item.code, "L1");
  EXPECT_EQ(item.name, "ＧＯＴ");
  EXPECT_EQ(item.kind, Kind::kLab);
  EXPECT_EQ(item.specimen, "血清");
  EXPECT_DOUBLE_EQ(item.values.middle, 23);
  EXPECT_DOUBLE_EQ(item.values.count, 100);
}

TEST(Items, ClaimedCodesCarryCounts) {
  const auto items = read_items_text("local_code,name,claimed\nA,b,160022510:5;111000110:9\n", "x.csv");
  ASSERT_TRUE(items);
  ASSERT_EQ(items->front().claimed.size(), 2U);
  EXPECT_EQ(items->front().claimed[0].first, "111000110");
  EXPECT_DOUBLE_EQ(items->front().claimed[0].second, 9);
}

TEST(Items, WithoutCodeOrNameColumnTheInputIsRefused) {
  const auto items = read_items_text("x,y\n1,2\n", "x.csv");
  ASSERT_FALSE(items);
  EXPECT_EQ(items.error().code, "codes.input");
}

TEST(Items, TitlesAboveTheHeaderBlanksInItAndSemicolonsAreUnderstood) {
  for (const char* text : {"院内検査項目一覧\n\n 院内コード ;　名称;単位\nL1;ＧＯＴ;U/L\n",
                           "院内検査項目一覧,2024年,\n\n院内コード,名称,単位\nL1,ＧＯＴ,U/L\n"}) {
    const auto found = read_items_text(text, "x.csv");
    ASSERT_TRUE(found) << found.error().describe();
    ASSERT_EQ(found->size(), 1U);
    EXPECT_EQ(found->front().unit, "U/L");
  }
}

TEST(Items, ARowWithTooFewFieldsIsRefusedWithItsLine) {
  const auto items = read_items_text("local_code,name,unit\nA,b,c\nA,b\n", "x.csv");
  ASSERT_FALSE(items);
  EXPECT_EQ(items.error().place.line, 3);
}

TEST(Items, WhatIsWrittenIsReadBack) {
  LocalItem item;
  item.hospital = "H01";
  item.code = "A1";
  item.name = "名,前";
  item.kind = Kind::kDrug;
  item.first = 20200101;
  item.values = {1, 2, 3, 4};
  item.claimed = {{"111000110", 3}};
  std::string csv;
  write_items({&item, 1}, csv);
  const auto back = read_items_text(csv, "x.csv");
  ASSERT_TRUE(back) << back.error().describe();
  EXPECT_EQ(back->front().name, "名,前");
  EXPECT_EQ(back->front().first, 20200101);
  EXPECT_DOUBLE_EQ(back->front().values.high, 3);
  EXPECT_EQ(back->front().claimed, item.claimed);
}

TEST(Masters, ADifferentialPatchKeepsTheNameAndAnAbolitionEndsTheCode) {
  // Column numbers of the drug master: 3 code, 5 name, 10 unit, 31 abolition (reference on masters, section 2).
  const auto row = [](std::string_view change, std::string_view name, std::string_view end) {
    std::string out;
    for (int column = 1; column <= 35; ++column) {
      std::string_view value = "";
      if (column == 1) value = change;
      if (column == 2) value = "Y";
      if (column == 3) value = "620000001";
      if (column == 5) value = name;
      if (column == 31) value = end;
      out += (column > 1 ? ",\"" : "\"") + std::string(value) + "\"";
    }
    return out + "\r\n";
  };
  DictionaryLoader loader;
  ASSERT_TRUE(loader.take_text("y_ALL20240101.csv", row("3", "アスピリン", "99999999")));
  ASSERT_TRUE(loader.take_text("y_20240301.csv", row("5", "", "")));
  ASSERT_TRUE(loader.take_text("y_20240401.csv", row("9", "", "20240331")));
  const Dictionary dictionary = loader.finish();
  const int found = dictionary.find("REC", "620000001");
  ASSERT_GE(found, 0);
  EXPECT_EQ(dictionary.entries()[static_cast<std::size_t>(found)].name, "アスピリン");
  EXPECT_EQ(dictionary.entries()[static_cast<std::size_t>(found)].to, 20240331);
}

TEST(Evaluation, SharesCountTheFirstAndTheFirstFive) {
  std::vector<Mapping> suggestions;
  const auto add = [&](std::string_view local, std::string_view standard, int rank, double confidence) {
    Mapping m;
    m.local_code = local;
    m.std_code = standard;
    m.rank = rank;
    m.confidence = confidence;
    suggestions.push_back(m);
  };
  add("A", "1", 1, 0.9);
  add("B", "2", 1, 0.6);
  add("B", "3", 2, 0.3);
  const TruthRow truth[] = {{"", "", "", "A", "1"}, {"", "", "", "B", "3"}, {"", "", "", "C", "4"}};
  const auto result = evaluate(suggestions, truth, nullptr);
  EXPECT_EQ(result.all.items, 3U);
  EXPECT_EQ(result.all.first, 1U);
  EXPECT_EQ(result.all.five, 2U);
  EXPECT_EQ(result.missing, 1U);
  // (|0.9 - 1| + |0.6 - 0| + |0 - 0|) / 3
  EXPECT_NEAR(result.all.calibration_error(), 0.7 / 3, 1e-12);
  EXPECT_NEAR(result.all.brier, 0.01 + 0.36, 1e-12);
}

}  // namespace
}  // namespace sekisho::codes
