#include "anonymize/classes.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <utility>

namespace sekisho::anonymize::detail {
namespace {

using Wide = unsigned __int128;

std::uint64_t hash_of(std::uint64_t key) {
  std::uint64_t h = key * 0xD6E8FEB86659FD93;
  h ^= h >> 32;
  return h * 0xD6E8FEB86659FD93;
}
std::uint64_t hash_of(Wide key) {
  return hash_of(static_cast<std::uint64_t>(key) ^ (static_cast<std::uint64_t>(key >> 64) * 0x9E3779B97F4A7C15));
}

// Counts of a unit by class: those of one entry are summed, the others counted once in each class they reach.
std::vector<std::uint32_t> count_units(const Units& units, const Grouping& grouping) {
  std::vector<std::uint32_t> out(grouping.classes(), 0);
  for (std::size_t e = 0; e < units.singles.size(); ++e)
    out[grouping.class_of[e]] += units.singles[e];
  std::vector<std::uint32_t> seen(units.many.size() == 0 ? 0 : grouping.classes(), UINT32_MAX);
  for (std::uint32_t u = 0; u < units.many.size(); ++u)
    for (std::uint32_t at = units.many.start[u]; at < units.many.start[u + 1]; ++at) {
      const std::uint32_t c = grouping.class_of[units.many.items[at]];
      if (seen[c] == u) continue;
      seen[c] = u;
      ++out[c];
    }
  return out;
}

}  // namespace

template <class Key>
void Grouper::keys(const ClassTable& table, const std::vector<Hierarchy>& hierarchies, const Levels& levels,
                   std::size_t from, std::size_t to, Key stride, std::vector<Key>& out) {
  std::vector<Key> by_code;
  for (std::size_t i = from; i < to; ++i) {
    const Hierarchy& h = hierarchies[i];
    const std::size_t labels = h.label_count(levels[i]);
    if (labels == 1) continue;
    const std::vector<std::uint32_t>& up = h.lift(table.levels[i], levels[i]);
    by_code.resize(up.size());
    for (std::size_t code = 0; code < up.size(); ++code)
      by_code[code] = Key{up[code]} * stride;
    table.code[i].visit([&](auto codes) {
      for (std::size_t e = 0; e < out.size(); ++e)
        out[e] += by_code[codes[e]];
    });
    stride *= labels;
  }
}

bool Grouper::direct(std::size_t range, std::size_t most, Grouping& out) {
  slots_.assign(range, 0);  // class + 1
  for (std::size_t e = 0; e < narrow_.size(); ++e) {
    std::uint32_t& slot = slots_[narrow_[e]];
    if (slot == 0) {
      if (out.first.size() == most) return false;
      out.first.push_back(static_cast<std::uint32_t>(e));
      slot = static_cast<std::uint32_t>(out.first.size());
    }
    out.class_of[e] = slot - 1;
  }
  return true;
}

// Open addressing, with the slots of the next keys on their way into the cache while one is compared.
template <class Key>
bool Grouper::hashed(const std::vector<Key>& keys, std::vector<Slot<Key>>& slots, std::size_t most, bool guess,
                     Grouping& out) {
  constexpr std::size_t kAhead = 16;
  std::size_t capacity = 1 << 12;
  slots.assign(capacity, {});
  std::size_t mask = capacity - 1;
  const std::size_t early = guess ? keys.size() / 8 : 0;
  for (std::size_t e = 0; e < keys.size(); ++e) {
    if (e == early && e > 0 && out.first.size() * 20 > e * 19) return false;
    if (out.first.size() * 2 > capacity) {
      mask = (capacity *= 4) - 1;
      slots.assign(capacity, {});
      for (std::uint32_t c = 0; c < out.first.size(); ++c) {
        const Key key = keys[out.first[c]];
        std::size_t slot = hash_of(key) & mask;
        while (slots[slot].number != 0)
          slot = (slot + 1) & mask;
        slots[slot] = {key, c + 1};
      }
    }
    if (e + kAhead < keys.size()) __builtin_prefetch(&slots[hash_of(keys[e + kAhead]) & mask], 1);
    const Key key = keys[e];
    std::size_t slot = hash_of(key) & mask;
    while (slots[slot].number != 0 && slots[slot].key != key)
      slot = (slot + 1) & mask;
    if (slots[slot].number == 0) {
      if (out.first.size() == most) return false;
      out.first.push_back(static_cast<std::uint32_t>(e));
      slots[slot] = {key, static_cast<std::uint32_t>(out.first.size())};
    }
    out.class_of[e] = slots[slot].number - 1;
  }
  return true;
}

// Of more labels than a key holds: by some attributes first, then by their class and the next ones.
bool Grouper::in_parts(const ClassTable& table, const std::vector<Hierarchy>& hierarchies, const Levels& levels,
                       std::size_t most, Grouping& out) {
  out.class_of.assign(table.entries(), 0);
  for (std::size_t from = 0, to = 0; from < levels.size(); from = to) {
    double range = 0x1p32;  // classes so far
    for (to = from; to < levels.size(); ++to) {
      const auto labels = static_cast<double>(hierarchies[to].label_count(levels[to]));
      if (to > from && range * labels >= 0x1p126) break;
      range *= labels;
    }
    wide_.assign(out.class_of.begin(), out.class_of.end());
    keys(table, hierarchies, levels, from, to, Wide{1} << 32, wide_);
    out.first.clear();
    if (!hashed(wide_, wide_slots_, most, false, out)) return false;
  }
  return true;
}

bool Grouper::run(const ClassTable& table, const std::vector<Hierarchy>& hierarchies, const Levels& levels,
                  Grouping& out, std::size_t most, bool guess) {
  out.class_of.resize(table.entries());
  out.first.clear();
  double range = 1;
  for (std::size_t i = 0; i < levels.size(); ++i)
    range *= static_cast<double>(hierarchies[i].label_count(levels[i]));
  if (range < 0x1p63) {
    narrow_.assign(table.entries(), 0);
    keys(table, hierarchies, levels, 0, levels.size(), std::uint64_t{1}, narrow_);
    const bool few = range <= std::max<double>(1 << 12, 2.0 * static_cast<double>(table.entries()));
    if (few ? !direct(static_cast<std::size_t>(range), most, out) : !hashed(narrow_, narrow_slots_, most, guess, out))
      return false;
  } else if (range < 0x1p126) {
    wide_.assign(table.entries(), 0);
    keys(table, hierarchies, levels, 0, levels.size(), Wide{1}, wide_);
    if (!hashed(wide_, wide_slots_, most, guess, out)) return false;
  } else if (!in_parts(table, hierarchies, levels, most, out)) {
    return false;
  }
  out.rows.assign(out.classes(), 0);
  for (std::size_t e = 0; e < table.entries(); ++e)
    out.rows[out.class_of[e]] += table.rows[e];
  out.population.assign(table.population.empty() ? 0 : out.classes(), 0);
  for (std::size_t e = 0; e < table.population.size(); ++e)
    out.population[out.class_of[e]] += table.population[e];
  out.units.clear();
  for (const Units& units : table.units)
    out.units.push_back(units.rows ? out.rows : count_units(units, out));
  return true;
}

namespace {

// The entries of each class, one class after the other.
Lists entries_by_class(const Grouping& grouping) {
  Lists out;
  out.start.assign(grouping.classes() + 1, 0);
  out.items.resize(grouping.class_of.size());
  for (const std::uint32_t c : grouping.class_of)
    ++out.start[c + 1];
  std::partial_sum(out.start.begin(), out.start.end(), out.start.begin());
  std::vector<std::uint32_t> fill(out.start.begin(), out.start.end() - 1);
  for (std::uint32_t e = 0; e < grouping.class_of.size(); ++e)
    out.items[fill[grouping.class_of[e]]++] = e;
  return out;
}

// Of few values: entry after entry into an array of all values of all classes.
void count_in_array(const Histogram& histogram, const Grouping& grouping, ValueCounts& out) {
  std::vector<std::uint32_t> sums(grouping.classes() * histogram.values, 0);
  for (std::size_t e = 0; e < grouping.class_of.size(); ++e) {
    std::uint32_t* of_class = sums.data() + grouping.class_of[e] * histogram.values;
    for (std::uint32_t i = histogram.value.start[e]; i < histogram.value.start[e + 1]; ++i)
      of_class[histogram.value.items[i]] += histogram.count[i];
  }
  for (std::size_t c = 0; c < grouping.classes(); ++c) {
    for (std::uint32_t value = 0; value < histogram.values; ++value)
      if (const std::uint32_t count = sums[c * histogram.values + value]; count > 0) {
        out.value.items.push_back(value);
        out.count.push_back(count);
      }
    out.value.close();
  }
}

void count_class_by_class(const Histogram& histogram, const Grouping& grouping, ValueCounts& out) {
  const Lists members = entries_by_class(grouping);
  std::vector<std::uint32_t> sums(histogram.values, 0), touched;
  for (std::size_t c = 0; c < grouping.classes(); ++c) {
    touched.clear();
    for (std::uint32_t at = members.start[c]; at < members.start[c + 1]; ++at)
      for (std::uint32_t i = histogram.value.start[members.items[at]]; i < histogram.value.start[members.items[at] + 1];
           ++i) {
        if (sums[histogram.value.items[i]] == 0) touched.push_back(histogram.value.items[i]);
        sums[histogram.value.items[i]] += histogram.count[i];
      }
    std::ranges::sort(touched);
    for (const std::uint32_t value : touched) {
      out.value.items.push_back(value);
      out.count.push_back(std::exchange(sums[value], 0));
    }
    out.value.close();
  }
}

}  // namespace

ValueCounts value_counts(const Histogram& histogram, const Grouping& grouping) {
  constexpr std::size_t kFewCells = std::size_t{1} << 24;
  ValueCounts out;
  out.value.start.reserve(grouping.classes() + 1);
  if (histogram.values * grouping.classes() <= std::min(kFewCells, 8 * histogram.count.size()))
    count_in_array(histogram, grouping, out);
  else
    count_class_by_class(histogram, grouping, out);
  return out;
}

void pairs_of(const Histogram& histogram, const Grouping& grouping, std::size_t many,
              std::vector<std::pair<std::uint32_t, std::uint32_t>>& out) {
  out.clear();
  for (std::uint32_t at = histogram.many_entry.start[many]; at < histogram.many_entry.start[many + 1]; ++at)
    out.emplace_back(grouping.class_of[histogram.many_entry.items[at]], histogram.many_value[at]);
  std::ranges::sort(out);
  out.erase(std::ranges::unique(out).begin(), out.end());
}

namespace {

// Lists of entries become lists of classes, each class once; a list that reaches one class only is counted there.
void lift_units(const Units& from, const Grouping& grouping, Units& to) {
  to.rows = from.rows;
  if (from.rows) return;
  to.singles.assign(grouping.classes(), 0);
  for (std::size_t e = 0; e < from.singles.size(); ++e)
    to.singles[grouping.class_of[e]] += from.singles[e];
  std::vector<std::uint32_t> classes;
  for (std::size_t u = 0; u < from.many.size(); ++u) {
    classes.clear();
    for (std::uint32_t at = from.many.start[u]; at < from.many.start[u + 1]; ++at)
      classes.push_back(grouping.class_of[from.many.items[at]]);
    std::ranges::sort(classes);
    classes.erase(std::ranges::unique(classes).begin(), classes.end());
    if (classes.size() == 1) {
      ++to.singles[classes.front()];
      continue;
    }
    to.many.items.insert(to.many.items.end(), classes.begin(), classes.end());
    to.many.close();
  }
}

void lift_histogram(const Histogram& from, const Grouping& grouping, Histogram& to) {
  to.values = from.values;
  if (!from.masks.empty()) {
    to.masks = Narrow(grouping.classes(), all_values(from.values));
    from.masks.visit([&](auto of_entry) {
      to.masks.visit([&](auto of_class) {
        using Mask = typename decltype(of_class)::value_type;
        for (std::size_t e = 0; e < of_entry.size(); ++e)
          of_class[grouping.class_of[e]] = static_cast<Mask>(of_class[grouping.class_of[e]] | of_entry[e]);
      });
    });
    return;
  }
  ValueCounts counts = value_counts(from, grouping);
  to.value = std::move(counts.value);
  to.count = std::move(counts.count);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
  for (std::size_t u = 0; u < from.many_entry.size(); ++u) {
    pairs_of(from, grouping, u, pairs);
    for (const auto& [c, value] : pairs) {
      to.many_entry.items.push_back(c);
      to.many_value.push_back(value);
    }
    to.many_entry.close();
  }
}

}  // namespace

ClassTable rolled_up(const ClassTable& table, const Grouping& grouping, const std::vector<Hierarchy>& hierarchies,
                     const Levels& levels) {
  ClassTable out;
  out.levels = levels;
  out.rows = grouping.rows;
  out.population = grouping.population;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const std::vector<std::uint32_t>& up = hierarchies[i].lift(table.levels[i], levels[i]);
    Narrow& codes = out.code.emplace_back(grouping.classes(), hierarchies[i].label_count(levels[i]));
    table.code[i].visit([&](auto below) {
      codes.visit([&](auto above) {
        for (std::size_t c = 0; c < above.size(); ++c)
          above[c] = static_cast<typename decltype(above)::value_type>(up[below[grouping.first[c]]]);
      });
    });
  }
  out.units.resize(table.units.size());
  for (std::size_t u = 0; u < out.units.size(); ++u)
    lift_units(table.units[u], grouping, out.units[u]);
  out.histograms.resize(table.histograms.size());
  for (std::size_t h = 0; h < out.histograms.size(); ++h)
    lift_histogram(table.histograms[h], grouping, out.histograms[h]);
  return out;
}

}  // namespace sekisho::anonymize::detail
