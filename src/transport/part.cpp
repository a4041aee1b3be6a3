#include "transport/part.h"

#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>
#include <memory>

#include "transport/part_format.h"
#include "transport/ustar.h"

namespace sekisho::transport {
namespace {

std::uint64_t little_endian(ByteView bytes, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = count; i-- > 0;)
    value = value << 8 | bytes[i];
  return value;
}

struct FrameHeader {
  std::uint64_t window = 0;
  std::optional<std::uint64_t> content_size;
};

std::unexpected<Error> bad_frame(const char* why) {
  return fail("part.frame", why);
}

// RFC 8878 section 3.1.1.1. Read here because the library's own look at a header accepts what we refuse (dictionaries,
// skippable frames in front).
Result<FrameHeader> read_frame_header(ByteView content) {
  constexpr std::uint32_t kMagic = 0xFD2FB528;
  if (content.size() < 6 || little_endian(content, 4) != kMagic)
    return bad_frame("the part's content is no zstd frame");
  const std::uint8_t descriptor = content[4];
  const bool single_segment = (descriptor & 0x20) != 0;
  if ((descriptor & 0x08) != 0) return bad_frame("the zstd frame has a reserved bit set");
  if ((descriptor & 0x03) != 0) return bad_frame("the zstd frame asks for a dictionary");
  FrameHeader header;
  std::size_t at = 5;
  if (!single_segment) {
    const std::uint8_t window = content[at++];
    const std::uint64_t base = std::uint64_t{1} << (10 + (window >> 3));
    header.window = base + base / 8 * (window & 7);
  }
  const int size_code = descriptor >> 6;
  const std::size_t size_bytes = size_code == 0 ? (single_segment ? 1 : 0) : std::size_t{1} << size_code;
  if (content.size() < at + size_bytes) return bad_frame("the zstd frame is cut off");
  if (size_bytes > 0)
    header.content_size = little_endian(content.subspan(at), size_bytes) + (size_bytes == 2 ? 256 : 0);
  if (single_segment) header.window = *header.content_size;
  return header;
}

std::unexpected<Error> bomb() {
  return fail("part.bomb", fmt::format("the part decompresses to more than {} bytes", kPartPlainLimit));
}

// Decompresses the first frame through a sink that stops at the limit. Returns the frame's length in `content`.
Result<std::size_t> decompress(ByteView content, const FrameHeader& header, Bytes& out) {
  struct Free {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };
  const std::unique_ptr<ZSTD_DCtx, Free> context(ZSTD_createDCtx());
  if (!context) return fail("part.memory", "no memory to decompress a part");
  ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, 23);
  // One byte above what the header promises, so that a frame that lies is noticed and not merely full.
  const std::size_t first = header.content_size ? *header.content_size + 1 : content.size() * 6 + 4096;
  out.resize(std::min(first, kPartPlainLimit + 1));
  ZSTD_inBuffer input{content.data(), content.size(), 0};
  ZSTD_outBuffer output{out.data(), out.size(), 0};
  while (true) {
    const std::size_t left = ZSTD_decompressStream(context.get(), &output, &input);
    if (ZSTD_isError(left)) return bad_frame("the zstd frame is damaged");
    if (output.pos > kPartPlainLimit) return bomb();
    if (left == 0) break;
    if (output.pos == output.size) {
      out.resize(std::min(out.size() * 2, kPartPlainLimit + 1));
      output.dst = out.data();
      output.size = out.size();
    } else if (input.pos == input.size) {
      return bad_frame("the zstd frame is cut off");
    }
  }
  out.resize(output.pos);
  return input.pos;
}

Result<void> check_padding(ByteView rest) {
  if (rest.empty()) return {};
  if (rest.size() < kSkippableHeader || little_endian(rest, 4) != kSkippableMagic ||
      little_endian(rest.subspan(4), 4) != rest.size() - kSkippableHeader)
    return fail("part.padding", "after its frame a part holds at most one skippable frame");
  if (!ustar::all_zero(rest.subspan(kSkippableHeader))) return fail("part.padding", "a part's padding is not zeros");
  return {};
}

// Walks over the members of an archive in memory.
class ArchiveReader {
 public:
  explicit ArchiveReader(ByteView tar) : tar_(tar) {}

  struct Member {
    std::string_view name;
    ByteView content;
  };

