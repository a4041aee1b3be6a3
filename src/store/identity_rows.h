// All identity records of the store, for linkage in the identity zone: they hold names, and nothing that is made of
// them leaves the zone but persons.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "records/record_set.h"
#include "store/store.h"

namespace sekisho::store {

struct IdentityFilter {
  const std::set<std::string>* files = nullptr;              // of identity_files(); null: all
  std::function<bool(const std::string& reg)> registration;  // none: those that take part
  // Registrations from `from` on, before `until`; "": no bound. Who has little memory reads one part after the other.
  std::string from, until;
};

// Each version once, in order of registration and first time seen. Withdrawn registrations have no keys for linkage,
// and no part in it. `store` is one that Store::open gave.
Result<void> each_identity(Store& store,
                           const std::function<void(const std::string& reg, records::IdentityRecord&)>& visit,
                           const IdentityFilter& filter = {});

// The files that hold identity records, and the hospital of each. A file never changes; an erasure puts another one in
// its place.
Result<std::map<std::string, std::string>> identity_files(Store& store);
// Identity records in them: each_identity visits no more.
Result<std::uint64_t> identity_versions(Store& store);

}  // namespace sekisho::store
