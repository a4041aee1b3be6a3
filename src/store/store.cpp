#include "store/store.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <unordered_set>

#include "core/log.h"
#include "store/local_store.h"

namespace sekisho::store {

namespace fs = std::filesystem;
using records::ColumnType;
using records::TableSpec;

const TableSpec& document_spec() {
  static const TableSpec spec{"document",
                              "versions of documents seen",
                              {{"reg", ColumnType::kText, "registration key"},
                               {"doc", ColumnType::kInt64, "key of the document"},
                               {"version", ColumnType::kText, "greater wins"},
                               {"deleted", ColumnType::kInt32, "1: a deletion"},
                               {"history", ColumnType::kInt32, "1: known superseded"},
                               {"rank", ColumnType::kInt64, "epoch and sequence of the package"},
                               {"package", ColumnType::kInt64, "catalogue number of the package"},
                               {"part", ColumnType::kInt32, "part of the package"},
                               {"ordinal", ColumnType::kInt32, "entry in the part"}}};
  return spec;
}

const TableSpec& demographics_spec() {
  static const TableSpec spec{"demographics",
                              "what analyses may know of a person, per identity record",
                              {{"reg", ColumnType::kText, "registration key"},
                               {"package", ColumnType::kInt64, "catalogue number of the package"},
                               {"sex", ColumnType::kText, "M, F, O, U"},
                               {"birth_year", ColumnType::kInt32, "year of birth"},
                               {"birth_month", ColumnType::kInt32, "month of birth"},
                               {"area2", ColumnType::kText, "secondary medical area, 4 digits"},
                               {"prefecture", ColumnType::kText, "2 digits"},
                               {"death_year", ColumnType::kInt32, "year of death"},
                               {"death_month", ColumnType::kInt32, "month of death"},
                               {"recorded", ColumnType::kInt64, "when the source says it was valid, microseconds"},
                               {"rank", ColumnType::kInt64, "epoch and sequence of the package"},
                               {"part", ColumnType::kInt32, "part of the package"},
                               {"ordinal", ColumnType::kInt32, "entry in the part"},
                               {"sub", ColumnType::kInt32, "row within its file"}}};
  return spec;
}

const TableSpec& finding_spec() {
  static const TableSpec spec{"finding",
                              "findings of readers by place",
                              {{"package", ColumnType::kInt64, "catalogue number of the package"},
                               {"part", ColumnType::kInt32, "part of the package"},
                               {"ordinal", ColumnType::kInt32, "entry in the part"},
                               {"line", ColumnType::kInt64, "record or segment, from 1"},
                               {"rule", ColumnType::kText, "rule"},
                               {"level", ColumnType::kText, "E, W, I"},
                               {"place", ColumnType::kText, "field or column"}}};
  return spec;
}

Result<std::unique_ptr<Store>> Store::open(const StoreOptions& options) {
  return LocalStore::open(options, false);
}
Result<std::unique_ptr<Store>> Store::open_reading(const StoreOptions& options) {
  return LocalStore::open(options, true);
}

Result<std::unique_ptr<Store>> LocalStore::open(const StoreOptions& given, bool reading) {
  StoreOptions options = given;
  options.folder = fs::absolute(options.folder).lexically_normal();
  if (options.clock == nullptr) options.clock = &system_clock();
  if (options.random == nullptr) options.random = &system_random();
  std::unique_ptr<LocalStore> store(new LocalStore(options, reading));
  SEKISHO_CHECK(store->start());
  return store;
}

Result<void> LocalStore::start() {
  if (!reading_) {
    SEKISHO_CHECK(make_folders(options_.folder, 0700));
    if (!options_.allow_unencrypted && !on_encrypted_volume(options_.folder))
      return fail("store.unencrypted", "the volume of the store is not encrypted", {.file = options_.folder.string()},
                  "Put it on a dm-crypt (LUKS) volume; --allow-unencrypted is for demonstration and tests.");
    SEKISHO_TRY(lock_, FileLock::take(options_.folder / "lock", "writer of the store"));
    SEKISHO_CHECK(folder_.create());
  }
  SEKISHO_TRY(catalogue_, Catalogue::open(options_, reading_));
  SEKISHO_TRY(const long long packages, catalogue_->count("SELECT count(*) FROM package"));
  const fs::path keys = options_.keys.empty() ? options_.folder.parent_path() / "keys" : options_.keys;
  // A store that holds data without its keys is damaged; making new ones would only hide it.
  SEKISHO_TRY(keys_, load_keys(keys, !reading_ && packages == 0, *options_.random));
  return reading_ ? Result<void>{} : remove_strays();
}

Result<void> LocalStore::must_write() const {
  if (reading_) return fail("store.reading", "the store was opened for reading");
  return {};
}

Result<columns::Engine*> LocalStore::engine() {
  if (engine_ == nullptr) {
    const std::size_t megabytes = std::max<std::size_t>(512, (options_.memory >> 20) * 2);
    SEKISHO_TRY(engine_, columns::Engine::create({.threads = std::max(1, options_.threads),
                                                  .memory_limit = fmt::format("{}MB", megabytes),
                                                  .temporary = reading_ ? fs::path() : folder_.work(),
                                                  .allowed_folders = {folder_.segments(), folder_.bitmaps()}}));
  }
  return engine_.get();
}

// Follows erasures: the file that stands for `hash` today, "" when nothing of it is left.
Result<std::set<fs::path>> LocalStore::named_files() {
  std::set<fs::path> named;
  const auto add = [&](const std::string& segment, const std::string& bitmap) {
    if (!segment.empty()) named.insert(folder_.segment(segment).lexically_relative(folder_.root()));
    if (!bitmap.empty()) named.insert(folder_.bitmap(bitmap).lexically_relative(folder_.root()));
  };
  SEKISHO_TRY(const auto segments, catalogue_->segments());
  for (const SegmentRow& row : segments)
    add(row.info.hash, row.info.bitmap);
  SEKISHO_TRY(const auto sealed, catalogue_->sealed());
  for (const SealedRow& row : sealed)
    named.insert(folder_.sealed_file(row.kind, row.hash).lexically_relative(folder_.root()));
  SEKISHO_TRY(const auto replaced, catalogue_->replacements());
  SEKISHO_TRY(const auto snapshots, catalogue_->snapshots());
  for (const auto& [id, text] : snapshots) {
    SEKISHO_TRY(const Json document, parse_json(text, id));
    for (const SegmentInfo& segment : snapshot_of(document).segments)
      add(newest_of(replaced, segment.hash), newest_of(replaced, segment.bitmap));
  }
  return named;
}

Result<void> LocalStore::remove_strays() {
  SEKISHO_TRY(const auto named, named_files());
  for (const fs::path& stray : folder_.strays(named)) {
    std::error_code error;
    fs::remove_all(folder_.root() / stray, error);
    if (error) return fail("file.remove", "cannot remove a stray file", {.file = stray.string()});
  }
  return {};
}

Result<std::optional<PackageState>> LocalStore::find_package(const PackageId& id) {
  SEKISHO_TRY(const auto all, packages());
  for (const PackageState& package : all)
    if (package.id == id) return package;
  return std::nullopt;
}

Result<std::vector<PackageState>> LocalStore::packages() {
  return catalogue_->packages();
}

Result<Json> LocalStore::package_facts(const PackageId& id) {
  SEKISHO_TRY(const auto package, find_package(id));
  if (!package) return fail("store.no_package", "this package was not loaded", {.part = id.text()});
  return catalogue_->facts(package->number);
}

Result<std::string> LocalStore::find_registration(std::string_view hospital, std::string_view patient_number) {
  const std::string reg = identity::registration_key(keys_.reg.view(), hospital, patient_number);
  if (loading_.contains(reg)) return reg;
  SEKISHO_TRY(const long long known,
              catalogue_->count(fmt::format("SELECT count(*) FROM registration WHERE reg = '{}'", reg)));
  return known > 0 ? reg : std::string();
}

Result<void> LocalStore::each_registration(const std::function<void(const RegistrationRow&)>& visit) {
  SEKISHO_TRY(const identity::CanonicalVersion version, key_version());
  SEKISHO_TRY(const auto hidden, withdrawn_registrations());
  SEKISHO_TRY(const auto files, catalogue_->sealed());
  RecordHeap heap;
  std::vector<std::string_view> rows;  // encoded
  for (const SealedRow& file : files) {
    if (file.kind != "keys") continue;
    SEKISHO_CHECK(read_sealed(folder_.sealed_file(file.kind, file.hash), file.kind, sealing_key(file.kind),
                              [&](std::string_view bytes) -> Result<void> {
                                const std::string_view reg = FieldReader(bytes).text();
                                if (hidden.empty() || !hidden.contains(std::string(reg)))
                                  rows.emplace_back(heap.add(bytes), bytes.size());
                                return {};
                              }));
  }
  std::ranges::sort(rows, {}, [](std::string_view row) { return std::pair(FieldReader(row).text(), row); });
  rows.erase(std::ranges::unique(rows).begin(), rows.end());
  for (const std::string_view bytes : rows) {
    SEKISHO_TRY(StoredKeys row, decode_keys(bytes));
    visit({std::move(row.reg), {std::move(row.hospital)}, row.keys, version});
  }
  return {};
}

Result<std::vector<LinkageEvent>> LocalStore::linkage_events(std::uint64_t up_to) {
  return catalogue_->linkage_events(up_to);
}

Result<void> LocalStore::each_linkage_event(const std::function<void(const LinkageEvent&)>& visit) {
  return catalogue_->each_linkage_event(UINT64_MAX, visit);
}

Result<void> LocalStore::append_linkage(std::size_t count, const std::function<LinkageEvent(std::size_t)>& event) {
  if (count == 0) return {};
  SEKISHO_TRY(const auto state, catalogue_->linkage_state());
  SEKISHO_TRY(PersonMap map, catalogue_->person_map(state.first));
  for (std::size_t i = 0; i < count; ++i) {
    LinkageEvent one = event(i);
    map[std::move(one.reg)] = std::move(one.person);
  }
  const std::string hash = map_hash(map);
  map = {};
  return catalogue_->transaction("appending linkage events", [&](soci::session& s) -> Result<void> {
    insert_linkage(s, state.first, count, event, hash);
    return {};
  });
}

Result<std::uint64_t> LocalStore::linkage_state() {
  SEKISHO_TRY(const auto state, catalogue_->linkage_state());
  return state.first;
}

Result<std::set<std::string>> LocalStore::withdrawn_registrations() {
  SEKISHO_TRY(const auto rows, catalogue_->withdrawn());
  std::set<std::string> out;
  std::set<std::string> whole;
  for (const auto& [reg, scope] : rows) {
    out.insert(reg);
    if (scope == "all") whole.insert(reg);
  }
  if (whole.empty()) return out;
  SEKISHO_TRY(const PersonMap map, catalogue_->person_map(UINT64_MAX));
  std::unordered_set<std::string> persons;
  for (const std::string& reg : whole)
    if (const auto found = map.find(reg); found != map.end()) persons.insert(found->second);
  for (const auto& [reg, person] : map)
    if (persons.contains(person)) out.insert(reg);
  return out;
}

Result<Json> LocalStore::quarantine() {
  SEKISHO_TRY(const auto all, packages());
  std::unordered_map<std::int64_t, std::string> names;
  for (const PackageState& package : all)
    names[package.number] = package.id.text();
  SEKISHO_TRY(const auto rows, catalogue_->quarantine());
  Json out = Json::array();
  for (const QuarantineRow& row : rows)
    out.push_back({{"package", names[row.package]},
                   {"part", row.item.part},
                   {"ordinal", row.item.ordinal},
                   {"line", row.item.line},
                   {"rule", row.item.rule},
                   {"reason", row.item.reason},
                   {"bytes", row.item.bytes},
                   {"records", row.item.records}});
  return out;
}

Result<StoreStatus> LocalStore::status() {
  StoreStatus out;
  SEKISHO_TRY(const auto versions, key_versions());
  for (const std::string& version : versions)
    out.canonical += (out.canonical.empty() ? "" : "+") + version;
  SEKISHO_TRY(const auto all, packages());
  out.packages = all.size();
  for (const PackageState& package : all)
    out.quarantined += package.counts.quarantined;
  SEKISHO_TRY(const long long registrations, catalogue_->count("SELECT count(*) FROM registration"));
  out.registrations = static_cast<std::uint64_t>(registrations);
  SEKISHO_TRY(const auto withdrawn, withdrawn_registrations());
  out.withdrawn = withdrawn.size();
  SEKISHO_TRY(const PersonMap map, catalogue_->person_map(UINT64_MAX));
  std::unordered_set<std::string_view> persons;
  for (const auto& [reg, person] : map)
    if (!withdrawn.contains(reg)) persons.insert(person);
  out.persons = persons.size();
  std::map<std::string, std::uint64_t> rows;
  SEKISHO_TRY(const auto segments, catalogue_->segments());
  for (const SegmentRow& row : segments) {
    ++out.segments;
    out.bytes += row.info.bytes;
    if (records::find_table(row.info.table) == nullptr) continue;
    out.rows += row.info.rows;
    out.superseded += row.superseded;
    rows[row.info.table] += row.info.rows;
  }
  for (const TableSpec& table : records::all_tables())
    out.rows_by_table.emplace_back(table.name, rows[std::string(table.name)]);
  SEKISHO_TRY(const auto sealed, catalogue_->sealed());
  for (const SealedRow& row : sealed) {
    out.bytes += row.bytes;
    if (row.kind == "vault") out.vault_items += row.items;
  }
  return out;
}

Json StoreStatus::to_json() const {
  Json tables = Json::object();
  for (const auto& [name, n] : rows_by_table)
    tables[name] = n;
  return {{"packages", packages},
          {"canonical", canonical},
          {"registrations", registrations},
          {"persons", persons},
          {"segments", segments},
          {"rows", rows},
          {"superseded", superseded},
          {"quarantined", quarantined},
          {"withdrawn", withdrawn},
          {"vault_items", vault_items},
          {"bytes", bytes},
          {"rows_by_table", tables}};
}

}  // namespace sekisho::store
