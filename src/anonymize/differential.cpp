#include "anonymize/differential.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "anonymize/search.h"

namespace sekisho::anonymize {
namespace {

using detail::Encoded;
using detail::Levels;

constexpr int kMostK = 1'000'000;
// Up to so many nodes the mechanism chooses among all at once; beyond, it walks from the top.
constexpr double kChooseAmongAll = 2000;

double gamma_of(double epsilon, double beta) {
  return (std::expm1(epsilon) + beta) / std::exp(epsilon);
}

// Pr[Bin(n, beta) > gamma n].
double tail(double n, double beta, double gamma) {
  const double from = std::floor(gamma * n * (1 - 1e-14)) + 1;
  if (from > n || beta <= 0) return 0;
  double term = std::exp(std::lgamma(n + 1) - std::lgamma(from + 1) - std::lgamma(n - from + 1) +
                         from * std::log(beta) + (n - from) * std::log1p(-beta));
  double sum = 0;
  for (double j = from; j <= n; ++j) {
    sum += term;
    if (term < sum * 1e-18) break;
    term *= (n - j) / (j + 1) * beta / (1 - beta);
  }
  return sum;
}

// 64 random bits at a time, from blocks: a source may be a system call.
class Draws {
 public:
  explicit Draws(Random& random) : random_(random) {}
  double uniform() {  // [0, 1), 53 bits
    if (at_ == block_.size()) {
      random_.fill({reinterpret_cast<std::uint8_t*>(block_.data()), block_.size() * sizeof block_[0]});
      at_ = 0;
    }
    return static_cast<double>(block_[at_++] >> 11) * 0x1p-53;
  }

 private:
  Random& random_;
  std::vector<std::uint64_t> block_ = std::vector<std::uint64_t>(512);
  std::size_t at_ = 512;
};

// Chooses a node with probability proportional to exp(epsilon score / (2 sensitivity)). The score is the number of
// persons kept, weighted with how far the levels are from the top: neither hierarchies' leaves nor shares of values
// enter, which depend on the data. One person more or less changes it by k at most, when a class reaches k.
class Mechanism {
 public:
  Mechanism(const Encoded& data, const Differential& wanted, Draws& draws)
      : data_(data), wanted_(wanted), draws_(draws) {}

  Levels run(std::uint64_t& checked) {
    Levels low, top;
    for (std::size_t i = 0; i < data_.attributes(); ++i) {
      low.push_back(data_.lowest(i));
      top.push_back(data_.highest(i));
    }
    Levels out = detail::lattice_size(data_) <= kChooseAmongAll ? among_all(low, top) : walk(low, top);
    checked = checked_;
    return out;
  }

 private:
  struct Candidate {
    Levels levels;
    double score;
  };
  Candidate candidate(const Levels& levels) {
    const std::size_t kept = data_.rows() - data_.judge(levels, work_).suppressed;
    ++checked_;
    double precision = 1;
    for (std::size_t i = 0; i < levels.size(); ++i)
      precision -= static_cast<double>(levels[i]) / std::max(1, data_.hierarchy(i).levels() - 1) /
                   static_cast<double>(levels.size());
    return {levels, static_cast<double>(kept) * precision};
  }
  std::size_t choose(const std::vector<Candidate>& candidates, double epsilon) {
    const double best = std::ranges::max_element(candidates, {}, &Candidate::score)->score;
    const auto weight = [&](const Candidate& c) { return std::exp(epsilon * (c.score - best) / (2.0 * wanted_.k)); };
    double sum = 0;
    for (const Candidate& c : candidates)
      sum += weight(c);
    double left = draws_.uniform() * sum;
    for (std::size_t i = 0; i < candidates.size(); ++i)
      if ((left -= weight(candidates[i])) < 0) return i;
    return candidates.size() - 1;
  }
  Levels among_all(const Levels& low, const Levels& top) {
    std::vector<Candidate> all;
    Levels at = low;
    while (true) {
      all.push_back(candidate(at));
      std::size_t i = at.size();
      while (i > 0 && at[i - 1] == top[i - 1]) {
        at[i - 1] = low[i - 1];
        --i;
      }
      if (i == 0) break;
      ++at[i - 1];
    }
    return all[choose(all, wanted_.search_epsilon)].levels;
  }
  // Each step chooses among all nodes just below those chosen before; the last choice is among those chosen. Which
  // nodes are candidates depends on the choices alone.
  Levels walk(const Levels& low, const Levels& top) {
    const double part = wanted_.search_epsilon / (wanted_.steps + 1);
    std::vector<Candidate> open, chosen{candidate(top)};
    std::set<Levels> seen{top};
    for (int step = 0; step < wanted_.steps; ++step) {
      for (std::size_t i = 0; i < top.size(); ++i) {
        Levels below = chosen.back().levels;
        if (below[i] == low[i]) continue;
        --below[i];
        if (seen.insert(below).second) open.push_back(candidate(below));
      }
      if (open.empty()) break;
      const std::size_t next = choose(open, part);
      chosen.push_back(open[next]);
      open.erase(open.begin() + static_cast<std::ptrdiff_t>(next));
    }
    return chosen[choose(chosen, part)].levels;
  }

