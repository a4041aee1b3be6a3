// Best first over a lattice too large to keep: nodes are made from the most specific on in the order of their bounds,
// each once, and none whose bound cannot win. The least bound still open is proven to be below every other answer.
#include <algorithm>
#include <cmath>
#include <queue>
#include <unordered_map>

#include "anonymize/search.h"

namespace sekisho::anonymize::detail {
namespace {

using Node = unsigned __int128;  // levels in mixed radix, the first attribute highest
constexpr std::size_t kMostOpen = 8'000'000;

class LazySearch {
 public:
  LazySearch(const Encoded& data, const SearchOptions& options) : data_(data), watch_(options) {
    for (std::size_t i = 0; i < data.attributes(); ++i)
      top_.push_back(data.highest(i));
  }

  Found run() {
    if (judge(top_).rules_out) return found_;
    descend();
    Levels bottom;
    for (std::size_t i = 0; i < top_.size(); ++i)
      bottom.push_back(data_.lowest(i));
    push(bottom, 0);
    while (!open_.empty()) {
      const Open next = open_.top();
      if (!may_win(found_, next.bound)) break;
      if (watch_.expired() || open_.size() > kMostOpen) {
        found_.bound = found_.any ? std::min(next.bound, found_.best.score) : next.bound;
        found_.optimal = false;
        return found_;
      }
      if (watch_.wanted()) watch_.show({found_.any, found_.best.score, next.bound, found_.checked}, watch_.seconds());
      open_.pop();
      visit(levels(next.node), next.bound);
    }
    found_.bound = found_.best.score;
    return found_;
  }

 private:
  struct Open {
    double bound;
    Node node;
    bool operator<(const Open& other) const {  // the queue gives the greatest first
      return bound != other.bound ? bound > other.bound : node > other.node;
    }
  };
  struct Known {
    double floor;
    bool valid;
  };
  struct Hash {
    std::size_t operator()(Node node) const {
      const std::uint64_t h =
          (static_cast<std::uint64_t>(node) ^ (static_cast<std::uint64_t>(node >> 64) * 0x9E3779B97F4A7C15)) *
          0xD6E8FEB86659FD93;
      return h ^ (h >> 32);
    }
  };

  Node number(const Levels& levels) const {
    Node out = 0;
    for (std::size_t i = 0; i < levels.size(); ++i)
      out = out * static_cast<unsigned>(data_.highest(i) - data_.lowest(i) + 1) +
            static_cast<unsigned>(levels[i] - data_.lowest(i));
    return out;
  }
  Levels levels(Node node) const {
    Levels out(top_.size());
    for (std::size_t i = top_.size(); i-- > 0;) {
      const auto radix = static_cast<unsigned>(data_.highest(i) - data_.lowest(i) + 1);
      out[i] = data_.lowest(i) + static_cast<int>(node % radix);
      node /= radix;
    }
    return out;
  }

  // `least`: what is known of all more general nodes than an earlier one.
  void push(const Levels& levels, double least) {
    const double bound = std::max(least, data_.bound(levels));
    if (may_win(found_, bound)) open_.push({bound, number(levels)});
  }

  Judgement judge(const Levels& levels) {
    const Judgement judgement =
        data_.dismisses(levels, work_) ? data_.ruled_out() : data_.judge_or_rule_out(levels, work_);
    ++found_.checked;
    known_[number(levels)] = {judgement.floor, judgement.valid};
    if (judgement.valid) take_if_better(found_, levels, judgement);
    if (judgement.rules_out && !ruled_out(levels)) {
      std::erase_if(ruled_out_,
                    [&](const Levels& other) { return std::ranges::equal(other, levels, std::less_equal()); });
      ruled_out_.push_back(levels);
    }
    return judgement;
  }

  // Whether a judged node that is more general rules this one out. The one that did is asked first the next time.
  bool ruled_out(const Levels& levels) {
    for (std::size_t i = 0; i < ruled_out_.size(); ++i)
      if (std::ranges::equal(levels, ruled_out_[i], std::less_equal())) {
        std::swap(ruled_out_[i], ruled_out_[i / 2]);
        return true;
      }
    return false;
  }

  // From the top always to the valid neighbour below with the least bound.
  void descend() {
    Levels at = top_;
    while (!watch_.expired()) {
      Levels next;
      double least = 0;
      for (std::size_t i = 0; i < at.size(); ++i) {
        if (at[i] == data_.lowest(i)) continue;
        Levels below = at;
        --below[i];
        if (ruled_out(below)) continue;
        const auto known = known_.find(number(below));
        if (!(known != known_.end() ? known->second.valid : judge(below).valid)) continue;
        const double bound = data_.bound(below);
        if (next.empty() || bound < least) least = bound, next = std::move(below);
      }
      if (next.empty()) return;
      at = std::move(next);
    }
  }

  // A way up from a node by the least steps of the bound, as long as it may win: the highest invalid node on it rules
  // out all below, the lowest valid one is a good answer. Found by halving.
  void probe(const Levels& from) {
    std::vector<Levels> way{from};
    while (true) {
      Levels next;
      double least = 0;
      for (std::size_t i = 0; i < from.size(); ++i) {
        if (way.back()[i] == top_[i]) continue;
        Levels above = way.back();
        ++above[i];
        const double bound = data_.bound(above);
        if (may_win(found_, bound) && (next.empty() || bound < least)) least = bound, next = std::move(above);
      }
      if (next.empty()) break;
      way.push_back(std::move(next));
    }
    std::size_t low = 0, high = way.size();  // below low: ruled out; from high on: valid or not worth it
    while (low < high && !watch_.expired()) {
      const std::size_t middle = (low + high) / 2;
      if (ruled_out(way[middle]) || (!known_.contains(number(way[middle])) && judge(way[middle]).rules_out))
        low = middle + 1;
      else
        high = middle;
    }
  }

  void visit(const Levels& at, double bound) {
    double least = bound;
    if (!ruled_out(at)) {
      if (data_.prunes() && !known_.contains(number(at))) probe(at);
      if (!ruled_out(at)) {
        const auto known = known_.find(number(at));
        least = std::max(least, known != known_.end() ? known->second.floor : judge(at).floor);
      }
    }
    if (!may_win(found_, least)) return;
    // Each node has one parent: the one with its last raised level a step lower.
    std::size_t last = at.size();
    while (last > 0 && at[last - 1] == data_.lowest(last - 1))
      --last;
    for (std::size_t i = last == 0 ? 0 : last - 1; i < at.size(); ++i) {
      if (at[i] == top_[i]) continue;
      Levels above = at;
      ++above[i];
      push(above, least);
    }
  }

  const Encoded& data_;
  Watch watch_;
  Work work_;
  Levels top_;
  Found found_;
  std::priority_queue<Open> open_;
  std::unordered_map<Node, Known, Hash> known_;
  std::vector<Levels> ruled_out_;  // none more specific than another
};

}  // namespace

Found search_lazily(const Encoded& data, const SearchOptions& options) {
  return LazySearch(data, options).run();
}

}  // namespace sekisho::anonymize::detail
