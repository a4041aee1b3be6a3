#include "linkage/dice.h"

#include <immintrin.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <numeric>
#include <thread>

namespace sekisho::linkage {

std::uint32_t ones(const Filter& filter) {
  int sum = 0;
  for (const std::uint64_t word : filter)
    sum += std::popcount(word);
  return static_cast<std::uint32_t>(sum);
}

double dice(const Filter& a, const Filter& b) {
  int common = 0;
  for (std::size_t w = 0; w < kFilterWords; ++w)
    common += std::popcount(a[w] & b[w]);
  const std::uint32_t sum = ones(a) + ones(b);
  return sum == 0 ? 0 : 2.0 * common / sum;
}

std::uint64_t threshold_steps(double threshold) {
  return static_cast<std::uint64_t>(std::llround(std::clamp(threshold, 1.0 / kThresholdSteps, 1.0) * kThresholdSteps));
}

FilterGroups::FilterGroups(std::span<const Filter> filters) {
  const std::size_t groups = (filters.size() + kLanes - 1) / kLanes;
  lines_.resize(groups * kFilterWords);
  ones_.resize(groups * kLanes, 0);
  for (std::size_t i = 0; i < filters.size(); ++i) {
    ones_[i] = linkage::ones(filters[i]);
    for (std::size_t w = 0; w < kFilterWords; ++w)
      lines_[i / kLanes * kFilterWords + w].lane[i % kLanes] = filters[i][w];
  }
}

namespace {

constexpr std::size_t kTile = 4;  // filters a that share one pass over a group
constexpr std::size_t kLanes = FilterGroups::kLanes;
constexpr int kStepBits = 21;  // 2 * common * 2^20 >= steps * (ones a + ones b)

void append(std::vector<Hit>& hits, std::uint32_t a, std::size_t group, unsigned mask, const std::uint64_t* common) {
  for (; mask != 0; mask &= mask - 1) {
    const auto lane = static_cast<std::size_t>(std::countr_zero(mask));
    if (common[lane] > 0)
      hits.push_back({a, static_cast<std::uint32_t>(group * kLanes + lane), static_cast<std::uint32_t>(common[lane])});
  }
}

// What each a adds to the right side of the comparison.
std::array<std::uint64_t, kTile> needs(std::span<const Filter> a, std::uint64_t steps) {
  std::array<std::uint64_t, kTile> out{};
  for (std::size_t i = 0; i < a.size(); ++i)
    out[i] = ones(a[i]) * steps;
  return out;
}

void scan_plain(std::span<const Filter> a, std::uint32_t first_a, const FilterGroups& b, std::size_t begin,
                std::size_t end, std::uint64_t steps, std::vector<Hit>& hits) {
  const auto need = needs(a, steps);
  for (std::size_t group = begin; group < end; ++group) {
    const std::uint64_t* const words = b.words(group);
    const std::uint64_t* const ones_b = b.ones(group);
    for (std::size_t i = 0; i < a.size(); ++i) {
      std::uint64_t common[kLanes] = {};
      for (std::size_t w = 0; w < kFilterWords; ++w)
        for (std::size_t lane = 0; lane < kLanes; ++lane)
          common[lane] += static_cast<std::uint64_t>(std::popcount(a[i][w] & words[w * kLanes + lane]));
      unsigned mask = 0;
      for (std::size_t lane = 0; lane < kLanes; ++lane)
        mask |= static_cast<unsigned>((common[lane] << kStepBits) >= need[i] + ones_b[lane] * steps) << lane;
      if (mask != 0) append(hits, first_a + static_cast<std::uint32_t>(i), group, mask, common);
    }
  }
}

// AVX2 has no popcount: sixteen words are first added bit by bit (carry-save adders), and only five sums are counted by
// table look-ups of half bytes.
#define SEKISHO_AVX2 __attribute__((target("avx2"), always_inline)) inline
struct Sum {
  __m256i carry, sum;
};
SEKISHO_AVX2 Sum add_bits(__m256i a, __m256i b, __m256i c) {
  const __m256i either = _mm256_xor_si256(a, b);
  return {_mm256_or_si256(_mm256_and_si256(a, b), _mm256_and_si256(either, c)), _mm256_xor_si256(either, c)};
}
SEKISHO_AVX2 __m256i count_bytes(__m256i bits) {
  const __m256i table = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,  //
                                         0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
  const __m256i low = _mm256_set1_epi8(15);
  return _mm256_add_epi8(_mm256_shuffle_epi8(table, _mm256_and_si256(bits, low)),
                         _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16(bits, 4), low)));
}
// Bits that `a` shares with each of four filters, by 64-bit lanes.
SEKISHO_AVX2 __m256i common_of_four(const Filter& a, const std::uint64_t* words) {
  const auto both = [&](std::size_t w) __attribute__((target("avx2"), always_inline)) {
    return _mm256_and_si256(_mm256_set1_epi64x(static_cast<long long>(a[w])),
                            _mm256_load_si256(reinterpret_cast<const __m256i*>(words + w * kLanes)));
  };
  __m256i one = both(0), two = _mm256_setzero_si256(), four = two;
  __m256i eights[2];
  for (std::size_t half = 0; half < 2; ++half) {
    __m256i fours[2];
    for (std::size_t quarter = 0; quarter < 2; ++quarter) {
      const std::size_t w = half * 8 + quarter * 4;
      // Word 0 is where `one` began; the last quarter adds a zero in its place.
      const __m256i last = w + 4 < kFilterWords ? both(w + 4) : _mm256_setzero_si256();
      const Sum x = add_bits(one, both(w + 1), both(w + 2)), y = add_bits(x.sum, both(w + 3), last);
      const Sum z = add_bits(two, x.carry, y.carry);
      one = y.sum, two = z.sum, fours[quarter] = z.carry;
    }
    const Sum z = add_bits(four, fours[0], fours[1]);
    four = z.sum, eights[half] = z.carry;
  }
  // Sixteens come only from both eights; all five sums are weighed in bytes: 8 * (1 + 2 + 4 + 8 + 8) fits.
  __m256i bytes = _mm256_add_epi8(count_bytes(eights[0]), count_bytes(eights[1]));
  bytes = _mm256_add_epi8(_mm256_add_epi8(bytes, bytes), count_bytes(four));
  bytes = _mm256_add_epi8(_mm256_add_epi8(bytes, bytes), count_bytes(two));
  bytes = _mm256_add_epi8(_mm256_add_epi8(bytes, bytes), count_bytes(one));
  return _mm256_sad_epu8(bytes, _mm256_setzero_si256());
}

