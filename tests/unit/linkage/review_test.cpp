// Clerical review: what is asked, who may answer, when an answer counts.
#include "linkage/review.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "core/file.h"
#include "linkage/probabilistic.h"
#include "spec_text.h"

namespace sekisho::linkage {
namespace {

namespace fs = std::filesystem;

const std::string kSpec = spec_text({{"record_id", "code", "", "id"},
                                     {"given_name", "name", "given_name", "given"},
                                     {"surname", "name", "surname", "family"},
                                     {"birth_date", "date", "date", "birth"}},
                                    {{"birth_date"}});

Vote vote(std::string_view who, Opinion opinion) {
  return {std::string(who), opinion, "2026-11-21T00:00:00Z"};
}

mode_t mode_of(const fs::path& path) {
  struct stat info{};
  return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 07777 : 0;
}

class ReviewTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_.emplace(*TemporaryFolder::create("clerical"));
    // Sixty persons twice; of three of them one name differs much, which leaves the model unsure.
    std::string csv = "id,given,family,birth\n";
    for (int i = 0; i < 60; ++i)
      for (int copy = 0; copy < 2; ++copy) {
        std::string given = std::string("Given") + static_cast<char>('a' + i / 8) + static_cast<char>('a' + i % 8);
        if (copy == 1 && i % 20 == 0) given = "Other";
        csv += "X" + std::to_string(100 + i) + (copy == 0 ? "a" : "b") + "," + given + ",Family" +
               static_cast<char>('a' + i % 7) + "," + std::to_string(1930 + i) + "-0" + std::to_string(1 + i % 9) +
               "-17\n";
      }
    ASSERT_TRUE(write_file_durable(dir() / "in.csv", csv));
    run();
  }
  void run() {
    auto spec = ModelSpec::parse(kSpec, "spec.toml");
    ASSERT_TRUE(spec) << spec.error().describe();
    const auto report =
        run_model(*spec, {dir() / "in.csv"}, dir() / "out.csv",
                  {.decisions = dir() / "decisions.jsonl",
                   .review = {.output = dir() / "pairs.json", .zone = {.low = 0.0001, .high = 0.9999, .most = 6}}});
    ASSERT_TRUE(report) << report.error().describe();
    ASSERT_TRUE(report->open_pairs);
  }
  std::unique_ptr<ReviewDesk> desk() const {
    auto made = ReviewDesk::open(dir(), {}, clock_, system_random());
    EXPECT_TRUE(made) << made.error().describe();
    return std::move(*made);
  }
  fs::path dir() const { return folder_->path(); }
  std::string text(const char* name) const { return read_text(dir() / name).value_or(""); }

  std::optional<TemporaryFolder> folder_;
  ManualClock clock_{*UtcTime::parse("2026-11-21T00:00:00Z")};
};

TEST(ReviewState, TwoDifferentPersonsDecideAndADisagreementGoesToAThird) {
  using enum Opinion;
  EXPECT_EQ(state_of({}), PairState::kOpen);
  EXPECT_EQ(state_of({vote("a", kSame)}), PairState::kOpen);
  EXPECT_EQ(state_of({vote("a", kSame), vote("b", kSame)}), PairState::kDecided);
  EXPECT_EQ(state_of({vote("a", kSame), vote("b", kDifferent)}), PairState::kThird);
  EXPECT_EQ(state_of({vote("a", kSame), vote("b", kUnsure)}), PairState::kThird);
  EXPECT_EQ(outcome_of({vote("a", kSame), vote("b", kDifferent), vote("c", kDifferent)}), kDifferent);
  EXPECT_EQ(state_of({vote("a", kSame), vote("b", kDifferent), vote("c", kUnsure)}), PairState::kThird);
  EXPECT_EQ(state_of({vote("a", kUnsure), vote("b", kUnsure)}), PairState::kThird);
}

