#include "core/text.h"

#include <cstring>

#include "core/detail/charset_tables.h"
#include "core/detail/pair_runs.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define SEKISHO_AVX2 __attribute__((target("avx2")))
#endif

namespace sekisho {

using detail::charset_tables;
using detail::CharsetTables;
using detail::kCells;
using detail::kVendorMark;
using detail::PairForm;
using detail::PairRun;
using detail::PairRunner;
using detail::utf8_length;

std::string_view name(Charset charset) {
  constexpr std::string_view kNames[] = {"ASCII", "UTF-8", "ISO-2022-JP", "CP932", "EUC-JP"};
  return kNames[static_cast<int>(charset)];
}

namespace {

constexpr std::uint8_t kEsc = 0x1B, kShiftOut = 0x0E, kShiftIn = 0x0F;

// --- runs of ASCII: here and in detail/pair_runs.h the fast and the plain version differ ---

// Copies bytes that stand for themselves: below 0x80 and, where Escapes, none of ESC, SO and SI. Returns their number.
// May store up to 32 bytes past what it returns.
template <bool Escapes>
std::size_t copy_ascii_plain(const std::uint8_t* in, std::size_t size, char* out) {
  std::size_t n = 0;
  for (; n < size; ++n) {
    const std::uint8_t c = in[n];
    if (c >= 0x80 || (Escapes && (c == kEsc || c == kShiftOut || c == kShiftIn))) break;
    out[n] = static_cast<char>(c);
  }
  return n;
}

#if defined(__x86_64__)
template <bool Escapes>
SEKISHO_AVX2 std::size_t copy_ascii_avx2(const std::uint8_t* in, std::size_t size, char* out) {
  std::size_t n = 0;
  const __m256i esc = _mm256_set1_epi8(kEsc), shift_mask = _mm256_set1_epi8(~1), shift = _mm256_set1_epi8(kShiftOut);
  for (; n + 32 <= size; n += 32) {
    const __m256i block = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(in + n));
    __m256i stop = block;  // the high bit of each byte counts
    if constexpr (Escapes) {
      stop = _mm256_or_si256(stop, _mm256_cmpeq_epi8(block, esc));
      stop = _mm256_or_si256(stop, _mm256_cmpeq_epi8(_mm256_and_si256(block, shift_mask), shift));
    }
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + n), block);
    if (const auto bits = static_cast<std::uint32_t>(_mm256_movemask_epi8(stop)); bits != 0)
      return n + static_cast<std::size_t>(__builtin_ctz(bits));
  }
  return n + copy_ascii_plain<Escapes>(in + n, size - n, out + n);
}
#endif

template <bool Escapes>
using CopyAscii = std::size_t (*)(const std::uint8_t*, std::size_t, char*);

template <bool Escapes>
CopyAscii<Escapes> copy_ascii(bool fast) {
#if defined(__x86_64__)
  static const bool has_avx2 = __builtin_cpu_supports("avx2");
  if (fast && has_avx2) return copy_ascii_avx2<Escapes>;
#endif
  (void)fast;
  return copy_ascii_plain<Escapes>;
}

// --- output ---

void put(char*& out, std::uint32_t packed) {
  std::memcpy(out, &packed, 4);
  out += utf8_length(packed);
}
constexpr std::uint32_t kReplacement = 3u << 24 | 0xBDBFEFu;  // U+FFFD
std::uint32_t packed_kana(std::uint8_t position) {            // position 0x21-0x5F -> U+FF61-U+FF9F
  const std::uint32_t c = 0xFF40u + position;
  return 3u << 24 | (0xE0u | c >> 12) | (0x80u | (c >> 6 & 0x3Fu)) << 8 | (0x80u | (c & 0x3Fu)) << 16;
}

struct Invalid {
  DecodeReport& report;
  void operator()(char*& out) const {
    put(out, kReplacement);
    ++report.invalid;
  }
};

bool put_cell(char*& out, std::uint32_t packed, DecodeReport& report) {
  if (packed == 0) return false;
  report.vendor += (packed & kVendorMark) != 0;
  put(out, packed);
  return true;
}

// --- decoders: each reads from `in` until it has passed `stop` (never past `end`) and keeps its state between calls
// ---

struct Span {
  const std::uint8_t* in;
  const std::uint8_t* stop;
  const std::uint8_t* end;
};

