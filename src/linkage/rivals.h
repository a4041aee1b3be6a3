// Sources that hold nobody twice: a record has at most one partner in another source. How likely a pair is then depends
// on the rivals of both records, and on how many have a partner at all: where most have one, who has a single
// candidate has it; where two candidates are equally good, each of them is half as likely.
#pragma once

#include <cstdint>
#include <vector>

#include "linkage/cluster.h"
#include "linkage/table.h"

namespace sekisho::linkage {

class Rivals {
 public:
  static constexpr std::size_t kMostSources = 8;
  // `source` of a grouped table; `edges` with the weights that pairs have on their own, in bits.
  Rivals(const Column& source, const std::vector<Edge>& edges);
  // What to add to the weight of a pair of groups.
  float bits(std::uint32_t a, std::uint32_t b, float weight) const;

 private:
  double& total(std::uint32_t group, std::uint32_t source) { return totals_[group * sources_ + source]; }
  double rest(std::uint32_t group, std::uint32_t other, double own) const;

  std::vector<std::uint32_t> source_;  // by group; 0: unknown
  std::size_t sources_;                // with 0
  std::vector<double> totals_;         // by group and other source: odds of all candidates there
  std::vector<double> alone_;          // by source and other source: share of records without a partner there
};

}  // namespace sekisho::linkage
