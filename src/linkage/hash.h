// Hashes for tables in memory; not for secrets. Seeded once per process, so that nobody can prepare values that
// collide.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace sekisho::linkage {

std::uint64_t hash_seed();

inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a ^ 0x9E3779B97F4A7C15) * (b ^ 0xD1B54A32D192ED03);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

inline std::uint64_t hash_text(std::string_view text, std::uint64_t seed) {
  std::uint64_t hash = seed ^ text.size();
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, 8);
    hash = mix(hash, word);
  }
  std::uint64_t word = 0;
  if (at < text.size()) std::memcpy(&word, text.data() + at, text.size() - at);  // an empty text may have no bytes
  return mix(hash, word);
}
inline std::uint64_t hash_text(std::string_view text) {
  return hash_text(text, hash_seed());
}

}  // namespace sekisho::linkage
