#include "receiver/receiver.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "core/crash_point.h"
#include "core/log.h"
#include "crypto/ca.h"

namespace sekisho::receiver {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kPublishedNames[] = {"recipients.json", "recipients.p7s", "centre-checkpoint.txt"};

Json describe(const PackageId& id) {
  return {{"body", id.body.text}, {"hospital", id.hospital.text}, {"epoch", id.epoch}, {"sequence", id.sequence}};
}

}  // namespace

Result<void> Upload::write(ByteView piece) {
  SEKISHO_CHECK(write_all(fd_.get(), piece, "upload"));
  offset_ += piece.size();
  return {};
}

Result<void> Upload::sync() {
  return sync_file(fd_.get(), "upload");
}

Result<std::unique_ptr<Receiver>> Receiver::open(const ReceiverOptions& options) {
  std::unique_ptr<Receiver> self(new Receiver(options));
  for (const char* folder : {"incoming", "accepted", "receipts", "epochs", "published"})
    SEKISHO_CHECK(make_folders(options.state / folder, 0700));
  SEKISHO_TRY(self->lock_, FileLock::take(options.state / "lock", "receiver"));
  SEKISHO_TRY(self->signer_, crypto::Certificate::load(options.signer_certificate));
  SEKISHO_TRY(self->signer_key_, crypto::PrivateKey::load(options.signer_key));
  if (!fs::exists(options.ledger_key)) {
    SEKISHO_TRY(const crypto::PrivateKey fresh, crypto::PrivateKey::generate(crypto::KeyKind::kEd25519));
    SEKISHO_CHECK(fresh.save(options.ledger_key));
  }
  SEKISHO_TRY(crypto::PrivateKey ledger_key, crypto::PrivateKey::load(options.ledger_key));
  SEKISHO_TRY(self->ledger_,
              ledger::Ledger::open(options.state / "ledger", "sekisho/" + options.body.text + "/receiver",
                                   std::move(ledger_key), *options.clock, *options.random));
  SEKISHO_CHECK(self->replay_ledger());
  SEKISHO_CHECK(self->complete_receipts());
  return self;
}

// What stands in the ledger is the truth about what was accepted; files follow it.
Result<void> Receiver::replay_ledger() {
  SEKISHO_TRY(const std::vector<ledger::Entry> entries, ledger_->entries(0, ledger_->size()));
  for (const ledger::Entry& entry : entries) {
    if (entry.kind != "package.received" && entry.kind != "package.refused") continue;
    HospitalState& state = hospital({entry.payload.value("hospital", "")});
    const std::string hash = entry.payload.value("manifest_hash", "");
    if (entry.kind == "package.refused") {
      state.refused.insert(hash + entry.payload.value("code", "") + entry.payload.value("part", ""));
      continue;
    }
    state.epoch = entry.payload.value("epoch", 1u);
    state.last_sequence = entry.payload.value("sequence", std::uint64_t{0});
    state.last_hash = hash;
    state.accepted[{state.epoch, state.last_sequence}] = hash;
  }
  return {};
}

// A package that was moved into place just before a crash gets its receipt now.
Result<void> Receiver::complete_receipts() {
  for (const auto& [name, state] : hospitals_) {
    for (const auto& [key, hash] : state->accepted) {
      const PackageId id{options_.body, {name}, key.first, key.second};
      std::error_code error;
      const fs::path accepted = file_of("accepted", id, ".skp");
      if (!fs::exists(accepted, error) || fs::exists(file_of("receipts", id, ".received.json"), error)) continue;
      SEKISHO_TRY(const transport::PackageFile package, transport::open_package(accepted));
      SEKISHO_TRY([[maybe_unused]] const std::string receipt, make_receipt(id, package));
    }
  }
  return {};
}

Receiver::HospitalState& Receiver::hospital(const HospitalId& id) {
  const std::scoped_lock lock(mutex_);
  auto& slot = hospitals_[id.text];
  if (!slot) slot = std::make_unique<HospitalState>();
  return *slot;
}

