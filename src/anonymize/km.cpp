#include "anonymize/km.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "core/parallel.h"

namespace sekisho::anonymize::detail {
namespace {

constexpr std::size_t kMostItems = 65'000;  // counted in pairs: two thousand million of them
constexpr int kMostClimbs = 16, kMostPasses = 12;

// How many sets hold each pair, counted up to k. Row b holds the pairs with items below b.
class Pairs {
 public:
  void count(const ItemSets& sets, std::size_t items, std::uint32_t k, int threads) {
    most_ = static_cast<std::uint16_t>(std::min<std::uint32_t>(k, UINT16_MAX));
    narrow_ = most_ <= UINT8_MAX;
    const std::size_t cells = items * (items + 1) / 2;
    bytes_.assign(narrow_ ? cells : 0, 0);
    words_.assign(narrow_ ? 0 : cells, 0);
    // Each thread has rows of its own.
    in_parallel(threads, [&](int thread) {
      narrow_ ? fill(bytes_, sets, thread, threads) : fill(words_, sets, thread, threads);
    });
  }
  bool rare(std::uint32_t a, std::uint32_t b) const {  // a < b, both in a set
    const std::size_t at = row(b) + a;
    return narrow_ ? bytes_[at] < most_ : words_[at] < most_;
  }

 private:
  static std::size_t row(std::size_t b) { return b * (b - 1) / 2; }
  template <class Counter>
  void fill(std::vector<Counter>& cells, const ItemSets& sets, int thread, int threads) {
    const auto most = static_cast<Counter>(most_);
    for (std::size_t set = 0; set < sets.size(); ++set) {
      const auto items = sets.of(set);
      for (std::size_t j = 1; j < items.size(); ++j) {
        if (static_cast<int>(items[j] % static_cast<std::uint32_t>(threads)) != thread) continue;
        Counter* of_b = cells.data() + row(items[j]);
        for (std::size_t i = 0; i < j; ++i) {
          Counter& one = of_b[items[i]];
          one = static_cast<Counter>(one + (one < most ? 1 : 0));
        }
      }
    }
  }
  std::uint16_t most_ = 0;
  bool narrow_ = true;
  std::vector<std::uint8_t> bytes_;
  std::vector<std::uint16_t> words_;
};

// Sets in items numbered by falling support, so that frequent pairs lie together.
struct Ranked {
  ItemSets sets;
  std::vector<std::uint32_t> node, support;  // by item
};

class Protector {
 public:
  Protector(const ItemSets& sets, const ItemForest& forest, const KmLimits& limits)
      : sets_(sets), forest_(forest), limits_(limits), least_(forest.least) {
    for (std::uint32_t& one : least_)
      one = std::max(one, limits.k);
    out_.shown.resize(forest.size());
    std::iota(out_.shown.begin(), out_.shown.end(), 0U);
  }

  Result<KmOutcome> run() {
    while (out_.rounds < kMostClimbs) {
      SEKISHO_TRY(const Ranked ranked, rank());
      if (!climb(ranked)) break;
    }
    SEKISHO_TRY(Ranked ranked, rank());
    for (int pass = 0; leave_out(ranked, pass >= kMostPasses); ++pass) {
    }
    record(ranked);
    return std::move(out_);
  }

