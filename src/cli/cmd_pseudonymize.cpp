// sekisho pseudonymize: numbers of persons replaced under a key of one provision, held by custodians; recall by two.
// modules: anonymize disclosure ledger unseal outgoing
#include <fmt/format.h>

#include <memory>

#include "anonymize/pseudonym.h"
#include "cli/cli.h"
#include "core/file.h"
#include "core/random.h"
#include "ledger/ledger.h"
#include "outgoing/scan_column.h"
#include "unseal/unseal.h"

namespace sekisho::cli {
namespace {

namespace fs = std::filesystem;

struct PseudonymOptions {
  std::string input, policy, output, vault, ledger, report, reason, certificate, key, share;
  std::vector<std::string> custodians, shares, pseudonyms;
  bool json = false;
};

// A ledger of its own, with its key beside it; opened for the one entry and closed again.
anonymize::RecordPseudonyms recorder(const std::string& folder) {
  return [folder](std::string_view kind, const Json& payload) -> Result<std::uint64_t> {
    SEKISHO_CHECK(make_folders(folder, 0700));
    const fs::path file = folder + ".pem";
    std::error_code error;
    if (!fs::exists(file, error)) {
      SEKISHO_TRY(const auto fresh, crypto::PrivateKey::generate(crypto::KeyKind::kEd25519));
      SEKISHO_CHECK(fresh.save(file));
    }
    SEKISHO_TRY(auto key, crypto::PrivateKey::load(file));
    SEKISHO_TRY(const auto ledger,
                ledger::Ledger::open(folder, "sekisho/pseudonyms", std::move(key), system_clock(), system_random()));
    SEKISHO_TRY(const std::uint64_t number, ledger->append(kind, payload));
    SEKISHO_TRY([[maybe_unused]] const ledger::Checkpoint checkpoint, ledger->checkpoint());
    return number;
  };
}

// What stays as it is must not carry names, numbers or addresses.
Result<void> check_kept(const anonymize::Table& table, const anonymize::PseudonymPolicy& policy) {
  for (const anonymize::PseudonymPolicy::Column& one : policy.columns) {
    const anonymize::Column* column = table.find(one.name);
    if (one.kind != anonymize::PseudonymPolicy::Kind::kKeep || column == nullptr) continue;
    const std::string rule = outgoing::identifier_rule(column->name(), column->values());
    if (!rule.empty())
      return fail("pseudonym.identifier", fmt::format("the column '{}' seems to hold identifiers ({})", one.name, rule),
                  {}, "Declare it as delete or replace.");
  }
  return {};
}

Result<int> run_pseudonymize(const PseudonymOptions& options) {
  for (const auto& [name, value] : {std::pair("--input", &options.input),
                                    {"--policy", &options.policy},
                                    {"--output", &options.output},
                                    {"--vault", &options.vault},
                                    {"--ledger", &options.ledger}})
    if (value->empty()) return fail("usage.pseudonymize", fmt::format("{} is needed", name));
  SEKISHO_TRY(const anonymize::PseudonymPolicy policy, anonymize::PseudonymPolicy::load(options.policy));
  SEKISHO_TRY(const anonymize::Table table, anonymize::read_table_file(options.input, policy.delimiter));
  SEKISHO_CHECK(check_kept(table, policy));
  anonymize::PseudonymRequest request{
      .output = options.output, .vault = options.vault, .custodians = {}, .record = recorder(options.ledger)};
  for (const std::string& file : options.custodians) {
    SEKISHO_TRY(crypto::Certificate one, crypto::Certificate::load(file));
    request.custodians.push_back(std::move(one));
  }
  SEKISHO_TRY(const Json report, anonymize::pseudonymize(table, policy, request, system_random()));
  if (!options.report.empty()) SEKISHO_CHECK(write_file_durable(options.report, report.dump(2) + "\n"));
  if (options.json)
    print_json(report);
  else
    fmt::print("{} rows under provision {}; ledger entry {}; {}\n", table.rows, policy.provision,
               report["ledger"].dump(), policy.reversible ? "two custodians together can recall" : "nobody can recall");
  return kDone;
}

Result<int> run_share(const PseudonymOptions& options) {
  SEKISHO_TRY(const Bytes sealed, read_file(options.share, 1 << 20));
  SEKISHO_TRY(const crypto::Certificate certificate, crypto::Certificate::load(options.certificate));
  SEKISHO_TRY(const crypto::PrivateKey key, crypto::PrivateKey::load(options.key));
  SEKISHO_TRY(const Bytes opened, unseal::cms_open(sealed, certificate, key, 1 << 16));
  SEKISHO_CHECK(anonymize::read_share(as_text(opened)));
  SEKISHO_CHECK(write_file_durable(options.output, opened, 0600));
  return kDone;
}

Result<std::vector<anonymize::OpenedShare>> read_shares(const std::vector<std::string>& files) {
  std::vector<anonymize::OpenedShare> shares;
  for (const std::string& file : files) {
    SEKISHO_TRY(const std::string text, read_text(file, 1 << 16));
    SEKISHO_TRY(anonymize::OpenedShare one, anonymize::read_share(text));
    shares.push_back(std::move(one));
  }
  return shares;
}

Result<int> run_repeat(const PseudonymOptions& options) {
  std::error_code error;
  if (fs::exists(options.output, error))
    return fail("pseudonym.place", fmt::format("{} exists already", options.output));
  SEKISHO_TRY(const std::vector<anonymize::OpenedShare> shares, read_shares(options.shares));
  SEKISHO_TRY(const anonymize::PseudonymPolicy policy, anonymize::PseudonymPolicy::load(options.policy));
  SEKISHO_TRY(const anonymize::Table table, anonymize::read_table_file(options.input, policy.delimiter));
  SEKISHO_TRY(const std::string csv,
              anonymize::repeat_pseudonyms(table, policy, options.vault, shares, recorder(options.ledger)));
  SEKISHO_CHECK(write_file_durable(options.output, csv, 0600));
  fmt::print("{} rows: the same bytes\n", table.rows);
  return kDone;
}

Result<int> run_recall(const PseudonymOptions& options) {
  SEKISHO_TRY(const std::vector<anonymize::OpenedShare> shares, read_shares(options.shares));
  SEKISHO_TRY(const std::vector<anonymize::Recalled> found,
              anonymize::recall(options.vault, shares, options.pseudonyms, options.reason, recorder(options.ledger)));
  Json out = Json::array();
  for (const anonymize::Recalled& one : found)
    out.push_back({{"domain", one.column}, {"pseudonym", one.pseudonym}, {"value", one.value}});
  if (options.json) {
    print_json(out);
    return kDone;
  }
  for (const anonymize::Recalled& one : found)
    fmt::print("{}\t{}\t{}\n", one.column, one.pseudonym, one.value);
  return kDone;
}

}  // namespace

void add_pseudonymize(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "pseudonymize", "Delete identifying columns and replace numbers under a key of one provision (仮名加工)");
  const auto options = std::make_shared<PseudonymOptions>();
  command->add_option("--input", options->input, "CSV with a header")->check(CLI::ExistingFile);
  command->add_option("--policy", options->policy, "Purpose, provision, what becomes of each column (TOML)")
      ->check(CLI::ExistingFile);
  command->add_option("--output", options->output, "CSV to write");
  command
      ->add_option(
          "--custodian", options->custodians,
          "Certificate (PEM, RSA) of a holder of the key; two or more where recall is allowed, any two of whom open it")
      ->check(CLI::ExistingFile);
  command->add_option("--vault", options->vault, "Folder to make, apart from the output: sealed shares, sealed table");
  command->add_option("--ledger", options->ledger, "Ledger folder; its key is FOLDER.pem");
  command->add_option("--report", options->report, "JSON report to write");
  command->add_flag("--json", options->json, "Print the report");
  command->footer(
      "The policy (docs/pseudonymize.md); each column must be named:\n"
      "  purpose = \"P-2024-001\"\n"
      "  provision = \"P-2024-001.1\"   # a key of its own: pseudonyms of two provisions do not join\n"
      "  reversible = true             # two custodians together can recall; false: the key is destroyed\n"
      "  reason = \"findings are returned to the patient\"\n"
      "  [[column]]\n"
      "  name = \"pid\"\n"
      "  kind = \"replace\"              # or delete, keep\n"
      "  domain = \"patient\"            # columns of one domain get the same pseudonym for the same value\n"
      "The ledger's entry stands before the output appears. Entries and reports hold no value of a column.");
  set_action(command, [options, command]() -> Result<int> {
    if (!command->get_subcommands().empty()) return exit_code;
    return run_pseudonymize(*options);
  });

