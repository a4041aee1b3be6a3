// The hospital's side: finds new files, leaves out patients who opted out, seals packages for the centre, sends them,
// and keeps its copy until the centre has secured it (design section 5). Nothing readable leaves this process.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/file.h"
#include "core/ids.h"
#include "core/json.h"
#include "core/random.h"
#include "crypto/ca.h"
#include "gateway/scan.h"
#include "identity/filter_file.h"
#include "ledger/ledger.h"
#include "net/peer.h"
#include "transport/package.h"
#include "transport/receipt.h"

namespace sekisho::gateway {

struct GatewayConfig {
  BodyId body;
  HospitalId hospital;
  std::filesystem::path state;
  std::vector<std::filesystem::path> storages;  // read only, never changed
  std::filesystem::path optout;                 // CSV patient_number[,scope]; scope registration (default) or all
  net::Peer receiver;
  std::filesystem::path signer_certificate, signer_key;    // role sign-gateway
  std::filesystem::path recipients, recipients_signature;  // first list; newer ones come from the receiver
  std::filesystem::path ledger_key;
  std::string receiver_ledger_key, centre_ledger_key;      // 32 raw bytes in hex; "" = not checked, said in status
  std::uint64_t package_bytes = std::uint64_t{256} << 20;  // sealed size after which the next package begins
  int zstd_level = 1, threads = 2;
  // Filters of patients in the packages (docs/linkage.md, "Without names"): the key is shared by the hospitals and
  // never with the centre. Without a key none are made.
  struct Filters {
    std::filesystem::path key;
    identity::Hardening hardening = identity::Hardening::kDiffuse;
    std::string salt;
    bool only = false;  // no file travels, and patient numbers are keyed hashes
  };
  Filters filters;
  std::int64_t interval_seconds = 600;   // run: pause between rounds
  std::int64_t loaded_alarm_hours = 24;  // alarm when `loaded` is later than this

  static Result<GatewayConfig> load(const std::filesystem::path& file);
  // A commented example for `gateway init`.
  static std::string example();
};

struct PackSummary {
  std::uint64_t scanned = 0, files = 0, bytes = 0, sealed_bytes = 0, packages = 0;
  std::uint64_t left_out_files = 0, left_out_records = 0;  // of patients who opted out
  std::uint64_t unknown = 0;   // files of no known family: not sent, since nobody could tell whose they are
  std::uint64_t withheld = 0;  // known family but unreadable for the opt-out filter: not sent
  std::uint64_t filters = 0;   // of patients that the files name
  std::uint64_t changing = 0;  // changed while they were read: taken next time
  double seconds = 0;
  Json to_json() const;
};

struct SendSummary {
  std::uint64_t sent = 0, bytes = 0, loaded = 0, secured = 0, refused = 0, waiting = 0;
  double seconds = 0;
  Json to_json() const;
};

class Gateway {
 public:
  static Result<std::unique_ptr<Gateway>> open(GatewayConfig config, const Clock& clock, Random& random);
  // Scans, filters and seals everything new. One call may make several packages.
  Result<PackSummary> pack();
  // Sends what waits, in order, and fetches receipts. A receiver out of reach is an error with code net.*; state stays
  // whole.
  Result<SendSummary> send();
  Result<Json> status();
  std::vector<std::string> expiry_warnings() const;
  // A restored gateway goes on with a new epoch that the root has allowed; `previous` = last manifest hash the centre
  // acknowledged.
  Result<void> begin_epoch(std::uint32_t epoch, std::string_view previous_hex);

 private:
  struct Chain {
    std::uint32_t epoch = 1;
    std::uint64_t sequence = 0;
    crypto::Digest hash{};
  };
  struct OpenPackage;
  struct Round;

  Gateway(GatewayConfig config, const Clock& clock, Random& random)
      : config_(std::move(config)), clock_(clock), random_(random) {}
  Result<void> recover();
  Result<void> replay_ledger();
  Result<void> load_optout();
  Result<void> refresh_recipients(net::Client& client);
  Result<void> load_withdrawals(Round& round);
  Result<crypto::Recipients> pin_recipients();
  Result<void> begin_package(Round& round);
  Result<void> add_file(Round& round, const FoundFile& file);
  Result<void> finish_package(Round& round);
  Result<void> add_filters(Round& round);
  std::string outside_number(const std::string& patient) const;
  Result<std::vector<transport::PackageFile>> outbox();
  Result<bool> send_package(net::Client& client, const transport::PackageFile& package, SendSummary& summary);
  Result<void> fetch_receipts(net::Client& client, const transport::PackageFile& package, SendSummary& summary);
  Result<void> take_receipt(const transport::PackageFile& package, const std::string& step, const std::string& file);
  Result<void> watch_ledger(const transport::PackageFile& package, const transport::Receipt& receipt);
  std::filesystem::path receipt_path(const PackageId& id, std::string_view step) const;

  GatewayConfig config_;
  const Clock& clock_;
  Random& random_;
  std::optional<FileLock> lock_;
  std::unique_ptr<ledger::Ledger> ledger_;
  std::optional<FileIndex> index_;
  std::optional<crypto::Trust> trust_;
  std::optional<crypto::Certificate> signer_;
  std::optional<crypto::PrivateKey> signer_key_;
  std::optional<crypto::SecretBytes> filter_key_;
  Chain chain_;
  std::set<std::string, std::less<>> opted_out_;
  std::vector<std::pair<std::string, std::string>> optout_rows_;  // (patient number, scope), sorted
};

}  // namespace sekisho::gateway
