// Character sets against glibc's iconv and Python's codecs as independent implementations, for every code point.
#include "core/text.h"

#include <gtest/gtest.h>
#include <iconv.h>

#include <map>
#include <memory>

#include "core/random.h"

namespace sekisho {
namespace {

class Iconv {
 public:
  Iconv(const char* from, const char* to) : handle_(iconv_open(to, from)) {}
  ~Iconv() { iconv_close(handle_); }
  // "" where iconv refuses.
  std::string convert(std::string_view text) {
    iconv(handle_, nullptr, nullptr, nullptr, nullptr);
    std::string in(text), out(text.size() * 4 + 32, '\0');
    char *from = in.data(), *to = out.data();
    std::size_t left = in.size(), room = out.size();
    if (iconv(handle_, &from, &left, &to, &room) == static_cast<std::size_t>(-1)) return {};
    iconv(handle_, nullptr, nullptr, &to, &room);
    out.resize(out.size() - room);
    return out;
  }

 private:
  iconv_t handle_;
};

std::string decoded(Charset charset, std::string_view bytes, DecodeReport* report = nullptr) {
  std::string out;
  DecodeReport own;
  decode(charset, as_bytes(bytes), out, report == nullptr ? own : *report);
  return out;
}
std::string encoded(Charset charset, std::string_view text) {
  std::string out;
  encode(charset, text, out);
  return out;
}

// Where this project takes the JIS column and iconv another: decoded here -> decoded by iconv.
const std::map<std::string, std::string> kCp932Differences = {{"〜", "～"}, {"‖", "∥"},  {"−", "－"},
                                                              {"¢", "￠"},  {"£", "￡"}, {"¬", "￢"}};

TEST(Text, EveryCp932CodeDecodesAsIconvSaysButForTheSixOfTheJisColumn) {
  Iconv iconv("CP932", "UTF-8");
  int compared = 0;
  for (int lead = 0x81; lead <= 0xFC; ++lead)
    for (int trail = 0x40; trail <= 0xFC; ++trail) {
      if (lead >= 0xA0 && lead <= 0xDF) continue;
      const std::string code{static_cast<char>(lead), static_cast<char>(trail)};
      const std::string expected = iconv.convert(code);
      DecodeReport report;
      const std::string ours = decoded(Charset::kCp932, code, &report);
      if (expected.empty()) {
        EXPECT_EQ(report.invalid > 0, true) << std::hex << lead << trail;
        continue;
      }
      ++compared;
      const auto difference = kCp932Differences.find(ours);
      EXPECT_EQ(difference == kCp932Differences.end() ? ours : difference->second, expected)
          << std::hex << lead << trail;
    }
  EXPECT_EQ(compared, 9604);
}

TEST(Text, EveryJisX0208CodeDecodesAsIconvSays) {
  Iconv iconv("ISO-2022-JP", "UTF-8");
  int compared = 0;
  for (int row = 0x21; row <= 0x7E; ++row)
    for (int cell = 0x21; cell <= 0x7E; ++cell) {
      const std::string code = std::string("\x1B$B") + static_cast<char>(row) + static_cast<char>(cell) + "\x1B(B";
      const std::string expected = iconv.convert(code);
      if (expected.empty()) continue;  // vendor rows are compared through CP932
      ++compared;
      std::string ours = decoded(Charset::kIso2022Jp, code);
      EXPECT_EQ(ours, expected) << std::hex << row << cell;
    }
  EXPECT_EQ(compared, 6879);  // characters of JIS X 0208:1990
}

TEST(Text, EveryJisX0212CodeDecodesAsIconvSaysWithTheTildeAtFullWidth) {
  Iconv iconv("EUC-JP", "UTF-8");
  int compared = 0;
  for (int row = 0xA1; row <= 0xFE; ++row)
    for (int cell = 0xA1; cell <= 0xFE; ++cell) {
      const std::string code = std::string("\x8F") + static_cast<char>(row) + static_cast<char>(cell);
      const std::string expected = iconv.convert(code);
      if (expected.empty()) continue;
      ++compared;
      const std::string in_jis =
          std::string("\x1B$(D") + static_cast<char>(row - 0x80) + static_cast<char>(cell - 0x80);
      const std::string ours = decoded(Charset::kEucJp, code);
      EXPECT_EQ(ours, expected == "~" ? "～" : expected) << std::hex << row << cell;
      EXPECT_EQ(decoded(Charset::kIso2022Jp, in_jis), ours);
    }
  EXPECT_EQ(compared, 6067);  // characters of JIS X 0212:1990
}

TEST(Text, WhatIsEncodedIsReadByIconvAndComesBack) {
  for (const auto& [charset, name] :
       {std::pair{Charset::kCp932, "CP932"}, {Charset::kIso2022Jp, "ISO-2022-JP"}, {Charset::kEucJp, "EUC-JP"}}) {
    Iconv iconv(name, "UTF-8");
    int kept = 0;
    for (char32_t c = 0x20; c < 0x10000; ++c) {
      if ((c >= 0xD800 && c < 0xE000) || (c >= 0xFF61 && c <= 0xFF9F && charset == Charset::kIso2022Jp)) continue;
      std::string text, bytes;
      append_utf8(text, c);
      if (encode(charset, text, bytes) != 0) continue;
      ++kept;
      const std::string back = decoded(charset, bytes);
      const bool variant = back != text;  // both spellings of a code are accepted
      EXPECT_TRUE(!variant || encoded(charset, back) == bytes) << name << std::hex << static_cast<unsigned>(c);
      const std::string expected = iconv.convert(bytes);
      if (expected.empty()) continue;  // vendor characters that the strict form of iconv does not know
      const auto difference = charset == Charset::kCp932 ? kCp932Differences.find(back) : kCp932Differences.end();
      if (expected == "~") continue;  // JIS X 0212 has a tilde of its own, here at full width
      EXPECT_EQ(difference == kCp932Differences.end() ? back : difference->second, expected);
    }
    EXPECT_GT(kept, 6900) << name;
  }
}

TEST(Text, NoTwoByteCharacterBecomesADelimiter) {
  for (int a = 0x21; a <= 0x7E; ++a)
    for (int b = 0x21; b <= 0x7E; ++b) {
      const std::string jis = std::string("\x1B$B") + static_cast<char>(a) + static_cast<char>(b) + "\x1B(B";
      for (const char c : decoded(Charset::kIso2022Jp, jis))
        EXPECT_LT(c, 0);
    }
}

TEST(Text, UnmappableCharactersBecomeTheGetaMarkAndAreCounted) {
  std::string out;
  EXPECT_EQ(encode(Charset::kIso2022Jp, "あ😀", out), 1u);
  EXPECT_EQ(out, "\x1B$B$\"\".\x1B(B");
}

TEST(Text, EscapesOfAllKindsSwitchTheSet) {
  EXPECT_EQ(decoded(Charset::kIso2022Jp, "\x1B$@0!\x1B(J|\x1B&@\x1B$B0!\x1B(B^"), "亜|亜^");
  EXPECT_EQ(decoded(Charset::kIso2022Jp, "\x1B(I6E\x1B(B-\x0E\x36\x45\x0F-"), "ｶﾅ-ｶﾅ-");
}

TEST(Text, ACarriageReturnInTwoByteModeResetsToAsciiAndIsCounted) {
  DecodeReport report;
  EXPECT_EQ(decoded(Charset::kIso2022Jp, "\x1B$B0!\rPV1|", &report), "亜\rPV1|");
  EXPECT_EQ(report.escape_state, 1u);
  EXPECT_EQ(report.invalid, 0u);
}

TEST(Text, DamageIsReplacedAndReadingGoesOnAtTheNextEscape) {
  DecodeReport report;
  EXPECT_EQ(decoded(Charset::kIso2022Jp, "\x1B$B0!\x80zz\x1B(Bend", &report),
            "亜\xEF\xBF\xBD"
            "end");
  EXPECT_EQ(report.invalid, 1u);
  report = {};
  EXPECT_EQ(decoded(Charset::kCp932, "\x81|a", &report), "−a");  // 817C is the minus sign
  EXPECT_EQ(decoded(Charset::kCp932, "\x81", &report), "\xEF\xBF\xBD");
  EXPECT_EQ(decoded(Charset::kUtf8, "a\xC0\x80\xED\xA0\x80z", &report).size(), 2u + 5u * 3u);
}

TEST(Text, VendorCharactersAreCounted) {
  DecodeReport report;
  EXPECT_EQ(decoded(Charset::kCp932, encoded(Charset::kCp932, "①髙㈱"), &report), "①髙㈱");
  EXPECT_EQ(report.vendor, 3u);
  report = {};
  EXPECT_EQ(decoded(Charset::kIso2022Jp, encoded(Charset::kIso2022Jp, "①髙"), &report), "①髙");
  EXPECT_EQ(report.vendor, 2u);
}

TEST(Text, TheSetOfABufferIsRecognised) {
  const std::string text = "山田|ﾀﾛｳ";
  EXPECT_EQ(detect_charset(as_bytes("plain")), Charset::kAscii);
  EXPECT_EQ(detect_charset(as_bytes(text)), Charset::kUtf8);
  EXPECT_EQ(detect_charset(as_bytes("\xEF\xBB\xBFplain")), Charset::kUtf8);
  EXPECT_EQ(detect_charset(as_bytes(encoded(Charset::kIso2022Jp, text))), Charset::kIso2022Jp);
  EXPECT_EQ(detect_charset(as_bytes(encoded(Charset::kCp932, text))), Charset::kCp932);
  // Kanji and katakana of EUC-JP are all half-width kana or kanji in CP932; a name in half-width kana is not EUC-JP.
  EXPECT_EQ(detect_charset(as_bytes(encoded(Charset::kEucJp, "山田|太郎|ヤマダ|タロウ"))), Charset::kEucJp);
  EXPECT_EQ(detect_charset(as_bytes(encoded(Charset::kCp932, "ﾔﾏﾀﾞ|ﾊﾅｺ|ﾌｼﾞ"))), Charset::kCp932);
  EXPECT_EQ(detect_charset(as_bytes(encoded(Charset::kCp932, "山田|太郎|ヤマダ|タロウ"))), Charset::kCp932);
  EXPECT_EQ(detect_charset(as_bytes("\xC5\xC4\xC3\xE6\xA1\xA1\xFD\xFE\xFE")),
            Charset::kCp932);  // neither: the usual one
  EXPECT_EQ(detect_charset({}), Charset::kAscii);
}

// Random bytes with many escapes and delimiters.
std::string random_bytes(std::uint64_t seed, std::size_t size) {
  static constexpr std::string_view kPieces[] = {
      "\x1B$B", "\x1B(B", "\x1B(I", "\x1B$(D",
      "\x1B",   "|",      "\r",     "\n",
      "\x0E",   "\x0F",   "0!$\"",  "MSH|^~\\&|plain text of some length that fills more than one block|"};
  std::string out;
  std::uint64_t state = seed * 0x9E3779B97F4A7C15 + 1;
  while (out.size() < size) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    if (state % 3 == 0)
      out += static_cast<char>(state >> 8);
    else if (state % 3 == 1)
      out += kPieces[state / 3 % std::size(kPieces)];
    else
      out.append(state >> 20 & 31, static_cast<char>(0x21 + (state >> 30) % 94));
  }
  return out;
}

TEST(Text, FastAndPlainDecodersAgreeOnRandomBytes) {
  for (std::uint64_t seed = 0; seed < 400; ++seed)
    for (const Charset charset :
         {Charset::kAscii, Charset::kUtf8, Charset::kIso2022Jp, Charset::kCp932, Charset::kEucJp}) {
      const std::string bytes = random_bytes(seed, seed * 7 % 2000);
      std::string fast, plain;
      DecodeReport a, b;
      decode(charset, as_bytes(bytes), fast, a);
      decode_plain(charset, as_bytes(bytes), plain, b);
      ASSERT_EQ(fast, plain) << name(charset) << " seed " << seed;
      ASSERT_EQ(a.invalid, b.invalid);
      ASSERT_EQ(a.escape_state, b.escape_state);
      ASSERT_TRUE(is_valid_utf8(fast));
      ASSERT_LE(fast.size(), bytes.size() * 3);
    }
}

TEST(Text, PiecesOfLongBuffersJoinWithoutASeam) {
  std::string text;
  while (text.size() < 400'000)
    text += "試験ABC｜花子xyz";
  for (const Charset charset : {Charset::kIso2022Jp, Charset::kCp932, Charset::kEucJp, Charset::kUtf8})
    EXPECT_EQ(decoded(charset, encoded(charset, text)), text) << name(charset);
}

TEST(Text, Utf8ValidationFollowsRfc3629) {
  for (const std::string_view good : {"", "a", "é", "あ", "😀", "\xF4\x8F\xBF\xBF"})
    EXPECT_TRUE(is_valid_utf8(good));
  for (const std::string_view bad : {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
                                     "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE3\x81", "abcdefgh\xFF"})
    EXPECT_FALSE(is_valid_utf8(bad));
}

}  // namespace
}  // namespace sekisho
