#include "release/overlap_histories.h"

#include <algorithm>
#include <array>
#include <map>

namespace sekisho::release::detail {
namespace {

using Items = std::vector<std::uint32_t>;
using Combination = std::array<std::uint32_t, 3>;  // rising; kNone behind the last
constexpr std::uint32_t kNone = UINT32_MAX;
constexpr std::size_t kMostAtOnce = std::size_t{1} << 23;

std::size_t combinations_of(std::size_t items, int m) {
  std::size_t out = items;
  if (m > 1) out += items * (items - 1) / 2;
  if (m > 2) out += items * (items - 1) / 2 * (items > 2 ? items - 2 : 0) / 3;
  return out;
}

// Combinations of `items` that `others`, both sorted, do not have.
template <class Body>
void each_new(const Items& items, const Items& others, int m, const Body& body) {
  std::vector<bool> fresh;
  for (const std::uint32_t item : items)
    fresh.push_back(!std::ranges::binary_search(others, item));
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (fresh[i]) body(Combination{items[i], kNone, kNone});
    for (std::size_t j = i + 1; m > 1 && j < items.size(); ++j) {
      if (fresh[i] || fresh[j]) body(Combination{items[i], items[j], kNone});
      for (std::size_t l = j + 1; m > 2 && l < items.size(); ++l)
        if (fresh[i] || fresh[j] || fresh[l]) body(Combination{items[i], items[j], items[l]});
    }
  }
}

std::size_t hash_of(const Combination& one) {
  std::uint64_t h = 0x9E3779B97F4A7C15;
  for (const std::uint32_t item : one)
    h = (h ^ item) * 0xD6E8FEB86659FD93, h ^= h >> 32;
  return h;
}

// A person of one release and what whoever is the same person in the other release holds there.
struct Changed {
  Items items, others;
};

void count_runs(std::vector<Combination>& found, std::size_t k, std::vector<Combination>& differing,
                std::vector<std::pair<Combination, std::size_t>>& small) {
  std::ranges::sort(found);
  for (std::size_t begin = 0, end = 0; begin < found.size(); begin = end) {
    while (end < found.size() && found[end] == found[begin])
      ++end;
    differing.push_back(found[begin]);
    if (end - begin < k) small.emplace_back(found[begin], end - begin);
  }
  found.clear();
}

}  // namespace

Differences compare_histories(const Membership& here, const Membership& there,
                              const std::vector<std::vector<std::uint32_t>>& there_of, std::size_t k) {
  // One numbering of items over both.
  std::map<std::vector<std::string>, std::uint32_t> numbers;
  for (const auto* one : {&here, &there})
    for (const std::vector<std::string>& labels : one->classes)
      numbers.try_emplace(labels, static_cast<std::uint32_t>(numbers.size()));
  const auto numbered = [&](const Membership& one) {
    std::vector<Items> out;
    for (const Membership::Person& person : one.persons) {
      Items& items = out.emplace_back();
      for (const std::uint32_t number : person.classes)
        items.push_back(numbers[one.classes[number]]);
      std::ranges::sort(items);
    }
    return out;
  };
  const std::vector<Items> items_here = numbered(here), items_there = numbered(there);
  std::vector<std::vector<std::uint32_t>> here_of(there.persons.size());
  for (std::uint32_t person = 0; person < there_of.size(); ++person)
    for (const std::uint32_t other : there_of[person])
      here_of[other].push_back(person);
  const int m = std::clamp(std::min(here.m, there.m), 1, 3);
  std::size_t total = 0;
  const auto changed = [&](const std::vector<Items>& items, const std::vector<Items>& of_others,
                           const std::vector<std::vector<std::uint32_t>>& same) {
    std::vector<Changed> out;
    for (std::size_t person = 0; person < items.size(); ++person) {
      Items others;
      for (const std::uint32_t other : same[person])
        others.insert(others.end(), of_others[other].begin(), of_others[other].end());
      std::ranges::sort(others);
      if (std::ranges::includes(others, items[person])) continue;
      total += combinations_of(items[person].size(), m);
      out.push_back({items[person], std::move(others)});
    }
    return out;
  };
  const std::vector<Changed> both[] = {changed(items_here, items_there, there_of),
                                       changed(items_there, items_here, here_of)};
  Differences out;
  const std::size_t passes = total / kMostAtOnce + 1;
  std::vector<Combination> found, differing;
  std::vector<std::pair<Combination, std::size_t>> small;
  for (std::size_t pass = 0; pass < passes; ++pass) {
    differing.clear();
    small.clear();
    for (const std::vector<Changed>& side : both) {
      for (const Changed& one : side)
        each_new(one.items, one.others, m, [&](const Combination& combination) {
          if (passes == 1 || hash_of(combination) % passes == pass) found.push_back(combination);
        });
      count_runs(found, k, differing, small);
    }
    std::ranges::sort(differing);
    out.combinations += static_cast<std::size_t>(std::ranges::unique(differing).begin() - differing.begin());
    std::ranges::sort(small);
    for (std::size_t i = 0; i < small.size(); ++i) {
      if (i == 0 || small[i].first != small[i - 1].first) ++out.small;
      out.smallest = out.smallest == 0 ? small[i].second : std::min(out.smallest, small[i].second);
    }
  }
  return out;
}

}  // namespace sekisho::release::detail
