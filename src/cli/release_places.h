// What the subcommands of sekisho release share: their options, where store, keys and ledger lie, and the ledger's
// entry.
#pragma once

#include <memory>

#include "cli/cli.h"
#include "core/file.h"
#include "intake/intake.h"
#include "ledger/ledger.h"
#include "release/release.h"

namespace sekisho::cli {

struct ReleaseOptions {
  std::string centre, store, keys, body = "body", snapshot, purpose, policy, out, dataset, key, ledger, memory = "1GB",
                                   overlap_policy, accept_overlap, reason, sheet, number, code, detail, passphrase_file,
                                   workspace, usage;
  std::string approval, approver, reference, until;
  std::vector<std::string> formats, approver_keys;
  std::string report;
  anonymize::AttackOptions attack;
  int threads = 2;
  bool json = false, allow_unencrypted = false;
};

// Where store, keys and ledger of a run lie.
struct Places {
  store::StoreOptions store;
  std::filesystem::path keys, ledger;
  std::filesystem::path overlap() const {
    return ledger.parent_path() / "overlap";
  }  // the register of who was in which release
};

inline Result<Places> places_of(const ReleaseOptions& options) {
  Places out;
  if (!options.centre.empty()) {
    SEKISHO_TRY(const intake::IntakeConfig config,
                intake::IntakeConfig::load(std::filesystem::path(options.centre) / "core" / "intake.toml"));
    out.store = config.store;
    out.keys = std::filesystem::path(options.centre) / "core" / "keys";
    out.ledger = std::filesystem::path(options.centre) / "core" / "releases" / "ledger";
  } else {
    if (options.keys.empty() || (options.store.empty() && options.dataset.empty()))
      return fail("usage.release", "--centre, or --store and --keys, say where the data lie");
    out.store.folder = options.store;
    out.store.keys = options.keys;
    out.store.body = BodyId{options.body};
    out.store.allow_unencrypted = options.allow_unencrypted;
    out.keys = options.keys;
    const std::filesystem::path beside =
        options.store.empty() ? std::filesystem::path(options.keys) : std::filesystem::path(options.store);
    out.ledger = std::filesystem::absolute(beside).lexically_normal().parent_path() / "releases" / "ledger";
  }
  if (!options.ledger.empty()) out.ledger = options.ledger;
  out.store.clock = &system_clock();
  out.store.random = &system_random();
  return out;
}

inline Result<std::vector<ledger::Entry>> entries_of(const Places& places) {
  std::error_code error;
  if (!std::filesystem::exists(places.ledger / "entries.jsonl", error)) return std::vector<ledger::Entry>();
  return ledger::read_entries(places.ledger);
}

// The ledger of releases has its own writer; it is opened for the one entry and closed again.
inline release::Record recorder(const Places& places) {
  return [places](std::string_view kind, const Json& payload) -> Result<std::uint64_t> {
    SEKISHO_CHECK(make_folders(places.ledger, 0700));
    const std::filesystem::path file = places.keys / "release_ledger.pem";
    std::error_code error;
    if (!std::filesystem::exists(file, error)) {
      SEKISHO_TRY(const auto fresh, crypto::PrivateKey::generate(crypto::KeyKind::kEd25519));
      SEKISHO_CHECK(fresh.save(file));
    }
    SEKISHO_TRY(auto key, crypto::PrivateKey::load(file));
    SEKISHO_TRY(const auto ledger, ledger::Ledger::open(places.ledger, "sekisho/" + places.store.body.text + "/release",
                                                        std::move(key), system_clock(), system_random()));
    SEKISHO_TRY(const std::uint64_t number, ledger->append(kind, payload));
    SEKISHO_TRY([[maybe_unused]] const ledger::Checkpoint checkpoint, ledger->checkpoint());
    return number;
  };
}

inline void add_places(CLI::App* command, const std::shared_ptr<ReleaseOptions>& options) {
  command->add_option("--centre,--center", options->centre, "Root folder of a centre (instead of --store and --keys)");
  command->add_option("--store", options->store, "Folder of the store");
  command->add_option("--keys", options->keys, "Folder of the core zone's keys");
  command->add_option("--body", options->body, "Body the store belongs to");
  command->add_option("--ledger", options->ledger, "Folder of the ledger of releases");
  command->add_flag("--allow-unencrypted", options->allow_unencrypted,
                    "Accept a volume without encryption (demo, tests)");
  command->add_option("--threads", options->threads, "Threads of the query engine")->check(CLI::Range(1, 256));
  command->add_option("--memory", options->memory, "Memory of the query engine, such as 1GB");
}

}  // namespace sekisho::cli
