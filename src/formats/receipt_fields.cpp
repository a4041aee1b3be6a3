#include "formats/receipt_fields.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "core/text.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace sekisho::formats {

std::uint32_t Line::filled(int first, int count) const {
  count = std::min(count, fields_ - first);
  std::uint32_t bits = 0;
  int i = 0;
#if defined(__SSE2__)
  // A field is empty where its end follows the end of the field before. The last field may end in a carriage return.
  const __m128i ones = _mm_set1_epi32(1);
  for (; first > 0 && i + 4 <= count && first + i + 4 < fields_; i += 4) {
    const auto* at = reinterpret_cast<const __m128i*>(ends_ + first + i);
    const __m128i ends = _mm_loadu_si128(at);
    const __m128i before = _mm_loadu_si128(reinterpret_cast<const __m128i*>(ends_ + first + i - 1));
    const int empty = _mm_movemask_ps(_mm_castsi128_ps(_mm_cmpeq_epi32(_mm_sub_epi32(ends, before), ones)));
    bits |= static_cast<std::uint32_t>(~empty & 15) << i;
  }
#endif
  for (; i < count; ++i)
    bits |= static_cast<std::uint32_t>(!blank(first + i)) << i;
  return bits;
}

void FieldIndex::build_plain(std::string_view text, char separator) {
  text_ = text;
  ends_.clear();
  line_ends_.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') line_ends_.push_back(static_cast<std::uint32_t>(ends_.size()));
    if (text[i] == '\n' || text[i] == separator) ends_.push_back(static_cast<std::uint32_t>(i));
  }
  lines_ = line_ends_.size();
}

#if defined(__x86_64__)
namespace {

// Marks of 64 bytes as two words: line feeds, and both.
struct Marks {
  std::uint64_t feeds, all;
};
__attribute__((target("avx2"))) inline Marks marks_of(const char* text, __m256i separators, __m256i feeds) {
  const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text));
  const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text + 32));
  const auto word = [](__m256i a, __m256i b) __attribute__((target("avx2"))) {
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm256_movemask_epi8(a))) |
           static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm256_movemask_epi8(b))) << 32;
  };
  const std::uint64_t feed = word(_mm256_cmpeq_epi8(low, feeds), _mm256_cmpeq_epi8(high, feeds));
  return {feed, feed | word(_mm256_cmpeq_epi8(low, separators), _mm256_cmpeq_epi8(high, separators))};
}

// Bytes done, a multiple of 64; positions go to `ends`, the count of each line's last to `line_ends`. Both have room
// for 64 more than they get. Positions are stored eight at a time, the surplus is overwritten by the next block.
__attribute__((target("avx2,bmi,popcnt"))) std::size_t index_avx2(std::string_view text, char separator,
                                                                  std::vector<std::uint32_t>& ends,
                                                                  std::vector<std::uint32_t>& line_ends,
                                                                  std::size_t& count, std::size_t& lines) {
  const __m256i separators = _mm256_set1_epi8(separator), feeds = _mm256_set1_epi8('\n');
  std::size_t at = 0;
  for (; at + 64 <= text.size(); at += 64) {
    auto [feed, mark] = marks_of(text.data() + at, separators, feeds);
    if (ends.size() < count + 72) ends.resize(ends.size() * 2 + 4096);
    if (line_ends.size() < lines + 64) line_ends.resize(line_ends.size() * 2 + 1024);
    for (; feed != 0; feed &= feed - 1) {
      const auto before = static_cast<std::size_t>(__builtin_popcountll(mark & ((feed & -feed) - 1)));
      line_ends[lines++] = static_cast<std::uint32_t>(count + before);
    }
    std::uint32_t* out = ends.data() + count;
    const auto base = static_cast<std::uint32_t>(at);
    count += static_cast<std::size_t>(__builtin_popcountll(mark));
    while (mark != 0) {
      for (int i = 0; i < 8; ++i) {
        out[i] = base + static_cast<std::uint32_t>(_tzcnt_u64(mark));
        mark &= mark - 1;
      }
      out += 8;
    }
  }
  return at;
}

}  // namespace

void FieldIndex::build(std::string_view text, char separator) {
  static const bool has_avx2 =
      __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("popcnt");
  if (!has_avx2) return build_plain(text, separator);
  text_ = text;
  std::size_t count = 0;
  lines_ = 0;
  std::size_t at = index_avx2(text, separator, ends_, line_ends_, count, lines_);
  if (ends_.size() < count + 64) ends_.resize(count + 64);
  if (line_ends_.size() < lines_ + 64) line_ends_.resize(lines_ + 64);
  for (; at < text.size(); ++at) {
    if (text[at] == '\n') line_ends_[lines_++] = static_cast<std::uint32_t>(count);
    if (text[at] == '\n' || text[at] == separator) ends_[count++] = static_cast<std::uint32_t>(at);
  }
}
#else
void FieldIndex::build(std::string_view text, char separator) {
  build_plain(text, separator);
}
#endif

std::optional<double> parse_long_number(std::string_view text) {
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

std::optional<std::int64_t> parse_long_whole(std::string_view text) {
  const auto value = parse_long_number(text);
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
