// Recoding proposals for a table computed from a dataset: which two categories could become one so that fewer cells are
// hidden. Each is tried by computing and protecting the table anew, so that persons and hospitals count as they are.
#pragma once

#include "disclosure/proposals.h"
#include "disclosure/table.h"

namespace sekisho::disclosure {

// At most `most`, best first, only those that help. The work grows with the rows of the dataset and is bounded.
std::vector<Proposal> propose_table_merges(const TableRequest& request, const TableResult& result,
                                           std::size_t most = 5);

}  // namespace sekisho::disclosure
