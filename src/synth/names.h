// Names of synthetic persons, their written variants and words of addresses.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/random.h"

namespace sekisho::synth {

struct Surname;

Surname draw_surname(SeededRandom& random);
void draw_given_name(SeededRandom& random, bool female, std::string& kanji, std::string& kana);

struct Variant {
  std::string_view plain, written;
  char charset;  // J: JIS X 0208; W: Shift_JIS of Windows only
};
std::span<const Variant> variants();        // other shapes of one character
std::span<const Variant> other_readings();  // kana
std::span<const Variant> homophones();      // other characters of the same sound

// Names that nobody else bears, for the leak search.
struct MarkedName {
  std::string family, given, family_kana, given_kana;
};
MarkedName marked_name(std::uint64_t which);

std::span<const std::string_view> town_words();
std::span<const std::string_view> building_words();

}  // namespace sekisho::synth
