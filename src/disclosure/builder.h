// A safe pattern for tables of any size, cell by cell: each sensitive cell gets circuits that let it move as far as it
// must, hiding further cells where the hidden ones do not suffice; what turns out to be hidden in vain is published
// again. Linear programs only where no circuit is found. Private to the protector.
#pragma once

#include "disclosure/master.h"

namespace sekisho::disclosure {

struct Built {
  std::vector<char> hidden;
  std::vector<std::size_t> unprotected;  // cells for which nothing suffices, even with everything hidden
};

// `start`: cells hidden besides the sensitive ones to begin with. When the deadline passes, everything is hidden.
Result<Built> build_pattern(const CellTable& table, Attacker& attacker, const std::vector<Target>& targets,
                            std::vector<char> start, const Deadline& deadline);

}  // namespace sekisho::disclosure
