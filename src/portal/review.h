// Clerical review for the portal: who may see identity data, and the desk (linkage/review.h) behind it. Only sessions
// of the role identity-reviewer pass; the folder lies on the machine of the identity store.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/json.h"
#include "core/random.h"
#include "linkage/review.h"
#include "portal/link.h"

namespace sekisho::portal {

inline constexpr std::string_view kReviewerRole = "identity-reviewer";

// Thread safe: one request at a time.
class ReviewPages {
 public:
  // `folder` empty: no review is offered here.
  ReviewPages(std::filesystem::path folder, const Clock& clock, Random& random)
      : folder_(std::move(folder)), clock_(clock), random_(random) {}

  // The session that a reviewer's secret opens. Error: review.secret.
  Result<Holder> sign_in(std::string_view secret) const;
  // {person, counts, pairs}. Errors of all three: review.role, review.none, those of the desk.
  Result<Json> list(const Holder& holder);
  Result<Json> pair(const Holder& holder, std::string_view id);
  Result<Json> vote(const Holder& holder, std::string_view id, const Json& body);

 private:
  Result<void> check(const Holder& holder) const;
  // Read again when another run has written pairs.json.
  Result<linkage::ReviewDesk*> desk();

  std::filesystem::path folder_;
  const Clock& clock_;
  Random& random_;
  std::mutex mutex_;
  std::filesystem::file_time_type read_{};
  std::unique_ptr<linkage::ReviewDesk> desk_;
};

// What a page must send back with each change (X-Sekisho-Csrf): only scripts of this origin can read it.
std::string csrf_of(std::string_view session_id);

}  // namespace sekisho::portal
