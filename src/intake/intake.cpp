#include "intake/intake.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <ctime>

#include "core/crash_point.h"
#include "core/log.h"

namespace sekisho::intake {

namespace fs = std::filesystem;

namespace {

Json describe(const PackageId& id, const crypto::Digest& hash) {
  return {
      {"hospital", id.hospital.text}, {"epoch", id.epoch}, {"sequence", id.sequence}, {"manifest_hash", to_hex(hash)}};
}

std::string key_of(const Json& payload) {
  return fmt::format("{}/{}/{}", payload.value("hospital", ""), payload.value("epoch", 0u),
                     payload.value("sequence", std::uint64_t{0}));
}

}  // namespace

Result<std::unique_ptr<Intake>> Intake::open(IntakeConfig config, const Clock& clock, Random& random) {
  std::unique_ptr<Intake> self(new Intake(std::move(config), clock, random));
  IntakeConfig& c = self->config_;
  for (const char* folder : {"inbox", "refused", "receipts", "secured", "erased", "held", "accepted", "quality"})
    SEKISHO_CHECK(make_folders(c.state / folder, 0700));
  SEKISHO_TRY(self->lock_, FileLock::take(c.state / "lock", "intake"));
  SEKISHO_TRY(self->trust_, crypto::Trust::load(c.receiver.root, c.receiver.crl));
  SEKISHO_TRY(self->signer_, crypto::Certificate::load(c.signer_certificate));
  SEKISHO_TRY(self->signer_key_, crypto::PrivateKey::load(c.signer_key));
  SEKISHO_TRY(self->recipient_, crypto::Certificate::load(c.recipient_certificate));
  SEKISHO_TRY(self->recipient_key_, crypto::PrivateKey::load(c.recipient_key));
  std::error_code error;
  if (!fs::exists(c.ledger_key, error)) {
    SEKISHO_TRY(const crypto::PrivateKey fresh, crypto::PrivateKey::generate(crypto::KeyKind::kEd25519));
    SEKISHO_CHECK(fresh.save(c.ledger_key));
  }
  SEKISHO_TRY(crypto::PrivateKey ledger_key, crypto::PrivateKey::load(c.ledger_key));
  SEKISHO_TRY(self->ledger_, ledger::Ledger::open(c.state / "ledger", "sekisho/" + c.body.text + "/centre",
                                                  std::move(ledger_key), clock, random));
  c.store.clock = &clock;
  c.store.random = &random;
  SEKISHO_TRY(self->store_, store::Store::open(c.store));
  SEKISHO_CHECK(self->replay_ledger());
  for (const auto& entry : fs::directory_iterator(c.state / "inbox", error))
    if (entry.path().extension() != ".skp")
      SEKISHO_CHECK(remove_file(entry.path()));  // pulled only half before a crash
  SEKISHO_TRY(const auto packages, self->store_->packages());
  for (const store::PackageState& package : packages)
    SEKISHO_CHECK(self->erase_withdrawn(package.id));
  return self;
}

Result<void> Intake::replay_ledger() {
  SEKISHO_TRY(const auto entries, ledger_->entries(0, ledger_->size()));
  for (const ledger::Entry& entry : entries)
    if (entry.kind.starts_with("package.")) recorded_[entry.kind].insert(key_of(entry.payload));
  return {};
}

fs::path Intake::receipt_path(const PackageId& id, std::string_view step) const {
  return config_.state / "receipts" / fmt::format("{}_{}_{:06}.{}.json", id.hospital.text, id.epoch, id.sequence, step);
}

Result<RoundSummary> Intake::round() {
  const auto start = std::chrono::steady_clock::now();
  RoundSummary summary;
  SEKISHO_CHECK(read_media(summary));
  SEKISHO_TRY(const auto client, config_.receiver.connect());
  SEKISHO_TRY(const auto answer, client->send({.target = "/v1/inbox"}));
  if (answer.status != 200)
    return fail("receiver.error", fmt::format("the receiver answered with status {}", answer.status));
  SEKISHO_TRY(const Json list, parse_json(answer.body));
  for (const Json& row : list) {
    const PackageId id{
        config_.body, {row.value("hospital", "")}, row.value("epoch", 1u), row.value("sequence", std::uint64_t{0})};
    if (!is_valid_id(id.hospital.text)) return fail("receiver.error", "the inbox names a hospital that cannot be");
    SEKISHO_CHECK(
        handle(client.get(), id, row.value("manifest_hash", ""), row.value("size", std::uint64_t{0}), summary));
  }
  SEKISHO_CHECK(secure(*client, summary));
  SEKISHO_CHECK(publish_checkpoint(*client));
  summary.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return summary;
}

// Packages on numbered media: copied into the inbox in their order and handled as if pulled; receipts are written
// beside the package for the way back.
Result<void> Intake::read_media(RoundSummary& summary) {
  if (config_.media.empty()) return {};
  std::map<std::tuple<std::string, std::uint32_t, std::uint64_t>, fs::path> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(config_.media, error)) {
    if (entry.path().extension() != ".skp") continue;
    const auto package = transport::open_package(entry.path());
    if (!package || package->manifest.id.body != config_.body) {
      spdlog::error("a medium holds a file that is not a package for this body: {}",
                    package ? "package.foreign" : package.error().code);
      continue;
    }
    const PackageId& id = package->manifest.id;
    found[{id.hospital.text, id.epoch, id.sequence}] = entry.path();
  }
  for (const auto& [key, path] : found) {
    const PackageId id{config_.body, {std::get<0>(key)}, std::get<1>(key), std::get<2>(key)};
    const bool answered =
        fs::exists(receipt_path(id, "loaded"), error) || fs::exists(receipt_path(id, "refused"), error);
    if (!answered) {
      const fs::path inbox = config_.state / "inbox" / id.file_name();
      if (!fs::exists(inbox, error)) {
        SEKISHO_TRY(const Bytes content, read_file(path));
        SEKISHO_CHECK(write_file_durable(inbox, content, 0600));
      }
      SEKISHO_TRY(const transport::PackageFile package, transport::open_package(inbox));
      SEKISHO_CHECK(handle(nullptr, id, to_hex(package.manifest_hash), fs::file_size(inbox, error), summary));
    }
    for (const char* step : {"loaded", "refused", "secured"}) {
      const fs::path target = path.string() + "." + step + ".json";
      if (!fs::exists(receipt_path(id, step), error) || fs::exists(target, error)) continue;
      SEKISHO_TRY(const std::string receipt, read_text(receipt_path(id, step)));
      SEKISHO_CHECK(write_file_durable(target, receipt));
    }
  }
  return {};
}

