// Tables and small rules against published values.
#include "synth/tables.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <sstream>

#include "core/csv.h"
#include "core/process.h"
#include "records/areas.h"
#include "synth/claims_writer.h"
#include "synth/courses.h"
#include "synth/names.h"
#include "synth/registration.h"
#include "synth/world.h"

namespace sekisho::synth {
namespace {

TEST(Tables, BundledPointsOfAFiveDayAppendectomyAreThePublishedOnes) {
  const DpcPoints* from_2024 = dpc_points("060150xx03xxxx", *Date::of(2024, 7, 1));
  ASSERT_TRUE(from_2024);
  EXPECT_EQ(bundled_days(*from_2024, 1, 5).total(), 13792);  // 2 x 4115 + 3 x 1854
  const DpcPoints* from_2022 = dpc_points("060150xx03xxxx", *Date::of(2023, 7, 1));
  ASSERT_TRUE(from_2022);
  EXPECT_EQ(bundled_days(*from_2022, 1, 5).total(), 14869);  // 3 x 3365 + 2 x 2387
}

TEST(Tables, BundledDaysSplitOverMonthsAddUpToTheWhole) {
  const DpcPoints row{"", 0, 3, 6, 30, 3000, 2000, 1500};
  EXPECT_EQ(bundled_days(row, 1, 2).total() + bundled_days(row, 3, 8).total(), bundled_days(row, 1, 8).total());
}

TEST(Tables, MeaningOfADiagnosisGroupFollowsTheEdition) {
  EXPECT_EQ(dpc_points("160800xx01xxxx", *Date::of(2024, 5, 31))->points1, 2609);
  EXPECT_EQ(dpc_points("160800xx02xxxx", *Date::of(2024, 6, 1))->points1, 2761);
  EXPECT_EQ(dpc_points("160800xx02xxxx", *Date::of(2024, 5, 31)), nullptr);
}

TEST(Tables, PointsOfADrugRoundFivesDown) {
  EXPECT_EQ(drug_points(14.9), 1);
  EXPECT_EQ(drug_points(15), 1);
  EXPECT_EQ(drug_points(25), 2);    // 五捨
  EXPECT_EQ(drug_points(25.1), 3);  // 五超入
  EXPECT_EQ(drug_points(635.8), 64);
}

TEST(Tables, PriceOfTamifluFellFromTheListOf2014ToThatOf2025) {
  EXPECT_DOUBLE_EQ(price_of(drug("flu", "oseltamivir_brand"), *Date::of(2014, 12, 1)), 317.9);
  EXPECT_DOUBLE_EQ(price_of(drug("flu", "oseltamivir_brand"), *Date::of(2025, 5, 1)), 189.4);
}

TEST(Tables, ASeasonBeginsOnTheMondayOfIsoWeek36) {
  const auto out = run_command(
      {"python3", "-c",
       "import datetime\nfor y in range(2012, 2027): print(datetime.date.fromisocalendar(y, 36, 1).isoformat())"});
  ASSERT_TRUE(out && out->status == 0);
  std::istringstream lines(out->out);
  std::string line;
  for (int year = 2012; year < 2027; ++year) {
    std::getline(lines, line);
    EXPECT_EQ(season_start(year).iso(), line);
  }
  EXPECT_EQ(season_of(*Date::parse_iso("2013-09-01")), "2012/13");
  EXPECT_EQ(season_of(*Date::parse_iso("2013-09-02")), "2013/14");
}

TEST(Tables, CheckDigitsAreThoseOfInstitutionAndInsurerNumbers) {
  EXPECT_EQ(with_check_digit("969901"), "9699018");
  EXPECT_EQ(with_check_digit("979906"), "9799065");
  EXPECT_EQ(with_check_digit("989907"), "9899071");
  EXPECT_EQ(with_check_digit("0113999"), "01139997");
  EXPECT_EQ(with_check_digit("3913899"), "39138995");
  EXPECT_EQ(with_check_digit("13899"), "138990");
}

TEST(Tables, EveryCodeStandsInTheReferenceTables) {
  const std::filesystem::path folder = std::filesystem::path(SEKISHO_SOURCE_DIR) / "../shared/data/scenarios";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "reference tables are not on this machine";
  const auto table = read_csv_file(folder / "drugs.csv");
  ASSERT_TRUE(table);
  std::map<std::string, std::string> prices;
  for (const auto& row : table->rows)
    prices[row[table->column("receipt_code")]] = row[table->column("price_code12")];
  for (const Drug& drug : all_drugs()) {
    ASSERT_TRUE(prices.contains(std::string(drug.receipt))) << drug.receipt;
    EXPECT_EQ(prices[std::string(drug.receipt)], drug.price12);
  }
}

TEST(Tables, VariantsFitTheirCharacterSets) {
  std::string script = "import sys\n";
  for (const Variant& variant : variants())
    script += fmt::format("'{}'.encode('{}')\n", variant.written, variant.charset == 'J' ? "iso2022_jp" : "cp932");
  for (std::uint64_t i = 0; i < 64; ++i) {
    const MarkedName name = marked_name(i);
    script += fmt::format("'{}'.encode('iso2022_jp')\n", name.family + name.given + name.family_kana + name.given_kana);
  }
  const auto out = run_command({"python3", "-c", script});
  ASSERT_TRUE(out);
  EXPECT_EQ(out->status, 0) << out->err;
}

TEST(Notation, HalfWidthKanaAndFullWidthTextGoBackByNfkc) {
  EXPECT_EQ(halfwidth_kana("ヤマダ"), "ﾔﾏﾀﾞ");
  EXPECT_EQ(halfwidth_kana("ポンショー"), "ﾎﾟﾝｼｮｰ");
  EXPECT_EQ(fullwidth("12-3"), "１２－３");
  EXPECT_EQ(fold_to_jis("髙橋﨑"), "高橋崎");
}

TEST(Breast, DeterminableSubtypesByHospitalAreExactlyThePublishedOnes) {
  Options options;
  options.out = "unused";
  options.persons = 20'000;
  const auto world = make_world(options);
  ASSERT_TRUE(world);
  int patients[3] = {}, determinable[3] = {}, in_house = 0, in_house_determinable = 0;
  for (std::uint64_t household = 0; household < 930; ++household) {
    const Household people = make_household(*world, household, 1);
    ASSERT_EQ(people.cast.course, Course::kBreast);
    Planner planner(*world, people, people.persons.front());
    planner.plan();
    const BreastTruth& truth = *planner.truth.breast;
    ++patients[truth.hospital];
    determinable[truth.hospital] += truth.determinable;
    in_house += truth.in_house;
    in_house_determinable += truth.in_house && truth.determinable;
    if (!truth.determinable) {
      EXPECT_FALSE(truth.reason.empty());
    }
  }
  EXPECT_EQ(patients[0], 113);
  EXPECT_EQ(patients[1], 421);
  EXPECT_EQ(patients[2], 396);
  EXPECT_EQ(determinable[0], 93);
  EXPECT_EQ(determinable[1], 320);
  EXPECT_EQ(determinable[2], 286);
  EXPECT_EQ(in_house, 774);
  EXPECT_EQ(in_house_determinable, 627);
}

TEST(Areas, PostalCodesGiveMunicipalityAndMedicalArea) {
  const auto hachioji = records::area_of_postcode("1920046");
  ASSERT_TRUE(hachioji);
  EXPECT_EQ(hachioji->municipality, "13201");
  EXPECT_EQ(hachioji->medical_area, "1309");
  EXPECT_EQ(hachioji->medical_area_name, "南多摩");
  EXPECT_EQ(hachioji->prefecture_name, "東京都");
  EXPECT_EQ(records::area_of_postcode("2060802")->municipality_name, "稲城市");
  EXPECT_EQ(records::area_of_postcode("2060033")->municipality_name, "多摩市");
  EXPECT_EQ(records::area_of_postcode("1350091")->municipality, "13103");
}

TEST(Areas, UnknownOrMalformedPostalCodesGiveNothing) {
  for (const std::string_view postcode : {"", "192", "192-0046", "9999999", "１９２００４６", "19200460", "abcdefg"})
    EXPECT_FALSE(records::area_of_postcode(postcode)) << postcode;
  EXPECT_FALSE(records::area_of_municipality("99999"));
}

TEST(Areas, RowsAreSortedSoThatTheLongestPrefixIsFound) {
  const auto rows = records::postcode_areas();
  EXPECT_TRUE(std::ranges::is_sorted(rows, {}, &records::PostcodeArea::postcode));
  for (const auto& row : rows)
    EXPECT_FALSE(records::area_of_municipality(row.municipality)->medical_area_name.empty()) << row.postcode;
}

}  // namespace
}  // namespace sekisho::synth
