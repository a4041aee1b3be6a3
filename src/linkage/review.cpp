#include "linkage/review.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/file.h"
#include "core/text.h"
#include "crypto/digest.h"

namespace sekisho::linkage {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 3> kOpinions = {"same", "different", "unsure"};
constexpr std::string_view kWithdrawn = "withdrawn";  // in votes.jsonl, where an opinion stands else
constexpr std::array<std::string_view, 3> kStates = {"open", "third", "decided"};

std::string_view state_name(PairState state) {
  return kStates[static_cast<std::size_t>(state)];
}

bool there_is(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

bool has_decided(const OpenPair& pair, std::string_view reviewer) {
  return std::ranges::find(pair.decided.by, reviewer) != pair.decided.by.end();
}

bool usable_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && is_valid_utf8(name) &&
         std::ranges::all_of(name, [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F; });
}

Result<void> append_vote(const fs::path& file, const Json& line) {
  std::string text;
  if (there_is(file)) {
    SEKISHO_TRY(text, read_text(file));
  }
  return write_file_durable(file, text + line.dump() + "\n", 0600);
}

Json waiting_row(const OpenPair& pair, PairState state, const std::vector<Vote>& votes, std::string_view reviewer) {
  Json row{{"id", pair.id},
           {"probability", pair.probability},
           {"weight", pair.detail["waterfall"]["weight"]},
           {"state", state_name(state)},
           {"mine", nullptr}};
  for (const Vote& vote : votes)
    if (vote.reviewer == reviewer) row["mine"] = opinion_name(vote.opinion);
  return row;
}

}  // namespace

std::optional<Opinion> opinion_of(std::string_view name) {
  const auto found = std::ranges::find(kOpinions, name);
  if (found == kOpinions.end()) return std::nullopt;
  return static_cast<Opinion>(found - kOpinions.begin());
}
std::string_view opinion_name(Opinion opinion) {
  return kOpinions[static_cast<std::size_t>(opinion)];
}

std::optional<Opinion> outcome_of(const std::vector<Vote>& votes) {
  const auto count = [&](Opinion opinion) { return std::ranges::count(votes, opinion, &Vote::opinion); };
  const auto same = count(Opinion::kSame), different = count(Opinion::kDifferent);
  if (same >= 2 && same > different) return Opinion::kSame;
  if (different >= 2 && different > same) return Opinion::kDifferent;
  return std::nullopt;
}

PairState state_of(const std::vector<Vote>& votes) {
  if (outcome_of(votes)) return PairState::kDecided;
  return votes.size() < 2 ? PairState::kOpen : PairState::kThird;
}

Json ReviewCounts::to_json() const {
  return {{"pairs", pairs}, {"untouched", untouched}, {"one_vote", one_vote},
          {"third", third}, {"same", same},           {"different", different}};
}

Result<std::string> Reviewers::invite(std::string_view name, std::chrono::days valid, const Clock& clock,
                                      Random& random) const {
  if (!usable_name(name))
    return fail("usage.reviewer", "a reviewer's name has 1 to 64 bytes and no control characters");
  SEKISHO_CHECK(make_folders(file_.parent_path(), 0700));
  Json all = Json::array();
  if (there_is(file_)) {
    SEKISHO_TRY(all, read_json(file_));
  }
  Json kept = Json::array();
  for (const Json& one : all)
    if (one.value("name", "") != name) kept.push_back(one);
  std::array<std::uint8_t, 32> secret{};
  random.fill(secret);
  const std::string text = to_hex(secret);
  kept.push_back({{"name", name},
                  {"digest", to_hex(crypto::sha256(as_bytes(text)))},
                  {"until", clock.now().seconds() + std::chrono::seconds(valid).count()}});
  SEKISHO_CHECK(write_file_durable(file_, kept.dump(1) + "\n", 0600));
  return text;
}

Result<void> Reviewers::revoke(std::string_view name) const {
  Json all = Json::array(), kept = Json::array();
  if (there_is(file_)) {
    SEKISHO_TRY(all, read_json(file_));
  }
  for (const Json& one : all)
    if (one.value("name", "") != name) kept.push_back(one);
  if (kept.size() == all.size()) return fail("usage.reviewer", "nobody of this name may review");
  SEKISHO_CHECK(write_file_durable(file_, kept.dump(1) + "\n", 0600));
  const fs::path votes = file_.parent_path() / "votes.jsonl";
  return there_is(votes) ? append_vote(votes, {{"void", name}}) : Result<void>{};
}