fs::path Receiver::file_of(std::string_view folder, const PackageId& id, std::string_view suffix) const {
  return options_.state / folder / id.hospital.text / fmt::format("{}_{:06}{}", id.epoch, id.sequence, suffix);
}

Result<UploadState> Receiver::state_of(const PackageId& id) {
  HospitalState& state = hospital(id.hospital);
  const std::scoped_lock lock(mutex_);
  UploadState answer;
  answer.epoch = state.epoch;
  answer.expected_sequence = state.last_sequence + 1;
  std::error_code error;
  if (state.accepted.contains({id.epoch, id.sequence}) &&
      fs::exists(file_of("receipts", id, ".received.json"), error)) {
    answer.kind = UploadState::Kind::kAccepted;
    return answer;
  }
  const auto size = fs::file_size(file_of("incoming", id, ".part"), error);
  if (!error) {
    answer.kind = UploadState::Kind::kPartial;
    answer.offset = size;
  }
  return answer;
}

Result<std::unique_ptr<Upload>> Receiver::begin_upload(const PackageId& id, std::uint64_t offset, std::uint64_t total) {
  if (total > options_.package_limit)
    return fail("upload.too_large", fmt::format("a package may have at most {} bytes", options_.package_limit),
                {.part = id.text()});
  HospitalState& state = hospital(id.hospital);
  std::unique_lock upload_lock(state.upload_mutex, std::try_to_lock);
  if (!upload_lock)
    return fail("upload.busy", "another upload of this hospital is under way", {.part = id.text()},
                "Try again in a moment.");
  {
    const std::scoped_lock lock(mutex_);
    const bool known = state.accepted.contains({id.epoch, id.sequence});
    const bool next =
        id.epoch == state.epoch ? id.sequence == state.last_sequence + 1 : id.epoch > state.epoch && id.sequence == 1;
    // A known sequence may be sent again: the same bytes end in the same receipt, other bytes are equivocation.
    if (!known && !next)
      return fail("upload.sequence",
                  fmt::format("expected sequence {} of epoch {}", state.last_sequence + 1, state.epoch),
                  {.part = id.text()}, "Send the packages in order; after a restore ask the centre for a new epoch.");
  }
  const fs::path path = file_of("incoming", id, ".part");
  SEKISHO_CHECK(make_folders(path.parent_path(), 0700));
  FileDescriptor fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  if (!fd) return fail_errno("upload.open", "cannot store the upload", {.part = id.text()});
  struct stat info{};
  if (::fstat(fd.get(), &info) != 0) return fail_errno("upload.open", "cannot stat the upload", {.part = id.text()});
  if (offset > static_cast<std::uint64_t>(info.st_size))
    return fail("upload.offset", fmt::format("{} bytes are here, the upload begins at {}", info.st_size, offset),
                {.part = id.text()}, "Ask for the state and go on from there.");
  if (::ftruncate(fd.get(), static_cast<off_t>(offset)) != 0 ||
      ::lseek(fd.get(), static_cast<off_t>(offset), SEEK_SET) < 0)
    return fail_errno("upload.open", "cannot continue the upload", {.part = id.text()});
  return std::make_unique<Upload>(std::move(fd), offset, std::move(upload_lock));
}

Result<void> Receiver::check_epoch(const HospitalId& hospital, std::uint32_t epoch) {
  const fs::path base = options_.state / "epochs" / fmt::format("{}_{}", hospital.text, epoch);
  const auto json = read_file(base.string() + ".json", 1 << 16);
  const auto signature = read_file(base.string() + ".p7s", 1 << 16);
  if (!json || !signature)
    return fail("package.epoch", fmt::format("epoch {} of {} is not allowed by the root", epoch, hospital.text), {},
                "A restored gateway goes on with a new epoch signed by the root: sekisho ca epoch.");
  SEKISHO_TRY(const crypto::Trust trust, crypto::Trust::load(options_.root, options_.crl));
  return crypto::check_epoch_grant(*json, *signature, trust, options_.body, hospital, epoch, options_.clock->now());
}

