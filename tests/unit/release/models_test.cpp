// The audit of a release judges every model of its policy by SQL, and refuses files that another policy would not let
// go.
#include <fstream>

#include "fixture.h"
#include "release/made.h"

namespace sekisho::release {
namespace {

const char* const kModels = R"(
[[model]]
kind = "l-diversity"
variant = "distinct"
l = 2
attribute = "drug_code"
[[model]]
kind = "l-diversity"
variant = "entropy"
l = 1.5
attribute = "drug_code"
[[model]]
kind = "l-diversity"
variant = "recursive"
l = 2
c = 4
attribute = "drug_code"
[[model]]
kind = "t-closeness"
distance = "equal"
t = 0.4
attribute = "drug_code"
[[model]]
kind = "beta-likeness"
variant = "basic"
beta = 2
attribute = "drug_code"
[[model]]
kind = "delta-disclosure"
delta = 3
attribute = "drug_code"
[[model]]
kind = "k-map"
k = 20
[[model]]
kind = "delta-presence"
minimum = 0.0
maximum = 0.8
[[model]]
kind = "sample-uniqueness"
threshold = 0
[[model]]
kind = "average-risk"
threshold = 0.05
)";

struct ModelsTest : ReleaseTest {
  fs::path policy = place.path() / "policy.toml";
  void SetUp() override {
    ReleaseTest::SetUp();
    const fs::path specs = kPurpose.parent_path();
    fs::copy(specs / "season.csv", place.path() / "season.csv");
    std::string text = *read_text(specs / "influenza-antivirals.policy.toml");
    text.insert(text.find("person ="), "population = \"everybody.csv\"\n");
    std::ofstream(policy) << text << kModels;
    // Two persons of the population for each of 600 who could be drawn, in each season.
    std::ofstream everybody(place.path() / "everybody.csv");
    everybody << "season,age,sex,area\n";
    for (const char* season : {"2015/16", "2016/17", "2017/18", "2018/19"})
      for (int age = 15; age < 110; ++age)
        for (const char* sex : {"M", "F"})
          for (const char* area : {"1301", "1302"})
            for (int i = 0; i < 4; ++i)
              everybody << season << ',' << age << ',' << sex << ',' << area << '\n';
  }
};

TEST_F(ModelsTest, EveryModelOfThePolicyIsJudgedAndNamedInTheManifest) {
  BuildRequest request = request_of(*tables, out);
  request.policy = policy;
  const auto report = build(request);
  ASSERT_TRUE(report) << report.error().describe();
  ASSERT_FALSE(report->empty) << report->reason;
  const Json models = report->manifest["audit"]["models"];
  EXPECT_EQ(models.size(), 11u) << models.dump();
  for (const char* name : {"l-diversity", "t-closeness", "beta-likeness", "delta-disclosure", "k-map", "delta-presence",
                           "sample-uniqueness", "average-risk", "k-anonymity"})
    EXPECT_NE(models.dump().find(name), std::string::npos) << name;
  EXPECT_EQ(report->to_json()["models"], models);
}

TEST_F(ModelsTest, AFileWhoseDrugsWereSortedIntoOneClassFailsTheAuditByItsModels) {
  BuildRequest request = request_of(*tables, out);
  request.policy = policy;
  ASSERT_TRUE(build(request));
  const auto prepared = detail::prepare(source(*tables), kPurpose, policy, 1, "1GB");
  ASSERT_TRUE(prepared) << prepared.error().describe();
  const auto good = detail::audit_models(out / "dataset.csv", *prepared);
  ASSERT_TRUE(good) << good.error().describe();
  EXPECT_TRUE(good->ok) << good->problems.front();
  std::string text = *read_text(out / "dataset.csv");
  for (auto at = text.find("622012101"); at != std::string::npos; at = text.find("622012101", at + 1))
    text.replace(at, 9, "610443074");
  std::ofstream(out / "dataset.csv", std::ios::binary) << text;
  const auto bad = detail::audit_models(out / "dataset.csv", *prepared);
  ASSERT_TRUE(bad) << bad.error().describe();
  EXPECT_FALSE(bad->ok);
  EXPECT_GE(bad->problems.size(), 4u) << "distinct, entropy, recursive diversity and closeness";
}

TEST_F(ModelsTest, APolicyThatDrawsASampleIsRefused) {
  std::ofstream(policy)
      << "person = \"person\"\n[[attribute]]\nname = \"sex\"\nkind = \"quasi\"\nminimum = 0\nmaximum = "
         "0\n[attribute.rule]\nkind = \"top\"\n[[model]]\nkind = \"differential-privacy\"\nepsilon = "
         "1.0\ndelta = 0.000001\n";
  BuildRequest request = request_of(*tables, out);
  request.policy = policy;
  EXPECT_EQ(build(request).error().code, "release.policy");
}

}  // namespace
}  // namespace sekisho::release
