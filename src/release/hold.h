// Whether a release may go out beside the earlier ones: its persons against the register (release/overlap.h).
#pragma once

#include "release/dataset.h"
#include "release/overlap.h"

namespace sekisho::release::detail {

// Who is in a release, by the store's persons, and in which classes they stand; of histories the items that they hold.
struct Standing {
  int m = 0;  // of histories
  std::vector<std::string> quasi;
  std::vector<std::vector<std::string>> classes;  // labels
  std::map<std::string_view, std::vector<std::uint32_t>> classes_of;
};
Standing standing_of(const anonymize::Applied& applied, const std::vector<std::string>& quasi,
                     const std::string& person);
Standing standing_of(const anonymize::FinishedHistories& finished, const anonymize::HistoryPolicy& policy);

struct HoldRequest {
  const BuildRequest& build;
  const Prepared& prepared;
  const Standing& standing;
  std::string id, created;
  std::size_t k = 0;
};
struct Judged {
  bool held = false, accepted = false;  // accepted: it would be held, and somebody gave a reason
  std::string reason;
  std::size_t k = 0;
  Json reports = Json::array();
  Membership members;        // to be kept when the release goes out
  Json to_manifest() const;  // no figures: the recipient learns that it was judged, not whom others hold
};
// Without a register nothing is compared. A hold stands in the ledger.
Result<Judged> judge_overlap(const HoldRequest& request);
// Before the release is published.
Result<void> keep_members(const BuildRequest& request, const Judged& judged);

}  // namespace sekisho::release::detail
