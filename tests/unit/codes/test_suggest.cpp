#include <gtest/gtest.h>

#include "codes/findings.h"
#include "codes/suggest.h"

namespace sekisho::codes {
namespace {

// A few codes of the published masters, written as the files write them.
constexpr std::string_view kDictionary =
    "kind,system,code,name,aliases,unit,specimen,from,to,codes\n"
    "drug,REC,610443074,タミフルカプセル７５,ﾀﾐﾌﾙｶﾌﾟｾﾙ75 75MG,カプセル,,,,PRICE12:6250021M1027\n"
    "drug,REC,610462002,タミフルドライシロップ３％,,ｇ,,,,PRICE12:6250021R1024\n"
    "drug,REC,622638801,オセルタミビルカプセル７５ｍｇ「サワイ」,,カプセル,,,,PRICE12:6250021M1035\n"
    "drug,REC,610421339,ノルバスク錠５ｍｇ,,錠,,,,\n"
    "drug,REC,610421338,ノルバスク錠２．５ｍｇ,,錠,,,,\n"
    "disease,REC,4871001,インフルエンザ,,,,,,ICD10:J111\n"
    "disease,REC,8842080,インフルエンザＡ型,,,,,,ICD10:J101\n"
    "procedure,REC,160022510,ＡＳＴ,,,,,,\n";

class Suggestions : public ::testing::Test {
 protected:
  void SetUp() override {
    DictionaryLoader loader;
    ASSERT_TRUE(loader.take_text("d.csv", kDictionary));
    dictionary_ = loader.finish();
    suggester_.emplace(dictionary_);
  }
  static LocalItem item(Kind kind, std::string_view name) {
    LocalItem out;
    out.kind = kind;
    out.code = "X1";
    out.name = name;
    return out;
  }
  std::string first(const LocalItem& item) {
    const auto found = suggester_->suggest({&item, 1}, {});
    if (found[0].empty()) return {};
    return dictionary_.entries()[static_cast<std::size_t>(found[0][0].entry)].code;
  }
  std::vector<std::string> rules(const LocalItem& item) {
    const auto found = suggester_->suggest({&item, 1}, {});
    std::vector<std::string> out;
    for (const CodeFinding& finding : find_wrong_codes({&item, 1}, found, *suggester_))
      out.push_back(finding.rule);
    return out;
  }
  Dictionary dictionary_;
  std::optional<Suggester> suggester_;
};

TEST_F(Suggestions, StrengthAndFormTellProductsOfOneNameApart) {
  EXPECT_EQ(first(item(Kind::kDrug, "ﾉﾙﾊﾞｽｸ2.5mg")), "610421338");
  EXPECT_EQ(first(item(Kind::kDrug, "☆ノルバスクT(5)")), "610421339");
  EXPECT_EQ(first(item(Kind::kDrug, "タミフルDS3%")), "610462002");
  EXPECT_EQ(first(item(Kind::kDrug, "ｵｾﾙﾀﾐﾋﾞﾙC75mg(ｻﾜｲ)")), "622638801");
}

TEST_F(Suggestions, ResultsFarFromThoseOfThreeOtherHospitalsAreFoundWhereTheReferenceIntervalCannotTell) {
  // CRP has no lower bound and a long tail: 8 mg/dL is an ill patient, as a median over all patients another unit.
  const auto crp = [](std::string_view hospital, double middle, std::string_view unit) {
    LocalItem out = item(Kind::kLab, "CRP");
    out.hospital = hospital;
    out.unit = unit;
    out.std_system = "JC10";
    out.std_code = "5C070000002306201";
    out.values = {middle / 2, middle, middle * 5, 500};
    return out;
  };
  const LocalItem wrong = crp("H9", 8, "mg/dL"), right = crp("H8", 0.9, "mg/L");
  EXPECT_EQ(rules(wrong), std::vector<std::string>());
  const std::vector<LocalItem> two = {crp("H1", 0.1, "mg/dL"), crp("H2", 0.08, "mg/dL"), crp("H1", 0.1, "mg/dL")};
  suggester_->learn(two);
  EXPECT_EQ(rules(wrong), std::vector<std::string>());  // one hospital sent it twice: two do not outvote a third
  const std::vector<LocalItem> third = {crp("H3", 1.2, "mg/L"), wrong};
  suggester_->learn(third);
  EXPECT_EQ(rules(wrong), std::vector<std::string>{"CODE_VALUES_IMPLAUSIBLE"});
  EXPECT_EQ(rules(right), std::vector<std::string>());
}

TEST_F(Suggestions, AbbreviationsOfTestsAreKnown) {
  EXPECT_EQ(first(item(Kind::kLab, "ＧＯＴ")), "3B035000002327201");
  EXPECT_EQ(first(item(Kind::kLab, "ｶﾞﾝﾏGTP")), "3B090000002327701");
  EXPECT_EQ(first(item(Kind::kLab, "HbA1c(NGSP) [院内]")), "3D046000001906202");
}

TEST_F(Suggestions, UnitsAndValuesDecideBetweenNamesakes) {
  LocalItem platelets = item(Kind::kLab, "PL");
  platelets.unit = "万/μL";
  platelets.values = {14, 23, 34, 500};
  EXPECT_EQ(first(platelets), "2A050000001930901");
}

TEST_F(Suggestions, ModifiersOfADiseaseAreTakenOff) {
  dictionary_.add_modifier({"8002", "の疑い", {}, true});
  dictionary_.finish();
  suggester_.emplace(dictionary_);
  const LocalItem suspected = item(Kind::kDisease, "インフルエンザの疑い");
  EXPECT_EQ(first(suspected), "4871001");
  EXPECT_EQ(suggester_->suggest({&suspected, 1}, {})[0][0].modifiers, "8002");
}

TEST_F(Suggestions, WhatIsClaimedOnTheSameDaysDecidesWhereTheNameCannot) {
  LocalItem vague = item(Kind::kDrug, "ノルバスク錠");
  vague.count = 100;
  vague.claimed = {{"112007410", 100}, {"610421338", 90}};
  EXPECT_EQ(first(vague), "610421338");
}

TEST_F(Suggestions, ConfidenceIsAProbabilityAndLowWhereNothingFits) {
  const LocalItem items[] = {item(Kind::kDrug, "ノルバスク錠５ｍｇ"), item(Kind::kDrug, "院内製剤ルゴール水")};
  const auto found = suggester_->suggest(items, {});
  for (const auto& list : found) {
    double sum = 0;
    for (const Suggestion& s : list) {
      EXPECT_GE(s.confidence, 0);
      sum += s.confidence;
    }
    EXPECT_LE(sum, 1 + 1e-9);
  }
  EXPECT_GT(found[0][0].confidence, 0.9);
  if (!found[1].empty()) {
    EXPECT_LT(found[1][0].confidence, 0.1);
  }
}

TEST_F(Suggestions, TheNumberOfThreadsChangesNothing) {
  std::vector<LocalItem> items;
  for (int i = 0; i < 200; ++i)
    items.push_back(item(i % 2 == 0 ? Kind::kDrug : Kind::kLab, i % 3 == 0   ? "ノルバスク5"
                                                                : i % 3 == 1 ? "ALT"
                                                                             : "血糖"));
  const auto one = suggester_->suggest(items, {.threads = 1}), four = suggester_->suggest(items, {.threads = 4});
  for (std::size_t i = 0; i < items.size(); ++i) {
    ASSERT_EQ(one[i].size(), four[i].size());
    for (std::size_t k = 0; k < one[i].size(); ++k) {
      EXPECT_EQ(one[i][k].entry, four[i][k].entry);
      EXPECT_EQ(one[i][k].confidence, four[i][k].confidence);
    }
  }
}

TEST_F(Suggestions, TheMakerMayStandAnywhereAndWithoutBrackets) {
  for (const std::string_view name :
       {"オセルタミビルカプセル75mgサワイ", "サワイ オセルタミビルカプセル75mg", "オセルタミビル「サワイ」75mgcap"})
    EXPECT_EQ(first(item(Kind::kDrug, name)), "622638801") << name;
}

TEST_F(Suggestions, ANameThatSaysNothingLeavesTheWordToClaims) {
  LocalItem drug = item(Kind::kDrug, "項目12");
  drug.count = 100;
  drug.claimed = {{"610462002", 80}};
  EXPECT_EQ(first(drug), "610462002");
}

TEST_F(Suggestions, RomanNumbersAndAbbreviationsOfDiseasesAreRead) {
  DictionaryLoader loader;
  ASSERT_TRUE(loader.take_text("d.csv",
                               "kind,system,code,name\ndisease,REC,1,２型糖尿病\ndisease,REC,2,１型糖尿病\n"
                               "disease,REC,3,胃癌\ndisease,REC,4,短腸症候群\n"));
  const Dictionary dictionary = loader.finish();
  const Suggester suggester(dictionary);
  for (const auto& [name, code] :
       {std::pair{"Ⅱ型糖尿病", "1"}, {"I型糖尿病", "2"}, {"胃ca", "3"}, {"胃ガン", "3"}, {"短腸SY", "4"}}) {
    const LocalItem disease = item(Kind::kDisease, name);
    const auto found = suggester.suggest({&disease, 1}, {});
    ASSERT_FALSE(found[0].empty()) << name;
    EXPECT_EQ(dictionary.entries()[static_cast<std::size_t>(found[0][0].entry)].code, code) << name;
  }
}

TEST_F(Suggestions, AReceiptCodeLabelledHotIsFound) {
  LocalItem drug = item(Kind::kDrug, "タミフルカプセル75");
  drug.std_system = "HOT9";
  drug.std_code = "610443074";
  EXPECT_EQ(rules(drug), std::vector<std::string>{"CODE_SYSTEM_MISLABELLED"});
}

TEST_F(Suggestions, ATestCodeWithTheWrongSpecimenOrUnitIsFound) {
  LocalItem test = item(Kind::kLab, "AST");
  test.std_system = "JC10";
  test.std_code = "3B035000002327201";
  test.unit = "U/L";
  test.specimen = "血清";
  EXPECT_TRUE(rules(test).empty());
  test.specimen = "001";
  EXPECT_EQ(rules(test), std::vector<std::string>{"CODE_SPECIMEN_MISMATCH"});
  test.specimen = "023";
  test.unit = "mg/dL";
  EXPECT_EQ(rules(test), std::vector<std::string>{"CODE_UNIT_MISMATCH"});
}

TEST_F(Suggestions, AJlac10CodeOfSixteenCharactersIsFound) {
  LocalItem test = item(Kind::kLab, "AST");
  test.std_system = "JC10";
  test.std_code = "3B03500000232720";
  EXPECT_EQ(rules(test), std::vector<std::string>{"CODE_SHAPE"});
}

TEST_F(Suggestions, ACodeOfAnotherThingIsFound) {
  LocalItem drug = item(Kind::kDrug, "ノルバスク錠５ｍｇ");
  drug.std_system = "REC";
  drug.std_code = "610443074";
  const auto found = rules(drug);
  EXPECT_NE(std::ranges::find(found, "CODE_NAME_DISAGREES"), found.end());
}

}  // namespace
}  // namespace sekisho::codes
