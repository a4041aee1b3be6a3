// A name of a kind of code in the parts by which it is compared.
#pragma once

#include "codes/name.h"

namespace sekisho::codes {

bool parsed_as_drug(Kind kind);
Parts parts_of(Kind kind, std::string_view text);

}  // namespace sekisho::codes
