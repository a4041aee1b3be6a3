// The core zone's door: pulls packages from the receiver (the core opens every connection), verifies, unseals, reads
// and loads them exactly once, answers with signed receipts, and quarantines what cannot be loaded (design section 5).
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "core/clock.h"
#include "core/file.h"
#include "core/random.h"
#include "crypto/keys.h"
#include "ledger/ledger.h"
#include "net/peer.h"
#include "store/store.h"
#include "transport/package.h"
#include "transport/receipt.h"

namespace sekisho::intake {

// State folder: inbox/ (pulled packages), held/ and accepted/ and quality/ (gate.cpp), refused/, receipts/, ledger/
// (the centre's), secured/ (orders of `center backup`), lock.
struct IntakeConfig {
  BodyId body;
  std::filesystem::path state;
  net::Peer receiver;
  std::filesystem::path signer_certificate, signer_key;        // role sign-intake
  std::filesystem::path recipient_certificate, recipient_key;  // role recipient
  std::filesystem::path hospitals;  // folder of HOSPITAL.pem, role encryption-gateway: counts are sealed to it
  std::filesystem::path ledger_key;
  std::filesystem::path media;  // folder where numbered media are read in; optional
  store::StoreOptions store;
  std::string quality_fail_on;  // "": not measured; "never": reported only; E, W, I: held back
  std::filesystem::path quality_thresholds;
  std::int64_t interval_seconds = 30;

  static Result<IntakeConfig> load(const std::filesystem::path& file);
};

struct RoundSummary {
  std::uint64_t pulled = 0, loaded = 0, refused = 0, held = 0, secured = 0, bytes = 0;
  double seconds = 0;
  Json to_json() const;
};

class Intake {
 public:
  static Result<std::unique_ptr<Intake>> open(IntakeConfig config, const Clock& clock, Random& random);
  // One round: pull, load and answer everything that waits. An unreachable receiver is an error net.*; state stays
  // whole.
  Result<RoundSummary> round();
  Result<Json> status();
  std::vector<std::string> expiry_warnings() const;
  // Quarantined pieces: package, part, ordinal, rule; no content.
  Result<Json> quarantine();
  // Packages held back by their quality: [{"package" (HOSPITAL/EPOCH/SEQUENCE), "records", "findings"}].
  Result<Json> held();
  // Accepted packages load in the next round as they are; refused ones get a receipt that says so.
  Result<void> decide(std::string_view package, bool accept);
  ledger::Ledger& ledger() { return *ledger_; }
  store::Store& store() { return *store_; }

 private:
  Intake(IntakeConfig config, const Clock& clock, Random& random)
      : config_(std::move(config)), clock_(clock), random_(random) {}
  Result<void> replay_ledger();
  Result<void> handle(net::Client* client, const PackageId& id, const std::string& manifest_hash, std::uint64_t size,
                      RoundSummary& summary);
  Result<void> read_media(RoundSummary& summary);
  Result<std::filesystem::path> pull(net::Client* client, const PackageId& id, std::uint64_t size);
  Result<void> load(const transport::PackageFile& package);
  Result<void> load_parts(const transport::PackageFile& package, store::Load& load, Json& withdrawn);
  Result<void> erase_withdrawn(const PackageId& id);
  std::filesystem::path held_path(const PackageId& id) const;
  Result<bool> breaks_thresholds(const PackageId& id, store::Load& load);
  Result<void> hold(const PackageId& id, const crypto::Digest& manifest_hash, const std::filesystem::path& package);
  Result<void> refuse(const PackageId& id, const crypto::Digest& manifest_hash, const Error& error);
  Result<std::string> make_receipt(std::string_view step, const PackageId& id, const crypto::Digest& hash,
                                   const std::vector<std::string>& seen, std::string reason);
  Result<void> push_receipts(net::Client& client, const PackageId& id);
  Result<void> secure(net::Client& client, RoundSummary& summary);
  Result<void> publish_checkpoint(net::Client& client);
  std::filesystem::path receipt_path(const PackageId& id, std::string_view step) const;

  IntakeConfig config_;
  const Clock& clock_;
  Random& random_;
  std::optional<FileLock> lock_;
  std::unique_ptr<ledger::Ledger> ledger_;
  std::unique_ptr<store::Store> store_;
  std::optional<crypto::Trust> trust_;
  std::optional<crypto::Certificate> signer_, recipient_;
  std::optional<crypto::PrivateKey> signer_key_, recipient_key_;
  std::map<std::string, std::set<std::string>> recorded_;  // ledger kind -> package ids that have such an entry
};

// The whole service: rounds until SIGTERM; wakes every interval. `once`: until nothing waits.
Result<int> run_service(const std::filesystem::path& config_file, bool once);

}  // namespace sekisho::intake
