// What a model knows about the names of one person.
#include <gtest/gtest.h>

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

}  // namespace
}  // namespace sekisho::linkage
