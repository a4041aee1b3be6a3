#include "center/layout.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/config.h"
#include "core/csv.h"
#include "core/file.h"
#include "crypto/ca.h"
#include "crypto/keys.h"

namespace sekisho::center {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kRecipientsDays = 400;

// A table of every certificate a zone holds: role, name in the certificate, file.
struct Party {
  std::string_view role, file;
  std::vector<std::string> alt_names;
};
const std::vector<Party> kOuter = {{"tls-receiver", "tls", {"DNS:localhost", "IP:127.0.0.1"}},
                                   {"sign-receiver", "signer", {}}};
const std::vector<Party> kCore = {{"tls-intake", "tls", {}},
                                  {"sign-intake", "signer", {}},
                                  {"recipient", "recipient", {}},
                                  {"tls-portal", "portal", {"DNS:localhost", "IP:127.0.0.1"}}};
const std::vector<Party> kHospital = {
    {"tls-gateway", "tls", {}}, {"sign-gateway", "signer", {}}, {"encryption-gateway", "encryption", {}}};

Result<void> issue_all(crypto::Authority& authority, const std::vector<Party>& parties, const std::string& name,
                       const fs::path& folder) {
  SEKISHO_CHECK(make_folders(folder, 0700));
  for (const Party& party : parties) {
    crypto::IssueRequest request;
    request.role = party.role;
    request.common_name = name;
    request.alt_names = party.alt_names;
    SEKISHO_CHECK(authority.issue_to(request, folder, party.file));
  }
  return {};
}

// What every zone knows of the root.
Result<void> publish_trust(crypto::Authority& authority, const fs::path& folder) {
  SEKISHO_CHECK(write_file_durable(folder / "root.pem", authority.root().to_pem()));
  SEKISHO_TRY(const std::string crl, authority.crl_pem());
  return write_file_durable(folder / "crl.pem", crl);
}

Result<std::string> make_ledger_key(const fs::path& path) {
  SEKISHO_TRY(const crypto::PrivateKey key, crypto::PrivateKey::generate(crypto::KeyKind::kEd25519));
  SEKISHO_CHECK(key.save(path));
  SEKISHO_TRY(const Bytes raw, crypto::ed25519_public_raw(key));
  return to_hex(raw);
}

std::string receiver_toml(const BodyId& body, std::uint16_t port) {
  return toml_line("body", body.text) + toml_line("state", "state") + toml_line("port", std::int64_t{port}) +
         toml_line("port_file", "port") + toml_line("root", "root.pem") + toml_line("crl", "crl.pem") +
         toml_line("ledger_key", "ledger.key") +
         "[tls]\ncertificate = \"tls.pem\"\nkey = \"tls.key\"\n[signer]\ncertificate = \"signer.pem\"\nkey = "
         "\"signer.key\"\n";
}

std::string intake_toml(const BodyId& body, const fs::path& port_file, bool allow_unencrypted) {
  return toml_line("body", body.text) + toml_line("state", "state") + toml_line("root", "root.pem") +
         toml_line("crl", "crl.pem") + toml_line("ledger_key", "ledger.key") + toml_line("hospitals", "hospitals") +
         toml_line("media", "media") + toml_line("interval_seconds", std::int64_t{1}) + "[receiver]\n" +
         toml_line("name", "localhost") + toml_line("port_file", port_file.string()) +
         "[tls]\ncertificate = \"tls.pem\"\nkey = \"tls.key\"\n[signer]\ncertificate = \"signer.pem\"\nkey = "
         "\"signer.key\"\n"
         "[recipient]\ncertificate = \"recipient.pem\"\nkey = \"recipient.key\"\n[store]\nfolder = \"store\"\nkeys = "
         "\"keys\"\n" +
         fmt::format("allow_unencrypted = {}\n", allow_unencrypted);
}

}  // namespace

