#include "anonymize/compact.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <numeric>

#include "core/parallel.h"

namespace sekisho::anonymize::detail {
namespace {

constexpr std::size_t kLarge = std::size_t{1} << 16;  // entries from which on it is worth it
constexpr double kFewClasses = 1 << 16;               // that may be counted in an array for each thread
constexpr std::size_t kAtOnce = 1024;                 // keys made at once
constexpr std::size_t kMostBuckets = 32, kMostBlocks = std::size_t{1} << 17;
constexpr std::uint64_t kMask = (std::uint64_t{1} << kMaskBits) - 1;

// Rows of a class (high half) with the masks of its sensitive values (low half), those of the first attribute lowest.
using Load = std::uint64_t;
Load joined(Load one, Load other) {
  return (one + (other & ~kMask)) | (other & kMask);
}

std::uint64_t hash_of(std::uint64_t key) {
  std::uint64_t h = key * 0xD6E8FEB86659FD93;
  h ^= h >> 32;
  return h * 0xD6E8FEB86659FD93;
}

// An attribute of which the node tells labels apart. Within a bucket they are numbered one after the other.
struct Digit {
  std::size_t attribute = 0;
  std::vector<std::uint32_t> number;               // [code of the table]
  std::vector<std::vector<std::uint32_t>> labels;  // [bucket][number]
};

// Blocks that differ only in attributes generalized to the top.
struct Group {
  std::vector<std::pair<std::size_t, std::size_t>> runs;  // entries: from, to
  std::size_t entries = 0;
  std::uint64_t cells = 1;  // classes that there could be; the greatest number: too many to count
};

// What a node asks of a table in blocks.
class Plan {
 public:
  Plan(const ClassTable& table, const std::vector<Hierarchy>& hierarchies, const Levels& levels) : table_(table) {
    make(hierarchies, levels, true);
    // Few possible classes, and a group that one thread would sit over while the others have nothing to do.
    double range = 1;
    for (const Digit& digit : digits_)
      range *= static_cast<double>(hierarchies[digit.attribute].label_count(levels[digit.attribute]));
    const std::size_t largest = std::ranges::max(groups_, {}, &Group::entries).entries;
    if (groups_.size() > 1 && range <= kFewClasses && largest * 2 > table.entries()) make(hierarchies, levels, false);
  }
  bool one_group() const { return groups_.size() == 1; }
  const std::vector<Digit>& digits() const { return digits_; }
  const std::vector<Group>& groups() const { return groups_; }
  std::size_t bucket(std::size_t group, std::size_t digit) const {
    return group / strides_[digit] % digits_[digit].labels.size();
  }
  std::uint64_t labels(std::size_t group, std::size_t digit) const {
    return digits_[digit].labels[bucket(group, digit)].size();
  }

  // Numbers of the classes of entries within a group.
  void keys(std::size_t group, std::size_t from, std::span<std::uint64_t> out) const {
    std::ranges::fill(out, 0);
    std::uint64_t stride = 1;
    for (std::size_t d = digits_.size(); d-- > 0;) {
      const std::uint64_t labels = this->labels(group, d);
      if (labels < 2) continue;  // none or one: it says nothing
      table_.code[digits_[d].attribute].visit([&](auto codes) {
        const auto* code = codes.data() + from;
        const std::uint32_t* number = digits_[d].number.data();
        for (std::size_t e = 0; e < out.size(); ++e)
          out[e] += number[code[e]] * stride;
      });
      stride *= labels;
    }
  }
  void loads(std::size_t from, std::span<Load> out) const {
    for (std::size_t e = 0; e < out.size(); ++e)
      out[e] = Load{table_.rows[from + e]} << kMaskBits;
    std::size_t shift = 0;
    for (const Histogram& histogram : table_.histograms) {
      histogram.masks.visit([&](auto masks) {
        for (std::size_t e = 0; e < out.size(); ++e)
          out[e] |= Load{masks[from + e]} << shift;
      });
      shift += histogram.values;
    }
  }