TEST_F(ReviewTest, PairsAreOrderedByUncertaintyAndTheFileIsForItsOwnerOnly) {
  EXPECT_EQ(mode_of(dir() / "pairs.json"), 0600u);
  ASSERT_EQ(::chmod((dir() / "pairs.json").c_str(), 0644), 0);
  run();
  EXPECT_EQ(mode_of(dir() / "pairs.json"), 0600u);
  const Json rows = desk()->list("sato");
  ASSERT_GT(rows.size(), 0u);
  for (std::size_t i = 1; i < rows.size(); ++i)
    EXPECT_LE(std::abs(rows[i - 1]["weight"].get<double>()), std::abs(rows[i]["weight"].get<double>()));
  const auto pair = desk()->pair(rows[0]["id"].get<std::string>(), "sato");
  ASSERT_TRUE(pair);
  EXPECT_TRUE((*pair)["record_a"].contains("surname"));
  double sum = (*pair)["waterfall"]["prior"].get<double>() + (*pair)["waterfall"]["household"].get<double>();
  for (const Json& one : (*pair)["waterfall"]["comparisons"])
    sum += one["weight"].get<double>();
  EXPECT_NEAR(sum, (*pair)["waterfall"]["weight"].get<double>(), 1e-4);
}

TEST_F(ReviewTest, OnePersonAloneDecidesNothingHoweverOften) {
  const auto at = desk();
  const std::string id = at->list("sato")[0]["id"].get<std::string>();
  for (int i = 0; i < 3; ++i) {
    const auto answer = at->vote(id, "sato", Opinion::kSame);
    ASSERT_TRUE(answer);
    EXPECT_EQ((*answer)["state"], "open");
  }
  EXPECT_FALSE(fs::exists(dir() / "decisions.jsonl"));
  EXPECT_EQ(at->counts().one_vote, 1u);
  const auto second = at->vote(id, "suzuki", Opinion::kSame);
  ASSERT_TRUE(second);
  EXPECT_EQ((*second)["outcome"], "same");
  const auto decisions = load_decisions(dir() / "decisions.jsonl");
  ASSERT_TRUE(decisions);
  ASSERT_EQ(decisions->size(), 1u);
  EXPECT_EQ((*decisions)[0].verdict, Verdict::kSame);
  EXPECT_EQ((*decisions)[0].by, (std::vector<std::string>{"sato", "suzuki"}));
  EXPECT_EQ(at->vote(id, "tanaka", Opinion::kDifferent).error().code, "review.decided");
}

TEST_F(ReviewTest, ADecisionIsTakenBackByEitherOfTheTwoAndThePairWaitsAgain) {
  std::string id;
  {
    const auto at = desk();
    id = at->list("sato")[0]["id"].get<std::string>();
    EXPECT_EQ(at->withdraw(id, "sato").error().code, "review.nothing");
    ASSERT_TRUE(at->vote(id, "sato", Opinion::kSame));
    ASSERT_TRUE(at->vote(id, "suzuki", Opinion::kSame));
    EXPECT_EQ(at->decided("sato").size(), 1u);
    EXPECT_EQ(at->decided("tanaka").size(), 0u);
    EXPECT_EQ(at->withdraw(id, "tanaka").error().code, "review.nothing") << "nobody takes back the word of others";
    const auto back = at->withdraw(id, "suzuki");
    ASSERT_TRUE(back) << back.error().describe();
    EXPECT_EQ((*back)["state"], "open");
  }
  const auto at = desk();  // and in another process
  EXPECT_EQ(at->counts().one_vote, 1u);
  EXPECT_EQ(at->decided("sato").size(), 0u);
  const auto decisions = load_decisions(dir() / "decisions.jsonl");
  ASSERT_TRUE(decisions);
  EXPECT_EQ(decisions->size(), 2u) << "what was decided stays readable";
  EXPECT_TRUE(standing(*decisions).empty());
  ASSERT_TRUE(at->vote(id, "tanaka", Opinion::kSame));
  EXPECT_EQ(standing(*load_decisions(dir() / "decisions.jsonl")).size(), 1u);
  ASSERT_TRUE(at->withdraw(id, "sato"));
  EXPECT_TRUE(standing(*load_decisions(dir() / "decisions.jsonl")).empty());
}

