#include <algorithm>

#include "ledger/ledger.h"

namespace sekisho::ledger {
namespace {

// DER of SubjectPublicKeyInfo for Ed25519 up to the key's 32 bytes (RFC 8410 section 4).
constexpr std::uint8_t kPrefix[] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
constexpr std::string_view kBegin = "-----BEGIN PUBLIC KEY-----";
constexpr std::string_view kEnd = "-----END PUBLIC KEY-----";

}  // namespace

std::string public_key_pem(ByteView public_raw32) {
  Bytes der(std::begin(kPrefix), std::end(kPrefix));
  der.insert(der.end(), public_raw32.begin(), public_raw32.end());
  return std::string(kBegin) + "\n" + to_base64(der) + "\n" + std::string(kEnd) + "\n";
}

Result<Bytes> parse_public_key(std::string_view text) {
  const auto bad = [] {
    return fail("ledger.key", "not an Ed25519 public key", {},
                "Give its PEM, its 32 bytes as 64 hex digits, or their base64.");
  };
  std::string body;
  const std::size_t begin = text.find(kBegin);
  const bool pem = begin != std::string_view::npos;
  if (pem) {
    text.remove_prefix(begin + kBegin.size());
    const std::size_t end = text.find(kEnd);
    if (end == std::string_view::npos) return bad();
    text = text.substr(0, end);
  }
  for (const char c : text)
    if (c != '\n' && c != '\r' && c != ' ' && c != '\t') body += c;
  if (!pem && body.size() == 64) {
    auto key = from_hex(body);
    if (!key) return bad();
    return *std::move(key);
  }
  auto bytes = from_base64(body);
  if (!bytes) return bad();
  if (!pem && bytes->size() == 32) return *std::move(bytes);
  if (bytes->size() != sizeof kPrefix + 32 || !std::equal(std::begin(kPrefix), std::end(kPrefix), bytes->begin()))
    return bad();
  return Bytes(bytes->begin() + sizeof kPrefix, bytes->end());
}

}  // namespace sekisho::ledger
