#include "anonymize/facts.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace sekisho::anonymize::detail {
namespace {

constexpr std::size_t kBlock = 32;  // words counted together

// out &= other; the bits left in each block of words are counted.
__attribute__((always_inline)) inline void intersect_and_count(std::uint64_t* out, const std::uint64_t* other,
                                                               std::size_t words, std::uint32_t* blocks) {
  for (std::size_t begin = 0; begin < words; begin += kBlock) {
    const std::size_t end = std::min(words, begin + kBlock);
    std::uint32_t count = 0;
    for (std::size_t i = begin; i < end; ++i)
      count += static_cast<std::uint32_t>(std::popcount(out[i] &= other[i]));
    *blocks++ = count;
  }
}

using Intersect = void (*)(std::uint64_t*, const std::uint64_t*, std::size_t, std::uint32_t*);

void intersect_plain(std::uint64_t* out, const std::uint64_t* other, std::size_t words, std::uint32_t* blocks) {
  intersect_and_count(out, other, words, blocks);
}

#if defined(__x86_64__)
__attribute__((target("popcnt"))) void intersect_popcnt(std::uint64_t* out, const std::uint64_t* other,
                                                        std::size_t words, std::uint32_t* blocks) {
  intersect_and_count(out, other, words, blocks);
}
const Intersect kIntersect = __builtin_cpu_supports("popcnt") ? intersect_popcnt : intersect_plain;
#else
const Intersect kIntersect = intersect_plain;
#endif

}  // namespace

Facts::Facts(std::span<const std::uint32_t> person, std::span<const std::uint32_t> fact, std::size_t persons,
             std::size_t facts)
    : of_person_(members(person, fact, persons)),
      with_fact_(members(fact, person, facts)),
      bits_(facts),
      words_((persons + 63) / 64) {}

const std::vector<std::uint64_t>& Facts::bits(std::uint32_t fact) {
  std::vector<std::uint64_t>& out = bits_[fact];
  if (out.empty()) {
    out.resize(words_, 0);
    for (const std::uint32_t person : with_fact_.of(fact))
      out[person / 64] |= std::uint64_t{1} << (person % 64);
  }
  return out;
}

void Facts::ask(std::span<const std::uint32_t> known) {
  order_.assign(known.begin(), known.end());
  std::ranges::sort(order_, {}, [&](std::uint32_t fact) { return with_fact_.of(fact).size(); });
  dense_ = many(order_[0]);
  if (dense_) {
    fitting_ = bits(order_[0]);
    before_.assign((words_ + kBlock - 1) / kBlock + 1, 0);
    if (order_.size() == 1) kIntersect(fitting_.data(), bits(order_[0]).data(), words_, before_.data());
    for (std::size_t i = 1; i < order_.size(); ++i)
      kIntersect(fitting_.data(), bits(order_[i]).data(), words_, before_.data());
    std::uint32_t sum = 0;
    for (std::uint32_t& block : before_)
      sum += std::exchange(block, sum);
    count_ = before_.back();
    return;
  }
  const auto rarest = with_fact_.of(order_[0]);
  list_.assign(rarest.begin(), rarest.end());
  for (const std::uint32_t fact : std::span(order_).subspan(1)) {
    if (many(fact)) {
      const std::uint64_t* set = bits(fact).data();
      std::erase_if(list_, [set](std::uint32_t person) { return (set[person / 64] >> (person % 64) & 1) == 0; });
      continue;
    }
    next_.clear();
    std::ranges::set_intersection(list_, with_fact_.of(fact), std::back_inserter(next_));
    list_.swap(next_);
  }
  count_ = list_.size();
}

std::uint32_t Facts::nth(std::size_t n) const {
  if (!dense_) return list_[n];
  const auto block =
      static_cast<std::size_t>(std::ranges::upper_bound(before_.begin(), before_.end() - 1, n) - before_.begin()) - 1;
  n -= before_[block];
  for (std::size_t i = block * kBlock; i < words_; ++i) {
    const auto here = static_cast<std::size_t>(std::popcount(fitting_[i]));
    if (n >= here) {
      n -= here;
      continue;
    }
    std::uint64_t word = fitting_[i];
    for (; n > 0; --n)
      word &= word - 1;
    return static_cast<std::uint32_t>(i * 64 + static_cast<std::size_t>(std::countr_zero(word)));
  }
  return UINT32_MAX;
}

}  // namespace sekisho::anonymize::detail
