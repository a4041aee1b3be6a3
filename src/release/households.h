// Who lives or has lived together, by what the identity store says: for attacks tried out in the checkers' zone. No
// identifier leaves these functions.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "store/store.h"

namespace sekisho::release {

// Tells signs of households: registrations with the same sign are of one. The sign itself is to be forgotten.
using VisitSign = std::function<void(const std::string& reg, std::string_view sign)>;
using Households =
    std::function<Result<void>(const std::function<bool(const std::string& reg)>& wanted, const VisitSign& visit)>;

// Signs: symbol and number of an insurance (without branch), and an address under one family name. A store that was
// opened for reading will do.
Households households_of(store::Store& store);

}  // namespace sekisho::release
