// A safe pattern for tables of any size, cell by cell: each sensitive cell gets a witness, moves of hidden cells that
// carry it as far as it must go; further cells are hidden where the hidden ones do not suffice. Then parts of the
// pattern are taken back and protected anew as long as it gets cheaper. Linear programs only where no box and no
// circuit is found. Private to the protector.
#pragma once

#include "disclosure/master.h"
#include "disclosure/witness.h"

namespace sekisho::disclosure {

struct Built {
  std::vector<char> hidden;
  std::vector<Witness> witnesses;        // of sensitive cells; those of linear programs are missing
  std::vector<std::size_t> unprotected;  // cells for which nothing suffices, even with everything hidden
  bool complete = false;                 // false: time ended before every cell had its witness, everything is hidden
};

struct BuildOptions {
  Deadline better;         // until then the first pattern is made cheaper
  bool take_back = false;  // also by taking parts of it back
};

// `start`: cells hidden besides the sensitive ones to begin with. `deadline`: until then there is a pattern.
Result<Built> build_pattern(const CellTable& table, Attacker& attacker, Effort& effort,
                            const std::vector<Target>& targets, const std::vector<char>& start,
                            const BuildOptions& options, const Deadline& deadline);

}  // namespace sekisho::disclosure
