// Character sets of Japanese medical files, decoded whole buffers at a time to UTF-8, so that splitting afterwards is
// safe: in ISO-2022-JP and Shift_JIS the second byte of a character may equal | ^ ~ \ & (reference: ssmix2 section 5,
// receipt section 1).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/bytes.h"

namespace sekisho {

enum class Charset : std::uint8_t { kAscii, kUtf8, kIso2022Jp, kCp932, kEucJp };
std::string_view name(Charset charset);  // "ISO-2022-JP" ...

// What a decoder met besides ordinary characters; findings are made of these counts.
struct DecodeReport {
  std::uint64_t invalid = 0;         // byte sequences replaced by U+FFFD
  std::uint64_t halfwidth_kana = 0;  // ESC ( I or SO/SI in ISO-2022-JP
  std::uint64_t vendor = 0;          // rows 13, 89-92, 115-119 and user-defined rows
  std::uint64_t jisx0212 = 0;
  std::uint64_t escape_state = 0;  // CR or the end met in two-byte mode
};

// Decides per buffer: UTF-8 BOM, ISO-2022-JP escapes, pure ASCII, valid UTF-8, EUC-JP that shows by its kana, CP932,
// other EUC-JP, in this order.
Charset detect_charset(ByteView bytes);

// Decodes the whole buffer, appending UTF-8 to `out`. Never fails: undecodable bytes become U+FFFD and are counted.
// JIS X 0208 maps by the JIS column (wave dash U+301C, minus U+2212 ...), vendor rows as CP932 does. In ISO-2022-JP CR
// resets to ASCII. The output is at most 3 bytes for each input byte.
void decode(Charset charset, ByteView bytes, std::string& out, DecodeReport& report);
// The same without vector instructions: what decode() is compared with in tests.
void decode_plain(Charset charset, ByteView bytes, std::string& out, DecodeReport& report);

// Encodes UTF-8 for writing (synthetic data, receipts back). Unmappable characters become 〓 (U+3013) and are counted.
// ISO-2022-JP returns to ASCII before every ASCII character and at the end.
std::uint64_t encode(Charset charset, std::string_view utf8, std::string& out);

bool is_valid_utf8(std::string_view text);
// Next code point of valid or invalid UTF-8; invalid bytes give U+FFFD one at a time. Advances `at`.
char32_t next_code_point(std::string_view text, std::size_t& at);
void append_utf8(std::string& out, char32_t code_point);

}  // namespace sekisho
