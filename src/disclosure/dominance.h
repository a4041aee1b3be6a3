// Dominance: when the largest contributors of a sum can be told from it, and how far above the sum an attacker's
// interval must reach then (upper protection level). Contributions are of distinct persons or hospitals, largest first.
#pragma once

#include <utility>
#include <vector>

#include "core/json.h"
#include "core/result.h"

namespace sekisho::disclosure {

// p %: the second largest contributor can tell the largest to within p percent. Sensitive when above 0.
inline double p_percent(double total, double largest, double second, double p) {
  return p / 100 * largest - (total - largest - second);
}
// (n, k): the n largest together have more than k percent. Sensitive when above 0.
inline double n_k_percent(double total, double of_the_largest, double k) {
  return 100 / k * of_the_largest - total;
}
// Needs below the last digits of a sum are none.
inline bool is_need(double needed, double total) {
  return needed > 1e-9 * (total > 1 ? total : 1);
}

inline constexpr int kMostDominant = 5;
using DominantPairs = std::vector<std::pair<int, double>>;

// "nk" of a policy: [n, k], a list of such pairs, or null. Errors: policy.value.
Result<DominantPairs> parse_dominant(const Json& value);
// "p" of a policy. Errors: policy.value.
Result<double> parse_p(const Json& value);

}  // namespace sekisho::disclosure
