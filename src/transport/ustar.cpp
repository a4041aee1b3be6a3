#include "transport/ustar.h"

#include <algorithm>
#include <cstring>

namespace sekisho::transport::ustar {
namespace {

// Offset and length of each field, in the order of the standard.
struct Field {
  std::size_t at, size;
};
constexpr Field kName{0, 100}, kMode{100, 8}, kUid{108, 8}, kGid{116, 8}, kSize{124, 12}, kTime{136, 12}, kSum{148, 8},
    kLink{157, 100}, kMagic{257, 6}, kVersion{263, 2}, kUser{265, 32}, kGroup{297, 32}, kPrefix{345, 155},
    kRest{500, 12};
constexpr std::size_t kType = 156;

void put_octal(std::uint8_t* block, Field field, std::uint64_t value) {
  for (std::size_t i = field.size - 1; i-- > 0; value >>= 3)
    block[field.at + i] = static_cast<std::uint8_t>('0' + (value & 7));
}

// Digits, then blanks or NUL up to the end. No base-256, no leading blanks but in the checksum as some writers do.
std::optional<std::uint64_t> get_octal(ByteView block, Field field) {
  std::uint64_t value = 0;
  std::size_t i = 0;
  for (; i < field.size; ++i) {
    const std::uint8_t c = block[field.at + i];
    if (c < '0' || c > '7') break;
    value = value << 3 | (c - '0');
  }
  if (i == 0) return std::nullopt;
  for (; i < field.size; ++i)
    if (block[field.at + i] != 0 && block[field.at + i] != ' ') return std::nullopt;
  return value;
}

std::uint64_t checksum(ByteView block) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < kBlock; ++i)
    sum += i >= kSum.at && i < kSum.at + kSum.size ? ' ' : block[i];
  return sum;
}

std::string_view text_of(ByteView block, Field field) {
  const std::string_view all = as_text(block.subspan(field.at, field.size));
  return all.substr(0, all.find('\0'));
}

std::unexpected<Error> bad(const char* why) {
  return fail("archive.header", why);
}

}  // namespace

void write_header(std::uint8_t* block, std::string_view name, std::uint64_t size) {
  std::memset(block, 0, kBlock);
  std::memcpy(block, name.data(), std::min(name.size(), kName.size));
  put_octal(block, kMode, 0644);
  put_octal(block, kUid, 0);
  put_octal(block, kGid, 0);
  put_octal(block, kSize, size);
  put_octal(block, kTime, 0);
  block[kType] = '0';
  std::memcpy(block + kMagic.at, "ustar", 6);
  std::memcpy(block + kVersion.at, "00", 2);
  const std::uint64_t sum = checksum({block, kBlock});
  put_octal(block, {kSum.at, 7}, sum);
  block[kSum.at + 7] = ' ';
}

Result<Header> read_header(ByteView block) {
  if (block.size() != kBlock) return bad("an archive header is cut off");
  if (get_octal(block, kSum) != checksum(block)) return bad("an archive header has a wrong checksum");
  if (as_text(block.subspan(kMagic.at, 6)) != std::string_view("ustar\0", 6) || block[kVersion.at] != '0' ||
      block[kVersion.at + 1] != '0')
    return bad("the archive is not in ustar form");
  if (block[kType] != '0') return fail("archive.entry_type", "the archive holds something else than regular files");
  if (!all_zero(block.subspan(kLink.at, kLink.size)) || !all_zero(block.subspan(kPrefix.at, kPrefix.size)) ||
      !all_zero(block.subspan(kRest.at, kRest.size)))
    return bad("an archive header has a link, a name prefix or stray bytes");
  const auto size = get_octal(block, kSize);
  const auto time = get_octal(block, kTime);
  if (!size || !time || !get_octal(block, kMode) || !get_octal(block, kUid) || !get_octal(block, kGid))
    return bad("a number in an archive header is malformed");
  for (const Field field : {kName, kUser, kGroup})
    if (!all_zero(block.subspan(field.at + text_of(block, field).size(), field.size - text_of(block, field).size())))
      return bad("an archive header has stray bytes after a text");
  return Header{text_of(block, kName), *size, *time};
}

bool all_zero(ByteView bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t b) { return b == 0; });
}

bool is_valid_end(ByteView tail) {
  return tail.size() >= 2 * kBlock && tail.size() <= 22 * kBlock && tail.size() % kBlock == 0 && all_zero(tail);
}

}  // namespace sekisho::transport::ustar
