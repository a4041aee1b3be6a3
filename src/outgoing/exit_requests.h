// The way of a request to let files leave: who may do what in which state, and what is refused. Holds no files: it
// knows their hashes and compares them at every step. Every event stands in the ledger before it takes effect, refused
// ones too; the state is what the ledger says.
//   draft -> submitted -> blocked | in_review -> returned -> submitted
//   in_review -> approved_once -> approved -> released -> collected | expired
//   withdrawn, rejected, recalled
#pragma once

#include <map>
#include <optional>

#include "core/clock.h"
#include "disclosure/verdict.h"
#include "ledger/ledger.h"

namespace sekisho::outgoing {

enum class ExitState : std::uint8_t {
  kDraft,
  kSubmitted,
  kBlocked,
  kInReview,
  kReturned,
  kApprovedOnce,
  kApproved,
  kReleased,
  kCollected,
  kExpired,
  kWithdrawn,
  kRejected,
  kRecalled
};
std::string_view name(ExitState state);

enum class ExitEvent : std::uint8_t {
  kSubmit,            // by the requester, with files
  kCheck,             // by the engine: its verdict
  kApprove,           // by a reviewer
  kReturn,            // by a reviewer, with a reason
  kReject,            // by a reviewer, with a reason
  kWithdraw,          // by the requester
  kRelease,           // by the releaser
  kSendPassphrase,    // by somebody else than the releaser
  kCollect,           // by the requester
  kFailedCollection,  // a wrong passphrase or token
  kExpire,            // by the clock
  kRecall             // by a reviewer or the releaser, with a reason
};
std::string_view name(ExitEvent event);

struct ExitFile {
  std::string name, sha256;
  auto operator<=>(const ExitFile&) const = default;
};

struct ExitAct {
  std::string request;  // id
  ExitEvent event = ExitEvent::kSubmit;
  std::string actor, institution;
  std::vector<ExitFile> files;  // as they are now; asked for at every step that judges or moves them
  std::string reason;           // for the record; needed to return, reject, recall, and to waive a FAIL
  std::string committee;        // id of a decision
  // kCheck only:
  disclosure::Verdict verdict = disclosure::Verdict::kReview;
  bool by_safe_table = false;  // every file came from a call that computed and checked it
};

struct ExitRequest {
  std::string id, requester, institution;
  ExitState state = ExitState::kDraft;
  std::vector<ExitFile> files;
  disclosure::Verdict verdict = disclosure::Verdict::kReview;
  bool fast = false;  // both approvals count, the second may take a working day
  std::string first_reviewer, second_reviewer, releaser, passphrase_sender;
  std::string first_institution;
  std::optional<UtcTime> first_approval, second_due, released_at;
  int failed_collections = 0;
};

inline constexpr int kCollectionTries = 3;
inline constexpr int kCollectionDays = 14;

class ExitRequests {
 public:
  // Replays the ledger's entries. `ledger` and `clock` must outlive it. Error: exit.damaged.
  static Result<ExitRequests> open(ledger::Ledger& ledger, const Clock& clock);
  // What was refused stands in the ledger as well. Errors: exit.* (the rule), ledger.*.
  Result<ExitRequest> act(const ExitAct& act);
  const std::map<std::string, ExitRequest>& all() const { return requests_; }
  // Requests whose second approval is overdue.
  std::vector<std::string> overdue() const;

 private:
  ExitRequests(ledger::Ledger& ledger, const Clock& clock) : ledger_(&ledger), clock_(&clock) {}
  Result<void> allowed(const ExitAct& act, UtcTime now) const;
  void apply(const ExitAct& act, UtcTime now);

  ledger::Ledger* ledger_;
  const Clock* clock_;
  std::map<std::string, ExitRequest> requests_;
};

// The end of the next working day in Japan (Monday to Friday) after a moment.
UtcTime next_working_day_end(UtcTime from);

}  // namespace sekisho::outgoing