 private:
  void make(const std::vector<Hierarchy>& hierarchies, const Levels& levels, bool split) {
    digits_.clear();
    groups_.clear();
    for (std::size_t i = 0; i < levels.size(); ++i)
      if (hierarchies[i].label_count(levels[i]) > 1) add_digit(i, hierarchies[i], levels[i], split);
    find_groups();
  }

  void add_digit(std::size_t attribute, const Hierarchy& hierarchy, int level, bool split_up) {
    const Blocks::Split none, &split = split_up ? table_.blocks.splits[attribute] : none;
    Digit& digit = digits_.emplace_back(attribute);
    digit.labels.resize(split.buckets);
    const std::vector<std::uint32_t>& up = hierarchy.lift(table_.levels[attribute], level);
    std::vector<std::uint32_t> number(hierarchy.label_count(level));
    std::vector<std::uint8_t> known(number.size(), 0);
    const auto bucket_of = [&](std::uint32_t label) {
      return split.buckets == 1 ? 0 : split.bucket[hierarchy.lift(level, split.level)[label]];
    };
    for (std::uint32_t label = 0; label < number.size(); ++label) {
      std::vector<std::uint32_t>& labels = digit.labels[bucket_of(label)];
      number[label] = static_cast<std::uint32_t>(labels.size());
      labels.push_back(label);
    }
    for (const std::uint32_t label : up)
      digit.number.push_back(number[label]);
  }

  void find_groups() {
    const std::vector<Blocks::Split>& splits = table_.blocks.splits;
    std::size_t count = 1;
    strides_.assign(digits_.size(), 1);
    for (std::size_t d = digits_.size(); d-- > 0; count *= digits_[d].labels.size())
      strides_[d] = count;
    groups_.resize(count);
    const std::vector<std::size_t>& start = table_.blocks.start;
    for (std::size_t block = 0; block + 1 < start.size(); ++block) {
      if (start[block] == start[block + 1]) continue;
      std::size_t rest = block, group = 0, d = digits_.size();
      for (std::size_t i = splits.size(); i-- > 0; rest /= splits[i].buckets)
        if (d > 0 && digits_[d - 1].attribute == i) {
          --d;
          if (digits_[d].labels.size() > 1) group += rest % splits[i].buckets * strides_[d];
        }
      Group& to = groups_[group];
      to.entries += start[block + 1] - start[block];
      if (!to.runs.empty() && to.runs.back().second == start[block])
        to.runs.back().second = start[block + 1];
      else
        to.runs.emplace_back(start[block], start[block + 1]);
    }
    for (std::size_t group = 0; group < count; ++group)
      for (std::size_t d = 0; d < digits_.size(); ++d)
        if (__builtin_mul_overflow(groups_[group].cells, labels(group, d), &groups_[group].cells))
          groups_[group].cells = UINT64_MAX;
  }

  const ClassTable& table_;
  std::vector<Digit> digits_;
  std::vector<std::size_t> strides_;
  std::vector<Group> groups_;
};

struct Class {
  std::uint64_t key = 0;
  Load load = 0;  // 0: none, as each class has a row
};

// Adds up the entries of one group after the other; keeps its memory.
class Adder {
 public:
  explicit Adder(const Plan& plan) : plan_(plan) {}

