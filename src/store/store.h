// The core zone's stores: clinical segments (immutable Parquet), identity store and raw vault (sealed), and the
// catalogue that names them. What the catalogue does not name does not exist: loading commits one catalogue
// transaction, so that it is exactly once, also across kills (design section 6). One process writes; snapshots are read
// by anyone.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "columns/parquet.h"
#include "core/clock.h"
#include "core/ids.h"
#include "core/json.h"
#include "core/random.h"
#include "crypto/keys.h"
#include "identity/canonical.h"
#include "records/record_set.h"

namespace sekisho::store {

struct StoreOptions {
  std::filesystem::path
      folder;  // catalogue.db (or PostgreSQL by `database`), segments/, bitmaps/, identity/, vault/, snapshots/
  BodyId body;
  std::string database;  // "" = SQLite in the folder; "postgresql://..." parameters as SOCI takes them
  std::filesystem::path
      keys;  // folder of key files, held apart: k_reg, k_link, k_identity, k_vault (32 bytes each, 0600)
  bool allow_unencrypted =
      false;  // production refuses a volume that is not encrypted (dm-crypt); demo and tests allow it
  std::size_t memory = std::size_t{256} << 20;  // rows held before a load spills segments
  int threads = 2;
  // Version of the canonical form under which a new store makes linkage keys; a store that holds keys keeps its own
  // until rekey() is asked for.
  identity::CanonicalVersion canonical = identity::CanonicalVersion::kC1;
  const Clock* clock = nullptr;
  Random* random = nullptr;
};

struct PackageState {
  std::int64_t number = 0;  // catalogue number: column `package`
  PackageId id;
  std::string manifest_hash;  // hex
  UtcTime loaded;
  records::Counts counts;
};

// One package being loaded. Destroyed without commit(): nothing happened.
class Load {
 public:
  virtual ~Load() = default;
  virtual std::int64_t package() const = 0;
  virtual records::RecordSet& set() = 0;  // readers write here; reg and doc come keyed
  virtual Result<void> drain() = 0;       // call at document borders (DrainHook): spills when the set is full
  // Withdrawn registrations of this package: patient_number, scope "registration" or "all".
  virtual Result<void> withdraw(std::string_view patient_number, std::string_view scope) = 0;
  virtual Result<void> quarantine_bytes(std::int32_t part, std::int32_t ordinal, std::string_view rule,
                                        ByteView content) = 0;  // sealed
  // Writes what was read so far under temporary names: files by table, `demographics` among them, readable until
  // commit() or destruction.
  virtual Result<std::map<std::string, std::vector<std::filesystem::path>>> staged() = 0;
  // Writes what remains under temporary names, fsyncs, and commits ONE catalogue transaction. `facts` (JSON) is stored
  // with the package (receipt bytes, ledger number). After success the rows are visible to snapshots.
  virtual Result<PackageState> commit(const Json& facts) = 0;
};

struct SegmentInfo {
  std::string hash;  // SHA-256 of the file, hex: its name is HASH.parquet
  std::string table, hospital, family;
  int year = 0;  // of column t; 0: undated
  std::uint64_t rows = 0, bytes = 0;
  std::string bitmap;  // hash of the bitmap of superseded or erased rows; "": none
};

// A signed list of everything a dataset is built from; taken in milliseconds, without copying. Files it names stay.
struct Snapshot {
  std::string id;  // "S000007"
  UtcTime taken;
  std::vector<SegmentInfo> segments;
  std::uint64_t linkage_state = 0;  // number of the newest linkage event it sees
  std::string linkage_hash;         // SHA-256 of the person map's canonical export
  std::string hash;                 // SHA-256 of the canonical JSON
  Json to_json() const;
};

struct RegistrationRow {  // identity zone only
  std::string reg;
  HospitalId hospital;
  identity::LinkageKeys keys;                                              // of one version of the identity record
  identity::CanonicalVersion canonical = identity::CanonicalVersion::kC1;  // the same in every row of a store
};

struct LinkageEvent {  // merge or split; any past state can be read back
  std::uint64_t number = 0;
  UtcTime time;
  std::string reg, person, method;
  double weight = 0;
};

struct StoreStatus {
  std::uint64_t packages = 0, registrations = 0, persons = 0, segments = 0, rows = 0, superseded = 0, quarantined = 0,
                withdrawn = 0, vault_items = 0, bytes = 0;
  std::string canonical;  // version of the linkage keys; "": none yet, "c1+c2": mixed
  std::vector<std::pair<std::string, std::uint64_t>> rows_by_table;
  Json to_json() const;
};

class Store {
 public:
  static Result<std::unique_ptr<Store>> open(const StoreOptions& options);  // creates what is missing, keys included
  static Result<std::unique_ptr<Store>> open_reading(
      const StoreOptions& options);  // no writer lock: portal, export, release
  virtual ~Store() = default;

