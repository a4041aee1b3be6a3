// Large tables of classes made coarser. Entries are dealt out, by the hash of their key, into parts that fit the cache;
// then each part is added up by itself: hardly a miss of the cache for each entry, where one table for all would cost
// one each. Both steps run on several threads; the result is the same whatever their number. Internal.
#pragma once

#include <memory>
#include <optional>

#include "anonymize/classes.h"

namespace sekisho::anonymize::detail {

// A class on its way: its key, and rows (high half) with the mask of sensitive values (low half).
struct Load {
  std::uint64_t key = 0, load = 0;
};

// Entries of one thread by part, in the order in which they came.
class Dealt {
 public:
  void reset(std::size_t parts);
  void put(std::size_t part, Load one) {
    Stage& stage = stages_[part];
    stage.loads[filled_[part]] = one;
    if (++filled_[part] == kStage) flush(part);
  }
  void finish();
  template <class Body>
  void each(std::size_t part, const Body& body) const {
    for (std::size_t i = 0; i < chunks_[part].size(); ++i) {
      const Load* chunk = chunks_[part][i];
      const std::size_t size = i + 1 < chunks_[part].size() ? kChunk : last_[part];
      for (std::size_t at = 0; at < size; ++at)
        body(chunk[at]);
    }
  }
  std::size_t size(std::size_t part) const {
    return chunks_[part].empty() ? 0 : (chunks_[part].size() - 1) * kChunk + last_[part];
  }

 private:
  static constexpr std::size_t kStage = 8, kChunk = 1024, kBlock = 64 * kChunk;
  struct alignas(64) Stage {
    Load loads[kStage];
  };
  void flush(std::size_t part);
  Load* fresh_chunk();
  std::vector<Stage> stages_;  // [part]: what goes to its chunk at once
  std::vector<std::uint8_t> filled_;
  std::vector<std::vector<Load*>> chunks_;  // [part]
  std::vector<std::size_t> last_;           // [part]: how full its last chunk is
  std::vector<std::unique_ptr<Load[]>> blocks_;
  std::size_t used_ = 0;  // chunks of the blocks
};

class Keys;

// Keeps its memory between calls.
class Compactor {
 public:
  // Whether it can: rows are persons, at most one sensitive attribute of which only the different values count, no
  // population; and whether the table is large enough to be worth it.
  static bool takes(const ClassTable& table, const std::vector<Hierarchy>& hierarchies);

  // When to give up.
  struct Bounds {
    std::size_t most = SIZE_MAX;  // classes
    bool guess = false;   // a quarter of the keys may tell that there will be more, or nearly as many as entries
    std::uint32_t k = 0;  // more rows than `limit` stand in classes of fewer than k
    std::size_t limit = SIZE_MAX;
  };
  // Nothing: a bound was passed.
  std::optional<ClassTable> run(const ClassTable& table, const std::vector<Hierarchy>& hierarchies,
                                const Levels& levels, int threads, const Bounds& bounds);

 private:
  struct Seen {
    std::size_t classes = 0, entries = 0, few = 0;  // few: rows in classes of fewer than k
  };
  // Entries whose part is one of [from, to).
  void deal(const ClassTable& table, const Keys& keys, int threads, std::size_t parts, std::size_t from,
            std::size_t to);
  // False: a bound was passed.
  bool add_up(int threads, std::size_t from, std::size_t to, const Bounds& bounds, Seen& seen,
              std::vector<std::vector<Load>>& classes) const;
  std::vector<Dealt> dealt_;  // [thread]
};

// Each entry as a class of its own.
void each_alone(const ClassTable& table, Grouping& out);

}  // namespace sekisho::anonymize::detail
