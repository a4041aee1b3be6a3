// Recall of blocking against a truth counted by hand, and rules learned without labels.
#include "linkage/blocking_learn.h"

#include <gtest/gtest.h>

#include "core/file.h"
#include "core/random.h"
#include "linkage/probabilistic.h"
#include "spec_text.h"

namespace sekisho::linkage {
namespace {

const std::string kSpec = spec_text({{"record_id", "code", "", "id"},
                                     {"given_name", "name", "given_name", "given"},
                                     {"surname", "name", "surname", "family"},
                                     {"birth_date", "date", "date", "birth"},
                                     {"phone", "digits", "code"}},
                                    {{"birth_date", "phone"}});

class BlockingLearn : public testing::Test {
 protected:
  // 600 persons twice. Of each tenth the birth date differs, of each seventh the phone, of each fifth the given name.
  void SetUp() override {
    folder_.emplace(*TemporaryFolder::create("blocking"));
    SeededRandom random(11);
    const auto word = [&] {
      std::string out;
      for (int i = 0; i < 6; ++i)
        out += static_cast<char>('a' + random.below(26));
      return out;
    };
    std::string csv = "id,given,family,birth,phone\n", truth = "record_id,person_id\n";
    for (int i = 0; i < 600; ++i) {
      const std::string given = word(), family = word();
      const int year = 1930 + static_cast<int>(random.below(70)), day = 10 + static_cast<int>(random.below(18));
      const auto phone = 1000000000 + random.below(900000000);
      for (int copy = 0; copy < 2; ++copy) {
        const std::string id = "R" + std::to_string(i) + (copy == 0 ? "a" : "b");
        csv += id + "," + (copy == 1 && i % 5 == 0 ? word() : given) + "," + family + "," +
               std::to_string(copy == 1 && i % 10 == 0 ? year - 20 : year) + "-03-" + std::to_string(day) + "," +
               std::to_string(copy == 1 && i % 7 == 0 ? phone + 5003 : phone) + "\n";
        truth += id + "," + std::to_string(i) + "\n";
      }
    }
    ASSERT_TRUE(write_file_durable(path("in.csv"), csv));
    ASSERT_TRUE(write_file_durable(path("truth.csv"), truth));
  }
  BlockingReport examine(bool learn) const {
    const auto spec = ModelSpec::parse(kSpec, "spec.toml");
    EXPECT_TRUE(spec) << spec.error().describe();
    auto report = examine_blocking(
        *spec, {.inputs = {path("in.csv")}, .truth = path("truth.csv"), .truth_columns = {}, .learn = learn});
    EXPECT_TRUE(report) << report.error().describe();
    return *report;
  }
  std::filesystem::path path(const char* name) const { return folder_->path() / name; }
  std::optional<TemporaryFolder> folder_;
};

TEST_F(BlockingLearn, RecallIsTheShareOfTruePairsThatARuleProposes) {
  const BlockingReport report = examine(false);
  // Equal birth date and phone: i % 10 != 0 and i % 7 != 0. Of 600: 600 - 60 - 86 + 9.
  ASSERT_TRUE(report.real);
  EXPECT_DOUBLE_EQ(*report.real, 463.0 / 600);
  ASSERT_EQ(report.rules.size(), 1u);
  EXPECT_DOUBLE_EQ(*report.rules[0].real, *report.real);
  EXPECT_DOUBLE_EQ(report.rules[0].only, report.rules[0].sure);
  EXPECT_FALSE(report.estimated);
}

TEST_F(BlockingLearn, LearnedRulesReachMoreWithoutLabelsAndTheEstimateIsNearTheMeasure) {
  const BlockingReport report = examine(true);
  ASSERT_TRUE(report.real);
  EXPECT_GT(*report.real, 0.985);
  ASSERT_TRUE(report.estimated);
  EXPECT_NEAR(*report.estimated, *report.real, 0.02);
  EXPECT_LE(report.rules.size(), 20u);
  EXPECT_LT(report.candidates, 5000u);
  // What was learned is a spec again.
  const std::string text = kSpec.substr(0, kSpec.find("[[block]]")) + report.toml;
  const auto spec = ModelSpec::parse(text, "learned.toml");
  ASSERT_TRUE(spec) << spec.error().describe();
  EXPECT_EQ(spec->blocks.size(), report.rules.size());
}

TEST_F(BlockingLearn, OneValueInAllRowsMakesNoRuleThatProposesAllPairs) {
  std::string csv = "id,given,family,birth,phone\n";
  for (int i = 0; i < 4000; ++i)
    csv += "R" + std::to_string(i) + ",taro,yamada,1970-01-0" + std::to_string(1 + i % 9) + ",0\n";
  ASSERT_TRUE(write_file_durable(path("in.csv"), csv));
  const BlockingReport report = examine(true);
  EXPECT_LT(report.candidates, 100'000u);
}

}  // namespace
}  // namespace sekisho::linkage