// Brings one package from wherever it stands to its receipt. Every step may have been done before a crash.
Result<void> Intake::handle(net::Client* client, const PackageId& id, const std::string& manifest_hash,
                            std::uint64_t size, RoundSummary& summary) {
  std::error_code error;
  const bool answered = fs::exists(receipt_path(id, "loaded"), error) || fs::exists(receipt_path(id, "refused"), error);
  if (!answered && fs::exists(held_path(id), error)) return {};
  if (!answered) {
    SEKISHO_TRY(const fs::path path, pull(client, id, size));
    ++summary.pulled;
    auto package = transport::open_package(path);
    Result<void> loaded = {};
    crypto::Digest hash{};
    if (!package) {
      loaded = std::unexpected(package.error());
    } else {
      hash = package->manifest_hash;
      if (to_hex(hash) != manifest_hash || package->manifest.id != id)
        loaded = fail("package.wrong_address", "the receiver handed out another package than it listed",
                      {.part = id.text()});
      else if (const auto signer = transport::verify_package(*package, *trust_, clock_.now()); !signer)
        loaded = std::unexpected(signer.error());
      else
        loaded = load(*package);
    }
    if (!loaded) {
      // What is wrong with the package is its sender's affair; what is wrong here (disk, store) must be mended and
      // tried again.
      const std::string& code = loaded.error().code;
      if (code == "quality.held") {
        ++summary.held;
        return hold(id, hash, path);
      }
      const bool of_package = code.starts_with("package.") || code.starts_with("part.") ||
                              code.starts_with("unseal.") || code.starts_with("certificate.") ||
                              code.starts_with("signature.");
      if (!of_package) return loaded;
      SEKISHO_CHECK(refuse(id, hash, loaded.error()));
      ++summary.refused;
    } else {
      SEKISHO_TRY(const std::string receipt, make_receipt("loaded", id, hash, package->manifest.seen_checkpoints, ""));
      SEKISHO_CHECK(write_file_durable(receipt_path(id, "loaded"), receipt, 0600));
      crash_point("intake.after_receipt");
      ++summary.loaded;
      summary.bytes += size;
    }
    SEKISHO_CHECK(remove_file(path));
  }
  return client == nullptr ? Result<void>{} : push_receipts(*client, id);
}

