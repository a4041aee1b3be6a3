#include "formats/receipt_fields.h"

#include <algorithm>
#include <array>
#include <cstring>

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

// What is known so far. The vectors have room for 64 more than they get in a step.
struct Found {
  std::vector<std::uint32_t>& ends;       // positions
  std::vector<std::uint32_t>& line_ends;  // which of them end a line
  std::size_t count = 0, lines = 0;

  // Room for a block, and its line ends. Returns where its positions go.
  [[gnu::always_inline]] inline std::uint32_t* begin_block(Marks marks) {
    if (ends.size() < count + 72) ends.resize(ends.size() * 2 + 4096);
    if (line_ends.size() < lines + 64) line_ends.resize(line_ends.size() * 2 + 1024);
    for (std::uint64_t feed = marks.feeds; feed != 0; feed &= feed - 1) {
      const auto before = static_cast<std::size_t>(__builtin_popcountll(marks.all & ((feed & -feed) - 1)));
      line_ends[lines++] = static_cast<std::uint32_t>(count + before);
    }
    std::uint32_t* out = ends.data() + count;
    count += static_cast<std::size_t>(__builtin_popcountll(marks.all));
    return out;
  }
};

// Bytes done, a multiple of 64. Positions are stored eight at a time, the surplus is overwritten by the next block.
__attribute__((target("avx2,bmi,popcnt"))) std::size_t index_avx2(std::string_view text, char separator, Found& found) {
  const __m256i separators = _mm256_set1_epi8(separator), feeds = _mm256_set1_epi8('\n');
  std::size_t at = 0;
  for (; at + 64 <= text.size(); at += 64) {
    const Marks marks = marks_of(text.data() + at, separators, feeds);
    std::uint32_t* out = found.begin_block(marks);
    const auto base = static_cast<std::uint32_t>(at);
    for (std::uint64_t mark = marks.all; mark != 0; out += 8)
      for (int i = 0; i < 8; ++i) {
        out[i] = base + static_cast<std::uint32_t>(_tzcnt_u64(mark));
        mark &= mark - 1;
      }
  }
  return at;
}

// The same, all positions of a block by one instruction: half of the bytes of a receipt are commas.
__attribute__((target("avx512f,avx512bw,avx512vbmi2,bmi,popcnt"))) std::size_t index_avx512(std::string_view text,
                                                                                            char separator,
                                                                                            Found& found) {
  alignas(64) static constexpr auto kPlaces = [] {
    std::array<std::uint8_t, 64> places{};
    for (std::size_t i = 0; i < 64; ++i)
      places[i] = static_cast<std::uint8_t>(i);
    return places;
  }();
  const __m512i places = _mm512_load_si512(kPlaces.data());
  const __m512i separators = _mm512_set1_epi8(separator), feeds = _mm512_set1_epi8('\n');
  std::size_t at = 0;
  for (; at + 64 <= text.size(); at += 64) {
    const __m512i block = _mm512_loadu_si512(text.data() + at);
    const std::uint64_t feed = _mm512_cmpeq_epi8_mask(block, feeds);
    const std::uint64_t all = feed | _mm512_cmpeq_epi8_mask(block, separators);
    std::uint32_t* out = found.begin_block({feed, all});
    const __m512i packed = _mm512_maskz_compress_epi8(all, places);
    const __m512i base = _mm512_set1_epi32(static_cast<int>(at));
    const int size = __builtin_popcountll(all);
    const auto store = [&](int from, __m128i part) __attribute__((target("avx512f,avx512bw,avx512vbmi2,bmi,popcnt"))) {
      _mm512_storeu_si512(out + from, _mm512_add_epi32(_mm512_cvtepu8_epi32(part), base));
    };
    store(0, _mm512_castsi512_si128(packed));
    if (size > 16) store(16, _mm512_extracti32x4_epi32(packed, 1));
    if (size > 32) store(32, _mm512_extracti32x4_epi32(packed, 2));
    if (size > 48) store(48, _mm512_extracti32x4_epi32(packed, 3));
  }
  return at;
}

}  // namespace

void FieldIndex::build(std::string_view text, char separator) {
  static const bool has_avx2 =
      __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("popcnt");
  static const bool has_avx512 = has_avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                                 __builtin_cpu_supports("avx512vbmi2");
  if (!has_avx2) return build_plain(text, separator);
  text_ = text;
  Found found{ends_, line_ends_};
  std::size_t at = has_avx512 ? index_avx512(text, separator, found) : index_avx2(text, separator, found);
  std::size_t count = found.count;
  lines_ = found.lines;
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
  return whole_of(parse_long_number(text));
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

std::string half_width(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    char32_t c = next_code_point(text, at);
    if (c >= 0xFF01 && c <= 0xFF5E) c -= 0xFEE0;
    if (c == 0x3000) c = ' ';
    append_utf8(out, c);
  }
  return out;
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

namespace {

constexpr std::size_t kDeciding = 2048;  // bytes that tell EUC-JP from Shift_JIS

Charset charset_of(std::string_view raw) {
  if (is_utf8_text(raw)) return Charset::kUtf8;
  const auto first = std::ranges::find_if(raw, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  const std::string_view text = raw.substr(static_cast<std::size_t>(first - raw.begin()), kDeciding);
  return detect_charset(as_bytes(text)) == Charset::kEucJp ? Charset::kEucJp : Charset::kCp932;
}

}  // namespace

void decode_file_text(std::string_view raw, Charset& charset, std::string& out, DecodeReport& report) {
  out.clear();
  const bool ascii = is_ascii(raw);
  if (charset == Charset::kAscii && raw.contains("\x1B$")) charset = Charset::kIso2022Jp;
  if (ascii && charset != Charset::kIso2022Jp) {
    out.assign(raw);
    return;
  }
  if (charset == Charset::kAscii) charset = charset_of(raw);
  decode(charset, as_bytes(raw), out, report);
}

}  // namespace sekisho::formats
