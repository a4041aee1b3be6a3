// Drafts of policies.
#include "anonymize/suggest.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

#include "anonymize/engine.h"
#include "core/random.h"

namespace sekisho::anonymize {
namespace {

Table claims(std::size_t rows) {
  SeededRandom random(1);
  std::string text = "patient_id,氏名,age,sex,postal,admitted,icd,drug,atc,cost,ward,outcome\n";
  for (std::size_t row = 0; row < rows; ++row)
    text += fmt::format("p{},N{},{},{},{:03}-{:04},2024-{:02}-{:02},E1{}.{},39690{}2F1020,A10B{}02,{},w{},o{}\n", row,
                        row, random.below(100), 1 + random.below(2), 100 + random.below(5), random.below(9),
                        1 + random.below(12), 1 + random.below(28), random.below(5), random.below(10), random.below(9),
                        "ABG"[random.below(3)], 100 * random.below(400), random.below(4), random.below(3));
  return *read_table(text, ',', "claims.csv");
}

TEST(SuggestTest, ColumnsAreKnownByNameAndContent) {
  std::map<std::string, Suggestion> found;
  for (const Suggestion& one : suggest(claims(300), {}))
    found[one.column] = one;
  EXPECT_EQ(found["patient_id"].kind, "person");
  EXPECT_EQ(found["氏名"].kind, "identifying");
  EXPECT_EQ(found["outcome"].kind, "sensitive");
  for (const auto& [column, rule] : std::map<std::string, std::string>{{"age", "age"},
                                                                       {"sex", "top"},
                                                                       {"postal", "prefix"},
                                                                       {"admitted", "date"},
                                                                       {"icd", "icd10"},
                                                                       {"drug", "yj"},
                                                                       {"atc", "atc"},
                                                                       {"cost", "intervals"},
                                                                       {"ward", "top"}}) {
    EXPECT_EQ(found[column].kind, "quasi") << column;
    ASSERT_FALSE(found[column].rule.empty()) << column;
    EXPECT_EQ(found[column].rule.front(), "kind = \"" + rule + "\"") << column;
  }
}

TEST(SuggestTest, ADraftIsAPolicyThatCanBeRun) {
  const Table table = claims(300);
  const std::string text = suggested_policy(table, ',', {});
  const auto policy = Policy::parse(text, "draft.toml");
  ASSERT_TRUE(policy) << policy.error().describe() << text;
  EXPECT_EQ(policy->person, "patient_id");
  EXPECT_EQ(policy->models.size(), 2u);
  const auto outcome = search(table, *policy, {.threads = 1, .time_limit = 1, .watch = {}});
  ASSERT_TRUE(outcome) << outcome.error().describe() << text;
  EXPECT_GE(outcome->smallest_class, 5u);
}

TEST(SuggestTest, NothingUnknownIsLetThrough) {
  const Table table = *read_table("a,\"b \"\"x\"\"\",c\n1,q,\n2,q,\n3,r,\n", ',', "t.csv");
  for (const Suggestion& one : suggest(table, {}))
    EXPECT_EQ(one.kind, "quasi") << one.column;
  EXPECT_TRUE(Policy::parse(suggested_policy(table, ';', {}), "draft.toml"));
  const auto scanned = suggest(table, [](const Column& column) { return column.name() == "a"; });
  EXPECT_EQ(scanned[0].kind, "identifying");
  EXPECT_TRUE(Policy::parse(suggested_policy(*read_table("only\n", ',', "t.csv"), ',', {}), "draft.toml"));
}

}  // namespace
}  // namespace sekisho::anonymize
