// Segments, fields, components, escapes and numbers of HL7 v2.5 messages.
#include "formats/hl7.h"

#include <gtest/gtest.h>

namespace sekisho::formats::hl7 {
namespace {

constexpr std::string_view kHead = "MSH|^~\\&|HIS|TEST|GW|RCV|20240401101500||ADT^A08^ADT_A01|1|P|2.5";

std::vector<std::string> ids(const Message& message) {
  std::vector<std::string> out;
  for (const Segment& s : message.segments())
    out.emplace_back(s.text.substr(0, 3));
  return out;
}

TEST(Hl7, FieldsAreNumberedAsTheStandardDoes) {
  Message message;
  const std::string text = std::string(kHead) + "\rPID|0001||9^^^^PI||A^B\r";
  ASSERT_TRUE(message.split(text));
  const Segment& msh = message.segments()[0];
  EXPECT_EQ(msh.field(1), "|");
  EXPECT_EQ(msh.field(2), "^~\\&");
  EXPECT_EQ(msh.field(9), "ADT^A08^ADT_A01");
  EXPECT_EQ(msh.field(12), "2.5");
  EXPECT_EQ(msh.field(13), "");
  const Segment& pid = message.segments()[1];
  EXPECT_EQ(pid.field(1), "0001");
  EXPECT_EQ(component(pid.field(3), 5), "PI");
  EXPECT_EQ(component(pid.field(5), 2), "B");
  EXPECT_EQ(pid.field(99), "");
  EXPECT_EQ(pid.number, 2);
}

TEST(Hl7, AnyLineEndIsAcceptedAndEmptyLinesAreNoSegments) {
  for (const std::string end : {"\r", "\n", "\r\n"}) {
    Message message;
    const std::string text = std::string(kHead) + end + "EVN||2024" + end + end + "PID|1" + end + "\x1C" + end;
    ASSERT_TRUE(message.split(text));
    EXPECT_EQ(ids(message), (std::vector<std::string>{"MSH", "EVN", "PID"}));
    EXPECT_EQ(message.has_carriage_returns_only(), end == "\r");
  }
  Message unterminated;
  const std::string text = std::string(kHead) + "\rPV1|1|O";
  ASSERT_TRUE(unterminated.split(text));
  EXPECT_EQ(unterminated.segments()[1].field(2), "O");
}

TEST(Hl7, WhatDoesNotBeginWithAHeaderIsNoMessage) {
  Message message;
  for (const std::string_view text : {"", "\r\n", "PID|1", "MSH", "MSH|^~", "<xml/>"})
    EXPECT_FALSE(message.split(text)) << text;
}

TEST(Hl7, OtherDelimitersAreReadFromTheHeaderAndPutInTheirPlace) {
  std::string text = "MSH|#*%$|HIS\rPID|1||8^1*2|A%T%B#C$D&E%X0D%";
  EXPECT_FALSE(make_delimiters_usual(text));
  Message message;
  ASSERT_TRUE(message.split(text));
  std::string scratch;
  const std::string_view id = message.segments()[1].field(3), name = message.segments()[1].field(4);
  EXPECT_EQ(unescape(piece(piece(id, '~', 1), '^', 1), scratch), "8^1");
  EXPECT_EQ(piece(id, '~', 2), "2");
  EXPECT_EQ(unescape(piece(name, '^', 1), scratch), "A$B");  // escaped delimiters are those of the message
  EXPECT_EQ(unescape(piece(piece(name, '^', 2), '&', 2), scratch), "D&E\r");
  std::string usual(kHead);
  EXPECT_TRUE(make_delimiters_usual(usual));
  EXPECT_EQ(usual, kHead);
  std::string same = "MSH|^^\\&|HIS\r";  // cannot be told apart
  EXPECT_FALSE(make_delimiters_usual(same));
  EXPECT_EQ(same, "MSH|^^\\&|HIS\r");
}

TEST(Hl7, LongMessagesSplitLikeAPlainLoopWould) {
  std::string text(kHead);
  for (int i = 0; i < 500; ++i)
    text +=
        "\rOBX|" + std::to_string(i) + std::string(static_cast<std::size_t>(i % 70), 'x') + "|" + std::to_string(i * 7);
  Message message;
  ASSERT_TRUE(message.split(text));
  ASSERT_EQ(message.segments().size(), 501u);
  for (int i = 0; i < 500; ++i)
    EXPECT_EQ(message.segments()[static_cast<std::size_t>(i) + 1].field(2), std::to_string(i * 7));
}

TEST(Hl7, EscapesOfTheStandardAreUndoneAndOthersStay) {
  std::string scratch;
  EXPECT_EQ(unescape("A\\T\\B \\S\\ \\F\\ \\R\\ \\E\\ \\X0D\\ end", scratch), "A&B ^ | ~ \\ \r end");
  EXPECT_EQ(unescape("a\\.br\\b\\H\\c\\N\\", scratch), "a\nbc");
  EXPECT_EQ(unescape("\\1,000 and \\Zxx\\", scratch), "\\1,000 and \\Zxx\\");
  EXPECT_EQ(unescape("\\XZZ\\", scratch), "\\XZZ\\");
}

TEST(Hl7, NumbersAreThoseOfTypeNm) {
  EXPECT_EQ(number("7.2"), 7.2);
  EXPECT_EQ(number("+0.1"), 0.1);
  EXPECT_EQ(number("-.5"), -0.5);
  EXPECT_EQ(number("5."), 5.0);
  EXPECT_EQ(number("0012"), 12.0);
  EXPECT_EQ(number("123456789012345678"), 123456789012345678.0);
  for (const std::string_view bad : {"", ".", "+", "1e3", "1,000", "<5", "5 ", "1.2.3", "1-2", "０"})
    EXPECT_FALSE(number(bad)) << bad;
}

TEST(Hl7, BothTriplesOfACodedFieldAreRead) {
  const Coded c = coded("3A010000002327101^総蛋白^JC10^10222^TP^99L03^2013~other");
  EXPECT_EQ(c.first.code, "3A010000002327101");
  EXPECT_EQ(c.first.system, "JC10");
  EXPECT_EQ(c.first.version, "2013");
  EXPECT_EQ(c.second.code, "10222");
  EXPECT_EQ(c.second.system, "99L03");
  EXPECT_EQ(coded("1013&text&JAMISDP01", '&').first.system, "JAMISDP01");
  EXPECT_TRUE(coded("\"\"").first.empty());
}

}  // namespace
}  // namespace sekisho::formats::hl7
