#include "linkage/decisions.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "core/csv.h"
#include "core/file.h"
#include "linkage/cluster.h"
#include "linkage/probabilistic.h"
#include "spec_text.h"

namespace sekisho::linkage {
namespace {

namespace fs = std::filesystem;

Decision decide(const char* a, const char* b, Verdict verdict) {
  return {a, b, verdict, {"reviewer-1", "reviewer-2"}, "2026-11-21T00:00:00.000000Z", "seen on paper"};
}

class DecisionsFile : public testing::Test {
 protected:
  void SetUp() override { folder_.emplace(TemporaryFolder::create().value()); }
  fs::path file() const { return folder_->path() / "decisions.jsonl"; }
  std::optional<TemporaryFolder> folder_;
};

TEST_F(DecisionsFile, TheLastDecisionAboutAPairCounts) {
  ASSERT_TRUE(load_decisions(file())->empty());
  ASSERT_TRUE(append_decision(file(), decide("a", "b", Verdict::kSame)));
  ASSERT_TRUE(append_decision(file(), decide("c", "d", Verdict::kDifferent)));
  ASSERT_TRUE(append_decision(file(), decide("b", "a", Verdict::kDifferent)));
  ASSERT_TRUE(append_decision(file(), decide("d", "c", Verdict::kOpen)));
  const auto all = load_decisions(file());
  ASSERT_TRUE(all);
  EXPECT_EQ(all->size(), 4u);
  const std::vector<Decision> counting = standing(*all);
  ASSERT_EQ(counting.size(), 1u);
  EXPECT_EQ(counting[0].verdict, Verdict::kDifferent);
  EXPECT_EQ(counting[0].a, "a");
  EXPECT_EQ(counting[0].by.size(), 2u);
}

TEST_F(DecisionsFile, ATornLastLineIsNoDecisionAndTheNextOneStillIs) {
  ASSERT_TRUE(append_decision(file(), decide("a", "b", Verdict::kSame)));
  std::ofstream(file(), std::ios::app) << R"({"a":"x","b":)";
  EXPECT_EQ(load_decisions(file())->size(), 1u);
  ASSERT_TRUE(append_decision(file(), decide("c", "d", Verdict::kSame)));
  const auto all = load_decisions(file());
  ASSERT_TRUE(all);
  EXPECT_EQ(all->size(), 2u);
}

TEST_F(DecisionsFile, WhatIsNoDecisionIsRefusedWithItsLine) {
  std::ofstream(file()) << decide("a", "b", Verdict::kSame).to_json().dump()
                        << "\n{\"a\":\"x\",\"b\":\"x\",\"decision\":\"same\"}\n";
  const auto all = load_decisions(file());
  ASSERT_FALSE(all);
  EXPECT_EQ(all.error().code, "linkage.decision");
  EXPECT_EQ(all.error().place.line, 2);
  EXPECT_FALSE(append_decision(file(), decide("a", "a", Verdict::kSame)));
}

TEST(Decisions, AChainOfSameThatMeetsDifferentIsAContradiction) {
  const std::vector<Decision> known = {decide("a", "b", Verdict::kSame), decide("a", "c", Verdict::kDifferent)};
  EXPECT_TRUE(contradiction(known, decide("b", "c", Verdict::kSame)));
  EXPECT_FALSE(contradiction(known, decide("a", "c", Verdict::kSame))) << "that replaces the earlier decision";
  EXPECT_FALSE(contradiction(known, decide("b", "d", Verdict::kSame)));
}

TEST(Decisions, ClustersObeyThemWhateverTheWeights) {
  const std::vector<Edge> edges = {{0, 1, 20}, {1, 2, 20}, {0, 2, 20}, {3, 4, 20}};
  const auto weight = [](std::uint32_t a, std::uint32_t b) { return a / 3 == b / 3 ? 20.F : -20.F; };
  Constraints constraints{.together = {{4, 5}}, .apart = {{0, 2}, {3, 4}}, .torn = {}};
  constraints.prepare();
  const auto forbidding = [&](std::uint32_t a, std::uint32_t b) {
    return constraints.forbids(a, b) ? -std::numeric_limits<float>::infinity() : weight(a, b);
  };
  std::vector<Edge> left;
  for (const Edge& edge : edges)
    if (!constraints.forbids(edge.a, edge.b)) left.push_back(edge);
  const auto person = cluster(6, left, forbidding, {0, 1, 2, 3, 4, 5}, 0, constraints);
  EXPECT_NE(person[0], person[2]);
  EXPECT_NE(person[3], person[4]);
  EXPECT_EQ(person[4], person[5]);
}

TEST_F(DecisionsFile, ARunObeysThemEvenBetweenRecordsThatAreEqual) {
  const fs::path input = folder_->path() / "in.csv", output = folder_->path() / "out.csv";
  std::string text = "id,surname,given_name,dob,zip\n";
  for (int i = 0; i < 60; ++i)  // pairs of equal records; each pair another person
    text += fmt::format("r{},Surname{},Given{},19{:02}-0{}-1{},{}\n", i, i / 2, 'A' + i / 2, 20 + i / 2, 1 + i / 2 % 9,
                        i / 2 % 9, 10000 + 37 * (i / 2));
  std::ofstream(input) << text;
  const auto spec = ModelSpec::parse(spec_text({{"record_id", "code", "", "id"},
                                                {"surname", "name", "surname"},
                                                {"given_name", "name", "given_name"},
                                                {"birth_date", "date", "date", "dob"},
                                                {"postcode", "code", "code", "zip"}},
                                               {{"surname"}}),
                                     "spec");
  ASSERT_TRUE(spec) << spec.error().describe();
  const auto persons = [&]() {
    EXPECT_TRUE(run_model(*spec, {input}, output, {.decisions = file()}));
    std::map<std::string, std::string> out;
    const CsvTable table = read_csv_file(output).value();
    for (const auto& row : table.rows)
      out[row[0]] = row[1];
    return out;
  };
  auto found = persons();
  ASSERT_EQ(found["r0"], found["r1"]);
  ASSERT_NE(found["r0"], found["r2"]);
  ASSERT_TRUE(append_decision(file(), decide("r0", "r1", Verdict::kDifferent)));
  ASSERT_TRUE(append_decision(file(), decide("r4", "r6", Verdict::kSame)));
  found = persons();
  EXPECT_NE(found["r0"], found["r1"]);
  EXPECT_EQ(found["r4"], found["r6"]);
  EXPECT_EQ(found["r2"], found["r3"]);
  ASSERT_TRUE(append_decision(file(), decide("r1", "r0", Verdict::kOpen)));
  EXPECT_EQ(persons()["r0"], persons()["r1"]);
}

}  // namespace
}  // namespace sekisho::linkage