Result<std::string> Reviewers::identify(std::string_view secret, const Clock& clock) const {
  Json all = Json::array();
  if (there_is(file_)) {
    SEKISHO_TRY(all, read_json(file_));
  }
  const std::string digest = to_hex(crypto::sha256(as_bytes(secret)));
  std::string name;
  for (const Json& one : all)
    if (crypto::equal_constant_time(as_bytes(digest), as_bytes(one.value("digest", ""))) &&
        clock.now().seconds() < one.value("until", std::int64_t{0}))
      name = one.value("name", "");
  if (name.empty())
    return fail("review.secret", "this secret belongs to nobody who may review", {},
                "Ask for one: sekisho link review invite NAME --folder FOLDER.");
  return name;
}

bool Reviewers::may_review(std::string_view name, const Clock& clock) const {
  const auto all = there_is(file_) ? read_json(file_) : Result<Json>(Json::array());
  return all && std::ranges::any_of(*all, [&](const Json& one) {
           return one.value("name", "") == name && clock.now().seconds() < one.value("until", std::int64_t{0});
         });
}

Result<std::unique_ptr<ReviewDesk>> ReviewDesk::open(const fs::path& folder, const fs::path& decisions,
                                                     const Clock& clock, Random& random) {
  SEKISHO_TRY(ReviewQueue queue, ReviewQueue::load(folder / "pairs.json"));
  std::unique_ptr<ReviewDesk> desk(new ReviewDesk(folder, decisions.empty() ? folder / "decisions.jsonl" : decisions,
                                                  std::move(queue), clock, random));
  SEKISHO_CHECK(desk->read_votes());
  return desk;
}

Result<void> ReviewDesk::take_line(const Json& json, const Place& place) {
  if (json.is_object() && json.contains("void") && json["void"].is_string()) {
    const std::string struck = json["void"].get<std::string>();
    for (auto& [pair, votes] : votes_)
      if (!outcome_of(votes)) std::erase_if(votes, [&](const Vote& vote) { return vote.reviewer == struck; });
    return {};
  }
  for (const char* member : {"a", "b", "reviewer", "opinion", "at"})
    if (!json.is_object() || !json.contains(member) || !json[member].is_string())
      return fail("linkage.review_file", fmt::format("a vote lacks the text member '{}'", member), place);
  const auto opinion = opinion_of(json["opinion"].get<std::string>());
  if (!opinion && json["opinion"] != kWithdrawn)
    return fail("linkage.review_file", "a vote holds an unknown opinion", place);
  const RecordPair of{json["a"].get<std::string>(), json["b"].get<std::string>()};
  const auto pair =
      std::ranges::find_if(queue_.pairs, [&](const OpenPair& one) { return one.a == of.first && one.b == of.second; });
  const std::string reviewer = json["reviewer"].get<std::string>();
  bool outdated = false;
  if (pair != queue_.pairs.end() && json.contains("shown")) {
    SEKISHO_TRY(const std::string now, shown(*pair));
    outdated = json["shown"] != now;
    if (outdated && opinion && !has_decided(*pair, reviewer)) return {};
  }
  std::vector<Vote>& votes = votes_[of];
  std::erase_if(votes, [&](const Vote& vote) { return vote.reviewer == reviewer; });
  if (opinion)
    votes.push_back(
        {.reviewer = reviewer, .opinion = *opinion, .at = json["at"].get<std::string>(), .outdated = outdated});
  return {};
}

// What was decided stays decided, though the records have changed since, until one of those who decided it takes the
// word back: then the others have to look again.
void ReviewDesk::forget_outdated() {
  for (auto& [pair, votes] : votes_)
    if (!outcome_of(votes)) std::erase_if(votes, &Vote::outdated);
}

Result<void> ReviewDesk::read_votes() {
  votes_.clear();
  for (const OpenPair& pair : queue_.pairs)
    for (const std::string& name : pair.decided.by)
      votes_of(pair).push_back(
          {.reviewer = name,
           .opinion = pair.decided.verdict == Verdict::kSame ? Opinion::kSame : Opinion::kDifferent,
           .at = pair.decided.at,
           .of_decision = true});
  const fs::path file = folder_ / "votes.jsonl";
  if (!there_is(file)) return {};
  std::error_code error;
  votes_read_ = fs::last_write_time(file, error);
  SEKISHO_TRY(const std::string text, read_text(file));
  std::int64_t line = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t feed = std::min(text.find('\n', at), text.size());
    const Place place{.file = file.string(), .line = ++line};
    SEKISHO_TRY(const Json json, parse_json(std::string_view(text).substr(at, feed - at), place.file));
    at = feed + 1;
    SEKISHO_CHECK(take_line(json, place));
  }
  forget_outdated();
  return {};
}

