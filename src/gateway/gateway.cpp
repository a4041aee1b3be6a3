#include "gateway/gateway.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/crash_point.h"
#include "core/csv.h"
#include "core/log.h"

namespace sekisho::gateway {

namespace fs = std::filesystem;

Result<std::unique_ptr<Gateway>> Gateway::open(GatewayConfig config, const Clock& clock, Random& random) {
  std::unique_ptr<Gateway> self(new Gateway(std::move(config), clock, random));
  const GatewayConfig& c = self->config_;
  for (const char* folder : {"outbox", "sealing", "receipts", "ledger"})
    SEKISHO_CHECK(make_folders(c.state / folder, 0700));
  SEKISHO_TRY(self->lock_, FileLock::take(c.state / "lock", "gateway"));
  SEKISHO_TRY(self->trust_, crypto::Trust::load(c.receiver.root, c.receiver.crl));
  SEKISHO_TRY(self->signer_, crypto::Certificate::load(c.signer_certificate));
  SEKISHO_TRY(self->signer_key_, crypto::PrivateKey::load(c.signer_key));
  if (self->signer_->common_name() != c.hospital.text)
    return fail("gateway.certificate", "the signing certificate is for another hospital than the configuration",
                {.file = c.signer_certificate.string()});
  if (!c.filters.key.empty()) {
    SEKISHO_TRY(self->filter_key_, identity::load_filter_key(c.filters.key));
  }
  std::error_code error;
  if (!fs::exists(c.ledger_key, error)) {
    SEKISHO_TRY(const crypto::PrivateKey fresh, crypto::PrivateKey::generate(crypto::KeyKind::kEd25519));
    SEKISHO_CHECK(fresh.save(c.ledger_key));
  }
  SEKISHO_TRY(crypto::PrivateKey ledger_key, crypto::PrivateKey::load(c.ledger_key));
  SEKISHO_TRY(self->ledger_, ledger::Ledger::open(c.state / "ledger",
                                                  fmt::format("sekisho/{}/gateway/{}", c.body.text, c.hospital.text),
                                                  std::move(ledger_key), clock, random));
  SEKISHO_TRY(self->index_, FileIndex::load(c.state / "index"));
  SEKISHO_CHECK(self->replay_ledger());
  SEKISHO_CHECK(self->recover());
  return self;
}

// The newest package.sealed or epoch.begun entry says where the chain of packages stands.
Result<void> Gateway::replay_ledger() {
  SEKISHO_TRY(const auto entries, ledger_->entries(0, ledger_->size()));
  for (const ledger::Entry& entry : entries) {
    if (entry.kind != "package.sealed" && entry.kind != "epoch.begun") continue;
    chain_.epoch = entry.payload.value("epoch", 1u);
    chain_.sequence = entry.payload.value("sequence", std::uint64_t{0});
    SEKISHO_TRY(chain_.hash, crypto::digest_from_hex(entry.payload.value("manifest_hash", std::string(64, '0'))));
  }
  return {};
}

// What a crash left in sealing/: a package that stands in the ledger goes on to the outbox; any other was never sent
// and is made anew.
Result<void> Gateway::recover() {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(config_.state / "sealing", error)) {
    const fs::path path = entry.path();
    if (path.extension() == ".skp") {
      const auto package = transport::open_package(path);
      if (package && package->manifest_hash == chain_.hash && package->manifest.id.sequence == chain_.sequence &&
          package->manifest.id.epoch == chain_.epoch) {
        SEKISHO_CHECK(rename_durable(path, config_.state / "outbox" / path.filename()));
        continue;
      }
      SEKISHO_CHECK(index_->remove_package(path.stem().string()));
    }
    SEKISHO_CHECK(remove_file(path));
  }
  // An index without its package: the crash came before the package was whole.
  for (const auto& entry : fs::directory_iterator(config_.state / "index", error)) {
    const std::string name = entry.path().stem().string();
    if (entry.path().extension() != ".idx" || name == "base") continue;
    if (name > fmt::format("{:06}_{:09}", chain_.epoch, chain_.sequence)) SEKISHO_CHECK(index_->remove_package(name));
  }
  return {};
}

Result<void> Gateway::load_optout() {
  opted_out_.clear();
  optout_rows_.clear();
  if (config_.optout.empty()) return {};
  std::error_code error;
  if (!fs::exists(config_.optout, error))
    return fail("optout.missing", "the opt-out list is configured but absent", {.file = config_.optout.string()},
                "Nothing is sealed without it: restore the list, or write one with only its header.");
  SEKISHO_TRY(const CsvTable table, read_csv_file(config_.optout));
  const int number = table.column("patient_number");
  const int scope = table.column("scope");
  if (number < 0)
    return fail("optout.header", "the opt-out list has no column patient_number",
                {.file = config_.optout.string(), .line = 1});
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const auto& row = table.rows[i];
    const std::string& patient = row[static_cast<std::size_t>(number)];
    std::string how = scope < 0 || row[static_cast<std::size_t>(scope)].empty() ? "registration"
                                                                                : row[static_cast<std::size_t>(scope)];
    if (patient.empty() || (how != "registration" && how != "all"))
      return fail("optout.row", "a row of the opt-out list is not usable",
                  {.file = config_.optout.string(), .line = table.lines[i]},
                  "Each row needs a patient_number; scope is registration or all.");
    opted_out_.insert(patient);
    optout_rows_.emplace_back(patient, std::move(how));
  }
  std::sort(optout_rows_.begin(), optout_rows_.end());
  return {};
}