 private:
  // What is shown of the sets, ranked by how many hold an item.
  Result<Ranked> rank() {
    ++out_.rounds;
    Ranked out;
    const int threads = limits_.threads;
    std::vector<ItemSets> parts(static_cast<std::size_t>(threads));
    in_parallel(threads, [&](int thread) {
      const auto [begin, end] = slice(sets_.size(), thread, threads);
      ItemSets& part = parts[static_cast<std::size_t>(thread)];
      for (std::size_t set = begin; set < end; ++set) {
        for (const std::uint32_t node : sets_.of(set))
          if (out_.shown[node] != kNoNode) part.items.push_back(out_.shown[node]);
        part.close();
      }
    });
    std::vector<std::uint32_t> support(forest_.size(), 0);
    for (const ItemSets& part : parts)
      for (const std::uint32_t node : part.items)
        ++support[node];
    for (std::uint32_t node = 0; node < support.size(); ++node)
      if (support[node] > 0) out.node.push_back(node);
    std::ranges::stable_sort(out.node, std::greater<>(), [&](std::uint32_t node) { return support[node]; });
    std::vector<std::uint32_t> item(forest_.size(), kNoNode);
    for (std::uint32_t i = 0; i < out.node.size(); ++i) {
      item[out.node[i]] = i;
      out.support.push_back(support[out.node[i]]);
    }
    in_parallel(threads, [&](int thread) {
      ItemSets& part = parts[static_cast<std::size_t>(thread)];
      for (std::uint32_t& node : part.items)
        node = item[node];
      for (std::size_t set = 0; set < part.size(); ++set)
        std::sort(part.items.begin() + static_cast<std::ptrdiff_t>(part.start[set]),
                  part.items.begin() + static_cast<std::ptrdiff_t>(part.start[set + 1]));
    });
    for (ItemSets& part : parts) {
      const std::uint64_t base = out.sets.items.size();
      out.sets.items.insert(out.sets.items.end(), part.items.begin(), part.items.end());
      for (std::size_t set = 1; set < part.start.size(); ++set)
        out.sets.start.push_back(base + part.start[set]);
      part = {};
    }
    // Rare items are left out before pairs are counted.
    std::size_t common = 0;
    for (std::size_t i = 0; i < out.node.size(); ++i)
      if (out.support[i] >= least_[out.node[i]]) common = i + 1;
    if (limits_.m > 1 && common > kMostItems)
      return fail("anonymize.items", fmt::format("{} different items are more than can be counted in pairs", common),
                  {}, "Raise 'rare', or give the codes a hierarchy and a higher minimum level.");
    if (limits_.m > 1) pairs_.count(truncated(out, common), common, limits_.k, threads);
    common_ = common;
    return out;
  }

  // The sets without items that too few hold anyway.
  const ItemSets& truncated(const Ranked& ranked, std::size_t common) {
    if (common == ranked.node.size()) return ranked.sets;
    scratch_ = {};
    for (std::size_t set = 0; set < ranked.sets.size(); ++set) {
      for (const std::uint32_t item : ranked.sets.of(set))
        if (item < common) scratch_.items.push_back(item);
      scratch_.start.push_back(scratch_.items.size());
    }
    return scratch_;
  }

  bool too_rare(const Ranked& ranked, std::uint32_t item) const {
    return ranked.support[item] < least_[ranked.node[item]];
  }

  // Which items a set must leave out: those too rare, then, as long as it holds a rare pair, the one in most of them.
  struct Cover {
    std::vector<std::uint32_t> items, degree;
    std::vector<std::uint8_t> gone;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> rare;
  };
  void cover(const Ranked& ranked, std::size_t set, Cover& out) const {
    const auto items = ranked.sets.of(set);
    out.items.assign(items.begin(), items.end());
    out.gone.assign(items.size(), 0);
    out.degree.assign(items.size(), 0);
    out.rare.clear();
    for (std::uint32_t j = 0; j < items.size(); ++j) {
      out.gone[j] = items[j] >= common_ || too_rare(ranked, items[j]);
      if (out.gone[j] || limits_.m < 2) continue;
      for (std::uint32_t i = 0; i < j; ++i) {
        if (out.gone[i] || !pairs_.rare(items[i], items[j])) continue;
        out.rare.emplace_back(i, j);
        ++out.degree[i];
        ++out.degree[j];
      }
    }
    for (std::size_t left = out.rare.size(); left > 0;) {
      // Of equal ones the last: the one that the fewest sets hold.
      std::uint32_t worst = 0;
      for (std::uint32_t i = 1; i < items.size(); ++i)
        if (out.degree[i] >= out.degree[worst]) worst = i;
      out.gone[worst] = 1;
      for (auto& [i, j] : out.rare) {
        if (i == kNoNode || (i != worst && j != worst)) continue;
        --out.degree[i];
        --out.degree[j];
        i = kNoNode;
        --left;
      }
    }
  }

