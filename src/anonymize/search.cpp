#include "anonymize/search.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/parallel.h"

namespace sekisho::anonymize::detail {

double twelve_digits(double score) {
  if (score <= 0) return 0;
  const double scale = std::pow(10.0, 11 - std::floor(std::log10(score)));
  return std::round(score * scale) / scale;
}

double lattice_size(const Encoded& data) {
  double size = 1;
  for (std::size_t i = 0; i < data.attributes(); ++i)
    size *= data.highest(i) - data.lowest(i) + 1;
  return size;
}

void take_if_better(Found& found, const Levels& levels, const Judgement& judgement) {
  const auto rank = [](const Judgement& j, const Levels& l) {
    return std::tuple(twelve_digits(j.score), std::accumulate(l.begin(), l.end(), 0), j.suppressed, l);
  };
  if (found.any && !(rank(judgement, levels) < rank(found.best, found.levels))) return;
  found.any = true;
  found.best = judgement;
  found.levels = levels;
}

void Watch::show(const SearchState& state, double since) {
  options_.watch(state);
  next_ = seconds() + std::max(0.2, 10 * (seconds() - since));
}

namespace {

// Nodes are numbered in mixed radix, the first attribute highest, so that numbers compare lexicographically.
class DenseSearch {
 public:
  DenseSearch(const Encoded& data, const SearchOptions& options)
      : data_(data), watch_(options), work_(static_cast<std::size_t>(std::max(1, options.threads))) {
    if (data.large() || data.outlined()) work_[0].threads = std::max(1, options.threads);
    for (std::size_t i = 0; i < data.attributes(); ++i) {
      radix_.push_back(static_cast<std::uint64_t>(data.highest(i) - data.lowest(i) + 1));
      size_ *= radix_.back();
    }
  }

  // The optimum. Monotone models: what is more general than a valid node is valid, so an invalid node rules out all
  // that is more specific; a node whose bound reaches the best score is never looked at. Nodes are tried from the most
  // general on, those with the greatest bound first: each invalid one rules out as much as possible.
  Found run() {
    state_.assign(size_, kUnknown);
    judge({size_ - 1});
    if (state_[size_ - 1] == kRuledOut) return found_;
    descend();
    std::vector<Open> order;
    for (std::uint64_t node = 0; node < size_; ++node) {
      if (state_[node] != kUnknown) continue;
      const double bound = data_.bound(levels(node));
      if (may_win(found_, bound)) order.push_back({urgency(node, bound), bound, node});
    }
    std::ranges::sort(
        order, [](const Open& a, const Open& b) { return a.rank != b.rank ? a.rank < b.rank : a.node > b.node; });
    std::vector<std::uint64_t> batch;
    for (std::size_t at = 0; at < order.size(); ++at) {
      const Open& open = order[at];
      if (state_[open.node] != kUnknown || !may_win(found_, open.bound)) continue;
      if (watch_.expired()) {
        stop(order);
        return found_;
      }
      if (dismissed(open.node)) continue;
      batch.push_back(open.node);
      if (batch.size() < batch_size()) continue;
      judge(batch);
      batch.clear();
      if (watch_.wanted()) show(order);
    }
    judge(batch);
    found_.bound = found_.best.score;
    return found_;
  }

 private:
  struct Open {
    double rank, bound;
    std::uint64_t node;
  };
  // The least that a node not yet decided could score.
  double open_bound(const std::vector<Open>& order) const {
    double least = found_.any ? found_.best.score : HUGE_VAL;
    for (const Open& open : order)
      if (state_[open.node] == kUnknown) least = std::min(least, open.bound);
    return least;
  }
  void stop(const std::vector<Open>& order) {
    found_.bound = open_bound(order);
    found_.optimal = found_.any && found_.bound >= found_.best.score;
  }
  void show(const std::vector<Open>& order) {
    const double since = watch_.seconds();
    watch_.show({found_.any, found_.best.score, open_bound(order), found_.checked}, since);
  }
  enum State : std::uint8_t { kUnknown, kValid, kInvalid, kRuledOut, kTooGeneral };

  // The least is judged first. Scores with a bound: while invalid nodes rule others out, those with the greatest bound;
  // else those with the least, as the first valid ones end the search. Scores without: around the level of the best
  // answer, where a node either rules out all below or shows all above to be too general.
  double urgency(std::uint64_t node, double bound) const {
    if (bound > 0) return data_.prunes() ? -bound : bound;
    return found_.any ? std::abs(level_sum(node) - std::accumulate(found_.levels.begin(), found_.levels.end(), 0))
                      : -level_sum(node);
  }
  int level_sum(std::uint64_t node) const {
    const Levels l = levels(node);
    return std::accumulate(l.begin(), l.end(), 0);
  }