// The fast path as far as it goes. Returns how many bytes it has read.
std::size_t run_pairs(PairRunner runner, Span& s, const std::uint32_t* table, char*& out, DecodeReport& report) {
  if (runner == nullptr) return 0;
  const PairRun run = runner(s.in, s.stop, s.end, table, out);
  s.in += run.read;
  out += run.written;
  report.vendor += run.vendor;
  return run.read;
}
PairRunner runner_of(PairForm form, bool fast) {
  return fast ? detail::pair_runner(form) : nullptr;
}

class Iso2022JpDecoder {
 public:
  Iso2022JpDecoder(DecodeReport& report, bool fast)
      : report_(report), copy_(copy_ascii<true>(fast)), runner_(runner_of(PairForm::kJis, fast)) {}

  const std::uint8_t* run(Span s, char*& out) {
    while (s.in < s.stop) {
      if (*s.in == kEsc) {
        s.in = escape(s.in, s.end, out);
      } else if (*s.in == kShiftOut || *s.in == kShiftIn) {
        if (*s.in == kShiftOut && mode_ != Mode::kKana) before_shift_ = mode_;
        mode_ = *s.in == kShiftOut ? Mode::kKana : before_shift_;
        ++s.in;
      } else if (mode_ == Mode::kAscii) {
        const std::size_t n = copy_(s.in, static_cast<std::size_t>(s.stop - s.in), out);
        s.in += n;
        out += n;
        if (s.in < s.stop && *s.in >= 0x80) {
          invalid_(out);
          ++s.in;
        }
      } else if (mode_ == Mode::kKana) {
        kana(*s.in++, out);
      } else {
        s.in = pairs(s, out);
      }
    }
    return s.in;
  }
  void finish() { report_.escape_state += mode_ == Mode::kJis || mode_ == Mode::kJis212; }

 private:
  enum class Mode : std::uint8_t { kAscii, kKana, kJis, kJis212 };

  // ESC ( B ascii, ( J roman read as ascii, ( I kana, $ @ and $ B and their four-byte forms JIS X 0208, $ ( D JIS X
  // 0212, & @ announces the 1990 edition and is passed over.
  const std::uint8_t* escape(const std::uint8_t* in, const std::uint8_t* end, char*& out) {
    const auto left = end - in;
    const auto at = [&](int i) -> int { return i < left ? in[i] : -1; };
    if (at(1) == '(') {
      if (at(2) == 'B' || at(2) == 'J') return enter(Mode::kAscii, in + 3);
      if (at(2) == 'I') return enter(Mode::kKana, in + 3);
    } else if (at(1) == '$') {
      if (at(2) == 'B' || at(2) == '@') return enter(Mode::kJis, in + 3);
      if (at(2) == '(' && at(3) == 'D') return enter(Mode::kJis212, in + 4);
      if (at(2) == '(' && (at(3) == 'B' || at(3) == '@')) return enter(Mode::kJis, in + 4);
    } else if (at(1) == '&' && at(2) == '@') {
      return in + 3;
    }
    invalid_(out);
    return in + 1;
  }
  const std::uint8_t* enter(Mode mode, const std::uint8_t* next) {
    mode_ = before_shift_ = mode;
    return next;
  }

  void line_end(std::uint8_t c, char*& out) {
    if (mode_ != Mode::kKana) ++report_.escape_state;
    mode_ = before_shift_ = Mode::kAscii;
    *out++ = static_cast<char>(c);
  }

  void kana(std::uint8_t c, char*& out) {
    if (c >= 0x21 && c <= 0x5F) {
      put(out, packed_kana(c));
      ++report_.halfwidth_kana;
    } else if (c == '\r' || c == '\n') {
      line_end(c, out);
    } else if (c <= 0x20) {
      *out++ = static_cast<char>(c);
    } else {
      invalid_(out);
    }
  }

  const std::uint8_t* pairs(Span s, char*& out) {
    const bool jis = mode_ == Mode::kJis;
    const std::uint32_t* table = jis ? tables_.jis.data() : tables_.jis_x_0212.data();
    while (s.in < s.stop) {
      const std::size_t run = run_pairs(runner_, s, table, out, report_);
      report_.jisx0212 += jis ? 0 : run / 2;
      if (s.in >= s.stop) break;
      const std::uint8_t* const in = s.in;
      const unsigned first = in[0] - 0x21u, second = in + 1 < s.end ? in[1] - 0x21u : 255u;
      if (first >= 94 || second >= 94) return resynchronise(in, s.end, out);
      s.in += 2;
      const std::uint32_t packed = table[first * kCells + second];
      if (packed == 0) {
        invalid_(out);
        continue;
      }
      report_.vendor += (packed & kVendorMark) != 0;
      report_.jisx0212 += !jis;
      put(out, packed);
    }
    return s.in;
  }

