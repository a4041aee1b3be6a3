#include "linkage/cluster.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <map>
#include <queue>
#include <thread>
#include <tuple>

#include "linkage/components.h"

namespace sekisho::linkage {
namespace {

constexpr float kMost = 14, kLeast = -14;  // bits that one pair may add: one field cannot outvote a whole cluster
constexpr std::size_t kSample = 48;        // members of a large cluster that are compared

// What a pair adds to the mean of two clusters. An impossible pair (minus infinity) stays so in every mean: no number
// of good pairs outvotes it.
double bits_of(float weight) {
  return std::isinf(weight) ? static_cast<double>(weight) : static_cast<double>(std::clamp(weight, kLeast, kMost));
}

struct Cluster {
  std::vector<std::uint32_t> members;     // by rank
  std::map<std::uint32_t, double> means;  // neighbouring cluster -> mean weight
  std::uint32_t version = 0;
  bool alive = true;
};

struct Proposal {
  double mean;
  std::uint32_t rank_a, rank_b, a, b, version_a, version_b;
  bool operator<(const Proposal& other) const {
    if (mean != other.mean) return mean < other.mean;
    return std::pair(rank_a, rank_b) > std::pair(other.rank_a, other.rank_b);
  }
};

class Component {
 public:
  Component(std::vector<std::uint32_t> nodes, const std::vector<Edge>& edges, std::size_t begin, std::size_t end,
            const std::function<float(std::uint32_t, std::uint32_t)>& weight, const std::vector<std::uint32_t>& rank,
            double threshold, const Constraints& constraints)
      : nodes_(std::move(nodes)), weight_(weight), rank_(rank), threshold_(threshold), constraints_(constraints) {
    std::ranges::sort(nodes_, {}, [&](std::uint32_t node) { return rank_[node]; });
    clusters_.resize(nodes_.size());
    std::map<std::uint32_t, std::uint32_t> place;
    for (std::uint32_t i = 0; i < nodes_.size(); ++i)
      clusters_[i].members = {nodes_[i]}, place[nodes_[i]] = i;
    for (std::size_t e = begin; e < end; ++e) {
      const std::uint32_t a = place[edges[e].a], b = place[edges[e].b];
      const double bits = bits_of(edges[e].weight);
      clusters_[a].means[b] = bits, clusters_[b].means[a] = bits;
    }
    obey(place);
    for (std::uint32_t i = 0; i < clusters_.size(); ++i)
      for (const auto& [j, mean] : clusters_[i].means)
        if (i < j) propose(i, j, mean);
  }

  void run() {
    while (!queue_.empty()) {
      const Proposal best = queue_.top();
      queue_.pop();
      if (!clusters_[best.a].alive || !clusters_[best.b].alive || clusters_[best.a].version != best.version_a ||
          clusters_[best.b].version != best.version_b)
        continue;
      join(best.a, best.b);
    }
  }
  template <class Visit>
  void each(Visit visit) const {
    for (const Cluster& cluster : clusters_)
      if (cluster.alive) visit(cluster.members);
  }

 private:
  // Joins what people decided to be one, in an order that does not depend on numbers of nodes.
  void obey(const std::map<std::uint32_t, std::uint32_t>& place) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
    for (const std::uint32_t node : nodes_) {
      const auto own = std::ranges::equal_range(constraints_.together, node, {}, [](const auto& p) { return p.first; });
      for (const auto& [a, b] : own)
        pairs.push_back(std::minmax(place.at(a), place.at(b)));
    }
    std::ranges::sort(pairs);
    for (const auto& [a, b] : pairs) {
      const std::uint32_t x = where(a), y = where(b);
      if (x != y && !torn(clusters_[x], clusters_[y])) join(std::min(x, y), std::max(x, y));
    }
  }
  std::uint32_t where(std::uint32_t place) const {
    for (std::uint32_t i = 0; i < clusters_.size(); ++i)
      if (clusters_[i].alive && std::ranges::find(clusters_[i].members, nodes_[place]) != clusters_[i].members.end())
        return i;
    return place;
  }
  bool torn(const Cluster& a, const Cluster& b) const {
    if (constraints_.apart.empty()) return false;
    for (const std::uint32_t x : a.members)
      if (constraints_.torn[x])
        for (const std::uint32_t y : b.members)
          if (constraints_.forbids(x, y)) return true;
    return false;
  }
  void propose(std::uint32_t a, std::uint32_t b, double mean) {
    if (mean > threshold_) queue_.push({mean, a, b, a, b, clusters_[a].version, clusters_[b].version});
  }
  double mean_of(const Cluster& a, const Cluster& b) const {
    if (torn(a, b)) return -std::numeric_limits<double>::infinity();
    const std::size_t step_a = (a.members.size() + kSample - 1) / kSample,
                      step_b = (b.members.size() + kSample - 1) / kSample;
    double sum = 0, count = 0;
    for (std::size_t i = 0; i < a.members.size(); i += step_a)
      for (std::size_t j = 0; j < b.members.size(); j += step_b)
        sum += bits_of(weight_(a.members[i], b.members[j])), ++count;
    return sum / count;
  }
  void join(std::uint32_t a, std::uint32_t b) {  // a < b
    Cluster &x = clusters_[a], &y = clusters_[b];
    const auto size_x = static_cast<double>(x.members.size()), size_y = static_cast<double>(y.members.size());
    std::map<std::uint32_t, double> means;
    for (const Cluster* side : {&x, &y})
      for (const auto& [c, mean] : side->means)
        if (c != a && c != b) means[c] = 0;
    for (auto& [c, mean] : means) {
      const auto from_x = x.means.find(c), from_y = y.means.find(c);
      const double of_x = from_x != x.means.end() ? from_x->second : mean_of(x, clusters_[c]);
      const double of_y = from_y != y.means.end() ? from_y->second : mean_of(y, clusters_[c]);
      mean = (of_x * size_x + of_y * size_y) / (size_x + size_y);
    }
    x.members.insert(x.members.end(), y.members.begin(), y.members.end());
    std::ranges::sort(x.members, {}, [&](std::uint32_t node) { return rank_[node]; });
    x.means = std::move(means);
    ++x.version;
    y.alive = false;
    y.members.clear();
    y.means.clear();
    for (const auto& [c, mean] : x.means) {
      clusters_[c].means.erase(b);
      clusters_[c].means[a] = mean;
      propose(std::min(a, c), std::max(a, c), mean);
    }
  }

