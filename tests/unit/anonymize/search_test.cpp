// Searches that end early, lattices too large to hold, and sweeps.
#include "anonymize/search.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>

#include "anonymize/sweep.h"
#include "core/csv.h"
#include "core/file.h"
#include "core/random.h"

namespace sekisho::anonymize {
namespace {

// Tables of `attributes` columns of eight values, in binary trees of `height` levels above them.
struct SearchTest : testing::Test {
  TemporaryFolder folder = *TemporaryFolder::create();

  Policy policy(std::size_t attributes, int height, std::string_view head, std::string_view models) {
    std::string tree;
    for (int v = 0; v < 8; ++v) {
      tree += fmt::format("v{}", v);
      for (int level = 1; level < height; ++level)
        tree += fmt::format(",{}_{}", level, v >> std::min(level, 3));
      tree += ",*\n";
    }
    std::ofstream(folder.path() / "h.csv", std::ios::binary) << tree;
    std::string text(head);
    for (std::size_t a = 0; a < attributes; ++a)
      text += fmt::format("[[attribute]]\nname=\"q{}\"\nkind=\"quasi\"\nhierarchy=\"h.csv\"\n", a);
    text += "[[attribute]]\nname=\"s\"\nkind=\"sensitive\"\n";
    const auto out = Policy::parse(text + std::string(models), folder.path() / "p.toml");
    EXPECT_TRUE(out) << out.error().describe();
    return out ? *out : Policy();
  }
  static Table table(std::size_t attributes, std::size_t rows, std::uint64_t seed) {
    SeededRandom random(seed);
    std::string text = "s";
    for (std::size_t a = 0; a < attributes; ++a)
      text += fmt::format(",q{}", a);
    for (std::size_t row = 0; row < rows; ++row) {
      text += fmt::format("\ns{}", random.below(4));
      for (std::size_t a = 0; a < attributes; ++a)
        text += fmt::format(",v{}", std::min(random.below(8), random.below(8)));
    }
    return *read_table(text + "\n", ',', "t.csv");
  }
};

TEST_F(SearchTest, TheLazySearchFindsWhatTheSearchWithAStateForEachNodeFinds) {
  const std::string models[] = {
      "[[model]]\nkind=\"k-anonymity\"\nk=4\n",
      "[[model]]\nkind=\"k-anonymity\"\nk=3\n[[model]]\nkind=\"t-closeness\"\nt=0.4\nattribute=\"s\"\n",
      "[[model]]\nkind=\"l-diversity\"\nvariant=\"entropy\"\nl=2.0\nattribute=\"s\"\n"};
  int compared = 0;
  for (const char* metric : {"loss", "entropy", "discernability", "average-class-size", "precision", "ambiguity"})
    for (const std::string& model : models)
      for (const char* limit : {"0.0", "0.1"}) {
        const std::size_t attributes = 4;
        const Policy p =
            policy(attributes, 4, fmt::format("metric=\"{}\"\nsuppression_limit={}\n", metric, limit), model);
        const Table t = table(attributes, 300, 7 + static_cast<std::uint64_t>(compared));
        const auto data = detail::Encoded::make(t, p);
        ASSERT_TRUE(data);
        const detail::Found one = detail::search_dense(*data, {}), other = detail::search_lazily(*data, {});
        ASSERT_EQ(other.any, one.any);
        EXPECT_TRUE(other.optimal);
        if (!one.any) continue;
        ++compared;
        EXPECT_EQ(other.levels, one.levels) << metric << limit << model;
        EXPECT_NEAR(other.best.score, one.best.score, 1e-9 * std::max(1.0, one.best.score));
        EXPECT_EQ(other.best.suppressed, one.best.suppressed);
      }
  EXPECT_GT(compared, 25);
}

TEST_F(SearchTest, AnAnswerCutShortIsValidAndItsBoundIsBelowTheOptimum) {
  const Policy p = policy(6, 4, "suppression_limit=0.05\n", "[[model]]\nkind=\"k-anonymity\"\nk=5\n");
  const Table t = table(6, 3000, 3);
  const auto full = search(t, p);
  ASSERT_TRUE(full);
  EXPECT_TRUE(full->optimal);
  EXPECT_EQ(full->to_json()["optimal"], true);
  EXPECT_FALSE(full->to_json().contains("bound"));
  const auto data = detail::Encoded::make(t, p);
  ASSERT_TRUE(data);
  const SearchOptions brief{.threads = 1, .time_limit = 1e-9, .watch = {}};
  for (const detail::Found& found : {detail::search_dense(*data, brief), detail::search_lazily(*data, brief)}) {
    ASSERT_TRUE(found.any);
    EXPECT_FALSE(found.optimal);
    EXPECT_LE(found.bound, full->score);
    EXPECT_GE(found.best.score, full->score);
    detail::Work work;
    EXPECT_TRUE(data->judge_from_rows(found.levels, work).valid);
  }
  const auto cut = search(t, p, brief);
  ASSERT_TRUE(cut);
  EXPECT_EQ(cut->to_json()["optimal"], false);
  EXPECT_LE(cut->to_json()["bound"].get<double>(), full->score);
}

TEST_F(SearchTest, ALatticeBeyondTheOnesHeldInMemoryIsSearchedUnderALimit) {
  // 12 attributes of 5 levels: 244 million nodes.
  const Policy p = policy(12, 4, "suppression_limit=0.05\n", "[[model]]\nkind=\"k-anonymity\"\nk=5\n");
  const Table t = table(12, 2000, 4);
  int calls = 0;
  const auto found = search(t, p, {.threads = 2, .time_limit = 1, .watch = [&](const SearchState& state) {
                                     ++calls;
                                     EXPECT_TRUE(state.found);
                                     EXPECT_LE(state.bound, state.score);
                                   }});
  ASSERT_TRUE(found) << found.error().describe();
  EXPECT_EQ(found->lattice, 244140625);
  EXPECT_EQ(found->to_json()["lattice"], 244140625);
  EXPECT_LE(found->bound, found->score);
  EXPECT_LE(found->suppressed, 100u);
  EXPECT_GE(found->smallest_class, 5u);
  EXPECT_GT(calls, 0);
  // All rows equal: the most specific node is the optimum, found and proven at once whatever the lattice.
  std::string text = "s,q0,q1,q2,q3,q4,q5,q6,q7,q8,q9,q10,q11\n";
  for (int row = 0; row < 50; ++row)
    text += "s,v0,v0,v0,v0,v0,v0,v0,v0,v0,v0,v0,v0\n";
  const auto equal = search(*read_table(text, ',', "t.csv"), p);
  ASSERT_TRUE(equal);
  EXPECT_TRUE(equal->optimal);
  for (const auto& [name, level] : equal->decision.levels)
    EXPECT_EQ(level, 0) << name;
}

TEST_F(SearchTest, ASweepGivesForEachValueWhatASearchOfItsOwnGives) {
  const Table t = table(4, 800, 9);
  for (const char* text : {"k=2..12", "limit=0..0.2:0.05", "l=1,2,3,4"}) {
    const auto range = parse_sweep(text);
    ASSERT_TRUE(range);
    Policy p = policy(4, 4, "suppression_limit=0.1\n",
                      "[[model]]\nkind=\"k-anonymity\"\nk=3\n[[model]]\nkind=\"l-diversity\"\nl=2\nattribute=\"s\"\n");
    const auto swept = sweep(t, p, *range);
    ASSERT_TRUE(swept) << swept.error().describe();
    ASSERT_EQ(swept->points.size(), range->values.size());
    for (const SweepPoint& point : swept->points) {
      if (range->what == SweepRange::What::kK) p.models[0].bound = static_cast<int>(point.value);
      if (range->what == SweepRange::What::kL) p.models[1].bound = static_cast<int>(point.value);
      if (range->what == SweepRange::What::kLimit) p.suppression_limit = point.value;
      const auto alone = search(t, p);
      ASSERT_EQ(alone.has_value(), point.possible);
      if (!alone) continue;
      EXPECT_EQ(point.outcome.decision.to_json(), alone->decision.to_json()) << text << point.value;
      EXPECT_EQ(point.outcome.score, alone->score);
    }
    const auto csv = read_csv(swept->csv(';'), ';');
    ASSERT_TRUE(csv);
    EXPECT_EQ(csv->header.front(), range->name());
    EXPECT_EQ(csv->rows.size(), range->values.size());
    EXPECT_TRUE(swept->to_json()["svg"].get<std::string>().ends_with("</svg>"));
  }
}

TEST_F(SearchTest, AStricterModelNeverHasABetterScore) {
  const Table t = table(4, 800, 10);
  const Policy p = policy(4, 4, "suppression_limit=0.1\n",
                          "[[model]]\nkind=\"k-anonymity\"\nk=3\n[[model]]\nkind=\"t-closeness\"\nt=0.5\n"
                          "attribute=\"s\"\n");
  const auto scores = [&](const char* range) {
    std::vector<double> out;
    const auto swept = sweep(t, p, *parse_sweep(range));
    EXPECT_TRUE(swept);
    for (const SweepPoint& point : swept->points)
      out.push_back(point.possible ? point.outcome.score : 1e300);
    return out;
  };
  const auto k = scores("k=1..30"), limit = scores("limit=0..0.5:0.05"), t_values = scores("t=0.1..0.6:0.05");
  EXPECT_TRUE(std::ranges::is_sorted(k));
  EXPECT_TRUE(std::ranges::is_sorted(limit, std::greater<>()));
  EXPECT_TRUE(std::ranges::is_sorted(t_values, std::greater<>()));
}

TEST_F(SearchTest, ValuesThatCannotBeMetAreMarkedAndTheOthersStay) {
  const Table t = table(3, 60, 11);
  const Policy p = policy(3, 4, "", "[[model]]\nkind=\"k-anonymity\"\nk=3\n");
  const auto swept = sweep(t, p, *parse_sweep("k=60..61"));
  ASSERT_TRUE(swept);
  EXPECT_TRUE(swept->points[0].possible);
  EXPECT_FALSE(swept->points[1].possible);
  EXPECT_FALSE(swept->points[1].reason.empty());
}

TEST_F(SearchTest, SweepsThatMakeNoSenseAreRefused) {
  for (const char* text : {"k", "k=", "k=5..2", "k=1..2:0", "k=1..2:x", "m=1..2", "k=1.5", "k=1..2:0.5", "limit=0..2:1",
                           "k=1..100000", "k=..", "k=1..", "=1..2", "k=1,,2", "k=0", "k=2..3:1:1", "limit=nan"}) {
    const auto range = parse_sweep(text);
    ASSERT_FALSE(range) << text;
    EXPECT_EQ(range.error().code, "usage.sweep") << text;
  }
  const Policy p = policy(2, 4, "", "[[model]]\nkind=\"k-anonymity\"\nk=3\n");
  EXPECT_EQ(sweep(table(2, 20, 1), p, *parse_sweep("t=0.1..0.2")).error().code, "usage.sweep");
}

}  // namespace
}  // namespace sekisho::anonymize