Result<void> ReviewDesk::refresh() {
  std::error_code error;
  const auto written = fs::last_write_time(folder_ / "votes.jsonl", error);
  return error || written == votes_read_ ? Result<void>{} : read_votes();
}

// Tells whether the records of a pair are those that a vote was about. Keyed by the folder's secret and short, so that
// it gives away nothing of them.
Result<std::string> ReviewDesk::shown(const OpenPair& pair) const {
  SEKISHO_TRY(const Bytes key, read_file(folder_ / "ledger.key", 4096));
  const std::string records = pair.detail["record_a"].dump() + "\n" + pair.detail["record_b"].dump();
  return to_hex(crypto::hmac_sha256(key, as_bytes(records))).substr(0, 8);
}

const std::vector<Vote>& ReviewDesk::votes_of(const OpenPair& pair) const {
  static const std::vector<Vote> kNone;
  const auto found = votes_.find({pair.a, pair.b});
  return found == votes_.end() ? kNone : found->second;
}

// Opened with the first thing to record. What a power loss kept from the decisions file is written then.
Result<ledger::Ledger*> ReviewDesk::ledger() {
  if (ledger_) return ledger_.get();
  const fs::path key_file = folder_ / "ledger.key";
  if (!there_is(key_file)) {
    SEKISHO_TRY(const crypto::PrivateKey fresh, crypto::PrivateKey::generate(crypto::KeyKind::kEd25519));
    SEKISHO_CHECK(fresh.save(key_file));
  }
  SEKISHO_TRY(crypto::PrivateKey key, crypto::PrivateKey::load(key_file));
  SEKISHO_TRY(ledger_, ledger::Ledger::open(folder_ / "ledger", "sekisho/review", std::move(key), clock_, random_));
  SEKISHO_CHECK(read_votes());
  SEKISHO_TRY(const std::vector<Decision> written, load_decisions(decisions_));
  for (const OpenPair& pair : queue_.pairs) {
    std::vector<Vote> votes = votes_of(pair);
    std::erase_if(votes, &Vote::of_decision);
    const auto outcome = outcome_of(votes);
    const auto last = std::ranges::find_if(written.rbegin(), written.rend(), [&](const Decision& d) {
      return (d.a == pair.a && d.b == pair.b) || (d.a == pair.b && d.b == pair.a);
    });
    if (outcome && (last == written.rend() || last->verdict == Verdict::kOpen)) SEKISHO_CHECK(decide(pair, *outcome));
  }
  return ledger_.get();
}

ReviewCounts ReviewDesk::counts() const {
  const std::scoped_lock lock(mutex_);
  ReviewCounts out;
  out.pairs = queue_.pairs.size();
  for (const OpenPair& pair : queue_.pairs) {
    const std::vector<Vote>& votes = votes_of(pair);
    const auto outcome = outcome_of(votes);
    ++(outcome             ? (*outcome == Opinion::kSame ? out.same : out.different)
       : votes.empty()     ? out.untouched
       : votes.size() == 1 ? out.one_vote
                           : out.third);
  }
  return out;
}

Json ReviewDesk::list(std::string_view reviewer) const {
  const std::scoped_lock lock(mutex_);
  Json rows = Json::array();
  for (const OpenPair& pair : queue_.pairs) {
    const std::vector<Vote>& votes = votes_of(pair);
    const PairState state = state_of(votes);
    const bool mine = std::ranges::find(votes, reviewer, &Vote::reviewer) != votes.end();
    // A first opinion may still be changed by its author; after that it is others' turn.
    if (state == PairState::kDecided || (mine && state == PairState::kThird)) continue;
    rows.push_back(waiting_row(pair, state, votes, reviewer));
  }
  return rows;
}

Json ReviewDesk::decided(std::string_view reviewer) const {
  const std::scoped_lock lock(mutex_);
  Json rows = Json::array();
  for (const OpenPair& pair : queue_.pairs) {
    const std::vector<Vote>& votes = votes_of(pair);
    if (outcome_of(votes) && std::ranges::find(votes, reviewer, &Vote::reviewer) != votes.end())
      rows.push_back(waiting_row(pair, PairState::kDecided, votes, reviewer));
  }
  return rows;
}

Result<ReviewDesk::Opened> ReviewDesk::open_pair(std::string_view id) {
  const OpenPair* found = queue_.find(id);
  if (found == nullptr) return fail("review.pair", "there is no such pair in this review");
  SEKISHO_TRY(ledger::Ledger* const book, ledger());
  SEKISHO_CHECK(refresh());
  return Opened{found, book};
}

