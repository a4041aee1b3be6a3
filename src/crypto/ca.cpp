#include "crypto/ca.h"

#include <fmt/format.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <set>

#include "core/file.h"
#include "crypto/cms.h"
#include "crypto/digest.h"
#include "crypto/openssl_detail.h"

namespace sekisho::crypto {

namespace fs = std::filesystem;
using detail::Bio;
using detail::fail_openssl;

namespace {

// What a certificate of each role may be used for.
struct RoleRow {
  std::string_view role;
  KeyKind key;
  const char* key_usage;
  const char* extended;  // null: none
};
constexpr RoleRow kRoles[] = {
    {"tls-gateway", KeyKind::kP256, "critical,digitalSignature", "clientAuth"},
    {"tls-intake", KeyKind::kP256, "critical,digitalSignature", "clientAuth"},
    {"tls-receiver", KeyKind::kP256, "critical,digitalSignature", "serverAuth"},
    {"tls-portal", KeyKind::kP256, "critical,digitalSignature", "serverAuth"},
    {"sign-gateway", KeyKind::kP256, "critical,digitalSignature", nullptr},
    {"sign-receiver", KeyKind::kP256, "critical,digitalSignature", nullptr},
    {"sign-intake", KeyKind::kP256, "critical,digitalSignature", nullptr},
    {"recipient", KeyKind::kRsa3072, "critical,keyEncipherment", nullptr},
    {"encryption-gateway", KeyKind::kRsa3072, "critical,keyEncipherment", nullptr},
};

constexpr int kRootDays = 3650;
constexpr std::size_t kRecipientsLimit = 64;

const RoleRow* find_role(std::string_view role) {
  for (const RoleRow& row : kRoles)
    if (row.role == role) return &row;
  return nullptr;
}

using Extension = detail::Owned<X509_EXTENSION, X509_EXTENSION_free>;
using Crl = detail::Owned<X509_CRL, X509_CRL_free>;
using X509Owner = detail::Owned<X509, X509_free>;

bool add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool set_name(X509_NAME* name, const std::string& organization, const std::string& unit, const std::string& common) {
  const auto add = [name](const char* field, const std::string& text) {
    return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(text.data()),
                                      static_cast<int>(text.size()), -1, 0) == 1;
  };
  return add("O", organization) && add("OU", unit) && add("CN", common);
}

// 127 random bits: unguessable and unique without a counter that a restored backup would repeat.
bool set_serial(X509* certificate, Random& random) {
  Bytes bytes(16);
  random.fill(bytes);
  bytes[0] = static_cast<std::uint8_t>((bytes[0] & 0x7f) | 0x40);
  BIGNUM* number = BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr);
  const bool ok = number != nullptr && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nullptr;
  BN_free(number);
  return ok;
}

// Begun an hour early, so that clocks that differ a little do not refuse a fresh certificate.
bool set_validity(X509* certificate, UtcTime now, int days) {
  const time_t begin = now.seconds() - 3600;
  const time_t end = now.seconds() + std::int64_t{days} * 86400;
  return ASN1_TIME_set(X509_getm_notBefore(certificate), begin) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(certificate), end) != nullptr;
}

