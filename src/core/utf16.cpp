#include "core/utf16.h"

#include <algorithm>
#include <utility>

#include "core/text.h"

namespace sekisho {
namespace {

constexpr std::size_t kDecidedBy = 4;  // bytes
constexpr char32_t kMark = 0xFEFF;

bool is_high(char32_t unit) {
  return unit >= 0xD800 && unit < 0xDC00;
}
bool is_low(char32_t unit) {
  return unit >= 0xDC00 && unit < 0xE000;
}
bool is_plain(std::uint8_t byte) {
  return (byte >= ' ' && byte < 0x7F) || byte == '\t' || byte == '\r' || byte == '\n';
}

}  // namespace

ByteOrder utf16_order(ByteView head) {
  if (head.size() < kDecidedBy) return ByteOrder::kNone;
  const bool wider = head[2] == 0 && head[3] == 0;  // FF FE 00 00: UTF-32
  if (head[0] == 0xFF && head[1] == 0xFE) return wider ? ByteOrder::kNone : ByteOrder::kLittle;
  if (head[0] == 0xFE && head[1] == 0xFF) return ByteOrder::kBig;
  if (is_plain(head[0]) && head[1] == 0 && is_plain(head[2]) && head[3] == 0) return ByteOrder::kLittle;
  if (head[0] == 0 && is_plain(head[1]) && head[2] == 0 && is_plain(head[3])) return ByteOrder::kBig;
  return ByteOrder::kNone;
}

std::string text_in_utf8(ByteView bytes) {
  std::string text;
  DecodeReport report;
  if (const ByteOrder order = utf16_order(bytes); order != ByteOrder::kNone)
    decode_utf16(bytes, order, text);
  else
    decode(detect_charset(bytes), bytes, text, report);
  return text;
}

std::string path_in_utf8(std::string_view path) {
  if (is_valid_utf8(path)) return std::string(path);
  std::string out;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size() - 1) + 1;
    const std::string_view part = path.substr(at, end - at);
    out += is_valid_utf8(part) ? std::string(part) : text_in_utf8(as_bytes(part));
    at = end;
  }
  return out;
}

std::uint64_t decode_utf16(ByteView bytes, ByteOrder order, std::string& out) {
  const std::size_t high = order == ByteOrder::kBig ? 0 : 1;
  const auto unit = [&](std::size_t at) { return static_cast<char32_t>(bytes[at + high] << 8 | bytes[at + 1 - high]); };
  std::uint64_t invalid = bytes.size() % 2;
  std::size_t at = bytes.size() >= 2 && unit(0) == kMark ? 2 : 0;
  for (; at + 1 < bytes.size(); at += 2) {
    char32_t c = unit(at);
    if (is_high(c) && at + 3 < bytes.size() && is_low(unit(at + 2))) {
      c = 0x10000 + ((c - 0xD800) << 10) + (unit(at + 2) - 0xDC00);
      at += 2;
    } else if (is_high(c) || is_low(c)) {
      c = 0xFFFD;
      ++invalid;
    }
    append_utf8(out, c);
  }
  if (at < bytes.size()) append_utf8(out, 0xFFFD);
  return invalid;
}

void encode_utf16(std::string_view text, ByteOrder order, Bytes& out) {
  const auto put = [&](char32_t unit) {
    const auto high = static_cast<std::uint8_t>(unit >> 8), low = static_cast<std::uint8_t>(unit);
    out.push_back(order == ByteOrder::kBig ? high : low);
    out.push_back(order == ByteOrder::kBig ? low : high);
  };
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next_code_point(text, at);
    if (c >= 0x10000) put(0xD800 + ((c - 0x10000) >> 10));
    put(c >= 0x10000 ? 0xDC00 + ((c - 0x10000) & 0x3FF) : c);
  }
}

void Utf16Reader::begin() {
  order_ = ByteOrder::kNone;
  decided_ = false;
  invalid_ = 0;
  waiting_.clear();
  text_.clear();
}

std::string_view Utf16Reader::take(std::string_view piece) {
  if (decided_ && order_ == ByteOrder::kNone) return piece;
  if (!decided_ && waiting_.empty() && piece.size() >= kDecidedBy) {
    order_ = utf16_order(as_bytes(piece));
    decided_ = true;
    if (order_ == ByteOrder::kNone) return piece;
  }
  waiting_ += piece;
  if (!decided_) {
    if (waiting_.size() < kDecidedBy) return {};
    order_ = utf16_order(as_bytes(waiting_));
    decided_ = true;
  }
  text_.clear();
  if (order_ == ByteOrder::kNone)
    text_ = std::exchange(waiting_, {});
  else
    decode();
  return text_;
}

// All but an odd byte and a first half of a pair at the end.
void Utf16Reader::decode() {
  std::size_t size = waiting_.size() / 2 * 2;
  const auto high_byte = [&](std::size_t at) {
    return static_cast<unsigned char>(waiting_[at + (order_ == ByteOrder::kBig ? 0 : 1)]);
  };
  if (size >= 2 && is_high(static_cast<char32_t>(high_byte(size - 2)) << 8)) size -= 2;
  invalid_ += decode_utf16(as_bytes(waiting_).first(size), order_, text_);
  waiting_.erase(0, size);
}

std::string_view Utf16Reader::finish() {
  text_.clear();
  if (order_ == ByteOrder::kNone)
    text_ = std::exchange(waiting_, {});
  else
    invalid_ += decode_utf16(as_bytes(waiting_), order_, text_);
  waiting_.clear();
  return text_;
}

}  // namespace sekisho
