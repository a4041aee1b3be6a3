// Digests and keyed digests over OpenSSL's EVP interface.
#pragma once

#include <array>
#include <memory>

#include "core/bytes.h"
#include "core/random.h"

namespace sekisho::crypto {

using Digest = std::array<std::uint8_t, 32>;

Digest sha256(ByteView data);
Digest hmac_sha256(ByteView key, ByteView data);
Result<Digest> digest_from_hex(std::string_view hex);  // exactly 64 digits

// Incremental SHA-256.
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();
  void update(ByteView data);
  Digest finish();  // afterwards the object starts anew

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Key material that is wiped on destruction and never printed.
class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(Bytes bytes) : bytes_(std::move(bytes)) {}
  SecretBytes(SecretBytes&& other) noexcept : bytes_(std::move(other.bytes_)) { other.bytes_.clear(); }
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  ~SecretBytes() { wipe(); }
  ByteView view() const { return bytes_; }
  bool empty() const { return bytes_.empty(); }
  static SecretBytes generate(Random& random, std::size_t size);
  SecretBytes copy() const { return SecretBytes(bytes_); }

 private:
  void wipe();
  Bytes bytes_;
};

bool equal_constant_time(ByteView a, ByteView b);

// AES-256-GCM for data at rest: returns 12 random nonce bytes || ciphertext || 16 tag bytes. Opening lives in unseal.
Result<Bytes> aead_seal(ByteView key32, ByteView plaintext, ByteView associated, Random& random);

}  // namespace sekisho::crypto
