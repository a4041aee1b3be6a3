#include "codes/weights.h"

namespace sekisho::codes {
namespace {

// clang-format off
//                                            cos  cov  edit stem eq   all  form str  mak  unit spec val  clm  sent valid usual modif
constexpr std::array<double, kFeatures> kDrug{6.0, 2.0, 6.0, 6.0, 1.5, 2.0, 2.5, 5.0, 3.0, 1.0, 0.0, 1.0, 5.0, 3.0, 2.0, 1.0, 0.0};
constexpr std::array<double, kFeatures> kLab {3.0, 1.0, 3.0, 4.0, 5.0, 1.5, 0.0, 0.0, 0.0, 2.0, 2.5, 2.0, 3.0, 3.0, 1.0, 2.0, 0.0};
constexpr std::array<double, kFeatures> kText{8.0, 3.0, 6.0, 4.0, 2.0, 3.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 4.0, 4.0, 2.0, 1.0, 0.8};
// clang-format on

}  // namespace

std::array<double, kFeatures> weights_of(Kind kind) {
  switch (kind) {
    case Kind::kDrug:
    case Kind::kMaterial:
      return kDrug;
    case Kind::kLab:
      return kLab;
    default:
      return kText;
  }
}

KindModel model_of(Kind kind) {
  switch (kind) {
    case Kind::kLab:
      return {1.0, 6.0};
    case Kind::kDrug:
    case Kind::kMaterial:
      return {1.0, 14.0};
    default:
      return {1.0, 12.0};
  }
}

}  // namespace sekisho::codes
