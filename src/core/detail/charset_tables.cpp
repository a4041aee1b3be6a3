#include "core/detail/charset_tables.h"

#include <memory>

namespace sekisho::detail {
namespace {

#include "core/detail/charset_tables.inc"

constexpr char16_t kFree = 0xFFFD;

std::uint32_t packed(char16_t c) {
  if (c < 0x80) return (1u << 24) | c;
  if (c < 0x800) return (2u << 24) | (0xC0u | c >> 6) | (0x80u | (c & 0x3Fu)) << 8;
  return (3u << 24) | (0xE0u | c >> 12) | (0x80u | (c >> 6 & 0x3Fu)) << 8 | (0x80u | (c & 0x3Fu)) << 16;
}

bool is_vendor_row(int row) {
  return row == 13 || row >= 89;
}

void fill_forward(CharsetTables& tables) {
  for (int row = 1; row <= kRows; ++row)
    for (int cell = 1; cell <= kCells; ++cell) {
      std::uint32_t& entry = tables.jis[static_cast<std::size_t>((row - 1) * kCells + cell - 1)];
      if (row >= 95 && row <= 114) {
        entry = packed(static_cast<char16_t>(0xE000 + (row - 95) * kCells + cell - 1)) | kVendorMark;
        continue;
      }
      const char16_t* cells = kJisX0208Rows[row <= 94 ? row - 1 : row - 21];
      const char16_t c = cells == nullptr ? kFree : cells[cell - 1];
      entry = c == kFree ? 0 : packed(c) | (is_vendor_row(row) ? kVendorMark : 0);
    }
  for (int row = 1; row <= 94; ++row)
    for (int cell = 1; cell <= kCells; ++cell) {
      const char16_t* cells = kJisX0212Rows[row - 1];
      const char16_t c = cells == nullptr ? kFree : cells[cell - 1];
      tables.jis_x_0212[static_cast<std::size_t>((row - 1) * kCells + cell - 1)] = c == kFree ? 0 : packed(c);
    }
}

char16_t unpacked(std::uint32_t entry) {
  const std::uint32_t b0 = entry & 0xFF, b1 = entry >> 8 & 0x3F, b2 = entry >> 16 & 0x3F;
  switch (utf8_length(entry)) {
    case 1:
      return static_cast<char16_t>(b0);
    case 2:
      return static_cast<char16_t>((b0 & 0x1F) << 6 | b1);
    default:
      return static_cast<char16_t>((b0 & 0x0F) << 12 | b1 << 6 | b2);
  }
}

// Characters that Microsoft's and other columns write for a JIS X 0208 code; both spellings encode to it.
struct Variant {
  char16_t variant, standard;
};
constexpr Variant kVariants[] = {
    {0xFF5E, 0x301C}, {0x2225, 0x2016}, {0xFF0D, 0x2212}, {0xFFE0, 0x00A2},
    {0xFFE1, 0x00A3}, {0xFFE2, 0x00AC}, {0x2014, 0x2015},
};

void fill_reverse(CharsetTables& tables) {
  tables.to_jis.fill(kNoCode);
  tables.to_0212.fill(kNoCode);
  // Where a character has several codes: JIS rows, then NEC row 13, then IBM rows 115-119, then NEC-selected 89-92, as
  // Microsoft's encoders choose.
  struct Range {
    int first, last;
  };
  for (const Range range : {Range{1, 12}, Range{14, 88}, Range{13, 13}, Range{115, 120}, Range{89, 94}, Range{95, 114}})
    for (int row = range.first; row <= range.last; ++row)
      for (int cell = 0; cell < kCells; ++cell) {
        const auto at = static_cast<std::size_t>((row - 1) * kCells + cell);
        if (tables.jis[at] == 0) continue;
        std::uint16_t& code = tables.to_jis[unpacked(tables.jis[at])];
        if (code == kNoCode) code = static_cast<std::uint16_t>(at);
      }
  for (const Variant& v : kVariants)
    tables.to_jis[v.variant] = tables.to_jis[v.standard];
  for (std::size_t at = 0; at < tables.jis_x_0212.size(); ++at)
    if (tables.jis_x_0212[at] != 0) tables.to_0212[unpacked(tables.jis_x_0212[at])] = static_cast<std::uint16_t>(at);
}

}  // namespace

const CharsetTables& charset_tables() {
  static const std::unique_ptr<const CharsetTables> tables = [] {
    auto made = std::make_unique<CharsetTables>();
    fill_forward(*made);
    fill_reverse(*made);
    return made;
  }();
  return *tables;
}

}  // namespace sekisho::detail
