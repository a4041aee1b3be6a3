// What two releases of histories tell together: combinations of items whose holders differ by few. Internal.
#pragma once

#include "release/overlap.h"

namespace sekisho::release::detail {

struct Differences {
  std::size_t combinations = 0;  // of up to m items, whose holders are not the same in both
  std::size_t small = 0;         // of these: some hold it in one release only, and they are fewer than k
  std::size_t smallest = 0;      // how many, at least
};
// `there_of`: for each person here those there who share a registration. Both releases are k^m-anonymous: fewer than k
// holders in one only means that others hold it in both. Memory does not grow with the combinations.
Differences compare_histories(const Membership& here, const Membership& there,
                              const std::vector<std::vector<std::uint32_t>>& there_of, std::size_t k);

}  // namespace sekisho::release::detail
