// modules: linkage
// Dice of 1024-bit filters on one core, threshold decided inside: millions of pairs per second of CPU time of each
// version, beside two rivals in the same run: a loop of popcounts over rows as libraries write it, with the POPCNT
// instruction and without.
//   bench_linkage [FILTERS]
#include <fmt/format.h>

#include <bit>
#include <ctime>
#include <string>

#include "core/random.h"
#include "linkage/dice.h"

using namespace sekisho;
using namespace sekisho::linkage;

namespace {

std::vector<Filter> random_filters(std::size_t count, std::uint64_t seed) {
  SeededRandom random(seed);
  std::vector<Filter> out(count);
  for (Filter& filter : out)
    for (std::uint64_t& word : filter)
      word = random.next() & random.next();  // a quarter of the bits, as filters have
  return out;
}

template <class Work>
double seconds_of(Work work) {
  const std::clock_t begin = std::clock();
  work();
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

using Rows = std::vector<Filter>;
inline __attribute__((always_inline)) std::size_t rows(const Rows& a, const Rows& b,
                                                       const std::vector<std::uint32_t>& in_a,
                                                       const std::vector<std::uint32_t>& in_b, double threshold) {
  std::size_t found = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; j < b.size(); ++j) {
      int common = 0;
      for (std::size_t w = 0; w < kFilterWords; ++w)
        common += std::popcount(a[i][w] & b[j][w]);
      found += 2.0 * common >= threshold * (in_a[i] + in_b[j]);
    }
  return found;
}
__attribute__((target("popcnt"))) std::size_t rows_popcnt(const Rows& a, const Rows& b,
                                                          const std::vector<std::uint32_t>& in_a,
                                                          const std::vector<std::uint32_t>& in_b, double threshold) {
  return rows(a, b, in_a, in_b, threshold);
}
__attribute__((noinline)) std::size_t rows_portable(const Rows& a, const Rows& b,
                                                    const std::vector<std::uint32_t>& in_a,
                                                    const std::vector<std::uint32_t>& in_b, double threshold) {
  return rows(a, b, in_a, in_b, threshold);
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t count = argc > 1 ? std::stoul(argv[1]) : 2000;
  const Rows a = random_filters(20'000, 1), b = random_filters(count, 2);
  std::vector<std::uint32_t> in_a, in_b;
  for (const Filter& filter : a)
    in_a.push_back(ones(filter));
  for (const Filter& filter : b)
    in_b.push_back(ones(filter));
  constexpr double kThreshold = 0.8;
  const double pairs = static_cast<double>(a.size()) * static_cast<double>(b.size()) / 1e6;
  double best_rival = 0;
  const auto report = [&](const std::string& name, auto work) {
    double rate = 0;
    std::size_t found = 0;
    for (int round = 0; round < 3; ++round)
      rate = std::max(rate, pairs / seconds_of([&] { found = work(); }));
    if (name.starts_with("rival")) best_rival = std::max(best_rival, rate);
    fmt::print("{:<20} {:>8.1f} M/s  {:>5.2f} x the faster rival  ({} hits)\n", name, rate, rate / best_rival, found);
  };
  report("rival, portable", [&] { return rows_portable(a, b, in_a, in_b, kThreshold); });
  report("rival, POPCNT", [&] { return rows_popcnt(a, b, in_a, in_b, kThreshold); });
  const FilterGroups groups(b);
  for (const DiceVersion& version : dice_versions()) {
    if (!version.usable) continue;
    report(version.name, [&] {
      std::vector<Hit> hits;
      for (std::size_t i = 0; i < a.size(); i += 4)
        version.kernel(std::span(a).subspan(i, std::min<std::size_t>(4, a.size() - i)), static_cast<std::uint32_t>(i),
                       groups, 0, groups.groups(), threshold_steps(kThreshold), hits);
      return hits.size();
    });
  }
}
