// sekisho release: datasets. build makes one, verify checks one without a store, rebuild makes the same bytes again,
// provide and media hand it over, deliver destroys the key that orders its persons, recall takes one out of the
// comparison with later ones.
// modules: release intake
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include "cli/cli.h"
#include "cli/release_media.h"
#include "cli/release_places.h"
#include "core/file.h"
#include "release/approval.h"
#include "release/attack.h"
#include "release/formats.h"
#include "release/release.h"

namespace sekisho::cli {
namespace {

namespace fs = std::filesystem;

void show_levels(const Json& out) {
  for (const auto& [name, level] : out["levels"].items())
    fmt::print("  {:<20} level {}\n", name, level.get<int>());
  for (const auto& [value, group] : out["groups"].items())
    fmt::print("  {:<20} {} of {} persons kept\n", value, group["kept_persons"].get<std::size_t>(),
               group["eligible_persons"].get<std::size_t>());
}

// Histories: rows of each table, and what became of the values of each variable.
void show_changes(const Json& changes) {
  for (const Json& history : changes["histories"]) {
    fmt::print("  {}: {} of {} rows\n", history["name"].get<std::string>(), history["rows"]["after"].get<std::size_t>(),
               history["rows"]["before"].get<std::size_t>());
    for (const auto& [name, counts] : history["variables"].items()) {
      std::string told;
      for (const auto& [what, count] : counts.items())
        if (what != "values" && count != 0) told += fmt::format(" {} {}", what, count.get<std::size_t>());
      fmt::print("    {:<18}{}\n", name, told);
    }
  }
}

void show_risk(const Json& risk) {
  fmt::print("  attackers find of 100 persons, before and after (stated; promised):\n");
  for (const Json& one : risk["attacks"]) {
    const Json& after = one["after"];
    fmt::print("    {:<18}{:>6.2f} {:>6.2f} ({:.2f}; {}){}\n", one["attacker"].get<std::string>(),
               100 * one["before"]["rate"].get<double>(), 100 * after["rate"].get<double>(),
               100 * after["stated"].get<double>(),
               one["promised"].is_null() ? "nothing" : fmt::format("{:.2f}", 100 * one["promised"].get<double>()),
               one["holds"].get<bool>() ? "" : " DOES BETTER THAN THAT");
  }
  if (risk["households"].is_null()) fmt::print("    households are not known\n");
}

void show_built(const Json& out) {
  const bool histories = out.contains("changes");
  fmt::print("{} of {} rows, {} of {} persons; k = {}, the {} has {}; audit passed\n", out["rows"].get<std::size_t>(),
             out["eligible"].get<std::size_t>(), out["persons"].get<std::size_t>(),
             out["eligible_persons"].get<std::size_t>(), out["k"].get<std::size_t>(),
             histories ? "rarest combination" : "smallest class", out["smallest_class"].get<std::size_t>());
  if (histories)
    show_changes(out["changes"]);
  else
    show_levels(out);
  for (const Json& form : out["formats"]) {
    const std::size_t lost = form.contains("replaced") ? form["replaced"]["characters"].get<std::size_t>() : 0;
    fmt::print("  {}{}\n", form["file"].get<std::string>(),
               lost == 0 ? "" : fmt::format(": {} characters that CP932 lacks became 〓", lost));
  }
  for (const Json& overlap : out["overlap"]) {
    fmt::print("  with {}: {} persons in both, {} only here, {} only there\n", overlap["dataset"].get<std::string>(),
               overlap["persons_in_both"].get<std::size_t>(), overlap["persons_only_here"].get<std::size_t>(),
               overlap["persons_only_there"].get<std::size_t>());
    for (const Json& problem : overlap["problems"])
      fmt::print("    {}\n", problem.get<std::string>());
  }
  if (out.contains("risk")) show_risk(out["risk"]);
  fmt::print("{} written\n", out["out"].get<std::string>());
}

// The snapshot that was named, or a new one, and the store it is of.
struct OpenStore {
  std::unique_ptr<store::Store> store;
  store::Snapshot snapshot;
};
Result<OpenStore> open_store(const Places& places, const std::string& snapshot) {
  OpenStore out;
  if (snapshot.empty()) {
    SEKISHO_TRY(out.store, store::Store::open(places.store));
    SEKISHO_TRY(out.snapshot, out.store->take_snapshot());
  } else {
    SEKISHO_TRY(out.store, store::Store::open_reading(places.store));
    SEKISHO_TRY(out.snapshot, out.store->read_snapshot(snapshot));
  }
  return out;
}

Result<int> run_explore(const ReleaseOptions& options) {
  SEKISHO_TRY(const Places places, places_of(options));
  SEKISHO_TRY(const OpenStore open, open_store(places, options.snapshot));
  SEKISHO_TRY(const std::size_t rows,
              release::write_exploration({.source = release::source_of(*open.store, places.store.folder, open.snapshot),
                                          .purpose = options.purpose,
                                          .policy = options.policy,
                                          .out = options.out,
                                          .record = recorder(places),
                                          .threads = options.threads,
                                          .memory_limit = options.memory}));
  if (options.json)
    print_json({{"rows", rows}, {"out", options.out}});
  else
    fmt::print("{} rows before anonymization are in {}: for data managers only (portal run --explorer)\n", rows,
               options.out);
  return kDone;
}

Result<int> run_build(const ReleaseOptions& options) {
  SEKISHO_TRY(const Places places, places_of(options));
  SEKISHO_TRY(const OpenStore open, open_store(places, options.snapshot));
  release::BuildRequest request;
  request.source = release::source_of(*open.store, places.store.folder, open.snapshot);
  request.purpose = options.purpose;
  request.policy = options.policy;
  request.out = options.out;
  request.keys = places.keys;
  request.record = recorder(places);
  request.formats = options.formats;
  request.overlap = places.overlap();
  request.accept_overlap = options.accept_overlap;
  request.approval = options.approval;
  request.approver_keys.assign(options.approver_keys.begin(), options.approver_keys.end());
  if (!options.overlap_policy.empty()) {
    SEKISHO_TRY(request.overlap_policy, release::OverlapPolicy::load(options.overlap_policy));
  }
  request.clock = &system_clock();
  request.random = &system_random();
  request.threads = options.threads;
  request.memory_limit = options.memory;
  if (options.attack.trials > 0) request.attack = options.attack;
  const auto begin = std::chrono::steady_clock::now();
  SEKISHO_TRY(const release::BuildReport report, release::build(request));
  Json out = report.to_json();
  out["seconds"] = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const bool made = !report.empty && !report.held;
  if (made) out["out"] = options.out;
  if (options.json)
    print_json(out);
  else if (!made)
    fmt::print("{}: {}\n", report.held ? "held" : "no dataset", report.reason);
  else
    show_built(out);
  if (report.held && !options.json)
    fmt::print(
        "Nothing was written. When the earlier release was returned or destroyed: sekisho release recall. To let this "
        "one go out all the same: --accept-overlap REASON.\n");
  return made ? kDone : kFindings;
}

// The store and the snapshot that the manifest of a dataset names.
Result<OpenStore> open_store_of(const Places& places, const ReleaseOptions& options) {
  SEKISHO_TRY(const Json manifest, read_json(fs::path(options.dataset) / "manifest.json"));
  std::string id = options.snapshot;
  if (id.empty() && manifest.is_object() && manifest.contains("snapshot") && manifest["snapshot"].is_object())
    id = manifest["snapshot"].value("id", "");
  OpenStore out;
  SEKISHO_TRY(out.store, store::Store::open_reading(places.store));
  SEKISHO_TRY(out.snapshot, out.store->read_snapshot(id));
  return out;
}

release::RebuildRequest rebuild_request(const ReleaseOptions& options, const Places& places, const OpenStore& open) {
  release::RebuildRequest request;
  request.source = release::source_of(*open.store, places.store.folder, open.snapshot);
  request.dataset = options.dataset;
  request.purpose = options.purpose;
  request.policy = options.policy;
  request.keys = places.keys;
  request.out = options.out;
  request.overlap = places.overlap();
  request.threads = options.threads;
  request.memory_limit = options.memory;
  return request;
}

Result<int> run_rebuild(const ReleaseOptions& options) {
  SEKISHO_TRY(const Places places, places_of(options));
  SEKISHO_TRY(const OpenStore open, open_store_of(places, options));
  SEKISHO_TRY(const release::RebuildReport report, release::rebuild(rebuild_request(options, places, open)));
  if (options.json)
    print_json(report.to_json());
  else
    fmt::print("{} persons: {}\n", report.persons,
               report.identical ? "the same bytes" : "the same rows; the key that numbered the persons is destroyed");
  return kDone;
}

Result<int> run_attack(const ReleaseOptions& options) {
  SEKISHO_TRY(const Places places, places_of(options));
  SEKISHO_TRY(const OpenStore open, open_store_of(places, options));
  SEKISHO_TRY(const release::AttackReport report,
              release::attack(rebuild_request(options, places, open), options.attack));
  const Json out = report.to_json();
  if (!options.report.empty()) SEKISHO_CHECK(write_file_durable(options.report, out.dump(2) + "\n", 0600));
  if (options.json) {
    print_json(out);
  } else {
    fmt::print("{}: {} of {} persons; {}\n", options.dataset, report.persons, report.persons_before,
               report.holds() ? "no attacker does better than stated" : "NOT protected as stated");
    show_risk(out);
  }
  return report.holds() ? kDone : kFindings;
}

Result<int> run_verify(const ReleaseOptions& options) {
  SEKISHO_TRY(
      const release::VerifyReport report,
      release::verify(options.dataset, options.key, {options.approver_keys.begin(), options.approver_keys.end()}));
  if (options.json)
    print_json(report.to_json());
  else {
    fmt::print("{}: {}\n", options.dataset, report.ok ? "as signed, k holds" : "NOT as signed");
    for (const std::string& problem : report.problems)
      fmt::print("  {}\n", problem);
  }
  return report.ok ? kDone : kFindings;
}

// Makes the key when the file does not exist; its public half is written beside the approval.
Result<int> run_approve(const ReleaseOptions& options) {
  SEKISHO_TRY(const UtcTime until,
              UtcTime::parse(options.until.size() == 10 ? options.until + "T23:59:59Z" : options.until));
  std::error_code error;
  if (!fs::exists(options.key, error)) {
    SEKISHO_TRY(const crypto::PrivateKey fresh, crypto::PrivateKey::generate(crypto::KeyKind::kEd25519));
    SEKISHO_CHECK(fresh.save(options.key));
  }
  SEKISHO_TRY(const Json approval, release::approve({.purpose = options.purpose,
                                                     .policy = options.policy,
                                                     .key = options.key,
                                                     .approver = options.approver,
                                                     .reference = options.reference,
                                                     .valid_until = until,
                                                     .clock = &system_clock()}));
  SEKISHO_CHECK(write_file_durable(options.out, approval.dump(2) + "\n"));
  SEKISHO_CHECK(write_file_durable(options.out + ".pem", approval["public_key"].get<std::string>()));
  if (options.json)
    print_json({{"approval", options.out}, {"public_key", options.out + ".pem"}});
  else
    fmt::print("{} written; the approver's public key is {}\n", options.out, options.out + ".pem");
  return kDone;
}

Result<int> run_deliver(const ReleaseOptions& options) {
  SEKISHO_TRY(const Places places, places_of(options));
  SEKISHO_CHECK(release::confirm_delivery(options.dataset, places.keys, recorder(places)));
  if (options.json)
    print_json({{"order_key", "destroyed"}});
  else
    fmt::print("the key that numbered the persons is destroyed\n");
  return kDone;
}

Result<int> run_recall(const ReleaseOptions& options) {
  SEKISHO_TRY(const Places places, places_of(options));
  SEKISHO_TRY(const auto list, release::Register::open(places.overlap(), places.keys, system_random()));
  SEKISHO_TRY([[maybe_unused]] const std::uint64_t entry,
              recorder(places)("release.recalled", {{"dataset", options.dataset}, {"reason", options.reason}}));
  SEKISHO_CHECK(list.recall(options.dataset));
  if (options.json)
    print_json({{"dataset", options.dataset}, {"recalled", true}});
  else
    fmt::print("{} is recalled: later releases are not compared with it\n", options.dataset);
  return kDone;
}

std::string format_list() {
  std::string out = "dataset.csv is always made: what audit and proofs speak of. Further forms:\n";
  for (const release::Format& format : release::formats())
    out += fmt::format("  {:<10} {}: {}\n", format.name, format.file(), format.about);
  return out;
}

}  // namespace

void add_release(CLI::App& app) {
  CLI::App* parent = app.add_subcommand(
      "release", "Datasets for approved purposes: explore, build, verify, rebuild, hand over, recall");
  parent->require_subcommand(1);
  const auto options = std::make_shared<ReleaseOptions>();
  const auto add = [&](const char* name, const char* help, Result<int> (*action)(const ReleaseOptions&)) {
    CLI::App* command = parent->add_subcommand(name, help);
    command->add_flag("--json", options->json, "Machine-readable output");
    set_action(command, [options, action] { return action(*options); });
    return command;
  };
  CLI::App* build = add("build", "Build a dataset from a snapshot", run_build);
  add_places(build, options);
  build->add_option("--purpose", options->purpose, "Recipe (specs/purposes/*.toml)")
      ->required()
      ->check(CLI::ExistingFile);
  build->add_option("--policy", options->policy, "Policy; the recipe names one by default")->check(CLI::ExistingFile);
  build->add_option("--snapshot", options->snapshot, "Snapshot; a new one is taken by default");
  build->add_option("--out", options->out, "Folder to make")->required();
  build->add_option("--format", options->formats, "Further forms of the dataset, by names separated by commas")
      ->delimiter(',');
  build
      ->add_option("--overlap-policy", options->overlap_policy,
                   "TOML: what is done about differences from earlier releases; docs/release.md")
      ->check(CLI::ExistingFile);
  build->add_option("--accept-overlap", options->accept_overlap,
                    "Reason to let a release pass that would be held; it goes into the ledger");
  build->add_option("--approval", options->approval, "Signed approval of this recipe and policy, for the manifest")
      ->check(CLI::ExistingFile);
  const auto approver_keys = [options](CLI::App* command) {
    command
        ->add_option("--approver-key", options->approver_keys,
                     "Public key (PEM) of somebody who may approve; repeatable")
        ->check(CLI::ExistingFile);
  };
  approver_keys(build);
  build
      ->add_option("--trials", options->attack.trials,
                   "Trials of each attacker on the finished files, for the report (sekisho release attack); 0: none")
      ->check(CLI::Range(10'000, 10'000'000) | CLI::Range(0, 0));
  build->add_option("--facts", options->attack.facts, "Facts that the attacker who knows some knows")
      ->check(CLI::Range(1, 50));
  build->footer(
      format_list() +
      "\nExit code 1: nobody is eligible, nobody can be kept, or the release is held because it would single out fewer "
      "than k persons together with an earlier one; no dataset was made.");

  CLI::App* explore =
      add("explore", "Leave a purpose's rows before anonymization, with its policy, for the portal's explorer",
          run_explore);
  add_places(explore, options);
  explore->add_option("--purpose", options->purpose, "Recipe (specs/purposes/*.toml)")
      ->required()
      ->check(CLI::ExistingFile);
  explore->add_option("--policy", options->policy, "Policy; the recipe names one by default")->check(CLI::ExistingFile);
  explore->add_option("--snapshot", options->snapshot, "Snapshot; a new one is taken by default");
  explore->add_option("--out", options->out, "Folder of the explorer, in the data managers' zone")->required();

  CLI::App* verify = add("verify", "Check files, hashes, leaves, signature and k of a dataset", run_verify);
  verify->add_option("dataset", options->dataset, "Folder of the dataset")->required()->check(CLI::ExistingDirectory);
  verify->add_option("--key", options->key, "The signer's public key (PEM); the one beside the manifest by default")
      ->check(CLI::ExistingFile);
  approver_keys(verify);
  verify->footer("Exit code 1: something is not as signed.");

  CLI::App* approve =
      add("approve", "Sign the approval of a recipe and its policy with the approver's own key", run_approve);
  approve->add_option("--purpose", options->purpose, "Recipe (specs/purposes/*.toml)")
      ->required()
      ->check(CLI::ExistingFile);
  approve->add_option("--policy", options->policy, "Policy; the recipe names one by default")->check(CLI::ExistingFile);
  approve->add_option("--key", options->key, "The approver's private key (Ed25519, PEM); made when it does not exist")
      ->required();
  approve->add_option("--approver", options->approver, "Who approves")->required();
  approve->add_option("--reference", options->reference, "Number of the committee's decision")->required();
  approve->add_option("--until", options->until, "Last day (2027-03-31) or time on which releases may be built")
      ->required();
  approve->add_option("--out", options->out, "File of the approval; OUT.pem is the public key")->required();

  CLI::App* rebuild = add("rebuild", "Make a dataset again from its manifest and compare the bytes", run_rebuild);
  add_places(rebuild, options);
  rebuild->add_option("--dataset", options->dataset, "Folder with manifest.json")
      ->required()
      ->check(CLI::ExistingDirectory);
  rebuild->add_option("--purpose", options->purpose, "The recipe it was built with")
      ->required()
      ->check(CLI::ExistingFile);
  rebuild->add_option("--policy", options->policy, "Policy; the recipe names one by default")->check(CLI::ExistingFile);
  rebuild->add_option("--out", options->out, "Folder for the rebuilt files; without it they are compared only");

  CLI::App* attack =
      add("attack", "Try attackers out on a dataset's files, with the truth from its snapshot (checkers' zone only)",
          run_attack);
  add_places(attack, options);
  attack->add_option("--dataset", options->dataset, "Folder with manifest.json")
      ->required()
      ->check(CLI::ExistingDirectory);
  attack->add_option("--purpose", options->purpose, "The recipe it was built with")
      ->required()
      ->check(CLI::ExistingFile);
  attack->add_option("--policy", options->policy, "Policy; the recipe names one by default")->check(CLI::ExistingFile);
  attack->add_option("--report", options->report, "JSON report to write: for the checkers, not for the recipient");
  attack->add_option("--facts", options->attack.facts, "Facts that the attacker who knows some knows")
      ->check(CLI::Range(1, 50));
  attack->add_option("--trials", options->attack.trials, "Trials of each attacker")
      ->check(CLI::Range(10'000, 10'000'000));
  attack->footer("Exit code 1: an attacker does better than stated, or than the policy promises.");

  CLI::App* deliver =
      add("deliver", "After confirmed delivery: destroy the key that numbered the persons", run_deliver);
  add_places(deliver, options);
  deliver->add_option("--dataset", options->dataset, "Folder with manifest.json")
      ->required()
      ->check(CLI::ExistingDirectory);

  CLI::App* recall = add(
      "recall", "A delivered dataset was returned or destroyed: later releases are not compared with it", run_recall);
  add_places(recall, options);
  recall->add_option("--dataset-id", options->dataset, "Id of the dataset, as its manifest names it")->required();
  recall->add_option("--reason", options->reason, "Why; goes into the ledger")->required();
  add_handing_over(*parent, options);
}

}  // namespace sekisho::cli
