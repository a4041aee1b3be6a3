// Files and policies that are wrong, and tables at the edge of what a policy can say: a place and a remedy, or an
// answer.
#include <fmt/format.h>

#include "fixtures.h"

namespace sekisho::anonymize {
namespace {

struct BadInputTest : PolicyTest {
  // Of one quasi-identifier with this text as its hierarchy.
  Error refusal(const std::string& hierarchy, const std::string& rows) {
    write("h.csv", hierarchy);
    const auto read = Policy::parse(
        "[[attribute]]\nname=\"q\"\nkind=\"quasi\"\nhierarchy=\"h.csv\"\n[[model]]\nkind=\"k-anonymity\"\nk=1\n",
        folder.path() / "p.toml");
    if (!read) return read.error();
    const auto found = search(table(rows), *read);
    return found ? Error{} : found.error();
  }
};

const std::string kTop = "[[attribute]]\nname=\"q\"\nkind=\"quasi\"\n[attribute.rule]\nkind=\"top\"\n";
const std::string kPrefix =
    "[[attribute]]\nname=\"q\"\nkind=\"quasi\"\n[attribute.rule]\nkind=\"prefix\"\nlengths=[4, 2]\n";
std::string with_k(const std::string& attribute, int k) {
  return attribute + fmt::format("[[model]]\nkind=\"k-anonymity\"\nk={}\n", k);
}

TEST_F(BadInputTest, ARaggedHierarchyIsRefusedWithItsLineAndARemedy) {
  const Error error = refusal("a,x,*\nb,*\n", "q\na\n");
  EXPECT_EQ(error.code, "hierarchy.ragged");
  EXPECT_EQ(error.place.file, "h.csv");
  EXPECT_EQ(error.place.line, 2);
  EXPECT_FALSE(error.remedy.empty());
}

TEST_F(BadInputTest, ACycleInAHierarchyIsRefusedWithTheRowThatLeadsIntoIt) {
  const Error own = refusal("z,y,*\na,b,a\n", "q\na\n");
  EXPECT_EQ(own.code, "hierarchy.cycle");
  EXPECT_EQ(own.place.line, 2);
  EXPECT_FALSE(own.remedy.empty());
  EXPECT_EQ(refusal("a,b,*\nb,a,*\n", "q\na\n").code, "hierarchy.cycle") << "over two rows";
  EXPECT_EQ(refusal("a,b,*\nb,c,*\nc,a,*\n", "q\na\n").code, "hierarchy.cycle") << "over three";
  EXPECT_EQ(refusal("a,a,*\nb,a,*\n*,*,*\n", "q\na\n").code, "") << "a value that stays as it is is no cycle";
  EXPECT_EQ(refusal("a,x,b\nb,b,b\n", "q\na\n").code, "") << "a group may bear the name of a value";
}

TEST_F(BadInputTest, AHierarchyInCp932IsReadAndOneOfNoCharacterSetIsRefusedWithItsLine) {
  EXPECT_EQ(refusal("a,x,*\n\x82\xa0,x,*\n", "q\n\xe3\x81\x82\n").code, "");
  const Error error = refusal("a,x,*\n\x81,x,*\n", "q\na\n");
  EXPECT_EQ(error.code, "csv.encoding");
  EXPECT_EQ(error.place.file, "h.csv");
  EXPECT_EQ(error.place.line, 2);
}

TEST_F(BadInputTest, AValueMissingFromAHierarchyIsNamedWithTheFile) {
  const Error error = refusal("a,*\n", "q\na\nb\n");
  EXPECT_EQ(error.code, "hierarchy.missing");
  EXPECT_EQ(error.place.file, "h.csv");
  EXPECT_NE(error.message.find("'b'"), std::string::npos);
  EXPECT_FALSE(error.remedy.empty());
}

TEST_F(BadInputTest, ManyDifferentValuesInAQuasiIdentifierAreGeneralized) {
  Table table;
  table.columns.emplace_back("q");
  for (int row = 0; row < 200'000; ++row)
    table.add_row({fmt::format("{:06}", row)});
  const auto outcome = search(table, policy(with_k(kPrefix, 5)));
  ASSERT_TRUE(outcome) << outcome.error().describe();
  EXPECT_EQ(outcome->decision.levels[0].second, 1);
  EXPECT_EQ(outcome->classes, 2000u);
  EXPECT_EQ(outcome->smallest_class, 100u);
}

// Four of 20 rows may go. The two of group y are too few for k = 3, the three of group z have one value: either may go,
// not both. Without z one more row may go, which is none of y, so that k is 2.
// 4,000 values in each of fourteen columns: 2^167 combinations, more than a key of 128 bits tells apart.
TEST_F(BadInputTest, ManyDifferentValuesInManyQuasiIdentifiersAreStillToldApart) {
  Table table;
  std::string attributes;
  for (int i = 0; i < 14; ++i) {
    table.columns.emplace_back(fmt::format("q{}", i));
    attributes += fmt::format("[[attribute]]\nname=\"q{}\"\nkind=\"quasi\"\n[attribute.rule]\nkind=\"top\"\n", i);
  }
  for (int row = 0; row < 8000; ++row) {
    const std::string value = std::to_string(row % 4000), other = std::to_string((row + 1) % 4000);
    std::vector<std::string_view> fields(14, value);
    if (row == 0) fields.back() = other;  // its twin is left alone too
    table.add_row(fields);
  }
  const auto policy = Policy::parse("suppression_limit = 0.001\n" + with_k(attributes, 2), folder.path() / "p.toml");
  ASSERT_TRUE(policy) << policy.error().describe();
  const auto found = search(table, *policy, {.threads = 1, .time_limit = 20});
  ASSERT_TRUE(found) << found.error().describe();
  EXPECT_EQ(found->suppressed, 2u);
  EXPECT_EQ(found->classes, 3999u);
  for (const auto& [name, level] : found->decision.levels)
    EXPECT_EQ(level, 0) << name;
}

TEST_F(BadInputTest, ModelsThatExcludeEachOtherAreNamedWithTheBestK) {
  std::string rows = "q,s\n";
  for (int i = 0; i < 15; ++i)
    rows += i % 2 == 0 ? "x,1\n" : "x,2\n";
  rows += "y,1\ny,2\nz,1\nz,1\nz,1\n";
  const std::string text =
      "suppression_limit = 0.2\n[[attribute]]\nname=\"q\"\nkind=\"quasi\"\nmaximum=0\n[attribute.rule]\nkind=\"top\"\n"
      "[[attribute]]\nname=\"s\"\nkind=\"sensitive\"\n[[model]]\nkind=\"k-anonymity\"\nk=3\n"
      "[[model]]\nkind=\"l-diversity\"\nvariant=\"distinct\"\nattribute=\"s\"\nl=2\n";
  const auto outcome = search(table(rows), policy(text));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, "anonymize.impossible");
  const std::string& message = outcome.error().message;
  EXPECT_NE(message.find("exclude each other, together they suppress more rows than the limit allows: k-anonymity, "
                         "distinct l-diversity of 's'"),
            std::string::npos)
      << message;
  EXPECT_NE(message.find("the best k within the suppression limit is 2;"), std::string::npos) << message;
}

TEST_F(BadInputTest, OneRowIsKeptAloneOrRefusedWithAReason) {
  const Table table = *read_table("q\na\n", ',', "t.csv");
  EXPECT_TRUE(search(table, *Policy::parse(with_k(kTop, 1), "p.toml")));
  EXPECT_EQ(search(table, *Policy::parse(with_k(kTop, 2), "p.toml")).error().code, "anonymize.impossible");
}

TEST_F(BadInputTest, RowsThatAreAllEqualKeepTheirValues) {
  const Table table = *read_table("q\na\na\na\na\na\n", ',', "t.csv");
  const auto outcome = search(table, *Policy::parse(with_k(kPrefix, 5), "p.toml"));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->decision.levels[0].second, 0);
  EXPECT_EQ(outcome->suppressed, 0u);
}

TEST_F(BadInputTest, EmptyColumnsAndTablesWithoutRowsAreNoTrap) {
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