TEST_F(ReviewTest, ADisagreementIsSettledByAnotherPerson) {
  const auto at = desk();
  const std::string id = at->list("sato")[0]["id"].get<std::string>();
  ASSERT_TRUE(at->vote(id, "sato", Opinion::kSame));
  ASSERT_TRUE(at->vote(id, "suzuki", Opinion::kDifferent));
  EXPECT_EQ(at->vote(id, "sato", Opinion::kDifferent).error().code, "review.third");
  EXPECT_EQ(at->vote(id, "suzuki", Opinion::kSame).error().code, "review.third");
  for (const char* who : {"sato", "suzuki"})
    for (const Json& row : at->list(who))
      EXPECT_NE(row["id"], id);
  EXPECT_EQ(at->list("tanaka")[0]["state"], "third");
  const auto third = at->vote(id, "tanaka", Opinion::kDifferent);
  ASSERT_TRUE(third);
  EXPECT_EQ((*third)["outcome"], "different");
}

TEST_F(ReviewTest, NobodySeesTheOpinionOfAnother) {
  const auto at = desk();
  const std::string id = at->list("sato")[0]["id"].get<std::string>();
  ASSERT_TRUE(at->vote(id, "sato", Opinion::kDifferent));
  EXPECT_EQ(at->list("sato")[0]["mine"], "different");
  const auto pair = at->pair(id, "suzuki");
  ASSERT_TRUE(pair);
  EXPECT_TRUE((*pair)["mine"].is_null());
  EXPECT_EQ(pair->dump().find("sato"), std::string::npos);
}

TEST_F(ReviewTest, VotesOutliveTheProcessAndAnotherRun) {
  std::string a, b;
  {
    const auto at = desk();
    const std::string id = at->list("sato")[0]["id"].get<std::string>();
    const auto pair = at->pair(id, "sato");
    a = (*pair)["a"], b = (*pair)["b"];
    ASSERT_TRUE(at->vote(id, "sato", Opinion::kSame));
  }
  run();
  const auto at = desk();
  EXPECT_EQ(at->counts().one_vote, 1u);
  for (const Json& row : at->list("suzuki")) {
    const std::string id = row["id"].get<std::string>();
    const auto pair = at->pair(id, "suzuki");
    if ((*pair)["a"] != a || (*pair)["b"] != b) continue;
    EXPECT_EQ((*at->vote(id, "suzuki", Opinion::kSame))["outcome"], "same");
  }
}

TEST_F(ReviewTest, ADecisionIsNeverOverturnedByAnotherRunAndNeverAskedAgain) {
  const auto person_of = [&](const std::string& record) {
    const std::string out = text("out.csv");
    const std::size_t at = out.find("\n" + record + ",");
    return out.substr(at + 2 + record.size(), 13);
  };
  for (const Opinion opinion : {Opinion::kSame, Opinion::kDifferent, Opinion::kSame}) {
    fs::remove(dir() / "decisions.jsonl"), fs::remove(dir() / "votes.jsonl");
    run();
    const auto at = desk();
    const Json rows = at->list("sato");
    std::vector<std::pair<std::string, std::string>> decided;
    for (const Json& row : rows) {
      const std::string id = row["id"].get<std::string>();
      const auto pair = at->pair(id, "sato");
      decided.emplace_back((*pair)["a"], (*pair)["b"]);
      ASSERT_TRUE(at->vote(id, "sato", opinion));
      ASSERT_TRUE(at->vote(id, "suzuki", opinion));
      if (opinion == Opinion::kSame) break;  // all of them as one person may join many
    }
    run();
    for (const auto& [a, b] : decided)
      EXPECT_EQ(person_of(a) == person_of(b), opinion == Opinion::kSame);
    const auto again = ReviewQueue::load(dir() / "pairs.json");
    ASSERT_TRUE(again);
    for (const OpenPair& pair : again->pairs) {
      const bool known = std::ranges::find(decided, std::pair(pair.a, pair.b)) != decided.end();
      EXPECT_EQ(known, !pair.decided.by.empty());
    }
    const auto later = desk();
    EXPECT_EQ(later->decided("sato").size(), decided.size());
    EXPECT_EQ(later->decided("suzuki").size(), decided.size());
    EXPECT_EQ(later->decided("tanaka").size(), 0u);
    for (const char* who : {"sato", "suzuki", "tanaka"})
      for (const Json& row : later->list(who))
        EXPECT_NE(row["state"], "decided");
  }
}

