#include "outgoing/exit_desk.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "core/file.h"
#include "core/json.h"
#include "disclosure/releases.h"

namespace sekisho::outgoing {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPerson = "exit.person", kStranger = "exit.stranger", kOrigin = "sekisho/exit";
constexpr std::array<std::string_view, 4> kRoles = {"requester", "reviewer", "releaser", "sender"};

// Who may do what; the rest (not twice, not one's own) is the request's.
struct Right {
  ExitEvent event;
  std::string_view role;
};
constexpr Right kRights[] = {
    {ExitEvent::kSubmit, "requester"},  {ExitEvent::kWithdraw, "requester"},
    {ExitEvent::kCollect, "requester"}, {ExitEvent::kApprove, "reviewer"},
    {ExitEvent::kReturn, "reviewer"},   {ExitEvent::kReject, "reviewer"},
    {ExitEvent::kRecall, "reviewer"},   {ExitEvent::kRecall, "releaser"},
    {ExitEvent::kRelease, "releaser"},  {ExitEvent::kSendPassphrase, "sender"},
    {ExitEvent::kExpire, "releaser"},   {ExitEvent::kFailedCollection, "releaser"},
};

Result<std::string> key_hash(const crypto::PrivateKey& key) {
  SEKISHO_TRY(const Bytes der, key.public_der());
  return sha256_of(der);
}

Result<ExitPerson> person_from(const Json& json) {
  SEKISHO_TRY(std::string id, json_string(json, "id"));
  SEKISHO_TRY(std::string institution, json_string(json, "institution"));
  SEKISHO_TRY(std::string key, json_string(json, "key_sha256"));
  ExitPerson person{std::move(id), std::move(institution), std::move(key), {}};
  if (!json.contains("roles") || !json["roles"].is_array()) return fail("exit.damaged", "a person without roles");
  for (const Json& role : json["roles"])
    if (role.is_string()) person.roles.push_back(role.get<std::string>());
  return person;
}

bool is_plain_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  }) && name[0] != '.';
}

}  // namespace

Result<ExitDesk> ExitDesk::open(const fs::path& folder, const Clock& clock, Random& random) {
  ExitDesk desk;
  desk.folder_ = folder;
  SEKISHO_CHECK(make_folders(folder / "frozen", 0700));
  const fs::path key_file = folder / "ledger-key.pem";
  std::error_code error;
  if (!fs::exists(key_file, error)) {
    SEKISHO_TRY(const crypto::PrivateKey fresh, crypto::PrivateKey::generate(crypto::KeyKind::kEd25519));
    SEKISHO_CHECK(fresh.save(key_file));
  }
  SEKISHO_TRY(crypto::PrivateKey key, crypto::PrivateKey::load(key_file));
  SEKISHO_TRY(desk.ledger_,
              ledger::Ledger::open(folder / "ledger", std::string(kOrigin), std::move(key), clock, random));
  SEKISHO_TRY(const std::vector<ledger::Entry> entries, desk.ledger_->entries(0, desk.ledger_->size()));
  for (const ledger::Entry& entry : entries)
    if (entry.kind == kPerson) {
      SEKISHO_TRY(ExitPerson person, person_from(entry.payload));
      desk.people_[person.key_sha256] = std::move(person);
    }
  SEKISHO_TRY(desk.requests_, ExitRequests::open(*desk.ledger_, clock));
  return desk;
}

Result<ExitPerson> ExitDesk::add_person(const std::string& id, const std::string& institution,
                                        std::vector<std::string> roles, const fs::path& key) {
  if (!is_plain_name(id)) return fail("exit.person", "a person's id has 1 to 64 letters, digits, '-', '_' or '.'");
  for (const std::string& role : roles)
    if (std::ranges::find(kRoles, role) == kRoles.end())
      return fail("exit.person", fmt::format("there is no role '{}'", role), {},
                  "requester, reviewer, releaser, sender");
  if (roles.empty()) return fail("exit.person", "a person has at least one role");
  if (std::ranges::any_of(people_, [&](const auto& each) { return each.second.id == id; }))
    return fail("exit.person", fmt::format("{} is registered already", id), {}, "One person, one key.");
  std::error_code error;
  if (fs::exists(key, error)) return fail("exit.person", "the file for the key exists already", {.file = key.string()});
  SEKISHO_TRY(const crypto::PrivateKey fresh, crypto::PrivateKey::generate(crypto::KeyKind::kEd25519));
  SEKISHO_TRY(std::string hash, key_hash(fresh));
  SEKISHO_CHECK(fresh.save(key));
  ExitPerson person{id, institution, std::move(hash), std::move(roles)};
  SEKISHO_CHECK(ledger_->append(std::string(kPerson), Json{{"id", person.id},
                                                           {"institution", person.institution},
                                                           {"roles", person.roles},
                                                           {"key_sha256", person.key_sha256}}));
  people_[person.key_sha256] = person;
  return person;
}

