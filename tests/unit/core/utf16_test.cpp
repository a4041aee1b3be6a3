// UTF-16 against the tables of the Unicode standard (3.9, D91) and whatever pieces a file comes in.
#include "core/utf16.h"

#include <gtest/gtest.h>

#include "core/text.h"

namespace sekisho {
namespace {

using std::string_view_literals::operator""sv;

// Unicode standard, table 3-4: U+004D U+0430 U+4E8C U+10302.
constexpr std::string_view kBig = "\x00\x4D\x04\x30\x4E\x8C\xD8\x00\xDF\x02"sv;
constexpr std::string_view kUtf8 = "\x4D\xD0\xB0\xE4\xBA\x8C\xF0\x90\x8C\x82";

std::string little(std::string_view big) {
  std::string out;
  for (std::size_t i = 0; i + 1 < big.size(); i += 2)
    out.append({big[i + 1], big[i]});
  return out;
}

TEST(Utf16, IsToldByItsMarkOrByTheZerosBetweenLetters) {
  EXPECT_EQ(utf16_order(as_bytes("\xFF\xFEI\0"sv)), ByteOrder::kLittle);
  EXPECT_EQ(utf16_order(as_bytes("\xFE\xFF\0I"sv)), ByteOrder::kBig);
  EXPECT_EQ(utf16_order(as_bytes("I\0R\0"sv)), ByteOrder::kLittle);
  EXPECT_EQ(utf16_order(as_bytes("\0I\0R"sv)), ByteOrder::kBig);
  for (const std::string_view other :
       {"IR,1"sv, "\xFF\xFE"sv, ""sv, "I\0\0\0"sv, "\xFF\xFE\0\0"sv, "\0\0\0\0"sv, "\x83\x65\x83\x58"sv})
    EXPECT_EQ(utf16_order(as_bytes(other)), ByteOrder::kNone);
}

TEST(Utf16, DecodesAndEncodesTheExampleOfTheStandardInBothOrders) {
  std::string text;
  EXPECT_EQ(decode_utf16(as_bytes(kBig), ByteOrder::kBig, text), 0U);
  EXPECT_EQ(text, kUtf8);
  text.clear();
  EXPECT_EQ(decode_utf16(as_bytes(little(kBig)), ByteOrder::kLittle, text), 0U);
  EXPECT_EQ(text, kUtf8);
  Bytes bytes;
  encode_utf16(kUtf8, ByteOrder::kBig, bytes);
  EXPECT_EQ(as_text(bytes), kBig);
}

TEST(Utf16, HalvesOfPairsAndAnOddByteAreCountedAndReplaced) {
  std::string text;
  EXPECT_EQ(decode_utf16(as_bytes("\xD8\x00\x00\x4D\xDC\x00\x00"sv), ByteOrder::kBig, text), 3U);
  EXPECT_EQ(text, "\uFFFDM\uFFFD\uFFFD");
}

TEST(Utf16, PiecesOfAnySizeGiveTheSameText) {
  const std::string bytes = "\xFE\xFF" + std::string(kBig) + std::string(kBig);
  for (std::size_t size = 1; size <= bytes.size(); ++size) {
    Utf16Reader reader;
    reader.begin();
    std::string text;
    for (std::size_t at = 0; at < bytes.size(); at += size)
      text += reader.take(std::string_view(bytes).substr(at, size));
    text += reader.finish();
    EXPECT_EQ(text, std::string(kUtf8) + std::string(kUtf8)) << size;
    EXPECT_TRUE(reader.is_utf16());
    EXPECT_EQ(reader.invalid(), 0U);
  }
}

TEST(Utf16, OtherFilesComeOutAsTheyWentIn) {
  for (const std::string_view file : {"I"sv, "IR,1,13\r\n"sv, "\x83\x65\x83\x58\x83\x67"sv}) {
    for (std::size_t size = 1; size <= file.size(); ++size) {
      Utf16Reader reader;
      reader.begin();
      std::string text;
      for (std::size_t at = 0; at < file.size(); at += size)
        text += reader.take(file.substr(at, size));
      text += reader.finish();
      EXPECT_EQ(text, file) << size;
      EXPECT_FALSE(reader.is_utf16());
    }
  }
}

// 日本 in the character sets that files come in (iconv).
TEST(Utf16, AWholeTextComesOutInUtf8WhateverItsFileIsIn) {
  for (const std::string_view file :
       {"A,\x93\xFA\x96\x7B\n"sv, "A,\x1B$BF|K\\\x1B(B\n"sv, "A,\xE6\x97\xA5\xE6\x9C\xAC\n"sv,
        "\xFF\xFE\x41\x00\x2C\x00\xE5\x65\x2C\x67\x0A\x00"sv, "\x00\x41\x00\x2C\x65\xE5\x67\x2C\x00\x0A"sv})
    EXPECT_EQ(text_in_utf8(as_bytes(file)), "A,日本\n");
}

TEST(Paths, PartsInShiftJisAreShownAsTheirTextAndOthersAsTheyAre) {
  std::string folder;
  encode(Charset::kCp932, "L-SUM^退院サマリ", folder);
  EXPECT_EQ(path_in_utf8("病院/" + folder + "/main_document.xml"), "病院/L-SUM^退院サマリ/main_document.xml");
  EXPECT_EQ(path_in_utf8("病院/900/x"), "病院/900/x");
  EXPECT_EQ(path_in_utf8(folder), "L-SUM^退院サマリ");
  EXPECT_TRUE(is_valid_utf8(path_in_utf8("a/\xFF\xFE/b\x80/")));
}

}  // namespace
}  // namespace sekisho