TEST_F(ReviewTest, ADecisionIsTakenBackAfterAnyNumberOfRuns) {
  std::string a, b;
  const auto decide_first = [&](Opinion opinion) {
    const auto at = desk();
    const std::string id = at->list("sato")[0]["id"].get<std::string>();
    const Json shown = at->pair(id, "sato").value();
    a = shown["a"].get<std::string>(), b = shown["b"].get<std::string>();
    EXPECT_TRUE(at->vote(id, "sato", opinion));
    EXPECT_TRUE(at->vote(id, "suzuki", opinion));
  };
  const auto waits = [&] {  // for a third person
    const auto at = desk();
    const Json rows = at->list("tanaka");
    return std::ranges::any_of(rows, [&](const Json& row) {
      const Json shown = at->pair(row["id"].get<std::string>(), "tanaka").value();
      return shown["a"] == a && shown["b"] == b;
    });
  };
  for (const Opinion opinion : {Opinion::kSame, Opinion::kDifferent}) {
    decide_first(opinion);
    run(), run(), run();
    EXPECT_FALSE(waits());
    auto at = desk();
    const Json rows = at->decided("suzuki");
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows[0]["mine"], opinion_name(opinion));
    const std::string id = rows[0]["id"].get<std::string>();
    const auto pair = at->pair(id, "suzuki");
    ASSERT_TRUE(pair);
    EXPECT_EQ((*pair)["joined"], opinion == Opinion::kSame);
    EXPECT_GT((*pair)["waterfall"]["weight"].get<double>(), -100) << "what the model says, not the decision";
    EXPECT_FALSE(pair->contains("decided"));
    EXPECT_EQ(at->vote(id, "tanaka", Opinion::kSame).error().code, "review.decided");
    EXPECT_EQ(at->withdraw(id, "tanaka").error().code, "review.nothing");
    const auto back = at->withdraw(id, "suzuki");
    ASSERT_TRUE(back) << back.error().describe();
    EXPECT_EQ((*back)["state"], "open");
    EXPECT_TRUE(standing(*load_decisions(dir() / "decisions.jsonl")).empty());
    at.reset();
    EXPECT_EQ(desk()->decided("sato").size(), 0u);
    EXPECT_TRUE(waits()) << "before the next run";
    run();
    EXPECT_TRUE(waits());
    EXPECT_EQ(desk()->counts().one_vote, 1u) << "the other one's word still stands";
    fs::remove(dir() / "votes.jsonl");
    run();
  }
}

