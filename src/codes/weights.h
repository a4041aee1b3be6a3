// The weights of what is compared, and how scores become probabilities; fitted as docs/codes.md describes.
#pragma once

#include <array>

#include "codes/suggest.h"

namespace sekisho::codes {

// A suggestion's probability is that of "the right one is among the candidates" times its share among them.
struct KindModel {
  double none = 0;    // score of "none of these"
  double rivals = 1;  // temperature under which candidates share what is theirs
  // Log-odds of "among the candidates": slope * (log of the sum of exp(score) - none) + offset.
  double slope = 1, offset = 0;
};

std::array<double, kFeatures> weights_of(Kind kind);
KindModel model_of(Kind kind);

}  // namespace sekisho::codes
