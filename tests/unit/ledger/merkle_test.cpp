// The Merkle tree against the published vectors of Certificate Transparency (the eight-leaf test tree used by the
// reference implementations of RFC 6962).
#include "ledger/merkle.h"

#include <gtest/gtest.h>

#include "core/random.h"
#include "ledger/ledger.h"

namespace sekisho::ledger {
namespace {

using crypto::Digest;

Digest hex(const char* text) {
  return crypto::digest_from_hex(text).value();
}

Digest leaf_of(const char* input_hex) {
  Bytes bytes = from_hex(input_hex).value();
  bytes.insert(bytes.begin(), 0x00);
  return crypto::sha256(bytes);
}

std::vector<Digest> reference_leaves() {
  std::vector<Digest> leaves;
  for (const char* input :
       {"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"})
    leaves.push_back(leaf_of(input));
  return leaves;
}

const char* const kReferenceRoots[] = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

MerkleTree tree_of(const std::vector<Digest>& leaves) {
  MerkleTree tree;
  for (const Digest& leaf : leaves)
    tree.append(leaf);
  return tree;
}

TEST(Merkle, RootsOfEverySizeAreThoseOfTheReferenceTree) {
  const std::vector<Digest> leaves = reference_leaves();
  const MerkleTree tree = tree_of(leaves);
  for (std::size_t size = 0; size <= leaves.size(); ++size) {
    EXPECT_EQ(to_hex(tree.root(size)), kReferenceRoots[size]) << size;
    EXPECT_EQ(to_hex(tree_root({leaves.begin(), leaves.begin() + static_cast<std::ptrdiff_t>(size)})),
              kReferenceRoots[size]);
  }
}

TEST(Merkle, ConsistencyProofsAreThoseOfTheReferenceTree) {
  const MerkleTree tree = tree_of(reference_leaves());
  EXPECT_TRUE(tree.consistency(1, 1).empty());
  EXPECT_EQ(tree.consistency(1, 8),
            (std::vector{hex("96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"),
                         hex("5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"),
                         hex("6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4")}));
  EXPECT_EQ(tree.consistency(6, 8),
            (std::vector{hex("0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"),
                         hex("ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"),
                         hex("d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")}));
  EXPECT_EQ(tree.consistency(2, 5),
            (std::vector{hex("5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"),
                         hex("bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b")}));
}

TEST(Merkle, InclusionProofsAreThoseOfTheReferenceTree) {
  const MerkleTree tree = tree_of(reference_leaves());
  EXPECT_TRUE(tree.inclusion(0, 1).empty());
  EXPECT_EQ(tree.inclusion(0, 8),
            (std::vector{hex("96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"),
                         hex("5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"),
                         hex("6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4")}));
  EXPECT_EQ(tree.inclusion(2, 3),
            (std::vector{hex("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")}));
}

Checkpoint checkpoint_of(const MerkleTree& tree, std::uint64_t size) {
  return {"sekisho/test", size, tree.root(size), {}};
}

TEST(Merkle, EveryProofOfAGrowingTreeHoldsAndNoAlteredOneDoes) {
  SeededRandom random(7);
  MerkleTree tree;
  constexpr std::uint64_t kLeaves = 70;
  for (std::uint64_t i = 0; i < kLeaves; ++i) {
    Digest leaf;
    random.fill(leaf);
    tree.append(leaf);
  }
  for (std::uint64_t to = 0; to <= kLeaves; ++to)
    for (std::uint64_t from = 0; from <= to; ++from) {
      const ConsistencyProof proof{from, to, tree.consistency(from, to)};
      ASSERT_TRUE(check_consistency(checkpoint_of(tree, from), checkpoint_of(tree, to), proof)) << from << " " << to;
      Checkpoint forged = checkpoint_of(tree, from);
      forged.root[5] ^= 1;
      ASSERT_FALSE(check_consistency(forged, checkpoint_of(tree, to), proof)) << from << " " << to;
      for (std::size_t i = 0; i < proof.hashes.size(); ++i) {
        ConsistencyProof altered = proof;
        altered.hashes[i][0] ^= 1;
        ASSERT_FALSE(check_consistency(checkpoint_of(tree, from), checkpoint_of(tree, to), altered));
        altered = proof;
        altered.hashes.erase(altered.hashes.begin() + static_cast<std::ptrdiff_t>(i));
        ASSERT_FALSE(check_consistency(checkpoint_of(tree, from), checkpoint_of(tree, to), altered));
      }
      ConsistencyProof longer = proof;
      longer.hashes.push_back({});
      ASSERT_FALSE(check_consistency(checkpoint_of(tree, from), checkpoint_of(tree, to), longer));
    }
}

TEST(Merkle, EveryInclusionProofLeadsToTheRoot) {
  const MerkleTree tree = tree_of(reference_leaves());
  for (std::uint64_t size = 1; size <= 8; ++size)
    for (std::uint64_t index = 0; index < size; ++index) {
      auto path = tree.inclusion(index, size);
      EXPECT_EQ(root_from_inclusion(tree.leaf(index), index, size, path), tree.root(size));
      path.push_back({});
      EXPECT_NE(root_from_inclusion(tree.leaf(index), index, size, path), tree.root(size));
    }
}

TEST(Merkle, TruncatingForgetsTheLeavesAfter) {
  MerkleTree tree = tree_of(reference_leaves());
  tree.truncate(5);
  EXPECT_EQ(to_hex(tree.root()), kReferenceRoots[5]);
  const std::vector<Digest> leaves = reference_leaves();
  for (std::size_t i = 5; i < 8; ++i)
    tree.append(leaves[i]);
  EXPECT_EQ(to_hex(tree.root()), kReferenceRoots[8]);
}

TEST(Merkle, AShrunkenLedgerOrAnotherOneIsNotConsistent) {
  const MerkleTree tree = tree_of(reference_leaves());
  EXPECT_FALSE(check_consistency(checkpoint_of(tree, 8), checkpoint_of(tree, 5), {8, 5, {}}));
  Checkpoint other = checkpoint_of(tree, 8);
  other.origin = "sekisho/other";
  EXPECT_FALSE(check_consistency(checkpoint_of(tree, 5), other, {5, 8, tree.consistency(5, 8)}));
}

}  // namespace
}  // namespace sekisho::ledger
