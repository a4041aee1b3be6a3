// Long texts and random bytes, which take the way through the vector instructions, against the decoder of single
// characters, glibc's iconv and ICU.
#include <gtest/gtest.h>
#include <iconv.h>
#include <unicode/ucnv.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>

#include "core/text.h"

namespace sekisho {
namespace {

std::string decoded(Charset charset, std::string_view bytes, DecodeReport* report = nullptr) {
  std::string out;
  DecodeReport own;
  decode(charset, as_bytes(bytes), out, report == nullptr ? own : *report);
  return out;
}

// Another implementation: how far it reads, and what it makes of that.
struct Read {
  std::size_t bytes = 0;
  std::string text;
};

class Iconv {
 public:
  explicit Iconv(const char* from) : handle_(iconv_open("UTF-8", from)) {}
  ~Iconv() { iconv_close(handle_); }
  Read read(std::string bytes) {
    iconv(handle_, nullptr, nullptr, nullptr, nullptr);
    std::string out(bytes.size() * 4 + 16, '\0');
    char *from = bytes.data(), *to = out.data();
    std::size_t left = bytes.size(), room = out.size();
    iconv(handle_, &from, &left, &to, &room);
    out.resize(out.size() - room);
    return {bytes.size() - left, out};
  }

 private:
  iconv_t handle_;
};

class Icu {
 public:
  explicit Icu(const char* name) : converter_(ucnv_open(name, &error_)) {
    ucnv_setToUCallBack(converter_.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &error_);
    EXPECT_TRUE(U_SUCCESS(error_)) << name;
  }
  Read read(const std::string& bytes) {
    ucnv_reset(converter_.get());
    std::u16string wide(bytes.size() + 16, u'\0');
    UChar* to = wide.data();
    const char* from = bytes.data();
    UErrorCode error = U_ZERO_ERROR;
    ucnv_toUnicode(converter_.get(), &to, wide.data() + wide.size(), &from, bytes.data() + bytes.size(), nullptr, true,
                   &error);
    Read out{static_cast<std::size_t>(from - bytes.data()), {}};
    if (U_FAILURE(error)) {
      // What is wrong has been read, too.
      char damaged[32];
      std::int8_t length = sizeof damaged;
      UErrorCode ignored = U_ZERO_ERROR;
      ucnv_getInvalidChars(converter_.get(), damaged, &length, &ignored);
      out.bytes -= std::min<std::size_t>(out.bytes, static_cast<std::size_t>(length));
    }
    for (const UChar* c = wide.data(); c != to; ++c)
      append_utf8(out.text, *c);
    return out;
  }

