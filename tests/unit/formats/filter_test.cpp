// The opt-out filter: nothing of an opted-out patient survives, everything else stays byte for byte.
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "core/text.h"
#include "core/utf16.h"
#include "formats/reader.h"
#include "rows.h"

namespace sekisho::formats {
namespace {

Result<Filtered> filter(Family family, std::string_view path, std::string_view bytes,
                        const std::set<std::string, std::less<>>& out) {
  return filter_opted_out(family, path, as_bytes(bytes), [&](std::string_view n) { return out.contains(n); });
}

std::string result_of(const Filtered& filtered, std::string_view original) {
  return filtered.changed ? std::string(as_text(filtered.content)) : std::string(original);
}

// A claim whose every line carries the mark of its patient.
std::string claim(int number, std::string_view chart, std::mt19937& random) {
  std::string out = "RE," + std::to_string(number) + ",1112,202403,印" + std::string(chart) + "　表,1,19700102,,,,,,," +
                    std::string(chart) + ",,,,\r\nHO,01130012,印" + std::string(chart) + ",1,1,73\r\n";
  for (unsigned i = random() % 6; i > 0; --i)
    out += "CO,12,1,810000001,ソ能表印" + std::string(chart) + "\r\n";
  if (random() % 3 == 0) out += "KH,印" + std::string(chart) + "\r\n";
  return out;
}

TEST(Filter, ForRandomOptOutSetsTheRestOfAReceiptIsByteIdentical) {
  std::mt19937 random(11);
  for (int round = 0; round < 200; ++round) {
    const std::string head = shift_jis("IR,1,13,1,0000000,,医院,202404,00,\r\n");
    const std::string tail = random() % 2 ? "GO,9,999,99\r\n\x1A" : "GO,9,999,99\n";
    std::string all = head, expected = head;
    std::set<std::string, std::less<>> out;
    for (int i = 0; i < 12; ++i) {
      const std::string chart = "P" + std::to_string(random() % 8);
      if (random() % 4 == 0) out.insert(chart);
    }
    std::uint64_t removed = 0;
    for (int i = 0; i < 12; ++i) {
      const std::string chart = "P" + std::to_string(random() % 8);
      const std::string text = shift_jis(claim(i + 1, chart, random));
      all += text;
      if (out.contains(chart))
        removed += static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
      else
        expected += text;
    }
    all += tail;
    expected += tail;
    const auto filtered = filter(Family::kReceipt, "RECEIPTC.UKE", all, out);
    ASSERT_TRUE(filtered.has_value()) << filtered.error().describe();
    EXPECT_EQ(result_of(*filtered, all), expected);
    EXPECT_EQ(filtered->records_removed, removed);
    EXPECT_EQ(filtered->changed, removed > 0);
    for (const std::string& chart : out)
      EXPECT_FALSE(result_of(*filtered, all).contains(shift_jis("印" + chart)));
  }
}

TEST(Filter, ForRandomOptOutSetsTheRestOfADpcFileIsByteIdentical) {
  std::mt19937 random(12);
  for (const char separator : {'\t', ','}) {
    for (int round = 0; round < 100; ++round) {
      const std::string heading =
          round % 2 ? shift_jis("施設コード" + std::string(1, separator) + "データ識別番号\r\n") : std::string();
      std::string all = heading, expected = heading;
      std::set<std::string, std::less<>> out;
      for (int i = 0; i < 8; ++i)
        if (random() % 3 == 0) out.insert("000000012" + std::to_string(i));
      bool removed = false;
      for (int i = 0; i < 30; ++i) {
        const std::string id = "000000012" + std::to_string(random() % 8);
        std::string row = "131234567\t" + id + "\t20240401\t0\t0\tA001010\t20140401\t1";
        for (int payload = 0; payload < 9; ++payload)
          row += "\t表" + std::to_string(random() % 10);
        for (char& c : row)
          if (c == '\t') c = separator;
        row = shift_jis(row) + (i % 5 ? "\r\n" : "\n");
        all += row;
        removed = removed || out.contains(id);
        if (!out.contains(id)) expected += row;
      }
      const auto filtered = filter(Family::kDpc, "FF1_131234567_2404.txt", all, out);
      ASSERT_TRUE(filtered.has_value()) << filtered.error().describe();
      EXPECT_EQ(result_of(*filtered, all), expected);
      EXPECT_EQ(filtered->changed, removed);
    }
  }
}

TEST(Filter, ARowOfAnOptedOutPatientIsNoHeadingWhateverItsNamesSay) {
  const std::string heading = shift_jis("施設コード\tデータ識別番号\t入院年月日\r\n");
  const auto row = [](const std::string& id) {
    return shift_jis("131234567\t" + id + "\t20240401\t0\t0\tA006030\t20140401\t1\t\tC509\t\t\t\t\t\t\t識別番号\r\n");
  };
  const std::string all = heading + row("0000000001") + heading + row("0000000002");
  const auto filtered = filter(Family::kDpc, "FF1_131234567_2404.txt", all, {"0000000001"});
  ASSERT_TRUE(filtered.has_value()) << filtered.error().describe();
  EXPECT_EQ(result_of(*filtered, all), heading + heading + row("0000000002"));
}

TEST(Filter, ARowThatNamesMotherAndNewbornGoesIfEitherOptedOut) {
  const std::string row =
      "131234567\t0000000001/0000000002\t20240401\t0\t0\tA001010\t20140401\t1\t\t\t\t\t\t\t\t\t\r\n";
  for (const std::string id : {"0000000001", "0000000002"})
    EXPECT_EQ(filter(Family::kDpc, "FF1_1.txt", row, {id})->records_removed, 1u);
  EXPECT_FALSE(filter(Family::kDpc, "FF1_1.txt", row, {"0000000003"})->changed);
}

TEST(Filter, NumbersAreFoundWithAndWithoutLeadingZerosAndInFullWidth) {
  const std::string file = shift_jis(
      "IR,1,13,1,0000000,,医院,202404,00,\r\nRE,1,1112,202403,架空,1,19700102,,,,,,,００６９７\r\nGO,1,1,99\r\n");
  for (const std::string number : {"00697", "697", "0000000697"})
    EXPECT_TRUE(filter(Family::kReceipt, "R.UKE", file, {number})->changed) << number;
}

TEST(Filter, FilesWhosePatientsCannotBeToldDoNotTravel) {
  const std::string head = "IR,1,13,1,0000000,,,202404,00,\r\n";
  const std::string claim = "RE,1,1112,202403,N,1,19700102,,,,,,,A1\r\n";
  for (const std::string& bad : {std::string("garbage\r\n"), claim, head + "SI,12,1,112007410\r\n",
                                 head + "RE,1,1112,202403,N,1,19700102,,,,,,,\r\n", head + claim + "1,2,RE,1,1112\r\n",
                                 head + "HR,202404,1\r\n" + claim, head + claim + "GO,1,1,99\r\nZZ,name\r\n"}) {
    const auto filtered = filter(Family::kReceipt, "R.UKE", bad, {});
    ASSERT_FALSE(filtered.has_value()) << bad;
    EXPECT_EQ(filtered.error().code, "filter.unreadable");
  }
  for (const std::string& bad :
       {std::string("x\ty\r\n"), std::string("131234567\t\t20240401\t0\t0\tA001010\t2\t1\t\t\t\t\t\t\t\t\t\r\n"),
        std::string("131234567\t0000000001\r\n")})
    EXPECT_EQ(filter(Family::kDpc, "FF1_1.txt", bad, {}).error().code, "filter.unreadable") << bad;
  EXPECT_EQ(filter(Family::kUnknown, "a", "x", {}).error().code, "filter.unreadable");
}

TEST(Filter, AFileWithoutOptedOutPatientsIsSentAsItWas) {
  const std::string file = "IR,1,13,1,0000000,,,202404,00,\r\nRE,1,1112,202403,N,1,19700102,,,,,,,A1\r\nGO,1,1,99\r\n";
  const auto filtered = filter(Family::kReceipt, "R.UKE", file, {"A2"});
  ASSERT_TRUE(filtered.has_value());
  EXPECT_FALSE(filtered->changed);
  EXPECT_FALSE(filtered->drop_file);
}

// The rest of a file in UTF-16 is in UTF-16 as well, its mark and its order of bytes the same.
TEST(Filter, ClaimsAndRowsOfFilesInUtf16AreLeftOutInTheirOwnBytes) {
  const auto wide = [](ByteOrder order, const std::string& text) {
    Bytes bytes;
    encode_utf16("\uFEFF" + text, order, bytes);
    return std::string(as_text(bytes));
  };
  std::mt19937 random(5);
  const std::string head = "IR,1,13,1,0000000,,医院,202404,00,\r\n", tail = "GO,2,999,99\r\n";
  const std::string one = claim(1, "P1", random), two = claim(2, "P2", random);
  for (const ByteOrder order : {ByteOrder::kLittle, ByteOrder::kBig}) {
    const std::string all = wide(order, head + one + two + tail);
    const auto filtered = filter(Family::kReceipt, "RECEIPTC.UKE", all, {"P1"});
    ASSERT_TRUE(filtered.has_value()) << filtered.error().describe();
    EXPECT_EQ(result_of(*filtered, all), wide(order, head + two + tail));
    const auto kept = filter(Family::kReceipt, "RECEIPTC.UKE", all, {"P9"});
    ASSERT_TRUE(kept.has_value());
    EXPECT_FALSE(kept->changed);
    const auto damaged = filter(Family::kReceipt, "RECEIPTC.UKE", all + "x", {"P1"});
    ASSERT_FALSE(damaged.has_value());
    EXPECT_EQ(damaged.error().code, "filter.unreadable");
  }
}

}  // namespace
}  // namespace sekisho::formats