  virtual Result<std::unique_ptr<Load>> begin_load(const PackageId& id,
                                                   std::string_view manifest_hash_hex) = 0;  // store.already_loaded
  virtual Result<std::optional<PackageState>> find_package(const PackageId& id) = 0;
  virtual Result<std::vector<PackageState>> packages() = 0;
  virtual Result<Json> package_facts(const PackageId& id) = 0;

  virtual Result<Snapshot> take_snapshot(
      const crypto::PrivateKey* signer = nullptr) = 0;  // of the current view: superseded and withdrawn rows out
  virtual Result<Snapshot> read_snapshot(std::string_view id) = 0;
  // Forgets a snapshot; files that nothing else names go with the next compaction or start.
  virtual Result<void> drop_snapshot(std::string_view id) = 0;
  // Registers in `engine` one view per table (current rows only), `demographics` (reg, sex, birth_year, birth_month,
  // area2 = secondary medical area, prefecture, death_year, death_month) and `person_map` (reg, person): all that
  // recipes may see. No identifier is reachable.
  virtual Result<void> open_views(columns::Engine& engine, const Snapshot& snapshot) = 0;

  // Identity zone, for linkage.
  virtual Result<void> each_registration(
      const std::function<void(const RegistrationRow&)>& visit) = 0;  // in order of reg; store.mixed_keys
  // Version of the linkage keys; of a store without keys: what new ones will have. Error: store.mixed_keys.
  virtual Result<identity::CanonicalVersion> key_version() = 0;
  // Makes every linkage key anew from the sealed identity records, under another version of the canonical form, in one
  // catalogue transaction; mixed keys become one version again. The caller writes the ledger entry first. Linkage
  // events and snapshots stay: they name registrations and persons, not keys.
  virtual Result<Json> rekey(identity::CanonicalVersion to) = 0;
  virtual Result<std::vector<LinkageEvent>> linkage_events(std::uint64_t up_to = UINT64_MAX) = 0;
  virtual Result<void> each_linkage_event(const std::function<void(const LinkageEvent&)>& visit) = 0;
  // One transaction; `event` makes each of them, in order. Numbers are given here.
  virtual Result<void> append_linkage(std::size_t count, const std::function<LinkageEvent(std::size_t)>& event) = 0;
  Result<void> append_linkage(const std::vector<LinkageEvent>& events) {
    return append_linkage(events.size(), [&](std::size_t i) { return events[i]; });
  }
  virtual Result<std::uint64_t> linkage_state() = 0;

  // Erases a registration (or every registration of its person for scope "all"): rewrites only the segments, identity
  // rows and vault items that hold it, in one catalogue transaction. The caller writes the ledger entry first.
  virtual Result<Json> erase(std::string_view reg, std::string_view scope) = 0;
  virtual Result<std::string> find_registration(std::string_view hospital, std::string_view patient_number) = 0;
  virtual Result<void> compact() = 0;
  virtual Result<Json> check() = 0;  // every named file exists and hashes to its name; counts agree; strays listed
  // Canonical export: all tables, sorted, as text (CSV per table in `folder`); equality tests compare these. Clinical
  // zone only unless `with_identity`.
  virtual Result<void> export_canonical(const std::filesystem::path& folder, bool with_identity = false) = 0;
  virtual Result<StoreStatus> status() = 0;
  // Quarantined pieces: [{"package","part","ordinal","line","rule","reason","bytes","records"}].
  virtual Result<Json> quarantine() = 0;
};

}  // namespace sekisho::store
