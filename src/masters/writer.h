// Writes the settled state as a master file.
#pragma once

#include "core/bytes.h"
#include "core/result.h"
#include "masters/format.h"

namespace sekisho::masters {

// `summary` and `findings` are stored as they are.
Result<Bytes> serialize(const Layouts& layouts, BuildState& state, std::string_view summary, std::string_view findings);

}  // namespace sekisho::masters