  Result<Member> next() {
    if (tar_.size() - at_ < ustar::kBlock) return cut_off();
    const auto header = ustar::read_header(tar_.subspan(at_, ustar::kBlock));
    if (!header) return relabel(header.error());
    if (header->time != 0) return fail("part.archive", "an archive member carries a time", place());
    at_ += ustar::kBlock;
    if (header->size > tar_.size() - at_ || ustar::padded(header->size) > tar_.size() - at_) return cut_off();
    const Member member{header->name, tar_.subspan(at_, header->size)};
    if (!ustar::all_zero(tar_.subspan(at_ + header->size, ustar::padded(header->size) - header->size)))
      return fail("part.archive", "an archive member is not padded with zeros", place());
    at_ += ustar::padded(header->size);
    return member;
  }
  bool at_end() const { return ustar::is_valid_end(tar_.subspan(at_)); }

 private:
  Place place() const { return {.byte = static_cast<std::int64_t>(at_)}; }
  std::unexpected<Error> cut_off() const { return fail("part.archive", "the archive in a part is cut off", place()); }
  std::unexpected<Error> relabel(const Error& error) const {
    return fail(error.code == "archive.entry_type" ? "part.entry_type" : "part.archive", error.message, place());
  }

  ByteView tar_;
  std::size_t at_ = 0;
};

Result<void> check_head(const PartHead& head, const Manifest& manifest, std::size_t index, std::size_t content_size) {
  if (head.id != manifest.id) return fail("part.wrong_package", "the part was made for another package");
  if (head.number != index + 1) return fail("part.wrong_position", "the part was made for another position");
  const bool last = index + 1 == manifest.parts.size();
  if (head.last != last) return fail("part.wrong_position", "the part's mark of the last part is wrong");
  if ((head.kind == kWithdrawals) != last)
    return fail("part.withdrawals", "the withdrawals part is exactly one, and the last");
  if (last && content_size != kWithdrawalsContent)
    return fail("part.withdrawals", "the withdrawals part has not its fixed size");
  if (index + 2 == manifest.parts.size() && content_size % kLastPartMultiple != 0)
    return fail("part.padding", "the last data part is not padded");
  return {};
}

Result<void> read_members(ArchiveReader& archive, OpenPart& part) {
  while (true) {
    SEKISHO_TRY(const ArchiveReader::Member member, archive.next());
    if (member.name == kIndexName) {
      std::string_view text = as_text(member.content);
      for (PartEntry& entry : part.entries)
        SEKISHO_CHECK(parse_index_line(text, entry));
      if (!text.empty()) return fail("part.index", "the part's index has more lines than the part has entries");
      if (!archive.at_end()) return fail("part.archive", "the archive in a part goes on after its index");
      return {};
    }
    if (part.entries.size() == kMaxEntries) return fail("part.too_many_entries", "the part has too many entries");
    PartEntry entry;
    entry.ordinal = static_cast<std::uint32_t>(part.entries.size()) + 1;
    if (member.name != entry_name(entry.ordinal))
      return fail("part.archive", "an archive member has another name than its place asks for",
                  {.part = entry_name(entry.ordinal)});
    entry.content = member.content;
    part.entries.push_back(std::move(entry));
  }
}

}  // namespace

Result<OpenPart> open_part(ByteView content, const Manifest& manifest, std::size_t index) {
  if (index >= manifest.parts.size()) return fail("part.wrong_position", "the package has no such part");
  if (content.size() > kPartContentLimit) return fail("part.too_large", "the part's content is too large");
  SEKISHO_TRY(const FrameHeader header, read_frame_header(content));
  if (header.content_size && *header.content_size > kPartPlainLimit) return bomb();
  if (header.window > kMaxWindow) return fail("part.window", "the zstd frame asks for a window above 8 MiB");
  OpenPart part;
  SEKISHO_TRY(const std::size_t used, decompress(content, header, part.tar));
  SEKISHO_CHECK(check_padding(content.subspan(used)));

  ArchiveReader archive(part.tar);
  SEKISHO_TRY(const ArchiveReader::Member first, archive.next());
  if (first.name != kPartJson) return fail("part.archive", "a part's archive begins with part.json");
  SEKISHO_TRY(part.head, parse_part_head(first.content));
  SEKISHO_CHECK(check_head(part.head, manifest, index, content.size()));
  // From here on the archive is what the hospital signed. The commitment covers the index too, so the entries are not
  // hashed again: that would compare the sealing program only with itself.
  if (commitment_of(part.head.nonce, part.tar) != manifest.parts[index].commitment)
    return fail("part.commitment", "the part's content is not what the manifest committed to");
  SEKISHO_CHECK(read_members(archive, part));
  return part;
}

}  // namespace sekisho::transport