Result<Json> ReviewDesk::pair(std::string_view id, std::string_view reviewer) {
  const std::scoped_lock lock(mutex_);
  SEKISHO_TRY(const Opened opened, open_pair(id));
  const auto [found, book] = opened;
  SEKISHO_CHECK(book->append("review.viewed", {{"pair", found->id}, {"reviewer", reviewer}}));
  const std::vector<Vote>& votes = votes_of(*found);
  Json out = waiting_row(*found, state_of(votes), votes, reviewer);
  out.update(found->detail);
  return out;
}

Result<Json> ReviewDesk::vote(std::string_view id, std::string_view reviewer, Opinion opinion) {
  const std::scoped_lock lock(mutex_);
  SEKISHO_TRY(const Opened opened, open_pair(id));
  const auto [found, book] = opened;
  std::vector<Vote> votes = votes_of(*found);
  if (state_of(votes) == PairState::kDecided) return fail("review.decided", "two persons have decided this pair");
  const auto mine = std::ranges::find(votes, reviewer, &Vote::reviewer);
  if (mine != votes.end() && votes.size() > 1)
    return fail("review.third", "who has voted leaves a disagreement to another person");
  if (mine != votes.end()) votes.erase(mine);
  votes.push_back({.reviewer = std::string(reviewer), .opinion = opinion, .at = clock_.now().iso()});

  SEKISHO_CHECK(
      book->append("review.voted", {{"pair", found->id}, {"reviewer", reviewer}, {"opinion", opinion_name(opinion)}}));
  SEKISHO_CHECK(record_vote(*found, reviewer, opinion_name(opinion), votes.back().at));
  votes_of(*found) = votes;
  const auto outcome = outcome_of(votes);
  if (outcome) SEKISHO_CHECK(decide(*found, *outcome));
  Json out{{"id", found->id}, {"state", state_name(state_of(votes))}};
  if (outcome) out["outcome"] = opinion_name(*outcome);
  return out;
}

Result<void> ReviewDesk::record_vote(const OpenPair& pair, std::string_view reviewer, std::string_view opinion,
                                     const std::string& at) {
  SEKISHO_TRY(const std::string records, shown(pair));
  return append_vote(folder_ / "votes.jsonl", {{"pair", pair.id},
                                               {"a", pair.a},
                                               {"b", pair.b},
                                               {"reviewer", reviewer},
                                               {"opinion", opinion},
                                               {"shown", records},
                                               {"at", at}});
}

Result<Json> ReviewDesk::withdraw(std::string_view id, std::string_view reviewer) {
  const std::scoped_lock lock(mutex_);
  SEKISHO_TRY(const Opened opened, open_pair(id));
  const auto [found, book] = opened;
  std::vector<Vote> votes = votes_of(*found);
  const auto mine = std::ranges::find(votes, reviewer, &Vote::reviewer);
  if (mine == votes.end()) return fail("review.nothing", "there is nothing of this person to take back");
  if (state_of(votes) == PairState::kThird)
    return fail("review.third", "who has voted leaves a disagreement to another person");
  const auto before = outcome_of(votes);
  votes.erase(mine);
  SEKISHO_CHECK(book->append("review.withdrawn", {{"pair", found->id}, {"reviewer", reviewer}}));
  const std::string at = clock_.now().iso();
  if (before && !outcome_of(votes))
    SEKISHO_CHECK(append_decision(decisions_, {.a = found->a,
                                               .b = found->b,
                                               .verdict = Verdict::kOpen,
                                               .by = {std::string(reviewer)},
                                               .at = at,
                                               .reason = "taken back"}));
  SEKISHO_CHECK(record_vote(*found, reviewer, kWithdrawn, at));
  votes_of(*found) = votes;
  forget_outdated();
  return Json{{"id", found->id}, {"state", state_name(state_of(votes_of(*found)))}};
}

Result<void> ReviewDesk::decide(const OpenPair& pair, Opinion outcome) {
  Decision decision{.a = pair.a,
                    .b = pair.b,
                    .verdict = outcome == Opinion::kSame ? Verdict::kSame : Verdict::kDifferent,
                    .by = {},
                    .at = clock_.now().iso(),
                    .reason = "clerical review"};
  for (const Vote& vote : votes_of(pair))
    if (vote.opinion == outcome) decision.by.push_back(vote.reviewer);
  SEKISHO_CHECK(ledger_->append("review.decided",
                                {{"pair", pair.id}, {"outcome", opinion_name(outcome)}, {"reviewers", decision.by}}));
  return append_decision(decisions_, decision);
}

}  // namespace sekisho::linkage
