// Persons from weighted pairs: average linkage inside each connected component. All pairs of two clusters count, those
// that blocking did not propose too, so that a single bridge cannot join two persons. A pair of weight
// minus infinity never stands in one person. Independent of order.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace sekisho::linkage {

struct Edge {
  std::uint32_t a = 0, b = 0;
  float weight = 0;  // log2 odds
};

// `edges` hold the pairs worth joining (each once); `weight` gives any other pair; `rank` orders nodes whatever their
// numbers. Returns the cluster of each node, named by its smallest node.
std::vector<std::uint32_t> cluster(std::size_t nodes, const std::vector<Edge>& edges,
                                   const std::function<float(std::uint32_t, std::uint32_t)>& weight,
                                   const std::vector<std::uint32_t>& rank, double threshold_bits);

}  // namespace sekisho::linkage
