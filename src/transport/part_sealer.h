// The inside of one part while it is filled, and the work that turns it into ciphertext: index, commitment,
// compression, padding, CMS.
#pragma once

#include <memory>
#include <vector>

#include "crypto/cms.h"
#include "transport/part_format.h"

namespace sekisho::transport {

// Plain bytes of a part: so few that even incompressible content fits with its padding (ZSTD_COMPRESSBOUND of this plus
// a skippable header stays under the largest multiple of 256 KiB below kPartContentLimit). Cuts depend on the plain
// bytes alone, so that packages hold the same parts for any number of threads.
inline constexpr std::size_t kPlainTarget = 8'000'000 / 512 * 512;

// A part being filled: an archive under construction. Room for part.json is kept at its front.
class PartDraft {
 public:
  explicit PartDraft(std::string kind, Bytes recycled = {});
  const std::string& kind() const { return kind_; }
  bool empty() const { return entries_.empty(); }
  // Content bytes of a further entry with this path that still fit.
  std::size_t room(std::size_t path_size) const;
  static std::size_t room_when_empty(std::size_t path_size);
  // `entry.sent_sha256` may be zeros: the sealer computes it. The content is copied.
  void add(const PartEntry& entry);
  // Writes part.json, hashes, index and end of the archive.
  void close(const PartHead& head);
  ByteView tar() const { return tar_; }
  Bytes take_buffer() { return std::move(tar_); }

 private:
  std::string kind_;
  Bytes tar_;
  std::vector<PartEntry> entries_;
  std::vector<std::size_t> offsets_;  // of the entries' contents in tar_
  std::size_t index_bound_ = 0;
};

enum class Padding { kNone, kMultiple, kWithdrawals };

struct SealedPart {
  Bytes cms;
  ManifestPart manifest;
};

// Holds a compression context: one for each thread.
class PartSealer {
 public:
  static Result<PartSealer> create(int zstd_level);
  // zstd frame and padding. Error for kWithdrawals: package.withdrawals_too_many.
  Result<Bytes> compress(ByteView tar, Padding padding);
  Result<SealedPart> seal(const PartHead& head, ByteView tar, ByteView content,
                          const std::vector<crypto::Certificate>& recipients);

 private:
  struct Free {
    void operator()(void* context) const;
  };
  explicit PartSealer(void* context) : context_(context) {}
  std::unique_ptr<void, Free> context_;
};

}  // namespace sekisho::transport
