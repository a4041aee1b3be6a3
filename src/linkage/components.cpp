#include "linkage/components.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "linkage/hash.h"

namespace sekisho::linkage {
Components::Components(std::size_t nodes) : parent_(nodes), evidence_(nodes, 0) {
  std::iota(parent_.begin(), parent_.end(), 0u);
}

std::uint32_t Components::find(std::uint32_t node) {
  while (parent_[node] != node) {
    parent_[node] = parent_[parent_[node]];
    node = parent_[node];
  }
  return node;
}

std::uint32_t Components::root_of(std::uint32_t node) const {
  while (parent_[node] != node)
    node = parent_[node];
  return node;
}

// The smaller root stays root, so that a component is named by its smallest node whatever the order of unions.
void Components::unite(std::uint32_t a, std::uint32_t b) {
  const std::uint32_t x = find(a), y = find(b);
  if (x != y) parent_[std::max(x, y)] = std::min(x, y);
}

std::size_t Components::count() {
  std::size_t roots = 0;
  for (std::uint32_t node = 0; node < parent_.size(); ++node)
    roots += parent_[node] == node;
  return roots;
}

template <class Visit>
void Components::each_block(std::vector<KeyedNode>& rows, std::size_t max_block, std::string_view rule, Visit visit) {
  std::ranges::sort(
      rows, [](const KeyedNode& a, const KeyedNode& b) { return a.key != b.key ? a.key < b.key : a.node < b.node; });
  const auto repeated = std::ranges::unique(
      rows, [](const KeyedNode& a, const KeyedNode& b) { return a.key == b.key && a.node == b.node; });
  rows.erase(repeated.begin(), repeated.end());
  for (std::size_t begin = 0; begin < rows.size();) {
    std::size_t end = begin + 1;
    while (end < rows.size() && rows[end].key == rows[begin].key)
      ++end;
    if (end - begin > max_block)
      big_blocks_.push_back({std::string(rule), end - begin});
    else if (end - begin > 1)
      visit(std::span(rows).subspan(begin, end - begin));
    begin = end;
  }
  ++call_;
}

void Components::unite_blocks(std::vector<KeyedNode>& rows, std::size_t max_block, std::string_view rule) {
  each_block(rows, max_block, rule, [&](std::span<const KeyedNode> block) {
    for (const KeyedNode& row : block) {
      unite(block.front().node, row.node);
      evidence_[row.node] |= 1u << call_;
    }
  });
}

void Components::unite_loose(std::vector<KeyedNode>& rows, const std::vector<bool>& loose, std::size_t max_block,
                             std::string_view rule) {
  // Decided on the components as they were before, applied afterwards: the order of blocks then does not matter.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> unions;
  each_block(rows, max_block, rule, [&](std::span<const KeyedNode> block) {
    std::uint32_t person = UINT32_MAX;
    for (const KeyedNode& row : block) {
      if (loose[row.node]) continue;
      if (person != UINT32_MAX && person != find(row.node)) return;
      person = find(row.node);
    }
    for (const KeyedNode& row : block) {
      unions.emplace_back(person == UINT32_MAX ? block.front().node : person, row.node);
      if (loose[row.node]) evidence_[row.node] |= 1u << call_;
    }
  });
  // A loose node whose versions point at two persons joins neither.
  std::vector<std::uint32_t> target(parent_.size(), UINT32_MAX);
  std::vector<bool> torn(parent_.size(), false);
  for (const auto& [person, node] : unions) {
    if (!loose[node] || loose[person]) continue;
    if (target[node] != UINT32_MAX && target[node] != person) torn[node] = true;
    target[node] = person;
  }
  for (const auto& [person, node] : unions)
    if (loose[node] && !torn[node] && !torn[person]) unite(person, node);
}

Key128 key_of(std::span<const std::string_view> fields, std::uint64_t seed) {
  std::uint64_t high = seed ^ 0xA0761D6478BD642F, low = mix(seed, 0xE7037ED1A0B428DB);
  for (const std::string_view field : fields) {
    high = mix(high, field.size());
    for (std::size_t at = 0; at < field.size(); at += 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, field.data() + at, std::min<std::size_t>(8, field.size() - at));
      high = mix(high, word);
      low = mix(low + 0x8EBC6AF09C88C6E3, word ^ high);
    }
    low = mix(low, high ^ field.size());
  }
  return {high, low};
}

Key128 key_of(const std::array<std::uint8_t, 16>& a) {
  Key128 key;
  std::memcpy(&key.high, a.data(), 8);
  std::memcpy(&key.low, a.data() + 8, 8);
  return key;
}

Key128 combine(const std::array<std::uint8_t, 16>& a, const std::array<std::uint8_t, 16>& b) {
  const Key128 x = key_of(a), y = key_of(b);
  return {mix(x.high, y.low), mix(x.low ^ 0x589965CC75374CC3, y.high)};
}

}  // namespace sekisho::linkage