Result<Certificate> self_signed_root(const PrivateKey& key, const BodyId& body, UtcTime now, Random& random) {
  const X509Owner x(X509_new());
  bool ok = X509_set_version(x.get(), X509_VERSION_3) == 1 && set_serial(x.get(), random) &&
            set_validity(x.get(), now, kRootDays) &&
            set_name(X509_get_subject_name(x.get()), body.text, "root", "sekisho root of " + body.text) &&
            X509_set_issuer_name(x.get(), X509_get_subject_name(x.get())) == 1 &&
            X509_set_pubkey(x.get(), key.handle()) == 1;
  ok = ok && add_extension(x.get(), x.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
       add_extension(x.get(), x.get(), NID_key_usage, "critical,keyCertSign,cRLSign,digitalSignature") &&
       add_extension(x.get(), x.get(), NID_subject_key_identifier, "hash");
  if (!ok || X509_sign(x.get(), key.handle(), EVP_sha256()) == 0)
    return fail_openssl("ca.root", "cannot make the root certificate");
  unsigned char* der = nullptr;
  const int size = i2d_X509(x.get(), &der);
  auto certificate = Certificate::from_der({der, static_cast<std::size_t>(size)});
  OPENSSL_free(der);
  return certificate;
}

Result<Json> read_register(const fs::path& folder) {
  return read_json(folder / "issued.json");
}

// Two commands at once would lose a row of the register, and with it the means to revoke.
Result<FileLock> lock_register(const fs::path& folder) {
  return FileLock::take(folder / "lock", "a certificate authority");
}

bool is_alternative_name(std::string_view name) {
  const bool known = name.starts_with("DNS:") || name.starts_with("IP:");
  // OpenSSL's own syntax would read more into a comma, a line end or an @.
  return known && name.size() > 4 &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:-*") ==
             std::string_view::npos;
}

// As serial_hex() writes it: other programs print capitals and colons.
std::string plain_serial(std::string_view text) {
  std::string plain;
  for (const char c : text)
    if (c != ':') plain += c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c;
  return plain;
}

// Hospitals seal for these keys only: RSA of at least 2048 bits, each once.
Result<void> check_recipient_keys(const std::vector<std::pair<std::string, Certificate>>& recipients) {
  if (recipients.size() > kRecipientsLimit)
    return fail("recipients.too_many", fmt::format("a list names at most {} recipients", kRecipientsLimit));
  std::set<std::string> seen;
  for (const auto& [name, certificate] : recipients) {
    EVP_PKEY* key = X509_get0_pubkey(certificate.handle());
    if (certificate.role() != "recipient")
      return fail("recipients.role", "a certificate on the list is not of role recipient", {.part = name});
    if (key == nullptr || EVP_PKEY_is_a(key, "RSA") != 1 || EVP_PKEY_get_bits(key) < 2048)
      return fail("recipients.key", "a recipient's key is not RSA of at least 2048 bits", {.part = name});
    if (!seen.insert(certificate.serial_hex()).second)
      return fail("recipients.twice", "a certificate stands on the list twice", {.part = name});
  }
  return {};
}

}  // namespace

Authority::Authority(fs::path folder, BodyId body, const Clock& clock, Random& random, Certificate root, PrivateKey key)
    : folder_(std::move(folder)),
      body_(std::move(body)),
      clock_(&clock),
      random_(&random),
      root_(std::move(root)),
      key_(std::move(key)) {}

Result<Authority> Authority::init(const fs::path& folder, const BodyId& body, const Clock& clock, Random& random) {
  std::error_code error;
  if (!is_valid_id(body.text))
    return fail("usage.body", "a body's id is 1 to 32 letters, digits or hyphens", {.part = body.text});
  if (fs::exists(folder / "root.pem", error))
    return fail("usage.exists", "an authority stands here already", {.file = folder.string()});
  SEKISHO_CHECK(make_folders(folder, 0700));
  SEKISHO_TRY([[maybe_unused]] const FileLock lock, lock_register(folder));
  SEKISHO_TRY(PrivateKey key, PrivateKey::generate(KeyKind::kP256));
  SEKISHO_TRY(Certificate root, self_signed_root(key, body, clock.now(), random));
  SEKISHO_CHECK(key.save(folder / "root.key"));
  SEKISHO_CHECK(write_file_durable(folder / "issued.json", "{\"issued\":[],\"revoked\":[],\"crl_number\":0}\n", 0600));
  SEKISHO_CHECK(write_file_durable(folder / "root.pem", root.to_pem()));
  return Authority(folder, body, clock, random, std::move(root), std::move(key));
}

Result<Authority> Authority::open(const fs::path& folder, const Clock& clock, Random& random) {
  SEKISHO_TRY(Certificate root, Certificate::load(folder / "root.pem"));
  SEKISHO_TRY(PrivateKey key, PrivateKey::load(folder / "root.key"));
  if (X509_check_private_key(root.handle(), key.handle()) != 1)
    return fail_openssl("ca.key", "the root's key and certificate do not belong together", {.file = folder.string()});
  BodyId body{root.organization()};
  return Authority(folder, std::move(body), clock, random, std::move(root), std::move(key));
}

const Certificate& Authority::root() const {
  return root_;
}

