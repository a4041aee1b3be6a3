// Classes of equal quasi-identifiers at given levels, with all that models and scores need of their members, and the
// step from one table of classes to a coarser one.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "anonymize/hierarchy.h"
#include "anonymize/narrow.h"

namespace sekisho::anonymize::detail {

using Levels = std::vector<int>;

// Lists of numbers, one after the other: list i is items[start[i]..start[i + 1]).
struct Lists {
  std::vector<std::uint32_t> start{0}, items;
  std::size_t size() const { return start.size() - 1; }
  void close() { start.push_back(static_cast<std::uint32_t>(items.size())); }
};

// Something of which a class must hold enough different ones: persons, households, hospitals.
struct Units {
  bool rows = false;                   // each row is one: the lists stay empty
  std::vector<std::uint32_t> singles;  // [entry]: those that stand in this entry alone
  Lists many;                          // of each other one: its entries
};

// Values of a sensitive attribute, counted as persons who have them.
struct Histogram {
  std::size_t values = 0;                 // how many different ones the whole table has
  Narrow masks;                           // [entry], when only the different ones matter and they fit
  Lists value;                            // [entry]: values of persons who stand in this entry alone
  std::vector<std::uint32_t> count;       // beside value.items
  Lists many_entry;                       // of each other person: entries ...
  std::vector<std::uint32_t> many_value;  // ... and the value there, beside many_entry.items
};

// A bit for each of so many values, 64 at most.
inline std::uint64_t all_values(std::size_t values) {
  return values >= 64 ? UINT64_MAX : (std::uint64_t{1} << values) - 1;
}

// Entries arranged for compact.h: of each attribute a block has labels of one bucket only. Blocks are numbered by their
// buckets as digits, the last attribute lowest.
struct Blocks {
  struct Split {
    std::size_t buckets = 1;
    int level = 0;                      // the highest that has several labels
    std::vector<std::uint32_t> bucket;  // [label at that level]; empty with one bucket
  };
  std::vector<Split> splits;       // [attribute]
  std::vector<std::size_t> start;  // [block]: its first entry, then the number of entries; empty: not arranged
};

struct ClassTable {
  Levels levels;
  std::vector<Narrow> code;               // [attribute][entry]: label at the attribute's level
  std::vector<std::uint32_t> rows;        // [entry]; 0: the population alone has it
  std::vector<std::uint32_t> population;  // [entry], or empty
  std::vector<Units> units;
  std::vector<Histogram> histograms;
  Blocks blocks;
  std::size_t entries() const { return rows.size(); }
};

struct Grouping {
  std::vector<std::uint32_t> class_of;  // [entry of the table grouped]
  std::vector<std::uint32_t> first;     // [class]: its first entry
  std::vector<std::uint32_t> rows, population;
  std::vector<std::vector<std::uint32_t>> units;  // [unit][class]
  std::size_t classes() const { return first.size(); }
};

// Values of the persons who stand in one entry alone, by class, each with its number of persons, in order.
struct ValueCounts {
  Lists value;
  std::vector<std::uint32_t> count;  // beside value.items
};
ValueCounts value_counts(const Histogram& histogram, const Grouping& grouping);

// Class and value of each entry of the person `many` who stands in several, each pair once, in order.
void pairs_of(const Histogram& histogram, const Grouping& grouping, std::size_t many,
              std::vector<std::pair<std::uint32_t, std::uint32_t>>& out);

// Groups entries; keeps its buffers between calls.
class Grouper {
 public:
  // Gives up, and says false, when there are more classes than `most`; with `guess` also when the first eighth of the
  // entries makes it expect nearly as many classes as entries.
  bool run(const ClassTable& table, const std::vector<Hierarchy>& hierarchies, const Levels& levels, Grouping& out,
           std::size_t most = SIZE_MAX, bool guess = false);

 private:
  // Adds the labels of attributes [from, to) as digits above `stride`.
  template <class Key>
  void keys(const ClassTable& table, const std::vector<Hierarchy>& hierarchies, const Levels& levels, std::size_t from,
            std::size_t to, Key stride, std::vector<Key>& out);
  bool in_parts(const ClassTable& table, const std::vector<Hierarchy>& hierarchies, const Levels& levels,
                std::size_t most, Grouping& out);
  bool direct(std::size_t range, std::size_t most, Grouping& out);
  template <class Key>
  struct Slot {
    Key key = 0;
    std::uint32_t number = 0;  // of the class + 1; 0: empty
  };
  template <class Key>
  bool hashed(const std::vector<Key>& keys, std::vector<Slot<Key>>& slots, std::size_t most, bool guess, Grouping& out);
  std::vector<std::uint64_t> narrow_;
  std::vector<unsigned __int128> wide_;
  std::vector<std::uint32_t> slots_;
  std::vector<Slot<std::uint64_t>> narrow_slots_;
  std::vector<Slot<unsigned __int128>> wide_slots_;
};

// The classes of a grouping as a table of their own.
ClassTable rolled_up(const ClassTable& table, const Grouping& grouping, const std::vector<Hierarchy>& hierarchies,
                     const Levels& levels);

}  // namespace sekisho::anonymize::detail