__attribute__((target("avx2"))) void scan_avx2(std::span<const Filter> a, std::uint32_t first_a, const FilterGroups& b,
                                               std::size_t begin, std::size_t end, std::uint64_t steps,
                                               std::vector<Hit>& hits) {
  const auto need = needs(a, steps);
  alignas(32) std::uint64_t common[kLanes];
  for (std::size_t group = begin; group < end; ++group) {
    const std::uint64_t* const words = b.words(group);
    __m256i of_b[2];  // one less, because the comparison is >
    for (std::size_t half = 0; half < 2; ++half)
      of_b[half] = _mm256_sub_epi64(
          _mm256_mul_epu32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(b.ones(group) + half * 4)),
                           _mm256_set1_epi64x(static_cast<long long>(steps))),
          _mm256_set1_epi64x(1));
    for (std::size_t i = 0; i < a.size(); ++i) {
      unsigned mask = 0;
      for (std::size_t half = 0; half < 2; ++half) {
        const __m256i count = common_of_four(a[i], words + half * 4);
        const __m256i enough =
            _mm256_cmpgt_epi64(_mm256_slli_epi64(count, kStepBits),
                               _mm256_add_epi64(of_b[half], _mm256_set1_epi64x(static_cast<long long>(need[i]))));
        _mm256_store_si256(reinterpret_cast<__m256i*>(common + half * 4), count);
        mask |= static_cast<unsigned>(_mm256_movemask_pd(_mm256_castsi256_pd(enough))) << (half * 4);
      }
      if (mask != 0) append(hits, first_a + static_cast<std::uint32_t>(i), group, mask, common);
    }
  }
}