  void add(std::size_t number) {
    const Group& group = plan_.groups()[number];
    begin(group);
    for (const auto& [from, to] : group.runs)
      add(number, from, to);
  }
  // Some of its entries, after begin().
  void add(std::size_t number, std::size_t begin, std::size_t end) {
    std::array<std::uint64_t, kAtOnce> keys;
    std::array<Load, kAtOnce> loads;
    for (std::size_t from = begin; from < end; from += kAtOnce) {
      const std::size_t size = std::min(kAtOnce, end - from);
      plan_.keys(number, from, std::span(keys).first(size));
      plan_.loads(from, std::span(loads).first(size));
      if (direct_)
        for (std::size_t e = 0; e < size; ++e)
          cells_[keys[e]] = joined(cells_[keys[e]], loads[e]);
      else
        for (std::size_t e = 0; e < size; ++e)
          put({keys[e], loads[e]});
    }
  }
  // An array of all classes that there could be, or a table of those there are.
  static bool direct(const Group& group) { return group.cells <= std::max<std::uint64_t>(1024, 4 * group.entries); }
  void begin(const Group& group) {
    direct_ = direct(group);
    if (direct_) {
      cells_.assign(group.cells, 0);
    } else {
      slots_.assign(std::max<std::size_t>(1024, std::bit_ceil(group.entries)), {});
      used_ = 0;
    }
  }
  // body(Class), in an order that the entries alone decide.
  template <class Body>
  void each(const Body& body) const {
    if (direct_) {
      for (std::uint64_t key = 0; key < cells_.size(); ++key)
        if (cells_[key] != 0) body(Class{key, cells_[key]});
    } else {
      for (const Class& slot : slots_)
        if (slot.load != 0) body(slot);
    }
  }

  // What another thread added up of the same group.
  void add(const Adder& other) {
    for (std::size_t key = 0; key < cells_.size(); ++key)
      cells_[key] = joined(cells_[key], other.cells_[key]);
  }

 private:
  void put(Class one) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t slot = hash_of(one.key) & mask;
    while (slots_[slot].load != 0 && slots_[slot].key != one.key)
      slot = (slot + 1) & mask;
    if (slots_[slot].load != 0) {
      slots_[slot].load = joined(slots_[slot].load, one.load);
      return;
    }
    slots_[slot] = one;
    if (++used_ * 2 > slots_.size()) grow();
  }
  void grow() {
    std::vector<Class> before = std::move(slots_);
    slots_.assign(before.size() * 4, {});
    const std::size_t mask = slots_.size() - 1;
    for (const Class& one : before) {
      if (one.load == 0) continue;
      std::size_t slot = hash_of(one.key) & mask;
      while (slots_[slot].load != 0)
        slot = (slot + 1) & mask;
      slots_[slot] = one;
    }
  }
  const Plan& plan_;
  bool direct_ = true;
  std::vector<Load> cells_;
  std::vector<Class> slots_;
  std::size_t used_ = 0;
};

// body(group, what its entries add up to), on several threads.
template <class Body>
void each_group(const Plan& plan, std::span<const std::uint32_t> groups, int threads, const Body& body) {
  const Group& group = plan.groups()[groups[0]];
  if (groups.size() == 1 && group.cells <= kFewClasses && Adder::direct(group)) {
    std::vector<Adder> adders(static_cast<std::size_t>(threads), Adder(plan));
    in_parallel(threads, [&](int thread) {
      Adder& mine = adders[static_cast<std::size_t>(thread)];
      mine.begin(group);
      for (const auto& [from, to] : group.runs) {
        const auto [begin, end] = slice(to - from, thread, threads);
        mine.add(groups[0], from + begin, from + end);
      }
    });
    for (std::size_t thread = 1; thread < adders.size(); ++thread)
      adders[0].add(adders[thread]);
    body(groups[0], adders[0]);
    return;
  }
  std::atomic<std::size_t> next = 0;
  in_parallel(threads, [&](int) {
    Adder adder(plan);
    for (std::size_t at = next++; at < groups.size(); at = next++) {
      adder.add(groups[at]);
      if (!body(groups[at], adder)) next = groups.size();
    }
  });
}

// What a class must hold.
class Least {
 public:
  Least(const ClassTable& table, const Bounds& bounds) : k_(bounds.k) {
    std::size_t shift = 0;
    for (std::size_t h = 0; h < table.histograms.size(); ++h) {
      const std::size_t values = table.histograms[h].values;
      if (h < bounds.l.size() && bounds.l[h] > 0) values_.emplace_back(all_values(values) << shift, bounds.l[h]);
      shift += values;
    }
  }
  bool misses(Load load) const {
    if (load >> kMaskBits < k_) return true;
    return std::ranges::any_of(values_, [load](const auto& one) {
      return static_cast<std::uint32_t>(std::popcount(load & one.first)) < one.second;
    });
  }

