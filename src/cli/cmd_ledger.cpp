// sekisho ledger: verification, listing and export of any ledger folder, without its key and while its writer runs.
// modules: ledger
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "cli/cli.h"
#include "core/file.h"
#include "ledger/ledger.h"

namespace sekisho::cli {
namespace {

namespace fs = std::filesystem;

struct LedgerOptions {
  std::string folder, key, out, kind;
  std::vector<std::string> remembered;
  std::uint64_t from = 0, to = UINT64_MAX;
  bool json = false;
};

// The value itself, or the file that holds it.
Result<Bytes> read_key(const std::string& value) {
  std::error_code not_there;
  if (!fs::exists(value, not_there)) return ledger::parse_public_key(value);
  SEKISHO_TRY(const std::string text, read_text(value, 64 << 10));
  auto key = ledger::parse_public_key(text);
  if (!key) key.error().place.file = value;
  return key;
}

Result<void> check_folder(const std::string& folder) {
  std::error_code not_there;
  if (fs::exists(fs::path(folder) / "entries.jsonl", not_there)) return {};
  return fail("usage.ledger", "this folder holds no ledger", {.file = folder});
}

Result<int> run_verify(const LedgerOptions& options) {
  SEKISHO_CHECK(check_folder(options.folder));
  SEKISHO_TRY(const Bytes key, read_key(options.key));
  std::vector<std::string> notes;
  for (const std::string& file : options.remembered) {
    SEKISHO_TRY(notes.emplace_back(), read_text(file, 64 << 10));
  }
  const ledger::VerifyReport report = ledger::verify(options.folder, key, notes);
  if (options.json) {
    print_json(Json{{"ok", report.ok},
                    {"entries", report.entries},
                    {"problems", report.problems},
                    {"not_excluded", report.not_excluded}});
  } else {
    fmt::print("{} entries: {}\n", report.entries, report.ok ? "as signed" : "NOT as signed");
    for (const std::string& problem : report.problems)
      fmt::print("  problem: {}\n", problem);
    for (const std::string& open : report.not_excluded)
      fmt::print("  cannot be excluded: {}\n", open);
  }
  return report.ok ? kDone : kFindings;
}

Result<int> run_show(const LedgerOptions& options) {
  SEKISHO_CHECK(check_folder(options.folder));
  SEKISHO_TRY(const std::vector<ledger::Entry> entries, ledger::read_entries(options.folder));
  Json list = Json::array();
  for (const ledger::Entry& entry : entries) {
    if (entry.number < options.from || entry.number >= options.to) continue;
    if (!options.kind.empty() && !entry.kind.starts_with(options.kind)) continue;
    if (options.json)
      list.push_back(
          Json{{"n", entry.number}, {"time", entry.time.iso()}, {"kind", entry.kind}, {"payload", entry.payload}});
    else
      fmt::print("{:>8}  {}  {:<24}  {}\n", entry.number, entry.time.iso(), entry.kind,
                 ledger::canonical(entry.payload));
  }
  if (options.json) print_json(Json{{"entries", entries.size()}, {"shown", std::move(list)}});
  return kDone;
}

Result<int> run_export(const LedgerOptions& options) {
  SEKISHO_CHECK(check_folder(options.folder));
  SEKISHO_CHECK(ledger::export_ledger(options.folder, options.out));
  if (options.json)
    print_json(Json{{"file", options.out}});
  else
    fmt::print("{} written\n", options.out);
  return kDone;
}

CLI::App* add_subcommand(CLI::App& ledger, const char* name, const char* help,
                         const std::shared_ptr<LedgerOptions>& options, Result<int> (*run)(const LedgerOptions&)) {
  CLI::App* command = ledger.add_subcommand(name, help);
  command->add_option("folder", options->folder, "Folder of the ledger (entries.jsonl, checkpoint.txt)")->required();
  command->add_flag("--json", options->json, "Machine-readable output");
  set_action(command, [options, run] { return run(*options); });
  return command;
}

}  // namespace

void add_ledger(CLI::App& app) {
  CLI::App* ledger = app.add_subcommand("ledger", "Verify, show or export a ledger");
  ledger->require_subcommand(1);
  const auto options = std::make_shared<LedgerOptions>();

  CLI::App* verify =
      add_subcommand(*ledger, "verify", "Check all entries against signed checkpoints, and say what cannot be excluded",
                     options, run_verify);
  verify->add_option("--key", options->key, "The writer's public key: a PEM file, or 64 hex digits, or base64")
      ->required();
  verify->add_option("--remember", options->remembered, "A signed checkpoint kept from earlier (file); may be repeated")
      ->check(CLI::ExistingFile);
  verify->footer("Exit code 0: everything is as signed. 1: something was changed, dropped, reordered or cut off.");

  CLI::App* show = add_subcommand(*ledger, "show", "List entries", options, run_show);
  show->add_option("--from", options->from, "First number to show");
  show->add_option("--to", options->to, "Number to stop before");
  show->add_option("--kind", options->kind, "Only entries whose kind begins with this");

  CLI::App* out = add_subcommand(*ledger, "export", "Write one file for tools/verify.py or an auditor's own program",
                                 options, run_export);
  out->add_option("--out", options->out, "File to write")->required();
}

}  // namespace sekisho::cli
