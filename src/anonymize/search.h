// The search for the best node of a lattice. Two of them: one that holds a state for every node, and one for lattices
// too large for that, which makes nodes as it needs them. Both end with the optimum, or, when time ends first, with the
// best node so far and a bound below which none can be.
#pragma once

#include <chrono>

#include "anonymize/lattice.h"

namespace sekisho::anonymize::detail {

// Up to so many nodes each has a state in memory.
inline constexpr std::uint64_t kDenseLattice = 4'000'000;

struct Found {
  bool any = false;
  Levels levels;
  Judgement best;
  std::uint64_t checked = 0;
  bool optimal = true;
  double bound = 0;  // no node scores less
};

// Looks at the clock, and tells whoever watches how far the search is.
class Watch {
 public:
  explicit Watch(const SearchOptions& options) : options_(options) {}
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count(); }
  bool expired() const { return options_.time_limit > 0 && seconds() >= options_.time_limit; }
  // Whether somebody wants to see the state now; at most some times a second, and never for more than a tenth of the
  // time when to find the state itself takes long.
  bool wanted() const { return options_.watch && seconds() >= next_; }
  void show(const SearchState& state, double since);

 private:
  const SearchOptions& options_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  double next_ = 0.2;
};

// Nodes of the lattice; infinity is no answer of it.
double lattice_size(const Encoded& data);
Found search_dense(const Encoded& data, const SearchOptions& options);
Found search_lazily(const Encoded& data, const SearchOptions& options);

// Repeats the search on the rows that it suppressed until nothing changes (local.cpp).
Result<Outcome> search_locally(const Table& table, const Policy& policy, const SearchOptions& options);

// Scores of equal choices differ in their last digits by the order of summation: twelve digits decide.
double twelve_digits(double score);
// Whether a node with this bound may still be the best one or as good.
inline bool may_win(const Found& found, double bound) {
  return !found.any || bound <= found.best.score * (1 + 1e-11) + 1e-15;
}
// Takes a valid node over when it is better: score, sum of levels, suppressed rows, lexicographic order.
void take_if_better(Found& found, const Levels& levels, const Judgement& judgement);

}  // namespace sekisho::anonymize::detail
