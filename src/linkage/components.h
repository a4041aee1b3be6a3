// Persons as connected components: nodes that share a key of a rule are one person. The result does not depend on the
// order of nodes, rows or rules.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::linkage {

// 128 bits of a key; two different keys are taken to differ in them.
struct Key128 {
  std::uint64_t high = 0, low = 0;
  auto operator<=>(const Key128&) const = default;
};

// One (node, key) of a rule. A node may have several, one for each version of its identity data.
struct KeyedNode {
  Key128 key;
  std::uint32_t node = 0;
};

struct BigBlock {
  std::string rule;
  std::size_t nodes = 0;
};

class Components {
 public:
  explicit Components(std::size_t nodes);

  // Unites the nodes of each block of equal keys. A block with more than `max_block` different nodes links nobody: such
  // a key is a filler (test patients, unknown dates), and is reported. `rows` is sorted.
  void unite_blocks(std::vector<KeyedNode>& rows, std::size_t max_block, std::string_view rule);

  // For nodes whose only evidence is this key (`loose`): in a block where all other nodes are one person they join that
  // person; where the others are several persons (twins under one insurance number) they stay alone.
  void unite_loose(std::vector<KeyedNode>& rows, const std::vector<bool>& loose, std::size_t max_block,
                   std::string_view rule);

  void join(std::uint32_t a, std::uint32_t b) { unite(a, b); }
  std::uint32_t find(std::uint32_t node);           // the component's smallest node
  std::uint32_t root_of(std::uint32_t node) const;  // the same, for several threads
  std::size_t size() const { return parent_.size(); }
  std::size_t count();  // components
  const std::vector<BigBlock>& big_blocks() const { return big_blocks_; }
  // For each node the rules that linked it to another one: bit i is the i-th call of unite_*.
  std::span<const std::uint32_t> evidence() const { return evidence_; }

 private:
  void unite(std::uint32_t a, std::uint32_t b);
  template <class Visit>
  void each_block(std::vector<KeyedNode>& rows, std::size_t max_block, std::string_view rule, Visit visit);

  std::vector<std::uint32_t> parent_, evidence_;
  std::vector<BigBlock> big_blocks_;
  unsigned call_ = 0;
};

// A key over texts that is fast, not secret: for one run in memory. "" anywhere means that there is no key; the caller
// checks.
Key128 key_of(std::span<const std::string_view> fields, std::uint64_t seed);
Key128 combine(const std::array<std::uint8_t, 16>& a, const std::array<std::uint8_t, 16>& b);
Key128 key_of(const std::array<std::uint8_t, 16>& a);

}  // namespace sekisho::linkage
