// Files where little is known of each person: years for dates, names that are written in many ways, several counts.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/file.h"
#include "linkage/blocking.h"
#include "linkage/comparison.h"
#include "linkage/suggest.h"

namespace sekisho::linkage {
namespace {

class WeakFacts : public testing::Test {
 protected:
  static ModelSpec spec(const std::string& blocks) {
    auto parsed = ModelSpec::parse(R"(
kind = "probabilistic"
all_pairs_below = 0
[[field]]
name = "record_id"
columns = ["id"]
[[field]]
name = "surname"
type = "name"
columns = ["surname"]
[[field]]
name = "birth_year"
type = "digits"
columns = ["yob"]
[[field]]
name = "birth_month"
columns = []
[[field]]
name = "birth_day"
columns = []
[[field]]
name = "birth_date"
type = "date"
columns = ["dob"]
parts = ["birth_year", "birth_month", "birth_day"]
[[comparison]]
name = "surname"
type = "surname"
fields = ["surname"]
[[comparison]]
name = "birth_date"
type = "date"
fields = ["birth_date"]
)" + blocks,
                                   "test");
    EXPECT_TRUE(parsed) << parsed.error().describe();
    return *parsed;
  }
  std::filesystem::path write(std::string_view text) {
    const std::filesystem::path file = folder.path() / "in.csv";
    EXPECT_TRUE(write_file_durable(file, text));
    return file;
  }
  std::vector<std::pair<std::uint32_t, std::uint32_t>> candidates(const ModelSpec& spec, std::string_view text) {
    auto table = read_table(spec, {write(text)});
    EXPECT_TRUE(table) << table.error().describe();
    group_records(*table);
    std::vector<std::pair<std::uint32_t, std::uint32_t>> out;
    for (const Pair pair : find_candidates(spec, *table).pairs)
      out.emplace_back(table->first_of[first(pair)], table->first_of[second(pair)]);
    return out;
  }
  TemporaryFolder folder = *TemporaryFolder::create();
};

TEST_F(WeakFacts, YearsAtMostTwoApartMeetAndThoseFarApartDoNot) {
  const ModelSpec years = spec("[[block]]\nkey = [\"surname\", \"birth_date:years\"]\n");
  for (int year = 1848; year < 1856; ++year)
    for (int apart = 0; apart <= 12; ++apart) {
      const auto found = candidates(years, fmt::format("id,surname,yob\n1,lee,{}\n2,lee,{}\n", year, year + apart));
      if (apart == 0) {
        EXPECT_TRUE(found.empty()) << "equal records are one group";
      } else if (apart <= 2) {
        EXPECT_EQ(found.size(), 1U) << year << " and " << apart;
      } else if (apart > 3) {
        EXPECT_TRUE(found.empty()) << year << " and " << apart;
      }
    }
}

TEST_F(WeakFacts, ARuleForSmallFilesIsNoneForLargerOnes) {
  const std::string rows = "id,surname,yob\n1,lee,1850\n2,lee,1870\n3,moor,1850\n";
  EXPECT_EQ(candidates(spec("[[block]]\nkey = [\"surname\"]\nup_to = 3\n"), rows).size(), 1U);
  EXPECT_EQ(candidates(spec("[[block]]\nkey = [\"surname\"]\nup_to = 2\n"), rows).size(), 0U);
  EXPECT_FALSE(
      ModelSpec::parse("kind = \"probabilistic\"\n[[field]]\nname = \"record_id\"\n[[comparison]]\nname = "
                       "\"a\"\ntype = \"text\"\nfields = [\"record_id\"]\n[[block]]\nkey = "
                       "[\"record_id\"]\nup_to = -1\n",
                       "test"));
}

TEST_F(WeakFacts, WhereADateIsEmptyTheYearOfTheRowStands) {
  const ModelSpec one = spec("[[block]]\nkey = [\"surname\"]\n");
  auto table = read_table(one, {write("id,surname,yob,dob\n1,lee,1850,\n2,lee,1900,1850-03-04\n3,lee,,\n")});
  ASSERT_TRUE(table) << table.error().describe();
  const Column& dates = table->columns[*one.field("birth_date")];
  EXPECT_EQ(dates.values[dates.codes[0]], "18500000");
  EXPECT_EQ(dates.values[dates.codes[1]], "18500304") << "the date says more than the year beside it";
  EXPECT_EQ(dates.codes[2], 0U);
}

TEST_F(WeakFacts, AShortColumnInWhichNobodyStandsTwiceIsTheSource) {
  // Sixty persons in both counts; who owns a house is told by chance.
  std::string text = "id,kind,year,forename,surname,house\n";
  for (int i = 0; i < 120; ++i)
    text += fmt::format("r{},{},{},{},lee{}{},{}\n", i, i % 7 % 3, i < 60 ? 1871 : 1881, i % 2 != 0 ? "ann" : "john",
                        char('a' + i % 60 / 26), char('a' + i % 60 % 26), i * 7 % 5 % 2 == 0 ? "yes" : "no");
  const auto found = suggest(write(text));
  ASSERT_TRUE(found) << found.error().describe();
  EXPECT_EQ(found->columns[1].role, "");
  EXPECT_EQ(found->columns[2].role, "source") << "two years of counts are no years of birth";
  EXPECT_EQ(found->columns[5].role, "");
}

TEST_F(WeakFacts, OneNameInTwoLanguagesIsAShortFormOfIt) {
  const auto western = ModelSpec::load(std::filesystem::path(SEKISHO_SOURCE_DIR) / "specs/linkage/western.toml");
  ASSERT_TRUE(western) << western.error().describe();
  const auto level = [&](std::string_view a, std::string_view b) {
    auto table = read_table(*western, {write(fmt::format("id,forename,surname\n1,{},lee\n2,{},moor\n", a, b))});
    group_records(*table);
    return level_in(Comparator(*western, *table).pattern(0, 1), 0);
  };
  EXPECT_EQ(level("Johannes", "John"), level("Bill", "William"));
  EXPECT_EQ(level("Guilielmus", "Willem"), level("Bill", "William"));
  EXPECT_NE(level("Johannes", "William"), level("Bill", "William"));
}

}  // namespace
}  // namespace sekisho::linkage
