// modules: gateway
// `sekisho gateway`: the hospital's side. LANG=ja gives Japanese messages.
#include <fmt/format.h>

#include <csignal>
#include <ctime>

#include "cli/cli.h"
#include "core/csv.h"
#include "core/log.h"
#include "core/progress.h"
#include "gateway/gateway.h"

namespace sekisho::cli {
namespace {

struct Options {
  std::string config = "gateway.toml";
  bool json = false, once = false;
  std::string patient, scope = "registration", previous;
  std::uint32_t epoch = 0;
};

std::string say(const char* english, const char* japanese_text) {
  return japanese() ? japanese_text : english;
}

Result<std::unique_ptr<gateway::Gateway>> open_gateway(const Options& options) {
  if (options.json) Progress::set_quiet(true);
  SEKISHO_TRY(auto config, gateway::GatewayConfig::load(options.config));
  return gateway::Gateway::open(std::move(config), system_clock(), system_random());
}

void print_pack(const gateway::PackSummary& s) {
  fmt::print("{:>10} {}\n{:>10} {}\n{:>10} {} ({:.1f} MB → {:.1f} MB)\n", s.scanned,
             say("files looked at", "件のファイルを確認"), s.files, say("files sealed", "件のファイルを封入"),
             s.packages, say("packages", "個のパッケージ"), static_cast<double>(s.bytes) / 1e6,
             static_cast<double>(s.sealed_bytes) / 1e6);
  fmt::print("{:>10} {}\n", s.left_out_files,
             say("files left out: patients who opted out", "件のファイルを除外(提供停止の患者)"));
  fmt::print("{:>10} {}\n", s.left_out_records,
             say("records left out of shared files", "件の記録を共有ファイルから除外"));
  if (s.unknown)
    fmt::print("{:>10} {}\n", s.unknown,
               say("files of no known kind: not sent", "件の種類不明のファイル:送信しません"));
  if (s.withheld)
    fmt::print("{:>10} {}\n", s.withheld,
               say("files withheld: their patients cannot be told", "件のファイルを保留(患者を判別できません)"));
  if (s.changing)
    fmt::print("{:>10} {}\n", s.changing,
               say("files changed while read: taken next time", "件のファイルが読取中に変化:次回に送ります"));
}

void print_send(const gateway::SendSummary& s) {
  fmt::print("{:>10} {}\n{:>10} {}\n{:>10} {}\n{:>10} {}\n", s.sent, say("packages sent", "個を送信"), s.loaded,
             say("loaded at the centre", "個がセンターに取込済み"), s.secured, say("secured", "個が保全済み"),
             s.waiting, say("waiting for the centre", "個がセンターの処理待ち"));
  if (s.refused) fmt::print("{:>10} {}\n", s.refused, say("REFUSED", "個が拒否されました"));
}

int code_of(const gateway::PackSummary& s) {
  return s.unknown + s.withheld > 0 ? kFindings : kDone;
}

Result<int> run_rounds(const Options& options) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  SEKISHO_TRY(const auto config, gateway::GatewayConfig::load(options.config));
  SEKISHO_TRY(const auto gateway, open_gateway(options));
  std::int64_t warned = 0;  // day of the last warning
  while (true) {
    if (const std::int64_t day = system_clock().now().seconds() / 86'400; day != warned) {
      warned = day;
      for (const std::string& warning : gateway->expiry_warnings())
        spdlog::warn("{}", warning);
    }
    const auto packed = gateway->pack();
    if (!packed && options.once) return std::unexpected(packed.error());
    if (!packed) spdlog::error("{}", packed.error().describe());
    const auto sent = gateway->send();
    if (!sent && options.once) return std::unexpected(sent.error());
    if (!sent) spdlog::error("{}", sent.error().describe());
    if (options.once) {
      if (options.json) {
        print_json({{"pack", packed->to_json()}, {"send", sent->to_json()}});
      } else {
        print_pack(*packed);
        print_send(*sent);
      }
      return code_of(*packed);
    }
    if (packed && packed->packages > 0) spdlog::info("sealed {} files in {} packages", packed->files, packed->packages);
    const timespec pause{.tv_sec = config.interval_seconds, .tv_nsec = 0};
    if (sigtimedwait(&signals, nullptr, &pause) > 0) return kDone;
  }
}

// The opt-out list is a CSV that the hospital may keep by its own means; these commands edit it durably.
Result<int> change_optout(const Options& options, bool add) {
  SEKISHO_TRY(const auto config, gateway::GatewayConfig::load(options.config));
  if (config.optout.empty())
    return fail("usage.optout", "the configuration names no opt-out list", {.file = options.config});
  std::vector<std::pair<std::string, std::string>> rows;
  std::error_code error;
  if (std::filesystem::exists(config.optout, error)) {
    SEKISHO_TRY(const CsvTable table, read_csv_file(config.optout));
    const int number = table.column("patient_number"), scope = table.column("scope");
    if (number < 0)
      return fail("optout.header", "the opt-out list has no column patient_number",
                  {.file = config.optout.string(), .line = 1});
    for (const auto& row : table.rows)
      if (row[static_cast<std::size_t>(number)] != options.patient)
        rows.emplace_back(row[static_cast<std::size_t>(number)],
                          scope < 0 ? "registration" : row[static_cast<std::size_t>(scope)]);
  }
  if (add) rows.emplace_back(options.patient, options.scope);
  std::string text;
  append_csv(text, {"patient_number", "scope"});
  for (const auto& [patient, scope] : rows)
    append_csv(text, {patient, scope});
  SEKISHO_CHECK(write_file_durable(config.optout, text, 0600));
  fmt::print("{}\n", say("The next package carries the change.", "次のパッケージで反映されます。"));
  return kDone;
}

}  // namespace

