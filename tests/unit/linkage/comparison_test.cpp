// Levels of comparisons that look at several fields of a file.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/file.h"
#include "linkage/blocking.h"
#include "linkage/comparison.h"
#include "linkage/suggest.h"

namespace sekisho::linkage {
namespace {

class ComparisonTest : public testing::Test {
 protected:
  std::filesystem::path write(std::string_view text) {
    const std::filesystem::path file = folder.path() / "in.csv";
    EXPECT_TRUE(write_file_durable(file, text));
    return file;
  }
  // The level of the comparison `name` of a shipped spec between the first two rows; -1: it does not take part.
  int level(const std::string& spec_name, std::string_view name, std::string_view text) {
    const auto spec =
        ModelSpec::load(std::filesystem::path(SEKISHO_SOURCE_DIR) / "specs/linkage" / (spec_name + ".toml"));
    EXPECT_TRUE(spec) << spec.error().describe();
    auto table = read_table(*spec, {write(text)});
    EXPECT_TRUE(table) << table.error().describe();
    group_records(*table, {0, 1});
    const Comparator comparator(*spec, *table);
    for (std::size_t c = 0; c < comparator.size(); ++c)
      if (comparator.spec(c).name == name) return level_in(comparator.pattern(0, 1), c);
    return -1;
  }
  TemporaryFolder folder = *TemporaryFolder::create();
};

TEST_F(ComparisonTest, TownPostcodeAndStateAreOneFactWhateverIsMissing) {
  const auto place = [&](const std::string& a, const std::string& b) {
    return level("western", "place", "id,city,zip,state\n1," + a + "\n2," + b + "\n");
  };
  EXPECT_EQ(place("Dover,12345,CA", "Dover,12345,NY"), 1);
  EXPECT_EQ(place("Dover,12345,CA", "Dover,,CA"), 2);
  EXPECT_EQ(place(",12345,CA", "Dover,12345,CA"), 3);
  EXPECT_EQ(place("Dover,12345,CA", "Dover,12346,CA"), 4);
  EXPECT_EQ(place("Dover,12345,CA", "Dover,54321,CA"), 5);
  EXPECT_EQ(place("Dover,12345,CA", "Springfield,54321,CA"), 9);
  EXPECT_EQ(place("Dover,12345,CA", "Springfield,54321,NY"), 10);
  EXPECT_EQ(place(",,", "Dover,12345,CA"), 0);
  EXPECT_EQ(level("western", "place", "id,zip\n1,12345\n2,12345\n"), 3);
}

TEST_F(ComparisonTest, AYearOrAnAgeComparesWhereNoDateStands) {
  EXPECT_EQ(level("western", "birth_date", "id,yob\n1,1970\n2,1972\n"), 6);
  EXPECT_EQ(level("western", "birth_date", "id,yob\n1,1970\n2,1975\n"), 7);
  EXPECT_EQ(level("western", "birth_date", "id,yob\n1,1970\n2,1990\n"), 8);
  EXPECT_EQ(level("historical", "birth_date", "id,age\n1,34\n2,34\n"), 4);
  EXPECT_EQ(level("historical", "birth_date", "id,age\n1,34\n2,36\n"), 6);
}

TEST_F(ComparisonTest, TwoNamesAreComparedOnlyWhereNoWholeNameStands) {
  EXPECT_EQ(level("historical", "surname", "id,given_name,surname\n1,Ann,Lee\n2,Ann,Lee\n"), 1);
  EXPECT_EQ(level("historical", "surname", "id,full_name,surname\n1,Ann Lee,Lee\n2,Ann Lee,Lee\n"), -1);
}

TEST_F(ComparisonTest, PartsOfAWholeNameKnowMiddleNamesAndLeadingSurnames) {
  EXPECT_EQ(name_part("Lee, Ann Mary Sue", NamePart::kMiddle, false), "Mary Sue");
  EXPECT_EQ(name_part("Ann Mary Lee", NamePart::kMiddle, false), "Mary");
  EXPECT_EQ(name_part("Lee,", NamePart::kLast, false), "Lee");
  EXPECT_EQ(name_part("Lee,", NamePart::kFirst, false), "");
  EXPECT_EQ(name_part("Ann", NamePart::kMiddle, false), "");
  EXPECT_EQ(name_part("VAN DER BERG, Anna", NamePart::kLast, false), "VAN DER BERG");
  EXPECT_EQ(name_part("GARCIA LOPEZ, Maria Jose", NamePart::kFirst, false), "Maria");
  EXPECT_EQ(name_part("Dr. John Smith Jr.", NamePart::kLast, false), "Smith");
  EXPECT_EQ(name_part("Mrs Smith, Ann", NamePart::kLast, false), "Smith");
  EXPECT_EQ(name_part("Mr John Q. Smith III", NamePart::kFirst, false), "John");
  EXPECT_EQ(name_part("thomas clifford, 1st baron clifford", NamePart::kLast, false), "clifford");
}

TEST_F(ComparisonTest, AnInitialIsLessThanAShortFormAndAMiddleNameMayBeTheOneInUse) {
  const auto given = [&](const std::string& a, const std::string& b) {
    return levels_of(
               ComparisonType::kGivenName)[static_cast<std::size_t>(level(
                                               "western", "given_name",
                                               "id,first_name,last_name,middle_name\n1," + a + "\n2," + b + "\n"))]
        .name;
  };
  EXPECT_EQ(given("tommy,lee,", "thomas,lee,"), "short form");
  EXPECT_EQ(given("debbie,lee,", "deborah,lee,"), "short form");
  EXPECT_EQ(given("wm,lee,", "william,lee,"), "short form");
  EXPECT_EQ(given("t,lee,", "thomas,lee,"), "initial");
  EXPECT_EQ(given("jean,lee,amanda", "amanda,lee,j"), "a middle name of the other");
  EXPECT_EQ(given("j,lee,amanda", "amanda,lee,"), "a middle name of the other");
  EXPECT_EQ(given("jean,lee,a", "amanda,lee,"), "different") << "an initial is no name in use";
}

TEST_F(ComparisonTest, AddressesOfNamesakesAtOneProviderDifferByNumber) {
  const auto email = [&](const std::string& a, const std::string& b) {
    return level("western", "email", "id,email\n1," + a + "\n2," + b + "\n");
  };
  EXPECT_EQ(email("ann.lee72@mail.example", "ann.lee63@mail.example"), 4);
  EXPECT_EQ(email("ann.lee72@mail.example", "ann.lee72@web.example"), 2);
  EXPECT_EQ(email("ann.lee72@mail.example", "ann.le72@mail.example"), 3);
}

TEST_F(ComparisonTest, AgesOfTwoCountsDifferByTheYearsBetween) {
  std::string first = "id,forename,surname,age,source\n", second;
  for (int i = 0; i < 40; ++i) {
    const std::string name = fmt::format("ann{},lee{}", char('a' + i % 20), char('a' + i / 2));
    first += fmt::format("a{},{},{},1\n", i, name, 20 + i);
    second += fmt::format("b{},{},{},2\n", i, name, 30 + i + (i % 5 == 0 ? 1 : 0));
  }
  const auto spec = ModelSpec::load(std::filesystem::path(SEKISHO_SOURCE_DIR) / "specs/linkage/western.toml");
  auto table = read_table(*spec, {write(first + second)});
  ASSERT_TRUE(table) << table.error().describe();
  group_records(*table);
  const Comparator comparator(*spec, *table);
  const auto ages = [&](std::uint32_t a, std::uint32_t b) {
    for (std::size_t c = 0; c < comparator.size(); ++c)
      if (comparator.spec(c).type == ComparisonType::kDate) return level_in(comparator.pattern(a, b), c);
    return -1;
  };
  EXPECT_EQ(ages(1, 41), 4) << "ten years later ten years older: equal";
  EXPECT_EQ(ages(5, 45), 6) << "eleven";
  EXPECT_EQ(ages(1, 2), 6) << "inside one count as they stand";
  EXPECT_EQ(ages(11, 41), 8) << "equal as written: ten years apart";
}

TEST_F(ComparisonTest, JapaneseNamesInEachOthersColumnCountOnce) {
  const std::string rows = "id,sei,mei,seikana,meikana\n1,河野,大輔,コウノ,ダイスケ\n2,大輔,河野,ダイスケ,コウノ\n";
  EXPECT_EQ(level("japanese", "given_name", rows), 9);
  EXPECT_EQ(level("japanese", "family_name", rows), 0) << "the given name tells it";
  EXPECT_LE(levels_of(ComparisonType::kJpGiven)[9].most, 0.1) << "whatever the data say";
}

TEST_F(ComparisonTest, SwappedNamesMeetUnderOneKeyWithTheBirthDate) {
  const auto spec = ModelSpec::load(std::filesystem::path(SEKISHO_SOURCE_DIR) / "specs/linkage/japanese.toml");
  ASSERT_TRUE(spec);
  std::size_t together = 0;
  for (std::size_t rule = 0; rule < spec->blocks.size(); ++rule) {
    const auto keys_of = [&](std::string_view family, std::string_view given, std::string_view date) {
      std::vector<std::string_view> values(spec->fields.size());
      values[*spec->field("family_kanji")] = family, values[*spec->field("given_kanji")] = given;
      values[*spec->field("birth_date")] = date;
      std::vector<std::uint64_t> keys;
      block_keys(*spec, rule, values, 1, keys);
      return keys;
    };
    const auto plain = keys_of("河野", "大輔", "19800102");
    if (plain.empty() || plain != keys_of("大輔", "河野", "19800102")) continue;
    ++together;
    EXPECT_NE(plain, keys_of("大輔", "河野", "19800103")) << "the date is part of the key";
  }
  EXPECT_EQ(together, 1U);
}

TEST_F(ComparisonTest, ASuggestionKnowsHeadingsByTheirWords) {
  std::string text =
      "科,電話１,携帯TEL,現住所,姓（漢字）,名（漢字）,来院日,誕生日（西暦）,カルテ番号,被保険者記号,保険者番号\n";
  static constexpr const char* kFamily[] = {"山田", "川口", "森", "佐々木", "長谷川"};
  static constexpr const char* kGiven[] = {"太郎", "花子", "一", "由美子", "翔"};
  for (int i = 0; i < 60; ++i)
    text += fmt::format("内科,03-1234-56{:02},,東京都港区{}-2,{},{},2024-01-{:02},{}-03-{:02},{:06},あ{},0613{:04}\n",
                        10 + i % 40, 1 + i, kFamily[i % 5], kGiven[i % 4], 1 + i % 28, 1930 + i, 1 + i % 28, 77 + i,
                        i % 30, 1000 + i % 9);
  const auto found = suggest(write(text));
  ASSERT_TRUE(found) << found.error().describe();
  static constexpr const char* kRoles[] = {"", "phone",      "",          "address", "family_kanji", "given_kanji",
                                           "", "birth_date", "record_id", "symbol",  "insurer"};
  for (std::size_t i = 0; i < std::size(kRoles); ++i)
    EXPECT_EQ(found->columns[i].role, kRoles[i]) << found->columns[i].column;
}

TEST_F(ComparisonTest, ASuggestionFindsTheRecordIdWhereverItStandsAndObeysWhatIsNamed) {
  std::string text = "ward,LastName,FirstName,admitted,chart,dob,homePhone,resCity\n";
  for (int i = 0; i < 60; ++i)
    text += fmt::format("{},smith{},ann{},2024-01-{:02},{:010},{}-02-03,0{},{}\n", "AB"[i % 2], char('a' + i % 26),
                        char('a' + i % 13), 1 + i % 28, i * 7, 1930 + i % 50, 5550000 + i % 50,
                        i % 3 != 0 ? "Dover" : "Kent");
  const std::filesystem::path file = write(text);
  const auto found = suggest(file);
  ASSERT_TRUE(found) << found.error().describe();
  static constexpr const char* kRoles[] = {"",          "surname",    "given_name", "",
                                           "record_id", "birth_date", "phone",      "suburb"};
  for (std::size_t i = 0; i < std::size(kRoles); ++i)
    EXPECT_EQ(found->columns[i].role, kRoles[i]) << found->columns[i].column;
  const auto named = suggest(file, "birth_date=admitted");
  ASSERT_TRUE(named) << named.error().describe();
  EXPECT_EQ(named->columns[3].role, "birth_date");
  EXPECT_EQ(named->columns[5].role, "");
  EXPECT_EQ(suggest(file, "birth_date=nowhere").error().code, "linkage.columns");
  EXPECT_EQ(suggest(file, "flavour=ward").error().code, "usage.columns");
  EXPECT_EQ(suggest(write("a,b\nann,lee\nann,lee\n")).error().code, "linkage.columns") << "no id";
}

TEST_F(ComparisonTest, ASuggestionTellsJapaneseColumnsByTheirValues) {
  std::string text = "no,a,b,c,d,e\n";
  for (int i = 0; i < 60; ++i)
    text += std::to_string(i) + ",山田" + (i % 2 != 0 ? "川" : "口") + ",太郎" + (i % 3 != 0 ? "丸" : "介") +
            ",ヤマダ" + (i % 2 != 0 ? "カワ" : "グチ") + ",タロウ" + (i % 3 != 0 ? "マル" : "スケ") + ",19" +
            std::to_string(30 + i) + "-02-03\n";
  const auto found = suggest(write(text));
  ASSERT_TRUE(found) << found.error().describe();
  static constexpr const char* kRoles[] = {"record_id",   "family_kanji", "given_kanji",
                                           "family_kana", "given_kana",   "birth_date"};
  for (std::size_t i = 0; i < std::size(kRoles); ++i)
    EXPECT_EQ(found->columns[i].role, kRoles[i]);
  EXPECT_TRUE(ModelSpec::parse(found->spec, "suggested"));
}

}  // namespace
}  // namespace sekisho::linkage
