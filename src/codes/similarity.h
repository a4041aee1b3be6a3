// How alike the parts of two names are: strengths, numbers, makers, units, stems. All in -1..1; 0: nothing known.
#pragma once

#include "codes/name.h"

namespace sekisho::codes {

struct Stem {
  std::u32string text;
  std::vector<std::uint64_t> grams;
};

// How alike two stems are; computed once for all names that share one.
struct StemSimilarity {
  float edit = 0, grams = 0;
  bool equal = false;
};
StemSimilarity compare_stems(std::u32string_view text, const std::vector<std::uint64_t>& grams, const Stem& stem);

bool equal_value(double a, double b);
float strength_similarity(const std::vector<Quantity>& local, const std::vector<Quantity>& standard);
// The name ends in the middle of its number: whatever begins so may be meant.
float cut_strength(const Parts& local, const Parts& standard);
// Of names that differ in their numbers only: （１）, ２日目以降, ４ｃｍ以上.
float number_similarity(std::u32string_view local, std::u32string_view standard);
float maker_similarity(const Parts& local, const Parts& standard);
// Drug units as hospitals write them: 1 the same, -1 different, 0 unknown or not comparable.
double drug_unit_similarity(std::string_view local, std::string_view standard);

}  // namespace sekisho::codes
