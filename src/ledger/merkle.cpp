#include "ledger/merkle.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "ledger/ledger.h"

namespace sekisho::ledger {
namespace {

// Leaves of the left subtree: the largest power of two smaller than `size` (RFC 6962 section 2.1).
std::uint64_t left_size(std::uint64_t size) {
  return std::bit_floor(size - 1);
}

}  // namespace

crypto::Digest node_hash(const crypto::Digest& left, const crypto::Digest& right) {
  std::uint8_t bytes[65] = {0x01};
  std::memcpy(bytes + 1, left.data(), 32);
  std::memcpy(bytes + 33, right.data(), 32);
  return crypto::sha256(bytes);
}

void MerkleTree::append(const crypto::Digest& leaf) {
  if (levels_.empty()) levels_.emplace_back();
  levels_[0].push_back(leaf);
  for (std::size_t k = 0; levels_[k].size() % 2 == 0; ++k) {
    if (k + 1 == levels_.size()) levels_.emplace_back();
    const std::size_t last = levels_[k].size() - 1;
    levels_[k + 1].push_back(node_hash(levels_[k][last - 1], levels_[k][last]));
  }
}

void MerkleTree::truncate(std::uint64_t size) {
  for (std::size_t k = 0; k < levels_.size(); ++k)
    levels_[k].resize(std::min<std::uint64_t>(levels_[k].size(), size >> k));
}

crypto::Digest MerkleTree::root(std::uint64_t size) const {
  return size == 0 ? crypto::sha256({}) : subtree(0, size);
}

crypto::Digest MerkleTree::subtree(std::uint64_t begin, std::uint64_t end) const {
  const std::uint64_t size = end - begin;
  // `begin` is always a multiple of the smallest power of two that holds the subtree, so a full one is stored.
  if (std::has_single_bit(size)) return levels_[std::countr_zero(size)][begin >> std::countr_zero(size)];
  const std::uint64_t middle = begin + left_size(size);
  return node_hash(subtree(begin, middle), subtree(middle, end));
}

void MerkleTree::sub_proof(std::uint64_t from, std::uint64_t begin, std::uint64_t end, bool whole,
                           std::vector<crypto::Digest>& out) const {
  const std::uint64_t size = end - begin;
  if (from == size) {
    if (!whole) out.push_back(subtree(begin, end));
    return;
  }
  const std::uint64_t left = left_size(size);
  if (from <= left) {
    sub_proof(from, begin, begin + left, whole, out);
    out.push_back(subtree(begin + left, end));
  } else {
    sub_proof(from - left, begin + left, end, false, out);
    out.push_back(subtree(begin, begin + left));
  }
}

std::vector<crypto::Digest> MerkleTree::consistency(std::uint64_t from, std::uint64_t to) const {
  std::vector<crypto::Digest> out;
  if (from != 0 && from != to) sub_proof(from, 0, to, true, out);
  return out;
}

std::vector<crypto::Digest> MerkleTree::inclusion(std::uint64_t index, std::uint64_t size) const {
  std::vector<crypto::Digest> out;
  std::uint64_t begin = 0, end = size;
  while (end - begin > 1) {
    const std::uint64_t middle = begin + left_size(end - begin);
    if (index < middle) {
      out.push_back(subtree(middle, end));
      end = middle;
    } else {
      out.push_back(subtree(begin, middle));
      begin = middle;
    }
  }
  std::reverse(out.begin(), out.end());
  return out;
}

std::optional<crypto::Digest> root_from_inclusion(const crypto::Digest& leaf, std::uint64_t index, std::uint64_t size,
                                                  const std::vector<crypto::Digest>& path) {
  if (index >= size) return std::nullopt;
  std::uint64_t node = index, last = size - 1;
  crypto::Digest hash = leaf;
  for (const crypto::Digest& sibling : path) {
    if (last == 0) return std::nullopt;
    if (node % 2 == 1 || node == last) {
      hash = node_hash(sibling, hash);
      while (node % 2 == 0 && node != 0)
        node >>= 1, last >>= 1;
    } else {
      hash = node_hash(hash, sibling);
    }
    node >>= 1, last >>= 1;
  }
  return last == 0 ? std::optional(hash) : std::nullopt;
}

crypto::Digest tree_root(const std::vector<crypto::Digest>& leaves) {
  // The frontier of complete subtrees, folded from the right: no copy of the tree.
  std::vector<crypto::Digest> frontier;
  for (std::uint64_t i = 0; i < leaves.size(); ++i) {
    frontier.push_back(leaves[i]);
    for (std::uint64_t n = i + 1; n % 2 == 0; n >>= 1) {
      const crypto::Digest right = frontier.back();
      frontier.pop_back();
      frontier.back() = node_hash(frontier.back(), right);
    }
  }
  if (frontier.empty()) return crypto::sha256({});
  crypto::Digest hash = frontier.back();
  for (std::size_t i = frontier.size() - 1; i-- > 0;)
    hash = node_hash(frontier[i], hash);
  return hash;
}

// RFC 9162 section 2.1.4.2, which checks proofs of the form of RFC 6962 section 2.1.2.
Result<void> check_consistency(const Checkpoint& older, const Checkpoint& newer, const ConsistencyProof& proof) {
  const auto bad = [](std::string why) { return fail("ledger.inconsistent", std::move(why)); };
  if (older.origin != newer.origin) return bad("the checkpoints are of different ledgers");
  if (proof.from != older.size || proof.to != newer.size)
    return bad("the proof is for other sizes than the checkpoints");
  if (older.size > newer.size) return bad("the newer checkpoint is smaller: entries were cut off");
  if (older.size == 0) {
    if (older.root != crypto::sha256({})) return bad("the checkpoint of the empty ledger has a wrong root");
    if (!proof.hashes.empty()) return bad("a proof from the empty ledger has no hashes");
    return {};
  }
  if (older.size == newer.size) {
    if (!proof.hashes.empty()) return bad("a proof between equal sizes has no hashes");
    if (older.root != newer.root) return bad("two checkpoints of the same size have different roots");
    return {};
  }
  std::size_t at = 0;
  const auto next = [&] { return at < proof.hashes.size() ? &proof.hashes[at++] : nullptr; };
  std::uint64_t node = older.size - 1, last = newer.size - 1;
  while (node % 2 == 1)
    node >>= 1, last >>= 1;
  const crypto::Digest* start = std::has_single_bit(older.size) ? &older.root : next();
  if (start == nullptr) return bad("the proof is too short");
  crypto::Digest old_root = *start, new_root = *start;
  while (last != 0) {
    const crypto::Digest* sibling = next();
    if (sibling == nullptr) return bad("the proof is too short");
    if (node % 2 == 1 || node == last) {
      old_root = node_hash(*sibling, old_root);
      new_root = node_hash(*sibling, new_root);
      while (node % 2 == 0 && node != 0)
        node >>= 1, last >>= 1;
    } else {
      new_root = node_hash(new_root, *sibling);
    }
    node >>= 1, last >>= 1;
  }
  if (at != proof.hashes.size()) return bad("the proof is too long");
  if (old_root != older.root || new_root != newer.root)
    return bad("entries before the older checkpoint were changed, dropped or reordered");
  return {};
}

}  // namespace sekisho::ledger
