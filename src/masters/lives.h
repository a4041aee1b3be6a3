// Validity of codes: official days where stated, otherwise what the presence in full editions allows to say.
#pragma once

#include "masters/state.h"

namespace sekisho::masters {

// Decides which editions, and which scopes in them, cover what they should: one with far fewer rows than its neighbours
// proves no absence. Then settles the lives of every code of the kind and reports doubtful gaps.
void settle_lives(Kind kind, BuildState& state);

// Drugs of which no listing day is known take the earliest price list that holds their own price code.
void date_by_price_lists(const Layouts& layouts, BuildState& state);

// Links between codes; see docs/masters.md for their types.
void find_links(const Layouts& layouts, BuildState& state);

}  // namespace sekisho::masters
