#include "linkage/company.h"

#include <algorithm>

namespace sekisho::linkage {

Company::Company(const Column& household, const Column& source) : home_(household.codes.size(), 0), members_(1, 0) {
  std::unordered_map<std::uint64_t, std::uint32_t> known;
  for (std::size_t group = 0; group < home_.size(); ++group) {
    if (household.codes[group] == 0) continue;
    const std::uint64_t key = std::uint64_t{household.codes[group]} << 32 | (source.present ? source.codes[group] : 0);
    const auto [at, fresh] = known.emplace(key, static_cast<std::uint32_t>(members_.size()));
    if (fresh) members_.push_back(0);
    home_[group] = at->second;
    ++members_[at->second];
  }
}

void Company::learn(const std::vector<Edge>& edges) {
  learned_ = true;
  met_.clear();
  for (const Edge& edge : edges) {
    std::uint32_t a = edge.a, b = edge.b;
    if (edge.weight <= 0 || alone(home_[a]) || alone(home_[b]) || home_[a] == home_[b]) continue;
    if (home_[a] > home_[b]) std::swap(a, b);
    auto& met = met_[std::uint64_t{home_[a]} << 32 | home_[b]];
    if (met.size() < kMostMet) met.emplace_back(a, b);
  }
}

int Company::level(std::uint32_t a, std::uint32_t b) const {
  if (home_[a] == 0 || home_[b] == 0) return 0;
  if (home_[a] == home_[b]) return 1;
  if (!learned_ || alone(home_[a]) || alone(home_[b])) return 0;
  if (home_[a] > home_[b]) std::swap(a, b);
  const auto met = met_.find(std::uint64_t{home_[a]} << 32 | home_[b]);
  const auto others = [&](const auto& pair) { return pair.first != a && pair.second != b; };
  return met != met_.end() && std::ranges::any_of(met->second, others) ? 2 : 3;
}

}  // namespace sekisho::linkage
