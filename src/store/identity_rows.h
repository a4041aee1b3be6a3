// All identity records of the store, for linkage in the identity zone: they hold names, and nothing that is made of
// them leaves the zone but persons.
#pragma once

#include <functional>

#include "records/record_set.h"
#include "store/store.h"

namespace sekisho::store {

// Of registrations that take part, each version once, in order of registration and first time seen. `store` is one that
// Store::open gave.
Result<void> each_identity(Store& store,
                           const std::function<void(const std::string& reg, const records::IdentityRecord&)>& visit);

}  // namespace sekisho::store
