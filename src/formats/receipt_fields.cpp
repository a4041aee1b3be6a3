#include "formats/receipt_fields.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "core/text.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace sekisho::formats {

Line::Line(std::string_view text, const std::uint32_t* ends, std::uint32_t begin, int fields)
    : text_(text.data()), ends_(ends), begin_(begin), last_end_(ends[fields - 1]), fields_(fields) {
  const std::uint32_t last_begin = fields > 1 ? ends[fields - 2] + 1 : begin;
  if (last_end_ > last_begin && text_[last_end_ - 1] == '\r') --last_end_;
}

Line FieldIndex::line(std::size_t index) const {
  const std::uint32_t first = index == 0 ? 0 : line_ends_[index - 1] + 1;
  const std::uint32_t begin = index == 0 ? 0 : ends_[first - 1] + 1;
  return Line(text_, ends_.data() + first, begin, static_cast<int>(line_ends_[index] - first + 1));
}

void FieldIndex::build_plain(std::string_view text, char separator) {
  text_ = text;
  ends_.clear();
  line_ends_.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') line_ends_.push_back(static_cast<std::uint32_t>(ends_.size()));
    if (text[i] == '\n' || text[i] == separator) ends_.push_back(static_cast<std::uint32_t>(i));
  }
}

#ifdef __SSE2__
void FieldIndex::build(std::string_view text, char separator) {
  text_ = text;
  line_ends_.clear();
  // Room for every byte to be a separator in the block at hand; grown by blocks, cut to size at the end.
  const __m128i separators = _mm_set1_epi8(separator);
  const __m128i feeds = _mm_set1_epi8('\n');
  std::size_t count = 0, at = 0;
  for (; at + 64 <= text.size(); at += 64) {
    std::uint64_t feed = 0, mark = 0;
    for (int part = 0; part < 4; ++part) {
      const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at + part * 16));
      const auto f = static_cast<std::uint64_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(block, feeds)));
      const auto s = static_cast<std::uint64_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(block, separators)));
      feed |= f << (part * 16);
      mark |= (f | s) << (part * 16);
    }
    if (ends_.size() < count + 64) ends_.resize(ends_.size() * 2 + 4096);
    for (std::uint64_t left = feed; left != 0; left &= left - 1) {
      const std::uint64_t below = (left & -left) - 1;
      line_ends_.push_back(static_cast<std::uint32_t>(count + static_cast<std::size_t>(std::popcount(mark & below))));
    }
    std::uint32_t* out = ends_.data() + count;
    count += static_cast<std::size_t>(std::popcount(mark));
    for (; mark != 0; mark &= mark - 1)
      *out++ = static_cast<std::uint32_t>(at + static_cast<std::size_t>(std::countr_zero(mark)));
  }
  if (ends_.size() < count + 64) ends_.resize(count + 64);
  for (; at < text.size(); ++at) {
    if (text[at] == '\n') line_ends_.push_back(static_cast<std::uint32_t>(count));
    if (text[at] == '\n' || text[at] == separator) ends_[count++] = static_cast<std::uint32_t>(at);
  }
}
#else
void FieldIndex::build(std::string_view text, char separator) {
  build_plain(text, separator);
}
#endif

std::optional<double> parse_number(std::string_view text) {
  static constexpr std::array<double, 16> kPowers = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                     1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  std::size_t i = 0;
  while (i < text.size() && text[i] == ' ')
    ++i;
  bool negative = false;
  if (i < text.size() && (text[i] == '-' || text[i] == '+')) negative = text[i++] == '-';
  std::int64_t digits = 0;
  std::size_t seen = 0, decimals = 0;
  bool point = false;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c >= '0' && c <= '9') {
      // Leading zeros of fixed-width fields do not count; 15 digits are exact in a double.
      if (digits != 0 || c != '0') ++seen;
      if (seen > 15 || decimals >= 15) return std::nullopt;
      digits = digits * 10 + (c - '0');
      decimals += point ? 1 : 0;
    } else if (c == '.' && !point) {
      point = true;
    } else if (c == ' ') {
      for (; i < text.size(); ++i)
        if (text[i] != ' ') return std::nullopt;
    } else {
      return std::nullopt;
    }
  }
  const bool any = std::string_view::npos != text.find_first_of("0123456789");
  if (!any) return std::nullopt;
  const double value = static_cast<double>(digits) / kPowers[decimals];
  return negative ? -value : value;
}

std::optional<std::int64_t> parse_whole(std::string_view text) {
  const auto value = parse_number(text);
  if (!value) return std::nullopt;
  const auto whole = static_cast<std::int64_t>(*value);
  if (static_cast<double>(whole) != *value) return std::nullopt;
  return whole;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kIdeographic = "\xE3\x80\x80";
  for (;;) {
    if (text.starts_with(' '))
      text.remove_prefix(1);
    else if (text.starts_with(kIdeographic))
      text.remove_prefix(3);
    else
      break;
  }
  for (;;) {
    if (text.ends_with(' '))
      text.remove_suffix(1);
    else if (text.ends_with(kIdeographic))
      text.remove_suffix(3);
    else
      return text;
  }
}

bool all_digits(std::string_view text) {
  for (char c : text)
    if (c < '0' || c > '9') return false;
  return !text.empty();
}

bool is_ascii(std::string_view text) {
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + i, 8);
    if (word & 0x8080808080808080ULL) return false;
  }
  for (; i < text.size(); ++i)
    if (static_cast<unsigned char>(text[i]) >= 0x80) return false;
  return true;
}

bool is_utf8_text(std::string_view text) {
  const bool three_bytes =
      std::ranges::any_of(text, [](char c) { return (static_cast<unsigned char>(c) & 0xF0) == 0xE0; });
  return three_bytes && is_valid_utf8(text);
}

}  // namespace sekisho::formats
