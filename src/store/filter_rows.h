// Filters of patients whose names the centre does not have (identity/patient_filters.h), as packages brought them: each
// belongs to a registration and goes with it when it is erased.
#pragma once

#include <functional>
#include <string_view>

#include "core/bytes.h"
#include "store/store.h"

namespace sekisho::store {

struct StoredFilter {
  std::string_view reg, hospital;
  std::string_view scheme;  // JSON: how the filter was made
  ByteView bits;
};

// The filter of a patient of the package that is being loaded; `patient_number` may be a keyed hash of one.
Result<void> keep_filter(Load& load, std::string_view patient_number, std::string_view scheme, ByteView bits);

// In the order of packages, without registrations that were withdrawn. `store` is one that Store::open gave.
Result<void> each_filter(Store& store, const std::function<Result<void>(const StoredFilter&)>& visit);

}  // namespace sekisho::store
