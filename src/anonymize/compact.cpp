#include "anonymize/compact.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstring>
#include <numeric>

#include "core/parallel.h"

namespace sekisho::anonymize::detail {
namespace {

constexpr std::size_t kLarge = std::size_t{1} << 20;       // entries from which on it is worth it
constexpr std::size_t kPart = std::size_t{1} << 15;        // entries of a part
constexpr std::uint64_t kDirect = std::uint64_t{1} << 20;  // keys that are counted in one array for each thread
constexpr std::size_t kAtOnce = 2048;                      // keys made at once
constexpr std::size_t kMaskBits = 32;

std::uint64_t joined(std::uint64_t one, std::uint64_t other) {
  return ((one >> 32) + (other >> 32)) << 32 | static_cast<std::uint32_t>(one | other);
}

std::uint64_t hash_of(std::uint64_t key) {
  std::uint64_t h = key * 0xD6E8FEB86659FD93;
  h ^= h >> 32;
  return h * 0xD6E8FEB86659FD93;
}

}  // namespace

// Keys: the labels of the attributes as digits.
class Keys {
 public:
  Keys(const ClassTable& table, const std::vector<Hierarchy>& hierarchies, const Levels& levels)
      : table_(table), digits_(levels.size()) {
    for (std::size_t i = 0; i < levels.size(); ++i) {
      digits_[i].labels = hierarchies[i].label_count(levels[i]);
      if (digits_[i].labels == 1) continue;
      for (const std::uint32_t up : hierarchies[i].lift(table.levels[i], levels[i]))
        digits_[i].by_code.push_back(up * range_);
      range_ *= digits_[i].labels;
    }
  }
  std::uint64_t range() const { return range_; }

  // Those of the entries from `from` on.
  void make(std::size_t from, std::span<std::uint64_t> out) const {
    std::ranges::fill(out, 0);
    for (std::size_t i = 0; i < digits_.size(); ++i) {
      if (digits_[i].labels == 1) continue;
      table_.code[i].visit([&](auto codes) {
        const auto* code = codes.data() + from;
        const std::uint64_t* by_code = digits_[i].by_code.data();
        for (std::size_t e = 0; e < out.size(); ++e)
          out[e] += by_code[code[e]];
      });
    }
  }

  // The codes of the classes, found by the keys.
  void codes(std::span<const Load> classes, std::size_t at, std::vector<Narrow>& out) const {
    std::vector<std::uint64_t> rest;
    for (const Load& one : classes)
      rest.push_back(one.key);
    for (std::size_t i = 0; i < digits_.size(); ++i) {
      const std::uint64_t labels = digits_[i].labels;
      if (labels == 1) continue;
      out[i].visit([&](auto codes) {
        for (std::size_t c = 0; c < rest.size(); ++c) {
          codes[at + c] = static_cast<typename decltype(codes)::value_type>(rest[c] % labels);
          rest[c] /= labels;
        }
      });
    }
  }
  std::vector<Narrow> room(std::size_t classes) const {
    std::vector<Narrow> out;
    for (const Digit& one : digits_)
      out.emplace_back(classes, one.labels);
    return out;
  }

 private:
  struct Digit {
    std::size_t labels = 1;
    std::vector<std::uint64_t> by_code;
  };
  const ClassTable& table_;
  std::vector<Digit> digits_;
  std::uint64_t range_ = 1;
};

namespace {

// body(entry's key and load), for a thread's slice of the table.
template <class Body>
void each_load(const ClassTable& table, const Keys& keys, std::pair<std::size_t, std::size_t> part, const Body& body) {
  std::array<std::uint64_t, kAtOnce> made;
  std::array<std::uint64_t, kAtOnce> loads;
  for (std::size_t from = part.first; from < part.second; from += kAtOnce) {
    const std::size_t size = std::min(kAtOnce, part.second - from);
    keys.make(from, std::span(made).first(size));
    for (std::size_t e = 0; e < size; ++e)
      loads[e] = std::uint64_t{table.rows[from + e]} << 32;
    if (!table.histograms.empty())
      table.histograms[0].masks.visit([&](auto masks) {
        for (std::size_t e = 0; e < size; ++e)
          loads[e] |= masks[from + e];
      });
    for (std::size_t e = 0; e < size; ++e)
      body(Load{made[e], loads[e]});
  }
}

// Adds up the loads of a part by key; classes stand in the order of their slots.
class Adder {
 public:
  void add(const std::vector<Dealt>& dealt, std::size_t part) {
    slots_.assign(std::size_t{1} << 10, {});
    used_ = 0;
    for (const Dealt& one : dealt)
      one.each(part, [&](Load load) { put(load); });
  }
  std::vector<Load> classes() const {
    std::vector<Load> out;
    out.reserve(used_);
    for (const Load& slot : slots_)
      if (slot.load != 0) out.push_back(slot);
    return out;
  }