  const Encoded& data_;
  const Differential& wanted_;
  Draws& draws_;
  detail::Work work_;
  std::uint64_t checked_ = 0;
};

Result<void> check_persons(const Table& table, const Policy& policy) {
  const Column* person = policy.person.empty() ? nullptr : table.find(policy.person);
  if (person != nullptr && person->values().size() != table.rows)
    return fail("policy.differential", "differential privacy needs one row for each person", {},
                "Bring each person's rows into one before, or leave the rest out.");
  return {};
}

}  // namespace

double differential_delta(int k, double epsilon, double beta) {
  const double gamma = gamma_of(epsilon, beta);
  // A tail is below exp(-n d): beyond some n no greater one can come.
  const double d = gamma * std::log(gamma / beta) + (gamma < 1 ? (1 - gamma) * std::log((1 - gamma) / (1 - beta)) : 0);
  double most = 0;
  for (double n = std::max(1.0, std::ceil(k / gamma - 1 - 1e-12)); n < 1e8; ++n) {
    if (std::exp(-n * d) <= most) break;
    most = std::max(most, tail(n, beta, gamma));
  }
  return most;
}

int differential_k(double epsilon, double delta, double beta) {
  const auto enough = [&](int k) { return differential_delta(k, epsilon, beta) * (1 + 1e-10) < delta; };
  int high = 1;
  while (!enough(high)) {
    if (high >= kMostK) return 0;
    high = std::min(kMostK, high * 2);
  }
  int low = high / 2;
  while (high - low > 1) {
    const int middle = low + (high - low) / 2;
    (enough(middle) ? high : low) = middle;
  }
  return high;
}

Result<DifferentialRun> run_differentially(const Table& table, const Policy& policy, Random& random,
                                           const SearchOptions& options) {
  if (!policy.differential) return fail("policy.differential", "the policy asks for no differential privacy");
  SEKISHO_CHECK(check_persons(table, policy));
  const Differential wanted = *policy.differential;
  Draws draws(random);
  std::vector<std::size_t> drawn;
  for (std::size_t row = 0; row < table.rows; ++row)
    if (draws.uniform() < wanted.beta) drawn.push_back(row);
  DifferentialRun out{.sample = table.select(drawn), .outcome = {}, .policy = policy};
  Policy plain = policy;
  plain.differential.reset();
  double lattice = 1;
  std::uint64_t checked = 1;
  {
    SEKISHO_TRY(const Encoded data, Encoded::make(out.sample, plain));
    lattice = detail::lattice_size(data);
    const Levels levels = Mechanism(data, wanted, draws).run(checked);
    std::size_t next = 0;
    for (Policy* one : {&plain, &out.policy}) {
      next = 0;
      for (Attribute& attribute : one->attributes)
        if (attribute.kind == Kind::kQuasi) attribute.minimum = attribute.maximum = levels[next++];
    }
  }
  SEKISHO_TRY(out.outcome, search(out.sample, plain, options));
  out.outcome.lattice = lattice;
  out.outcome.checked = checked;
  out.outcome.optimal = lattice == 1;  // the mechanism seeks a good answer, not the best
  out.outcome.bound = 0;
  out.outcome.rows = table.rows;
  out.outcome.suppressed += table.rows - drawn.size();
  return out;
}

Json DifferentialRun::to_json() const {
  const Differential& d = *policy.differential;
  return {
      {"epsilon", d.epsilon},  {"delta", d.delta}, {"search_epsilon", d.search_epsilon},
      {"beta", d.beta},        {"k", d.k},         {"levels", d.search_epsilon > 0 ? "exponential mechanism" : "fixed"},
      {"sampled", sample.rows}};
}

}  // namespace sekisho::anonymize
