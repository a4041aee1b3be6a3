// The desk at which people decide pairs that the model left open. A decision counts when two different persons agree;
// when the first two do not, others decide without them. Decisions become lines of the decisions file (decisions.h),
// which every run obeys. Views and votes stand in a ledger, by ids of pairs that say nothing of the records.
//
// A review is a folder (mode 0700, on the machine of the identity store):
//   pairs.json      what `link run --review-out` wrote: open pairs, and those that people have decided
//   votes.jsonl     one line for each vote; and {"void": NAME} where somebody was struck off the list
//   decisions.jsonl what two persons agreed on
//   reviewers.json  who may review: name, digest of the secret, end
//   ledger/         views, votes, decisions
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/random.h"
#include "ledger/ledger.h"
#include "linkage/review_queue.h"

namespace sekisho::linkage {

enum class Opinion : std::uint8_t { kSame, kDifferent, kUnsure };
std::optional<Opinion> opinion_of(std::string_view name);  // "same", "different", "unsure"
std::string_view opinion_name(Opinion opinion);

struct Vote {
  std::string reviewer;
  Opinion opinion = Opinion::kUnsure;
  std::string at;
  bool outdated = false;     // about records that have changed since: counts while the pair is decided
  bool of_decision = false;  // told by the decision alone
};

// How a pair stands. `votes` in order of time, each reviewer's last one.
enum class PairState : std::uint8_t {
  kOpen,     // nobody, or one person, has said something
  kThird,    // two do not agree: another one decides
  kDecided,  // two different persons agree on same or different
};
PairState state_of(const std::vector<Vote>& votes);
std::optional<Opinion> outcome_of(const std::vector<Vote>& votes);  // of a decided pair

struct ReviewCounts {
  std::size_t pairs = 0, untouched = 0, one_vote = 0, third = 0, same = 0, different = 0;
  Json to_json() const;
};

// Who may see identity data at the desk. The secret is shown once; only its digest is kept.
class Reviewers {
 public:
  explicit Reviewers(std::filesystem::path folder) : file_(std::move(folder) / "reviewers.json") {}
  // The secret (64 hex digits); an earlier one of the same person is void. Errors: usage.reviewer, file errors.
  Result<std::string> invite(std::string_view name, std::chrono::days valid, const Clock& clock, Random& random) const;
  // Votes of that person about pairs that are not decided yet count no longer. Error: usage.reviewer.
  Result<void> revoke(std::string_view name) const;
  // The person whose secret it is; errors: review.secret (unknown, expired or revoked).
  Result<std::string> identify(std::string_view secret, const Clock& clock) const;
  bool may_review(std::string_view name, const Clock& clock) const;

 private:
  std::filesystem::path file_;
};

// A vote is about the records as they were shown: when one of them has changed since, it counts no longer, and the pair
// waits for two persons again. What was decided stays decided. Thread safe. Several may read a folder; one writes (the
// ledger's lock).
class ReviewDesk {
 public:
  // `decisions`: the file that runs read; empty: decisions.jsonl in the folder. Errors: linkage.review_file, file
  // errors.
  static Result<std::unique_ptr<ReviewDesk>> open(const std::filesystem::path& folder,
                                                  const std::filesystem::path& decisions, const Clock& clock,
                                                  Random& random);

  ReviewCounts counts() const;
  // What waits for this person, most uncertain first: {id, probability, weight, state, mine}. Nobody sees the opinion
  // of another one.
  Json list(std::string_view reviewer) const;
  // Both records, side by side, with the waterfall. The view is recorded first. Errors: review.pair, ledger.*.
  Result<Json> pair(std::string_view id, std::string_view reviewer);
  // Pairs that this person has helped to decide, as list() tells them: each of the two may take the word back, after
  // any number of runs.
  Json decided(std::string_view reviewer) const;
  // Errors: review.pair, review.decided, review.third (who has voted leaves a disagreement to others), file errors.
  // Returns {id, state, outcome?}.
  Result<Json> vote(std::string_view id, std::string_view reviewer, Opinion opinion);
  // Takes back what this person has said. A decision that then lacks its second voice counts no longer: the weights
  // decide again, and the pair waits for two persons. Errors: review.pair, review.nothing, review.third.
  Result<Json> withdraw(std::string_view id, std::string_view reviewer);

 private:
  ReviewDesk(std::filesystem::path folder, std::filesystem::path decisions, ReviewQueue queue, const Clock& clock,
             Random& random)
      : folder_(std::move(folder)),
        decisions_(std::move(decisions)),
        queue_(std::move(queue)),
        clock_(clock),
        random_(random) {}
  Result<void> read_votes();
  Result<void> take_line(const Json& line, const Place& place);
  void forget_outdated();
  Result<void> refresh();  // votes that somebody else has written or made void
  Result<std::string> shown(const OpenPair& pair) const;
  Result<ledger::Ledger*> ledger();
  struct Opened {
    const OpenPair* pair;
    ledger::Ledger* book;
  };
  // A pair as all votes stand now, and where its story is told. Errors: review.pair, ledger.*.
  Result<Opened> open_pair(std::string_view id);
  Result<void> decide(const OpenPair& pair, Opinion outcome);
  Result<void> record_vote(const OpenPair& pair, std::string_view reviewer, std::string_view opinion,
                           const std::string& at);
  using RecordPair = std::pair<std::string, std::string>;
  std::vector<Vote>& votes_of(const OpenPair& pair) { return votes_[{pair.a, pair.b}]; }
  const std::vector<Vote>& votes_of(const OpenPair& pair) const;

  std::filesystem::path folder_, decisions_;
  ReviewQueue queue_;
  const Clock& clock_;
  Random& random_;
  mutable std::mutex mutex_;
  std::map<RecordPair, std::vector<Vote>> votes_;
  std::filesystem::file_time_type votes_read_{};
  std::unique_ptr<ledger::Ledger> ledger_;
};

}  // namespace sekisho::linkage