// N filters against G groups at a time: each loaded word serves several pairs.
#define SEKISHO_AVX512 __attribute__((target("avx512f,avx512vpopcntdq")))
struct Scan {
  const FilterGroups& b;
  std::uint64_t steps;
  std::vector<Hit>& hits;
};
template <std::size_t N, std::size_t G>
SEKISHO_AVX512 void scan_block(const Filter* a, const std::uint64_t* need, std::uint32_t first_a, std::size_t group,
                               const Scan& scan) {
  constexpr __mmask8 kAll = 0xFF;  // masked forms: the plain ones make g++ 12 warn of its own header
  const std::uint64_t* const words = scan.b.words(group);
  __m512i count[N][G];
  for (auto& row : count)
    for (__m512i& one : row)
      one = _mm512_setzero_si512();
#pragma GCC unroll 1
  for (std::size_t w = 0; w < kFilterWords; ++w) {
    __m512i of_b[G];
#pragma GCC unroll 8
    for (std::size_t g = 0; g < G; ++g)
      of_b[g] = _mm512_load_si512(words + (g * kFilterWords + w) * kLanes);
#pragma GCC unroll 8
    for (std::size_t i = 0; i < N; ++i) {
      const __m512i of_a = _mm512_set1_epi64(static_cast<long long>(a[i][w]));
#pragma GCC unroll 8
      for (std::size_t g = 0; g < G; ++g)
        count[i][g] = _mm512_add_epi64(count[i][g], _mm512_popcnt_epi64(_mm512_and_si512(of_b[g], of_a)));
    }
  }
  const __m512i step = _mm512_set1_epi64(static_cast<long long>(scan.steps));
  for (std::size_t g = 0; g < G; ++g) {
    const __m512i of_b = _mm512_maskz_mul_epu32(kAll, _mm512_loadu_si512(scan.b.ones(group + g)), step);
    for (std::size_t i = 0; i < N; ++i) {
      const __m512i least = _mm512_add_epi64(of_b, _mm512_set1_epi64(static_cast<long long>(need[i])));
      const __mmask8 mask = _mm512_cmpge_epi64_mask(_mm512_maskz_slli_epi64(kAll, count[i][g], kStepBits), least);
      if (mask == 0) [[likely]]
        continue;
      alignas(64) std::uint64_t common[kLanes];
      _mm512_store_si512(common, count[i][g]);
      append(scan.hits, first_a + static_cast<std::uint32_t>(i), group + g, mask, common);
    }
  }
}

SEKISHO_AVX512 void scan_avx512(std::span<const Filter> a, std::uint32_t first_a, const FilterGroups& b,
                                std::size_t begin, std::size_t end, std::uint64_t steps, std::vector<Hit>& hits) {
  constexpr std::size_t kGroups = 2;
  const auto need = needs(a, steps);
  const Scan scan{b, steps, hits};
  std::size_t group = begin;
  if (a.size() == kTile) {
    for (; group + kGroups <= end; group += kGroups)
      scan_block<kTile, kGroups>(a.data(), need.data(), first_a, group, scan);
  }
  for (; group < end; ++group)
    for (std::size_t i = 0; i < a.size(); ++i)
      scan_block<1, 1>(&a[i], &need[i], first_a + static_cast<std::uint32_t>(i), group, scan);
}

