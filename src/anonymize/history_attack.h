// Attacks on whole histories, tried out before and after: somebody who knows facts of a random person's history, the
// household, or works in the hospital, and picks one of the persons that fit.
#pragma once

#include "anonymize/attack.h"
#include "anonymize/history.h"

namespace sekisho::anonymize {

// The attackers; targets are drawn evenly from those that the attack can be tried on in the table attacked.
//   quasi-identifiers   knows the items of a row of a table without dates
//   facts               knows some items of the person, from any rows of any table
//   hospital            works there: knows all items of one row that names the hospital
//   household           knows which dates a member has, looks for another member by the same dates (two or more), or,
//                       where they were moved, by the same days between them
// Only `facts` with at most m of them is promised anything: 1 / k.
std::vector<Attack> simulate_history_attacks(const std::vector<Table>& before, const FinishedHistories& after,
                                             const HistoryPolicy& policy, const AttackOptions& options);

}  // namespace sekisho::anonymize
