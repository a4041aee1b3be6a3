#include "linkage/blocking.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <map>
#include <mutex>
#include <span>
#include <thread>

#include "linkage/hash.h"
#include "linkage/similarity.h"

namespace sekisho::linkage {
namespace {

constexpr std::size_t kMostKeys = 16;  // of one record under one rule
constexpr std::size_t kMostWords = 6;

using Entry = BlockEntry;

// Hashes of the transformed values of a field, by code.
struct PartKeys {
  std::vector<std::uint32_t> start;
  std::vector<std::uint64_t> keys;
};

void append_part(Transform transform, std::string_view value, std::uint64_t seed, std::vector<std::uint64_t>& keys) {
  const auto add = [&](std::string_view text) { keys.push_back(hash_text(text, seed)); };
  switch (transform) {
    case Transform::kNone:
      add(value);
      return;
    case Transform::kSoundex:
      if (const std::string code = soundex(value); !code.empty()) add(code);
      return;
    case Transform::kPrefix:
      add(value.substr(0, 3));
      return;
    case Transform::kYear:
      add(value.substr(0, 4));
      return;
    case Transform::kYearMonth:
      if (value.size() == 8 && value.substr(4, 2) != "00") add(value.substr(0, 6));
      return;
    case Transform::kMonthDay:
      if (value.size() == 8 && value.substr(6) != "00") add(value.substr(4));
      return;
    case Transform::kLast4:
      if (value.size() >= 4) add(value.substr(value.size() - 4));
      return;
    case Transform::kYears: {
      // Two rows of windows of four years, one shifted by half: two years apart share a window of one of them.
      int year = 0;
      if (std::from_chars(value.data(), value.data() + std::min<std::size_t>(value.size(), 4), year).ec != std::errc())
        return;
      add(fmt::format("a{}", year / 4));
      add(fmt::format("b{}", (year + 2) / 4));
      return;
    }
    case Transform::kDigits: {
      std::string digits;
      for (const char c : value)
        if (c >= '0' && c <= '9') digits.push_back(c);
      if (!digits.empty()) add(digits);
      return;
    }
    case Transform::kWords: {
      std::vector<std::string_view> words;
      for (std::string_view rest = value; !rest.empty();) {
        const std::size_t blank = rest.find(' ');
        if (blank != 0 && rest.substr(0, blank).size() >= 3) words.push_back(rest.substr(0, blank));
        rest = blank == std::string_view::npos ? std::string_view() : rest.substr(blank + 1);
      }
      std::ranges::stable_sort(words, std::ranges::greater(), &std::string_view::size);
      for (std::size_t i = 0; i < words.size() && i < kMostWords; ++i)
        add(words[i]);
      return;
    }
  }
}

PartKeys part_keys(const Column& column, Transform transform, std::uint64_t seed) {
  PartKeys out;
  out.start.assign(2, 0);  // code 0: missing
  for (std::size_t code = 1; code < column.values.size(); ++code) {
    append_part(transform, column.values[code], seed, out.keys);
    out.start.push_back(static_cast<std::uint32_t>(out.keys.size()));
  }
  return out;
}

using PartTable = std::map<std::pair<std::size_t, Transform>, PartKeys>;

PartTable all_part_keys(const std::vector<const BlockSpec*>& rules, const Table& table, std::uint64_t seed) {
  PartTable out;
  for (const BlockSpec* rule : rules)
    for (const BlockPart& part : rule->parts)
      out.try_emplace({part.field, part.transform});
  std::vector<PartTable::value_type*> work;
  for (auto& entry : out)
    work.push_back(&entry);
  std::atomic<std::size_t> next = 0;
  const auto body = [&] {
    for (std::size_t i = next++; i < work.size(); i = next++)
      work[i]->second = part_keys(table.columns[work[i]->first.first], work[i]->first.second, seed);
  };
  std::thread helper(body);
  body();
  helper.join();
  return out;
}

// Brings equal keys together, groups ascending inside. Keys are hashes: three passes over 33 of their bits leave little
// to sort.
void gather_equal(std::vector<Entry>& entries) {
  constexpr unsigned kBits = 11;
  std::vector<Entry> other(entries.size());
  for (unsigned pass = 0; pass < 3; ++pass) {
    std::array<std::size_t, (1U << kBits) + 1> start{};
    const unsigned shift = pass * kBits;
    const auto digit = [&](const Entry& entry) { return entry.key >> shift & ((1U << kBits) - 1); };
    for (const Entry& entry : entries)
      ++start[digit(entry) + 1];
    for (std::size_t i = 1; i < start.size(); ++i)
      start[i] += start[i - 1];
    for (const Entry& entry : entries)
      other[start[digit(entry)]++] = entry;
    entries.swap(other);
  }
  const auto low = [](const Entry& entry) { return entry.key & ((std::uint64_t{1} << (3 * kBits)) - 1); };
  for (std::size_t begin = 0; begin < entries.size();) {
    std::size_t end = begin + 1;
    bool mixed = false;
    for (; end < entries.size() && low(entries[end]) == low(entries[begin]); ++end)
      mixed |= entries[end].key != entries[begin].key;
    if (mixed)
      std::stable_sort(entries.begin() + static_cast<std::ptrdiff_t>(begin),
                       entries.begin() + static_cast<std::ptrdiff_t>(end),
                       [](const Entry& a, const Entry& b) { return a.key < b.key; });
    begin = end;
  }
}

// The keys of one record: one of each part.
void combine_parts(const BlockSpec& rule, std::uint64_t seed, const std::vector<std::span<const std::uint64_t>>& parts,
                   std::vector<std::uint64_t>& keys) {
  std::size_t first = 0;
  if (rule.unordered) {
    keys.clear();
    for (const std::uint64_t one : parts[0])
      for (const std::uint64_t other : parts[1])
        if (keys.size() < kMostKeys) keys.push_back(mix(mix(seed, std::min(one, other)), std::max(one, other)));
    first = 2;
  } else {
    keys.assign(1, seed);
  }
  std::vector<std::uint64_t> next;
  for (std::size_t p = first; p < parts.size() && !keys.empty(); ++p) {
    next.clear();
    for (const std::uint64_t one : parts[p])
      for (const std::uint64_t key : keys)
        if (next.size() < kMostKeys) next.push_back(mix(key, one));
    keys.swap(next);
  }
}

std::vector<Entry> entries_of(const BlockSpec& rule, std::uint64_t seed, const Table& table, const PartTable& known) {
  std::vector<const PartKeys*> parts;
  for (const BlockPart& part : rule.parts)
    parts.push_back(&known.at({part.field, part.transform}));
  std::vector<Entry> out;
  out.reserve(table.first_of.size());
  std::vector<std::uint64_t> keys;
  std::vector<std::span<const std::uint64_t>> of_group(parts.size());
  for (std::uint32_t group = 0; group < table.first_of.size(); ++group) {
    for (std::size_t p = 0; p < parts.size(); ++p) {
      const std::uint32_t code = table.columns[rule.parts[p].field].codes[group];
      of_group[p] =
          std::span(parts[p]->keys).subspan(parts[p]->start[code], parts[p]->start[code + 1] - parts[p]->start[code]);
    }
    combine_parts(rule, seed, of_group, keys);
    for (const std::uint64_t key : keys)
      out.push_back({key, group});
  }
  gather_equal(out);
  const auto twice =
      std::ranges::unique(out, [](const Entry& a, const Entry& b) { return a.key == b.key && a.group == b.group; });
  out.erase(twice.begin(), twice.end());
  return out;
}

template <class Visit>
void each_block(const std::vector<Entry>& entries, Visit visit) {
  for (std::size_t begin = 0; begin < entries.size();) {
    std::size_t end = begin + 1;
    while (end < entries.size() && entries[end].key == entries[begin].key)
      ++end;
    if (end - begin > 1) visit(begin, end);
    begin = end;
  }
}

// The largest cap under which a rule stays within its budget of pairs.
std::size_t planned_cap(const std::vector<Entry>& entries, std::size_t most, double budget) {
  std::vector<double> pairs(most + 1, 0);
  each_block(entries, [&](std::size_t begin, std::size_t end) {
    const std::size_t n = end - begin;
    if (n <= most) pairs[n] += static_cast<double>(n) * static_cast<double>(n - 1) / 2;
  });
  double sum = 0;
  for (std::size_t n = 2; n <= most; ++n)
    if ((sum += pairs[n]) > budget) return std::max<std::size_t>(n - 1, 2);
  return most;
}

void run_rule(const BlockSpec& rule, std::uint64_t seed, const Table& table, const PartTable& parts, std::size_t most,
              double budget, std::vector<Pair>& pairs, RulePlan& plan, std::vector<BigBlock>& big) {
  const std::vector<Entry> entries = entries_of(rule, seed, table, parts);
  plan.rule = rule.name;
  plan.cap = planned_cap(entries, most, budget);
  std::size_t count = 0;
  each_block(entries, [&](std::size_t begin, std::size_t end) {
    const std::size_t n = end - begin;
    if (n <= plan.cap) count += n * (n - 1) / 2;
  });
  pairs.reserve(count);
  each_block(entries, [&](std::size_t begin, std::size_t end) {
    if (end - begin > plan.cap) {
      ++plan.left_out;
      if (end - begin > most) big.push_back({rule.name, end - begin});
      return;
    }
    for (std::size_t i = begin; i < end; ++i)
      for (std::size_t j = i + 1; j < end; ++j)
        pairs.push_back(Pair{entries[i].group} << 32 | entries[j].group);
  });
  plan.pairs = pairs.size();
}

bool usable(const BlockSpec& rule, const Table& table) {
  return (rule.up_to == 0 || table.first_of.size() <= rule.up_to) &&
         std::ranges::all_of(rule.parts, [&](const BlockPart& part) { return table.columns[part.field].present; });
}

void sort_once(std::vector<Pair>& pairs) {
  std::ranges::sort(pairs);
  pairs.erase(std::ranges::unique(pairs).begin(), pairs.end());
}

// Both sorted, each pair once.
void unite(std::vector<Pair>& all, const std::vector<Pair>& more) {
  std::vector<Pair> fresh;
  std::ranges::set_difference(more, all, std::back_inserter(fresh));
  const auto middle = static_cast<std::ptrdiff_t>(all.size());
  all.insert(all.end(), fresh.begin(), fresh.end());
  std::ranges::inplace_merge(all, all.begin() + middle);
}

}  // namespace

std::vector<BlockEntry> block_entries(const ModelSpec& spec, std::size_t rule, const Table& table, std::uint64_t seed) {
  const BlockSpec& block = spec.blocks[rule];
  if (!usable(block, table)) return {};
  return entries_of(block, mix(rule, seed), table, all_part_keys({&block}, table, seed));
}

void block_keys(const ModelSpec& spec, std::size_t rule, const std::vector<std::string_view>& values,
                std::uint64_t seed, std::vector<std::uint64_t>& keys) {
  const BlockSpec& block = spec.blocks[rule];
  std::vector<std::vector<std::uint64_t>> of_part(block.parts.size());
  for (std::size_t p = 0; p < block.parts.size(); ++p)
    if (const std::string_view value = values[block.parts[p].field]; !value.empty())
      append_part(block.parts[p].transform, value, seed, of_part[p]);
  combine_parts(block, mix(rule, seed), {of_part.begin(), of_part.end()}, keys);
}

Candidates find_candidates(const ModelSpec& spec, const Table& table, const PairFilter& drop) {
  Candidates out;
  const std::size_t groups = table.first_of.size();
  if (groups <= spec.all_pairs_below) {
    for (std::uint32_t a = 0; a < groups; ++a)
      for (std::uint32_t b = a + 1; b < groups; ++b)
        out.pairs.push_back(Pair{a} << 32 | b);
    out.rules.push_back({"all pairs", out.pairs.size(), groups, 0});
    if (drop) drop(out.pairs);
    return out;
  }
  std::vector<const BlockSpec*> rules;
  for (const BlockSpec& rule : spec.blocks)
    if (usable(rule, table)) rules.push_back(&rule);
  const double budget = std::max(spec.pairs_per_record * static_cast<double>(groups), spec.least_pairs) /
                        static_cast<double>(std::max<std::size_t>(1, rules.size()));
  const PartTable parts = all_part_keys(rules, table, hash_seed());
  std::vector<std::vector<BigBlock>> big(rules.size());
  out.rules.resize(rules.size());
  std::atomic<std::size_t> next = 0;
  std::mutex together;
  const auto work = [&] {
    for (std::size_t r = next++; r < rules.size(); r = next++) {
      std::vector<Pair> pairs;
      run_rule(*rules[r], mix(r, hash_seed()), table, parts, spec.max_block, 3 * budget, pairs, out.rules[r], big[r]);
      if (drop) drop(pairs);
      sort_once(pairs);
      const std::scoped_lock lock(together);
      unite(out.pairs, pairs);
    }
  };
  std::thread helper(work);
  work();
  helper.join();
  for (const std::vector<BigBlock>& of_rule : big)
    out.big_blocks.insert(out.big_blocks.end(), of_rule.begin(), of_rule.end());
  return out;
}

}  // namespace sekisho::linkage