Result<void> Receiver::check_order(const transport::Manifest& manifest, HospitalState& state) {
  std::uint32_t epoch;
  std::uint64_t last;
  std::string last_hash;
  {
    const std::scoped_lock lock(mutex_);
    epoch = state.epoch;
    last = state.last_sequence;
    last_hash = state.last_hash;
  }
  const PackageId& id = manifest.id;
  const std::string previous = to_hex(manifest.previous);
  const std::string zeros(64, '0');
  if (id.epoch == epoch) {
    if (id.sequence != last + 1)
      return fail("package.sequence", fmt::format("sequence {} came, {} was expected", id.sequence, last + 1),
                  {.part = id.text()});
    if (previous != (last == 0 ? zeros : last_hash))
      return fail("package.chain", "the manifest does not name the manifest before it", {.part = id.text()},
                  "A gateway restored from a backup must begin a new epoch.");
    return {};
  }
  if (id.epoch != epoch + 1 || id.sequence != 1)
    return fail("package.sequence",
                fmt::format("epoch {} sequence {} came, epoch {} is current", id.epoch, id.sequence, epoch),
                {.part = id.text()});
  if (previous != (last == 0 ? zeros : last_hash))
    return fail("package.chain", "a new epoch must name the last acknowledged manifest", {.part = id.text()});
  return check_epoch(id.hospital, id.epoch);
}

// Records a refusal once, removes the upload, and gives the error back.
Error Receiver::refuse(const PackageId& id, const std::string& hash, Error error, HospitalState& state) {
  bool fresh;
  {
    const std::scoped_lock lock(mutex_);
    fresh = state.refused.insert(hash + error.code + error.place.part).second;
  }
  Json payload = describe(id);
  payload["manifest_hash"] = hash.starts_with("unreadable-") ? hash.substr(hash.size() - 64) : hash;
  payload["code"] = error.code;
  payload["part"] = error.place.part;
  if (fresh)
    if (const auto appended = ledger_->append("package.refused", payload); !appended) return appended.error();
  spdlog::warn("refused {}: {}", id.text(), error.describe());
  if (const auto removed = remove_file(file_of("incoming", id, ".part")); !removed)
    spdlog::error("{}", removed.error().describe());
  return error;
}

