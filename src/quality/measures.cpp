#include "quality/measures.h"

#include <algorithm>

namespace sekisho::quality {
namespace {

constexpr std::string_view kComplete = "completeness", kConform = "conformance", kPlausible = "plausibility",
                           kTimely = "timeliness";
constexpr std::string_view kVerify = "verification", kValidate = "validation";

constexpr Measure kMeasures[] = {
#include "quality/measures.inc"
};

}  // namespace

std::span<const Measure> measures() {
  return kMeasures;
}

const Measure* find_measure(std::string_view id) {
  const auto found = std::ranges::find(kMeasures, id, &Measure::id);
  return found == std::end(kMeasures) ? nullptr : found;
}

}  // namespace sekisho::quality
