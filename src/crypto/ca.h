// A body's certificate authority: an offline root that issues certificates for gateways, receiver, intake, recipients,
// and signs the recipients list. State is a folder with the root's key (mode 0600), certificate, serial and issued
// certificates.
#pragma once

#include <filesystem>
#include <vector>

#include "core/clock.h"
#include "core/ids.h"
#include "core/json.h"
#include "core/random.h"
#include "crypto/keys.h"

namespace sekisho::crypto {

// A row of the table of roles: what a certificate may be used for.
//   tls-gateway, tls-intake (client auth) · tls-receiver, tls-portal (server auth) · sign-gateway, sign-receiver,
//   sign-intake (digitalSignature, no extended usage) · recipient, encryption-gateway (keyEncipherment, RSA-3072)
struct IssueRequest {
  std::string role;
  std::string common_name;             // hospital id, or the name of the party
  std::vector<std::string> alt_names;  // "DNS:localhost", "IP:127.0.0.1" for servers
  int days = 825;
};

struct IssuedPair {
  Certificate certificate;
  PrivateKey key;
};

class Authority {
 public:
  static Result<Authority> init(const std::filesystem::path& folder, const BodyId& body, const Clock& clock,
                                Random& random);
  static Result<Authority> open(const std::filesystem::path& folder, const Clock& clock, Random& random);
  const Certificate& root() const;
  // Issues and records. The key is made here and not kept here.
  Result<IssuedPair> issue(const IssueRequest& request);
  // Writes NAME.pem (certificate) and NAME.key (key, 0600) into `out`; never over a file that is there (usage.exists):
  // a key that is in use must not vanish.
  Result<void> issue_to(const IssueRequest& request, const std::filesystem::path& out, std::string_view name);
  Result<void> revoke(std::string_view serial_hex);
  // Freshly signed. Parties refuse TLS peers once their list is older than `days`: publish in time.
  Result<std::string> crl_pem(int days = 90);

 private:
  std::filesystem::path folder_;
  BodyId body_;
  const Clock* clock_;
  Random* random_;
  Certificate root_;
  PrivateKey key_;
  Authority(std::filesystem::path folder, BodyId body, const Clock& clock, Random& random, Certificate root,
            PrivateKey key);

 public:
  // Allows a restored gateway to begin a new epoch: {"body","hospital","epoch","not_after"}, signed by the root itself.
  Result<void> write_epoch_grant(const std::filesystem::path& json_file, const std::filesystem::path& p7s_file,
                                 const HospitalId& hospital, std::uint32_t epoch, UtcTime not_after);
  // The recipients list (design section 5): recipients.json =
  // {"body","version","not_after","recipients":[{"name","certificate"}]} and recipients.p7s, a detached CMS signature
  // by the root itself.
  Result<void> write_recipients(const std::filesystem::path& json_file, const std::filesystem::path& p7s_file,
                                std::int64_t version, UtcTime not_after,
                                const std::vector<std::pair<std::string, Certificate>>& recipients);
};

struct Recipients {
  std::int64_t version = 0;
  UtcTime not_after;
  std::vector<std::pair<std::string, Certificate>> recipients;
  std::vector<Certificate> certificates() const;
};

// Checks that the root and nobody else signed the list, that it is for `body`, not expired at `now`, and not older than
// `minimum_version` (the highest seen). Errors: recipients.signature, .body, .expired, .rolled_back,
// .empty, .too_many, .role, .key, .twice, and certificate.* of a recipient.
Result<Recipients> check_recipients(ByteView json, ByteView p7s, const Trust& trust, const BodyId& body, UtcTime now,
                                    std::int64_t minimum_version);

// Error: package.epoch.
Result<void> check_epoch_grant(ByteView json, ByteView p7s, const Trust& trust, const BodyId& body,
                               const HospitalId& hospital, std::uint32_t epoch, UtcTime now);

}  // namespace sekisho::crypto