  // Climbs where leaving out would lose more. False: nowhere.
  bool climb(const Ranked& ranked) {
    const int threads = limits_.threads;
    std::vector<std::vector<std::uint32_t>> lost(static_cast<std::size_t>(threads));
    in_parallel(threads, [&](int thread) {
      std::vector<std::uint32_t>& of_item = lost[static_cast<std::size_t>(thread)];
      of_item.assign(ranked.node.size(), 0);
      const auto [begin, end] = slice(ranked.sets.size(), thread, threads);
      Cover found;
      for (std::size_t set = begin; set < end; ++set) {
        cover(ranked, set, found);
        for (std::size_t i = 0; i < found.items.size(); ++i)
          of_item[found.items[i]] += found.gone[i];
      }
    });
    // By the node above: what would be left out of its children, and what showing it in their place gives up.
    std::vector<double> left_out(forest_.size(), 0), given_up(forest_.size(), 0);
    for (std::size_t i = 0; i < ranked.node.size(); ++i) {
      const std::uint32_t node = ranked.node[i], above = forest_.parent[node];
      if (above == kNoNode) continue;
      for (const auto& of_item : lost)
        left_out[above] += of_item[i];
      given_up[above] += ranked.support[i] * (forest_.share[above] - forest_.share[node]);
    }
    std::vector<std::uint8_t> chosen(forest_.size(), 0);
    bool any = false;
    for (std::size_t node = 0; node < forest_.size(); ++node) {
      chosen[node] = left_out[node] > given_up[node];
      any = any || chosen[node] != 0;
    }
    if (!any) return false;
    for (std::uint32_t& node : out_.shown)
      node = highest(node, chosen);
    return true;
  }
  // With all that is below a chosen node it shows the node itself.
  std::uint32_t highest(std::uint32_t node, const std::vector<std::uint8_t>& chosen) const {
    std::uint32_t out = node;
    for (std::uint32_t above = forest_.parent[node]; above != kNoNode; above = forest_.parent[above])
      if (chosen[above]) out = above;
    return out;
  }

  // Leaves items out of sets until no rare combination is left; `whole`: out of every set. False: nothing had to go.
  bool leave_out(Ranked& ranked, bool whole) {
    ++out_.rounds;
    recount(ranked);
    if (whole) return leave_out_everywhere(ranked);
    const int threads = limits_.threads;
    std::vector<ItemSets> parts(static_cast<std::size_t>(threads));
    in_parallel(threads, [&](int thread) {
      const auto [begin, end] = slice(ranked.sets.size(), thread, threads);
      ItemSets& part = parts[static_cast<std::size_t>(thread)];
      Cover found;
      for (std::size_t set = begin; set < end; ++set) {
        cover(ranked, set, found);
        for (std::size_t i = 0; i < found.items.size(); ++i)
          if (!found.gone[i]) part.items.push_back(found.items[i]);
        part.start.push_back(part.items.size());
      }
    });
    const std::size_t before = ranked.sets.items.size();
    ranked.sets = {};
    for (ItemSets& part : parts) {
      const std::uint64_t base = ranked.sets.items.size();
      ranked.sets.items.insert(ranked.sets.items.end(), part.items.begin(), part.items.end());
      for (std::size_t set = 1; set < part.start.size(); ++set)
        ranked.sets.start.push_back(base + part.start[set]);
      part = {};
    }
    if (ranked.sets.items.size() < before) return true;
    return limits_.m >= 3 && leave_out_triples(ranked);
  }

  void recount(Ranked& ranked) {
    std::ranges::fill(ranked.support, 0);
    for (const std::uint32_t item : ranked.sets.items)
      ++ranked.support[item];
    if (limits_.m > 1) pairs_.count(truncated(ranked, common_), common_, limits_.k, limits_.threads);
  }

  // The rarer item of each rare pair goes altogether: ends what passes would not.
  bool leave_out_everywhere(Ranked& ranked) {
    std::vector<std::uint8_t> gone(ranked.node.size(), 0);
    bool any = false;
    Cover found;
    for (std::size_t set = 0; set < ranked.sets.size(); ++set) {
      cover(ranked, set, found);
      for (std::size_t i = 0; i < found.items.size(); ++i)
        if (found.gone[i]) gone[found.items[i]] = 1, any = true;
    }
    if (!any) return limits_.m >= 3 && leave_out_triples(ranked);
    filter(ranked, [&](std::size_t, std::uint32_t item) { return gone[item] == 0; });
    return true;
  }

