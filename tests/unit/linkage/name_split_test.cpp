// Japanese whole names without a blank.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/file.h"
#include "linkage/table.h"

namespace sekisho::linkage {
namespace {

class NameSplitTest : public testing::Test {
 protected:
  // "family|given" of each row of a file of kanji and kana names.
  std::vector<std::string> parts(std::string_view rows, const std::string& family, const std::string& given,
                                 const std::vector<std::string_view>& known_families = {}) {
    const std::filesystem::path file = folder.path() / "in.csv";
    EXPECT_TRUE(write_file_durable(file, "id,氏名,フリガナ\n" + std::string(rows)));
    const auto spec = ModelSpec::load(std::filesystem::path(SEKISHO_SOURCE_DIR) / "specs/linkage/japanese.toml");
    EXPECT_TRUE(spec) << spec.error().describe();
    const auto known = [&](std::size_t field, const NameVisitor& visit) {
      if (spec->fields[field].name == family)
        for (const std::string_view name : known_families)
          visit(name, 20);
    };
    const auto table = read_table(*spec, {file}, known_families.empty() ? KnownNames() : known);
    EXPECT_TRUE(table) << table.error().describe();
    std::vector<std::string> out;
    const auto value = [&](const std::string& field, std::size_t row) {
      const Column& column = table->columns[*spec->field(field)];
      return std::string(column.values[column.codes[row]]);
    };
    for (std::size_t row = 0; row < table->rows; ++row)
      out.push_back(value(family, row) + "|" + value(given, row));
    return out;
  }
  TemporaryFolder folder = *TemporaryFolder::create();
};

TEST_F(NameSplitTest, NamesWithABlankTeachWhereThoseWithoutAreCut) {
  const auto kanji = parts(
      "1,森　健太,モリ ケンタ\n2,長谷川　翔,ハセガワ ショウ\n3,森健太,モリケンタ\n4,長谷川翔,ハセガワショウ\n"
      "5,山田　由美子,ヤマタ ユミコ\n6,森由美子,モリユミコ\n",
      "family_kanji", "given_kanji");
  EXPECT_EQ(kanji[2], kanji[0]);
  EXPECT_EQ(kanji[3], kanji[1]);
  EXPECT_EQ(kanji[5], "森|由美子");
  const auto kana =
      parts("1,森　健太,モリ ケンタ\n2,森健太,モリケンタ\n3,森　翔,ｼﾞｮﾝ･ｽﾐｽ\n", "family_kana", "given_kana");
  EXPECT_EQ(kana[1], kana[0]);
  EXPECT_EQ(kana[2].substr(0, 1), "|") << "a name with a middle dot is not cut";
}

TEST_F(NameSplitTest, WhereNoNameHasABlankTheOthersAndUsualLengthsDecide) {
  std::string rows;
  int id = 0;
  // Families and given names that meet often enough to show; 森 and 五十嵐 have unusual lengths.
  for (const char* family : {"田中", "山本", "森", "五十嵐", "鈴木"})
    for (const char* given : {"翔", "健太", "陽子", "由美子", "太郎"})
      rows += fmt::format("{},{}{},\n", ++id, family, given);
  const auto names = parts(rows, "family_kanji", "given_kanji");
  EXPECT_EQ(names[1], "田中|健太");
  EXPECT_EQ(names[3], "田中|由美子");
  EXPECT_EQ(names[10], "森|翔");
  EXPECT_EQ(names[11], "森|健太");
  EXPECT_EQ(names[16], "五十嵐|健太");
  EXPECT_EQ(names[18], "五十嵐|由美子");
}

TEST_F(NameSplitTest, WhatIsKnownOfOthersTellsWhereAFewNamesAreCut) {
  const std::string rows = "1,森健太,\n2,長谷川翔,\n";
  const auto alone = parts(rows, "family_kanji", "given_kanji");
  EXPECT_EQ(alone[0], "森健|太") << "usual lengths, where nothing is known";
  const auto known = parts(rows, "family_kanji", "given_kanji", {"森", "長谷川"});
  EXPECT_EQ(known[0], "森|健太");
  EXPECT_EQ(known[1], "長谷川|翔");
}

}  // namespace
}  // namespace sekisho::linkage
