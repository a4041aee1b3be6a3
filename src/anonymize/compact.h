// Large tables of classes made coarser. Their entries stand in blocks: those of one block have, of each attribute,
// labels of one bucket, which are neighbours at the highest level that tells any apart. A class never reaches over
// blocks that differ in an attribute which is not generalized to its top, so groups of blocks are added up one by one,
// in the cache, on several threads. Groups whose classes are the smallest come first: most choices that cannot be are
// known after few of them. The result is the same whatever the number of threads. Internal.
#pragma once

#include <optional>

#include "anonymize/classes.h"

namespace sekisho::anonymize::detail {

inline constexpr std::size_t kMaskBits = 32;

// When to give up.
struct Bounds {
  std::size_t most = SIZE_MAX;  // classes
  bool guess = false;           // an eighth of the groups may tell that there will be more
  // More rows than `limit` stand in classes of fewer than k rows, or of fewer than l[h] values of the histogram h.
  std::uint32_t k = 0;
  std::vector<std::uint32_t> l;
  std::size_t limit = SIZE_MAX;
};

// Whether a table can be made coarser here: rows are persons, only the different values of sensitive attributes count,
// kMaskBits of all together at most, no population; and whether it is large enough to be worth it.
bool takes_blocks(const ClassTable& table, const std::vector<Hierarchy>& hierarchies);
// Whether it stands in blocks and is that large.
bool in_blocks(const ClassTable& table);
// Puts the entries into blocks; those of one block stay in their order.
void arrange(ClassTable& table, const std::vector<Hierarchy>& hierarchies, int threads);
// Whether the eighth of the entries whose classes must be the smallest passes a bound already.
bool passes_early(const ClassTable& table, const std::vector<Hierarchy>& hierarchies, const Levels& levels, int threads,
                  const Bounds& bounds);
// Of a table in blocks; the answer is one too. Nothing: a bound was passed.
std::optional<ClassTable> compacted(const ClassTable& table, const std::vector<Hierarchy>& hierarchies,
                                    const Levels& levels, int threads, const Bounds& bounds);

// Each entry as a class of its own.
void each_alone(const ClassTable& table, Grouping& out);

}  // namespace sekisho::anonymize::detail