Result<IssuedPair> Authority::issue(const IssueRequest& request) {
  const RoleRow* role = find_role(request.role);
  if (role == nullptr)
    return fail("usage.role", "no such role", {.part = request.role},
                "Roles are tls-gateway, tls-intake, tls-receiver, tls-portal, sign-gateway, sign-receiver, "
                "sign-intake, recipient, encryption-gateway.");
  if (!is_valid_id(request.common_name))
    return fail("usage.name", "a name is 1 to 32 letters, digits or hyphens", {.part = request.common_name});
  if (request.days < 1 || request.days > kRootDays)
    return fail("usage.days", fmt::format("a certificate is valid for 1 to {} days", kRootDays));
  for (const std::string& name : request.alt_names)
    if (!is_alternative_name(name))
      return fail("usage.alt_name", "an alternative name is not of the form DNS:name or IP:address", {.part = name});
  SEKISHO_TRY([[maybe_unused]] const FileLock lock, lock_register(folder_));
  SEKISHO_TRY(PrivateKey key, PrivateKey::generate(role->key));
  const X509Owner x(X509_new());
  bool ok = X509_set_version(x.get(), X509_VERSION_3) == 1 && set_serial(x.get(), *random_) &&
            set_validity(x.get(), clock_->now(), request.days) &&
            set_name(X509_get_subject_name(x.get()), body_.text, request.role, request.common_name) &&
            X509_set_issuer_name(x.get(), X509_get_subject_name(root_.handle())) == 1 &&
            X509_set_pubkey(x.get(), key.handle()) == 1;
  ok = ok && add_extension(x.get(), root_.handle(), NID_basic_constraints, "critical,CA:FALSE") &&
       add_extension(x.get(), root_.handle(), NID_key_usage, role->key_usage) &&
       add_extension(x.get(), root_.handle(), NID_subject_key_identifier, "hash") &&
       add_extension(x.get(), root_.handle(), NID_authority_key_identifier, "keyid");
  if (ok && role->extended != nullptr) ok = add_extension(x.get(), root_.handle(), NID_ext_key_usage, role->extended);
  std::string names;
  for (const std::string& name : request.alt_names)
    names += (names.empty() ? "" : ",") + name;
  if (ok && !names.empty() && !add_extension(x.get(), root_.handle(), NID_subject_alt_name, names))
    return fail_openssl("usage.alt_name", "an alternative name is not of the form DNS:name or IP:address",
                        {.part = names});
  if (!ok || X509_sign(x.get(), key_.handle(), EVP_sha256()) == 0)
    return fail_openssl("ca.issue", "cannot issue a certificate");
  unsigned char* der = nullptr;
  const int size = i2d_X509(x.get(), &der);
  auto certificate = Certificate::from_der({der, static_cast<std::size_t>(size)});
  OPENSSL_free(der);
  if (!certificate) return std::unexpected(certificate.error());
  SEKISHO_TRY(Json list, read_register(folder_));
  list["issued"].push_back({{"serial", certificate->serial_hex()},
                            {"role", request.role},
                            {"name", request.common_name},
                            {"not_after", certificate->not_after().iso()},
                            {"fingerprint", certificate->fingerprint()}});
  SEKISHO_CHECK(write_file_durable(folder_ / "issued.json", list.dump(1) + "\n", 0600));
  return IssuedPair{std::move(*certificate), std::move(key)};
}

Result<void> Authority::issue_to(const IssueRequest& request, const fs::path& out, std::string_view name) {
  std::error_code error;
  for (const char* extension : {".pem", ".key"})
    if (const fs::path file = out / (std::string(name) + extension); fs::exists(fs::symlink_status(file, error)))
      return fail("usage.exists", "a file of this name is there already", {.file = file.string()},
                  "Give another folder or name.");
  SEKISHO_TRY(const IssuedPair pair, issue(request));
  SEKISHO_CHECK(make_folders(out, 0700));
  SEKISHO_CHECK(pair.key.save(out / (std::string(name) + ".key")));
  return write_file_durable(out / (std::string(name) + ".pem"), pair.certificate.to_pem());
}

