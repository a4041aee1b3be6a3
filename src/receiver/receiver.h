// The outer zone's service: takes sealed packages from hospitals, checks everything that can be checked without a
// decryption key, makes them durable, answers with a signed receipt, and keeps them for intake, which opens every
// connection (design section 5). This program cannot read what it receives (invariant 2).
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/file.h"
#include "core/ids.h"
#include "core/random.h"
#include "crypto/keys.h"
#include "ledger/ledger.h"
#include "transport/package.h"
#include "transport/receipt.h"

namespace sekisho::receiver {

// State folder: incoming/HOSPITAL/E_S.part (uploads under way), accepted/HOSPITAL/E_S.skp,
// receipts/HOSPITAL/E_S.STEP.json, ledger/, epochs/HOSPITAL_E.json with .p7s (new epochs allowed by the root),
// published/ (recipients list, centre's checkpoint), lock.
struct ReceiverOptions {
  BodyId body;
  std::filesystem::path state;
  std::filesystem::path root, crl;                        // PEM
  std::filesystem::path signer_certificate, signer_key;   // role sign-receiver
  std::filesystem::path tls_certificate;                  // watched for its end
  std::filesystem::path ledger_key;                       // Ed25519, PEM; made when absent
  std::uint64_t package_limit = std::uint64_t{80} << 30;  // 9,999 parts of 8 MiB
  const Clock* clock = nullptr;
  Random* random = nullptr;
};

struct UploadState {
  enum class Kind { kNone, kPartial, kAccepted } kind = Kind::kNone;
  std::uint64_t offset = 0;             // bytes durable so far
  std::uint64_t expected_sequence = 1;  // the next sequence that will be taken in the newest epoch
  std::uint32_t epoch = 1;
};

struct InboxEntry {
  PackageId id;
  std::uint64_t size = 0;
  std::string manifest_hash;  // hex
};

// One upload being written. Holds the hospital's upload lock: a second connection for the same package is refused.
class Upload {
 public:
  Upload(FileDescriptor fd, std::uint64_t offset, std::unique_lock<std::mutex> lock)
      : fd_(std::move(fd)), offset_(offset), lock_(std::move(lock)) {}
  Result<void> write(ByteView piece);
  Result<void> sync();
  std::uint64_t offset() const { return offset_; }

 private:
  FileDescriptor fd_;
  std::uint64_t offset_;
  std::unique_lock<std::mutex> lock_;
};

// Thread safe.
class Receiver {
 public:
  static Result<std::unique_ptr<Receiver>> open(const ReceiverOptions& options);

  // --- for gateways: `hospital` is the verified certificate's name, never a claim of the request ---
  Result<UploadState> state_of(const PackageId& id);
  // Errors: upload.offset (the client must ask for the state again), upload.sequence, upload.accepted, upload.busy,
  // upload.too_large.
  Result<std::unique_ptr<Upload>> begin_upload(const PackageId& id, std::uint64_t offset, std::uint64_t total);
  // Called when all bytes are there and synced: checks, records, stores, and returns the receipt file. Repeating gives
  // the same bytes. A package that fails a check is removed from incoming and stands in the ledger as refused.
  Result<std::string> accept(const PackageId& id);
  Result<std::map<std::string, std::string>> receipts_of(const PackageId& id);  // step -> file

  // --- for intake ---
  Result<std::vector<InboxEntry>> inbox();  // accepted and not yet secured, in order
  Result<std::filesystem::path> package_path(const PackageId& id);
  Result<void> put_receipt(const PackageId& id, std::string_view step,
                           std::string_view file);  // loaded, secured, refused: signed by intake
  Result<void> publish(std::string_view name,
                       std::string_view content);  // "recipients.json", "recipients.p7s", "centre-checkpoint.txt"
  Result<std::string> published(std::string_view name);

  ledger::Ledger& ledger() { return *ledger_; }
  Json status();
  std::vector<std::string> expiry_warnings() const;

 private:
  struct HospitalState {
    std::uint32_t epoch = 1;
    std::uint64_t last_sequence = 0;                                          // newest accepted
    std::string last_hash;                                                    // manifest hash of it, hex
    std::map<std::pair<std::uint32_t, std::uint64_t>, std::string> accepted;  // -> manifest hash
    std::set<std::string> refused;  // hashes recorded as refused, so that a repetition makes no second entry
    std::mutex upload_mutex;        // one upload at a time for each hospital
  };

  explicit Receiver(ReceiverOptions options) : options_(std::move(options)) {}
  Result<void> replay_ledger();
  Result<void> complete_receipts();
  HospitalState& hospital(const HospitalId& id);
  Result<void> check_order(const transport::Manifest& manifest, HospitalState& state);
  Result<void> check_epoch(const HospitalId& hospital, std::uint32_t epoch);
  Error refuse(const PackageId& id, const std::string& hash, Error error, HospitalState& state);
  Result<std::string> make_receipt(const PackageId& id, const transport::PackageFile& package);
  std::filesystem::path file_of(std::string_view folder, const PackageId& id, std::string_view suffix) const;

  ReceiverOptions options_;
  std::optional<FileLock> lock_;
  std::optional<crypto::Certificate> signer_;
  std::optional<crypto::PrivateKey> signer_key_;
  std::unique_ptr<ledger::Ledger> ledger_;
  std::mutex mutex_;  // guards hospitals_ and what it holds but the upload mutexes
  std::map<std::string, std::unique_ptr<HospitalState>> hospitals_;
};

}  // namespace sekisho::receiver
