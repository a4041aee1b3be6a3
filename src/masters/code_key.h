// Codes as a few numbers, and their places among a master file's slots: the same when writing and reading. Inline:
// look-ups do little else.
#pragma once

#include <algorithm>
#include <cstring>
#include <string_view>

#include "masters/format.h"

namespace sekisho::masters {

// Padded with zero bytes, little-endian.
struct PaddedCode {
  std::uint64_t a = 0, b = 0;
  std::uint32_t c = 0;

  PaddedCode() = default;
  explicit PaddedCode(const char (&code)[kCodeSize]) {
    std::memcpy(&a, code, 8);
    std::memcpy(&b, code + 8, 8);
    std::memcpy(&c, code + 16, 4);
  }
  // At most kCodeSize bytes, by few overlapping loads.
  explicit PaddedCode(std::string_view code) {
    const std::size_t size = code.size();
    const auto load = [&](auto& out, std::size_t at) { std::memcpy(&out, code.data() + at, sizeof out); };
    if (size > 8 && size <= 16) {
      load(a, 0);
      load(b, size - 8);
      b >>= 8 * (16 - size);  // what `a` has already goes off
    } else if (size >= 4 && size <= 8) {
      std::uint32_t head = 0, tail = 0;
      load(head, 0);
      load(tail, size - 4);
      a = head | static_cast<std::uint64_t>(tail) << 8 * (size - 4);
    } else {
      char padded[kCodeSize] = {};
      std::memcpy(padded, code.data(), std::min(size, kCodeSize));
      *this = PaddedCode(padded);
    }
  }
  bool operator==(const PaddedCode& other) const { return ((a ^ other.a) | (b ^ other.b) | (c ^ other.c)) == 0; }
};

inline std::uint64_t code_hash(Kind kind, const PaddedCode& code) {
  const std::uint64_t rest = code.b ^ code.c * 0xff51afd7ed558ccd ^ static_cast<std::uint64_t>(kind) << 56;
  const unsigned __int128 product =
      static_cast<unsigned __int128>(code.a ^ 0x9e3779b97f4a7c15) * (rest ^ 0xc4ceb9fe1a85ec53);
  const std::uint64_t hash =
      (static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64)) * 0x9e3779b97f4a7c15;
  return hash ^ hash >> 32;
}

// `of` as a share of all numbers, taken of `count`.
inline std::size_t share(std::uint64_t of, std::size_t count) {
  return static_cast<std::size_t>(static_cast<unsigned __int128>(of) * count >> 64);
}
// A perfect hash: codes fall into buckets, and each bucket has the pilot that leads its codes to places of their own.
inline std::size_t slot_place(std::uint64_t hash, std::uint16_t pilot, std::size_t slots) {
  return share((hash ^ (pilot + 1u) * 0x9e3779b97f4a7c15) * 0xd6e8feb86659fd93, slots);
}

}  // namespace sekisho::masters
