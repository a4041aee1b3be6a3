#include "crypto/keys.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

#include "core/date.h"
#include "core/file.h"
#include "crypto/digest.h"
#include "crypto/openssl_detail.h"

namespace sekisho::crypto {

namespace fs = std::filesystem;
using detail::Bio;
using detail::fail_openssl;

namespace {

struct KeyKindRow {
  KeyKind kind;
  const char* algorithm;
  const char* group;  // of elliptic curves
  std::size_t bits;   // of RSA
};
constexpr KeyKindRow kKinds[] = {{KeyKind::kP256, "EC", "P-256", 0},
                                 {KeyKind::kRsa3072, "RSA", nullptr, 3072},
                                 {KeyKind::kRsa2048, "RSA", nullptr, 2048},
                                 {KeyKind::kEd25519, "ED25519", nullptr, 0}};

std::shared_ptr<X509> share(X509* certificate) {
  return {certificate, X509_free};
}

std::string subject_part(const X509* certificate, int nid) {
  const X509_NAME* subject = X509_get_subject_name(certificate);
  const int at = X509_NAME_get_index_by_NID(subject, nid, -1);
  if (at < 0) return "";
  const ASN1_STRING* data = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
  unsigned char* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, data);
  if (size < 0) return "";
  std::string text(reinterpret_cast<char*>(utf8), static_cast<std::size_t>(size));
  OPENSSL_free(utf8);
  return text;
}

UtcTime time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return {(days_from_civil(parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday) * 86400LL + parts.tm_hour * 3600 +
           parts.tm_min * 60 + parts.tm_sec) *
          1'000'000};
}

Bytes public_der_of(EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key, &der);
  Bytes bytes;
  if (size > 0) bytes.assign(der, der + size);
  OPENSSL_free(der);
  return bytes;
}

constexpr off_t kKeyFileLimit = 64 << 10;

Result<SecretBytes> read_secret(int fd, std::size_t size, const Place& place) {
  Bytes bytes(size);
  std::size_t have = 0;
  while (have < size) {
    const ssize_t got = ::read(fd, bytes.data() + have, size - have);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    have += static_cast<std::size_t>(got);
  }
  SecretBytes secret(std::move(bytes));
  if (have != size) return fail_errno("key.open", "cannot read a private key", place);
  return secret;
}

// An encrypted key without a passphrase must fail, not ask on the terminal.
int no_passphrase(char*, int, int, void*) {
  return -1;
}

}  // namespace

Result<PrivateKey> PrivateKey::generate(KeyKind kind) {
  for (const KeyKindRow& row : kKinds) {
    if (row.kind != kind) continue;
    EVP_PKEY* key = row.group != nullptr ? EVP_PKEY_Q_keygen(nullptr, nullptr, row.algorithm, row.group)
                    : row.bits > 0       ? EVP_PKEY_Q_keygen(nullptr, nullptr, row.algorithm, row.bits)
                                         : EVP_PKEY_Q_keygen(nullptr, nullptr, row.algorithm);
    if (key == nullptr) return fail_openssl("key.generate", "cannot make a key");
    return PrivateKey({key, EVP_PKEY_free});
  }
  return fail("key.kind", "no such kind of key");
}

Result<PrivateKey> PrivateKey::load(const fs::path& pem_file) {
  // The mode is that of the very file that is read.
  const Place place{.file = pem_file.string()};
  const FileDescriptor file(::open(pem_file.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat info{};
  if (!file || ::fstat(file.get(), &info) != 0) return fail_errno("key.open", "cannot open a private key", place);
  if ((info.st_mode & 077) != 0)
    return fail("key.mode", "others may read this private key", place,
                "chmod 600 it, and make a new one if it lay open for long.");
  if (!S_ISREG(info.st_mode) || info.st_size > kKeyFileLimit)
    return fail("key.malformed", "not a private key in PEM without passphrase", place);
  SEKISHO_TRY(const SecretBytes pem, read_secret(file.get(), static_cast<std::size_t>(info.st_size), place));
  auto key = from_pem(as_text(pem.view()));
  if (!key) key.error().place.file = pem_file.string();
  return key;
}

Result<PrivateKey> PrivateKey::from_pem(std::string_view pem) {
  const Bio bio = detail::memory_bio(as_bytes(pem));
  EVP_PKEY* key = PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr);
  if (key == nullptr) return fail_openssl("key.malformed", "not a private key in PEM without passphrase");
  return PrivateKey({key, EVP_PKEY_free});
}

Result<std::string> PrivateKey::to_pem() const {
  const Bio bio(BIO_new(BIO_s_secmem()));
  if (PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return fail_openssl("key.write", "cannot write a private key");
  return std::string(as_text(detail::bio_bytes(bio.get())));
}

Result<void> PrivateKey::save(const fs::path& pem_file) const {
  SEKISHO_TRY(std::string pem, to_pem());
  auto written = write_file_durable(pem_file, pem, 0600);
  OPENSSL_cleanse(pem.data(), pem.size());
  return written;
}

Result<Bytes> PrivateKey::public_der() const {
  Bytes der = public_der_of(key_.get());
  if (der.empty()) return fail_openssl("key.public", "cannot tell the public key");
  return der;
}

Result<Certificate> Certificate::load(const fs::path& pem_file) {
  SEKISHO_TRY(const std::string pem, read_text(pem_file, 1 << 20));
  auto certificate = from_pem(pem);
  if (!certificate) certificate.error().place.file = pem_file.string();
  return certificate;
}

Result<Certificate> Certificate::from_pem(std::string_view pem) {
  const Bio bio = detail::memory_bio(as_bytes(pem));
  X509* certificate = PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr);
  if (certificate == nullptr) return fail_openssl("certificate.malformed", "not a certificate in PEM");
  return Certificate(share(certificate));
}

Result<Certificate> Certificate::from_der(ByteView der) {
  const unsigned char* at = der.data();
  X509* certificate = d2i_X509(nullptr, &at, static_cast<long>(der.size()));
  if (certificate == nullptr) return fail_openssl("certificate.malformed", "not a certificate in DER");
  auto shared = share(certificate);
  if (at != der.data() + der.size()) return fail("certificate.malformed", "bytes follow after a certificate in DER");
  return Certificate(std::move(shared));
}

Result<std::vector<Certificate>> Certificate::load_chain(const fs::path& pem_file) {
  SEKISHO_TRY(const std::string pem, read_text(pem_file, 1 << 20));
  const Bio bio = detail::memory_bio(as_bytes(pem));
  std::vector<Certificate> chain;
  while (X509* certificate = PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr))
    chain.push_back(Certificate(share(certificate)));
  ERR_clear_error();  // the end of the file is an error to OpenSSL
  if (chain.empty()) return fail("certificate.malformed", "the file holds no certificate", {.file = pem_file.string()});
  return chain;
}

