// modules: intake
// `sekisho intake`: the core zone's door.
#include <fmt/format.h>

#include "cli/cli.h"
#include "core/progress.h"
#include "intake/intake.h"

namespace sekisho::cli {

void add_intake(CLI::App& app) {
  CLI::App* intake = app.add_subcommand("intake", "The centre's side: pull, verify, unseal, read and load packages");
  intake->require_subcommand(1);
  struct Options {
    std::string config = "intake.toml";
    bool json = false, once = false;
  };
  const auto options = std::make_shared<Options>();
  const auto command = [&](const char* name, const char* help) {
    CLI::App* sub = intake->add_subcommand(name, help);
    sub->add_option("--config", options->config, "Configuration (TOML), as `center init` writes it")
        ->capture_default_str();
    return sub;
  };
  CLI::App* run = command("run", "Load what comes until ended");
  run->add_flag("--once", options->once, "Until nothing waits, then end");
  set_action(run, [options] { return intake::run_service(options->config, options->once); });

  const auto with_intake = [options](auto&& body) -> Result<int> {
    SEKISHO_TRY(auto config, intake::IntakeConfig::load(options->config));
    SEKISHO_TRY(const auto intake, intake::Intake::open(std::move(config), system_clock(), system_random()));
    return body(*intake);
  };
  CLI::App* status = command("status", "Packages, rows, registrations, alarms (while the service does not run)");
  status->add_flag("--json", options->json, "Machine output (the only form)");
  set_action(status, [with_intake] {
    return with_intake([](intake::Intake& intake) -> Result<int> {
      SEKISHO_TRY(const Json status, intake.status());
      print_json(status);
      return status["alarms"].empty() ? kDone : kFindings;
    });
  });
  CLI::App* held = command("held", "Packages held back by their quality (while the service does not run)");
  held->add_flag("--json", options->json, "Machine output (the only form)");
  const auto accept = std::make_shared<std::string>(), refuse = std::make_shared<std::string>();
  auto* accepting = held->add_option("--accept", *accept, "Load this one as it is: HOSPITAL/EPOCH/SEQUENCE");
  held->add_option("--refuse", *refuse, "Give this one back to its hospital")->excludes(accepting);
  set_action(held, [with_intake, accept, refuse] {
    return with_intake([&](intake::Intake& intake) -> Result<int> {
      if (!accept->empty()) SEKISHO_CHECK(intake.decide(*accept, true));
      if (!refuse->empty()) SEKISHO_CHECK(intake.decide(*refuse, false));
      SEKISHO_TRY(const Json rows, intake.held());
      print_json(rows);
      return rows.empty() ? kDone : kFindings;
    });
  });
  CLI::App* quarantine = command(
      "quarantine", "Pieces that could not be loaded: package, part, ordinal, rule (while the service does not run)");
  quarantine->add_flag("--json", options->json, "Machine output (the only form)");
  set_action(quarantine, [with_intake] {
    return with_intake([](intake::Intake& intake) -> Result<int> {
      SEKISHO_TRY(const Json rows, intake.quarantine());
      print_json(rows);
      return rows.empty() ? kDone : kFindings;
    });
  });
}

}  // namespace sekisho::cli