  std::vector<std::uint32_t> nodes_;
  const std::function<float(std::uint32_t, std::uint32_t)>& weight_;
  const std::vector<std::uint32_t>& rank_;
  double threshold_;
  const Constraints& constraints_;
  std::vector<Cluster> clusters_;
  std::priority_queue<Proposal> queue_;
};

}  // namespace

void Constraints::prepare() {
  for (auto* side : {&together, &apart}) {
    std::ranges::sort(*side);
    side->erase(std::ranges::unique(*side).begin(), side->end());
  }
  for (const auto& [a, b] : apart) {
    if (torn.size() <= b) torn.resize(std::size_t{b} + 1);
    torn[a] = torn[b] = true;
  }
}

bool Constraints::forbids(std::uint32_t a, std::uint32_t b) const {
  if (apart.empty() || a >= torn.size() || b >= torn.size() || !torn[a] || !torn[b]) return false;
  return std::ranges::binary_search(apart, std::pair(std::min(a, b), std::max(a, b)));
}

std::vector<std::uint32_t> cluster(std::size_t nodes, const std::vector<Edge>& edges,
                                   const std::function<float(std::uint32_t, std::uint32_t)>& weight,
                                   const std::vector<std::uint32_t>& rank, double threshold_bits,
                                   const Constraints& constraints) {
  Components components(nodes);
  for (const auto& [a, b] : constraints.together)
    components.join(a, b);
  for (const Edge& edge : edges)
    if (edge.weight > threshold_bits) components.join(edge.a, edge.b);
  std::vector<std::uint32_t> out(nodes);
  for (std::uint32_t node = 0; node < nodes; ++node)
    out[node] = components.find(node);
  // Edges and nodes by component; components of one or two nodes are done.
  std::vector<std::uint32_t> size(nodes, 0);
  for (const std::uint32_t root : out)
    ++size[root];
  // Two nodes are one person when they are a component, unless people said otherwise.
  const auto whole = [&](std::uint32_t root) { return size[root] > 2 || (size[root] == 2 && !constraints.empty()); };
  std::vector<Edge> inner;
  for (const Edge& edge : edges)
    if (out[edge.a] == out[edge.b] && whole(out[edge.a])) inner.push_back(edge);
  std::ranges::sort(inner, [&](const Edge& x, const Edge& y) {
    return std::tuple(out[x.a], x.a, x.b) < std::tuple(out[y.a], y.a, y.b);
  });
  std::vector<std::pair<std::uint32_t, std::uint32_t>> members;  // (root, node)
  for (std::uint32_t node = 0; node < nodes; ++node)
    if (whole(out[node])) members.emplace_back(out[node], node);
  std::ranges::sort(members);
  std::vector<std::pair<std::size_t, std::size_t>> starts;  // of each component in members and in inner
  for (std::size_t m = 0, e = 0; m < members.size();) {
    starts.emplace_back(m, e);
    const std::uint32_t root = members[m].first;
    while (m < members.size() && members[m].first == root)
      ++m;
    while (e < inner.size() && components.root_of(inner[e].a) == root)
      ++e;
  }
  starts.emplace_back(members.size(), inner.size());
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i + 1 < starts.size(); i = next++) {
      std::vector<std::uint32_t> own;
      for (std::size_t m = starts[i].first; m < starts[i + 1].first; ++m)
        own.push_back(members[m].second);
      Component component(std::move(own), inner, starts[i].second, starts[i + 1].second, weight, rank, threshold_bits,
                          constraints);
      component.run();
      component.each([&](const std::vector<std::uint32_t>& cluster) {
        const std::uint32_t name = *std::ranges::min_element(cluster);
        for (const std::uint32_t node : cluster)
          out[node] = name;
      });
    }
  };
  if (starts.size() > 64) {
    std::thread helper(work);
    work();
    helper.join();
  } else {
    work();
  }
  return out;
}

}  // namespace sekisho::linkage
