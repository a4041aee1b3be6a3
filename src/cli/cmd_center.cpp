// modules: center
// `sekisho center`: setting up a centre, running all its roles on one machine, backup.
#include <fmt/format.h>
#include <signal.h>

#include "center/backup.h"
#include "center/layout.h"
#include "center/link_job.h"
#include "center/roles.h"
#include "cli/cli.h"

namespace sekisho::cli {
namespace {

struct Options {
  std::string dir = "centre", body = "body", target, id, optout;
  std::vector<std::string> hospitals, storages;
  bool json = false, allow_unencrypted = false;
  std::uint16_t port = 0, portal_port = 0;
  center::LinkJobOptions link;
  std::size_t memory_mb = 4096;
  int link_every = 3600;
};

// H01=PATH or H01=PATH,PATH
Result<center::HospitalSetup> parse_hospital(const std::string& text) {
  const auto equals = text.find('=');
  center::HospitalSetup setup;
  setup.id = {text.substr(0, equals)};
  if (equals == std::string::npos || !is_valid_id(setup.id.text))
    return fail("usage.hospital", "a hospital is written ID=FOLDER[,FOLDER...]", {.part = text});
  std::size_t at = equals + 1;
  while (at <= text.size()) {
    const auto comma = std::min(text.find(',', at), text.size());
    setup.storages.emplace_back(text.substr(at, comma - at));
    at = comma + 1;
  }
  return setup;
}

}  // namespace

void add_center(CLI::App& app) {
  CLI::App* root = app.add_subcommand("center", "A centre: set up, run all its roles, link, back up, restore");
  root->require_subcommand(1);
  const auto options = std::make_shared<Options>();
  const auto command = [&](const char* name, const char* help) {
    CLI::App* sub = root->add_subcommand(name, help);
    sub->add_option("--dir", options->dir, "The centre's folder")->capture_default_str();
    sub->add_flag("--json", options->json, "Machine output");
    return sub;
  };

  CLI::App* init = command("init", "Make authority, keys, certificates and configurations of every role");
  init->add_option("--body", options->body, "Id of the certified body")->capture_default_str();
  init->add_option("--hospital", options->hospitals, "ID=FOLDER[,FOLDER...]; may be repeated");
  init->add_option("--port", options->port, "Port of the receiver; 0: any free one")->capture_default_str();
  init->add_flag("--allow-unencrypted", options->allow_unencrypted,
                 "Accept volumes that are not encrypted (demonstration and tests only)");
  set_action(init, [options]() -> Result<int> {
    center::InitOptions request;
    request.layout.root = std::filesystem::absolute(options->dir);
    request.body = {options->body};
    request.allow_unencrypted = options->allow_unencrypted;
    request.receiver_port = options->port;
    if (!is_valid_id(options->body)) return fail("usage.body", "a body's id is 1 to 32 letters, digits or hyphens");
    for (const std::string& text : options->hospitals) {
      SEKISHO_TRY(auto hospital, parse_hospital(text));
      request.hospitals.push_back(std::move(hospital));
    }
    SEKISHO_CHECK(center::init(request, system_clock(), system_random()));
    if (options->json)
      print_json({{"dir", request.layout.root.string()}, {"hospitals", request.hospitals.size()}});
    else
      fmt::print("The centre stands in {}.\nMove authority/ to an offline place: its key makes every other.\n",
                 request.layout.root.string());
    return kDone;
  });

  CLI::App* add = command("add-hospital", "Certificates and configuration for one more hospital");
  add->add_option("--body", options->body, "Id of the certified body")->capture_default_str();
  add->add_option("--optout", options->optout, "Its opt-out list (CSV); default: an empty one");
  add->add_option("hospital", options->id, "ID=FOLDER[,FOLDER...]")->required();
  set_action(add, [options]() -> Result<int> {
    SEKISHO_TRY(auto hospital, parse_hospital(options->id));
    hospital.optout = options->optout;
    SEKISHO_CHECK(center::add_hospital({std::filesystem::absolute(options->dir)}, {options->body}, hospital,
                                       system_clock(), system_random()));
    return kDone;
  });

  CLI::App* run = command("run", "Run receiver, intake and portal, each as its own process, until ended");
  run->add_option("--portal-port", options->portal_port, "Port of the portal; 0: any free one")->capture_default_str();
  run->add_option("--link-every", options->link_every,
                  "Seconds between two linkings, each only when packages were loaded since; 0: never")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  set_action(run, [options]() -> Result<int> {
    return center::run_roles({std::filesystem::absolute(options->dir)}, options->portal_port,
                             std::chrono::seconds(options->link_every));
  });

  CLI::App* link = command("link", "Make persons of the registrations in the store, and a snapshot; intake must rest");
  link->add_option("--spec", options->link.spec, "A probabilistic spec (default: the Japanese one that ships)")
      ->check(CLI::ExistingFile);
  link->add_flag("--full", options->link.full,
                 "Link everything anew by a model of its own; else only registrations that are new or have changed");
  link->add_option(
          "--memory", options->memory_mb,
          "MiB that the job may take: with less it reads the records in more passes and finds the same persons")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  link->footer(
      "The store keeps, sealed, what the next linking starts from; when registrations have grown by a quarter, after "
      "an "
      "erasure and after a change of the spec everything is linked anew by itself.\n"
      "Reviewers are invited with `sekisho link review invite NAME --folder DIR/core/review`: then open pairs are "
      "written there, and what two of them decided is obeyed.\n"
      "Exit code 1: the model could not be used (the report says why). Error linkage.memory: the rows of the model "
      "need "
      "more than --memory, about 0.6 kB for each registration; nothing has changed.");
  set_action(link, [options]() -> Result<int> {
    options->link.memory = options->memory_mb << 20;
    SEKISHO_TRY(const center::LinkJobReport report,
                center::run_link_job({std::filesystem::absolute(options->dir)}, options->link, system_clock(),
                                     system_random()));
    const linkage::UpdateReport& done = report.update;
    if (options->json) {
      print_json(report.to_json());
    } else {
      fmt::print("{} registrations are {} persons ({}); {} new, {} merges, {} splits; snapshot {}\n",
                 done.registrations, done.persons, done.method == "model" ? "by the model" : "by exact keys",
                 done.new_persons, done.merges, done.splits, report.snapshot);
      if (done.full)
        fmt::print("  everything was linked anew: {}\n", done.full_because);
      else
        fmt::print("  {} registrations are new or have changed; {} were decided anew\n", done.arrivals, done.decided);
      if (!done.reason.empty()) fmt::print("  {}\n", done.reason);
      if (done.open_pairs) fmt::print("  {} pairs are open for review\n", *done.open_pairs);
    }
    return done.reason.empty() ? kDone : kFindings;
  });

  CLI::App* backup = command(
      "backup", "Copy the stores, restore the copy, compare, and let hospitals know that their packages are secured");
  backup->add_option("--out", options->target, "Folder for the backup; must not exist")->required();
  set_action(backup, [options]() -> Result<int> {
    SEKISHO_TRY(const Json report, center::backup({std::filesystem::absolute(options->dir)}, options->target,
                                                  system_clock(), system_random()));
    if (options->json)
      print_json(report);
    else
      fmt::print("{} files, {} packages: restored and compared.\n", report["files"].get<int>(),
                 report["packages"].get<int>());
    return kDone;
  });

  CLI::App* restore = command("restore", "Put a backup in place of a lost store");
  restore->add_option("--from", options->target, "Folder of the backup")->required()->check(CLI::ExistingDirectory);
  set_action(restore, [options]() -> Result<int> {
    SEKISHO_TRY(const Json report, center::restore({std::filesystem::absolute(options->dir)}, options->target));
    if (options->json)
      print_json(report);
    else
      fmt::print("{} files restored.\n", report["files"].get<int>());
    return kDone;
  });
}

}  // namespace sekisho::cli
