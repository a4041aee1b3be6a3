// Byte buffers and their textual forms (hex, base64).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace sekisho {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string to_hex(ByteView bytes);                // lower case
Result<Bytes> from_hex(std::string_view text);     // either case; even length
std::string to_base64(ByteView bytes);             // RFC 4648 section 4, with padding, one line
Result<Bytes> from_base64(std::string_view text);  // strict: padding and alphabet are checked

}  // namespace sekisho
