// Tables of the Japanese character sets in the form that decoders and encoders use; made once from the rows of
// charset_tables.inc at first use.
#pragma once

#include <array>
#include <cstdint>

namespace sekisho::detail {

// A decoded character ready to store: up to 3 bytes of UTF-8 from the lowest byte on, their number in bits 24-25, and a
// mark for vendor characters. 0: free cell.
inline constexpr std::uint32_t kVendorMark = 1u << 28;
inline std::uint32_t utf8_length(std::uint32_t packed) {
  return (packed >> 24) & 3;
}

inline constexpr int kRows = 120, kCells = 94;  // rows 95-120 exist in CP932 only

// Bits of an encoded form: where a character lives.
inline constexpr std::uint16_t kNoCode = 0xFFFF;

struct CharsetTables {
  std::array<std::uint32_t, kRows * kCells> jis;  // (row - 1) * 94 + cell - 1; rows 95-114 user-defined
  std::array<std::uint32_t, 94 * kCells> jis_x_0212;
  std::array<std::uint16_t, 65536> to_jis;   // index as above, standard rows first; kNoCode
  std::array<std::uint16_t, 65536> to_0212;  // kNoCode
};
const CharsetTables& charset_tables();

}  // namespace sekisho::detail