Result<std::string> Receiver::accept(const PackageId& id) {
  HospitalState& state = hospital(id.hospital);
  const fs::path incoming = file_of("incoming", id, ".part");
  const fs::path accepted = file_of("accepted", id, ".skp");
  std::error_code error;
  if (!fs::exists(incoming, error)) {
    // Nothing new came: a repeated question about what was accepted gets the stored receipt.
    SEKISHO_TRY(const auto receipts, receipts_of(id));
    if (const auto found = receipts.find("received"); found != receipts.end()) return found->second;
    return fail("upload.missing", "no bytes of this package are here", {.part = id.text()});
  }
  auto package = transport::open_package(incoming);
  if (!package) {
    // There is no manifest to name it by: its beginning and size tell one broken upload from the next.
    SEKISHO_TRY(const MappedFile broken, MappedFile::open(incoming));
    const ByteView head = broken.bytes().first(std::min<std::size_t>(broken.bytes().size(), 1 << 20));
    const std::string mark = fmt::format("unreadable-{}-{}", broken.bytes().size(), to_hex(crypto::sha256(head)));
    return std::unexpected(refuse(id, mark, package.error(), state));
  }
  const std::string hash = to_hex(package->manifest_hash);
  if (package->manifest.id != id)
    return std::unexpected(
        refuse(id, hash,
               {"package.wrong_address", "the manifest names another package than the upload", {.part = id.text()}, ""},
               state));

  std::string known;
  {
    const std::scoped_lock lock(mutex_);
    if (const auto found = state.accepted.find({id.epoch, id.sequence}); found != state.accepted.end())
      known = found->second;
  }
  if (!known.empty() && known != hash) {
    return std::unexpected(
        refuse(id, hash,
               {"package.equivocation",
                "another package with this sequence was accepted before",
                {.part = id.text()},
                "Two gateways run with one identity, or one was restored: ask the centre for a new epoch."},
               state));
  }
  SEKISHO_TRY(const crypto::Trust trust, crypto::Trust::load(options_.root, options_.crl));
  if (const auto signer = transport::verify_package(*package, trust, options_.clock->now()); !signer)
    return std::unexpected(refuse(id, hash, signer.error(), state));
  if (known.empty()) {
    if (const auto order = check_order(package->manifest, state); !order)
      return std::unexpected(refuse(id, hash, order.error(), state));
    crash_point("receiver.before_ledger");
    Json payload = describe(id);
    payload["manifest_hash"] = hash;
    payload["size"] = fs::file_size(incoming, error);
    SEKISHO_CHECK(ledger_->append("package.received", payload));
    crash_point("receiver.after_ledger");
    const std::scoped_lock lock(mutex_);
    state.epoch = id.epoch;
    state.last_sequence = id.sequence;
    state.last_hash = hash;
    state.accepted[{id.epoch, id.sequence}] = hash;
  }
  SEKISHO_CHECK(make_folders(accepted.parent_path(), 0700));
  if (fs::exists(accepted, error)) {
    SEKISHO_CHECK(remove_file(incoming));
  } else {
    SEKISHO_CHECK(rename_durable(incoming, accepted));
  }
  crash_point("receiver.before_receipt");
  return make_receipt(id, *package);
}

Result<std::string> Receiver::make_receipt(const PackageId& id, const transport::PackageFile& package) {
  const fs::path path = file_of("receipts", id, ".received.json");
  std::error_code error;
  if (fs::exists(path, error)) return read_text(path);
  SEKISHO_TRY(const ledger::Checkpoint checkpoint, ledger_->checkpoint());
  transport::Receipt receipt;
  receipt.step = "received";
  receipt.package = id;
  receipt.manifest_hash = package.manifest_hash;
  receipt.time = options_.clock->now();
  receipt.checkpoint = checkpoint.note;
  // The hospital repeated what it has seen of this ledger: prove that today's state extends it.
  for (const std::string& note : package.manifest.seen_checkpoints) {
    const auto seen = ledger::parse_checkpoint(note, ledger_->public_key());
    if (!seen || seen->origin != checkpoint.origin) continue;
    if (seen->size > checkpoint.size)
      return fail("ledger.rolled_back", "a hospital has seen more entries than this ledger holds", {.part = id.text()},
                  "This ledger was cut or restored from an old backup: stop and investigate.");
    SEKISHO_TRY(const ledger::ConsistencyProof proof, ledger_->consistency(seen->size, checkpoint.size));
    receipt.consistency = proof.to_json();
  }
  SEKISHO_TRY(const std::string file, transport::sign_receipt(receipt, *signer_, *signer_key_));
  SEKISHO_CHECK(make_folders(path.parent_path(), 0700));
  SEKISHO_CHECK(write_file_durable(path, file, 0600));
  crash_point("receiver.after_receipt");
  return file;
}

Result<std::map<std::string, std::string>> Receiver::receipts_of(const PackageId& id) {
  std::map<std::string, std::string> found;
  for (const char* step : {"received", "loaded", "secured", "refused"}) {
    const fs::path path = file_of("receipts", id, fmt::format(".{}.json", step));
    std::error_code error;
    if (!fs::exists(path, error)) continue;
    SEKISHO_TRY(found[step], read_text(path));
  }
  return found;
}

