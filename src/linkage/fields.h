// Fields of persons in comparable form; making it is the canonicaliser's.
#pragma once

#include "identity/fields.h"

namespace sekisho::linkage {
using identity::DateOrder;
using identity::field_type;
using identity::FieldType;
using identity::name_part;
using identity::NamePart;
using identity::normalise;
using identity::without_decimals;
}  // namespace sekisho::linkage
