// What is ruled out because of a class that fails a model of shares, against every way to keep a part of its rows.
#include "anonymize/remainder.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <numeric>

#include "anonymize/models.h"
#include "core/file.h"
#include "core/random.h"

namespace sekisho::anonymize::detail {
namespace {

using Counts = std::vector<std::uint32_t>;

// A table of one class in which the value v has counts[v] rows.
Verdict judged(const ModelSet& models, const Counts& counts) {
  ClassTable table;
  table.rows.push_back(0);
  table.units.resize(1, {.rows = true});
  Histogram& histogram = table.histograms.emplace_back();
  histogram.values = counts.size();
  for (std::uint32_t v = 0; v < counts.size(); ++v) {
    table.rows[0] += counts[v];
    if (counts[v] == 0) continue;
    histogram.value.items.push_back(v);
    histogram.count.push_back(counts[v]);
  }
  histogram.value.close();
  Grouping grouping{.class_of = {0}, .first = {0}, .rows = table.rows, .units = {table.rows}};
  return models.judge(table, grouping, SIZE_MAX);
}

std::uint32_t total(const Counts& counts) {
  return std::accumulate(counts.begin(), counts.end(), 0U);
}

// The most rows that pass, of all ways to take some of each value.
std::uint32_t most_kept(const ModelSet& models, const Counts& counts) {
  Counts some(counts.size(), 0);
  std::uint32_t most = 0;
  while (true) {
    std::size_t v = 0;
    while (v < some.size() && some[v] == counts[v])
      some[v++] = 0;
    if (v == some.size()) return most;
    ++some[v];
    if (total(some) > most && judged(models, some).suppressed == 0) most = total(some);
  }
}

TEST(RemainderTest, NoPartOfAFailingClassThatIsLargerThanWhatRemainsPasses) {
  TemporaryFolder folder = *TemporaryFolder::create();
  std::ofstream(folder.path() / "s.csv") << "a;A;*\nb;A;*\nc;B;*\nd;C;*\n";
  const char* const asked[] = {"kind = \"t-closeness\"\ndistance = \"equal\"\nt = 0.2",
                               "kind = \"t-closeness\"\ndistance = \"ordered\"\nt = 0.15",
                               "kind = \"t-closeness\"\ndistance = \"hierarchical\"\nt = 0.2",
                               "kind = \"beta-likeness\"\nvariant = \"basic\"\nbeta = 0.5",
                               "kind = \"beta-likeness\"\nvariant = \"enhanced\"\nbeta = 1.5",
                               "kind = \"l-diversity\"\nvariant = \"entropy\"\nl = 2.5",
                               "kind = \"l-diversity\"\nvariant = \"recursive\"\nl = 3\nc = 1.5"};
  const auto table = read_table("q;s\n1;a\n1;b\n1;c\n1;d\n", ';', "t.csv");
  ASSERT_TRUE(table);
  for (const char* model : asked) {
    const auto policy = Policy::parse(
        fmt::format(
            "delimiter = \";\"\n[[attribute]]\nname = \"q\"\nkind = \"quasi\"\n[attribute.rule]\nkind = \"top\"\n"
            "[[attribute]]\nname = \"s\"\nkind = \"sensitive\"\nhierarchy = \"s.csv\"\n[[model]]\n{}\nattribute = "
            "\"s\"\n",
            model),
        folder.path() / "p.toml");
    ASSERT_TRUE(policy) << policy.error().describe();
    auto models = ModelSet::make(*policy, *table);
    ASSERT_TRUE(models) << models.error().describe();
    models->set_units({.persons = 0}, false);
    SeededRandom random(5);
    int failing = 0;
    double lost = 0, must = 0;
    for (int round = 0; round < 300; ++round) {
      std::vector<double> shares{1, 1, 1, 1};
      for (double& share : shares)
        share += static_cast<double>(random.below(8));
      const double sum = shares[0] + shares[1] + shares[2] + shares[3];
      for (double& share : shares)
        share /= sum;
      models->set_shares(0, shares);
      Counts counts(4);
      for (std::uint32_t& count : counts)
        count = static_cast<std::uint32_t>(random.below(random.chance(0.3) ? 12 : 4));
      if (total(counts) == 0) continue;
      const Verdict verdict = judged(*models, counts);
      if (verdict.suppressed == 0) {
        EXPECT_EQ(verdict.lost, 0U);
        continue;
      }
      ++failing;
      const std::uint32_t needed = total(counts) - most_kept(*models, counts);
      EXPECT_LE(verdict.lost, needed) << model << fmt::format(" {} {}", fmt::join(counts, " "), fmt::join(shares, " "));
      lost += static_cast<double>(verdict.lost);
      must += needed;
    }
    EXPECT_GT(failing, 50) << model;
    EXPECT_GT(lost, must * 0.5) << model;  // and it says something
  }
}

}  // namespace
}  // namespace sekisho::anonymize::detail
