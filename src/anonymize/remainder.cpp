#include "anonymize/remainder.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <utility>

#include "anonymize/models.h"

namespace sekisho::anonymize::detail {
namespace {

// By so much a slope is too low, so that sums of shares that are off by their last digits rule nothing out.
constexpr double kCaution = 1e-9;

double sign(double value) {
  return value > 0 ? 1 : value < 0 ? -1 : 0;
}

// Shares above `allowed(value)`, `t` of them in all.
template <class Allowed>
std::vector<double> surplus_slope(const std::vector<std::uint32_t>& counts, const std::vector<std::uint32_t>& touched,
                                  double total, double t, const Allowed& allowed) {
  std::vector<double> out;
  double level = t + kCaution;
  for (const std::uint32_t v : touched) {
    const bool above = counts[v] / total > allowed(v);
    out.push_back(above ? 1 : 0);
    if (above) level += allowed(v);
  }
  for (double& slope : out)
    slope -= level;
  return out;
}

}  // namespace

std::size_t must_go(std::span<const std::uint32_t> counts, std::span<const double> slope) {
  double room = 0, lost = 0;
  std::vector<std::pair<double, std::uint32_t>> steep;  // slope, persons
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (slope[i] <= 0)
      room -= slope[i] * counts[i];
    else
      steep.emplace_back(slope[i], counts[i]);
  }
  std::ranges::sort(steep);
  for (const auto& [rise, count] : steep) {
    const double kept = std::min<double>(count, room / rise);
    room -= kept * rise;
    lost += count - kept;
  }
  // Sums of fractions may be off by their last digits: never one too many.
  return static_cast<std::size_t>(std::ceil(std::max(0.0, lost - 1e-6)));
}

// How much farther a class is from the whole for each share of a value: the distance is the sum of the cuts between
// values, or of the branches of a tree, each as long as the shares on its two sides differ.
std::vector<double> ModelSet::cut_slope(const One& one, const std::vector<std::uint32_t>& counts,
                                        const std::vector<std::uint32_t>& touched, double total) const {
  const std::vector<double>& q = shares_[static_cast<std::size_t>(one.histogram)];
  std::vector<double> of_value(q.size(), 0), net(q.size());
  if (one.model.distance == Model::Distance::kOrdered) {
    if (q.size() < 2) return std::vector<double>(touched.size(), 0);
    for (std::size_t v = 0; v < q.size(); ++v)
      net[one.order[v]] = counts[v] / total - q[v];
    std::partial_sum(net.begin(), net.end(), net.begin());
    std::vector<double> of_place(q.size(), 0);
    for (std::size_t place = q.size() - 1; place-- > 0;)
      of_place[place] = of_place[place + 1] + sign(net[place]) / static_cast<double>(q.size() - 1);
    for (std::size_t v = 0; v < q.size(); ++v)
      of_value[v] = of_place[one.order[v]];
  } else {
    const std::size_t height = one.ancestors.size() - 1;
    for (std::size_t level = 0; level < height; ++level) {
      net.assign(one.labels[level], 0);
      for (std::size_t v = 0; v < q.size(); ++v)
        net[one.ancestors[level][v]] += counts[v] / total - q[v];
      for (std::size_t v = 0; v < q.size(); ++v)
        of_value[v] += sign(net[one.ancestors[level][v]]) / (2 * static_cast<double>(height));
    }
  }
  double level = one.model.threshold + kCaution;
  for (std::size_t v = 0; v < q.size(); ++v)
    level += of_value[v] * q[v];
  std::vector<double> out;
  for (const std::uint32_t v : touched)
    out.push_back(of_value[v] - level);
  return out;
}

std::vector<double> ModelSet::slope(const One& one, const std::vector<std::uint32_t>& counts,
                                    const std::vector<std::uint32_t>& touched, double total) const {
  const Model& model = one.model;
  const std::vector<double>& q = shares_[static_cast<std::size_t>(one.histogram)];
  std::vector<double> out;
  switch (model.kind) {
    case Model::Kind::kCloseness:
      if (model.distance == Model::Distance::kEqual)
        return surplus_slope(counts, touched, total, model.threshold, [&](std::uint32_t v) { return q[v]; });
      return cut_slope(one, counts, touched, total);
    case Model::Kind::kBetaLikeness:
      return surplus_slope(counts, touched, total, 0, [&](std::uint32_t v) {
        return q[v] * (1 + (model.enhanced ? std::min(model.threshold, -std::log(q[v])) : model.threshold));
      });
    case Model::Kind::kEntropyDiversity:
      for (const std::uint32_t v : touched)
        out.push_back(std::log(model.threshold * counts[v] / total) - kCaution);
      return out;
    default:
      break;
  }
  // Recursive diversity: the most frequent less c times all but the l - 1 most frequent.
  if (static_cast<std::int64_t>(touched.size()) < model.bound) return std::vector<double>(touched.size(), 1);
  std::vector<std::size_t> falling(touched.size());
  std::iota(falling.begin(), falling.end(), std::size_t{0});
  std::ranges::sort(falling, std::greater(), [&](std::size_t i) { return counts[touched[i]]; });
  out.assign(touched.size(), -kCaution);
  out[falling[0]] += 1;
  for (std::size_t i = static_cast<std::size_t>(model.bound) - 1; i < falling.size(); ++i)
    out[falling[i]] -= model.threshold;
  return out;
}

}  // namespace sekisho::anonymize::detail
