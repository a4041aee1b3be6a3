// modules: crypto
// `sekisho ca`: the body's certificate authority. Its folder belongs on an offline machine.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/cli.h"
#include "core/file.h"
#include "crypto/ca.h"

namespace sekisho::cli {
namespace {

const CLI::Range kDays(1, 3650);  // as long as the root lives

struct Options {
  std::string dir = "authority", body, role, name, file, out, serial, hospital;
  std::vector<std::string> alt, recipients, publish;
  std::int64_t version = 1, days = 825;
  std::uint32_t epoch = 0;
  int crl_days = 90;
  bool json = false;
};

Result<crypto::Authority> open_authority(const Options& o) {
  return crypto::Authority::open(o.dir, system_clock(), system_random());
}

UtcTime in_days(std::int64_t days) {
  return {system_clock().now().micros + days * 86'400'000'000};
}

Result<int> done(const Options& o, const Json& facts, const std::string& text) {
  if (o.json)
    print_json(facts);
  else
    fmt::print("{}\n", text);
  return kDone;
}

Result<int> write_recipients(const Options& o) {
  std::vector<std::pair<std::string, crypto::Certificate>> list;
  for (const std::string& text : o.recipients) {
    const auto equals = text.find('=');
    if (equals == std::string::npos)
      return fail("usage.recipient", "a recipient is written NAME=CERTIFICATE.pem", {.part = text});
    SEKISHO_TRY(crypto::Certificate certificate, crypto::Certificate::load(text.substr(equals + 1)));
    list.emplace_back(text.substr(0, equals), std::move(certificate));
  }
  SEKISHO_TRY(auto authority, open_authority(o));
  SEKISHO_CHECK(make_folders(o.out));
  const std::filesystem::path out = o.out;
  SEKISHO_CHECK(
      authority.write_recipients(out / "recipients.json", out / "recipients.p7s", o.version, in_days(o.days), list));
  return done(o, {{"version", o.version}, {"recipients", list.size()}},
              fmt::format("version {} of the recipients list is in {}", o.version, o.out));
}

// One freshly signed list to a file, and over every list of the installations named.
Result<int> write_crl(const Options& o) {
  namespace fs = std::filesystem;
  if (o.out.empty() && o.publish.empty())
    return fail("usage.out", "a revocation list needs --out FILE or --publish FOLDER");
  std::vector<fs::path> targets;
  if (!o.out.empty()) targets.emplace_back(o.out);
  for (const std::string& folder : o.publish) {
    const std::size_t before = targets.size();
    std::error_code error;
    for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
      if (at->path().filename() == "crl.pem" && at->is_regular_file()) targets.push_back(at->path());
    if (error || targets.size() == before)
      return fail("usage.publish", "no crl.pem lies below this folder", {.file = folder});
  }
  SEKISHO_TRY(auto authority, open_authority(o));
  SEKISHO_TRY(const std::string pem, authority.crl_pem(o.crl_days));
  std::vector<std::string> written;
  for (const fs::path& target : targets) {
    SEKISHO_CHECK(write_file_durable(target, pem));
    written.push_back(target.string());
  }
  return done(o, {{"files", written}, {"days", o.crl_days}},
              fmt::format("{}\nvalid for {} days; connections take it by themselves, the check of signatures with the "
                          "next start of a service",
                          fmt::join(written, "\n"), o.crl_days));
}

}  // namespace

void add_ca(CLI::App& app) {
  CLI::App* ca = app.add_subcommand("ca", "The body's certificate authority (keep its folder offline)");
  ca->require_subcommand(1);
  const auto o = std::make_shared<Options>();
  const auto command = [&](const char* name, const char* help) {
    CLI::App* sub = ca->add_subcommand(name, help);
    sub->add_option("--dir", o->dir, "Folder of the authority")->capture_default_str();
    sub->add_flag("--json", o->json, "Machine output");
    return sub;
  };

  CLI::App* init = command("init", "Make the root key and certificate");
  init->add_option("--body", o->body, "Id of the certified body")->required();
  set_action(init, [o]() -> Result<int> {
    SEKISHO_TRY(const auto authority, crypto::Authority::init(o->dir, {o->body}, system_clock(), system_random()));
    return done(*o, {{"fingerprint", authority.root().fingerprint()}},
                "root made; SHA-256 of its certificate: " + authority.root().fingerprint());
  });

  CLI::App* issue = command("issue", "Issue a certificate with its key");
  issue
      ->add_option("--role", o->role,
                   "tls-gateway, tls-intake, tls-receiver, tls-portal, sign-gateway, sign-receiver, sign-intake, "
                   "recipient, encryption-gateway")
      ->required();
  issue->add_option("--name", o->name, "Hospital id, or name of the party")->required();
  issue->add_option("--alt", o->alt, "DNS:name or IP:address, for servers; may be repeated");
  issue->add_option("--days", o->days, "Validity")->check(kDays)->capture_default_str();
  issue->add_option("--out", o->out, "Folder for NAME.pem and NAME.key")->required();
  issue->add_option("--file", o->file, "Name of the files (default: the role)");
  set_action(issue, [o]() -> Result<int> {
    SEKISHO_TRY(auto authority, open_authority(*o));
    const std::string file = o->file.empty() ? o->role : o->file;
    SEKISHO_CHECK(authority.issue_to(
        {.role = o->role, .common_name = o->name, .alt_names = o->alt, .days = static_cast<int>(o->days)}, o->out,
        file));
    SEKISHO_TRY(const auto certificate, crypto::Certificate::load(std::filesystem::path(o->out) / (file + ".pem")));
    return done(*o, {{"serial", certificate.serial_hex()}, {"not_after", certificate.not_after().iso()}},
                fmt::format("{}/{}.pem, serial {}", o->out, file, certificate.serial_hex()));
  });

  CLI::App* revoke = command("revoke", "Revoke a certificate; publish a new list afterwards");
  revoke->add_option("--serial", o->serial, "Its serial number, hex")->required();
  set_action(revoke, [o]() -> Result<int> {
    SEKISHO_TRY(auto authority, open_authority(*o));
    SEKISHO_CHECK(authority.revoke(o->serial));
    return done(*o, {{"revoked", o->serial}}, "revoked; `sekisho ca crl` makes the new list");
  });

  CLI::App* crl = command("crl", "Sign a fresh revocation list");
  crl->add_option("--out", o->out, "File (PEM)");
  crl->add_option("--publish", o->publish,
                  "Folder of an installation (center, gateway, receiver): every crl.pem below it is replaced; may be "
                  "repeated");
  crl->add_option("--days", o->crl_days, "Validity; connections stop when it ends: publish the next list in time")
      ->check(kDays)
      ->capture_default_str();
  set_action(crl, [o] { return write_crl(*o); });

  CLI::App* recipients = command("recipients", "Sign the list of those for whom hospitals seal");
  recipients->add_option("--version", o->version, "Version; must rise")->required();
  recipients->add_option("--days", o->days, "Validity")->check(kDays)->capture_default_str();
  recipients->add_option("--recipient", o->recipients, "NAME=CERTIFICATE.pem; may be repeated")->required();
  recipients->add_option("--out", o->out, "Folder for recipients.json and recipients.p7s")->required();
  set_action(recipients, [o] { return write_recipients(*o); });

  CLI::App* epoch = command("epoch", "Allow a restored gateway to begin a new epoch");
  epoch->add_option("--hospital", o->hospital, "Its id")->required();
  epoch->add_option("--number", o->epoch, "The new epoch")->required();
  epoch->add_option("--days", o->days, "How long the grant may be used")->check(kDays)->capture_default_str();
  epoch->add_option("--out", o->out, "Folder: the receiver's state/epochs")->required();
  set_action(epoch, [o]() -> Result<int> {
    SEKISHO_TRY(auto authority, open_authority(*o));
    const std::filesystem::path base = std::filesystem::path(o->out) / fmt::format("{}_{}", o->hospital, o->epoch);
    SEKISHO_CHECK(authority.write_epoch_grant(base.string() + ".json", base.string() + ".p7s", {o->hospital}, o->epoch,
                                              in_days(o->days)));
    return done(*o, {{"file", base.string() + ".json"}}, base.string() + ".json");
  });
}

}  // namespace sekisho::cli