 private:
  std::uint32_t k_;
  std::vector<std::pair<std::uint64_t, std::uint32_t>> values_;  // bits of an attribute, and how many must be set
};

// What groups that were looked at hold.
class Seen {
 public:
  explicit Seen(const Bounds& bounds) : bounds_(bounds) {}
  // False: a bound is passed. Thread safe.
  bool add(std::size_t classes, std::size_t few) {
    if ((classes_ += classes) > bounds_.most || (few_ += few) > bounds_.limit) passed_ = true;
    return !passed_;
  }
  bool passed() const { return passed_; }
  std::size_t classes() const { return classes_; }

 private:
  const Bounds& bounds_;
  std::atomic<std::size_t> classes_ = 0, few_ = 0;  // few: rows in classes that are too small
  std::atomic<bool> passed_ = false;
};

bool count(const Adder& sums, const Least& least, Seen& seen) {
  std::size_t classes = 0, few = 0;
  sums.each([&](const Class& one) {
    ++classes;
    if (least.misses(one.load)) few += one.load >> kMaskBits;
  });
  return seen.add(classes, few);
}

// Groups that hold entries, those whose classes must be the smallest first.
std::vector<std::uint32_t> sparse_first(const Plan& plan) {
  std::vector<std::pair<double, std::uint32_t>> ranked;
  for (std::uint32_t group = 0; group < plan.groups().size(); ++group)
    if (const Group& one = plan.groups()[group]; one.entries > 0)
      ranked.emplace_back(static_cast<double>(one.entries) / static_cast<double>(one.cells), group);
  std::ranges::sort(ranked);
  std::vector<std::uint32_t> out;
  for (const auto& [density, group] : ranked)
    out.push_back(group);
  return out;
}

// Whether an eighth of the groups, from sparse to dense, makes expect more classes than asked for.
bool seems_too_many(const Plan& plan, const std::vector<std::uint32_t>& groups, int threads, const ClassTable& table,
                    std::size_t most) {
  std::vector<std::uint32_t> some;
  std::size_t of_some = 0;
  for (std::size_t at = 4; at < groups.size(); at += 8) {
    some.push_back(groups[at]);
    of_some += plan.groups()[groups[at]].entries;
  }
  if (some.empty()) return false;
  const Bounds none;
  const Least least(table, none);
  Seen seen(none);
  each_group(plan, some, threads, [&](std::uint32_t, const Adder& sums) { return count(sums, least, seen); });
  return static_cast<double>(seen.classes()) * static_cast<double>(table.entries()) >
         static_cast<double>(most) * static_cast<double>(of_some);
}

ClassTable room_for(const ClassTable& from, const std::vector<Hierarchy>& hierarchies, const Levels& levels,
                    std::size_t classes) {
  ClassTable out;
  out.levels = levels;
  for (std::size_t i = 0; i < levels.size(); ++i)
    out.code.emplace_back(classes, hierarchies[i].label_count(levels[i]));
  out.rows.resize(classes);
  out.units.resize(from.units.size());
  for (Units& units : out.units)
    units.rows = true;
  out.histograms.resize(from.histograms.size());
  for (std::size_t h = 0; h < out.histograms.size(); ++h) {
    out.histograms[h].values = from.histograms[h].values;
    out.histograms[h].masks = Narrow(classes, all_values(out.histograms[h].values));
  }
  return out;
}

void put_loads(std::span<const Class> classes, std::size_t at, ClassTable& out) {
  for (std::size_t c = 0; c < classes.size(); ++c)
    out.rows[at + c] = static_cast<std::uint32_t>(classes[c].load >> kMaskBits);
  std::size_t shift = 0;
  for (Histogram& histogram : out.histograms) {
    const std::uint64_t all = all_values(histogram.values);
    histogram.masks.visit([&](auto masks) {
      for (std::size_t c = 0; c < classes.size(); ++c)
        masks[at + c] = static_cast<typename decltype(masks)::value_type>(classes[c].load >> shift & all);
    });
    shift += histogram.values;
  }
}

// The codes of a group's classes, found by their keys. Key: wide enough for them, as dividing wide ones takes long.
template <class Key>
void put_codes(const Plan& plan, std::size_t group, std::span<const Class> classes, std::size_t at, ClassTable& out) {
  std::vector<Key> rest(classes.size());
  for (std::size_t c = 0; c < classes.size(); ++c)
    rest[c] = static_cast<Key>(classes[c].key);
  for (std::size_t d = plan.digits().size(); d-- > 0;) {
    const std::vector<std::uint32_t>& labels = plan.digits()[d].labels[plan.bucket(group, d)];
    const auto count = static_cast<Key>(labels.size());
    out.code[plan.digits()[d].attribute].visit([&](auto codes) {
      using Code = typename decltype(codes)::value_type;
      if (count == 1) {
        std::ranges::fill(codes.subspan(at, rest.size()), static_cast<Code>(labels[0]));
        return;
      }
      for (std::size_t c = 0; c < rest.size(); ++c) {
        codes[at + c] = static_cast<Code>(labels[rest[c] % count]);
        rest[c] /= count;
      }
    });
  }
}

ClassTable table_of(const ClassTable& from, const std::vector<Hierarchy>& hierarchies, const Levels& levels,
                    const Plan& plan, std::vector<std::vector<Class>> classes, int threads) {
  const std::size_t groups = classes.size();
  std::vector<std::size_t> start(groups + 1, 0);
  for (std::size_t group = 0; group < groups; ++group)
    start[group + 1] = start[group] + classes[group].size();
  ClassTable out = room_for(from, hierarchies, levels, start.back());
  in_parallel(threads, [&](int thread) {
    const auto [begin, end] = slice(groups, thread, threads);
    for (std::size_t group = begin; group < end; ++group) {
      if (classes[group].empty()) continue;
      if (plan.groups()[group].cells <= UINT32_MAX)
        put_codes<std::uint32_t>(plan, group, classes[group], start[group], out);
      else
        put_codes<std::uint64_t>(plan, group, classes[group], start[group], out);
      put_loads(classes[group], start[group], out);
      classes[group] = {};
    }
  });
  out.blocks.start = std::move(start);
  out.blocks.splits.resize(levels.size());
  for (const Digit& digit : plan.digits())
    if (digit.labels.size() > 1) out.blocks.splits[digit.attribute] = from.blocks.splits[digit.attribute];
  return out;
}

// The highest level of an attribute that tells labels apart; its lowest where none does.
int split_level(const Hierarchy& hierarchy, int lowest) {
  int level = hierarchy.levels() - 1;
  while (level > lowest && hierarchy.label_count(level) == 1)
    --level;
  return level;
}

// Neighbouring labels into buckets of about as many entries each.
void fill_buckets(const std::vector<std::uint64_t>& entries, Blocks::Split& split) {
  const std::uint64_t all = std::accumulate(entries.begin(), entries.end(), std::uint64_t{0});
  std::uint64_t before = 0;
  for (const std::uint64_t one : entries) {
    const std::uint64_t middle = 2 * before + one;
    split.bucket.push_back(static_cast<std::uint32_t>(
        std::min<std::uint64_t>(split.buckets - 1, middle * split.buckets / std::max<std::uint64_t>(1, 2 * all))));
    before += one;
  }
}

// How the table is split: every attribute at its split level, in fewer buckets where there would be too many blocks.
std::vector<Blocks::Split> splits_of(const ClassTable& table, const std::vector<Hierarchy>& hierarchies) {
  constexpr std::size_t kEntries = 1024;  // of a block, about
  std::vector<Blocks::Split> out(hierarchies.size());
  double blocks = 1;
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i].level = split_level(hierarchies[i], table.levels[i]);
    out[i].buckets = std::min(kMostBuckets, hierarchies[i].label_count(out[i].level));
    blocks *= static_cast<double>(out[i].buckets);
  }
  const auto most = static_cast<double>(std::clamp(table.entries() / kEntries, std::size_t{1}, kMostBlocks));
  while (blocks > most) {
    Blocks::Split& largest = *std::ranges::max_element(out, {}, &Blocks::Split::buckets);
    blocks /= static_cast<double>(largest.buckets);
    largest.buckets = (largest.buckets + 1) / 2;
    blocks *= static_cast<double>(largest.buckets);
  }
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (out[i].buckets == 1) continue;
    const std::vector<std::uint32_t>& up = hierarchies[i].lift(table.levels[i], out[i].level);
    std::vector<std::uint64_t> entries(hierarchies[i].label_count(out[i].level), 0);
    table.code[i].visit([&](auto codes) {
      for (std::size_t e = 0; e < codes.size(); e += 16)  // a sample: it decides about balance only
        ++entries[up[codes[e]]];
    });
    fill_buckets(entries, out[i]);
  }
  return out;
}

