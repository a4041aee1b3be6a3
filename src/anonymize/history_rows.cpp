#include "anonymize/history_rows.h"

#include <algorithm>

namespace sekisho::anonymize::detail {
namespace {

constexpr std::uint32_t kNone = UINT32_MAX;

}  // namespace

std::size_t RowCombinations::Hash::operator()(const Key& key) const {
  std::uint64_t h = 0x9E3779B97F4A7C15;
  for (const std::uint32_t item : key)
    h = (h ^ item) * 0xD6E8FEB86659FD93, h ^= h >> 32;
  return h;
}

// Single items too: they tell how many persons have each.
template <class Body>
void RowCombinations::each(std::span<const std::uint32_t> items, const Body& body) const {
  std::vector<std::uint32_t> rising(items.begin(), items.end());
  std::ranges::sort(rising);
  for (std::size_t i = 0; i < rising.size(); ++i) {
    body(Key{rising[i], kNone, kNone});
    for (std::size_t j = i + 1; m_ > 1 && j < rising.size(); ++j) {
      body(Key{rising[i], rising[j], kNone});
      for (std::size_t l = j + 1; m_ > 2 && l < rising.size(); ++l)
        body(Key{rising[i], rising[j], rising[l]});
    }
  }
}

void RowCombinations::add(std::span<const std::uint32_t> items) {
  each(items, [&](const Key& key) { of_person_.push_back(key); });
}

void RowCombinations::close() {
  std::ranges::sort(of_person_);
  of_person_.erase(std::ranges::unique(of_person_).begin(), of_person_.end());
  for (const Key& key : of_person_)
    ++persons_[key];
  of_person_.clear();
}

void RowCombinations::rare(std::span<const std::uint32_t> items, std::uint32_t k,
                           std::vector<std::uint32_t>& out) const {
  each(items, [&](const Key& key) {
    if (key[1] == kNone || persons_.at(key) >= k) return;
    std::uint32_t least = key[0];
    for (const std::uint32_t item : key)
      if (item != kNone && persons_.at({item, kNone, kNone}) < persons_.at({least, kNone, kNone})) least = item;
    out.push_back(least);
  });
}

}  // namespace sekisho::anonymize::detail
