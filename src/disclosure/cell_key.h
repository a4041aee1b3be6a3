// Cell-key perturbation, another way than hiding: every person has a random key that never changes; the keys of a
// cell's persons add up to the key of the cell, which picks a small deviation. The same persons always get the same
// deviation, so that asking again teaches nothing; totals are perturbed on their own and do not add up. (Thompson,
// Broadfoot, Elazar 2013; Giessing 2016.)
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"
#include "disclosure/table.h"

namespace sekisho::disclosure {

struct NoiseOptions {
  int reach = 5;        // no count moves further
  double variance = 3;  // of the deviation, for every count but 0
  int least = 3;        // counts below it are never shown, but 0
};

// Deviations of each count: mean 0, the variance asked for, within reach, never below 0, never onto 1 .. least - 1;
// among all such distributions the one of largest entropy. 0 stays 0.
class NoiseTable {
 public:
  // Errors: cell_key.noise (no such distribution).
  static Result<NoiseTable> make(const NoiseOptions& options);
  int deviation(std::uint64_t count, std::uint32_t cell_key) const;
  // Probability of each deviation from -reach to reach.
  const std::vector<double>& probabilities(std::uint64_t count) const;

 private:
  int reach_ = 0;
  std::vector<std::vector<double>> rows_;  // of counts 0, 1, ...; the last one stands for all larger
};

// HMAC-SHA256 of the person under the release key, the first four bytes.
std::uint32_t record_key(ByteView release_key, std::string_view person);

struct PerturbedTable {
  CellTable table;                             // labels; values are the perturbed ones
  std::string csv;                             // what may leave: labels, value
  Json proof;                                  // for the checkers: counts, cell keys, policy; holds true values
  std::uint64_t persons = 0, perturbed = 0;    // persons in the table; cells that changed
  double largest = 0, mean = 0, variance = 0;  // of the deviations of cells that are not 0
  int reach = 0;                               // no number moved further
  Tabulation data;
};
// Counts of persons only. Errors: those of tabulate(), cell_key.measure, cell_key.policy (the policy's method is
// another), cell_key.key (a release key of less than 32 bytes), cell_key.noise.
Result<PerturbedTable> perturb_table(const TableRequest& request, ByteView release_key, const NoiseOptions& noise = {});

}  // namespace sekisho::disclosure
