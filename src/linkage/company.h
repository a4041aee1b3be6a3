// Who lives with whom: two records whose households hold others that are one person are more likely one person too, as
// families move and are counted together. And two records of one household are two persons, where a household's number
// means one visit of one counter.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "linkage/cluster.h"
#include "linkage/table.h"

namespace sekisho::linkage {

class Company {
 public:
  // Households by the codes of two columns of a grouped table; a source that is not present parts nothing.
  Company(const Column& household, const Column& source);
  // From now on pairs that weigh more than nothing tell who stands in both of two households.
  void learn(const std::vector<Edge>& edges);
  bool learned() const { return learned_; }
  // Levels of ComparisonType::kCompany (comparison_levels.cpp). Before learn(): 0, and 1 for one household.
  int level(std::uint32_t a, std::uint32_t b) const;

 private:
  static constexpr std::uint32_t kMostMembers = 40;  // more are an institution, whose people do not move together
  static constexpr std::size_t kMostMet = 8;         // pairs that are kept of two households
  bool alone(std::uint32_t home) const { return home == 0 || members_[home] < 2 || members_[home] > kMostMembers; }

  std::vector<std::uint32_t> home_;     // by group; 0: none
  std::vector<std::uint32_t> members_;  // by home
  // Two homes, the smaller number above -> pairs of groups, in the same order.
  std::unordered_map<std::uint64_t, std::vector<std::pair<std::uint32_t, std::uint32_t>>> met_;
  bool learned_ = false;
};

}  // namespace sekisho::linkage
