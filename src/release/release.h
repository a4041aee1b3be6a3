// A dataset for one approved purpose: recipe -> snapshot -> person-level rows -> policy -> anonymized rows -> audit in
// SQL -> dataset, dictionary and a signed manifest that holds every decision. A rebuild replays the decisions and gives
// the same bytes; after an erasure it is refused and the leaves of the others are verified instead.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "anonymize/attack.h"
#include "core/clock.h"
#include "core/json.h"
#include "core/random.h"
#include "crypto/keys.h"
#include "release/households.h"
#include "release/overlap.h"
#include "store/store.h"

namespace sekisho::release {

// Opens the store's views in an engine, for a snapshot that is fixed. Tests give their own.
using OpenViews = std::function<Result<void>(columns::Engine&)>;
// Writes the ledger's entry and returns its number; called before the dataset appears under its name.
using Record = std::function<Result<std::uint64_t>(std::string_view kind, const Json& payload)>;

struct Source {
  OpenViews open_views;
  Json snapshot;  // {"id","hash","linkage_state","linkage_hash"}: goes into the manifest
  std::vector<std::filesystem::path> allowed_folders;  // what the engine may read
  Households households;                               // for attacks tried out; none: households are not known
};
Source source_of(store::Store& store, const std::filesystem::path& store_folder, const store::Snapshot& snapshot);

struct BuildRequest {
  Source source;
  std::filesystem::path purpose;  // recipe
  std::filesystem::path policy;   // empty: the one that the recipe names
  std::filesystem::path out;      // folder that must not exist yet
  std::filesystem::path keys;     // key folder of the core zone: signing key, order keys of datasets
  Record record;
  std::vector<std::string> formats;  // besides dataset.csv: names of release/formats.h
  // Folder of the register of releases; empty: nothing is compared. Histories need it.
  std::filesystem::path overlap;
  OverlapPolicy overlap_policy;
  std::filesystem::path approval;                    // file of the signed approval; empty: the manifest has none
  std::vector<std::filesystem::path> approver_keys;  // public keys of those who may approve; needed with an approval
  std::string accept_overlap;  // reason why a release that would be held is let pass; goes into the ledger
  const Clock* clock = nullptr;
  Random* random = nullptr;
  int threads = 2;
  std::string memory_limit = "1GB";
  // Attackers are tried out on the finished files (release/attack.h); none: they are not.
  std::optional<anonymize::AttackOptions> attack;
};

struct BuildReport {
  Json manifest;
  bool empty = false;  // nobody is eligible or nobody is left: `reason` says which; nothing was written
  bool held = false;   // what it tells together with an earlier release: `reason` says which; nothing was written
  Json overlap = Json::array();  // with each earlier release (release/overlap.h)
  Json risk;                     // what attackers reach on the files, where it was asked for
  std::string reason;
  Json to_json() const;  // {"rows","eligible","k","smallest_class","audit",...}
};

// Errors: release.exists, release.format, overlap.*, recipe.*, policy.*, anonymize.*, release.audit, release.attack.
Result<BuildReport> build(const BuildRequest& request);

struct RebuildRequest {
  Source source;                  // of the snapshot that the manifest names
  std::filesystem::path dataset;  // folder with manifest.json
  std::filesystem::path purpose, policy;
  std::filesystem::path keys;
  std::filesystem::path out;  // folder for the rebuilt files; empty: compare only
  int threads = 1;
  std::string memory_limit = "1GB";
  std::filesystem::path overlap;  // register of releases; of histories it holds what was decided
};
struct RebuildReport {
  bool identical = false;     // same bytes
  bool same_content = false;  // the order key is destroyed: same rows without ids
  std::size_t persons = 0;
  Json to_json() const;
};
// Errors: release.manifest, release.changed (recipe, policy or snapshot is another), release.erased (persons are gone:
// the message says how many, and that the leaves of the others verify), release.differs (a file of another version of
// the program or of the Parquet writer is named).
Result<RebuildReport> rebuild(const RebuildRequest& request);

struct VerifyReport {
  bool ok = false;
  std::vector<std::string> problems;
  Json to_json() const;
};
// Files, hashes, Merkle root, rows against leaves, signature (against `public_pem`, or the key beside the manifest),
// the approval's signature (against `approver_keys`, or the key it brings along), and k by SQL. Needs no store.
Result<VerifyReport> verify(const std::filesystem::path& dataset, const std::filesystem::path& public_pem = {},
                            const std::vector<std::filesystem::path>& approver_keys = {});

// What the portal's explorer of the anonymization needs: data.csv, the rows of a purpose before anonymization (their
// persons under the store's own keys), and policy.toml with the files that it names. For data managers only. Returns
// the number of rows. Error: release.explore.
struct ExploreRequest {
  Source source;
  std::filesystem::path purpose, policy, out;
  Record record;
  int threads = 2;
  std::string memory_limit = "1GB";
};
Result<std::size_t> write_exploration(const ExploreRequest& request);

// After confirmed delivery: destroys the key that orders the persons, so that nothing links product and source.
Result<void> confirm_delivery(const std::filesystem::path& dataset, const std::filesystem::path& keys,
                              const Record& record);

}  // namespace sekisho::release