// Order of filters by their number of ones, and those numbers in that order.
struct ByOnes {
  std::vector<std::uint32_t> place, ones;
  std::vector<Filter> filters;
  explicit ByOnes(std::span<const Filter> all) : place(all.size()) {
    std::vector<std::uint32_t> count;
    count.reserve(all.size());
    for (const Filter& filter : all)
      count.push_back(linkage::ones(filter));
    std::iota(place.begin(), place.end(), 0u);
    std::ranges::stable_sort(place, {}, [&](std::uint32_t i) { return count[i]; });
    for (const std::uint32_t i : place)
      ones.push_back(count[i]), filters.push_back(all[i]);
  }
};

}  // namespace

std::span<const DiceVersion> dice_versions() {
  static const DiceVersion versions[] = {
      {"plain", true, scan_plain},
      {"avx2", __builtin_cpu_supports("avx2") != 0, scan_avx2},
      {"avx512-vpopcntdq", __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512vpopcntdq") != 0,
       scan_avx512},
  };
  return versions;
}

const DiceVersion& best_dice() {
  const auto versions = dice_versions();
  for (std::size_t i = versions.size(); i-- > 0;)
    if (versions[i].usable) return versions[i];
  return versions[0];
}

DiceResult all_above(std::span<const Filter> a, std::span<const Filter> b, double threshold, std::size_t most,
                     const DiceVersion& version, unsigned threads) {
  constexpr std::size_t kBlock = 256;  // groups that stay in the cache while all of a passes
  const std::uint64_t steps = threshold_steps(threshold);
  const ByOnes left(a), right(b);
  const FilterGroups groups(right.filters);
  const auto share = static_cast<double>(steps) / kThresholdSteps;
  std::atomic<std::size_t> next = 0, found = 0;
  std::atomic<std::uint64_t> compared = 0;
  std::atomic<bool> complete = true;
  std::vector<std::vector<Hit>> hits(std::max(1u, threads));
  const auto work = [&](std::vector<Hit>& own) {
    for (std::size_t block = next++; block * kBlock < groups.groups(); block = next++) {
      const std::size_t end_block = std::min(groups.groups(), (block + 1) * kBlock);
      for (std::size_t i = 0; i < left.filters.size() && complete; i += kTile) {
        const std::size_t count = std::min(kTile, left.filters.size() - i);
        // Dice >= t needs ones(b) in [ones(a) t / (2 - t), ones(a) (2 - t) / t]; one more on each side for rounding.
        const double low = left.ones[i] * share / (2 - share) - 1,
                     high = left.ones[i + count - 1] * (2 - share) / share + 1;
        const auto first = static_cast<std::size_t>(
            std::ranges::lower_bound(right.ones, low, {}, [](std::uint32_t n) { return static_cast<double>(n); }) -
            right.ones.begin());
        const auto last = static_cast<std::size_t>(
            std::ranges::upper_bound(right.ones, high, {}, [](std::uint32_t n) { return static_cast<double>(n); }) -
            right.ones.begin());
        const std::size_t begin = std::max(block * kBlock, first / kLanes),
                          end = std::min(end_block, (last + kLanes - 1) / kLanes);
        if (begin >= end) continue;
        const std::size_t before = own.size();
        version.kernel(std::span(left.filters).subspan(i, count), static_cast<std::uint32_t>(i), groups, begin, end,
                       steps, own);
        compared += (end - begin) * kLanes * count;
        if ((found += own.size() - before) > most) complete = false;
      }
    }
  };
  std::vector<std::thread> helpers;
  for (std::size_t t = 1; t < hits.size(); ++t)
    helpers.emplace_back(work, std::ref(hits[t]));
  work(hits[0]);
  for (std::thread& helper : helpers)
    helper.join();
  DiceResult result{.hits = {}, .compared = compared, .complete = complete};
  for (const std::vector<Hit>& own : hits)
    for (const Hit& hit : own)
      result.hits.push_back({left.place[hit.a], right.place[hit.b], hit.common});
  std::ranges::sort(result.hits, [](const Hit& x, const Hit& y) { return x.a != y.a ? x.a < y.a : x.b < y.b; });
  return result;
}

}  // namespace sekisho::linkage
