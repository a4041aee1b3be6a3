// The levels of each comparison with their prior shares, in the order that the pattern counts them.
#include "linkage/comparison.h"

namespace sekisho::linkage {
namespace {

constexpr Level kGiven[] = {{"missing"},
                            {"equal", .78, .01},
                            {"one typing error or nearly equal", .09, .006},
                            {"short form", .03, .004},
                            {"similar", .02, .02},
                            {"swapped with the surname", .02, .001},
                            {"initial", .02, .03},
                            {"a middle name of the other", .005, .004},
                            {"different", .035, .92, .15}};
constexpr Level kSurname[] = {{"missing"},
                              {"equal", .80, .90},
                              {"one typing error or nearly equal", .09, .04},
                              {"part of the other", .02, .01},
                              {"similar", .02, .01},
                              {"swapped with the given name", .02, .001},
                              {"initial", .005, .005},
                              {"a middle name of the other", .0001, .0001},
                              {"different", .045, .034, .35}};
constexpr Level kWhole[] = {{"missing"},
                            {"26 bits and more, most words", .30, .0005},
                            {"21 bits, most words", .15, .0005},
                            {"17 bits, most words", .10, .001},
                            {"13 bits, most words", .06, .002},
                            {"9 bits, most words", .04, .005},
                            {"5 bits, most words", .02, .005},
                            {"26 bits and more", .05, .003},
                            {"21 bits", .05, .006},
                            {"17 bits", .05, .02},
                            {"13 bits", .05, .06},
                            {"9 bits", .05, .2},
                            {"5 bits", .04, .35},
                            {"different", .04, .346}};
constexpr Level kDate[] = {{"missing"},
                           {"equal", .84, .012},
                           {"one digit, swapped digits, or day and month swapped", .07, .004},
                           {"two of year, month and day", .05, .02},
                           {"years equal, parts are missing", .01, .004},
                           {"close in all parts", .015, .003},
                           {"years at most two apart, parts are missing", .01, .02},
                           {"years three to five apart, parts are missing", .004, .03},
                           {"different", .015, .907, .25}};
constexpr Level kCategory[] = {{"missing"}, {"equal", .97, .5}, {"different", .03, .5}};
constexpr Level kSource[] = {{"missing"}, {"same source", .5, .5}, {"two sources", .5, .5}};
// Households that are counted twice hold the same people; one household holds different ones.
constexpr Level kCompany[] = {{"missing"},
                              {"one household", .05, .5},
                              {"others of both households are one person", .55, .4},
                              {"no others of the households meet", .4, .1}};
constexpr Level kText[] = {
    {"missing"}, {"equal", .70, .8}, {"nearly equal", .12, .05}, {"some words", .08, .05}, {"different", .10, .1}};
constexpr Level kCode[] = {{"missing"},
                           {"equal", .84, .6},
                           {"one typing error", .06, .05},
                           {"two typing errors", .02, .02},
                           {"different", .08, .33}};
constexpr Level kAddress[] = {{"missing"},
                              {"equal", .65, .85},
                              {"number equal, words nearly", .12, .05},
                              {"words equal, number differs or is missing", .08, .03},
                              {"some words and the number", .03, .02},
                              {"some words", .04, .02},
                              {"different", .08, .03}};
// Town, postcode and state are one factor: a postcode lies in a town.
constexpr Level kPlace[] = {{"missing"},
                            {"town and postcode equal", .60, .80},
                            {"town equal, postcode missing", .08, .05},
                            {"postcode equal, town missing", .04, .03},
                            {"one equal, the other nearly", .08, .02},
                            {"town equal, other postcode", .05, .02},
                            {"postcode equal, other town", .02, .01},
                            {"nearly equal", .01, .005},
                            {"one nearly equal, the other differs", .01, .005},
                            {"state equal", .06, .03},
                            {"different", .05, .03}};
constexpr Level kEmail[] = {{"missing"},
                            {"equal", .80, .2},
                            {"same name at another provider", .05, .01},
                            {"nearly equal", .07, .02},
                            {"different", .08, .77}};
// Kanji and kana of a name are one factor: one comparison.
constexpr Level kJpGiven[] = {{"missing"},
                              {"kanji and kana equal", .907, .003},
                              {"kanji equal, kana missing", .010, .0005},
                              {"kanji equal, kana nearly", .015, .0002},
                              {"kanji equal, other reading", .015, .0005},
                              {"kana equal, kanji missing", .015, .002},
                              {"kana equal, other kanji", .025, .004},
                              {"kana nearly equal, kanji differ or are missing", .004, .01},
                              {"kanji share a character", .005, .05},
                              {"swapped with the family name", .003, .0001, .05},
                              {"different", .0015, .93, .003}};
constexpr Level kJpFamily[] = {{"missing"},
                               {"kanji and kana equal", .88, .90},
                               {"kanji equal, kana missing", .010, .010},
                               {"kanji equal, kana nearly", .015, .015},
                               {"kanji equal, other reading", .010, .010},
                               {"kana equal, kanji missing", .015, .015},
                               {"kana equal, other kanji", .010, .010},
                               {"kana nearly equal, kanji differ or are missing", .002, .002},
                               {"kanji share a character", .003, .003},
                               {"swapped with the given name", .003, .0001},
                               {"different", .052, .035}};
constexpr Level kJpInsurance[] = {{"missing"},
                                  {"equal, branch number equal", .15, .001},
                                  {"equal, branch number missing", .45, .80},
                                  {"equal, other branch number", .0005, .10},
                                  {"one typing error", .01, .01},
                                  {"different", .39, .09}};
constexpr Level kJpResidence[] = {{"missing"},
                                  {"address equal", .68, .80},
                                  {"place equal, numbers nearly", .02, .02},
                                  {"postcode equal", .06, .08},
                                  {"place equal, other numbers", .02, .01},
                                  {"postcode nearly equal", .005, .005},
                                  {"different", .215, .085}};

}  // namespace

std::span<const Level> levels_of(ComparisonType type) {
  switch (type) {
    case ComparisonType::kGivenName:
      return kGiven;
    case ComparisonType::kSurname:
      return kSurname;
    case ComparisonType::kWholeName:
      return kWhole;
    case ComparisonType::kDate:
      return kDate;
    case ComparisonType::kCategory:
      return kCategory;
    case ComparisonType::kCompany:
      return kCompany;
    case ComparisonType::kSource:
      return kSource;
    case ComparisonType::kText:
      return kText;
    case ComparisonType::kCode:
      return kCode;
    case ComparisonType::kAddress:
      return kAddress;
    case ComparisonType::kPlace:
      return kPlace;
    case ComparisonType::kEmail:
      return kEmail;
    case ComparisonType::kJpFamily:
      return kJpFamily;
    case ComparisonType::kJpGiven:
      return kJpGiven;
    case ComparisonType::kJpInsurance:
      return kJpInsurance;
    case ComparisonType::kJpResidence:
      return kJpResidence;
  }
  return {};
}

}  // namespace sekisho::linkage
