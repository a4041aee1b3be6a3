// The sealed package (*.skp), format version 1, design section 5: a plain tar of manifest.json, manifest.p7s and
// part-NNNN.p7m. Writing and checking without any decryption key; opening parts is intake's business (transport/part.h
// describes their inside).
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/ids.h"
#include "core/json.h"
#include "core/random.h"
#include "crypto/ca.h"
#include "crypto/cms.h"
#include "crypto/digest.h"

namespace sekisho::transport {

inline constexpr std::size_t kPartCipherLimit = std::size_t{8} << 20;            // CMS bytes of one part
inline constexpr std::size_t kPartContentLimit = kPartCipherLimit - (16 << 10);  // zstd frame + padding
inline constexpr std::size_t kPartPlainLimit = std::size_t{64} << 20;            // tar bytes after decompression
inline constexpr std::size_t kMaxParts = 9999;
inline constexpr std::size_t kMaxEntries = 100'000;
inline constexpr std::size_t kWithdrawalsContent = 65'536;  // size of the withdrawals part's content
inline constexpr std::size_t kWithdrawalsAlwaysFit =
    56 << 10;  // bytes of withdrawal lines, line feeds included, that fit whatever they hold
inline constexpr std::size_t kLastPartMultiple = 256 << 10;

struct ManifestPart {
  crypto::Digest cipher_sha256{};  // of the CMS bytes
  std::uint64_t size = 0;          // of the CMS bytes
  crypto::Digest commitment{};     // SHA-256("skp1" || nonce32 || tar bytes)
};

struct Manifest {
  int format = 1;
  PackageId id;
  crypto::Digest previous{};  // SHA-256 of the previous manifest.json; first of an epoch: last acknowledged, else zeros
  std::int64_t recipients_version = 0;
  std::vector<std::string> seen_checkpoints;  // signed notes of the centre's ledgers that the hospital has seen
  std::vector<ManifestPart> parts;
  UtcTime created;
  std::string program;                           // "sekisho 0.1.0"
  std::string to_json_bytes() const;             // canonical; these bytes are signed and hashed
  static Result<Manifest> parse(ByteView json);  // strict: unknown members and forms are errors (package.manifest)
};

// Where a package stands inside a .skp file.
struct PackageEntry {
  std::string name;
  std::uint64_t offset = 0, size = 0;  // of its bytes in the file
};

// A package file whose structure has been checked: entries in order and complete, sizes within limits, manifest parsed.
// Nothing of signatures or hashes yet.
struct PackageFile {
  std::filesystem::path path;
  Manifest manifest;
  Bytes manifest_bytes, signature;
  std::vector<PackageEntry> parts;
  crypto::Digest manifest_hash{};
};
Result<PackageFile> open_package(const std::filesystem::path& path);
// Signature by the hospital's signing certificate (common name = manifest's hospital) at `at`, and every part's size,
// hash and recipients. Errors: package.signature, package.foreign (another hospital's certificate),
// package.hash_mismatch, package.recipients, ...
Result<crypto::Certificate> verify_package(const PackageFile& package, const crypto::Trust& trust, UtcTime at,
                                           const std::vector<crypto::Certificate>* recipients = nullptr);
Result<Bytes> read_part(const PackageFile& package, std::size_t index);  // CMS bytes, hash checked

// --- writing (gateway) ---

struct SourceEntry {  // one file, or a range of a larger one, inside a part
  std::string path;   // as the hospital has it, relative to the folder that is sent, no ".."; only index.jsonl inside
                      // the sealed part holds it
  ByteView content;   // bytes to send (after removal of opted-out records)
  crypto::Digest source_sha256{};  // of the whole source file
  std::uint64_t range_from = 0,
                range_to =
                    0;  // bytes of the sent file that this entry holds; from=0,to=size (or all three zero): whole
  std::uint64_t total_size = 0;  // size of the whole sent file
  std::uint64_t records_removed = 0;
};

struct PackageWriterOptions {
  PackageId id;
  crypto::Digest previous{};
  std::vector<std::string> seen_checkpoints;
  const crypto::Recipients* recipients = nullptr;
  const crypto::Certificate* signer = nullptr;
  const crypto::PrivateKey* signer_key = nullptr;
  int zstd_level = 1;
  int threads =
      1;  // parts are compressed and sealed on this many threads; the file is the same in content for any number
  const Clock* clock = nullptr;
  Random* random = nullptr;
};

// Streams files into sealed parts; nothing readable touches the disk. finish() writes withdrawals, padding, manifest,
// signature and renames the file into place durably. Kinds: "ssmix2", "receipt", "dpc", "filters", "withdrawals".
class PackageWriter {
 public:
  static Result<std::unique_ptr<PackageWriter>> create(const std::filesystem::path& path,
                                                       const PackageWriterOptions& options);
  virtual ~PackageWriter() = default;  // unfinished: the temporary file is removed
  virtual Result<void> add(std::string_view kind,
                           const SourceEntry& entry) = 0;  // larger entries are cut into ranges here
  virtual Result<PackageFile> finish(
      const std::vector<std::string>&
          withdrawal_lines) = 0;  // JSON lines; must fit (else package.withdrawals_too_many: call again with fewer)
  virtual std::uint64_t sealed_bytes() const = 0;
};

}  // namespace sekisho::transport
