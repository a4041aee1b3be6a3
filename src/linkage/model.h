// Fellegi-Sunter with three classes: one person, two persons of one household, two unrelated persons. u comes from
// value counts and random pairs, everything else by EM on counts of patterns over all candidate pairs. Pairs that
// blocking does not propose count as unrelated, so that the shares refer to all pairs of records.
#pragma once

#include <array>
#include <utility>
#include <vector>

#include "linkage/comparison.h"

namespace sekisho::linkage {

constexpr std::size_t kMostLevels = 16;
using Shares = std::array<double, kMostLevels>;  // by level; 0 unused

struct Model {
  std::vector<Shares> same, household, random;  // m, h, u by comparison
  double share_same = 0, share_household = 0;   // of all pairs
  double groups = 0;                            // records, equal ones taken as one
  std::vector<bool> in_household;
  int given_name = -1, surname = -1;  // the comparisons of western names; -1: there is none
  // Given names tell the sex, and other categories too: u of categories among pairs whose given names agree. Zeros
  // where a comparison is no category. `given` compares given names, Japanese ones too.
  std::vector<Shares> namesakes;
  // Of random pairs whose values are nearly equal: the share of groups that hold the more frequent value, in the mean.
  // Zeros where frequency says nothing.
  std::vector<Shares> near;
  int given = -1;
  std::array<bool, kMostLevels> given_agrees{};  // by level of `given`

  // log2 of P(one person) / P(other) of a pair; `holders` by comparison as Comparator::holders gives them.
  double log_odds(Pattern pattern, const std::uint32_t* holders) const;
  // What a comparison adds: log2(m/u) with the rarity of the value.
  double weight(std::size_t comparison, int level, std::uint32_t holders) const;
  double random_share(std::size_t comparison, int level, std::uint32_t holders) const;
  // What one person's pairs with this pattern are fewer than fields on their own say: both names seldom differ.
  double same_factor(Pattern pattern) const;
  // log2 of how much more frequent a category's level is among namesakes than among all random pairs; 0: no namesakes.
  double namesake_bits(std::size_t comparison, Pattern pattern) const;
};

// (pattern, pairs that have it), sorted by pattern.
using PatternCounts = std::vector<std::pair<Pattern, double>>;

Model fit_model(const Comparator& comparator, const PatternCounts& candidates, std::size_t groups);

}  // namespace sekisho::linkage
