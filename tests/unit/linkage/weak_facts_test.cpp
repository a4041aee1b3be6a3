// Files where little is known of each person: years for dates, names that are written in many ways, several counts.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/file.h"
#include "linkage/blocking.h"
#include "linkage/company.h"
#include "linkage/comparison.h"
#include "linkage/model.h"
#include "linkage/rivals.h"
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

TEST_F(WeakFacts, ASuggestionForOneFileKeepsWhatSeveralFilesTell) {
  std::string text = "id,patient name,age at admission,born about\n";
  for (int i = 0; i < 60; ++i)
    text += fmt::format("{},\"LEE{}, Ann{}\",{},{}\n", i, char('A' + i % 26), char('a' + i % 20), 20 + i % 60,
                        1840 + i % 50);
  const auto found = suggest(write(text));
  ASSERT_TRUE(found) << found.error().describe();
  EXPECT_EQ(found->columns[2].role, "age");
  EXPECT_EQ(found->columns[3].role, "birth_year");
  EXPECT_NE(found->spec.find("type = \"source\""), std::string::npos) << "each of several files is a source";
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

TEST_F(WeakFacts, OthersOfBothHouseholdsTellWhetherAFamilyWasCountedTwice) {
  // Homes by group: 1 1 1 | 2 2 | 3 | 4 4; groups 3 and 4 of home 2 are 0 and 1 of home 1.
  Column homes, sources;
  homes.codes = {1, 1, 1, 2, 2, 3, 4, 4};
  Company company(homes, sources);
  EXPECT_EQ(company.level(0, 1), 1) << "one household";
  EXPECT_EQ(company.level(0, 3), 0) << "nothing is known yet";
  company.learn({{0, 3, 5}, {1, 4, 5}, {2, 5, 5}, {0, 6, -2}});
  EXPECT_EQ(company.level(0, 3), 2) << "1 and 4 moved along";
  EXPECT_EQ(company.level(4, 1), 2) << "in either order";
  EXPECT_EQ(company.level(2, 3), 2) << "1 and 4 are others for them too";
  EXPECT_EQ(company.level(2, 5), 0) << "who lives alone has no company";
  EXPECT_EQ(company.level(0, 6), 3) << "a pair that weighs against tells nothing";
  Company pair_alone(homes, sources);
  pair_alone.learn({{0, 3, 5}});
  EXPECT_EQ(pair_alone.level(0, 3), 3) << "a pair is no evidence for itself";
  EXPECT_EQ(pair_alone.level(0, 4), 3) << "nor where one of the two is the same record";
  EXPECT_EQ(pair_alone.level(1, 4), 2);
  sources.present = true;
  sources.codes = {1, 1, 2, 2, 2, 1, 1, 1};
  EXPECT_EQ(Company(homes, sources).level(0, 2), 0) << "one number in two sources is two households";
}

TEST_F(WeakFacts, ANearlyEqualNameSaysLessWhereManyHaveIt) {
  Model model;
  model.same.assign(1, Shares{}), model.random.assign(1, Shares{}), model.near.assign(1, Shares{});
  model.groups = 1000, model.share_same = 1e-4;
  model.same[0][2] = 0.1, model.random[0][2] = 0.01, model.near[0][2] = 0.02;  // twenty holders in the mean
  EXPECT_NEAR(model.random_share(0, 2, 20), 0.01, 1e-12);
  EXPECT_GT(model.random_share(0, 2, 80), 0.02);
  EXPECT_LT(model.random_share(0, 2, 5), 0.005);
  EXPECT_GT(model.weight(0, 2, 2), model.weight(0, 2, 20));
  EXPECT_TRUE(near_values(ComparisonType::kSurname, 2));
  EXPECT_FALSE(near_values(ComparisonType::kSurname, 1));
  EXPECT_FALSE(near_values(ComparisonType::kJpGiven, 3));
}

TEST_F(WeakFacts, InSourcesThatHoldNobodyTwiceRivalsShareAndASingleCandidateGains) {
  // Groups 0...9 of one source, 10...19 of the other. 0-10 to 7-17 are sure; 8 has two candidates as good as each
  // other, 9 has the other one alone.
  Column source;
  source.values = {"", "a", "b"};
  for (std::uint32_t group = 0; group < 20; ++group)
    source.codes.push_back(group < 10 ? 1 : 2);
  std::vector<Edge> edges;
  for (std::uint32_t i = 0; i < 8; ++i)
    edges.push_back({i, i + 10, 20});
  const Rivals none(source, edges);
  // Eight of ten have a partner: two in ten are alone, on both sides.
  EXPECT_NEAR(none.bits(8, 18, -3), -2 * std::log2(0.2), 1e-3);
  EXPECT_NEAR(none.bits(0, 18, -3), -20 - std::log2(0.2), 1e-2) << "0 has another one surely";
  EXPECT_EQ(none.bits(8, 9, -3), 0) << "one source";
  edges.push_back({8, 18, 3}), edges.push_back({8, 19, 3});
  const Rivals two(source, edges);
  const float weight = 3 + two.bits(8, 18, 3);
  const double odds = std::exp2(static_cast<double>(weight));
  EXPECT_LT(odds / (1 + odds), 0.9);
  EXPECT_LT(two.bits(8, 18, 3), none.bits(8, 18, 3) - 4) << "the rival is eight times as likely as nobody";
  EXPECT_LT(none.bits(8, 18, 40), 10) << "whatever is certain stays in bounds";
}

}  // namespace
}  // namespace sekisho::linkage