// The block of each entry.
std::vector<std::uint32_t> block_of(const ClassTable& table, const std::vector<Hierarchy>& hierarchies,
                                    const std::vector<Blocks::Split>& splits, int threads) {
  std::vector<std::uint32_t> out(table.entries(), 0);
  std::uint32_t stride = 1;
  for (std::size_t i = splits.size(); i-- > 0; stride *= static_cast<std::uint32_t>(splits[i].buckets)) {
    if (splits[i].buckets == 1) continue;
    std::vector<std::uint32_t> digit;
    for (const std::uint32_t label : hierarchies[i].lift(table.levels[i], splits[i].level))
      digit.push_back(splits[i].bucket[label] * stride);
    table.code[i].visit([&](auto codes) {
      in_parallel(threads, [&](int thread) {
        const auto [from, to] = slice(out.size(), thread, threads);
        for (std::size_t e = from; e < to; ++e)
          out[e] += digit[codes[e]];
      });
    });
  }
  return out;
}

// Blocks become places: those of one block one after the other, in the order of the entries.
std::vector<std::size_t> places(std::vector<std::uint32_t>& block, std::size_t blocks, int threads) {
  std::vector<std::vector<std::uint32_t>> next(static_cast<std::size_t>(threads));
  in_parallel(threads, [&](int thread) {
    std::vector<std::uint32_t>& mine = next[static_cast<std::size_t>(thread)];
    mine.assign(blocks, 0);
    const auto [from, to] = slice(block.size(), thread, threads);
    for (std::size_t e = from; e < to; ++e)
      ++mine[block[e]];
  });
  std::vector<std::size_t> start(blocks + 1, 0);
  for (std::size_t b = 0, at = 0; b < blocks; ++b) {
    for (std::vector<std::uint32_t>& mine : next)
      at += std::exchange(mine[b], static_cast<std::uint32_t>(at));
    start[b + 1] = at;
  }
  in_parallel(threads, [&](int thread) {
    std::vector<std::uint32_t>& mine = next[static_cast<std::size_t>(thread)];
    const auto [from, to] = slice(block.size(), thread, threads);
    for (std::size_t e = from; e < to; ++e)
      block[e] = mine[block[e]]++;
  });
  return start;
}

