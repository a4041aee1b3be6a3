// The Merkle tree of RFC 6962 section 2 over leaf hashes, with all complete subtrees kept: a root or proof of any past
// size costs O(log² n) hashes. 64 bytes a leaf: a million entries are 64 MB.
#pragma once

#include <optional>
#include <vector>

#include "crypto/digest.h"

namespace sekisho::ledger {

crypto::Digest node_hash(const crypto::Digest& left, const crypto::Digest& right);

class MerkleTree {
 public:
  void append(const crypto::Digest& leaf);
  void truncate(std::uint64_t size);  // forgets the leaves from `size` on
  std::uint64_t size() const { return levels_.empty() ? 0 : levels_[0].size(); }
  const crypto::Digest& leaf(std::uint64_t index) const { return levels_[0][index]; }

  crypto::Digest root() const { return root(size()); }
  crypto::Digest root(std::uint64_t size) const;  // size <= size()
  std::vector<crypto::Digest> consistency(std::uint64_t from,
                                          std::uint64_t to) const;  // section 2.1.2; from <= to <= size()
  std::vector<crypto::Digest> inclusion(std::uint64_t index,
                                        std::uint64_t size) const;  // section 2.1.1; index < size <= size()

 private:
  crypto::Digest subtree(std::uint64_t begin, std::uint64_t end) const;
  void sub_proof(std::uint64_t from, std::uint64_t begin, std::uint64_t end, bool whole,
                 std::vector<crypto::Digest>& out) const;

  std::vector<std::vector<crypto::Digest>> levels_;  // levels_[k][i]: root of leaves [i << k, (i + 1) << k)
};

// The root that leaf `index` of a tree of `size` leaves and its audit path lead to (RFC 9162 section 2.1.3.2); nothing
// when the path has a wrong length.
std::optional<crypto::Digest> root_from_inclusion(const crypto::Digest& leaf, std::uint64_t index, std::uint64_t size,
                                                  const std::vector<crypto::Digest>& path);

}  // namespace sekisho::ledger
