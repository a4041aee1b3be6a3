#include "disclosure/cell_key.h"

#include <cmath>

#include "datasets.h"

namespace sekisho::disclosure {
namespace {

// What the method promises (Giessing 2016): mean 0, the variance asked for, bounded, nothing below 0, no 1 and 2.
TEST(NoiseTable, EveryCountHasDeviationsOfMeanZeroAndTheVarianceAskedFor) {
  for (const double variance : {2.2, 3.0, 4.0}) {
    const auto table = NoiseTable::make({.variance = variance});
    ASSERT_TRUE(table) << table.error().describe();
    EXPECT_EQ(table->deviation(0, 0x80000000), 0);
    for (std::uint64_t count = 1; count < 40; ++count) {
      double sum = 0, mean = 0, square = 0;
      const auto& p = table->probabilities(count);
      for (std::size_t i = 0; i < p.size(); ++i) {
        const double d = static_cast<double>(i) - 5, shown = static_cast<double>(count) + d;
        if (p[i] > 0) {
          EXPECT_TRUE(shown == 0 || shown >= 3) << count << " " << d;
        }
        sum += p[i];
        mean += p[i] * d;
        square += p[i] * d * d;
      }
      EXPECT_NEAR(sum, 1, 1e-9);
      EXPECT_NEAR(mean, 0, 1e-9);
      EXPECT_NEAR(square, variance, 1e-9);
    }
  }
}

TEST(NoiseTable, KeysSpreadOverAllDeviationsAsTheirProbabilitiesSay) {
  const auto table = NoiseTable::make({});
  ASSERT_TRUE(table);
  constexpr std::uint32_t kDraws = 100'000;
  std::map<int, int> seen;
  for (std::uint32_t k = 0; k < kDraws; ++k)
    ++seen[table->deviation(17, k * 42949U)];
  const auto& p = table->probabilities(17);
  for (int d = -5; d <= 5; ++d)
    EXPECT_NEAR(seen[d] / double{kDraws}, p[static_cast<std::size_t>(d + 5)], 0.002) << d;
}

TEST(NoiseTable, WhatCannotBeIsRefused) {
  EXPECT_EQ(NoiseTable::make({.variance = 1}).error().code, "cell_key.noise");  // 1 must go to 0 or at least to 3
  EXPECT_EQ(NoiseTable::make({.variance = 30}).error().code, "cell_key.noise");
  EXPECT_EQ(NoiseTable::make({.reach = 0}).error().code, "cell_key.noise");
}

class CellKey : public WithFolder {
 protected:
  TableRequest request(const std::string& csv, const std::string& column) {
    TableRequest out{.dataset = write("d" + std::to_string(++files_) + ".csv", csv), .rows = {column}, .columns = {}};
    out.policy.method = "cell_key";
    out.policy.decided = true;
    return out;
  }
  static std::map<std::string, double> shown(const PerturbedTable& result) {
    std::map<std::string, double> out;
    for (const Cell& cell : result.table.cells)
      out[cell.labels[0]] = cell.value;
    return out;
  }
  static std::string persons(int from, int to, const std::string& label) {
    std::string out;
    for (int i = from; i < to; ++i)
      out += "P" + std::to_string(i) + "," + label + "\n";
    return out;
  }
  int files_ = 0;
  const std::string key_ = std::string(32, 'k'), other_ = std::string(32, 'o');
};

TEST_F(CellKey, TheSamePersonsGetTheSameNumberWhateverTableTheyStandIn) {
  std::string header = "person_id,a\n";
  std::map<std::string, double> first, again, with_other_key;
  for (int i = 0; i < 30; ++i)
    header += persons(40 * i, 40 * i + 37, "g" + std::to_string(i));
  const auto one = perturb_table(request(header, "a"), as_bytes(key_));
  ASSERT_TRUE(one) << one.error().describe();
  first = shown(*one);
  // Each group twice in its rows, in another order, under another name.
  std::string other = "person_id,b\n";
  for (int i = 29; i >= 0; --i)
    for (int k = 0; k < 2; ++k)
      other += persons(40 * i, 40 * i + 37, "h" + std::to_string(i));
  const auto two = perturb_table(request(other, "b"), as_bytes(key_));
  ASSERT_TRUE(two) << two.error().describe();
  again = shown(*two);
  int moved = 0;
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(first["g" + std::to_string(i)], again["h" + std::to_string(i)]);
    moved += first["g" + std::to_string(i)] != 37;
  }
  EXPECT_GT(moved, 15);
  EXPECT_EQ(first["Total"], again["Total"]);
  EXPECT_LE(one->largest, 5);
  const auto three = perturb_table(request(header, "a"), as_bytes(other_));
  ASSERT_TRUE(three);
  EXPECT_NE(shown(*three), first);
}

TEST_F(CellKey, MeansOfManyCellsAreTrueAndOneAndTwoAreNeverShown) {
  std::string csv = "person_id,a\n";
  int person = 0;
  for (int i = 0; i < 1500; ++i) {
    csv += persons(person, person + 1 + i % 12, "g" + std::to_string(i));
    person += 1 + i % 12;
  }
  const auto result = perturb_table(request(csv, "a"), as_bytes(key_));
  ASSERT_TRUE(result) << result.error().describe();
  for (const Cell& cell : result->table.cells)
    EXPECT_TRUE(cell.value == 0 || cell.value >= 3);
  EXPECT_NEAR(result->mean, 0, 4 * std::sqrt(3.0 / 1500));
  EXPECT_NEAR(result->variance, 3, 0.6);
}

TEST_F(CellKey, ItNeedsACommitteesPolicyCountsAndALongKey) {
  const std::string csv = "person_id,a,v\nP1,x,1\nP2,y,2\n";
  EXPECT_EQ(perturb_table(request(csv, "a"), as_bytes("short")).error().code, "cell_key.key");
  TableRequest undecided = request(csv, "a");
  undecided.policy.decided = false;
  EXPECT_EQ(perturb_table(undecided, as_bytes(key_)).error().code, "cell_key.policy");
  TableRequest sum = request(csv, "a");
  sum.measure = Measure::kSum;
  sum.value = "v";
  EXPECT_EQ(perturb_table(sum, as_bytes(key_)).error().code, "cell_key.measure");
}

}  // namespace
}  // namespace sekisho::disclosure
