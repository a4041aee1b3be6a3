// Local recoding: rounds over what the rounds before suppressed.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <set>

#include "core/random.h"
#include "fixtures.h"

namespace sekisho::anonymize {
namespace {

struct LocalTest : PolicyTest {
  LocalTest() {
    std::ofstream out(folder.path() / "h.csv", std::ios::binary);
    for (int v = 0; v < 16; ++v)
      out << fmt::format("v{},h{},q{},e{},*\n", v, v / 2, v / 4, v / 8);
  }
  Result<Policy> policy(const std::string& head, const std::string& models) {
    std::string text = head;
    for (const char* name : {"a", "b"})
      text += fmt::format("[[attribute]]\nname=\"{}\"\nkind=\"quasi\"\nhierarchy=\"h.csv\"\n", name);
    return Policy::parse(text + "[[attribute]]\nname=\"s\"\nkind=\"sensitive\"\n" + models, folder.path() / "p.toml");
  }
  static Table table(std::uint64_t seed, std::size_t rows) {
    SeededRandom random(seed);
    std::string text = "p,a,b,s\n";
    for (std::size_t row = 0; row < rows; ++row)
      text += fmt::format("p{},v{},v{},s{}\n", random.below(rows), random.below(16) * random.below(16) / 16,
                          random.below(16) * random.below(16) / 16, random.below(4));
    return *read_table(text, ',', "t.csv");
  }
};

const std::string kModels[] = {
    "[[model]]\nkind=\"k-anonymity\"\nk=4\n",
    "[[model]]\nkind=\"k-anonymity\"\nk=3\n[[model]]\nkind=\"l-diversity\"\nl=2\nattribute=\"s\"\n",
    "[[model]]\nkind=\"k-anonymity\"\nk=3\n[[model]]\nkind=\"t-closeness\"\nt=0.4\nattribute=\"s\"\n"};

TEST_F(LocalTest, RoundsKeepMoreAtFinerLevelsAndTheAuditJudgesTheirUnion) {
  int gained = 0, several = 0;
  for (std::uint64_t seed = 0; seed < 12; ++seed)
    for (const std::string& models : kModels) {
      const Table t = table(seed, 400);
      std::ofstream(folder.path() / "t.csv", std::ios::binary) << [&] {
        std::string text = "p,a,b,s\n";
        for (std::size_t row = 0; row < t.rows; ++row)
          text += fmt::format("{},{},{},{}\n", t.columns[0].text(row), t.columns[1].text(row), t.columns[2].text(row),
                              t.columns[3].text(row));
        return text;
      }();
      const std::string head = "person=\"p\"\nsuppression_limit=0.05\n";
      const auto plain = policy(head, models);
      const auto local = policy(head + "local_recoding=true\nlocal_limit=0.4\n", models);
      ASSERT_TRUE(plain && local) << local.error().describe();
      const auto one = search(t, *plain), many = search(t, *local);
      ASSERT_TRUE(one && many) << many.error().describe();
      gained += many->score < one->score;
      several += many->rounds.size() > 1;
      EXPECT_LE(many->suppressed, 20u);
      const auto applied = apply(t, *local, many->decision);
      ASSERT_TRUE(applied);
      EXPECT_EQ(applied->rows() + many->suppressed, t.rows);
      std::ofstream(folder.path() / "o.csv", std::ios::binary) << csv_of(*applied);
      const auto judged = audit(folder.path() / "o.csv", *local, folder.path() / "t.csv");
      ASSERT_TRUE(judged) << judged.error().describe();
      EXPECT_TRUE(judged->ok) << judged->to_json().dump() << models;
      EXPECT_EQ(judged->classes, many->classes);
      EXPECT_EQ(judged->smallest_class, many->smallest_class);
      // Rows of each round add up.
      std::size_t rest = t.rows;
      for (const Json& round : many->rounds) {
        EXPECT_EQ(round["rows"], rest);
        rest = round["suppressed"];
      }
      EXPECT_EQ(rest, many->suppressed);
      // Decided once, repeated from the record.
      const auto again = Decision::from_json(*parse_json(many->decision.to_json().dump()));
      ASSERT_TRUE(again);
      EXPECT_EQ(csv_of(*apply(t, *local, *again)), csv_of(*applied));
    }
  EXPECT_GT(gained, 18);
  EXPECT_GT(several, 18);
}

TEST_F(LocalTest, TheLossIsThatOfEachRowsOwnLabels) {
  const Table t = table(5, 300);
  const Policy p = *policy("suppression_limit=0.05\nperson=\"p\"\nlocal_recoding=true\nlocal_limit=0.5\n", kModels[0]);
  const auto found = search(t, p);
  ASSERT_TRUE(found);
  const auto applied = apply(t, p, found->decision);
  ASSERT_TRUE(applied);
  const std::map<char, double> leaves = {{'v', 1}, {'h', 2}, {'q', 4}, {'e', 8}, {'*', 16}};
  double product = 1;
  for (const std::size_t column : {1u, 2u}) {
    double sum = 300.0 - static_cast<double>(applied->rows());
    for (std::size_t row = 0; row < applied->rows(); ++row)
      sum += leaves.at(applied->text(row, column)[0]) / 16;
    product *= 1 + (sum - 300.0 / 16) / (300.0 - 300.0 / 16);
  }
  EXPECT_NEAR(found->score, std::sqrt(product) - 1, 1e-9);
}

TEST_F(LocalTest, ModelsOfTheWholePopulationExcludeIt) {
  EXPECT_EQ(policy("local_recoding=true\npopulation_size=1000\n",
                   "[[model]]\nkind=\"population-uniqueness\"\nthreshold=0.1\n")
                .error()
                .code,
            "policy.local");
  EXPECT_EQ(policy("local_recoding=true\nsuppression_limit=0.2\nlocal_limit=0.1\n", kModels[0]).error().code,
            "policy.limit");
  EXPECT_FALSE(Decision::from_json(*parse_json(R"({"levels":{},"suppressed_classes":[],"rounds":[1]})")));
}

}  // namespace
}  // namespace sekisho::anonymize
