#include "disclosure/dominance.h"

namespace sekisho::disclosure {

Result<DominantPairs> parse_dominant(const Json& value) {
  DominantPairs pairs;
  if (value.is_null()) return pairs;
  const bool several = value.is_array() && !value.empty() && value[0].is_array();
  for (const Json& one : several ? value : Json::array({value})) {
    if (!one.is_array() || one.size() != 2 || !one[0].is_number_integer() || !one[1].is_number() ||
        one[0].get<std::int64_t>() < 1 || one[0].get<std::int64_t>() > kMostDominant || one[1].get<double>() <= 0 ||
        one[1].get<double>() > 100)
      return fail("policy.value",
                  "nk is [n, k]: the n largest, at most five, have more than k percent; or a list of such pairs");
    pairs.emplace_back(one[0].get<int>(), one[1].get<double>());
  }
  return pairs;
}

Result<double> parse_p(const Json& value) {
  if (!value.is_number() || value.get<double>() < 0 || value.get<double>() > 100)
    return fail("policy.value", "p is a percentage");
  return value.get<double>();
}

}  // namespace sekisho::disclosure
