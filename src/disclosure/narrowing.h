// What several releases tell of a hidden count though none of them, and no sum of them, gives it: its interval from all
// of them together, by two linear programs over the groups of persons who stand in the same cells everywhere. Private
// to the memory of releases.
#pragma once

#include <span>
#include <vector>

#include "disclosure/cells.h"

namespace sekisho::disclosure {

struct Population;
struct ReleaseItem;

struct JointRelease {
  const ReleaseItem* item = nullptr;
  const Population* persons = nullptr;  // who is in which class of the item
};
struct NarrowedCell {
  std::size_t release = 0, cell = 0;  // places in what was given
  Interval interval;
};
struct Narrowing {
  bool decided = true;  // false: too many groups, or no time
  std::vector<NarrowedCell> cells;
};
// Hidden counts of 1 to threshold - 1 whose interval is narrower than the threshold. Who reads the releases is taken to
// know which groups of persons are empty: what is found may be less than he really can tell, never more than this.
Narrowing narrowed_cells(std::span<const JointRelease> releases, std::uint64_t threshold, double seconds);

}  // namespace sekisho::disclosure
