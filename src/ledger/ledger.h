// An append-only Merkle log in the style of RFC 6962 (section 2) with signed-note checkpoints (Ed25519, as in C2SP
// tlog-checkpoint). Each writer keeps one. Leaves are salted, so that a proof shows nothing of other entries.
//   leaf hash = SHA-256(0x00 || salt16 || canonical JSON of the entry); node = SHA-256(0x01 || left || right)
// On disk: entries.jsonl (one line per entry: {"n","time","kind","salt","payload"}, fsynced before append() returns)
// and checkpoint.txt (the newest signed note). No patient data ever (invariant 5): entries name (package, part,
// ordinal).
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/json.h"
#include "core/random.h"
#include "crypto/digest.h"
#include "crypto/keys.h"

namespace sekisho::ledger {

struct Entry {
  std::uint64_t number = 0;  // from 0
  UtcTime time;
  std::string kind;  // "package.received", "release.built", ...
  std::string salt_hex;
  Json payload;
};

// What a party remembers of a ledger.
struct Checkpoint {
  std::string origin;  // "sekisho/BODY/receiver", "sekisho/BODY/centre", "sekisho/BODY/gateway/H01"
  std::uint64_t size = 0;
  crypto::Digest root{};
  std::string
      note;  // the whole signed note: origin, size, base64 root, blank line, "— origin base64(keyhash4||signature)"
};

struct ConsistencyProof {  // RFC 6962 section 2.1.2
  std::uint64_t from = 0, to = 0;
  std::vector<crypto::Digest> hashes;
  Json to_json() const;  // {"from","to","hashes":[hex...]}
  static Result<ConsistencyProof> from_json(const Json& json);
};

crypto::Digest leaf_hash(const Entry& entry);
std::string canonical(const Json& value);  // sorted keys, no blanks, UTF-8 as is: the bytes that are hashed
crypto::Digest tree_root(const std::vector<crypto::Digest>& leaves);  // RFC 6962 section 2.1; empty: SHA-256 of nothing

// Checks the note's signature against the raw public key and reads it. Errors: checkpoint.malformed,
// checkpoint.signature.
Result<Checkpoint> parse_checkpoint(std::string_view note, ByteView public_raw32);
Result<Checkpoint> parse_checkpoint_unverified(std::string_view note);
// Error: ledger.inconsistent.
Result<void> check_consistency(const Checkpoint& older, const Checkpoint& newer, const ConsistencyProof& proof);

// Thread safe. Holds the folder's lock: one writer process.
class Ledger {
 public:
  // Opens or creates. A torn last line (power loss before fsync) is cut off and reported in the log; anything else that
  // does not hash to the last checkpoint is an error: ledger.damaged.
  static Result<std::unique_ptr<Ledger>> open(const std::filesystem::path& folder, std::string origin,
                                              crypto::PrivateKey key, const Clock& clock, Random& random);
  virtual ~Ledger() = default;
  // Durable when it returns: the entry stands before what it records crosses a boundary (invariant 4). Concurrent
  // callers share one fsync (group commit). Returns the entry's number.
  virtual Result<std::uint64_t> append(std::string_view kind, const Json& payload) = 0;
  virtual Result<Checkpoint> checkpoint() = 0;  // signs the present state and stores it durably
  virtual Result<ConsistencyProof> consistency(std::uint64_t from, std::uint64_t to) = 0;
  virtual std::uint64_t size() const = 0;
  virtual Bytes public_key() const = 0;  // 32 raw bytes
  virtual Result<std::vector<Entry>> entries(std::uint64_t from, std::uint64_t to) = 0;
};

// Reads a ledger folder without its lock or key (for show, verify, export while the writer runs).
Result<std::vector<Entry>> read_entries(const std::filesystem::path& folder);

struct VerifyReport {
  bool ok = false;
  std::uint64_t entries = 0;
  std::vector<std::string> problems;      // "entry 17 was changed after checkpoint of size 40"
  std::vector<std::string> not_excluded;  // what cannot be excluded without a remembered checkpoint
};
// `remembered`: signed notes that parties kept. Finds every changed, dropped, reordered or cut-off entry after any of
// them.
VerifyReport verify(const std::filesystem::path& folder, ByteView public_raw32,
                    const std::vector<std::string>& remembered);

// A ledger's public key as text: PEM (SubjectPublicKeyInfo, as `openssl pkey -pubout` writes it; the ledger keeps it in
// public.pem), 64 hex digits, or base64 of the 32 bytes. Error: ledger.key.
std::string public_key_pem(ByteView public_raw32);
Result<Bytes> parse_public_key(std::string_view text);

// One file with all that an auditor needs: a first line {"checkpoint","format","origin"}, then the entries as they
// stand.
Result<void> export_ledger(const std::filesystem::path& folder, const std::filesystem::path& out);

}  // namespace sekisho::ledger
