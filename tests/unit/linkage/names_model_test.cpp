// What a model knows about the names of one person.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/file.h"
#include "linkage/linker.h"
#include "linkage/model.h"

namespace sekisho::linkage {
namespace {

TEST(Names, BothNamesOfOnePersonSeldomDiffer) {
  const auto given = levels_of(ComparisonType::kGivenName).size() - 1;
  const auto surname = levels_of(ComparisonType::kSurname).size() - 1;
  Model model;
  model.same.assign(2, Shares{});
  model.same[0][given] = 0.15, model.same[1][surname] = 0.35;
  const auto pattern = [](std::size_t a, std::size_t b) { return Pattern{a | b << 4}; };  // four bits each
  EXPECT_EQ(model.same_factor(pattern(given, surname)), 1) << "no comparisons of names";
  model.given_name = 0, model.surname = 1;
  EXPECT_NEAR(model.same_factor(pattern(given, surname)) * 0.15 * 0.35, 0.003, 1e-12);
  EXPECT_EQ(model.same_factor(pattern(1, surname)), 1) << "a bride";
  EXPECT_EQ(model.same_factor(pattern(given, 1)), 1) << "another given name";
  EXPECT_EQ(model.same_factor(pattern(0, surname)), 1) << "missing is not different";
  model.same[0][given] = 0.02, model.same[1][surname] = 0.05;
  EXPECT_EQ(model.same_factor(pattern(given, surname)), 1) << "rarer already";
}

TEST(Names, AGivenNameTellsTheSexSoThatAgreeingOnBothCountsOnce) {
  const TemporaryFolder folder = *TemporaryFolder::create();
  std::string text = "id,first_name,last_name,dob,sex\n";
  for (int i = 0; i < 600; ++i)  // twenty given names, each of one sex; nobody stands twice
    text += fmt::format("{0},{1}{2},lee{3}{4},{5}-{6:02}-{7:02},{8}\n", i, i % 2 != 0 ? "mar" : "joh",
                        char('a' + i % 20), char('a' + i % 26), char('a' + i / 26), 1920 + i * 7 % 90, 1 + i * 5 % 12,
                        1 + i * 11 % 28, i % 2 != 0 ? "F" : "M");
  ASSERT_TRUE(write_file_durable(folder.path() / "in.csv", text));
  const auto spec = ModelSpec::load(std::filesystem::path(SEKISHO_SOURCE_DIR) / "specs/linkage/western.toml");
  ASSERT_TRUE(spec) << spec.error().describe();
  auto table = read_table(*spec, {folder.path() / "in.csv"});
  ASSERT_TRUE(table) << table.error().describe();
  Linker linker(*spec, (group_records(*table), *table));
  linker.block();
  linker.fit();
  const Model& model = linker.model();
  std::size_t sex = 0;
  while (linker.comparator().spec(sex).name != "sex")
    ++sex;
  ASSERT_GE(model.given, 0);
  const auto pattern = [&](std::size_t given, std::size_t level) {
    return Pattern{given} << (4 * static_cast<std::size_t>(model.given)) | Pattern{level} << (4 * sex);
  };
  EXPECT_NEAR(model.random[sex][1], 0.5, 0.03);
  EXPECT_NEAR(model.namesake_bits(sex, pattern(1, 1)), 1, 0.15) << "all namesakes are of one sex, half of all pairs";
  EXPECT_LT(model.namesake_bits(sex, pattern(1, 2)), -3) << "a namesake of the other sex is rare by chance too";
  const auto other = levels_of(ComparisonType::kGivenName).size() - 1;
  EXPECT_EQ(model.namesake_bits(sex, pattern(other, 1)), 0);
  EXPECT_EQ(model.namesake_bits(sex, pattern(1, 0)), 0) << "nothing is said where it is missing";
  const double apart = model.log_odds(pattern(1, 1), nullptr) - model.log_odds(pattern(1, 0), nullptr);
  EXPECT_LT(apart, 0.3) << "sex adds next to nothing to a given name";
}

}  // namespace
}  // namespace sekisho::linkage
