// What an arrival can change: the groups that blocking and weights connect with it, decided anew by the frozen model.
// Private to the store of persons.
#pragma once

#include <map>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "linkage/store_inside.h"

namespace sekisho::linkage {

// The neighbourhood of some groups: all that blocking and weights connect with them, and the persons they stand in.
class Neighbourhood {
 public:
  Neighbourhood(const ModelSpec& spec, const State& state, const std::vector<Decision>& decisions);

  void grow(const std::vector<std::uint32_t>& seeds);

  const std::vector<std::uint32_t>& nodes() const { return nodes_; }
  // By node: its cluster. Scattered nodes are named in scattered().
  std::vector<std::uint32_t> clusters();
  bool scattered(std::uint32_t node) const { return scattered_[node]; }

  // The strongest pair between two sets of nodes.
  Json evidence(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b) const;

 private:
  void take(std::uint32_t group);
  void take_person(std::uint32_t group);
  Constraints constraints_in(const std::vector<std::uint32_t>& groups) const;
  void weigh(const std::vector<std::uint32_t>& frontier);

  const ModelSpec& spec_;
  const State& state_;
  Model model_;
  std::vector<std::tuple<std::uint32_t, std::uint32_t, Verdict>> decided_;
  std::vector<std::uint32_t> nodes_;
  std::unordered_map<std::uint32_t, std::uint32_t> place_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, float> edges_;
  Table table_;
  std::optional<Linker> linker_;
  std::vector<bool> scattered_;
};

}  // namespace sekisho::linkage