std::string Certificate::to_pem() const {
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), certificate_.get());
  return std::string(as_text(detail::bio_bytes(bio.get())));
}

Bytes Certificate::to_der() const {
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate_.get(), &der);
  Bytes bytes;
  if (size > 0) bytes.assign(der, der + size);
  OPENSSL_free(der);
  return bytes;
}

std::string Certificate::fingerprint() const {
  return to_hex(sha256(to_der()));
}

std::string Certificate::serial_hex() const {
  BIGNUM* number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate_.get()), nullptr);
  char* hex = BN_bn2hex(number);
  std::string text = hex == nullptr ? "" : hex;
  OPENSSL_free(hex);
  BN_free(number);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; });
  return text;
}

std::string Certificate::common_name() const {
  return subject_part(certificate_.get(), NID_commonName);
}
std::string Certificate::organization() const {
  return subject_part(certificate_.get(), NID_organizationName);
}
std::string Certificate::role() const {
  return subject_part(certificate_.get(), NID_organizationalUnitName);
}
UtcTime Certificate::not_before() const {
  return time_of(X509_get0_notBefore(certificate_.get()));
}
UtcTime Certificate::not_after() const {
  return time_of(X509_get0_notAfter(certificate_.get()));
}

Bytes Certificate::public_der() const {
  return public_der_of(X509_get0_pubkey(certificate_.get()));
}

Result<Trust> Trust::load(const fs::path& root_pem, const fs::path& crl_pem) {
  SEKISHO_TRY(Certificate root, Certificate::load(root_pem));
  std::shared_ptr<X509_CRL> crl;
  if (!crl_pem.empty()) {
    SEKISHO_TRY(const std::string pem, read_text(crl_pem, std::size_t{64} << 20));
    const Bio bio = detail::memory_bio(as_bytes(pem));
    crl = {PEM_read_bio_X509_CRL(bio.get(), nullptr, no_passphrase, nullptr), X509_CRL_free};
    if (!crl) return fail_openssl("crl.malformed", "not a revocation list in PEM", {.file = crl_pem.string()});
    if (X509_CRL_verify(crl.get(), X509_get0_pubkey(root.handle())) != 1)
      return fail_openssl("crl.signature", "the revocation list is not signed by the root", {.file = crl_pem.string()});
  }
  return Trust(std::move(root), std::move(crl));
}

namespace {

void warn_of(std::vector<std::string>& out, const fs::path& file, const char* what, UtcTime until, UtcTime now,
             int days, const char* remedy) {
  constexpr std::int64_t kDay = 86'400'000'000;
  const std::int64_t left = until.micros - now.micros;
  if (left > days * kDay) return;
  const std::string when = left <= 0 ? "has ended on " : fmt::format("ends in {} days, on ", left / kDay);
  out.push_back(fmt::format("{} {}{}: {} ({})", what, when, until.iso(), remedy, file.filename().string()));
}

}  // namespace

std::optional<UtcTime> Trust::crl_until() const {
  if (!crl_) return std::nullopt;
  return time_of(X509_CRL_get0_nextUpdate(crl_.get()));
}

