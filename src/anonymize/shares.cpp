#include "anonymize/shares.h"

namespace sekisho::anonymize {
namespace {

std::uint8_t times(std::uint8_t a, std::uint8_t b) {
  std::uint8_t out = 0;
  for (int bit = 0; bit < 8; ++bit) {
    out = static_cast<std::uint8_t>(out ^ ((b >> bit & 1) != 0 ? a : 0));
    a = static_cast<std::uint8_t>((a << 1) ^ ((a & 0x80) != 0 ? 0x1B : 0));
  }
  return out;
}

std::uint8_t inverse(std::uint8_t a) {  // a^254
  std::uint8_t out = 1;
  for (int i = 0; i < 254; ++i)
    out = times(out, a);
  return out;
}

}  // namespace

Result<std::vector<Share>> split_secret(ByteView secret, int holders, Random& random) {
  if (holders < 2 || holders > 255) return fail("share.holders", "a secret is split between 2 and 255 holders");
  Bytes slope(secret.size());
  random.fill(slope);
  std::vector<Share> out;
  for (int holder = 1; holder <= holders; ++holder) {
    Share& share = out.emplace_back(Share{holder, Bytes(secret.begin(), secret.end())});
    for (std::size_t i = 0; i < secret.size(); ++i)
      share.bytes[i] = static_cast<std::uint8_t>(share.bytes[i] ^ times(slope[i], static_cast<std::uint8_t>(holder)));
  }
  return out;
}

Result<Bytes> join_secret(const Share& one, const Share& other) {
  if (one.holder == other.holder || one.holder < 1 || other.holder < 1 || one.holder > 255 || other.holder > 255)
    return fail("share.same", "shares of two different holders are needed");
  if (one.bytes.size() != other.bytes.size()) return fail("share.size", "the shares are of different secrets");
  // The line through both, at 0: subtraction is addition here.
  const auto a = static_cast<std::uint8_t>(one.holder), b = static_cast<std::uint8_t>(other.holder);
  const std::uint8_t below = inverse(static_cast<std::uint8_t>(a ^ b));
  Bytes out(one.bytes.size());
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = times(below, static_cast<std::uint8_t>(times(one.bytes[i], b) ^ times(other.bytes[i], a)));
  return out;
}

}  // namespace sekisho::anonymize
