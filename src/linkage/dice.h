// Dice similarity of filters of 1024 bits, one against many: all pairs that reach a threshold. The same pairs and the
// same figures whichever instructions the processor has; the fastest are chosen at run time.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "identity/filters.h"

namespace sekisho::linkage {

using identity::Filter;
using identity::kFilterBits;
using identity::kFilterWords;

std::uint32_t ones(const Filter& filter);

// 2 |a and b| / (|a| + |b|); 0 when both are empty.
double dice(const Filter& a, const Filter& b);

// Thresholds in steps of 2^-20: whether a pair reaches it is decided in whole numbers.
inline constexpr int kThresholdSteps = 1 << 20;
std::uint64_t threshold_steps(double threshold);  // threshold in (0, 1]; rounded to the nearest step

struct Hit {
  std::uint32_t a = 0, b = 0;  // places in the two lists
  std::uint32_t common = 0;    // bits set in both
  bool operator==(const Hit&) const = default;
};

// Filters in groups of eight, interleaved by words: one vector holds the same word of eight filters.
class FilterGroups {
 public:
  static constexpr std::size_t kLanes = 8;
  explicit FilterGroups(std::span<const Filter> filters);
  std::size_t groups() const { return ones_.size() / kLanes; }
  const std::uint64_t* words(std::size_t group) const { return lines_[group * kFilterWords].lane; }
  const std::uint64_t* ones(std::size_t group) const { return ones_.data() + group * kLanes; }  // of each lane

 private:
  struct alignas(64) Line {
    std::uint64_t lane[kLanes];
  };
  std::vector<Line> lines_;  // kFilterWords for each group
  std::vector<std::uint64_t> ones_;
};

// One scan: up to four filters `a` (numbered from `first_a`) against the groups [begin, end). Appends hits in the order
// of groups, then a, then lanes. Filters without any bit agree with nobody.
using DiceKernel = void (*)(std::span<const Filter> a, std::uint32_t first_a, const FilterGroups& b, std::size_t begin,
                            std::size_t end, std::uint64_t steps, std::vector<Hit>& hits);
struct DiceVersion {
  const char* name;
  bool usable;  // on this processor
  DiceKernel kernel;
};
std::span<const DiceVersion> dice_versions();  // "plain", "avx2", "avx512-vpopcntdq"
const DiceVersion& best_dice();

// All pairs whose Dice reaches the threshold, in order of a, then b. Pairs whose numbers of ones exclude it are not
// looked at; `compared` counts the others. Stops and returns false when there are more than `most` hits.
struct DiceResult {
  std::vector<Hit> hits;
  std::uint64_t compared = 0;
  bool complete = true;
};
// What people can still look through, and memory can hold.
constexpr std::size_t kMostPairs = 50'000'000;
DiceResult all_above(std::span<const Filter> a, std::span<const Filter> b, double threshold, std::size_t most,
                     const DiceVersion& version = best_dice(), unsigned threads = 2);

}  // namespace sekisho::linkage
