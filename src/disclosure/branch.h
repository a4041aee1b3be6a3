// Exact secondary suppression: integer optima of the master problem, cut again until one is safe. Private to the
// protector.
#pragma once

#include "disclosure/separator.h"

namespace sekisho::disclosure {

struct Branched {
  std::vector<char> hidden;
  bool optimal = false;
};

// `hidden` is a safe pattern to begin with; it comes back when nothing better is found before the deadline.
Result<Branched> branch(const CellTable& table, Separator& separator, Effort& effort, Master& master,
                        const std::vector<Target>& targets, std::vector<char> hidden, const Deadline& deadline);

}  // namespace sekisho::disclosure