 private:
  void put(Load load) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t slot = hash_of(load.key) & mask;
    while (slots_[slot].load != 0 && slots_[slot].key != load.key)
      slot = (slot + 1) & mask;
    if (slots_[slot].load != 0) {
      slots_[slot].load = joined(slots_[slot].load, load.load);
      return;
    }
    slots_[slot] = load;
    if (++used_ * 2 > slots_.size()) grow();
  }
  void grow() {
    std::vector<Load> before = std::move(slots_);
    slots_.assign(before.size() * 4, {});
    const std::size_t mask = slots_.size() - 1;
    for (const Load& one : before) {
      if (one.load == 0) continue;
      std::size_t slot = hash_of(one.key) & mask;
      while (slots_[slot].load != 0)
        slot = (slot + 1) & mask;
      slots_[slot] = one;
    }
  }
  std::vector<Load> slots_;  // load 0: empty, as each class has a row
  std::size_t used_ = 0;
};

ClassTable table_of(const ClassTable& from, const Keys& keys, const Levels& levels,
                    const std::vector<std::vector<Load>>& classes, int threads) {
  std::vector<std::size_t> start(classes.size() + 1, 0);
  for (std::size_t part = 0; part < classes.size(); ++part)
    start[part + 1] = start[part] + classes[part].size();
  ClassTable out;
  out.levels = levels;
  out.code = keys.room(start.back());
  out.rows.resize(start.back());
  out.units.resize(from.units.size());
  for (Units& units : out.units)
    units.rows = true;
  out.histograms.resize(from.histograms.size());
  for (std::size_t h = 0; h < out.histograms.size(); ++h) {
    out.histograms[h].values = from.histograms[h].values;
    out.histograms[h].masks = Narrow(start.back(), all_values(out.histograms[h].values));
  }
  in_parallel(threads, [&](int thread) {
    const auto [begin, end] = slice(classes.size(), thread, threads);
    for (std::size_t part = begin; part < end; ++part) {
      keys.codes(classes[part], start[part], out.code);
      for (std::size_t c = 0; c < classes[part].size(); ++c)
        out.rows[start[part] + c] = static_cast<std::uint32_t>(classes[part][c].load >> 32);
      for (Histogram& histogram : out.histograms)
        histogram.masks.visit([&](auto masks) {
          for (std::size_t c = 0; c < classes[part].size(); ++c)
            masks[start[part] + c] = static_cast<typename decltype(masks)::value_type>(classes[part][c].load);
        });
    }
  });
  return out;
}

// Rows in classes of fewer than k.
std::size_t too_few(const std::vector<Load>& classes, std::uint32_t k) {
  std::size_t out = 0;
  for (const Load& one : classes)
    if (const std::size_t rows = one.load >> 32; rows < k) out += rows;
  return out;
}

// Few keys: an array of them for each thread.
std::vector<Load> counted(const ClassTable& table, const Keys& keys, int threads) {
  std::vector<std::vector<std::uint64_t>> loads(static_cast<std::size_t>(threads));
  in_parallel(threads, [&](int thread) {
    std::vector<std::uint64_t>& mine = loads[static_cast<std::size_t>(thread)];
    mine.assign(keys.range(), 0);
    each_load(table, keys, slice(table.entries(), thread, threads),
              [&](Load one) { mine[one.key] = joined(mine[one.key], one.load); });
  });
  std::vector<Load> out;
  for (std::uint64_t key = 0; key < keys.range(); ++key) {
    std::uint64_t load = 0;
    for (const std::vector<std::uint64_t>& mine : loads)
      load = joined(load, mine[key]);
    if (load != 0) out.push_back({key, load});
  }
  return out;
}

}  // namespace

void Dealt::reset(std::size_t parts) {
  stages_.resize(parts);
  filled_.assign(parts, 0);
  chunks_.assign(parts, {});
  last_.assign(parts, 0);
  used_ = 0;
}

Load* Dealt::fresh_chunk() {
  const std::size_t block = used_ * kChunk / kBlock;
  if (block == blocks_.size()) blocks_.push_back(std::make_unique_for_overwrite<Load[]>(kBlock));
  return blocks_[block].get() + used_++ * kChunk % kBlock;
}

