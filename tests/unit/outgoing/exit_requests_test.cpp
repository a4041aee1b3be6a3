#include "outgoing/exit_requests.h"

#include "../disclosure/datasets.h"
#include "core/random.h"

namespace sekisho::outgoing {
namespace {

using State = ExitState;
using Event = ExitEvent;

class Exit : public disclosure::WithFolder {
 protected:
  void SetUp() override {
    ledger_ = std::move(*ledger::Ledger::open(folder_->path() / "ledger", "sekisho/test",
                                              *crypto::PrivateKey::generate(crypto::KeyKind::kEd25519), clock_,
                                              system_random()));
    exits_.emplace(*ExitRequests::open(*ledger_, clock_));
  }
  // State after an act, or the code of the rule that refused it.
  std::string act(Event event, const std::string& actor, ExitAct more = {}) {
    more.request = "r1";
    more.event = event;
    more.actor = actor;
    if (more.files.empty()) more.files = files_;
    const auto done = exits_->act(more);
    return done ? std::string(name(done->state)) : done.error().code;
  }
  std::string check(disclosure::Verdict verdict, bool safe_table = true) {
    ExitAct more;
    more.verdict = verdict;
    more.by_safe_table = safe_table;
    return act(Event::kCheck, "engine", more);
  }
  std::size_t refused() {
    std::size_t count = 0;
    const auto entries = ledger_->entries(0, ledger_->size());
    for (const ledger::Entry& entry : *entries)
      count += entry.kind == "exit.refused";
    return count;
  }
  std::vector<ExitFile> files_ = {{"table.csv", std::string(64, 'a')}};
  ManualClock clock_{*UtcTime::parse("2026-11-20T04:05:06Z")};  // a Friday
  std::unique_ptr<ledger::Ledger> ledger_;
  std::optional<ExitRequests> exits_;
};

TEST_F(Exit, TwoPeopleApproveAThirdReleasesAFourthSendsThePassphrase) {
  EXPECT_EQ(act(Event::kSubmit, "sato"), "submitted");
  EXPECT_EQ(check(disclosure::Verdict::kReview), "in_review");
  EXPECT_EQ(act(Event::kApprove, "ito"), "approved_once");
  EXPECT_EQ(act(Event::kApprove, "kato"), "approved");
  EXPECT_EQ(act(Event::kRelease, "mori"), "released");
  EXPECT_EQ(act(Event::kSendPassphrase, "ono"), "released");
  EXPECT_EQ(act(Event::kCollect, "sato"), "collected");
  EXPECT_EQ(refused(), 0U);
  const auto again = ExitRequests::open(*ledger_, clock_);  // the ledger alone tells the state
  ASSERT_TRUE(again);
  EXPECT_EQ(again->all().at("r1").state, State::kCollected);
  EXPECT_EQ(again->all().at("r1").second_reviewer, "kato");
}

TEST_F(Exit, RequesterSamePersonReleaserAndStrangerAreRefusedAndLogged) {
  act(Event::kSubmit, "sato");
  check(disclosure::Verdict::kPass);
  EXPECT_EQ(act(Event::kApprove, "sato"), "exit.role");
  EXPECT_EQ(act(Event::kApprove, "ito"), "approved_once");
  EXPECT_EQ(act(Event::kApprove, "ito"), "exit.role");
  EXPECT_EQ(act(Event::kApprove, "kato"), "approved");
  EXPECT_EQ(act(Event::kRelease, "sato"), "exit.role");
  EXPECT_EQ(act(Event::kRelease, "ito"), "exit.role");
  EXPECT_EQ(act(Event::kRelease, "mori"), "released");
  EXPECT_EQ(act(Event::kSendPassphrase, "mori"), "exit.role");
  EXPECT_EQ(act(Event::kCollect, "sato"), "exit.passphrase");
  EXPECT_EQ(act(Event::kSendPassphrase, "ono"), "released");
  EXPECT_EQ(act(Event::kCollect, "ono"), "exit.role");
  EXPECT_EQ(refused(), 7U);
}

TEST_F(Exit, InTheFastLaneTheSecondApprovalHasAWorkingDayAndNothingLeavesBeforeIt) {
  act(Event::kSubmit, "sato");
  check(disclosure::Verdict::kPass);
  EXPECT_TRUE(exits_->all().at("r1").fast);
  act(Event::kApprove, "ito");
  EXPECT_EQ(act(Event::kRelease, "mori"), "exit.state");
  EXPECT_EQ(act(Event::kCollect, "sato"), "exit.state");
  // Friday afternoon in Japan: until the end of Monday, 15:00 UTC.
  EXPECT_EQ(exits_->all().at("r1").second_due->iso().substr(0, 16), "2026-11-23T15:00");
  clock_.advance_seconds(3 * 86'400);
  EXPECT_TRUE(exits_->overdue().empty());
  clock_.advance_seconds(86'400);
  EXPECT_EQ(exits_->overdue(), std::vector<std::string>{"r1"});
  EXPECT_EQ(act(Event::kRelease, "mori"), "exit.state");  // late is not approved
}

TEST_F(Exit, OnlyCheckedTablesOfPlainTypesTakeTheFastLane) {
  act(Event::kSubmit, "sato");
  check(disclosure::Verdict::kPass, false);
  EXPECT_FALSE(exits_->all().at("r1").fast);
  files_ = {{"table.xlsx", std::string(64, 'b')}};
  act(Event::kReturn, "ito", {.reason = "context"});
  act(Event::kSubmit, "sato");
  check(disclosure::Verdict::kPass);
  EXPECT_FALSE(exits_->all().at("r1").fast);
}

TEST_F(Exit, AChangedFileIsRefusedAtEveryStep) {
  act(Event::kSubmit, "sato");
  ExitAct changed;
  changed.files = {{"table.csv", std::string(64, 'c')}};
  EXPECT_EQ(act(Event::kCheck, "engine", changed), "exit.changed");
  check(disclosure::Verdict::kPass);
  EXPECT_EQ(act(Event::kApprove, "ito", changed), "exit.changed");
  act(Event::kApprove, "ito");
  act(Event::kApprove, "kato");
  EXPECT_EQ(act(Event::kRelease, "mori", changed), "exit.changed");
  EXPECT_EQ(act(Event::kRelease, "mori"), "released");
  EXPECT_EQ(refused(), 3U);
}

TEST_F(Exit, AFailBlocksAndIsWaivedOnlyWithTheSecondReviewersReason) {
  act(Event::kSubmit, "sato");
  EXPECT_EQ(check(disclosure::Verdict::kFail), "blocked");
  EXPECT_EQ(act(Event::kApprove, "ito"), "exit.state");
  EXPECT_EQ(act(Event::kReturn, "ito"), "exit.reason");
  EXPECT_EQ(act(Event::kReturn, "ito", {.reason = "hide the row"}), "returned");
  EXPECT_EQ(act(Event::kSubmit, "kato"), "exit.role");
  act(Event::kSubmit, "sato");
  ExitAct decided;
  decided.verdict = disclosure::Verdict::kFail;
  decided.committee = "C-12";
  EXPECT_EQ(act(Event::kCheck, "engine", decided), "in_review");
  EXPECT_EQ(act(Event::kApprove, "ito"), "approved_once");
  EXPECT_EQ(act(Event::kApprove, "kato"), "exit.waiver");
  EXPECT_EQ(act(Event::kApprove, "kato", {.reason = "area totals are public"}), "approved");
}

TEST_F(Exit, AReleaseEndsAfterFourteenDaysOrThreeWrongTries) {
  for (const bool tries : {false, true}) {
    if (tries) {
      exits_.emplace(*ExitRequests::open(*ledger_, clock_));
      files_ = {{"other.csv", std::string(64, 'd')}};
    }
    const auto act_on = [&](Event event, const std::string& actor) {
      ExitAct one;
      one.request = tries ? "r3" : "r2";
      one.event = event;
      one.actor = actor;
      one.files = files_;
      one.verdict = disclosure::Verdict::kPass;
      const auto done = exits_->act(one);
      return done ? std::string(name(done->state)) : done.error().code;
    };
    act_on(Event::kSubmit, "sato");
    act_on(Event::kCheck, "engine");
    act_on(Event::kApprove, "ito");
    act_on(Event::kApprove, "kato");
    act_on(Event::kRelease, "mori");
    act_on(Event::kSendPassphrase, "ono");
    if (tries) {
      EXPECT_EQ(act_on(Event::kFailedCollection, "sato"), "released");
      EXPECT_EQ(act_on(Event::kFailedCollection, "sato"), "released");
      EXPECT_EQ(act_on(Event::kFailedCollection, "sato"), "recalled");
      EXPECT_EQ(act_on(Event::kCollect, "sato"), "exit.state");
    } else {
      clock_.advance_seconds(14 * 86'400 + 1);
      EXPECT_EQ(act_on(Event::kCollect, "sato"), "exit.expired");
      EXPECT_EQ(act_on(Event::kExpire, "clock"), "expired");
    }
  }
}

}  // namespace
}  // namespace sekisho::outgoing
