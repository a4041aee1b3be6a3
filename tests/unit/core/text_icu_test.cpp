// ISO-2022-JP and EUC-JP against ICU, a second independent implementation.
#include <gtest/gtest.h>
#include <unicode/ucnv.h>

#include <memory>

#include "core/text.h"

namespace sekisho {
namespace {

struct Close {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};

// What ICU makes of the bytes, "" where it finds them damaged.
std::string by_icu(UConverter* converter, std::string_view bytes) {
  UErrorCode error = U_ZERO_ERROR;
  UChar wide[16];
  const auto n = ucnv_toUChars(converter, wide, 16, bytes.data(), static_cast<std::int32_t>(bytes.size()), &error);
  std::string out;
  if (U_FAILURE(error)) return out;
  for (std::int32_t i = 0; i < n; ++i) {
    if (wide[i] == 0xFFFD || (wide[i] >= 0xD800 && wide[i] < 0xF900)) return {};  // free cells and private use
    append_utf8(out, wide[i]);
  }
  return out;
}

// ICU follows Microsoft's column in these; both spellings encode to the same code.
bool same_code(Charset charset, const std::string& ours, const std::string& theirs) {
  if (ours == theirs) return true;
  std::string a, b;
  return encode(charset, ours, a) == 0 && encode(charset, theirs, b) == 0 && a == b;
}

TEST(TextIcu, EveryJisX0208CodeAgrees) {
  UErrorCode error = U_ZERO_ERROR;
  const std::unique_ptr<UConverter, Close> converter(ucnv_open("ISO-2022-JP", &error));
  ASSERT_TRUE(U_SUCCESS(error));
  int compared = 0;
  for (int row = 0x21; row <= 0x74; ++row)
    for (int cell = 0x21; cell <= 0x7E; ++cell) {
      const std::string code = std::string("\x1B$B") + static_cast<char>(row) + static_cast<char>(cell) + "\x1B(B";
      const std::string theirs = by_icu(converter.get(), code);
      if (theirs.empty()) continue;
      std::string ours;
      DecodeReport report;
      decode(Charset::kIso2022Jp, as_bytes(code), ours, report);
      compared += report.vendor == 0;
      EXPECT_TRUE(same_code(Charset::kIso2022Jp, ours, theirs)) << std::hex << row << cell << " " << ours << theirs;
    }
  EXPECT_EQ(compared, 6879);
}

TEST(TextIcu, EveryEucJpCodeOfBothSetsAgrees) {
  UErrorCode error = U_ZERO_ERROR;
  const std::unique_ptr<UConverter, Close> converter(ucnv_open("EUC-JP", &error));
  ASSERT_TRUE(U_SUCCESS(error));
  int compared = 0;
  for (const char* prefix : {"", "\x8F"})
    for (int row = 0xA1; row <= 0xFE; ++row)
      for (int cell = 0xA1; cell <= 0xFE; ++cell) {
        const std::string code = std::string(prefix) + static_cast<char>(row) + static_cast<char>(cell);
        const std::string theirs = by_icu(converter.get(), code);
        std::string ours;
        DecodeReport report;
        decode(Charset::kEucJp, as_bytes(code), ours, report);
        if (theirs.empty() || report.invalid > 0 || report.vendor > 0) continue;  // ICU's EUC-JP has IBM's additions
        ++compared;
        EXPECT_TRUE(same_code(Charset::kEucJp, ours, theirs)) << std::hex << row << cell << " " << ours << theirs;
      }
  EXPECT_GE(compared, 6879 + 6000);
}

}  // namespace
}  // namespace sekisho
