#include "transport/part_sealer.h"

#include <zstd.h>

#include <cstring>

#include "transport/ustar.h"

namespace sekisho::transport {
namespace {

constexpr std::size_t kHeadRoom = 2 * ustar::kBlock;
constexpr std::size_t kEndBlocks = 2 * ustar::kBlock;
constexpr std::size_t kIndexLineBound = 420;  // without the path: two hashes, numbers of up to 20 digits, member names

static_assert(ZSTD_COMPRESSBOUND(kPlainTarget) + kSkippableHeader <=
              kPartContentLimit / kLastPartMultiple * kLastPartMultiple);

std::size_t index_line_bound(std::size_t path_size) {
  return kIndexLineBound + (path_size + 2) / 3 * 4;
}

bool is_zero(const crypto::Digest& digest) {
  return digest == crypto::Digest{};
}

void put_little_endian(std::uint8_t* out, std::uint32_t value) {
  for (int i = 0; i < 4; ++i)
    out[i] = static_cast<std::uint8_t>(value >> 8 * i);
}

// Size of the whole content for a frame of this size.
Result<std::size_t> padded_size(std::size_t frame, Padding padding) {
  if (padding == Padding::kNone) return frame;
  if (padding == Padding::kWithdrawals) {
    if (frame == kWithdrawalsContent || frame + kSkippableHeader <= kWithdrawalsContent) return kWithdrawalsContent;
    return fail("package.withdrawals_too_many", "the withdrawals do not fit into one package", {},
                "Send the rest with the next package, made at once.");
  }
  if (frame % kLastPartMultiple == 0) return frame;
  return (frame + kSkippableHeader + kLastPartMultiple - 1) / kLastPartMultiple * kLastPartMultiple;
}

}  // namespace

PartDraft::PartDraft(std::string kind, Bytes recycled) : kind_(std::move(kind)), tar_(std::move(recycled)) {
  tar_.clear();
  tar_.resize(kHeadRoom);
}

std::size_t PartDraft::room_when_empty(std::size_t path_size) {
  const std::size_t used =
      kHeadRoom + ustar::kBlock + ustar::kBlock + ustar::padded(index_line_bound(path_size)) + kEndBlocks;
  return (kPlainTarget - used) / ustar::kBlock * ustar::kBlock;
}

std::size_t PartDraft::room(std::size_t path_size) const {
  const std::size_t used = tar_.size() + ustar::kBlock + ustar::kBlock +
                           ustar::padded(index_bound_ + index_line_bound(path_size)) + kEndBlocks;
  if (used >= kPlainTarget || entries_.size() == kMaxEntries) return 0;
  return (kPlainTarget - used) / ustar::kBlock * ustar::kBlock;
}

void PartDraft::add(const PartEntry& entry) {
  PartEntry& kept = entries_.emplace_back(entry);
  kept.ordinal = static_cast<std::uint32_t>(entries_.size());
  const std::size_t header = tar_.size();
  tar_.reserve(kPlainTarget);
  tar_.resize(header + ustar::kBlock);
  ustar::write_header(tar_.data() + header, entry_name(kept.ordinal), entry.content.size());
  offsets_.push_back(tar_.size());
  tar_.insert(tar_.end(), entry.content.begin(), entry.content.end());
  tar_.resize(ustar::padded(tar_.size()));
  index_bound_ += index_line_bound(entry.path.size());
  kept.content = {};  // the caller's bytes may go away; the copy stands at its offset
}

void PartDraft::close(const PartHead& head) {
  const std::string json = part_head_json(head);
  ustar::write_header(tar_.data(), kPartJson, json.size());
  std::memcpy(tar_.data() + ustar::kBlock, json.data(), json.size());
  std::string index;
  index.reserve(index_bound_);
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    PartEntry& entry = entries_[i];
    if (is_zero(entry.sent_sha256))
      entry.sent_sha256 = crypto::sha256(tar().subspan(offsets_[i], entry.range_to - entry.range_from));
    append_index_line(index, entry);
  }
  const std::size_t header = tar_.size();
  tar_.resize(header + ustar::kBlock);
  ustar::write_header(tar_.data() + header, kIndexName, index.size());
  tar_.insert(tar_.end(), index.begin(), index.end());
  tar_.resize(ustar::padded(tar_.size()) + kEndBlocks);
}

void PartSealer::Free::operator()(void* context) const {
  ZSTD_freeCCtx(static_cast<ZSTD_CCtx*>(context));
}

Result<PartSealer> PartSealer::create(int zstd_level) {
  // Above level 19 zstd takes windows that the format does not allow.
  if (zstd_level < 1 || zstd_level > 19) return fail("usage.zstd_level", "the zstd level is between 1 and 19");
  ZSTD_CCtx* context = ZSTD_createCCtx();
  if (context == nullptr) return fail("part.memory", "no memory to compress a part");
  PartSealer sealer(context);
  ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, zstd_level);
  return sealer;
}

Result<Bytes> PartSealer::compress(ByteView tar, Padding padding) {
  Bytes content(ZSTD_compressBound(tar.size()));
  const std::size_t frame =
      ZSTD_compress2(static_cast<ZSTD_CCtx*>(context_.get()), content.data(), content.size(), tar.data(), tar.size());
  if (ZSTD_isError(frame)) return fail("part.compress", ZSTD_getErrorName(frame));
  SEKISHO_TRY(const std::size_t size, padded_size(frame, padding));
  content.resize(frame);
  content.resize(size);
  if (size > frame) {
    put_little_endian(content.data() + frame, kSkippableMagic);
    put_little_endian(content.data() + frame + 4, static_cast<std::uint32_t>(size - frame - kSkippableHeader));
  }
  return content;
}

Result<SealedPart> PartSealer::seal(const PartHead& head, ByteView tar, ByteView content,
                                    const std::vector<crypto::Certificate>& recipients) {
  SealedPart sealed;
  sealed.manifest.commitment = commitment_of(head.nonce, tar);
  SEKISHO_TRY(sealed.cms, crypto::cms_seal(content, recipients));
  if (sealed.cms.size() > kPartCipherLimit)
    return fail("part.too_large", "a sealed part is too large", {}, "Name fewer recipients.");
  sealed.manifest.size = sealed.cms.size();
  sealed.manifest.cipher_sha256 = crypto::sha256(sealed.cms);
  return sealed;
}

}  // namespace sekisho::transport
