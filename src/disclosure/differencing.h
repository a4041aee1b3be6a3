// What several releases tell together: differences of two cells, and linear combinations of any number of cells, that
// leave a group of few persons. Exact on sets of persons; nothing here knows who they are. Private to the memory of
// releases.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace sekisho::disclosure {

// A release as differencing sees it: persons fall into classes, and a class counts in certain shown cells. Class 0
// holds everybody else and counts in none.
struct Population {
  struct Count {
    std::uint32_t cell = 0, times = 1;  // a person in two categories counts twice in their total
  };
  std::vector<std::vector<Count>> classes;  // of each class: shown cells, ascending
  std::vector<std::uint16_t> class_of;      // by person; persons beyond the end are in class 0
  std::size_t cells = 0;
  std::size_t at(std::size_t person) const { return person < class_of.size() ? class_of[person] : 0; }
};

// Two cells whose persons differ by few.
struct CellPair {
  std::uint32_t ours = 0, theirs = 0;
  std::uint64_t only_ours = 0, only_theirs = 0;
};
// Pairs with 1 to threshold - 1 persons in the symmetric difference, smallest first, at most `most`. `closeness`: how
// near the two partitions are to being nested, from 0 (independent) to 1.
std::vector<CellPair> near_pairs(const Population& ours, const Population& theirs, std::uint64_t threshold,
                                 std::size_t most, double* closeness = nullptr);

// A group of few persons that a linear combination of shown cells isolates.
struct Isolated {
  std::vector<std::uint32_t> persons;
  std::vector<std::size_t> releases;  // indices that are needed for it; leaving any out, it is not isolated
};
struct Chains {
  enum class State { kSafe, kFound, kUndecided } state = State::kSafe;
  Isolated found;
  std::size_t atoms = 0, rank = 0;  // groups of persons who are in the same cells; independent cells
};
// Is there a linear combination of the cells that counts 1 to threshold - 1 persons and nobody else? kSafe is proven:
// whichever fewer than `threshold` persons one leaves aside, the others determine the combination. Arithmetic modulo
// 2^31 - 1 with random projections: a wrong answer has odds of about 10^-8.
Chains find_chain(std::span<const Population* const> releases, std::size_t persons, std::uint64_t threshold);

}  // namespace sekisho::disclosure
