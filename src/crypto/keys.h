// Private keys and X.509 certificates, in PEM (PKCS#8 for keys, RFC 7468), and the trust in a root with its revocation
// lists.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/clock.h"
#include "core/result.h"

// OpenSSL's types, so that this header stays free of its headers.
struct evp_pkey_st;
struct x509_st;
struct X509_crl_st;

namespace sekisho::crypto {

enum class KeyKind { kP256, kRsa3072, kRsa2048, kEd25519 };

// Owns a private key. Move only; thread safe for use after construction.
class PrivateKey {
 public:
  static Result<PrivateKey> generate(KeyKind kind);
  static Result<PrivateKey> load(
      const std::filesystem::path& pem_file);  // refuses a file that others may read (mode & 077)
  static Result<PrivateKey> from_pem(std::string_view pem);
  Result<void> save(const std::filesystem::path& pem_file) const;  // mode 0600, durable
  Result<std::string> to_pem() const;
  Result<Bytes> public_der() const;  // SubjectPublicKeyInfo
  evp_pkey_st* handle() const { return key_.get(); }

 private:
  explicit PrivateKey(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {}
  std::shared_ptr<evp_pkey_st> key_;
};

// An X.509 certificate. Cheap to copy.
class Certificate {
 public:
  static Result<Certificate> load(const std::filesystem::path& pem_file);
  static Result<Certificate> from_pem(std::string_view pem);
  static Result<Certificate> from_der(ByteView der);
  static Result<std::vector<Certificate>> load_chain(const std::filesystem::path& pem_file);
  std::string to_pem() const;
  Bytes to_der() const;
  std::string fingerprint() const;  // SHA-256 of the DER, lower hex
  std::string serial_hex() const;
  std::string common_name() const;   // hospital id, body id, host name, by role
  std::string organization() const;  // body id
  std::string role() const;          // subject OU: "tls-gateway", "tls-receiver", "tls-intake", "sign-gateway",
                                     // "sign-receiver", "sign-intake", "recipient", "root", ...
  UtcTime not_before() const;
  UtcTime not_after() const;
  Bytes public_der() const;  // SubjectPublicKeyInfo
  x509_st* handle() const { return certificate_.get(); }

 private:
  explicit Certificate(std::shared_ptr<x509_st> certificate) : certificate_(std::move(certificate)) {}
  std::shared_ptr<x509_st> certificate_;
};

// A root certificate and the newest revocation list: what a party trusts.
class Trust {
 public:
  static Result<Trust> load(const std::filesystem::path& root_pem, const std::filesystem::path& crl_pem = {});
  // Chain, validity and revocation at `at`, key usage by `purpose`. Errors: certificate.untrusted, .expired, .revoked,
  // .usage.
  enum class Purpose { kTlsClient, kTlsServer, kSigning, kRecipient };
  Result<void> check(const Certificate& certificate, Purpose purpose, UtcTime at) const;
  const Certificate& root() const { return root_; }
  std::shared_ptr<X509_crl_st> crl() const { return crl_; }
  // The day on which connections stop because the revocation list is over; none without a list.
  std::optional<UtcTime> crl_until() const;

 private:
  Trust(Certificate root, std::shared_ptr<X509_crl_st> crl) : root_(std::move(root)), crl_(std::move(crl)) {}
  Certificate root_;
  std::shared_ptr<X509_crl_st> crl_;
};

// What of a party's certificates and its revocation list ends within `days` or has ended: sentences with their remedy,
// for status and logs. Files that cannot be read are named too.
inline constexpr int kExpiryWarningDays = 14;
std::vector<std::string> expiry_warnings(const std::filesystem::path& root, const std::filesystem::path& crl,
                                         const std::vector<std::filesystem::path>& certificates, UtcTime now,
                                         int days = kExpiryWarningDays);

// ECDSA/Ed25519 over arbitrary bytes.
Result<Bytes> sign_ed25519(const PrivateKey& key, ByteView message);                       // 64 bytes
Result<void> verify_ed25519(ByteView public_raw32, ByteView message, ByteView signature);  // error: signature.wrong
Result<Bytes> ed25519_public_raw(const PrivateKey& key);                                   // 32 bytes

}  // namespace sekisho::crypto