void Dealt::flush(std::size_t part) {
  if (chunks_[part].empty() || last_[part] == kChunk) {
    chunks_[part].push_back(fresh_chunk());
    last_[part] = 0;
  }
  std::memcpy(chunks_[part].back() + last_[part], stages_[part].loads, filled_[part] * sizeof(Load));
  last_[part] += filled_[part];
  filled_[part] = 0;
}

void Dealt::finish() {
  for (std::size_t part = 0; part < filled_.size(); ++part)
    if (filled_[part] > 0) flush(part);
}

void Compactor::deal(const ClassTable& table, const Keys& keys, int threads, std::size_t parts, std::size_t from,
                     std::size_t to) {
  const int shift = 64 - std::countr_zero(parts);
  dealt_.resize(static_cast<std::size_t>(threads));
  in_parallel(threads, [&](int thread) {
    Dealt& mine = dealt_[static_cast<std::size_t>(thread)];
    mine.reset(parts);
    each_load(table, keys, slice(table.entries(), thread, threads), [&](Load one) {
      const std::size_t part = hash_of(one.key) >> shift;
      if (part >= from && part < to) mine.put(part, one);
    });
    mine.finish();
  });
}

bool Compactor::add_up(int threads, std::size_t from, std::size_t to, const Bounds& bounds, Seen& seen,
                       std::vector<std::vector<Load>>& classes) const {
  std::atomic<std::size_t> next = from, found = seen.classes, entries = seen.entries, few = seen.few;
  std::atomic<bool> passed = false;
  in_parallel(threads, [&](int) {
    Adder adder;
    for (std::size_t part = next++; part < to && !passed; part = next++) {
      adder.add(dealt_, part);
      classes[part] = adder.classes();
      std::size_t size = 0;
      for (const Dealt& one : dealt_)
        size += one.size(part);
      entries += size;
      if ((found += classes[part].size()) > bounds.most || (few += too_few(classes[part], bounds.k)) > bounds.limit)
        passed = true;
    }
  });
  seen = {found, entries, few};
  return !passed;
}

bool Compactor::takes(const ClassTable& table, const std::vector<Hierarchy>& hierarchies) {
  if (table.entries() < kLarge || !table.population.empty() || table.histograms.size() > 1) return false;
  if (!std::ranges::all_of(table.units, &Units::rows)) return false;
  for (const Histogram& histogram : table.histograms)
    if (histogram.masks.empty() || histogram.values > kMaskBits) return false;
  double range = 1;
  for (std::size_t i = 0; i < hierarchies.size(); ++i)
    range *= static_cast<double>(hierarchies[i].label_count(table.levels[i]));
  return range < 0x1p63;
}

std::optional<ClassTable> Compactor::run(const ClassTable& table, const std::vector<Hierarchy>& hierarchies,
                                         const Levels& levels, int threads, const Bounds& bounds) {
  const Keys keys(table, hierarchies, levels);
  if (keys.range() <= kDirect) {
    std::vector<std::vector<Load>> classes{counted(table, keys, threads)};
    if (classes[0].size() > bounds.most || too_few(classes[0], bounds.k) > bounds.limit) return {};
    return table_of(table, keys, levels, classes, threads);
  }
  const std::size_t parts = std::clamp(std::bit_ceil(table.entries() / kPart), std::size_t{32}, std::size_t{2048});
  std::vector<std::vector<Load>> classes(parts);
  Seen seen;
  // A quarter of the keys first: it tells of most choices that cannot be that they cannot.
  for (const auto& [from, to] : {std::pair(std::size_t{0}, parts / 4), std::pair(parts / 4, parts)}) {
    deal(table, keys, threads, parts, from, to);
    if (!add_up(threads, from, to, bounds, seen, classes)) return {};
    if (bounds.guess && to < parts && (seen.classes * 4 > bounds.most || seen.classes * 20 > seen.entries * 19))
      return {};
  }
  return table_of(table, keys, levels, classes, threads);
}

void each_alone(const ClassTable& table, Grouping& out) {
  out.class_of.resize(table.entries());
  std::iota(out.class_of.begin(), out.class_of.end(), 0U);
  out.first = out.class_of;
  out.rows = table.rows;
  out.population.clear();
  out.units.assign(table.units.size(), out.rows);
}

}  // namespace sekisho::anonymize::detail
