// The low-level interface is the only one of OpenSSL whose state copies without an allocation.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "identity/keyed_hash.h"

#include <openssl/crypto.h>

#include <array>
#include <cstring>

namespace sekisho::identity {

KeyedHash::KeyedHash(ByteView key) {
  std::array<std::uint8_t, 64> block{};
  if (key.size() > block.size()) {
    const crypto::Digest digest = crypto::sha256(key);
    std::memcpy(block.data(), digest.data(), digest.size());
  } else if (!key.empty()) {
    std::memcpy(block.data(), key.data(), key.size());
  }
  for (std::uint8_t& byte : block)
    byte ^= 0x36;
  SHA256_Init(&inner_);
  SHA256_Update(&inner_, block.data(), block.size());
  for (std::uint8_t& byte : block)
    byte ^= 0x36 ^ 0x5C;
  SHA256_Init(&outer_);
  SHA256_Update(&outer_, block.data(), block.size());
  OPENSSL_cleanse(block.data(), block.size());
}

KeyedHash::~KeyedHash() {
  OPENSSL_cleanse(&inner_, sizeof inner_);
  OPENSSL_cleanse(&outer_, sizeof outer_);
}

crypto::Digest KeyedHash::operator()(ByteView message) const {
  crypto::Digest digest;
  SHA256_CTX state = inner_;
  SHA256_Update(&state, message.data(), message.size());
  SHA256_Final(digest.data(), &state);
  state = outer_;
  SHA256_Update(&state, digest.data(), digest.size());
  SHA256_Final(digest.data(), &state);
  return digest;
}

}  // namespace sekisho::identity
