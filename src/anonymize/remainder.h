// What can be kept of a class that fails a model of shares, into whatever more specific classes it is taken apart.
// Joining classes that pass gives a class that passes, so all that is kept of it would have to pass together: how many
// rows go at the least follows from the counts of its values alone. Internal.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace sekisho::anonymize::detail {

// A model whose classes pass where a convex function of the shares is at most 0, seen from the shares of a class that
// fails: `slope` (of each value) times the shares is above 0 there, and at most 0 in every class that passes.
// The number of persons that must go, at least: all of the values that are left count as kept while the sum of their
// slopes is at most 0.
std::size_t must_go(std::span<const std::uint32_t> counts, std::span<const double> slope);

}  // namespace sekisho::anonymize::detail
