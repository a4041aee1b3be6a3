// The catalogue: what it does not name does not exist. One transaction per change; rows hold keys, hashes and counts,
// never an identifier.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "db/database.h"
#include "store/store.h"

namespace sekisho::store {

struct SegmentRow {
  SegmentInfo info;
  std::int64_t package_min = 0, package_max = 0;
  std::uint64_t superseded = 0;  // rows in the bitmap
};

struct SealedRow {
  std::string hash, kind, hospital;  // kind: identity, keys, filters, linkage, vault, quarantine
  std::uint64_t items = 0, bytes = 0;
  std::string canonical;  // of keys: version of the canonical form; "" of every other kind
};

struct QuarantineRow {
  std::int64_t package = 0;
  records::Quarantined item;
};

struct RegistrationState {
  std::string hospital;
  std::string scope;  // "": taken part; registration, all: withdrawn
};

using PersonMap = std::unordered_map<std::string, std::string>;  // reg -> person

class Catalogue {
 public:
  static Result<std::unique_ptr<Catalogue>> open(const StoreOptions& options, bool reading);
  Result<void> transaction(std::string_view what, const std::function<Result<void>(soci::session&)>& work) {
    return database_->transaction(what, work);
  }

  // The same, with every other writer kept out from the first statement on: what `work` reads is what stands when it
  // commits.
  Result<void> exclusively(std::string_view what, const std::function<Result<void>(soci::session&)>& work);

  Result<std::vector<PackageState>> packages();
  Result<Json> facts(std::int64_t number);
  Result<std::vector<SegmentRow>> segments();
  Result<std::vector<SealedRow>> sealed();
  Result<std::vector<QuarantineRow>> quarantine();
  Result<std::unordered_map<std::string, RegistrationState>> registrations();
  Result<std::vector<std::pair<std::string, std::string>>> withdrawn();  // reg, scope
  Result<std::unordered_map<std::string, std::string>>
  replacements();  // erased file -> what stands for it now, "" none
  Result<std::vector<std::pair<std::string, std::string>>> snapshots();  // id, document
  Result<void> each_linkage_event(std::uint64_t up_to, const std::function<void(const LinkageEvent&)>& visit);
  Result<std::vector<LinkageEvent>> linkage_events(std::uint64_t up_to);
  Result<PersonMap> person_map(std::uint64_t up_to);
  Result<std::pair<std::uint64_t, std::string>> linkage_state();  // number, hash of the person map
  Result<long long> count(const std::string& sql);

 private:
  explicit Catalogue(std::unique_ptr<db::Database> database) : database_(std::move(database)) {}
  std::unique_ptr<db::Database> database_;
  bool versioned_ = true;  // false: read only, written by a program that knew version c1 alone
};

// Statements used inside transactions.
void insert_package(soci::session& s, const PackageState& package, const Json& facts);
void insert_segments(soci::session& s, const std::vector<SegmentRow>& rows);
void update_bitmap(soci::session& s, const SegmentRow& row);
void delete_segment(soci::session& s, const std::string& hash);
void insert_sealed(soci::session& s, const std::vector<SealedRow>& rows);
void delete_sealed(soci::session& s, const std::string& hash);
void insert_replacement(soci::session& s, const std::string& old_hash, const std::string& new_hash);
void insert_registrations(soci::session& s, const std::set<std::string>& regs, const std::string& hospital);
void withdraw_registration(soci::session& s, const std::string& reg, const std::string& hospital,
                           const std::string& scope);
void insert_quarantine(soci::session& s, const std::vector<QuarantineRow>& rows);
// Numbers them from `newest` + 1.
void insert_linkage(soci::session& s, std::uint64_t newest, std::size_t count,
                    const std::function<LinkageEvent(std::size_t)>& event, const std::string& map_hash);

Json counts_json(const records::Counts& counts);
records::Counts counts_of(const Json& json);
std::string map_hash(const PersonMap& map);  // of "reg,person" lines in order of reg

}  // namespace sekisho::store