Result<fs::path> Intake::pull(net::Client* client, const PackageId& id, std::uint64_t size) {
  const fs::path path = config_.state / "inbox" / id.file_name();
  std::error_code error;
  if (fs::exists(path, error)) return path;
  if (client == nullptr)
    return fail("intake.missing", "a package of a medium is gone from the inbox", {.part = id.text()});
  const fs::path temporary = path.string() + ".part";
  FileDescriptor fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!fd) return fail_errno("intake.open", "cannot store a package", {.part = id.text()});
  std::uint64_t received = 0;
  const std::string target = fmt::format("/v1/inbox/{}/{}/{}", id.hospital.text, id.epoch, id.sequence);
  auto answer = client->download({.target = target}, [&](ByteView piece) -> Result<void> {
    received += piece.size();
    if (received > size)
      return fail("receiver.error", "the package is longer than the inbox said", {.part = id.text()});
    return write_all(fd.get(), piece, "inbox");
  });
  if (answer && answer->status == 200 && received == size) {
    SEKISHO_CHECK(sync_file(fd.get(), "inbox"));
    SEKISHO_CHECK(rename_durable(temporary, path));
    crash_point("intake.after_pull");
    return path;
  }
  SEKISHO_CHECK(remove_file(temporary));
  if (!answer) return std::unexpected(answer.error());
  return fail("receiver.error",
              fmt::format("the receiver sent {} of {} bytes with status {}", received, size, answer->status),
              {.part = id.text()}, "The next round tries again.");
}

Result<void> Intake::refuse(const PackageId& id, const crypto::Digest& manifest_hash, const Error& error) {
  spdlog::error("refused {}: {}", id.text(), error.describe());
  if (recorded_["package.refused"].insert(id.within_body()).second) {
    Json payload = describe(id, manifest_hash);
    payload["code"] = error.code;
    SEKISHO_CHECK(ledger_->append("package.refused", payload));
  }
  SEKISHO_TRY(const std::string receipt, make_receipt("refused", id, manifest_hash, {}, error.code));
  return write_file_durable(receipt_path(id, "refused"), receipt, 0600);
}

Result<std::string> Intake::make_receipt(std::string_view step, const PackageId& id, const crypto::Digest& hash,
                                         const std::vector<std::string>& seen, std::string reason) {
  transport::Receipt receipt;
  receipt.step = step;
  receipt.package = id;
  receipt.manifest_hash = hash;
  receipt.time = clock_.now();
  receipt.reason = std::move(reason);
  SEKISHO_TRY(const ledger::Checkpoint checkpoint, ledger_->checkpoint());
  receipt.checkpoint = checkpoint.note;
  for (const std::string& note : seen) {
    const auto older = ledger::parse_checkpoint(note, ledger_->public_key());
    if (!older || older->origin != checkpoint.origin) continue;
    if (older->size > checkpoint.size)
      return fail("ledger.rolled_back", "a hospital has seen more entries than the centre's ledger holds",
                  {.part = id.text()}, "This ledger was cut or restored from an old backup: stop and investigate.");
    SEKISHO_TRY(const ledger::ConsistencyProof proof, ledger_->consistency(older->size, checkpoint.size));
    receipt.consistency = proof.to_json();
  }
  const fs::path hospital = config_.hospitals / (id.hospital.text + ".pem");
  std::error_code error;
  if (step == "loaded" && !config_.hospitals.empty() && fs::exists(hospital, error)) {
    SEKISHO_TRY(const crypto::Certificate certificate, crypto::Certificate::load(hospital));
    SEKISHO_CHECK(trust_->check(certificate, crypto::Trust::Purpose::kRecipient, clock_.now()));
    SEKISHO_TRY(const auto package, store_->find_package(id));
    if (package) {
      const records::Counts& n = package->counts;
      const Json counts = {
          {"files", n.files},   {"bytes", n.bytes},           {"messages", n.messages},       {"records", n.records},
          {"loaded", n.loaded}, {"superseded", n.superseded}, {"quarantined", n.quarantined}, {"rules", n.rules}};
      SEKISHO_TRY(receipt.sealed_counts, crypto::cms_seal(as_bytes(counts.dump()), {certificate}));
    }
  }
  return transport::sign_receipt(receipt, *signer_, *signer_key_);
}

