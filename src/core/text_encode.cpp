// UTF-8 to the charsets of the hospitals' files. Decoding is in text.cpp.
#include "core/detail/charset_tables.h"
#include "core/text.h"

namespace sekisho {

using detail::charset_tables;
using detail::CharsetTables;
using detail::kCells;
using detail::kNoCode;

namespace {

constexpr std::uint16_t kGetaMark = 1 * kCells + 13;  // 〓, row 2 cell 14

// Where a code point lives in a coded character set of 94 x 94 cells.
struct Code {
  enum Kind : std::uint8_t { kAscii, kKana, kJis, kJis212, kNone } kind;
  std::uint16_t value;
};

Code code_of(char32_t c, const CharsetTables& tables, bool with_0212, int rows) {
  if (c < 0x80) return {Code::kAscii, static_cast<std::uint16_t>(c)};
  if (c >= 0xFF61 && c <= 0xFF9F) return {Code::kKana, static_cast<std::uint16_t>(c - 0xFF40)};
  if (c < 0x10000) {
    std::uint16_t at = tables.to_jis[c];
    // IBM's rows do not fit into 94 rows; the NEC-selected rows 89-92 hold the same characters.
    if (at != kNoCode && at >= rows * kCells) {
      const std::uint32_t packed = tables.jis[at];
      at = kNoCode;
      for (std::size_t i = 88 * kCells; i < 92 * kCells && at == kNoCode; ++i)
        if (tables.jis[i] == packed) at = static_cast<std::uint16_t>(i);
    }
    if (at != kNoCode) return {Code::kJis, at};
    if (with_0212 && tables.to_0212[c] != kNoCode) return {Code::kJis212, tables.to_0212[c]};
  }
  return {Code::kNone, kGetaMark};
}

void append_iso2022jp(std::string& out, Code code, Code::Kind& mode) {
  const Code::Kind wanted = code.kind == Code::kNone ? Code::kJis : code.kind;
  if (wanted != mode) out += wanted == Code::kAscii ? "\x1B(B" : wanted == Code::kKana ? "\x1B(I" : "\x1B$B";
  mode = wanted;
  if (wanted == Code::kJis) {
    out += static_cast<char>(0x21 + code.value / kCells);
    out += static_cast<char>(0x21 + code.value % kCells);
  } else {
    out += static_cast<char>(code.value);
  }
}

void append_cp932(std::string& out, Code code) {
  if (code.kind == Code::kAscii) {
    out += static_cast<char>(code.value);
  } else if (code.kind == Code::kKana) {
    out += static_cast<char>(code.value + 0x80);
  } else {
    const int block = code.value / 188, cell = code.value % 188;
    out += static_cast<char>(block + (block < 31 ? 0x81 : 0xC1));
    out += static_cast<char>(0x40 + cell + (cell >= 63));
  }
}

void append_euc_jp(std::string& out, Code code) {
  if (code.kind == Code::kAscii) {
    out += static_cast<char>(code.value);
    return;
  }
  if (code.kind == Code::kKana) {
    out += '\x8E';
    out += static_cast<char>(code.value + 0x80);
    return;
  }
  if (code.kind == Code::kJis212) out += '\x8F';
  out += static_cast<char>(0xA1 + code.value / kCells);
  out += static_cast<char>(0xA1 + code.value % kCells);
}

}  // namespace

std::uint64_t encode(Charset charset, std::string_view utf8, std::string& out) {
  if (charset == Charset::kUtf8) {
    out += utf8;
    return 0;
  }
  const CharsetTables& tables = charset_tables();
  const bool cp932 = charset == Charset::kCp932, euc = charset == Charset::kEucJp;
  Code::Kind mode = Code::kAscii;
  std::uint64_t unmappable = 0;
  for (std::size_t at = 0; at < utf8.size();) {
    const Code code = code_of(next_code_point(utf8, at), tables, euc, cp932 ? 120 : 94);
    unmappable += code.kind == Code::kNone || (charset == Charset::kAscii && code.kind != Code::kAscii);
    if (charset == Charset::kAscii)
      out += code.kind == Code::kAscii ? static_cast<char>(code.value) : '?';
    else if (cp932)
      append_cp932(out, code);
    else if (euc)
      append_euc_jp(out, code);
    else
      append_iso2022jp(out, code, mode);
  }
  if (mode != Code::kAscii) out += "\x1B(B";
  return unmappable;
}

}  // namespace sekisho
