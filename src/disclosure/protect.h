// Secondary suppression: which further cells must be hidden so that every sensitive cell stays unknown within the
// interval it needs. The relaxation of the exact model gives a lower bound and a safe pattern; publishing again what is
// not needed gives the result (fast); branch and cut over the same cuts gives the optimum (exact). Every pattern is
// audited by disclosure/audit.h before it is returned.
#pragma once

#include "disclosure/audit.h"
#include "disclosure/cells.h"
#include "disclosure/effort.h"

namespace sekisho::disclosure {

enum class Mode : std::uint8_t { kFast, kExact };

struct ProtectOptions {
  Mode mode = Mode::kFast;
  double seconds = 60;       // of counted work; the search ends then with the best safe pattern so far
  bool insiders = false;     // also against whoever is alone in a hidden cell and knows it
  Effort* effort = nullptr;  // a count that goes on over several searches
};

struct Protection {
  Pattern pattern;
  std::uint64_t primary = 0, secondary = 0;
  double lp_bound = 0;             // no safe pattern hides less than this (weights of secondary cells)
  double gap = 0;                  // (weight - bound) / bound; 0 when the pattern is proven optimal
  bool optimal = false;            // proven
  bool insiders_mattered = false;  // some insider would have learnt something from the pattern that outsiders need
  double seconds = 0;
  bool repeatable = true;  // false: ended by the clock on the wall, another run may give another safe pattern
  AuditReport audit;
};

// Same table and options, same pattern, also when the work allowed ends the search; only where it takes more than
// ten times the seconds does the clock on the wall end it. Errors: disclosure.infeasible (names cells that
// cannot be protected even with all others hidden), disclosure.insiders (the same, from an insider), disclosure.unsafe
// (the audit refused), disclosure.solver.
Result<Protection> protect(const CellTable& table, const ProtectOptions& options);

}  // namespace sekisho::disclosure
