// Filters as gateways make them of identity records.
#include "identity/patient_filters.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/random.h"
#include "identity/birth.h"
#include "linkage/dice.h"
#include "linkage/filter_file.h"

namespace sekisho::linkage {
namespace {

using identity::patient_scheme;
using identity::PatientFilters;
using records::IdentityRecord;

const Bytes kKey(32, 7), kOther(32, 9);

std::vector<IdentityRecord> patients(std::size_t count) {
  static constexpr std::string_view kKanji[] = {"佐藤", "鈴木", "高橋", "田中", "渡辺", "伊藤",
                                                "山本", "中村", "小林", "加藤", "吉田", "山田"};
  static constexpr std::string_view kGiven[] = {"翔太", "陽子", "健一", "美咲", "大輔", "恵子",
                                                "直樹", "由美", "誠",   "愛",   "拓也", "久美子"};
  SeededRandom random(21);
  std::vector<IdentityRecord> out(count);
  for (std::size_t i = 0; i < count; ++i) {
    out[i].patient_number = fmt::format("{:08}", i);
    out[i].family_kanji = kKanji[random.below(std::size(kKanji))];
    out[i].given_kanji = kGiven[random.below(std::size(kGiven))];
    out[i].birth = identity::parse_birth(
        fmt::format("{}-{:02}-{:02}", 1930 + random.below(80), 1 + random.below(12), 1 + random.below(28)));
    out[i].postcode = fmt::format("{:07}", random.below(10'000'000));
    out[i].phone = fmt::format("090{:08}", random.below(100'000'000));
  }
  return out;
}

FilterFile filters_of(const std::vector<IdentityRecord>& records, ByteView key, const char* salt = "") {
  PatientFilters made(patient_scheme(Hardening::kDiffuse, salt), key);
  for (const IdentityRecord& record : records)
    made.add(record);
  std::vector<FilterFile> files = made.take(records.size(), false);
  return files.empty() ? FilterFile() : files.front();
}

// Share of the filters whose most similar one in the list is that of the same patient.
double named(const FilterFile& seen, const FilterFile& list) {
  std::size_t right = 0;
  for (std::size_t i = 0; i < seen.filters.size(); ++i) {
    const auto best =
        std::ranges::max_element(list.filters, {}, [&](const Filter& one) { return dice(seen.filters[i], one); });
    right += list.ids[static_cast<std::size_t>(best - list.filters.begin())] == seen.ids[i];
  }
  return static_cast<double>(right) / static_cast<double>(seen.filters.size());
}

TEST(PatientFilters, RecordsOfOnePatientCompleteEachOther) {
  IdentityRecord message = patients(1)[0], claim = message;
  claim.postcode = claim.phone = "";
  message.birth = {};
  const FilterFile whole = filters_of({patients(1)[0]}, kKey), parts = filters_of({message, claim}, kKey);
  ASSERT_EQ(parts.filters.size(), 1u);
  EXPECT_EQ(parts.filters, whole.filters);
}

TEST(PatientFilters, NamesInOnePieceAndInPartsGiveOneFilter) {
  IdentityRecord parts = patients(1)[0], piece = parts;
  piece.family_kanji = parts.family_kanji + "　" + parts.given_kanji, piece.given_kanji = "";
  EXPECT_EQ(filters_of({piece}, kKey).filters, filters_of({parts}, kKey).filters);
}

TEST(PatientFilters, WhoHasNoValueHasNoFilterAndFilesAreOfTheSizeAsked) {
  PatientFilters made(patient_scheme(Hardening::kDiffuse, ""), kKey);
  for (const IdentityRecord& record : patients(25))
    made.add(record);
  IdentityRecord nobody;
  nobody.patient_number = "X", nobody.family_kanji = "不明";
  made.add(nobody);
  const std::vector<FilterFile> files = made.take(10, true);
  ASSERT_EQ(files.size(), 3u);
  EXPECT_EQ(files[0].ids.size() + files[1].ids.size() + files[2].ids.size(), 25u);
  for (const std::string& id : files[0].ids)
    EXPECT_EQ(id.size(), 32u);  // keyed hashes
  EXPECT_TRUE(made.take(10, true).empty());
}

// The attacker has the list of all patients, but makes its filters under a key of its own; who has the right key is
// the control: the list names everybody.
TEST(FilterAttack, AListNamesTheFiltersOfAGatewayOnlyUnderItsKey) {
  const std::vector<IdentityRecord> all = patients(400);
  for (const char* salt : {"", "birth_year"}) {
    const FilterFile seen = filters_of(all, kKey, salt);
    EXPECT_EQ(named(seen, filters_of(all, kKey, salt)), 1.0) << "control";
    EXPECT_LT(named(seen, filters_of(all, kOther, salt)), 0.02) << "chance: 0.0025";
  }
}

}  // namespace
}  // namespace sekisho::linkage
