#include "formats/hl7.h"

#include <cctype>
#include <charconv>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace sekisho::formats::hl7 {
namespace {

// Positions of field separators and line ends. The plain version; the other must find the same.
void find_plain(const char* text, std::size_t from, std::size_t to, char separator, std::vector<std::uint32_t>& out) {
  for (std::size_t i = from; i < to; ++i)
    if (text[i] == separator || text[i] == '\r' || text[i] == '\n') out.push_back(static_cast<std::uint32_t>(i));
}

#if defined(__x86_64__)
__attribute__((target("avx2,bmi"))) void find_avx2(const char* text, std::size_t size, char separator,
                                                   std::vector<std::uint32_t>& out) {
  const __m256i bar = _mm256_set1_epi8(separator), cr = _mm256_set1_epi8('\r'), lf = _mm256_set1_epi8('\n');
  std::size_t i = 0, n = out.size();
  for (; i + 32 <= size; i += 32) {
    const __m256i block = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text + i));
    const __m256i hit = _mm256_or_si256(_mm256_cmpeq_epi8(block, bar),
                                        _mm256_or_si256(_mm256_cmpeq_epi8(block, cr), _mm256_cmpeq_epi8(block, lf)));
    auto bits = static_cast<std::uint32_t>(_mm256_movemask_epi8(hit));
    if (bits == 0) continue;
    if (out.size() < n + 32) out.resize(n * 2 + 256);
    std::uint32_t* to = out.data() + n;
    for (; bits != 0; bits &= bits - 1)
      *to++ = static_cast<std::uint32_t>(i) + static_cast<std::uint32_t>(__builtin_ctz(bits));
    n = static_cast<std::size_t>(to - out.data());
  }
  out.resize(n);
  find_plain(text, i, size, separator, out);
}
#endif

}  // namespace

bool is_blank_line(std::string_view line) {
  for (const char c : line)
    if (static_cast<unsigned char>(c) > ' ') return false;
  return true;
}

void Message::find_bounds(std::string_view text) {
#if defined(__x86_64__)
  static const bool has_avx2 = __builtin_cpu_supports("avx2");
  if (has_avx2) return find_avx2(text.data(), text.size(), delimiters_.field, bounds_);
#endif
  find_plain(text.data(), 0, text.size(), delimiters_.field, bounds_);
}

bool make_delimiters_usual(std::string& text) {
  constexpr std::string_view kUsual = "|^~\\&", kEscapes = "FSRET";
  const std::size_t start = text.find("MSH");
  if (start == std::string::npos || text.size() < start + 8) return true;
  const std::string own = text.substr(start + 3, kUsual.size());
  if (own == kUsual) return true;
  for (std::size_t i = 0; i < own.size(); ++i) {
    const auto c = static_cast<unsigned char>(own[i]);
    if (c <= ' ' || c >= 0x7F || std::isalnum(c) != 0 || own.find(own[i]) != i) return false;
  }
  std::string usual;
  usual.reserve(text.size() + 16);
  const auto escaped = [&](std::size_t which) { usual.append({'\\', kEscapes[which], '\\'}); };
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == own[3] && i + 2 < text.size() && text[i + 2] == c && kEscapes.contains(text[i + 1])) {
      c = own[kEscapes.find(text[i + 1])];  // the delimiter itself, as text
      i += 2;
    } else if (const std::size_t at = own.find(c); at != std::string::npos) {
      usual += kUsual[at];
      continue;
    }
    if (const std::size_t plain = kUsual.find(c); plain != std::string_view::npos)
      escaped(plain);
    else
      usual += c;
  }
  text = std::move(usual);
  return false;
}

bool Message::split(std::string_view text) {
  segments_.clear();
  bounds_.clear();
  line_feeds_ = false;
  delimiters_ = {};
  while (!text.empty() && (text.front() == '\r' || text.front() == '\n'))
    text.remove_prefix(1);
  if (!text.starts_with("MSH") || text.size() < 8 || text.size() > 0x7FFF0000) return false;
  delimiters_ = {text[3], text[4], text[5], text[6], text[7]};

  // bounds_ holds, per segment, the position before its id, then those of its separators, then that of its end. The
  // position before the first byte is -1, which wraps around and comes right again when 1 is added.
  bounds_.push_back(static_cast<std::uint32_t>(-1));
  find_bounds(text);
  bounds_.push_back(static_cast<std::uint32_t>(text.size()));
  const std::uint32_t* const all = bounds_.data();
  const std::size_t last = bounds_.size() - 1;
  for (std::size_t begin = 0; begin < last;) {
    std::size_t end = begin + 1;
    while (end < last && text[all[end]] == delimiters_.field)
      ++end;
    if (end < last && text[all[end]] == '\n') line_feeds_ = true;
    const std::uint32_t from = all[begin] + 1;
    if (const std::uint32_t to = all[end]; !is_blank_line(text.substr(from, to - from))) {
      Segment& s = segments_.emplace_back();
      s.text = text.substr(from, to - from);
      s.tag = tag(s.text);
      s.number = static_cast<std::int32_t>(segments_.size());
      s.base_ = text.data();
      s.bounds_ = all + begin;
      s.count_ = static_cast<std::uint32_t>(end - begin);
      s.shift_ = s.tag == hl7::tag("MSH") ? 1 : 0;
    }
    begin = end;
  }
  return true;
}

