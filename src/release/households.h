// Who lives or has lived together, by what the identity store says: counted in classes where a policy asks for it, and
// for attacks tried out in the checkers' zone. No identifier leaves these functions.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "store/store.h"

namespace sekisho::release {

// Tells signs of households: registrations with the same sign are of one. The sign itself is to be forgotten.
using VisitSign = std::function<void(const std::string& reg, std::string_view sign)>;
using Households =
    std::function<Result<void>(const std::function<bool(const std::string& reg)>& wanted, const VisitSign& visit)>;

// Signs: symbol and number of an insurance (without branch), and an address under one family name. A store that was
// opened for reading will do.
Households households_of(store::Store& store);

// The household of each person, in the order of `registrations` (of a person: those joined to it): the number of one of
// its members. UINT32_MAX where households are not known.
Result<std::vector<std::uint32_t>> who_lives_together(
    const std::map<std::string, std::vector<std::string>, std::less<>>& registrations, const Households& households);

}  // namespace sekisho::release
