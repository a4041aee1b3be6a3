// modules: synth
#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "cli/cli.h"
#include "core/progress.h"
#include "synth/synth.h"
#include "synth/world.h"

namespace sekisho::cli {
namespace {

Json summary_json(const synth::Summary& summary, const synth::Options& options) {
  return {{"out", options.out.string()},
          {"scenario", options.scenario},
          {"seed", options.seed},
          {"files", summary.files},
          {"bytes", summary.bytes},
          {"persons", summary.persons},
          {"registrations", summary.registrations},
          {"optouts", summary.optouts},
          {"messages", summary.messages},
          {"claims", summary.claims},
          {"dpc_rows", summary.dpc_rows},
          {"treated_influenza_episodes", summary.treated_episodes},
          {"defects", summary.defects},
          {"seconds", summary.seconds}};
}

void print_summary(const synth::Summary& s) {
  const double megabytes = static_cast<double>(s.bytes) / 1e6;
  fmt::print("{} persons as {} registrations; {} files, {:.1f} MB in {:.1f} s ({:.0f} MB/s)\n", s.persons,
             s.registrations, s.files, megabytes, s.seconds, megabytes / s.seconds);
  fmt::print("{} messages, {} claims, {} DPC rows; {} treated influenza episodes, {} planted defects, {} opted out\n",
             s.messages, s.claims, s.dpc_rows, s.treated_episodes, s.defects, s.optouts);
}

}  // namespace

void add_synth(CLI::App& app) {
  CLI::App* command = app.add_subcommand("synth",
                                         "Make synthetic hospitals: SS-MIX2 storages, receipts and DPC files of one "
                                         "invented population, with the truth beside them.\n"
                                         "Same options, same bytes. DIR/hospitals/HNN/{ssmix2,receipt,dpc,optout.csv}, "
                                         "DIR/truth/*.csv and known_answers.json.");
  auto options = std::make_shared<synth::Options>();
  auto defects = std::make_shared<std::string>("default");
  auto json = std::make_shared<bool>(false);
  command->add_option("--out", options->out, "Folder to write into; new or empty")->required();
  command->add_option("--hospitals", options->hospitals, "Number of hospitals, 1 to 99 (3)");
  command->add_option("--persons", options->persons, "Persons with at least one visit (as the scenario says)");
  command->add_option("--years", options->years, "Years from 2012-09 on, 1 to 13 (as the scenario says)");
  command->add_option("--seed", options->seed, "Seed of all draws")->capture_default_str();
  command->add_option("--scenario", options->scenario, "What happens to people: " + synth::preset_names())
      ->capture_default_str();
  command
      ->add_option("--defects", *defects,
                   "What hospitals do wrong: off, or default rates (listed in truth/defects.csv)")
      ->check(CLI::IsMember({"off", "default"}))
      ->capture_default_str();
  command->add_option("--marked", options->marked, "Persons whose identifiers occur nowhere else (truth/marked.csv)")
      ->check(CLI::Range(0, 64))
      ->capture_default_str();
  command->add_option("--threads", options->threads, "Threads; the result does not depend on them (all)");
  command->add_flag("--json", *json, "Summary as JSON");
  set_action(command, [=]() -> Result<int> {
    options->defects = *defects != "off";
    if (*json) Progress::set_quiet(true);
    SEKISHO_TRY(const synth::Summary summary, synth::generate(*options));
    if (*json)
      print_json(summary_json(summary, *options));
    else
      print_summary(summary);
    return kDone;
  });
}

}  // namespace sekisho::cli
