// The weights of what is compared, and how scores become probabilities; fitted as docs/codes.md describes.
#pragma once

#include <array>

#include "codes/suggest.h"

namespace sekisho::codes {

struct KindModel {
  double temperature = 1;
  double none = 0;  // score of "none of these"
  // The first suggestion's probability p becomes that of log-odds slope * logit(p) + offset.
  double slope = 1, offset = 0;
};

std::array<double, kFeatures> weights_of(Kind kind);
KindModel model_of(Kind kind);

}  // namespace sekisho::codes