TEST_F(ReviewTest, ADecisionStaysWhereARecordHasChangedSinceButAloneNobodysWordDoes) {
  const std::string id = desk()->list("sato")[0]["id"].get<std::string>();
  ASSERT_TRUE(desk()->vote(id, "sato", Opinion::kSame));
  ASSERT_TRUE(desk()->vote(id, "suzuki", Opinion::kSame));
  run();
  Json queue = read_json(dir() / "pairs.json").value();
  for (Json& pair : queue["pairs"])
    pair["record_b"]["surname"] = "Changed";
  ASSERT_TRUE(write_file_durable(dir() / "pairs.json", queue.dump(), 0600));
  const auto at = desk();
  const Json rows = at->decided("sato");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(at->counts().same, 1u);
  const auto back = at->withdraw(rows[0]["id"].get<std::string>(), "sato");
  ASSERT_TRUE(back) << back.error().describe();
  EXPECT_EQ(at->counts().one_vote, 0u) << "the other vote was about other values";
  EXPECT_EQ(desk()->counts().one_vote, 0u);
  EXPECT_EQ(desk()->counts().same, 0u);
}

TEST_F(ReviewTest, WhatTwoDecidedElsewhereIsTheirsToTakeBack) {
  const Json first = *desk()->pair(desk()->list("sato")[0]["id"].get<std::string>(), "sato");
  ASSERT_TRUE(append_decision(dir() / "decisions.jsonl", {.a = first["a"].get<std::string>(),
                                                          .b = first["b"].get<std::string>(),
                                                          .verdict = Verdict::kDifferent,
                                                          .by = {"sato", "suzuki"},
                                                          .at = "2026-11-20T00:00:00Z",
                                                          .reason = "a letter"}));
  run();
  const auto at = desk();
  ASSERT_EQ(at->decided("sato").size(), 1u);
  EXPECT_EQ(at->counts().different, 1u);
  ASSERT_TRUE(at->withdraw(at->decided("sato")[0]["id"].get<std::string>(), "sato"));
  EXPECT_TRUE(standing(*load_decisions(dir() / "decisions.jsonl")).empty());
}

TEST_F(ReviewTest, ADecisionThatAPowerLossCutOffIsWrittenLater) {
  std::string id;
  {
    const auto at = desk();
    id = at->list("sato")[0]["id"].get<std::string>();
    ASSERT_TRUE(at->vote(id, "sato", Opinion::kSame));
    ASSERT_TRUE(at->vote(id, "suzuki", Opinion::kSame));
  }
  fs::remove(dir() / "decisions.jsonl");
  const auto at = desk();
  ASSERT_TRUE(at->pair(id, "sato"));
  EXPECT_EQ(load_decisions(dir() / "decisions.jsonl")->size(), 1u);
}

TEST_F(ReviewTest, TheLedgerAndErrorsHoldNoValueAndNoIdOfARecord) {
  const auto at = desk();
  for (const Json& row : at->list("sato")) {
    const std::string id = row["id"].get<std::string>();
    ASSERT_TRUE(at->pair(id, "sato"));
    ASSERT_TRUE(at->vote(id, "sato", Opinion::kSame));
    ASSERT_TRUE(at->vote(id, "suzuki", Opinion::kSame));
    const std::string error = at->vote(id, "tanaka", Opinion::kSame).error().describe();
    EXPECT_EQ(error.find("X1"), std::string::npos);
  }
  const std::string ledger = text("ledger/entries.jsonl");
  ASSERT_NE(ledger.find("review.decided"), std::string::npos);
  for (const char* name : {"Given", "Family", "Other", "X1"})
    EXPECT_EQ(ledger.find(name), std::string::npos) << name;
  EXPECT_EQ(at->vote("0000", "sato", Opinion::kSame).error().code, "review.pair");
}