void add_gateway(CLI::App& app) {
  CLI::App* gateway =
      app.add_subcommand("gateway", "The hospital's side: find new files, seal them, send them / 病院側ゲートウェイ");
  gateway->require_subcommand(1);
  const auto options = std::make_shared<Options>();
  const auto command = [&](const char* name, const char* help, bool json = true) {
    CLI::App* sub = gateway->add_subcommand(name, help);
    sub->add_option("--config", options->config, "Configuration (TOML)")->capture_default_str();
    if (json) sub->add_flag("--json", options->json, "Machine output");
    return sub;
  };

  CLI::App* init = gateway->add_subcommand("init", "Print a commented example of the configuration");
  set_action(init, []() -> Result<int> {
    fmt::print("{}", gateway::GatewayConfig::example());
    return kDone;
  });

  set_action(command("scan", "Count what is new, seal nothing"), [options]() -> Result<int> {
    if (options->json) Progress::set_quiet(true);
    SEKISHO_TRY(const auto config, gateway::GatewayConfig::load(options->config));
    SEKISHO_TRY(auto index, gateway::FileIndex::load(config.state / "index"));
    SEKISHO_TRY(const auto scan,
                gateway::scan_storages(config.storages, index, [](const auto&) { return Result<void>{}; }));
    if (options->json)
      print_json({{"files", scan.files},
                  {"bytes", scan.bytes},
                  {"folders", scan.folders},
                  {"fresh", scan.fresh},
                  {"irregular", scan.irregular},
                  {"unreadable", scan.unreadable}});
    else
      fmt::print("{} files in {} folders, {} new or changed\n", scan.files, scan.folders, scan.fresh);
    return scan.unreadable > 0 ? kFindings : kDone;
  });

  set_action(command("pack", "Seal everything new into packages"), [options]() -> Result<int> {
    SEKISHO_TRY(const auto gateway, open_gateway(*options));
    SEKISHO_TRY(const auto summary, gateway->pack());
    if (options->json)
      print_json(summary.to_json());
    else
      print_pack(summary);
    return code_of(summary);
  });

  set_action(command("send", "Send sealed packages and fetch receipts"), [options]() -> Result<int> {
    SEKISHO_TRY(const auto gateway, open_gateway(*options));
    SEKISHO_TRY(const auto summary, gateway->send());
    if (options->json)
      print_json(summary.to_json());
    else
      print_send(summary);
    return summary.refused > 0 ? kFindings : kDone;
  });

  CLI::App* run = command("run", "Pack and send again and again until ended");
  run->add_flag("--once", options->once, "One round only");
  set_action(run, [options] { return run_rounds(*options); });

  set_action(command("status", "What was sealed, sent, loaded and secured; alarms"), [options]() -> Result<int> {
    SEKISHO_TRY(const auto gateway, open_gateway(*options));
    SEKISHO_TRY(const Json status, gateway->status());
    print_json(status);
    return status["alarms"].empty() ? kDone : kFindings;
  });

  CLI::App* epoch = command("epoch", "After a restore: go on with a new epoch that the root has allowed", false);
  epoch->add_option("--number", options->epoch, "The new epoch")->required();
  epoch
      ->add_option("--previous", options->previous,
                   "SHA-256 of the last manifest the centre acknowledged (the centre tells it)")
      ->required();
  set_action(epoch, [options]() -> Result<int> {
    SEKISHO_TRY(const auto gateway, open_gateway(*options));
    SEKISHO_CHECK(gateway->begin_epoch(options->epoch, options->previous));
    return kDone;
  });

  CLI::App* optout = gateway->add_subcommand("optout", "Patients who do not want their records to be used / 提供停止");
  optout->require_subcommand(1);
  for (const bool add : {true, false}) {
    CLI::App* sub = optout->add_subcommand(add ? "add" : "remove",
                                           add ? "add a patient to the list" : "take a patient off the list");
    sub->add_option("--config", options->config, "Configuration (TOML)")->capture_default_str();
    sub->add_option("patient", options->patient, "Patient number as the hospital writes it")->required();
    if (add)
      sub->add_option("--scope", options->scope, "registration: this hospital; all: the person everywhere")
          ->check(CLI::IsMember({"registration", "all"}))
          ->capture_default_str();
    set_action(sub, [options, add] { return change_optout(*options, add); });
  }
}

}  // namespace sekisho::cli
