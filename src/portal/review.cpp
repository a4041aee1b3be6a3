#include "portal/review.h"

namespace sekisho::portal {

namespace fs = std::filesystem;

Result<Holder> ReviewPages::sign_in(std::string_view secret) const {
  if (folder_.empty()) return fail("review.secret", "no review is offered here");
  SEKISHO_TRY(std::string person, linkage::Reviewers(folder_).identify(secret, clock_));
  Holder holder;
  holder.role = kReviewerRole;
  holder.person = std::move(person);
  return holder;
}

// Each time: who was struck off the list sees nothing more, whatever session is open.
Result<void> ReviewPages::check(const Holder& holder) const {
  if (!folder_.empty() && holder.role == kReviewerRole && linkage::Reviewers(folder_).may_review(holder.person, clock_))
    return {};
  return fail("review.role", "records are shown to identity reviewers only", {},
              "Sign in with the secret of `sekisho link review invite`.");
}

Result<linkage::ReviewDesk*> ReviewPages::desk() {
  std::error_code error;
  const auto written = fs::last_write_time(folder_ / "pairs.json", error);
  if (error)
    return fail("review.none", "no pairs wait for review", {}, "Write them: sekisho link run --review-out pairs.json.");
  if (desk_ && written == read_) return desk_.get();
  desk_.reset();  // lets go of the ledger
  SEKISHO_TRY(desk_, linkage::ReviewDesk::open(folder_, {}, clock_, random_));
  read_ = written;
  return desk_.get();
}

Result<Json> ReviewPages::list(const Holder& holder) {
  SEKISHO_CHECK(check(holder));
  const std::scoped_lock lock(mutex_);
  SEKISHO_TRY(linkage::ReviewDesk* const at, desk());
  return Json{{"person", holder.person},
              {"counts", at->counts().to_json()},
              {"pairs", at->list(holder.person)},
              {"decided", at->decided(holder.person)}};
}

Result<Json> ReviewPages::pair(const Holder& holder, std::string_view id) {
  SEKISHO_CHECK(check(holder));
  const std::scoped_lock lock(mutex_);
  SEKISHO_TRY(linkage::ReviewDesk* const at, desk());
  return at->pair(id, holder.person);
}

Result<Json> ReviewPages::vote(const Holder& holder, std::string_view id, const Json& body) {
  SEKISHO_CHECK(check(holder));
  if (!body.is_object() || !body.contains("opinion") || !body["opinion"].is_string())
    return fail("request.form", "the body must be a JSON object with the text member 'opinion'");
  const auto opinion = linkage::opinion_of(body["opinion"].get<std::string>());
  const bool withdrawn = body["opinion"] == "withdrawn";
  if (!opinion && !withdrawn) return fail("request.form", "an opinion is same, different, unsure or withdrawn");
  const std::scoped_lock lock(mutex_);
  SEKISHO_TRY(linkage::ReviewDesk* const at, desk());
  if (withdrawn) return at->withdraw(id, holder.person);
  return at->vote(id, holder.person, *opinion);
}

std::string csrf_of(std::string_view session_id) {
  return digest_of_secret("csrf:" + std::string(session_id));
}

}  // namespace sekisho::portal