// Gives the receiver every receipt it does not have; a receipt pushed before is marked by an empty file beside it.
Result<void> Intake::push_receipts(net::Client& client, const PackageId& id) {
  for (const char* step : {"loaded", "refused", "secured"}) {
    const fs::path path = receipt_path(id, step);
    const fs::path pushed = path.string() + ".pushed";
    std::error_code error;
    if (!fs::exists(path, error) || fs::exists(pushed, error)) continue;
    SEKISHO_TRY(const std::string file, read_text(path));
    const std::string target = fmt::format("/v1/receipts/{}/{}/{}/{}", id.hospital.text, id.epoch, id.sequence, step);
    SEKISHO_TRY(const auto answer, client.send({.method = "PUT", .target = target, .body = file}));
    if (answer.status != 200)
      return fail("receiver.error", fmt::format("the receiver did not take a receipt: {}", answer.body),
                  {.part = id.text()});
    crash_point("intake.after_push");
    SEKISHO_CHECK(write_file_durable(pushed, std::string_view(), 0600));
  }
  return {};
}

// `center backup` leaves the list of packages that a restored and compared backup contains; each gets its `secured`
// receipt.
Result<void> Intake::secure(net::Client& client, RoundSummary& summary) {
  std::error_code error;
  std::vector<fs::path> orders;
  for (const auto& entry : fs::directory_iterator(config_.state / "secured", error))
    if (entry.path().extension() == ".json") orders.push_back(entry.path());
  std::sort(orders.begin(), orders.end());
  for (const fs::path& order : orders) {
    SEKISHO_TRY(const Json document, read_json(order));
    for (const Json& row : document.value("packages", Json::array())) {
      const PackageId id{
          config_.body, {row.value("hospital", "")}, row.value("epoch", 1u), row.value("sequence", std::uint64_t{0})};
      SEKISHO_TRY(const auto package, store_->find_package(id));
      if (!package || !is_valid_id(id.hospital.text)) continue;
      SEKISHO_TRY(const crypto::Digest hash, crypto::digest_from_hex(package->manifest_hash));
      if (!fs::exists(receipt_path(id, "secured"), error)) {
        if (recorded_["package.secured"].insert(id.within_body()).second) {
          Json payload = describe(id, hash);
          payload["backup"] = document.value("backup", "");
          SEKISHO_CHECK(ledger_->append("package.secured", payload));
        }
        SEKISHO_TRY(const std::string receipt, make_receipt("secured", id, hash, {}, ""));
        SEKISHO_CHECK(write_file_durable(receipt_path(id, "secured"), receipt, 0600));
        ++summary.secured;
      }
      SEKISHO_CHECK(push_receipts(client, id));
    }
    SEKISHO_CHECK(remove_file(order));
  }
  return {};
}

// Hospitals fetch the centre's newest checkpoint from the receiver, and the centre's ledger records the receiver's.
Result<void> Intake::publish_checkpoint(net::Client& client) {
  SEKISHO_TRY(const auto theirs, client.send({.target = "/v1/checkpoint"}));
  if (theirs.status == 200) {
    const fs::path path = config_.state / "receiver-checkpoint.txt";
    const auto known = read_text(path, 1 << 16);
    if (!known || *known != theirs.body) {
      const auto note = ledger::parse_checkpoint_unverified(theirs.body);
      if (!note) return fail("receiver.error", "the receiver's checkpoint cannot be read");
      std::uint64_t before = 0;
      if (known)
        if (const auto old = ledger::parse_checkpoint_unverified(*known)) before = old->size;
      if (note->size < before) {
        SEKISHO_CHECK(ledger_->append("alarm.receiver_ledger", {{"size", note->size}, {"seen", before}}));
        return fail("ledger.rolled_back", "the receiver's ledger became shorter", {},
                    "Stop the receiver and investigate.");
      }
      if (note->size > before)
        SEKISHO_CHECK(ledger_->append("receiver.checkpoint", {{"size", note->size}, {"root", to_hex(note->root)}}));
      SEKISHO_CHECK(write_file_durable(path, theirs.body, 0600));
    }
  }
  SEKISHO_TRY(const ledger::Checkpoint ours, ledger_->checkpoint());
  SEKISHO_TRY(const auto answer,
              client.send({.method = "PUT", .target = "/v1/published/centre-checkpoint.txt", .body = ours.note}));
  if (answer.status != 200) return fail("receiver.error", "the receiver did not take the centre's checkpoint");
  return {};
}