  // A byte that is no half of a character: line ends reset, escapes are read by the caller, anything else is damage up
  // to the next of them.
  const std::uint8_t* resynchronise(const std::uint8_t* in, const std::uint8_t* end, char*& out) {
    const auto is_border = [](std::uint8_t c) { return c == kEsc || c == '\r' || c == '\n'; };
    if (!is_border(*in) && *in != kShiftOut && *in != kShiftIn) {
      invalid_(out);
      while (in < end && !is_border(*in))
        ++in;
    }
    if (in < end && (*in == '\r' || *in == '\n')) line_end(*in++, out);
    return in;
  }

  DecodeReport& report_;
  Invalid invalid_{report_};
  CopyAscii<true> copy_;
  PairRunner runner_;
  const CharsetTables& tables_ = charset_tables();
  Mode mode_ = Mode::kAscii, before_shift_ = Mode::kAscii;
};

class Cp932Decoder {
 public:
  Cp932Decoder(DecodeReport& report, bool fast)
      : report_(report), copy_(copy_ascii<false>(fast)), runner_(runner_of(PairForm::kShiftJis, fast)) {}
  const std::uint8_t* run(Span s, char*& out) {
    while (s.in < s.stop) {
      const std::uint8_t c = *s.in;
      if (c < 0x80) {
        const std::size_t n = copy_(s.in, static_cast<std::size_t>(s.stop - s.in), out);
        s.in += n;
        out += n;
      } else if (c >= 0xA1 && c <= 0xDF) {
        put(out, packed_kana(static_cast<std::uint8_t>(c - 0x80)));
        ++report_.halfwidth_kana;
        ++s.in;
      } else if (run_pairs(runner_, s, tables_.jis.data(), out, report_) == 0) {
        s.in += character(c, s.in + 1 < s.end ? s.in[1] : 0, out);
      }
    }
    return s.in;
  }
  void finish() {}

 private:
  std::size_t character(std::uint8_t lead, std::uint8_t trail, char*& out) {
    const bool is_lead = (lead >= 0x81 && lead <= 0x9F) || (lead >= 0xE0 && lead <= 0xFC);
    const bool is_trail = trail >= 0x40 && trail <= 0xFC && trail != 0x7F;
    if (is_lead && is_trail) {
      const unsigned block = lead < 0xA0 ? lead - 0x81u : lead - 0xC1u;
      const unsigned cell = trail - 0x40u - (trail > 0x7F);
      if (put_cell(out, tables_.jis[block * 188 + cell], report_)) return 2;
      invalid_(out);
      return trail >= 0x80 ? 2 : 1;  // an ASCII byte may be a delimiter: it stays
    }
    invalid_(out);
    return 1;
  }

  DecodeReport& report_;
  Invalid invalid_{report_};
  CopyAscii<false> copy_;
  PairRunner runner_;
  const CharsetTables& tables_ = charset_tables();
};

class EucJpDecoder {
 public:
  EucJpDecoder(DecodeReport& report, bool fast)
      : report_(report), copy_(copy_ascii<false>(fast)), runner_(runner_of(PairForm::kEuc, fast)) {}
  const std::uint8_t* run(Span s, char*& out) {
    while (s.in < s.stop) {
      if (*s.in < 0x80) {
        const std::size_t n = copy_(s.in, static_cast<std::size_t>(s.stop - s.in), out);
        s.in += n;
        out += n;
      } else if (run_pairs(runner_, s, tables_.jis.data(), out, report_) == 0) {
        s.in += character(s.in, s.end, out);
      }
    }
    return s.in;
  }
  void finish() {}

