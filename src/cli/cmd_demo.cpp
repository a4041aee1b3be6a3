// modules: center
// `sekisho demo`: the main job in one command.
#include <fmt/format.h>

#include "center/demo.h"
#include "cli/cli.h"
#include "core/progress.h"

namespace sekisho::cli {

void add_demo(CLI::App& app) {
  CLI::App* demo =
      app.add_subcommand("demo", "The main job: from hospitals' storages to an anonymized dataset and a checked table");
  const auto options = std::make_shared<center::DemoOptions>();
  const auto json = std::make_shared<bool>(false);
  demo->add_option("--state", options->state, "Folder where everything is kept")->required();
  demo->add_option("--storage", options->storages,
                   "A real storage, receipt or DPC folder instead of synthetic hospitals; may be repeated");
  demo->add_option("--seed", options->seed, "Seed of the synthetic hospitals")->capture_default_str();
  demo->add_option("--persons", options->persons,
                   "Persons of the synthetic hospitals (default: as the demo scenario says)");
  demo->add_option("--hospitals", options->hospitals, "Synthetic hospitals, at least 1")
      ->capture_default_str()
      ->check(CLI::Range(1, 8));
  demo->add_flag("--portal", options->portal, "Leave the portal running");
  demo->add_option("--portal-port", options->portal_port, "Its port; 0: any free one")->capture_default_str();
  demo->add_flag("--json", *json, "Machine output");
  set_action(demo, [options, json]() -> Result<int> {
    if (*json) Progress::set_quiet(true);
    SEKISHO_TRY(const center::DemoOutcome outcome, center::run_demo(*options));
    if (*json) {
      Json report = outcome.report;
      if (!outcome.address.empty()) report["portal"] = outcome.address;
      print_json(report);
    } else {
      fmt::print("{}", outcome.summary);
    }
    return outcome.findings ? kFindings : kDone;
  });
}

}  // namespace sekisho::cli
