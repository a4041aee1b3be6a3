#include "identity/canonical_c2.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>
#include <sstream>

#include "../vectors.h"
#include "core/file.h"
#include "core/random.h"
#include "core/text.h"
#include "identity/variants.h"
#include "identity/variants_c2.h"

namespace sekisho::identity {
namespace {

using vectors::split;
using vectors::unescape;

using Function = std::function<std::string(const std::string&)>;

Function pair_of(std::string (*form)(std::string_view)) {
  return [form](const std::string& text) {
    const auto parts = split(text, '|');
    return form(parts.at(0)) == form(parts.at(1)) ? "same" : "different";
  };
}

TEST(CanonicalC2, EveryVectorOfVersionTwoHolds) {
  const auto text = read_text(std::filesystem::path(SEKISHO_SOURCE_DIR) / "tests/vectors/canonical_v2.tsv");
  ASSERT_TRUE(text) << text.error().describe();
  const std::map<std::string, Function> functions = {{"kanji", c2::canonical_kanji},
                                                     {"kana", c2::canonical_kana},
                                                     {"romaji",
                                                      [](const std::string& name) {
                                                        std::string out = c2::canonical_romaji(name);
                                                        if (const auto at = out.find('\n'); at != std::string::npos)
                                                          out[at] = '|';
                                                        return out;
                                                      }},
                                                     {"symbol", c2::canonical_symbol},
                                                     {"number",
                                                      [](const std::string& number) {
                                                        const auto parts = c2::canonical_number(number);
                                                        return parts.number + "|" + parts.branch;
                                                      }},
                                                     {"branch", c2::canonical_branch},
                                                     {"insurer", canonical_insurer},
                                                     {"phone", c2::canonical_phone},
                                                     {"date", c2::canonical_date},
                                                     {"address", c2::canonical_address},
                                                     {"kanji_pair", pair_of(c2::canonical_kanji)},
                                                     {"kana_pair", pair_of(c2::canonical_kana)}};
  std::istringstream lines(*text);
  int checked = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#') || line.empty()) continue;
    const auto fields = split(line, '\t');
    ASSERT_EQ(fields.size(), 4u) << line;
    ASSERT_TRUE(functions.contains(fields[0])) << line;
    EXPECT_EQ(functions.at(fields[0])(unescape(fields[1])), fields[2]) << line;
    ++checked;
  }
  EXPECT_GE(checked, 150);
}

TEST(CanonicalC2, EachVariantOfBothVersionsHasOneRepresentativeAndNoRepresentativeIsAVariant) {
  std::set<char32_t> representatives, variants;
  const auto take = [&](std::u32string_view group) {
    representatives.insert(group[0]);
    for (const char32_t variant : group.substr(1))
      EXPECT_TRUE(variants.insert(variant).second) << std::hex << static_cast<unsigned>(variant);
  };
  for (const std::u32string_view group : kVariants)
    take(group);
  for (const std::u32string_view group : kVariantsAddedInC2)
    take(group);
  for (const char32_t c : representatives)
    EXPECT_FALSE(variants.contains(c)) << std::hex << static_cast<unsigned>(c);
}

TEST(CanonicalC2, AnyTextHasAFormThatIsStable) {
  SeededRandom random(11);
  const char32_t letters[] = {U'ア', U'オ', U'ー', U'ヴ', U'ァ', U'エ', U'ヲ',  U' ',  0x3099,
                              U'ﾊ',  U'ﾞ',  U'か', U'-',  U'e',  0x301, 0xFE00, U'・', 0xE0101,
                              U'山', U'邉', U'々', U'Ａ', U'ゞ', U'(',  U')',   U'n'};
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (std::uint64_t n = random.below(9); n > 0; --n)
      append_utf8(text, letters[random.below(std::size(letters))]);
    const std::string kana = c2::canonical_kana(text), kanji = c2::canonical_kanji(text);
    EXPECT_EQ(c2::canonical_kana(kana), kana) << text;
    EXPECT_EQ(c2::canonical_kanji(kanji), kanji) << text;
  }
}

records::IdentityRecord sample() {
  records::IdentityRecord record;
  record.family_kanji = "髙槗";
  record.given_kanji = "太郎";
  record.romaji = "TAKAHASHI Taro";
  record.birth = ClinicalTime::of(*Date::of(1980, 5, 17));
  record.sex = "M";
  record.symbol = "記号12";
  record.number = "345(02)";
  return record;
}

TEST(CanonicalC2, ARecordWithoutKanaTakesThemFromItsRomanisedName) {
  const CanonicalIdentity form = canonicalise(sample(), CanonicalVersion::kC2);
  EXPECT_EQ(form.kanji, "高橋太郎");
  EXPECT_EQ(form.kana, "タカハシタロウ");
  EXPECT_EQ(form.given_kana, "タロウ");
  EXPECT_EQ(form.symbol, "12");
  EXPECT_EQ(form.number, "345");
  EXPECT_EQ(form.branch, "02");
  EXPECT_EQ(canonicalise(sample()).kana, "") << "version c1 stays as it was";
}

TEST(CanonicalC2, RegistrationsOfOnePersonInKanaAndInLettersHaveOneKanaKey) {
  records::IdentityRecord kana = sample();
  kana.romaji = "";
  kana.family_kana = "ﾀｶﾊｼ";
  kana.given_kana = "ﾀﾛｳ";
  const Bytes key(32, 0x0b);
  const auto keys = [&](const records::IdentityRecord& record, CanonicalVersion version) {
    return linkage_keys(canonicalise(record, version), key);
  };
  EXPECT_EQ(keys(kana, CanonicalVersion::kC2).kana, keys(sample(), CanonicalVersion::kC2).kana);
  EXPECT_EQ(keys(kana, CanonicalVersion::kC2).given_kana, keys(sample(), CanonicalVersion::kC2).given_kana);
  EXPECT_FALSE(keys(sample(), CanonicalVersion::kC1).kana);
  EXPECT_NE(keys(kana, CanonicalVersion::kC1).kana, keys(kana, CanonicalVersion::kC2).kana)
      << "a key names its version: keys of two versions never agree by chance";
}

TEST(CanonicalC2, TwoFieldsAndOneFieldGiveTheSameForm) {
  records::IdentityRecord apart = sample(), joined = sample();
  apart.family_kana = "オオノ", apart.given_kana = "ハナコ";
  joined.family_kana = "オオノ　ハナコ";
  EXPECT_EQ(canonicalise(apart, CanonicalVersion::kC2).kana, canonicalise(joined, CanonicalVersion::kC2).kana);
  joined.family_kana = "オオノハナコ";
  EXPECT_EQ(canonicalise(apart, CanonicalVersion::kC2).kana, canonicalise(joined, CanonicalVersion::kC2).kana);
}

TEST(CanonicalVersionNames, AreC1AndC2) {
  EXPECT_EQ(find_canonical_version("c2"), CanonicalVersion::kC2);
  EXPECT_EQ(name_of(CanonicalVersion::kC1), "c1");
  EXPECT_FALSE(find_canonical_version("c3"));
}

}  // namespace
}  // namespace sekisho::identity
