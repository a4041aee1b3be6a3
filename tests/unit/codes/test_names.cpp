#include <gtest/gtest.h>

#include "codes/dictionary.h"
#include "codes/name.h"
#include "codes/unit.h"
#include "identity/fold.h"

namespace sekisho::codes {
namespace {

std::string squeezed(std::string_view text) {
  return identity::to_utf8(squeeze(fold(text)));
}

TEST(Names, WidthCaseKanaAndMarksDoNotMatter) {
  EXPECT_EQ(squeezed("ﾉﾙﾊﾞｽｸ錠５ｍｇ"), squeezed("ノルバスク錠5mg"));
  EXPECT_EQ(squeezed("γ－ＧＴＰ"), squeezed("γ-GTP"));
  EXPECT_EQ(squeezed("エアゾール"), squeezed("ｴｱｿﾞｰﾙ"));
  EXPECT_EQ(squeezed("大腸がん"), squeezed("大腸癌"));
  EXPECT_EQ(squeezed("大腿骨頸部骨折"), squeezed("大腿骨頚部骨折"));
  EXPECT_EQ(squeezed("しょうに"), squeezed("ショウニ"));
}

TEST(Names, ADrugsNameFallsIntoItsParts) {
  const Parts parts = parse_drug_name("アムロジピンＯＤ錠５ｍｇ「トーワ」");
  EXPECT_EQ(identity::to_utf8(parts.stem), "アムロジピン");
  EXPECT_EQ(identity::to_utf8(parts.maker), "トワ");
  EXPECT_EQ(parts.form, Form::kDisintegrating);
  ASSERT_EQ(parts.strengths.size(), 1U);
  EXPECT_EQ(parts.strengths[0].dimension, Dimension::kMass);
  EXPECT_DOUBLE_EQ(parts.strengths[0].value, 5);
}

TEST(Names, GramsMicrogramsAndPercentAreOneScale) {
  EXPECT_DOUBLE_EQ(parse_drug_name("アセトアミノフェン０．５ｇ").strengths.at(0).value, 500);
  EXPECT_DOUBLE_EQ(parse_drug_name("リュープリン３．７５μｇ").strengths.at(0).value, 0.00375);
  EXPECT_EQ(parse_drug_name("キシロカイン１％").strengths.at(0).dimension, Dimension::kPercent);
  EXPECT_DOUBLE_EQ(parse_drug_name("ヘパリン１万単位").strengths.at(0).value, 10000);
}

TEST(Names, OneLetterBetweenNameAndStrengthIsAForm) {
  const Parts parts = parse_drug_name("(後)ｼﾝﾊﾞｽﾀﾁﾝT5mg[あすか]");
  EXPECT_EQ(parts.form, Form::kTablet);
  ASSERT_EQ(parts.strengths.size(), 1U);
  EXPECT_DOUBLE_EQ(parts.strengths[0].value, 5);
  EXPECT_TRUE(parse_drug_name("ビタミンB12").strengths.empty());
}

TEST(Names, MarksOfHospitalsAreTakenOff) {
  const auto stripped = [](std::string_view text) {
    const std::u32string folded = fold(text);
    return identity::to_utf8(strip_marks(folded));
  };
  EXPECT_EQ(stripped("【院外】急性胃炎(採用)"), "急性胃炎");
  EXPECT_EQ(stripped("劇)梅毒_旧"), "梅毒");
  EXPECT_EQ(stripped("(1)梅毒"), "(1)梅毒");
}

TEST(Names, GenericNamesAndChosenBrandsAreMarked) {
  EXPECT_TRUE(parse_drug_name("【般】ファモチジン散２％").generic_name);
  EXPECT_TRUE(parse_drug_name("（選）ノルバスク錠５ｍｇ").chosen);
}

TEST(Names, AFormFollowsAUnitWithoutABreak) {
  for (const std::string_view name : {"シロドシン4mgOD錠", "シロドシンOD錠4mg", "ｼﾛﾄﾞｼﾝ4MGOD錠"}) {
    const Parts parts = parse_drug_name(name);
    EXPECT_EQ(parts.form, Form::kDisintegrating) << name;
    EXPECT_EQ(parts.stem, fold("シロドシン")) << name;
    ASSERT_EQ(parts.strengths.size(), 1U) << name;
    EXPECT_EQ(parts.strengths[0].value, 4) << name;
  }
}

TEST(Names, ASaltBeforeAnAmountIsNoPartOfIt) {
  const Parts parts = parse_drug_name("リセドロン酸Na2.5mg錠");
  ASSERT_EQ(parts.strengths.size(), 1U);
  EXPECT_EQ(parts.strengths[0].value, 2.5);
  EXPECT_EQ(parse_drug_name("ビタミンB12錠").strengths.size(), 0U);
}

TEST(Names, AMakersBracketThatIsNeverClosedEndsBeforeTheStrength) {
  const Parts parts = parse_drug_name("ベニジピン塩酸塩錠「ツルハラ 8mg");
  EXPECT_EQ(parts.maker, fold("ツルハラ"));
  ASSERT_EQ(parts.strengths.size(), 1U);
  EXPECT_EQ(parts.strengths[0].value, 8);
}

TEST(Names, LatinSpellingsComeNearTheJapaneseOnes) {
  EXPECT_EQ(latin_to_kana(U"amlodipine"), fold("アムロジピン"));
  EXPECT_EQ(latin_to_kana(U"amurojipin"), fold("アムロジピン"));
  EXPECT_EQ(latin_to_kana(U"loxoprofen"), fold("ロキソプロフェン"));
  EXPECT_EQ(latin_to_kana(fold("テルビナfinn錠")), U"");  // a word of four letters stays
  EXPECT_EQ(latin_to_kana(fold("アムロジピンOD錠")), U"");
}

TEST(Names, HiraganaWordsAreTheirKanji) {
  EXPECT_EQ(fold("胃かいよう"), fold("胃潰瘍"));
  EXPECT_EQ(fold("じんま疹"), fold("蕁麻疹"));
}

TEST(Names, TabletsAndInjectionsExcludeEachOther) {
  EXPECT_EQ(form_similarity(Form::kTablet, Form::kInjection), -1);
  EXPECT_EQ(form_similarity(Form::kTablet, Form::kTablet), 1);
  EXPECT_GT(form_similarity(Form::kTablet, Form::kDisintegrating), form_similarity(Form::kTablet, Form::kInjection));
}

TEST(Names, EditSimilarityIsLevenshteinOverLength) {
  EXPECT_DOUBLE_EQ(edit_similarity(U"kitten", U"sitting"), 1 - 3.0 / 7);
  EXPECT_DOUBLE_EQ(edit_similarity(U"", U""), 1);
  EXPECT_DOUBLE_EQ(edit_similarity(U"", U"ab"), 0);
}

TEST(Units, CountsAreComparedInOneScale) {
  EXPECT_NEAR(unit_factor("/μL", "10*3/uL"), 1e-3, 1e-12);
  EXPECT_NEAR(unit_factor("×10^4/μL", "10*6/uL"), 1e-2, 1e-12);
  EXPECT_NEAR(unit_factor("万/μL", "10*3/uL"), 10, 1e-9);
  EXPECT_NEAR(unit_factor("10^9/L", "10*3/uL"), 1, 1e-9);
  EXPECT_NEAR(unit_factor("IU/l", "U/L"), 1, 1e-12);
  EXPECT_NEAR(unit_factor("g/L", "g/dL"), 0.1, 1e-12);
  EXPECT_NEAR(unit_factor("mg/100mL", "mg/dL"), 1, 1e-12);
}

TEST(Units, ConcentrationsOfMassAndOfSubstanceCannotBeCompared) {
  EXPECT_EQ(unit_factor("mmol/L", "mg/dL"), 0);
  EXPECT_EQ(unit_factor("%", "mg/dL"), 0);
}

TEST(Jlac10, PartsAndSpecimensFollowTheStandard) {
  Jlac10 parts;
  ASSERT_TRUE(parse_jlac10("3A010000002327101", parts));
  EXPECT_EQ(parts.analyte, "3A010");
  EXPECT_EQ(parts.material, "023");
  EXPECT_EQ(parts.result, "01");
  EXPECT_FALSE(parse_jlac10("3A01000000232710", parts));
  EXPECT_EQ(specimen_code("血清"), "023");
  EXPECT_TRUE(same_test("3B070000002327501", "3B070000002327701"));
  EXPECT_FALSE(same_test("3A015000002327101", "3A015000000106151"));
}

}  // namespace
}  // namespace sekisho::codes