Result<std::vector<InboxEntry>> Receiver::inbox() {
  std::vector<InboxEntry> entries;
  const std::scoped_lock lock(mutex_);
  for (const auto& [name, state] : hospitals_) {
    for (const auto& [key, hash] : state->accepted) {
      InboxEntry entry{{options_.body, {name}, key.first, key.second}, 0, hash};
      std::error_code error;
      entry.size = fs::file_size(file_of("accepted", entry.id, ".skp"), error);
      if (error || fs::exists(file_of("receipts", entry.id, ".secured.json"), error)) continue;
      entries.push_back(std::move(entry));
    }
  }
  return entries;
}

Result<fs::path> Receiver::package_path(const PackageId& id) {
  const fs::path path = file_of("accepted", id, ".skp");
  std::error_code error;
  if (!fs::exists(path, error)) return fail("inbox.unknown", "no such package is here", {.part = id.text()});
  return path;
}

Result<void> Receiver::put_receipt(const PackageId& id, std::string_view step, std::string_view file) {
  if (step != "loaded" && step != "secured" && step != "refused")
    return fail("receipt.step", "not a step of intake", {.part = std::string(step)});
  SEKISHO_TRY(const crypto::Trust trust, crypto::Trust::load(options_.root, options_.crl));
  SEKISHO_TRY(const transport::Receipt receipt, transport::verify_receipt(file, trust, options_.clock->now()));
  if (receipt.step != step || receipt.package != id)
    return fail("receipt.mismatch", "the receipt speaks of another package or step", {.part = id.text()});
  {
    HospitalState& state = hospital(id.hospital);
    const std::scoped_lock lock(mutex_);
    const auto found = state.accepted.find({id.epoch, id.sequence});
    if (found == state.accepted.end() || found->second != to_hex(receipt.manifest_hash))
      return fail("receipt.mismatch", "the receipt speaks of a package that is not here", {.part = id.text()});
  }
  const fs::path path = file_of("receipts", id, fmt::format(".{}.json", step));
  std::error_code error;
  if (fs::exists(path, error)) {
    SEKISHO_TRY(const std::string stored, read_text(path));
    if (stored == file) return {};
    return fail("receipt.changed", "another receipt of this step is stored", {.part = id.text()});
  }
  Json payload = describe(id);
  payload["step"] = step;
  payload["receipt_sha256"] = to_hex(crypto::sha256(as_bytes(file)));
  SEKISHO_CHECK(ledger_->append("receipt.stored", payload));
  SEKISHO_CHECK(write_file_durable(path, file, 0600));
  crash_point("receiver.after_put_receipt");
  // The copy in the outer zone has served once a backup of the centre holds the package's content.
  if (step == "secured") SEKISHO_CHECK(remove_file(file_of("accepted", id, ".skp")));
  return {};
}

Result<void> Receiver::publish(std::string_view name, std::string_view content) {
  if (std::find(std::begin(kPublishedNames), std::end(kPublishedNames), name) == std::end(kPublishedNames))
    return fail("publish.name", "nothing of this name is published", {.part = std::string(name)});
  return write_file_durable(options_.state / "published" / name, content, 0600);
}

Result<std::string> Receiver::published(std::string_view name) {
  if (std::find(std::begin(kPublishedNames), std::end(kPublishedNames), name) == std::end(kPublishedNames))
    return fail("publish.name", "nothing of this name is published", {.part = std::string(name)});
  return read_text(options_.state / "published" / name, 1 << 20);
}

std::vector<std::string> Receiver::expiry_warnings() const {
  return crypto::expiry_warnings(options_.root, options_.crl, {options_.tls_certificate, options_.signer_certificate},
                                 options_.clock->now());
}

Json Receiver::status() {
  Json hospitals = Json::object();
  const std::scoped_lock lock(mutex_);
  for (const auto& [name, state] : hospitals_)
    hospitals[name] = {{"epoch", state->epoch},
                       {"last_sequence", state->last_sequence},
                       {"accepted", state->accepted.size()},
                       {"refused", state->refused.size()}};
  return {{"hospitals", hospitals}, {"ledger_entries", ledger_->size()}, {"alarms", expiry_warnings()}};
}

}  // namespace sekisho::receiver