 private:
  struct Close {
    void operator()(UConverter* converter) const { ucnv_close(converter); }
  };
  UErrorCode error_ = U_ZERO_ERROR;
  std::unique_ptr<UConverter, Close> converter_;
};

// Every code of both bytes between these borders that decodes, in an order mixed by `seed`.
std::vector<std::string> codes(Charset charset, int first, int last, unsigned seed) {
  std::vector<std::string> out;
  for (int lead = first; lead <= last; ++lead)
    for (int trail = charset == Charset::kCp932 ? 0x40 : first; trail <= last; ++trail) {
      std::string code{static_cast<char>(lead), static_cast<char>(trail)};
      DecodeReport report;
      const std::string whole = charset == Charset::kIso2022Jp ? "\x1B$B" + code + "\x1B(B" : code;
      const std::string text = decoded(charset, whole, &report);
      std::size_t at = 0;
      next_code_point(text, at);
      if (report.invalid == 0 && at == text.size()) out.push_back(std::move(code));
    }
  std::ranges::shuffle(out, std::mt19937(seed));
  return out;
}

TEST(TextRuns, EveryCharacterDecodesInARunAsItDoesAlone) {
  for (unsigned seed = 0; seed < 8; ++seed)
    for (const auto& [charset, first, last] :
         {std::tuple{Charset::kIso2022Jp, 0x21, 0x7E}, {Charset::kCp932, 0x81, 0xFC}, {Charset::kEucJp, 0xA1, 0xFE}}) {
      std::mt19937 random(seed);
      const bool jis = charset == Charset::kIso2022Jp;
      std::string bytes, expected;
      std::uint64_t vendor = 0;
      for (const std::string& code : codes(charset, first, last, seed)) {
        DecodeReport one;
        bytes += jis && !bytes.ends_with("\x1B(B") && !bytes.empty() ? code : jis ? "\x1B$B" + code : code;
        expected += decoded(charset, jis ? "\x1B$B" + code + "\x1B(B" : code, &one);
        vendor += one.vendor;
        if (random() % 9 == 0) {
          const std::string ascii(random() % 70, 'x');
          bytes += (jis ? "\x1B(B" + ascii + "\x1B(B" : ascii);
          expected += ascii;
        }
      }
      DecodeReport report;
      ASSERT_EQ(decoded(charset, bytes, &report), expected) << name(charset) << seed;
      EXPECT_EQ(report.vendor, vendor);
      EXPECT_EQ(report.invalid, 0u);
    }
}

// JIS X 0208 has characters that Microsoft reads as others; this project takes the column of the standard, as glibc's
// ISO-2022-JP and EUC-JP do. Decoded here -> by CP932 of glibc and ICU, and by ICU's other sets.
const std::map<std::string, std::string> kMicrosoft = {{"〜", "～"}, {"‖", "∥"},  {"−", "－"}, {"¢", "￠"},
                                                       {"£", "￡"},  {"¬", "￢"}, {"―", "—"}};
// One spelling of characters that differ only by this column. Tilde: JIS X 0212 row 2 has one of its own, full-width
// here.
std::string common(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t from = at;
    next_code_point(text, at);
    const std::string character = text.substr(from, at - from);
    const auto found = kMicrosoft.find(character);
    out += found == kMicrosoft.end() ? character : found->second;
  }
  return out;
}

// Bytes of which many are characters of the set.
std::string random_bytes(Charset charset, std::mt19937& random) {
  std::string out;
  const std::size_t size = 40 + random() % 200;
  const auto byte = [&](int from, int to) {
    out += static_cast<char>(from + static_cast<int>(random() % (to - from + 1)));
  };
  bool two = false;
  while (out.size() < size)
    switch (random() % 24) {
      case 0:
        byte(0, 255);
        if (charset == Charset::kIso2022Jp && (static_cast<unsigned char>(out.back()) <= 0x20 || out.back() == 0x7F))
          out.back() = 'e';
        if (charset == Charset::kEucJp && out.back() == '\x8E') out.back() = 'e';
        break;
      case 1:
      case 2:
        if (charset == Charset::kIso2022Jp) out += two ? "\x1B(B" : "\x1B$B";
        two = charset == Charset::kIso2022Jp && !two;
        break;
      case 3:
        if (!two) out.append(random() % 50, 'a');
        break;
      case 4:
        if (charset == Charset::kCp932) byte(0xA1, 0xDF);
        if (charset == Charset::kEucJp) out += '\x8E', byte(0xA1, 0xDF);
        break;
      default:
        if (charset == Charset::kCp932) {
          random() % 4 == 0 ? byte(0xE0, 0xEA) : byte(0x81, 0x9F);
          byte(0x40, 0xFC);
        } else if (charset == Charset::kEucJp) {
          byte(0xA1, 0xF4), byte(0xA1, 0xFE);
        } else if (two) {
          byte(0x21, 0x74), byte(0x21, 0x7E);
        } else {
          byte(0x20, 0x7E);
        }
    }
  return out;
}

// Where the other implementation stops, one byte is passed over; what it read in between is compared. In ISO-2022-JP,
// which has a state, only the first piece is.
template <class Other>
void compare(Charset charset, Other& other, std::string_view not_compared, std::size_t& compared) {
  std::mt19937 random(20240401);
  for (int round = 0; round < 3000; ++round) {
    std::string rest = random_bytes(charset, random);
    while (!rest.empty()) {
      const Read read = other.read(rest);
      const std::string piece = rest.substr(0, read.bytes);
      if (piece.find_first_of(not_compared) == std::string::npos) {
        ASSERT_EQ(common(decoded(charset, piece)), common(read.text))
            << name(charset) << " round " << round << " " << testing::PrintToString(piece);
        compared += piece.size();
      }
      if (charset == Charset::kIso2022Jp) break;
      rest.erase(0, read.bytes + 1);
    }
  }
}

// Known differences, left out of the comparison:
//   CP932    80 A0 FD FE FF   controls and private characters in Microsoft's table, damage here
//   CP932    1A 1C 7F         exchanged among each other by ICU's table, which is IBM's
//   EUC-JP   80 to 9F         C1 controls in both, damage here
//   EUC-JP   8E E0 to 8E FE   IBM's additions in ICU, damage here
//   ISO-2022-JP, controls and blanks in two-byte mode: passed on by both; here the line is damaged up to the next
//   escape ISO-2022-JP, SO and SI    half-width kana here, as hospitals send them
TEST(TextRuns, RandomBytesDecodeAsIconvDecodesThem) {
  std::size_t compared = 0;
  Iconv cp932("CP932"), euc("EUC-JP"), jis("ISO-2022-JP");
  compare(Charset::kCp932, cp932, "\x80\xA0\xFD\xFE\xFF", compared);
  compare(Charset::kEucJp, euc,
          "\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8A\x8B\x8C\x8D\x90\x91\x92\x93\x94\x95\x96"
          "\x97\x98\x99\x9A\x9B\x9C\x9D\x9E\x9F",
          compared);
  compare(Charset::kIso2022Jp, jis, "\x0E\x0F", compared);
  EXPECT_GT(compared, 300'000u);
}

TEST(TextRuns, RandomBytesDecodeAsIcuDecodesThem) {
  std::size_t compared = 0;
  Icu cp932("ibm-943_P15A-2003"), euc("EUC-JP"), jis("ISO-2022-JP");
  compare(Charset::kCp932, cp932, "\x1A\x1C\x7F\x80\xA0\xFD\xFE\xFF", compared);
  compare(Charset::kEucJp, euc,
          "\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8A\x8B\x8C\x8D\x90\x91\x92\x93\x94\x95\x96"
          "\x97\x98\x99\x9A\x9B\x9C\x9D\x9E\x9F",
          compared);
  compare(Charset::kIso2022Jp, jis, "\x0E\x0F", compared);
  EXPECT_GT(compared, 300'000u);
}

TEST(TextRuns, FastAndPlainAgreeOnRandomBytesOfEverySet) {
  std::mt19937 random(7);
  for (int round = 0; round < 6000; ++round)
    for (const Charset charset : {Charset::kIso2022Jp, Charset::kCp932, Charset::kEucJp}) {
      const std::string bytes = random_bytes(charset, random);
      std::string fast, plain;
      DecodeReport a, b;
      decode(charset, as_bytes(bytes), fast, a);
      decode_plain(charset, as_bytes(bytes), plain, b);
      ASSERT_EQ(fast, plain) << name(charset) << " round " << round;
      ASSERT_EQ(std::tie(a.invalid, a.halfwidth_kana, a.vendor, a.jisx0212, a.escape_state),
                std::tie(b.invalid, b.halfwidth_kana, b.vendor, b.jisx0212, b.escape_state));
    }
}

}  // namespace
}  // namespace sekisho
