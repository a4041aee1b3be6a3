// Persons from weighted pairs: average linkage inside each connected component. All pairs of two clusters count, those
// that blocking did not propose too, so that a single bridge cannot join two persons. A pair of weight
// minus infinity never stands in one person. Independent of order.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace sekisho::linkage {

struct Edge {
  std::uint32_t a = 0, b = 0;
  float weight = 0;  // log2 odds
};

// What people decided about pairs of nodes. Each pair has its smaller node first. A pair that must not stand together
// wins over chains of pairs that must.
struct Constraints {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> together, apart;
  std::vector<bool> torn;  // by node: stands in a pair of `apart`

  void prepare();  // sorts; before forbids() is asked
  bool forbids(std::uint32_t a, std::uint32_t b) const;
  bool empty() const { return together.empty() && apart.empty(); }
};

// `edges` hold the pairs worth joining (each once); `weight` gives any other pair; `rank` orders nodes whatever their
// numbers. Returns the cluster of each node, named by its smallest node.
std::vector<std::uint32_t> cluster(std::size_t nodes, const std::vector<Edge>& edges,
                                   const std::function<float(std::uint32_t, std::uint32_t)>& weight,
                                   const std::vector<std::uint32_t>& rank, double threshold_bits,
                                   const Constraints& constraints = {});

}  // namespace sekisho::linkage