Result<Json> Intake::quarantine() {
  return store_->quarantine();
}

std::vector<std::string> Intake::expiry_warnings() const {
  return crypto::expiry_warnings(
      config_.receiver.root, config_.receiver.crl,
      {config_.receiver.certificate, config_.signer_certificate, config_.recipient_certificate}, clock_.now());
}

Result<Json> Intake::status() {
  SEKISHO_TRY(const store::StoreStatus status, store_->status());
  SEKISHO_TRY(const auto packages, store_->packages());
  std::map<std::string, std::map<std::pair<std::uint32_t, std::uint64_t>, bool>> seen;
  for (const auto& package : packages)
    seen[package.id.hospital.text][{package.id.epoch, package.id.sequence}] = true;
  for (const std::string& key : recorded_["package.refused"]) {
    const auto first = key.find('/'), second = key.rfind('/');
    seen[key.substr(0, first)]
        [{static_cast<std::uint32_t>(std::stoul(key.substr(first + 1))), std::stoull(key.substr(second + 1))}] = false;
  }
  Json hospitals = Json::object();
  Json alarms = expiry_warnings();
  SEKISHO_TRY(const Json waiting, held());
  for (const Json& row : waiting)
    alarms.push_back(fmt::format("{} is held back by its quality", row["package"].get<std::string>()));
  for (const auto& [hospital, sequences] : seen) {
    std::uint64_t loaded = 0, refused = 0, expected = 1;
    std::uint32_t epoch = 0;
    for (const auto& [key, ok] : sequences) {
      if (key.first != epoch) expected = 1;
      epoch = key.first;
      if (key.second != expected)
        alarms.push_back(fmt::format("{}: sequence {} of epoch {} is missing", hospital, expected, epoch));
      expected = key.second + 1;
      ok ? ++loaded : ++refused;
    }
    hospitals[hospital] = {{"loaded", loaded}, {"refused", refused}};
  }
  return Json{{"hospitals", hospitals},
              {"held", waiting},
              {"store", status.to_json()},
              {"ledger_entries", ledger_->size()},
              {"alarms", alarms}};
}

Json RoundSummary::to_json() const {
  return {{"pulled", pulled},   {"loaded", loaded}, {"refused", refused}, {"held", held},
          {"secured", secured}, {"bytes", bytes},   {"seconds", seconds}};
}

Result<int> run_service(const fs::path& config_file, bool once) {
  SEKISHO_TRY(IntakeConfig config, IntakeConfig::load(config_file));
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const std::int64_t interval = config.interval_seconds;
  SEKISHO_TRY(const auto intake, Intake::open(std::move(config), system_clock(), system_random()));
  std::int64_t warned = 0;  // day of the last warning
  while (true) {
    if (const std::int64_t day = system_clock().now().seconds() / 86'400; day != warned) {
      warned = day;
      for (const std::string& warning : intake->expiry_warnings())
        spdlog::warn("{}", warning);
    }
    const auto summary = intake->round();
    if (!summary) {
      if (once) return std::unexpected(summary.error());
      spdlog::error("{}", summary.error().describe());
    } else if (summary->loaded + summary->refused + summary->held + summary->secured > 0) {
      spdlog::info("round: {} loaded, {} refused, {} held, {} secured", summary->loaded, summary->refused,
                   summary->held, summary->secured);
    } else if (once) {
      return 0;
    }
    if (once) continue;
    const timespec pause{.tv_sec = interval, .tv_nsec = 0};
    if (sigtimedwait(&signals, nullptr, &pause) > 0) return 0;
  }
}

}  // namespace sekisho::intake
