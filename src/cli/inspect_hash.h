// One number for a text or a file: the same content gives the same, eight bytes at a time.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace sekisho::cli {

inline constexpr std::uint64_t kHashSeed = 0x9e3779b97f4a7c15;

inline std::uint64_t fold_hash(std::uint64_t hash, std::string_view text) {
  for (; text.size() >= 8; text.remove_prefix(8)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data(), 8);
    hash = (hash ^ word) * 0xff51afd7ed558ccd;
    hash ^= hash >> 32;
  }
  for (const char c : text)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return (hash ^ hash >> 29) * 0xc4ceb9fe1a85ec53;
}

}  // namespace sekisho::cli