Result<void> init(const InitOptions& options, const Clock& clock, Random& random) {
  const Layout& layout = options.layout;
  std::error_code error;
  if (fs::exists(layout.authority(), error))
    return fail("center.exists", "a centre stands here already", {.file = layout.root.string()},
                "Choose another folder, or go on with this one.");
  SEKISHO_CHECK(make_folders(layout.root, 0700));
  SEKISHO_TRY(auto authority, crypto::Authority::init(layout.authority(), options.body, clock, random));
  SEKISHO_CHECK(issue_all(authority, kOuter, "receiver", layout.outer()));
  SEKISHO_CHECK(issue_all(authority, kCore, "centre", layout.core()));
  for (const fs::path& folder : {layout.core() / "hospitals", layout.core() / "media", layout.keys()})
    SEKISHO_CHECK(make_folders(folder, 0700));
  SEKISHO_CHECK(publish_trust(authority, layout.outer()));
  SEKISHO_CHECK(publish_trust(authority, layout.core()));
  SEKISHO_TRY(const std::string receiver_key, make_ledger_key(layout.outer() / "ledger.key"));
  SEKISHO_TRY(const std::string centre_key, make_ledger_key(layout.core() / "ledger.key"));
  SEKISHO_CHECK(write_file_durable(layout.outer() / "ledger.pub", receiver_key + "\n"));
  SEKISHO_CHECK(write_file_durable(layout.core() / "ledger.pub", centre_key + "\n"));
  SEKISHO_TRY(const crypto::Certificate recipient, crypto::Certificate::load(layout.core() / "recipient.pem"));
  const UtcTime until{clock.now().micros + kRecipientsDays * 86'400'000'000};
  SEKISHO_CHECK(authority.write_recipients(layout.authority() / "recipients.json",
                                           layout.authority() / "recipients.p7s", 1, until, {{"centre", recipient}}));
  SEKISHO_CHECK(write_file_durable(layout.receiver_config(), receiver_toml(options.body, options.receiver_port)));
  SEKISHO_CHECK(write_file_durable(
      layout.intake_config(), intake_toml(options.body, fs::absolute(layout.port_file()), options.allow_unencrypted)));
  for (const HospitalSetup& hospital : options.hospitals)
    SEKISHO_CHECK(add_hospital(layout, options.body, hospital, clock, random));
  return {};
}

Result<void> add_hospital(const Layout& layout, const BodyId& body, const HospitalSetup& hospital, const Clock& clock,
                          Random& random) {
  if (!is_valid_id(hospital.id.text))
    return fail("usage.hospital", "a hospital's id is 1 to 32 letters, digits or hyphens", {.part = hospital.id.text});
  SEKISHO_TRY(auto authority, crypto::Authority::open(layout.authority(), clock, random));
  const fs::path folder = layout.hospital(hospital.id);
  SEKISHO_CHECK(issue_all(authority, kHospital, hospital.id.text, folder));
  SEKISHO_CHECK(publish_trust(authority, folder));
  SEKISHO_TRY([[maybe_unused]] const std::string ledger_key, make_ledger_key(folder / "ledger.key"));
  SEKISHO_CHECK(write_file_durable(folder / "ledger.pub", ledger_key + "\n"));
  for (const char* file : {"recipients.json", "recipients.p7s"}) {
    SEKISHO_TRY(const Bytes content, read_file(layout.authority() / file));
    SEKISHO_CHECK(write_file_durable(folder / file, content));
  }
  SEKISHO_TRY(const Bytes encryption, read_file(folder / "encryption.pem"));
  SEKISHO_CHECK(write_file_durable(layout.core() / "hospitals" / (hospital.id.text + ".pem"), encryption));
  SEKISHO_TRY(std::string receiver_key, read_text(layout.outer() / "ledger.pub"));
  SEKISHO_TRY(std::string centre_key, read_text(layout.core() / "ledger.pub"));
  receiver_key.pop_back();
  centre_key.pop_back();
  fs::path optout = hospital.optout;
  if (optout.empty()) {
    optout = folder / "optout.csv";
    SEKISHO_CHECK(write_file_durable(optout, "patient_number,scope\n", 0600));
  }
  std::string storages;
  for (const fs::path& storage : hospital.storages) {
    std::string line = toml_line("x", fs::absolute(storage).string());
    line = line.substr(4, line.size() - 5);
    storages += (storages.empty() ? "" : ", ") + line;
  }
  const std::string toml =
      toml_line("body", body.text) + toml_line("hospital", hospital.id.text) + toml_line("state", "state") +
      "storages = [" + storages + "]\n" + toml_line("optout", fs::absolute(optout).string()) +
      toml_line("root", "root.pem") + toml_line("crl", "crl.pem") + toml_line("interval_seconds", std::int64_t{5}) +
      "[receiver]\n" + toml_line("name", "localhost") +
      toml_line("port_file", fs::absolute(layout.port_file()).string()) +
      "[tls]\ncertificate = \"tls.pem\"\nkey = \"tls.key\"\n[signer]\ncertificate = \"signer.pem\"\nkey = "
      "\"signer.key\"\n"
      "[recipients]\nlist = \"recipients.json\"\nsignature = \"recipients.p7s\"\n[ledger]\nkey = \"ledger.key\"\n" +
      toml_line("receiver", receiver_key) + toml_line("centre", centre_key);
  return write_file_durable(layout.gateway_config(hospital.id), toml);
}

std::vector<HospitalId> hospitals_of(const Layout& layout) {
  std::vector<HospitalId> ids;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(layout.root / "hospitals", error))
    if (entry.is_directory(error)) ids.push_back({entry.path().filename().string()});
  std::sort(ids.begin(), ids.end());
  return ids;
}

}  // namespace sekisho::center