Result<void> Authority::revoke(std::string_view serial_hex) {
  SEKISHO_TRY([[maybe_unused]] const FileLock lock, lock_register(folder_));
  SEKISHO_TRY(Json list, read_register(folder_));
  const std::string serial = plain_serial(serial_hex);
  const auto names_it = [&](const Json& row) { return row.value("serial", "") == serial; };
  if (std::ranges::none_of(list["issued"], names_it))
    return fail("usage.serial", "no certificate with this serial was issued here", {.part = serial});
  if (std::ranges::any_of(list["revoked"], names_it)) return {};
  list["revoked"].push_back({{"serial", serial}, {"time", clock_->now().iso()}});
  return write_file_durable(folder_ / "issued.json", list.dump(1) + "\n", 0600);
}

Result<std::string> Authority::crl_pem(int days) {
  if (days < 1 || days > kRootDays)
    return fail("usage.days", fmt::format("a revocation list is valid for 1 to {} days", kRootDays));
  SEKISHO_TRY([[maybe_unused]] const FileLock lock, lock_register(folder_));
  SEKISHO_TRY(Json list, read_register(folder_));
  const Crl crl(X509_CRL_new());
  const time_t now = clock_->now().seconds();
  using Time = detail::Owned<ASN1_TIME, ASN1_TIME_free>;
  using Integer = detail::Owned<ASN1_INTEGER, ASN1_INTEGER_free>;
  const Time last(ASN1_TIME_set(nullptr, now)), next(ASN1_TIME_set(nullptr, now + std::int64_t{days} * 86400));
  bool ok = X509_CRL_set_version(crl.get(), X509_CRL_VERSION_2) == 1 &&
            X509_CRL_set_issuer_name(crl.get(), X509_get_subject_name(root_.handle())) == 1 &&
            X509_CRL_set1_lastUpdate(crl.get(), last.get()) == 1 &&
            X509_CRL_set1_nextUpdate(crl.get(), next.get()) == 1;
  for (const Json& row : list["revoked"]) {
    SEKISHO_TRY(const UtcTime time, UtcTime::parse(row.value("time", "")));
    X509_REVOKED* entry = X509_REVOKED_new();
    BIGNUM* number = nullptr;
    BN_hex2bn(&number, row.value("serial", "0").c_str());
    const Integer serial(BN_to_ASN1_INTEGER(number, nullptr));
    BN_free(number);
    const Time when(ASN1_TIME_set(nullptr, time.seconds()));
    ok = ok && X509_REVOKED_set_serialNumber(entry, serial.get()) == 1 &&
         X509_REVOKED_set_revocationDate(entry, when.get()) == 1 && X509_CRL_add0_revoked(crl.get(), entry) == 1;
  }
  const std::int64_t number = list.value("crl_number", std::int64_t{0}) + 1;
  list["crl_number"] = number;
  SEKISHO_CHECK(write_file_durable(folder_ / "issued.json", list.dump(1) + "\n", 0600));
  const Integer crl_number(ASN1_INTEGER_new());
  ok = ok && ASN1_INTEGER_set_int64(crl_number.get(), number) == 1 &&
       X509_CRL_add1_ext_i2d(crl.get(), NID_crl_number, crl_number.get(), 0, 0) == 1;
  const Bio bio(BIO_new(BIO_s_mem()));
  if (!ok || X509_CRL_sort(crl.get()) != 1 || X509_CRL_sign(crl.get(), key_.handle(), EVP_sha256()) == 0 ||
      PEM_write_bio_X509_CRL(bio.get(), crl.get()) != 1)
    return fail_openssl("ca.crl", "cannot make the revocation list");
  return std::string(as_text(detail::bio_bytes(bio.get())));
}

Result<void> Authority::write_recipients(const fs::path& json_file, const fs::path& p7s_file, std::int64_t version,
                                         UtcTime not_after,
                                         const std::vector<std::pair<std::string, Certificate>>& recipients) {
  if (recipients.empty()) return fail("usage.recipients", "the list needs at least one recipient");
  if (version < 1) return fail("usage.version", "versions count from 1");
  SEKISHO_CHECK(check_recipient_keys(recipients));
  Json list = Json::array();
  for (const auto& [name, certificate] : recipients)
    list.push_back({{"name", name}, {"certificate", certificate.to_pem()}});
  const std::string json =
      Json{{"body", body_.text}, {"version", version}, {"not_after", not_after.iso()}, {"recipients", list}}.dump(1) +
      "\n";
  SEKISHO_TRY(const Bytes signature, cms_sign(as_bytes(json), root_, key_));
  SEKISHO_CHECK(write_file_durable(p7s_file, signature));
  return write_file_durable(json_file, json);
}

