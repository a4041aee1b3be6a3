#include "synth/names.h"

#include <array>
#include <cmath>

#include "synth/people.h"

namespace sekisho::synth {
namespace {

struct CommonSurname {
  std::string_view kanji, kana;
  int share;
};
struct NamePart {
  std::string_view kanji, kana;
};

#include "synth/tables/names.inc"

template <std::size_t N>
const NamePart& draw(SeededRandom& random, const NamePart (&parts)[N]) {
  // Earlier parts are commoner.
  const double skewed = std::pow(random.uniform(), 1.4);
  return parts[static_cast<std::size_t>(skewed * N)];
}

std::string joined(std::string_view head, std::string_view tail) {
  return std::string(head) += tail;
}

}  // namespace

Surname draw_surname(SeededRandom& random) {
  static const int total = [] {
    int sum = 0;
    for (const CommonSurname& surname : kCommonSurnames)
      sum += surname.share;
    return sum;
  }();
  // Shares are in tenths of a percent of all people; the rest is the composed tail.
  int drawn = static_cast<int>(random.below(1000));
  if (drawn < total)
    for (const CommonSurname& surname : kCommonSurnames) {
      if (drawn < surname.share) return {std::string(surname.kanji), std::string(surname.kana)};
      drawn -= surname.share;
    }
  const NamePart& head = draw(random, kSurnameHeads);
  const NamePart& tail = draw(random, kSurnameTails);
  return {joined(head.kanji, tail.kanji), joined(head.kana, tail.kana)};
}

void draw_given_name(SeededRandom& random, bool female, std::string& kanji, std::string& kana) {
  const NamePart& head = female ? draw(random, kFemaleHeads) : draw(random, kMaleHeads);
  const NamePart& tail = female ? draw(random, kFemaleTails) : draw(random, kMaleTails);
  kanji = joined(head.kanji, tail.kanji);
  kana = joined(head.kana, tail.kana);
}

std::span<const Variant> variants() {
  return kVariants;
}
std::span<const Variant> other_readings() {
  return kOtherReadings;
}
std::span<const Variant> homophones() {
  return kHomophones;
}
std::span<const std::string_view> town_words() {
  return kTownWords;
}
std::span<const std::string_view> building_words() {
  return kBuildingWords;
}

MarkedName marked_name(std::uint64_t which) {
  // Characters and sounds that no other table of names holds.
  constexpr std::array<NamePart, 8> kHeads = {{{"蠣", "ヌユ"},
                                               {"躑", "ヘヌ"},
                                               {"髭", "ペギ"},
                                               {"鞘", "ズグ"},
                                               {"麒", "ポゾ"},
                                               {"鱧", "ビゼ"},
                                               {"蜻", "ブヌ"},
                                               {"蹴", "ゲペ"}}};
  constexpr std::array<NamePart, 8> kTails = {{{"鑿", "ヌポ"},
                                               {"籠", "ゾベ"},
                                               {"鬘", "ヘポ"},
                                               {"鵺", "ペヌ"},
                                               {"驢", "ズビ"},
                                               {"齧", "ゼヌ"},
                                               {"鑢", "ブゾ"},
                                               {"鼈", "ギヘ"}}};
  const NamePart& a = kHeads[which % 8];
  const NamePart& b = kTails[which / 8 % 8];
  const NamePart& c = kTails[(which + 3) % 8];
  const NamePart& d = kHeads[(which / 8 + 5) % 8];
  return {joined(a.kanji, b.kanji), joined(c.kanji, d.kanji), joined(a.kana, b.kana), joined(c.kana, d.kana)};
}

}  // namespace sekisho::synth
