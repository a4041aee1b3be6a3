#include "crypto/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cstdlib>
#include <cstring>

#include "crypto/openssl_detail.h"

namespace sekisho::crypto {

struct Sha256::State {
  detail::MdContext context{EVP_MD_CTX_new()};
};

namespace {

// The algorithm object is fetched once: OpenSSL 3 looks it up anew in every EVP_DigestInit otherwise.
const EVP_MD* sha256_algorithm() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return algorithm;
}

}  // namespace

Sha256::Sha256() : state_(std::make_unique<State>()) {
  // Only an OpenSSL without SHA-256 or without memory fails here: nothing sensible can follow.
  if (EVP_DigestInit_ex(state_->context.get(), sha256_algorithm(), nullptr) != 1) std::abort();
}
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::update(ByteView data) {
  if (EVP_DigestUpdate(state_->context.get(), data.data(), data.size()) != 1) std::abort();
}

Digest Sha256::finish() {
  Digest digest;
  unsigned size = 0;
  if (EVP_DigestFinal_ex(state_->context.get(), digest.data(), &size) != 1 || size != digest.size()) std::abort();
  if (EVP_DigestInit_ex(state_->context.get(), sha256_algorithm(), nullptr) != 1) std::abort();
  return digest;
}

Digest sha256(ByteView data) {
  Digest digest;
  unsigned size = 0;
  if (EVP_Digest(data.data(), data.size(), digest.data(), &size, sha256_algorithm(), nullptr) != 1) std::abort();
  return digest;
}

Digest hmac_sha256(ByteView key, ByteView data) {
  Digest digest;
  unsigned size = 0;
  // HMAC() takes no null key; an empty one is legal (RFC 2104).
  static constexpr std::uint8_t kNothing = 0;
  if (HMAC(sha256_algorithm(), key.empty() ? &kNothing : key.data(), static_cast<int>(key.size()), data.data(),
           data.size(), digest.data(), &size) == nullptr)
    std::abort();
  return digest;
}

Result<Digest> digest_from_hex(std::string_view hex) {
  SEKISHO_TRY(const Bytes bytes, from_hex(hex));
  Digest digest;
  if (bytes.size() != digest.size()) return fail("digest.length", "a SHA-256 digest has 64 hex digits");
  std::memcpy(digest.data(), bytes.data(), digest.size());
  return digest;
}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  if (this != &other) {
    wipe();
    bytes_ = std::move(other.bytes_);
    other.bytes_.clear();
  }
  return *this;
}

SecretBytes SecretBytes::generate(Random& random, std::size_t size) {
  Bytes bytes(size);
  random.fill(bytes);
  return SecretBytes(std::move(bytes));
}

void SecretBytes::wipe() {
  if (!bytes_.empty()) OPENSSL_cleanse(bytes_.data(), bytes_.size());
}

bool equal_constant_time(ByteView a, ByteView b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

Result<Bytes> aead_seal(ByteView key32, ByteView plaintext, ByteView associated, Random& random) {
  if (key32.size() != 32) return fail("crypto.key_length", "AES-256 needs a key of 32 bytes");
  constexpr std::size_t kNonce = 12, kTag = 16;
  Bytes sealed(kNonce + plaintext.size() + kTag);
  random.fill(std::span(sealed).first(kNonce));
  const detail::CipherContext context(EVP_CIPHER_CTX_new());
  int size = 0;
  bool ok = EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key32.data(), sealed.data()) == 1;
  if (ok && !associated.empty())
    ok = EVP_EncryptUpdate(context.get(), nullptr, &size, associated.data(), static_cast<int>(associated.size())) == 1;
  // EVP takes int sizes: larger plaintexts go through in pieces.
  std::size_t at = 0;
  while (ok && at < plaintext.size()) {
    const std::size_t piece = std::min<std::size_t>(plaintext.size() - at, std::size_t{1} << 30);
    ok = EVP_EncryptUpdate(context.get(), sealed.data() + kNonce + at, &size, plaintext.data() + at,
                           static_cast<int>(piece)) == 1;
    at += piece;
  }
  ok = ok && EVP_EncryptFinal_ex(context.get(), nullptr, &size) == 1 &&
       EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTag, sealed.data() + kNonce + plaintext.size()) == 1;
  if (!ok) return detail::fail_openssl("crypto.seal", "cannot seal");
  return sealed;
}

}  // namespace sekisho::crypto
