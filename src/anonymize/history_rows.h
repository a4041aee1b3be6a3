// Items that stand in one row of a person: whoever knows two of them may know that too. Internal.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace sekisho::anonymize::detail {

// Persons who have each combination of two to m items in one row. Persons come one after the other.
class RowCombinations {
 public:
  explicit RowCombinations(int m) : m_(m) {}
  void add(std::span<const std::uint32_t> items);  // a row of the person
  void close();                                    // the person's rows are all there
  // Of each combination of the row that fewer than k persons have, the item that the fewest persons have at all.
  void rare(std::span<const std::uint32_t> items, std::uint32_t k, std::vector<std::uint32_t>& out) const;

 private:
  using Key = std::array<std::uint32_t, 3>;
  struct Hash {
    std::size_t operator()(const Key& key) const;
  };
  template <class Body>
  void each(std::span<const std::uint32_t> items, const Body& body) const;
  int m_;
  std::vector<Key> of_person_;
  std::unordered_map<Key, std::uint32_t, Hash> persons_;
};

}  // namespace sekisho::anonymize::detail
