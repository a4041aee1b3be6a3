#include "outgoing/exit_requests.h"

#include <fmt/format.h>

#include <array>

#include "core/date.h"

namespace sekisho::outgoing {
namespace {

constexpr std::int64_t kDay = 86'400'000'000, kJapan = std::int64_t{9} * 3'600'000'000;
constexpr std::string_view kDone = "exit.event", kRefused = "exit.refused";

constexpr std::array<std::string_view, 13> kStates = {"draft",         "submitted", "blocked",  "in_review", "returned",
                                                      "approved_once", "approved",  "released", "collected", "expired",
                                                      "withdrawn",     "rejected",  "recalled"};
constexpr std::array<std::string_view, 12> kEvents = {
    "submit",          "check",   "approve",           "return", "reject", "withdraw", "release",
    "send_passphrase", "collect", "failed_collection", "expire", "recall"};

using State = ExitState;
using Event = ExitEvent;

// Which event is possible in which state. What it leads to depends on the request: see apply().
struct Step {
  Event event;
  State from;
};
constexpr Step kSteps[] = {
    {Event::kSubmit, State::kDraft},
    {Event::kSubmit, State::kReturned},
    {Event::kCheck, State::kSubmitted},
    {Event::kApprove, State::kInReview},
    {Event::kApprove, State::kApprovedOnce},
    {Event::kReturn, State::kInReview},
    {Event::kReturn, State::kApprovedOnce},
    {Event::kReturn, State::kBlocked},
    {Event::kReject, State::kInReview},
    {Event::kReject, State::kApprovedOnce},
    {Event::kReject, State::kBlocked},
    {Event::kWithdraw, State::kSubmitted},
    {Event::kWithdraw, State::kInReview},
    {Event::kWithdraw, State::kBlocked},
    {Event::kWithdraw, State::kReturned},
    {Event::kWithdraw, State::kApprovedOnce},
    {Event::kWithdraw, State::kApproved},
    {Event::kRelease, State::kApproved},
    {Event::kSendPassphrase, State::kReleased},
    {Event::kCollect, State::kReleased},
    {Event::kFailedCollection, State::kReleased},
    {Event::kExpire, State::kReleased},
    {Event::kRecall, State::kApproved},
    {Event::kRecall, State::kReleased},
};

// Events that look at the files: they must be the ones that were submitted.
constexpr Event kWithFiles[] = {Event::kCheck, Event::kApprove, Event::kRelease};
constexpr Event kWithReason[] = {Event::kReturn, Event::kReject, Event::kRecall};
constexpr std::string_view kFastTypes[] = {".csv", ".json", ".png"};

template <class Range, class Value>
bool contains(const Range& range, const Value& value) {
  return std::ranges::find(range, value) != std::end(range);
}

Json act_json(const ExitAct& act) {
  Json files = Json::array();
  for (const ExitFile& file : act.files)
    files.push_back(Json{{"name", file.name}, {"sha256", file.sha256}});
  return Json{{"request", act.request},         {"event", name(act.event)},     {"actor", act.actor},
              {"institution", act.institution}, {"files", std::move(files)},    {"reason", act.reason},
              {"committee", act.committee},     {"verdict", name(act.verdict)}, {"by_safe_table", act.by_safe_table}};
}

Result<ExitAct> act_from(const Json& json) {
  try {  // the library throws on members of another type
    ExitAct act;
    act.request = json.at("request").get<std::string>();
    act.actor = json.at("actor").get<std::string>();
    act.institution = json.at("institution").get<std::string>();
    act.reason = json.at("reason").get<std::string>();
    act.committee = json.at("committee").get<std::string>();
    act.by_safe_table = json.at("by_safe_table").get<bool>();
    for (const Json& file : json.at("files"))
      act.files.push_back({file.at("name").get<std::string>(), file.at("sha256").get<std::string>()});
    const auto event = std::ranges::find(kEvents, json.at("event").get<std::string>());
    if (event == kEvents.end()) return fail("exit.damaged", "the ledger holds an event of an unknown kind");
    act.event = static_cast<Event>(event - kEvents.begin());
    for (const disclosure::Verdict verdict :
         {disclosure::Verdict::kPass, disclosure::Verdict::kReview, disclosure::Verdict::kFail})
      if (json.at("verdict") == name(verdict)) act.verdict = verdict;
    return act;
  } catch (const Json::exception&) {
    return fail("exit.damaged", "an event in the ledger lacks a member");
  }
}

bool fast_lane(const ExitAct& check) {
  return check.verdict == disclosure::Verdict::kPass && check.by_safe_table &&
         std::ranges::all_of(check.files, [](const ExitFile& file) {
           return std::ranges::any_of(kFastTypes, [&](std::string_view type) { return file.name.ends_with(type); });
         });
}

}  // namespace

std::string_view name(ExitState state) {
  return kStates[static_cast<std::size_t>(state)];
}
std::string_view name(ExitEvent event) {
  return kEvents[static_cast<std::size_t>(event)];
}

UtcTime next_working_day_end(UtcTime from) {
  std::int64_t day = (from.micros + kJapan) / kDay + 1;
  while ((day + 4) % 7 == 0 || (day + 4) % 7 == 6)  // 1970-01-01 was a Thursday; 0 is Sunday
    ++day;
  return UtcTime{(day + 1) * kDay - kJapan};
}

Result<ExitRequests> ExitRequests::open(ledger::Ledger& ledger, const Clock& clock) {
  ExitRequests out(ledger, clock);
  SEKISHO_TRY(const std::vector<ledger::Entry> entries, ledger.entries(0, ledger.size()));
  for (const ledger::Entry& entry : entries) {
    if (entry.kind != kDone) continue;
    SEKISHO_TRY(const ExitAct act, act_from(entry.payload));
    out.apply(act, entry.time);
  }
  return out;
}

Result<void> ExitRequests::allowed(const ExitAct& act, UtcTime now) const {
  if (act.request.empty() || act.actor.empty()) return fail("exit.actor", "an event names its request and who acts");
  const auto known = requests_.find(act.request);
  const ExitRequest request = known == requests_.end() ? ExitRequest{} : known->second;
  if (known == requests_.end() && act.event != Event::kSubmit)
    return fail("exit.unknown", fmt::format("there is no request {}", act.request));
  if (!std::ranges::any_of(kSteps,
                           [&](const Step& step) { return step.event == act.event && step.from == request.state; }))
    return fail("exit.state", fmt::format("{} is not possible in state {}", name(act.event), name(request.state)));
  const bool requester = act.actor == request.requester;
  switch (act.event) {
    case Event::kSubmit:
      if (known != requests_.end() && !requester) return fail("exit.role", "only the requester submits again");
      if (act.files.empty()) return fail("exit.files", "a request names its files");
      break;
    case Event::kApprove:
      if (requester) return fail("exit.role", "the requester may not approve the own request");
      if (act.actor == request.first_reviewer)
        return fail("exit.role", "the second approval is another person's", {},
                    "Two people who are not the requester.");
      if (request.verdict == disclosure::Verdict::kFail && request.state == State::kApprovedOnce &&
          act.reason.empty() && act.committee.empty())
        return fail("exit.waiver", "to waive a FAIL the second reviewer gives an own reason or a committee's decision");
      break;
    case Event::kReturn:
    case Event::kReject:
      if (requester) return fail("exit.role", "the requester may not review the own request");
      break;
    case Event::kWithdraw:
    case Event::kCollect:
      if (!requester) return fail("exit.role", "only the requester does this");
      break;
    case Event::kRelease:
      if (requester || act.actor == request.first_reviewer || act.actor == request.second_reviewer)
        return fail("exit.role", "who releases is neither requester nor reviewer");
      break;
    case Event::kSendPassphrase:
      if (act.actor == request.releaser)
        return fail("exit.role", "the passphrase goes by another person than the one who released");
      break;
    default:
      break;
  }
  if (contains(kWithReason, act.event) && act.reason.empty())
    return fail("exit.reason", fmt::format("{} needs a reason", name(act.event)));
  if (contains(kWithFiles, act.event) && act.files != request.files)
    return fail("exit.changed", "the files are not the ones that were submitted", {}, "Submit them anew.");
  if (act.event == Event::kCollect && now.micros > request.released_at->micros + kCollectionDays * kDay)
    return fail("exit.expired", fmt::format("the release ended after {} days", kCollectionDays));
  if (act.event == Event::kCollect && request.passphrase_sender.empty())
    return fail("exit.passphrase", "nobody has sent the passphrase yet");
  return {};
}

void ExitRequests::apply(const ExitAct& act, UtcTime now) {
  ExitRequest& request = requests_[act.request];
  switch (act.event) {
    case Event::kSubmit:
      request = {act.request, act.actor, act.institution};
      request.files = act.files;
      request.state = State::kSubmitted;
      break;
    case Event::kCheck:
      request.verdict = act.verdict;
      request.fast = fast_lane(act);
      request.state =
          act.verdict == disclosure::Verdict::kFail && act.committee.empty() ? State::kBlocked : State::kInReview;
      break;
    case Event::kApprove:
      if (request.state == State::kInReview) {
        request.state = State::kApprovedOnce;
        request.first_reviewer = act.actor;
        request.first_institution = act.institution;
        request.first_approval = now;
        request.second_due = next_working_day_end(now);
      } else {
        request.state = State::kApproved;
        request.second_reviewer = act.actor;
      }
      break;
    case Event::kReturn:
      request.state = State::kReturned;
      break;
    case Event::kReject:
      request.state = State::kRejected;
      break;
    case Event::kWithdraw:
      request.state = State::kWithdrawn;
      break;
    case Event::kRelease:
      request.state = State::kReleased;
      request.releaser = act.actor;
      request.released_at = now;
      break;
    case Event::kSendPassphrase:
      request.passphrase_sender = act.actor;
      break;
    case Event::kCollect:
      request.state = State::kCollected;
      break;
    case Event::kFailedCollection:
      if (++request.failed_collections >= kCollectionTries) request.state = State::kRecalled;
      break;
    case Event::kExpire:
      request.state = State::kExpired;
      break;
    case Event::kRecall:
      request.state = State::kRecalled;
      break;
  }
}

Result<ExitRequest> ExitRequests::act(const ExitAct& act) {
  const UtcTime now = clock_->now();
  const Result<void> verdict = allowed(act, now);
  Json payload = act_json(act);
  if (!verdict) {
    payload["rule"] = verdict.error().code;
    SEKISHO_CHECK(ledger_->append(kRefused, payload));
    return std::unexpected(verdict.error());
  }
  SEKISHO_CHECK(ledger_->append(kDone, payload));
  apply(act, now);
  return requests_.at(act.request);
}

std::vector<std::string> ExitRequests::overdue() const {
  std::vector<std::string> out;
  for (const auto& [id, request] : requests_)
    if (request.state == State::kApprovedOnce && request.second_due && clock_->now() > *request.second_due)
      out.push_back(id);
  return out;
}

}  // namespace sekisho::outgoing