 private:
  std::size_t character(const std::uint8_t* in, const std::uint8_t* end, char*& out) {
    const auto cell = [&](int i) -> unsigned { return in + i < end ? in[i] - 0xA1u : 255u; };
    if (in[0] == 0x8E && cell(1) < 0x3F) {
      put(out, packed_kana(static_cast<std::uint8_t>(in[1] - 0x80)));
      ++report_.halfwidth_kana;
      return 2;
    }
    if (in[0] == 0x8F && cell(1) < 94 && cell(2) < 94) {
      if (put_cell(out, tables_.jis_x_0212[cell(1) * kCells + cell(2)], report_))
        ++report_.jisx0212;
      else
        invalid_(out);
      return 3;
    }
    if (cell(0) < 94 && cell(1) < 94) {
      if (!put_cell(out, tables_.jis[cell(0) * kCells + cell(1)], report_)) invalid_(out);
      return 2;
    }
    invalid_(out);
    return 1;
  }

  DecodeReport& report_;
  Invalid invalid_{report_};
  CopyAscii<false> copy_;
  PairRunner runner_;
  const CharsetTables& tables_ = charset_tables();
};

// Length of the valid UTF-8 character at `in`, 0: none (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF).
std::size_t utf8_character(const std::uint8_t* in, const std::uint8_t* end) {
  const auto left = end - in;
  const auto tail = [&](int i) { return i < left && (in[i] & 0xC0) == 0x80; };
  const std::uint8_t c = in[0];
  if (c < 0x80) return 1;
  if (c >= 0xC2 && c <= 0xDF) return tail(1) ? 2 : 0;
  if (c >= 0xE0 && c <= 0xEF) {
    if (!tail(1) || !tail(2)) return 0;
    if ((c == 0xE0 && in[1] < 0xA0) || (c == 0xED && in[1] > 0x9F)) return 0;
    return 3;
  }
  if (c >= 0xF0 && c <= 0xF4) {
    if (!tail(1) || !tail(2) || !tail(3)) return 0;
    if ((c == 0xF0 && in[1] < 0x90) || (c == 0xF4 && in[1] > 0x8F)) return 0;
    return 4;
  }
  return 0;
}

class Utf8Decoder {
 public:
  Utf8Decoder(DecodeReport& report, bool fast) : report_(report), copy_(copy_ascii<false>(fast)) {}
  const std::uint8_t* run(Span s, char*& out) {
    while (s.in < s.stop) {
      if (*s.in < 0x80) {
        const std::size_t n = copy_(s.in, static_cast<std::size_t>(s.stop - s.in), out);
        s.in += n;
        out += n;
      } else if (const std::size_t n = utf8_character(s.in, s.end); n != 0) {
        std::memcpy(out, s.in, n);
        s.in += n;
        out += n;
      } else {
        invalid_(out);
        ++s.in;
      }
    }
    return s.in;
  }
  void finish() {}

 private:
  DecodeReport& report_;
  Invalid invalid_{report_};
  CopyAscii<false> copy_;
};

// Decodes piece by piece, so that only what is written of `out` is ever touched.
template <class Decoder>
void run_decoder(ByteView bytes, std::string& out, DecodeReport& report, bool fast) {
  constexpr std::size_t kPiece = 64 * 1024, kSlack = 64;
  Decoder decoder(report, fast);
  const std::uint8_t* in = bytes.data();
  const std::uint8_t* const end = in + bytes.size();
  while (in < end) {
    const std::uint8_t* const stop = in + std::min<std::size_t>(kPiece, static_cast<std::size_t>(end - in));
    const std::size_t before = out.size();
    out.resize_and_overwrite(before + 3 * static_cast<std::size_t>(stop - in) + kSlack, [&](char* data, std::size_t) {
      char* to = data + before;
      in = decoder.run({in, stop, end}, to);
      return static_cast<std::size_t>(to - data);
    });
  }
  decoder.finish();
}

void decode_with(Charset charset, ByteView bytes, std::string& out, DecodeReport& report, bool fast) {
  switch (charset) {
    case Charset::kUtf8:
      if (bytes.size() >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF) bytes = bytes.subspan(3);
      return run_decoder<Utf8Decoder>(bytes, out, report, fast);
    case Charset::kAscii:
    case Charset::kIso2022Jp:
      return run_decoder<Iso2022JpDecoder>(bytes, out, report, fast);
    case Charset::kCp932:
      return run_decoder<Cp932Decoder>(bytes, out, report, fast);
    case Charset::kEucJp:
      return run_decoder<EucJpDecoder>(bytes, out, report, fast);
  }
}