TEST_F(ReviewTest, ASecretIsGoodForItsPersonUntilItEnds) {
  const Reviewers who(dir());
  const auto secret = who.invite("sato", std::chrono::days(30), clock_, system_random());
  ASSERT_TRUE(secret);
  EXPECT_EQ(text("reviewers.json").find(*secret), std::string::npos);
  EXPECT_EQ(mode_of(dir() / "reviewers.json"), 0600u);
  EXPECT_EQ(who.identify(*secret, clock_), "sato");
  EXPECT_EQ(who.identify("", clock_).error().code, "review.secret");
  EXPECT_EQ(who.identify(std::string(64, '0'), clock_).error().code, "review.secret");
  const auto newer = who.invite("sato", std::chrono::days(30), clock_, system_random());
  EXPECT_EQ(who.identify(*secret, clock_).error().code, "review.secret");
  EXPECT_EQ(who.identify(*newer, clock_), "sato");
  clock_.advance_seconds(31 * 86400);
  EXPECT_EQ(who.identify(*newer, clock_).error().code, "review.secret");
  EXPECT_TRUE(who.revoke("sato"));
  EXPECT_EQ(who.revoke("sato").error().code, "usage.reviewer");
  EXPECT_EQ(who.invite("", std::chrono::days(1), clock_, system_random()).error().code, "usage.reviewer");
  EXPECT_EQ(who.invite("a\nb", std::chrono::days(1), clock_, system_random()).error().code, "usage.reviewer");
}

TEST_F(ReviewTest, AFileThatIsNoReviewIsRefused) {
  for (const char* bad :
       {"", "{}", "[]", R"({"review":1})", R"({"review":1,"salt":"","pairs":[{}]})",
        R"({"review":1,"salt":"","pairs":[{"a":1,"b":"","record_a":{},"record_b":{},"waterfall":{}}]})"}) {
    ASSERT_TRUE(write_file_durable(dir() / "pairs.json", std::string_view(bad)));
    EXPECT_FALSE(ReviewDesk::open(dir(), {}, clock_, system_random())) << bad;
  }
}

TEST_F(ReviewTest, AVoteAboutARecordThatHasChangedSinceCountsNoLonger) {
  const std::string id = desk()->list("sato")[0]["id"].get<std::string>();
  ASSERT_TRUE(desk()->vote(id, "sato", Opinion::kSame));
  EXPECT_EQ(desk()->counts().one_vote, 1u);
  Json queue = read_json(dir() / "pairs.json").value();
  const auto open_now = [&] {
    EXPECT_TRUE(write_file_durable(dir() / "pairs.json", queue.dump(), 0600));
    return desk()->counts().one_vote;
  };
  EXPECT_EQ(open_now(), 1u) << "written again, the same records";
  const Json before = queue;
  for (Json& pair : queue["pairs"])
    pair["record_b"]["surname"] = "Changed";
  EXPECT_EQ(open_now(), 0u);
  const auto again = desk()->vote(id, "suzuki", Opinion::kSame);
  ASSERT_TRUE(again);
  EXPECT_EQ((*again)["state"], "open") << "the vote about other values is none";
  ASSERT_TRUE(desk()->vote(id, "sato", Opinion::kSame));
  EXPECT_EQ(desk()->counts().same, 1u);
}

TEST_F(ReviewTest, VotesOfWhoIsStruckOffAreVoidUnlessThePairIsDecided) {
  const Reviewers reviewers(dir());
  ASSERT_TRUE(reviewers.invite("sato", std::chrono::days(7), clock_, system_random()));
  const auto at = desk();
  const Json rows = at->list("sato");
  ASSERT_GE(rows.size(), 2u);
  const std::string open = rows[0]["id"].get<std::string>(), decided = rows[1]["id"].get<std::string>();
  ASSERT_TRUE(at->vote(open, "sato", Opinion::kSame));
  ASSERT_TRUE(at->vote(decided, "sato", Opinion::kDifferent));
  ASSERT_TRUE(at->vote(decided, "suzuki", Opinion::kDifferent));
  ASSERT_TRUE(reviewers.revoke("sato"));
  const auto next = at->vote(open, "tanaka", Opinion::kSame);
  ASSERT_TRUE(next);
  EXPECT_EQ((*next)["state"], "open") << "a desk that is open hears of it";
  EXPECT_EQ(desk()->counts().different, 1u) << "what was decided stays decided";
  EXPECT_EQ(desk()->counts().one_vote, 1u);
}

}  // namespace
}  // namespace sekisho::linkage