  template <class Keep>
  static void filter(Ranked& ranked, const Keep& keep) {
    ItemSets kept;
    for (std::size_t set = 0; set < ranked.sets.size(); ++set) {
      for (const std::uint32_t item : ranked.sets.of(set))
        if (keep(set, item)) kept.items.push_back(item);
      kept.start.push_back(kept.items.size());
    }
    ranked.sets = std::move(kept);
  }

  // Combinations of three, by their rarest item: the sets that hold it, and pairs of the others among these. The
  // rarest item of a rare one goes. False: there is none.
  bool leave_out_triples(Ranked& ranked) {
    std::vector<std::vector<std::uint32_t>> holders(ranked.node.size());
    for (std::uint32_t set = 0; set < ranked.sets.size(); ++set)
      for (const std::uint32_t item : ranked.sets.of(set))
        holders[item].push_back(set);
    std::vector<std::pair<std::uint32_t, std::uint32_t>> gone;  // (set, item)
    std::unordered_map<std::uint64_t, std::uint32_t> counts;
    const auto each = [&](std::uint32_t set, std::uint32_t item, const auto& body) {
      const auto items = ranked.sets.of(set);
      for (std::size_t j = 1; j < items.size() && items[j] < item; ++j)
        for (std::size_t i = 0; i < j; ++i)
          if (body(std::uint64_t{items[i]} << 32 | items[j])) return true;
      return false;
    };
    for (std::uint32_t item = 2; item < holders.size(); ++item) {
      counts.clear();
      for (const std::uint32_t set : holders[item])
        each(set, item, [&](std::uint64_t pair) { return ++counts[pair], false; });
      for (const std::uint32_t set : holders[item])
        if (each(set, item, [&](std::uint64_t pair) { return counts[pair] < limits_.k; })) gone.emplace_back(set, item);
    }
    if (gone.empty()) return false;
    std::ranges::sort(gone);
    filter(ranked, [&](std::size_t set, std::uint32_t item) {
      return !std::ranges::binary_search(gone, std::pair(static_cast<std::uint32_t>(set), item));
    });
    return true;
  }

  // What is shown of a set and not in what is left of it was left out; what is left of no set is left out of all.
  void record(const Ranked& ranked) {
    std::vector<std::uint8_t> left(forest_.size(), 0);
    for (const std::uint32_t item : ranked.sets.items)
      left[ranked.node[item]] = 1;
    for (std::uint32_t& node : out_.shown)
      if (node != kNoNode && !left[node]) node = kNoNode;
    std::vector<std::uint32_t> shown, kept;
    for (std::uint32_t set = 0; set < sets_.size(); ++set) {
      shown.clear();
      kept.clear();
      for (const std::uint32_t node : sets_.of(set))
        if (out_.shown[node] != kNoNode) shown.push_back(out_.shown[node]);
      std::ranges::sort(shown);
      shown.erase(std::ranges::unique(shown).begin(), shown.end());
      for (const std::uint32_t item : ranked.sets.of(set))
        kept.push_back(ranked.node[item]);
      std::ranges::sort(kept);
      for (const std::uint32_t node : shown)
        if (!std::ranges::binary_search(kept, node)) out_.removed.emplace_back(set, node);
    }
  }

  const ItemSets& sets_;
  const ItemForest& forest_;
  const KmLimits& limits_;
  std::vector<std::uint32_t> least_;
  KmOutcome out_;
  Pairs pairs_;
  ItemSets scratch_;
  std::size_t common_ = 0;
};

}  // namespace

void ItemSets::close() {
  const auto begin = items.begin() + static_cast<std::ptrdiff_t>(start.back());
  std::sort(begin, items.end());
  items.erase(std::unique(begin, items.end()), items.end());
  start.push_back(items.size());
}

Result<KmOutcome> protect_sets(const ItemSets& sets, const ItemForest& forest, const KmLimits& limits) {
  return Protector(sets, forest, limits).run();
}

}  // namespace sekisho::anonymize::detail