  CLI::App* share = command->add_subcommand("share", "A custodian opens the own share (or: openssl cms -decrypt)");
  const auto opened = std::make_shared<PseudonymOptions>();
  share->add_option("--share", opened->share, "Share-N.p7m of the vault")->required()->check(CLI::ExistingFile);
  share->add_option("--certificate", opened->certificate, "The custodian's certificate (PEM)")
      ->required()
      ->check(CLI::ExistingFile);
  share->add_option("--key", opened->key, "The custodian's private key (PEM)")->required()->check(CLI::ExistingFile);
  share->add_option("--output", opened->output, "File to write, mode 0600")->required();
  set_action(share, [opened] { return run_share(*opened); });

  CLI::App* recall = command->add_subcommand("recall", "Who stands behind pseudonyms, by the shares of two custodians");
  const auto asked = std::make_shared<PseudonymOptions>();
  recall->add_option("--vault", asked->vault, "Vault of the provision")->required()->check(CLI::ExistingDirectory);
  recall->add_option("--share", asked->shares, "Opened share; two of them")->required()->check(CLI::ExistingFile);
  recall->add_option("--pseudonym", asked->pseudonyms, "Pseudonym to recall; repeatable")->required();
  recall->add_option("--reason", asked->reason, "Why; stands in the ledger")->required();
  recall->add_option("--ledger", asked->ledger, "Ledger folder; its key is FOLDER.pem")->required();
  recall->add_flag("--json", asked->json, "Machine-readable answer");
  recall->footer("The ledger's entry stands before the answer is given.");
  set_action(recall, [asked] { return run_recall(*asked); });

  CLI::App* repeat = command->add_subcommand(
      "repeat", "The rows that were handed over made again, byte for byte, by the shares of two custodians");
  const auto again = std::make_shared<PseudonymOptions>();
  repeat->add_option("--input", again->input, "The CSV that was given")->required()->check(CLI::ExistingFile);
  repeat->add_option("--policy", again->policy, "The policy of the provision")->required()->check(CLI::ExistingFile);
  repeat->add_option("--vault", again->vault, "Vault of the provision")->required()->check(CLI::ExistingDirectory);
  repeat->add_option("--share", again->shares, "Opened share; two of them")->required()->check(CLI::ExistingFile);
  repeat->add_option("--output", again->output, "CSV to write")->required();
  repeat->add_option("--ledger", again->ledger, "Ledger folder; its key is FOLDER.pem")->required();
  repeat->footer(
      "Refused where the rows differ from what was handed over. The ledger's entry stands before the output.");
  set_action(repeat, [again] { return run_repeat(*again); });
}

}  // namespace sekisho::cli
