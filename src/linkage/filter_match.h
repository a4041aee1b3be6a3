// Patients of different hospitals that are one person by their filters alone: what the centre finds where hospitals may
// not share names. It has no key; registrations are known by their keyed names.
#pragma once

#include <filesystem>

#include "core/json.h"
#include "store/store.h"

namespace sekisho::linkage {

struct FilterMatchReport {
  std::uint64_t filters = 0, hospitals = 0, pairs = 0, compared = 0;
  std::uint64_t schemes = 0;  // ways of making filters: those of two ways are never compared
  Json to_json() const;
};

// Compares the filters of each two hospitals that were made the same way, by the usual threshold of their hardening;
// a registration has one partner at another hospital, its most similar. Writes
// hospital_a,registration_a,hospital_b,registration_b,similarity (mode 0600). Needs 256 bytes of memory for a filter:
// where `memory` (0: no limit) is too small, the error linkage.memory says how much is needed.
Result<FilterMatchReport> match_filters(store::Store& store, std::size_t memory, const std::filesystem::path& output);

}  // namespace sekisho::linkage