template <class T>
void move_to(const std::vector<std::uint32_t>& place, std::span<const T> from, std::span<T> to, int threads) {
  in_parallel(threads, [&](int thread) {
    const auto [begin, end] = slice(place.size(), thread, threads);
    for (std::size_t e = begin; e < end; ++e)
      to[place[e]] = from[e];
  });
}

}  // namespace

bool takes_blocks(const ClassTable& table, const std::vector<Hierarchy>& hierarchies) {
  if (table.entries() < kLarge || !table.population.empty()) return false;
  if (!std::ranges::all_of(table.units, &Units::rows)) return false;
  std::size_t bits = 0;
  for (const Histogram& histogram : table.histograms) {
    bits += histogram.values;
    if (histogram.masks.empty() || bits > kMaskBits) return false;
  }
  double range = 1;
  for (std::size_t i = 0; i < hierarchies.size(); ++i)
    range *= static_cast<double>(hierarchies[i].label_count(table.levels[i]));
  return range < 0x1p63;
}

bool in_blocks(const ClassTable& table) {
  return table.entries() >= kLarge && !table.blocks.start.empty();
}

void arrange(ClassTable& table, const std::vector<Hierarchy>& hierarchies, int threads) {
  table.blocks.splits = splits_of(table, hierarchies);
  std::size_t blocks = 1;
  for (const Blocks::Split& split : table.blocks.splits)
    blocks *= split.buckets;
  std::vector<std::uint32_t> place = block_of(table, hierarchies, table.blocks.splits, threads);
  table.blocks.start = places(place, blocks, threads);
  const auto moved = [&](Narrow& values) {
    Narrow to = values.like();
    values.visit([&]<class T>(std::span<T> from) {
      to.visit([&]<class U>(std::span<U> all) {
        if constexpr (std::is_same_v<T, U>) move_to<T>(place, from, all, threads);
      });
    });
    values = std::move(to);
  };
  for (Narrow& codes : table.code)
    moved(codes);
  for (Histogram& histogram : table.histograms)
    moved(histogram.masks);
  if (std::ranges::all_of(table.rows, [](std::uint32_t rows) { return rows == 1; })) return;
  std::vector<std::uint32_t> rows(table.entries());
  move_to<std::uint32_t>(place, table.rows, rows, threads);
  table.rows = std::move(rows);
}

