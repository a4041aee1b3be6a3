// Files outside the store that show people what it holds: the pairs of a clerical review. The store knows where they
// lie, so that an erasure takes a registration out of them at once, whoever erases.
#pragma once

#include <filesystem>
#include <set>
#include <string>

#include "store/folder.h"

namespace sekisho::store {

// Names a file of the form {"open": N, "pairs": [{"a": REG, "b": REG, ...}]}; call it before values are written there.
// It is remembered by its path relative to the store. `store` is one that Store::open gave.
Result<void> name_outside(Store& store, const std::filesystem::path& file);

// Takes every pair out that names one of the registrations; returns how many. A file that cannot be read as pairs is
// removed whole. Repeated it does nothing.
Result<std::uint64_t> erase_outside(const Folder& folder, const std::set<std::string>& regs);

}  // namespace sekisho::store