std::vector<std::string> expiry_warnings(const fs::path& root, const fs::path& crl,
                                         const std::vector<fs::path>& certificates, UtcTime now, int days) {
  std::vector<std::string> out;
  const auto trust = Trust::load(root, crl);
  if (!trust) {
    out.push_back(trust.error().describe());
  } else {
    warn_of(out, root, "the root's certificate", trust->root().not_after(), now, days,
            "the body must make a new root and issue all certificates anew");
    if (const auto until = trust->crl_until())
      warn_of(out, crl, "the revocation list", *until, now, days,
              "connections stop then; `sekisho ca crl --publish` makes the next one, copy it here");
  }
  for (const fs::path& file : certificates) {
    if (file.empty()) continue;
    const auto certificate = Certificate::load(file);
    if (certificate)
      warn_of(out, file, "a certificate", certificate->not_after(), now, days,
              "`sekisho ca issue` makes the next one under another --file; put it into the configuration");
    else
      out.push_back(certificate.error().describe());
  }
  return out;
}

namespace {

struct PurposeRow {
  Trust::Purpose purpose;
  std::uint32_t key_usage;
  std::uint32_t extended;  // XKU bits that must be there; 0: none may be there
};
constexpr PurposeRow kPurposes[] = {{Trust::Purpose::kTlsClient, KU_DIGITAL_SIGNATURE, XKU_SSL_CLIENT},
                                    {Trust::Purpose::kTlsServer, KU_DIGITAL_SIGNATURE, XKU_SSL_SERVER},
                                    {Trust::Purpose::kSigning, KU_DIGITAL_SIGNATURE, 0},
                                    {Trust::Purpose::kRecipient, KU_KEY_ENCIPHERMENT, 0}};

// Serials are at most 20 bytes (RFC 5280 section 4.1.2.2).
bool is_revoked(X509_CRL* crl, X509* certificate, UtcTime at) {
  X509_REVOKED* entry = nullptr;
  if (crl == nullptr || X509_CRL_get0_by_cert(crl, &entry, certificate) != 1) return false;
  // What was signed before the revocation stays valid.
  return time_of(X509_REVOKED_get0_revocationDate(entry)) <= at;
}

}  // namespace

Result<void> Trust::check(const Certificate& certificate, Purpose purpose, UtcTime at) const {
  X509* x = certificate.handle();
  const Place place{.part = certificate.common_name()};
  const detail::Store store(X509_STORE_new());
  const detail::StoreContext context(X509_STORE_CTX_new());
  X509_STORE_add_cert(store.get(), root_.handle());
  if (X509_STORE_CTX_init(context.get(), store.get(), x, nullptr) != 1)
    return fail_openssl("certificate.untrusted", "cannot check a certificate", place);
  X509_STORE_CTX_set_time(context.get(), 0, at.seconds());
  if (X509_verify_cert(context.get()) != 1) {
    const int reason = X509_STORE_CTX_get_error(context.get());
    ERR_clear_error();
    if (reason == X509_V_ERR_CERT_HAS_EXPIRED || reason == X509_V_ERR_CERT_NOT_YET_VALID)
      return fail("certificate.expired", "the certificate is not valid at this time", place,
                  "Ask the body for a new one.");
    return fail("certificate.untrusted",
                std::string("the certificate is not trusted: ") + X509_verify_cert_error_string(reason), place,
                "It must be issued by the body's root.");
  }
  if (is_revoked(crl_.get(), x, at))
    return fail("certificate.revoked", "the certificate is revoked", place, "Ask the body for a new one.");
  for (const PurposeRow& row : kPurposes) {
    if (row.purpose != purpose) continue;
    const std::uint32_t usage = X509_get_key_usage(x);
    const std::uint32_t extended = X509_get_extended_key_usage(x);
    const bool right_extension =
        row.extended == 0 ? extended == UINT32_MAX : extended != UINT32_MAX && (extended & row.extended) != 0;
    if (usage == UINT32_MAX || (usage & row.key_usage) == 0 || !right_extension || X509_check_ca(x) != 0)
      return fail("certificate.usage", "the certificate may not be used for this", place);
  }
  return {};
}

Result<Bytes> sign_ed25519(const PrivateKey& key, ByteView message) {
  const detail::MdContext context(EVP_MD_CTX_new());
  Bytes signature(64);
  std::size_t size = signature.size();
  if (EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.handle()) != 1 ||
      EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) != 1 || size != 64)
    return fail_openssl("signature.make", "cannot sign");
  return signature;
}

Result<void> verify_ed25519(ByteView public_raw32, ByteView message, ByteView signature) {
  const detail::Pkey key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, public_raw32.data(), public_raw32.size()));
  const detail::MdContext context(EVP_MD_CTX_new());
  if (!key || EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
      EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(), message.size()) != 1) {
    ERR_clear_error();
    return fail("signature.wrong", "the signature does not fit the message and key");
  }
  return {};
}

Result<Bytes> ed25519_public_raw(const PrivateKey& key) {
  Bytes raw(32);
  std::size_t size = raw.size();
  if (EVP_PKEY_get_raw_public_key(key.handle(), raw.data(), &size) != 1 || size != 32)
    return fail_openssl("key.public", "this is not an Ed25519 key");
  return raw;
}

}  // namespace sekisho::crypto
