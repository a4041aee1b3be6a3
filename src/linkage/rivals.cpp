#include "linkage/rivals.h"

#include <algorithm>
#include <cmath>

namespace sekisho::linkage {
namespace {

constexpr double kLeastAlone = 0.2;  // the share is estimated by a model that may be too sure
constexpr double kMostBits = 30;     // odds beyond add nothing

double odds_of(float weight) {
  return std::exp2(std::min(static_cast<double>(weight), kMostBits));
}

}  // namespace

Rivals::Rivals(const Column& source, const std::vector<Edge>& edges)
    : source_(source.codes), sources_(source.values.size()) {
  totals_.assign(source_.size() * sources_, 0);
  std::vector<double> partners(sources_ * sources_, 0), records(sources_, 0);
  for (const std::uint32_t one : source_)
    ++records[one];
  for (const Edge& edge : edges) {
    const std::uint32_t s = source_[edge.a], t = source_[edge.b];
    if (s == 0 || t == 0 || s == t) continue;
    const double odds = odds_of(edge.weight);
    total(edge.a, t) += odds, total(edge.b, s) += odds;
    partners[s * sources_ + t] += odds / (1 + odds), partners[t * sources_ + s] += odds / (1 + odds);
  }
  for (std::size_t s = 0; s < sources_; ++s)
    for (std::size_t t = 0; t < sources_; ++t)
      alone_.push_back(std::clamp(1 - partners[s * sources_ + t] / std::max(1.0, records[s]), kLeastAlone, 1.0));
}

double Rivals::rest(std::uint32_t group, std::uint32_t other, double own) const {
  const double others = totals_[group * sources_ + other] - own;
  return alone_[source_[group] * sources_ + other] + std::max(others, 0.0);
}

float Rivals::bits(std::uint32_t a, std::uint32_t b, float weight) const {
  const std::uint32_t s = source_[a], t = source_[b];
  if (s == 0 || t == 0 || s == t || std::isinf(weight)) return 0;
  const double own = odds_of(weight);
  return static_cast<float>(-std::log2(rest(a, t, own)) - std::log2(rest(b, s, own)));
}

}  // namespace sekisho::linkage