  Levels levels(std::uint64_t node) const {
    Levels out(radix_.size());
    for (std::size_t i = radix_.size(); i-- > 0;) {
      out[i] = data_.lowest(i) + static_cast<int>(node % radix_[i]);
      node /= radix_[i];
    }
    return out;
  }

  // How many nodes are judged before the answers are looked at depends on the data, not on the threads: so does which
  // nodes are looked at. In small tables a node costs less than waking a thread; in large ones each uses all.
  std::size_t batch_size() const { return data_.tuples() < 50'000 || data_.large() ? 1 : 4; }

  void judge(const std::vector<std::uint64_t>& nodes) {
    std::vector<Judgement> judgements(nodes.size());
    each_of(nodes.size(), batch_size() == 1 ? 1 : static_cast<int>(work_.size()), [&](std::size_t i, int thread) {
      judgements[i] = data_.judge_or_rule_out(levels(nodes[i]), work_[static_cast<std::size_t>(thread)]);
    });
    for (std::size_t i = 0; i < nodes.size(); ++i)
      take(nodes[i], judgements[i]);
  }

  bool dismissed(std::uint64_t node) {
    if (!data_.dismisses(levels(node), work_[0])) return false;
    take(node, data_.ruled_out());
    return true;
  }

  void take(std::uint64_t node, const Judgement& judgement) {
    ++found_.checked;
    if (state_[node] != kRuledOut) state_[node] = judgement.valid ? kValid : kInvalid;
    if (judgement.rules_out) rule_out(node);
    if (judgement.valid) take_if_better(found_, levels(node), judgement);
    if (judgement.floor > 0 && !may_win(found_, judgement.floor)) leave_out_above(node);
  }

  // The node and all that is more specific.
  void rule_out(std::uint64_t start) {
    spread(
        start, kRuledOut, [&](std::uint64_t digit, std::uint64_t) { return digit > 0; },
        [](std::uint64_t node, std::uint64_t step) { return node - step; });
  }
  // All that is more general; nodes judged keep their state.
  void leave_out_above(std::uint64_t start) {
    spread(
        start, kTooGeneral, [&](std::uint64_t digit, std::uint64_t radix) { return digit + 1 < radix; },
        [](std::uint64_t node, std::uint64_t step) { return node + step; });
  }
  template <class May, class Move>
  void spread(std::uint64_t start, State state, const May& may, const Move& move) {
    std::vector<std::uint64_t> open_nodes{start};
    const std::uint8_t before = state_[start];
    state_[start] = state;
    while (!open_nodes.empty()) {
      const std::uint64_t node = open_nodes.back();
      open_nodes.pop_back();
      std::uint64_t step = 1;
      for (std::size_t i = radix_.size(); i-- > 0; step *= radix_[i]) {
        if (!may(node / step % radix_[i], radix_[i])) continue;
        const std::uint64_t next = move(node, step);
        if (state_[next] == state) continue;
        state_[next] = state;
        open_nodes.push_back(next);
      }
    }
    if (state == kTooGeneral) state_[start] = before;
  }

  // A good answer early: from the top always to the valid neighbour below with the least score.
  void descend() {
    std::uint64_t node = size_ - 1;
    while (!watch_.expired()) {
      std::vector<std::uint64_t> below, unknown;
      std::uint64_t step = 1;
      for (std::size_t i = radix_.size(); i-- > 0; step *= radix_[i])
        if (node / step % radix_[i] > 0) below.push_back(node - step);
      std::ranges::copy_if(below, std::back_inserter(unknown),
                           [&](std::uint64_t one) { return state_[one] == kUnknown && !dismissed(one); });
      judge(unknown);
      std::uint64_t next = node;
      double least = 0;
      for (const std::uint64_t one : below) {
        if (state_[one] != kValid) continue;
        const double bound = data_.bound(levels(one));
        if (next == node || bound < least) least = bound, next = one;
      }
      if (next == node) return;
      node = next;
    }
  }

  const Encoded& data_;
  Watch watch_;
  std::vector<Work> work_;  // one for each thread
  std::vector<std::uint64_t> radix_;
  std::uint64_t size_ = 1;
  std::vector<std::uint8_t> state_;
  Found found_;
};

}  // namespace

Found search_dense(const Encoded& data, const SearchOptions& options) {
  return DenseSearch(data, options).run();
}

}  // namespace sekisho::anonymize::detail