int count_pieces(std::string_view text, char separator) {
  if (text.empty()) return 0;
  int n = 1;
  for (const char c : text)
    n += c == separator;
  return n;
}

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

bool append_hex(std::string_view digits, std::string& out) {
  if (digits.empty() || digits.size() % 2 != 0) return false;
  for (const char c : digits)
    if (hex_digit(c) < 0) return false;
  for (std::size_t i = 0; i < digits.size(); i += 2)
    out += static_cast<char>(hex_digit(digits[i]) * 16 + hex_digit(digits[i + 1]));
  return true;
}

// Appends what the sequence between two escape characters stands for; false: it is none.
bool append_sequence(std::string_view sequence, std::string& out) {
  if (sequence.size() == 1) {
    constexpr std::string_view kNames = "FSTRE", kValues = "|^&~\\";
    if (const auto at = kNames.find(sequence[0]); at != std::string_view::npos) {
      out += kValues[at];
      return true;
    }
    return sequence[0] == 'H' || sequence[0] == 'N';
  }
  if (sequence.empty()) return false;
  if (sequence == ".br" || sequence == ".sp") {
    out += '\n';
    return true;
  }
  if (sequence[0] == 'X') return append_hex(sequence.substr(1), out);
  std::string ignored;
  return (sequence[0] == 'C' || sequence[0] == 'M') && append_hex(sequence.substr(1), ignored);
}

}  // namespace

std::string_view unescape(std::string_view text, std::string& scratch) {
  if (text.find('\\') == std::string_view::npos) return text;
  scratch.clear();
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '\\') {
      const auto end = text.find('\\', i + 1);
      if (end != std::string_view::npos && append_sequence(text.substr(i + 1, end - i - 1), scratch)) {
        i = end + 1;
        continue;
      }
    }
    scratch += text[i++];
  }
  return scratch;
}

std::optional<double> number(std::string_view text) {
  const bool minus = !text.empty() && text[0] == '-';
  if (minus || (!text.empty() && text[0] == '+')) text.remove_prefix(1);
  std::uint64_t mantissa = 0;  // of long numbers not used
  std::size_t digits = 0, before_point = 0;
  bool point = false;
  for (const char c : text) {
    if (const unsigned digit = static_cast<unsigned char>(c) - '0'; digit <= 9) {
      mantissa = mantissa * 10 + digit;
      ++digits;
    } else if (c == '.' && !point) {
      point = true;
      before_point = digits;
    } else {
      return std::nullopt;
    }
  }
  if (digits == 0 || digits > 300) return std::nullopt;
  // Up to 15 digits and 22 decimals the quotient of two exact doubles is the correctly rounded value (Clinger).
  if (digits <= 15) {
    static constexpr double kPowers[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                         1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    const double value =
        static_cast<double>(static_cast<std::int64_t>(mantissa)) / kPowers[point ? digits - before_point : 0];
    return minus ? -value : value;
  }
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return minus ? -value : value;
}

std::optional<std::int64_t> integer(std::string_view text) {
  if (text.empty() || text.size() > 18) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

// One loop instead of a search for each component: these texts are short and this is the hottest place of a reader.
Coded coded(std::string_view field, char separator) {
  std::string_view parts[8];
  const char* const begin = field.data();
  const std::size_t size = field.size();
  const bool repeats = separator == '^';
  std::size_t from = 0, at = 0;
  int n = 0;
  bool more = true;
#if defined(__x86_64__)
  const __m128i separators = _mm_set1_epi8(separator), tildes = _mm_set1_epi8('~');
  for (; more && n < 8 && at + 16 <= size; at += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(begin + at));
    auto ends = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(block, separators)));
    if (const auto repeat = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(block, tildes)));
        repeats && repeat != 0) {
      ends &= (repeat & -repeat) - 1;
      more = false;
      for (; ends != 0 && n < 8; ends &= ends - 1) {
        const std::size_t end = at + static_cast<std::size_t>(__builtin_ctz(ends));
        parts[n++] = given({begin + from, end - from});
        from = end + 1;
      }
      at += static_cast<std::size_t>(__builtin_ctz(repeat));
      break;
    }
    for (; ends != 0 && n < 8; ends &= ends - 1) {
      const std::size_t end = at + static_cast<std::size_t>(__builtin_ctz(ends));
      parts[n++] = given({begin + from, end - from});
      from = end + 1;
    }
  }
#endif
  for (; more && at < size && n < 8; ++at) {
    if (begin[at] == separator) {
      parts[n++] = given({begin + from, at - from});
      from = at + 1;
    } else if (repeats && begin[at] == '~') {
      break;
    }
  }
  if (n < 8) parts[n] = given({begin + from, at - from});
  return {{parts[0], parts[1], parts[2], parts[6]}, {parts[3], parts[4], parts[5], parts[7]}};
}

}  // namespace sekisho::formats::hl7
