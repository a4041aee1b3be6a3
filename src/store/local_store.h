// The store in one folder: what load, views, erasure and compaction share.
#pragma once

#include "store/catalogue.h"
#include "store/folder.h"
#include "store/identity_record.h"

namespace sekisho::store {

// Tables of the store's own beside the clinical ones, kept as segments too.
const records::TableSpec& document_spec();      // versions of documents; never in a view
const records::TableSpec& demographics_spec();  // one row per identity content; the view keeps the newest values
const records::TableSpec& finding_spec();       // findings of readers

namespace document {
enum Column : int { kReg, kDoc, kVersion, kDeleted, kHistory, kRank, kPackage, kPart, kOrdinal };
}
namespace demographics {
enum Column : int {
  kReg,
  kPackage,
  kSex,
  kBirthYear,
  kBirthMonth,
  kArea2,
  kPrefecture,
  kDeathYear,
  kDeathMonth,
  kRecorded,
  kRank,
  kPart,
  kOrdinal,
  kSub
};
}

// The segment that stands for `hash` today, after all replacements (erasure, compaction).
inline std::string newest_of(const std::unordered_map<std::string, std::string>& replaced, std::string hash) {
  for (auto next = replaced.find(hash); next != replaced.end(); next = replaced.find(hash))
    hash = next->second;
  return hash;
}

// Orders packages of a hospital whatever the order of their arrival.
inline std::int64_t rank_of(const PackageId& id) {
  return static_cast<std::int64_t>((std::uint64_t{id.epoch} << 40) | id.sequence);
}
// Vault items are numbered within their package.
inline std::int64_t vault_base(std::int64_t package) {
  return package << 32;
}

class LocalStore final : public Store {
 public:
  static Result<std::unique_ptr<Store>> open(const StoreOptions& options, bool reading);

  Result<std::unique_ptr<Load>> begin_load(const PackageId& id, std::string_view manifest_hash_hex) override;
  Result<std::optional<PackageState>> find_package(const PackageId& id) override;
  Result<std::vector<PackageState>> packages() override;
  Result<Json> package_facts(const PackageId& id) override;
  Result<Snapshot> take_snapshot(const crypto::PrivateKey* signer) override;
  Result<Snapshot> read_snapshot(std::string_view id) override;
  Result<void> drop_snapshot(std::string_view id) override;
  Result<void> open_views(columns::Engine& engine, const Snapshot& snapshot) override;
  Result<void> each_registration(const std::function<void(const RegistrationRow&)>& visit) override;
  Result<std::vector<LinkageEvent>> linkage_events(std::uint64_t up_to) override;
  Result<void> each_linkage_event(const std::function<void(const LinkageEvent&)>& visit) override;
  Result<void> append_linkage(std::size_t count, const std::function<LinkageEvent(std::size_t)>& event) override;
  Result<std::uint64_t> linkage_state() override;
  Result<identity::CanonicalVersion> key_version() override;
  Result<Json> rekey(identity::CanonicalVersion to) override;
  Result<Json> erase(std::string_view reg, std::string_view scope) override;
  Result<std::string> find_registration(std::string_view hospital, std::string_view patient_number) override;
  Result<void> compact() override;
  Result<Json> check() override;
  Result<void> export_canonical(const std::filesystem::path& folder, bool with_identity) override;
  Result<StoreStatus> status() override;
  Result<Json> quarantine() override;

  // --- for load, views, erasure and compaction ---
  const StoreOptions& options() const { return options_; }
  const Folder& folder() const { return folder_; }
  Catalogue& catalogue() { return *catalogue_; }
  const Keys& keys() const { return keys_; }
  const Clock& clock() const { return *options_.clock; }
  Random& random() const { return *options_.random; }
  ByteView sealing_key(std::string_view kind) const {
    return is_identity(kind) ? keys_.identity.view() : keys_.vault.view();
  }
  Result<columns::Engine*> engine();  // over the store's own folders
  Result<void> remove_strays();
  std::set<std::string>& loading() { return loading_; }
  Result<std::set<std::string>> withdrawn_registrations();  // every registration that no view may show

 private:
  LocalStore(const StoreOptions& options, bool reading)
      : options_(options), folder_(options.folder), reading_(reading) {}
  Result<void> start();
  Result<void> must_write() const;
  Result<std::set<std::string>> key_versions();
  Result<std::set<std::filesystem::path>> named_files();
  Result<void> export_identity(const std::filesystem::path& folder);

  StoreOptions options_;
  Folder folder_;
  bool reading_;
  std::optional<FileLock> lock_;
  Keys keys_;
  std::unique_ptr<Catalogue> catalogue_;
  std::unique_ptr<columns::Engine> engine_;
  std::set<std::string> loading_;  // registrations of the load under way
};

// What the linker reads and keeps lies in a store of one folder.
inline Result<LocalStore*> in_folder(Store& store) {
  if (auto* const found = dynamic_cast<LocalStore*>(&store)) return found;
  return fail("store.folder", "this store keeps no identities in a folder");
}

// views.cpp
Snapshot snapshot_of(const Json& document);
std::string clinical_columns(const records::TableSpec& spec);
// Rows of the segments that no bitmap hides; SQL.
std::string current_rows(const Folder& folder, const records::TableSpec& spec, const std::vector<SegmentInfo>& segments,
                         const std::string& columns);
// A table of texts in the engine.
Result<void> create_list(columns::Engine& engine, const std::string& name, const std::set<std::string>& values);

}  // namespace sekisho::store
