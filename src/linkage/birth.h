// Birth dates as files write them; the reading is the canonicaliser's.
#pragma once

#include "identity/birth.h"

namespace sekisho::linkage {
using identity::parse_birth;
}  // namespace sekisho::linkage