bool has_jis_escape(ByteView bytes) {
  const std::uint8_t* at = bytes.data();
  const std::uint8_t* const end = at + bytes.size();
  while ((at = static_cast<const std::uint8_t*>(std::memchr(at, kEsc, static_cast<std::size_t>(end - at))))) {
    if (at + 2 < end && (at[1] == '$' || at[1] == '(')) return true;
    if (++at == end) break;
  }
  return false;
}

bool is_ascii(ByteView bytes) {
  std::size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    std::uint64_t word;
    std::memcpy(&word, bytes.data() + i, 8);
    if (word & 0x8080808080808080) return false;
  }
  for (; i < bytes.size(); ++i)
    if (bytes[i] >= 0x80) return false;
  return true;
}

bool decodes_cleanly(Charset charset, ByteView bytes) {
  std::string scratch;
  DecodeReport report;
  decode(charset, bytes, scratch, report);
  return report.invalid == 0;
}

// EUC-JP text also reads as CP932 where its bytes make half-width kana. It shows by its own kana: their first byte, A4
// or A5, would be a half-width comma or dot in CP932.
bool is_euc_with_kana(ByteView bytes) {
  std::size_t kana = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] < 0x80) continue;
    if (i + 1 == bytes.size()) return false;
    const bool pair = bytes[i] >= 0xA1 || bytes[i] == 0x8E;
    if (!pair || bytes[i + 1] < 0xA1) return false;
    kana += bytes[i] == 0xA4 || bytes[i] == 0xA5;
    ++i;
  }
  return kana > 0 && decodes_cleanly(Charset::kEucJp, bytes);
}

}  // namespace

Charset detect_charset(ByteView bytes) {
  if (bytes.empty()) return Charset::kAscii;
  if (bytes.size() >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF) return Charset::kUtf8;
  if (has_jis_escape(bytes)) return Charset::kIso2022Jp;
  if (is_ascii(bytes)) return Charset::kAscii;
  if (is_valid_utf8(as_text(bytes))) return Charset::kUtf8;
  if (is_euc_with_kana(bytes)) return Charset::kEucJp;
  // The last byte may be half a character where a caller shows only the beginning of a file: it does not decide.
  const ByteView whole = bytes.first(bytes.size() - (bytes.back() >= 0x80 ? 1 : 0));
  if (decodes_cleanly(Charset::kCp932, bytes) || decodes_cleanly(Charset::kCp932, whole)) return Charset::kCp932;
  return decodes_cleanly(Charset::kEucJp, bytes) ? Charset::kEucJp : Charset::kCp932;
}

void decode(Charset charset, ByteView bytes, std::string& out, DecodeReport& report) {
  decode_with(charset, bytes, out, report, true);
}
void decode_plain(Charset charset, ByteView bytes, std::string& out, DecodeReport& report) {
  decode_with(charset, bytes, out, report, false);
}

bool is_valid_utf8(std::string_view text) {
  const ByteView bytes = as_bytes(text);
  const std::uint8_t* in = bytes.data();
  const std::uint8_t* const end = in + bytes.size();
  while (in < end) {
    std::uint64_t word;
    while (end - in >= 8 && (std::memcpy(&word, in, 8), (word & 0x8080808080808080) == 0))
      in += 8;
    if (in == end) break;
    const std::size_t n = utf8_character(in, end);
    if (n == 0) return false;
    in += n;
  }
  return true;
}

char32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto* in = reinterpret_cast<const std::uint8_t*>(text.data()) + at;
  const std::size_t n = utf8_character(in, reinterpret_cast<const std::uint8_t*>(text.data()) + text.size());
  at += n == 0 ? 1 : n;
  switch (n) {
    case 1:
      return in[0];
    case 2:
      return (in[0] & 0x1Fu) << 6 | (in[1] & 0x3Fu);
    case 3:
      return (in[0] & 0x0Fu) << 12 | (in[1] & 0x3Fu) << 6 | (in[2] & 0x3Fu);
    case 4:
      return (in[0] & 0x07u) << 18 | (in[1] & 0x3Fu) << 12 | (in[2] & 0x3Fu) << 6 | (in[3] & 0x3Fu);
    default:
      return 0xFFFD;
  }
}

void append_utf8(std::string& out, char32_t c) {
  if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) c = 0xFFFD;
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

}  // namespace sekisho
