// Writes the settled state as a master file.
#pragma once

#include "core/bytes.h"
#include "core/result.h"
#include "masters/format.h"

namespace sekisho::masters {

// `summary` and `findings` are stored as they are.
Bytes serialize(const Layouts& layouts, BuildState& state, std::string_view summary, std::string_view findings);

// Slot of a code in the hash section: the same when writing and reading.
std::uint64_t code_hash(Kind kind, const char (&code)[kCodeSize]);

}  // namespace sekisho::masters
