// Calibration against figures worked out by hand and Wilson's published interval.
#include "linkage/calibration.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/file.h"

namespace sekisho::linkage {
namespace {

TEST(Calibration, ProbabilitiesThatHoldHaveNoError) {
  std::vector<Judged> judged;
  for (int i = 0; i < 1000; ++i)
    judged.push_back({0.25, i % 4 == 0});
  const Calibration out = calibrate(judged);
  EXPECT_NEAR(out.error, 0, 1e-12);
  EXPECT_NEAR(out.brier, 0.25 * 0.75, 1e-12);
  EXPECT_EQ(out.grey, 1000u);
}

TEST(Calibration, TheErrorIsTheMeanDistanceOfBinsWeightedByTheirCounts) {
  std::vector<Judged> judged;
  for (int i = 0; i < 10; ++i)
    judged.push_back({0.85, i < 5});  // says 0.85, is 0.5
  for (int i = 0; i < 30; ++i)
    judged.push_back({0.15, i < 3});  // says 0.15, is 0.1
  const Calibration out = calibrate(judged);
  EXPECT_NEAR(out.error, (10 * 0.35 + 30 * 0.05) / 40, 1e-12);
  const auto bin = std::ranges::find_if(out.bins, [](const ReliabilityBin& b) { return b.count == 10; });
  ASSERT_NE(bin, out.bins.end());
  // Wilson's 95 % interval of 5 of 10 (Brown, Cai and DasGupta 2001 give 0.237 to 0.763).
  EXPECT_NEAR(bin->low, 0.2366, 5e-4);
  EXPECT_NEAR(bin->high, 0.7634, 5e-4);
}

TEST(Calibration, FilesAreJudgedByTheTruthAndBadOnesAreRefused) {
  const auto folder = *TemporaryFolder::create("calibration");
  const auto put = [&](const char* name, std::string_view text) {
    EXPECT_TRUE(write_file_durable(folder.path() / name, text));
    return folder.path() / name;
  };
  const auto truth = put("truth.csv", "record_id,person_id\na,1\nb,1\nc,2\nd,3\ne,3\n");
  const auto pairs = calibrate_pairs(
      put("pairs.csv", "record_a,record_b,probability\na,b,0.9\na,c,0.1\nd,e,0.2\na,unknown,0.5\n"), truth, "");
  ASSERT_TRUE(pairs) << pairs.error().describe();
  EXPECT_EQ(pairs->count, 3u);
  EXPECT_EQ(pairs->unknown, 1u);
  EXPECT_NEAR(pairs->brier, (0.01 + 0.01 + 0.64) / 3, 1e-12);
  // a and b are right together, c is right alone, d and e should not be alone.
  const auto clusters = calibrate_clusters(
      put("clusters.csv", "record_id,person_id,probability\na,P1,1\nb,P1,1\nc,P2,1\nd,P3,0.5\ne,P4,0.5\n"), truth, "");
  ASSERT_TRUE(clusters);
  EXPECT_NEAR(clusters->brier, (0.25 + 0.25) / 5, 1e-12);
  for (const char* bad :
       {"", "x\n", "record_a,record_b,probability\na,b,1.5\n", "record_a,record_b,probability\na,b,x\n",
        "record_a,record_b,probability\na,b\n", "record_a,record_b,probability\na,b,nan\n"})
    EXPECT_FALSE(calibrate_pairs(put("bad.csv", bad), truth, "")) << bad;
}

TEST(Calibration, ThePlotIsOneSvgAndEscapesItsTitle) {
  const std::string svg = reliability_svg(calibrate({{0.5, true}, {0.999999, true}, {0, false}}), "a<b", "pairs");
  EXPECT_TRUE(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
  EXPECT_NE(svg.find("a&lt;b"), std::string::npos);
  EXPECT_EQ(svg.find("nan"), std::string::npos);
}

}  // namespace
}  // namespace sekisho::linkage
