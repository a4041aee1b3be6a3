// Drafts of policies, and tables at the edge of what a policy can say.
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

const std::string kTop = "[[attribute]]\nname=\"q\"\nkind=\"quasi\"\n[attribute.rule]\nkind=\"top\"\n";
const std::string kPrefix =
    "[[attribute]]\nname=\"q\"\nkind=\"quasi\"\n[attribute.rule]\nkind=\"prefix\"\nlengths=[4, 2]\n";
std::string with_k(const std::string& attribute, int k) {
  return attribute + fmt::format("[[model]]\nkind=\"k-anonymity\"\nk={}\n", k);
}

TEST(EdgeTest, AMillionDifferentValuesInAQuasiIdentifierAreGeneralized) {
  Table table;
  table.columns.emplace_back("q");
  for (int row = 0; row < 1'000'000; ++row)
    table.add_row({fmt::format("{:06}", row)});
  const Policy policy = *Policy::parse(with_k(kPrefix, 5), "p.toml");
  const auto outcome = search(table, policy);
  ASSERT_TRUE(outcome) << outcome.error().describe();
  EXPECT_EQ(outcome->decision.levels[0].second, 1);
  EXPECT_EQ(outcome->classes, 10'000u);
  EXPECT_EQ(outcome->smallest_class, 100u);
}

TEST(EdgeTest, OneRowIsKeptAloneOrRefusedWithAReason) {
  const Table table = *read_table("q\na\n", ',', "t.csv");
  EXPECT_TRUE(search(table, *Policy::parse(with_k(kTop, 1), "p.toml")));
  EXPECT_EQ(search(table, *Policy::parse(with_k(kTop, 2), "p.toml")).error().code, "anonymize.impossible");
}

TEST(EdgeTest, RowsThatAreAllEqualKeepTheirValues) {
  const Table table = *read_table("q\na\na\na\na\na\n", ',', "t.csv");
  const auto outcome = search(table, *Policy::parse(with_k(kPrefix, 5), "p.toml"));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->decision.levels[0].second, 0);
  EXPECT_EQ(outcome->suppressed, 0u);
}

TEST(EdgeTest, EmptyColumnsAndTablesWithoutRowsAreNoTrap) {
  const Table empty = *read_table("q,r\n,a\n,b\n", ',', "t.csv");
  const std::string other = "[[attribute]]\nname=\"r\"\nkind=\"quasi\"\n[attribute.rule]\nkind=\"top\"\n";
  const auto outcome = search(empty, *Policy::parse(with_k(kPrefix + other, 2), "p.toml"));
  ASSERT_TRUE(outcome) << outcome.error().describe();
  EXPECT_EQ(outcome->decision.levels[0].second, 0);
  EXPECT_EQ(outcome->decision.levels[1].second, 1);
  const auto none = search(*read_table("q\n", ',', "t.csv"), *Policy::parse(with_k(kTop, 2), "p.toml"));
  EXPECT_EQ(none.error().code, "hierarchy.rule") << "no value, no hierarchy";
}

}  // namespace
}  // namespace sekisho::anonymize