bool passes_early(const ClassTable& table, const std::vector<Hierarchy>& hierarchies, const Levels& levels, int threads,
                  const Bounds& bounds) {
  const Plan plan(table, hierarchies, levels);
  std::vector<std::uint32_t> groups = sparse_first(plan);
  std::size_t some = 0;
  for (std::size_t entries = 0; some < groups.size() && entries < table.entries() / 8; ++some)
    entries += plan.groups()[groups[some]].entries;
  groups.resize(some);
  const Least least(table, bounds);
  Seen seen(bounds);
  each_group(plan, groups, threads, [&](std::uint32_t, const Adder& sums) { return count(sums, least, seen); });
  return seen.passed();
}

std::optional<ClassTable> compacted(const ClassTable& table, const std::vector<Hierarchy>& hierarchies,
                                    const Levels& levels, int threads, const Bounds& bounds) {
  const Plan plan(table, hierarchies, levels);
  const std::vector<std::uint32_t> groups = sparse_first(plan);
  if (bounds.guess && seems_too_many(plan, groups, threads, table, bounds.most)) return {};
  std::vector<std::vector<Class>> classes(plan.groups().size());
  const Least least(table, bounds);
  Seen seen(bounds);
  each_group(plan, groups, threads, [&](std::uint32_t group, const Adder& sums) {
    std::vector<Class>& mine = classes[group];
    std::size_t few = 0;
    sums.each([&](const Class& one) {
      mine.push_back(one);
      if (least.misses(one.load)) few += one.load >> kMaskBits;
    });
    return seen.add(mine.size(), few);
  });
  if (seen.passed()) return {};
  return table_of(table, hierarchies, levels, plan, std::move(classes), threads);
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
