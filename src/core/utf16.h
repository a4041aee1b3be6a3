// UTF-16, which editors and spreadsheets call "Unicode text": told by its mark or by the zero bytes between plain
// letters, brought to UTF-8 in pieces of any size, and back.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/bytes.h"

namespace sekisho {

enum class ByteOrder : std::uint8_t { kNone, kLittle, kBig };
// By the first four bytes: FF FE, FE FF, or two letters of ASCII with their zeros. kNone: no UTF-16 (UTF-32 among
// others).
ByteOrder utf16_order(ByteView head);

// Of a file handed over in pieces. Files that are no UTF-16 come out as they went in.
class Utf16Reader {
 public:
  void begin();
  // What is certain after this piece, valid until the next call. The first three bytes of a file wait for the fourth.
  std::string_view take(std::string_view piece);
  std::string_view finish();  // what still waits
  bool is_utf16() const { return order_ != ByteOrder::kNone; }
  std::uint64_t invalid() const { return invalid_; }  // halves of pairs and a last odd byte, as U+FFFD

 private:
  void decode();
  ByteOrder order_ = ByteOrder::kNone;
  bool decided_ = false;
  std::uint64_t invalid_ = 0;
  std::string waiting_, text_;
};

// A whole text in UTF-8, whatever its file is in: UTF-16 as above, else the character set that detect_charset() tells.
std::string text_in_utf8(ByteView bytes);
// The path of a file to show: each part that is not UTF-8 (folders named in Shift_JIS) brought to it.
std::string path_in_utf8(std::string_view path);
// A whole buffer of that order, its mark left out; appends to `out`. Returns what is invalid in it.
std::uint64_t decode_utf16(ByteView bytes, ByteOrder order, std::string& out);
// Appends without a mark. `text` is valid UTF-8.
void encode_utf16(std::string_view text, ByteOrder order, Bytes& out);

}  // namespace sekisho
