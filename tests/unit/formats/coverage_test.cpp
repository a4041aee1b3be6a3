// docs/coverage.md speaks of every record that the readers know; what it says of each field is held against the program
// by tests/scenarios/test_coverage.py.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/file.h"
#include "formats/coverage.h"
#include "formats/dpc_layout.h"
#include "formats/receipt_layout.h"
#include "formats/ssmix2_types.h"

namespace sekisho::formats {
namespace {

bool has_row(std::string_view record) {
  static const std::string page = *read_text(std::string(SEKISHO_SOURCE_DIR) + "/docs/coverage.md");
  return page.contains(fmt::format("\n| {} |", record));
}

TEST(CoveragePage, HasEveryRecordOfReceiptsForEveryKindOfClaimThatHasIt) {
  constexpr std::string_view kKinds[] = {"medical", "dpc", "dispensing", "dental"};
  for (const std::string_view id : receipt::known_records()) {
    bool somewhere = false;
    for (int kind = 0; kind < receipt::kKindCount; ++kind) {
      const std::string record = fmt::format("{} ({})", id, kKinds[kind]);
      somewhere = somewhere || has_row(record);
      if (receipt::record_type(static_cast<receipt::Kind>(kind), id).columns > 0)
        EXPECT_TRUE(has_row(record)) << record;
    }
    EXPECT_TRUE(somewhere) << id;
  }
}

TEST(CoveragePage, HasEverySegmentOfTheGrammars) {
  for (const hl7::Tag segment : known_segments()) {
    const std::string name{static_cast<char>(segment >> 16), static_cast<char>(segment >> 8),
                           static_cast<char>(segment)};
    EXPECT_TRUE(has_row(name)) << name;
  }
}

TEST(CoveragePage, HasEveryFileOfTheSurvey) {
  for (const dpc::Layout& layout : dpc::layouts())
    EXPECT_TRUE(has_row(layout.name)) << layout.name;
}

// A field of each fate, as the specification of receipts has them.
TEST(Coverage, FieldsGoWhereChangingThemShowsADifference) {
  Coverage coverage;
  coverage.take("RECEIPTC.UKE", as_bytes("IR,1,13,1,0000000,,医院,202404,00,03\r\n"
                                         "RE,1,1112,202403,架空　花子,1,19700102,,,,,,,A001\r\nHO,  130012,1,2,1,73\r\n"
                                         "SI,12,1,112007410,,73,1,,,,,,,1\r\nGO,1,73,99\r\n"));
  const std::string tables = coverage.tables();
  const auto row = [&](std::string_view record) {
    const std::size_t at = tables.find(fmt::format("| {} (medical) |", record));
    return at == tables.npos ? std::string() : tables.substr(at, tables.find('\n', at) - at);
  };
  EXPECT_TRUE(row("SI").contains("4 -> `claim_line.std_code` `procedure.std_code`")) << row("SI");
  EXPECT_TRUE(row("RE").contains("| 3-7, 14 |")) << row("RE");  // identity store: type to birth date, chart number
  EXPECT_TRUE(row("GO").contains("| 2-4 |")) << row("GO");      // checked only
  EXPECT_TRUE(row("IR").contains("(payer body, name and phone of the institution)")) << row("IR");
  EXPECT_TRUE(row("KO").empty());
}

}  // namespace
}  // namespace sekisho::formats
