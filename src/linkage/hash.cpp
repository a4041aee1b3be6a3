#include "linkage/hash.h"

#include "core/random.h"

namespace sekisho::linkage {

std::uint64_t hash_seed() {
  static const std::uint64_t seed = [] {
    std::uint64_t value = 0;
    system_random().fill({reinterpret_cast<std::uint8_t*>(&value), sizeof value});
    return value;
  }();
  return seed;
}

}  // namespace sekisho::linkage
