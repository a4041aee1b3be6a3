// Codes as a few numbers, and their slots in a master file's hash section: the same when writing and reading. Inline:
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
  std::uint64_t hash = (code.a ^ 0x9e3779b97f4a7c15) * 0xff51afd7ed558ccd;
  hash = (hash ^ (hash >> 32) ^ code.b) * 0xc4ceb9fe1a85ec53;
  hash = (hash ^ (hash >> 29) ^ code.c ^ (static_cast<std::uint64_t>(kind) << 56)) * 0x9e3779b97f4a7c15;
  return hash ^ (hash >> 31);
}

}  // namespace sekisho::masters