std::vector<Certificate> Recipients::certificates() const {
  std::vector<Certificate> all;
  for (const auto& [name, certificate] : recipients)
    all.push_back(certificate);
  return all;
}

Result<Recipients> check_recipients(ByteView json, ByteView p7s, const Trust& trust, const BodyId& body, UtcTime now,
                                    std::int64_t minimum_version) {
  if (const auto signature = cms_verify_by_root(json, p7s, trust); !signature)
    return fail("recipients.signature", "the recipients list is not signed by the root",
                {.part = signature.error().code}, "Recipients come from the offline root only: call the body.");
  SEKISHO_TRY(const Json document, parse_json(as_text(json), "recipients.json"));
  SEKISHO_TRY(const std::string for_body, json_string(document, "body", "recipients.json"));
  if (for_body != body.text)
    return fail("recipients.body", "the recipients list is for another body", {.part = for_body});
  Recipients out;
  SEKISHO_TRY(out.version, json_integer(document, "version", "recipients.json"));
  SEKISHO_TRY(const std::string until, json_string(document, "not_after", "recipients.json"));
  SEKISHO_TRY(out.not_after, UtcTime::parse(until));
  if (out.not_after < now)
    return fail("recipients.expired", "the recipients list has expired", {.part = until},
                "Ask the body for a new one.");
  if (out.version < minimum_version)
    return fail("recipients.rolled_back",
                fmt::format("version {} is older than {}, which was seen before", out.version, minimum_version));
  if (!document.contains("recipients") || !document["recipients"].is_array() || document["recipients"].empty())
    return fail("recipients.empty", "the recipients list names nobody");
  for (const Json& row : document["recipients"]) {
    SEKISHO_TRY(const std::string name, json_string(row, "name", "recipients.json"));
    SEKISHO_TRY(const std::string pem, json_string(row, "certificate", "recipients.json"));
    SEKISHO_TRY(Certificate certificate, Certificate::from_pem(pem));
    SEKISHO_CHECK(trust.check(certificate, Trust::Purpose::kRecipient, now));
    out.recipients.emplace_back(name, std::move(certificate));
  }
  SEKISHO_CHECK(check_recipient_keys(out.recipients));
  return out;
}

Result<void> Authority::write_epoch_grant(const fs::path& json_file, const fs::path& p7s_file,
                                          const HospitalId& hospital, std::uint32_t epoch, UtcTime not_after) {
  const std::string json =
      Json{{"body", body_.text}, {"hospital", hospital.text}, {"epoch", epoch}, {"not_after", not_after.iso()}}.dump(
          1) +
      "\n";
  SEKISHO_TRY(const Bytes signature, cms_sign(as_bytes(json), root_, key_));
  SEKISHO_CHECK(write_file_durable(p7s_file, signature));
  return write_file_durable(json_file, json);
}

Result<void> check_epoch_grant(ByteView json, ByteView p7s, const Trust& trust, const BodyId& body,
                               const HospitalId& hospital, std::uint32_t epoch, UtcTime now) {
  if (const auto signature = cms_verify_by_root(json, p7s, trust); !signature)
    return fail("package.epoch", "the grant of a new epoch is not signed by the root",
                {.part = signature.error().code});
  SEKISHO_TRY(const Json document, parse_json(as_text(json), "epoch grant"));
  SEKISHO_TRY(const std::string until, json_string(document, "not_after", "epoch grant"));
  SEKISHO_TRY(const UtcTime not_after, UtcTime::parse(until));
  if (document.value("body", "") != body.text || document.value("hospital", "") != hospital.text ||
      document.value("epoch", 0u) != epoch || not_after < now)
    return fail("package.epoch", "the grant of a new epoch is for something else, or has expired",
                {.part = hospital.text});
  return {};
}

}  // namespace sekisho::crypto
