// Recoding proposals: which two classes of one dimension could be merged so that fewer cells need hiding. Each is tried
// by protecting the merged table in the fast mode.
#pragma once

#include <string>
#include <vector>

#include "disclosure/cells.h"

namespace sekisho::disclosure {

struct Proposal {
  std::string dimension, first, second;               // labels to merge
  std::uint64_t hidden_before = 0, hidden_after = 0;  // primary and secondary
};

// At most `most`, best first, only those that help. Sensitivity of merged cells follows the policy: its threshold and,
// for magnitudes with their largest contributions, its p and nk. Tables with marks or needs that the policy does not
// give have none. Ends after about `seconds`.
std::vector<Proposal> propose_merges(const CellTable& table, const Policy& policy, std::uint64_t hidden_before,
                                     double seconds, std::size_t most = 5);

}  // namespace sekisho::disclosure