Result<const ExitPerson*> ExitDesk::signed_in(const fs::path& key_file, ExitEvent event) const {
  SEKISHO_TRY(const crypto::PrivateKey key, crypto::PrivateKey::load(key_file));
  SEKISHO_TRY(const std::string hash, key_hash(key));
  const auto known = people_.find(hash);
  const auto refused = [&](std::string_view code, std::string message) -> Result<const ExitPerson*> {
    SEKISHO_CHECK(ledger_->append(std::string(kStranger),
                                  Json{{"event", name(event)}, {"key_sha256", hash}, {"rule", std::string(code)}}));
    return fail(std::string(code), std::move(message));
  };
  if (known == people_.end()) return refused("exit.stranger", "this key belongs to nobody registered here");
  const ExitPerson& person = known->second;
  const bool may = std::ranges::any_of(kRights, [&](const Right& right) {
    return right.event == event && std::ranges::find(person.roles, right.role) != person.roles.end();
  });
  if (!may) return refused("exit.right", fmt::format("{} may not {}", person.id, name(event)));
  return &person;
}

Result<std::vector<ExitFile>> ExitDesk::frozen_files(const std::string& request) const {
  std::vector<ExitFile> now;
  const auto known = requests_->all().find(request);
  if (known == requests_->all().end()) return now;
  for (const ExitFile& file : known->second.files) {
    // The bytes as they lie there, whatever the name of the file claims.
    const auto bytes = read_file(folder_ / "frozen" / file.sha256, std::size_t{1} << 30);
    now.push_back({file.name, bytes ? sha256_of(*bytes) : std::string("absent")});
  }
  return now;
}

Result<ExitRequest> ExitDesk::submit(const ExitOrder& order, ExitAct act) {
  SEKISHO_TRY(const FileScanner scanner, FileScanner::create(order.scan));
  std::set<std::string> checked;
  if (!order.memory.empty()) {
    SEKISHO_TRY(const auto memory, disclosure::check_memory(order.memory, {}));
    if (!memory.problems.empty()) return fail("exit.memory", "the memory of releases is not what its ledger says");
    SEKISHO_TRY(const auto releases, disclosure::Releases::open(order.memory, false, system_clock(), system_random()));
    for (const disclosure::ReleaseItem& item : releases->items())
      checked.insert(item.output_sha256);
  }
  disclosure::Verdict worst = disclosure::Verdict::kPass;
  std::set<std::string> names;
  act.by_safe_table = !order.files.empty();
  for (const fs::path& file : order.files) {
    SEKISHO_TRY(const Bytes bytes, read_file(file, std::size_t{1} << 30));
    const std::string hash = sha256_of(bytes), name = file.filename().string();
    if (!names.insert(name).second) return fail("exit.files", fmt::format("two files are called {}", name));
    // Judged are the frozen bytes, so that nothing changes between freezing and judging.
    const fs::path frozen = folder_ / "frozen" / hash;
    std::error_code error;
    if (!fs::exists(frozen, error)) SEKISHO_CHECK(write_file_durable(frozen, bytes, 0400));
    SEKISHO_TRY(const TemporaryFolder scratch, TemporaryFolder::create());
    SEKISHO_CHECK(write_file_durable(scratch.path() / name, bytes, 0600));
    SEKISHO_TRY(const Scan scan, scanner.scan(scratch.path() / name));
    if (!scan.sha256.empty() && scan.sha256 != hash)
      return fail("exit.changed", "the file changed while it was judged");
    worst = std::max(worst, scan.verdict());
    act.files.push_back({name, hash});
    act.by_safe_table = act.by_safe_table && checked.contains(hash);
  }
  SEKISHO_CHECK(requests_->act(act));
  ExitAct check = act;
  check.event = ExitEvent::kCheck;
  check.actor = "engine";
  check.institution.clear();
  check.reason.clear();
  check.verdict = worst;
  SEKISHO_TRY(check.files, frozen_files(act.request));
  return requests_->act(check);
}

Result<ExitRequest> ExitDesk::act(const ExitOrder& order) {
  if (!is_plain_name(order.request))
    return fail("exit.unknown", "a request's id has 1 to 64 letters, digits, '-', '_' or '.'");
  SEKISHO_TRY(const ExitPerson* const person, signed_in(order.key, order.event));
  ExitAct act{.request = order.request,
              .event = order.event,
              .actor = person->id,
              .institution = person->institution,
              .files = {},
              .reason = order.reason,
              .committee = order.committee};
  if (order.event == ExitEvent::kSubmit) return submit(order, std::move(act));
  SEKISHO_TRY(act.files, frozen_files(order.request));
  SEKISHO_TRY(ExitRequest request, requests_->act(act));
  if (order.event != ExitEvent::kRelease || order.output.empty()) return request;
  SEKISHO_CHECK(make_folders(order.output, 0700));
  for (const ExitFile& file : request.files) {
    SEKISHO_TRY(const Bytes bytes, read_file(folder_ / "frozen" / file.sha256, std::size_t{1} << 30));
    if (sha256_of(bytes) != file.sha256) return fail("exit.changed", "the frozen bytes changed while they were copied");
    SEKISHO_CHECK(write_file_durable(order.output / file.name, bytes, 0600));
  }
  return request;
}

}  // namespace sekisho::outgoing