Result<void> Gateway::begin_epoch(std::uint32_t epoch, std::string_view previous_hex) {
  if (epoch != chain_.epoch + 1)
    return fail("usage.epoch", fmt::format("the present epoch is {}: the next is {}", chain_.epoch, chain_.epoch + 1));
  SEKISHO_TRY(const crypto::Digest previous, crypto::digest_from_hex(previous_hex));
  SEKISHO_CHECK(
      ledger_->append("epoch.begun", {{"epoch", epoch}, {"sequence", 0}, {"manifest_hash", to_hex(previous)}}));
  chain_ = {epoch, 0, previous};
  return {};
}

Result<std::vector<transport::PackageFile>> Gateway::outbox() {
  std::vector<fs::path> paths;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(config_.state / "outbox", error))
    if (entry.path().extension() == ".skp") paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<transport::PackageFile> packages;
  for (const fs::path& path : paths) {
    SEKISHO_TRY(auto package, transport::open_package(path));
    packages.push_back(std::move(package));
  }
  return packages;
}

fs::path Gateway::receipt_path(const PackageId& id, std::string_view step) const {
  return config_.state / "receipts" / fmt::format("{:06}_{:09}.{}.json", id.epoch, id.sequence, step);
}

std::vector<std::string> Gateway::expiry_warnings() const {
  return crypto::expiry_warnings(config_.receiver.root, config_.receiver.crl,
                                 {config_.receiver.certificate, config_.signer_certificate}, clock_.now());
}

Result<Json> Gateway::status() {
  SEKISHO_TRY(const auto packages, outbox());
  Json list = Json::array();
  std::uint64_t waiting = 0, received = 0, loaded = 0, refused = 0;
  Json alarms = expiry_warnings();
  for (const transport::PackageFile& package : packages) {
    const PackageId& id = package.manifest.id;
    std::string state = "sealed";
    std::error_code error;
    for (const char* step : {"received", "loaded", "refused"})
      if (fs::exists(receipt_path(id, step), error)) state = step;
    waiting += state == "sealed";
    received += state == "received";
    loaded += state == "loaded";
    refused += state == "refused";
    const std::int64_t age_hours = (clock_.now().micros - package.manifest.created.micros) / 3'600'000'000;
    if (state == "refused") alarms.push_back(fmt::format("package {} was refused", id.text()));
    if (state == "received" && age_hours >= config_.loaded_alarm_hours)
      alarms.push_back(fmt::format("package {} is not loaded after {} hours", id.text(), age_hours));
    list.push_back({{"package", id.text()},
                    {"state", state},
                    {"bytes", fs::file_size(package.path, error)},
                    {"created", package.manifest.created.iso()}});
  }
  SEKISHO_TRY(const std::uint64_t files_sealed, index_->size());
  SEKISHO_TRY(const auto entries, ledger_->entries(0, ledger_->size()));
  std::uint64_t sealed = 0, secured = 0;
  for (const ledger::Entry& entry : entries) {
    sealed += entry.kind == "package.sealed";
    secured += entry.kind == "package.secured";
    if (entry.kind.starts_with("alarm.")) alarms.push_back(entry.kind + " at " + entry.time.iso());
  }
  Json counts = {{"sealed", sealed}, {"waiting", waiting}, {"received", received},
                 {"loaded", loaded}, {"secured", secured}, {"refused", refused}};
  return Json{{"hospital", config_.hospital.text},
              {"epoch", chain_.epoch},
              {"sequence", chain_.sequence},
              {"files_sealed", files_sealed},
              {"packages", counts},
              {"outbox", list},
              {"ledger_checked", !config_.receiver_ledger_key.empty()},
              {"alarms", alarms}};
}

Json PackSummary::to_json() const {
  return {{"scanned", scanned},
          {"files", files},
          {"bytes", bytes},
          {"sealed_bytes", sealed_bytes},
          {"packages", packages},
          {"left_out_files", left_out_files},
          {"left_out_records", left_out_records},
          {"unknown", unknown},
          {"withheld", withheld},
          {"filters", filters},
          {"changing", changing},
          {"seconds", seconds}};
}

Json SendSummary::to_json() const {
  return {{"sent", sent},       {"bytes", bytes},     {"loaded", loaded},  {"secured", secured},
          {"refused", refused}, {"waiting", waiting}, {"seconds", seconds}};
}

}  // namespace sekisho::gateway
