#include "linkage/model.h"

#include <algorithm>
#include <cmath>
#include <thread>
#include <unordered_map>

#include "core/random.h"

namespace sekisho::linkage {
namespace {

constexpr double kPriorPairs = 30;  // weight of the prior shares, in pairs
constexpr int kRounds = 40;
constexpr double kEnough = 20;       // random pairs with equal values, to learn from
constexpr double kMostTwins = 0.04;  // of pairs of one household
constexpr double kFamilies = 0.05;   // pairs of a household for each pair of one person: fewer are no families
// Of one person's pairs: given name and surname both differ. One changes at marriage, the other is told in another
// form, but who has neither in common is somebody else.
constexpr double kBothNames = 0.003;
// How far the frequency of a name goes into what a nearly equal one says, and at most.
constexpr double kNearPower = 0.7, kMostNear = 16;

// Comparisons that tell where somebody lives or is insured, and levels at which two of a household agree there.
bool of_residence(const ComparisonSpec& spec) {
  return spec.household && spec.type != ComparisonType::kSurname && spec.type != ComparisonType::kJpFamily;
}
bool agree_at_home(ComparisonType type, int level) {
  const auto levels = levels_of(type);
  const auto l = static_cast<std::size_t>(level);
  return level > 0 && l + 1 < levels.size() && levels[l].household > 0.03;
}

// A pair that shares no household, though it is known where both live.
bool lives_apart(const Comparator& comparator, Pattern pattern) {
  bool known = false;
  for (std::size_t c = 0; c < comparator.size(); ++c) {
    const int level = level_in(pattern, c);
    if (!of_residence(comparator.spec(c)) || level == 0) continue;
    known = true;
    if (agree_at_home(comparator.spec(c).type, level)) return false;
  }
  return known;
}

// Twins, and parents whose children bear their name, live with them. How often a given name or a birth date of one
// person is quite another one is told by pairs that live apart.
bool told_apart(ComparisonType type) {
  return type == ComparisonType::kDate || type == ComparisonType::kGivenName || type == ComparisonType::kJpGiven;
}

bool agree_on_given(ComparisonType type, int level) {
  return level > 0 && (type == ComparisonType::kGivenName ? level <= 3 : level <= 6);  // up to short forms; a reading
}

double pair_count(double n) {
  return std::max(1.0, n * (n - 1) / 2);
}

// Holders of the more frequent value of nearly equal ones, among random pairs.
struct NearHolders {
  std::vector<Shares> sum, pairs;  // by comparison
  explicit NearHolders(std::size_t comparisons) : sum(comparisons), pairs(comparisons) {}
  void add(const Comparator& comparator, Pattern pattern, std::uint32_t a, std::uint32_t b) {
    for (std::size_t c = 0; c < sum.size(); ++c) {
      const int level = level_in(pattern, c);
      if (!near_values(comparator.spec(c).type, level)) continue;
      sum[c][static_cast<std::size_t>(level)] += comparator.holders(c, level, a, b);
      ++pairs[c][static_cast<std::size_t>(level)];
    }
  }
  // As shares of the groups; too few pairs say nothing.
  std::vector<Shares> means(double groups) const {
    std::vector<Shares> out(sum.size(), Shares{});
    for (std::size_t c = 0; c < sum.size(); ++c)
      for (std::size_t l = 1; l < kMostLevels; ++l)
        if (pairs[c][l] >= kEnough) out[c][l] = sum[c][l] / pairs[c][l] / groups;
    return out;
  }
};

// Random pairs, as counts of patterns.
PatternCounts sample_random(const Comparator& comparator, std::size_t groups, std::vector<Shares>& near) {
  // Of each of two streams; of few records no pair more than once or twice.
  const std::size_t samples = groups < 2         ? 0
                              : groups > 300'000 ? 100'000
                                                 : std::clamp<std::size_t>(groups * groups / 3, 10'000, 300'000);
  std::array<std::unordered_map<Pattern, double>, 2> halves;
  std::array<NearHolders, 2> holders{NearHolders(comparator.size()), NearHolders(comparator.size())};
  const auto draw = [&](std::size_t half) {
    SeededRandom random(7, half);
    for (std::size_t i = 0; i < samples; ++i) {
      const auto a = static_cast<std::uint32_t>(random.below(groups));
      auto b = static_cast<std::uint32_t>(random.below(groups - 1));
      b += b >= a;
      const Pattern pattern = comparator.pattern(a, b);
      ++halves[half][pattern];
      holders[half].add(comparator, pattern, a, b);
    }
  };
  std::thread helper([&] { draw(1); });
  draw(0);
  helper.join();
  for (const auto& [pattern, count] : halves[1])
    halves[0][pattern] += count;
  for (std::size_t c = 0; c < comparator.size(); ++c)
    for (std::size_t l = 0; l < kMostLevels; ++l)
      holders[0].sum[c][l] += holders[1].sum[c][l], holders[0].pairs[c][l] += holders[1].pairs[c][l];
  near = holders[0].means(static_cast<double>(groups));
  PatternCounts out(halves[0].begin(), halves[0].end());
  std::ranges::sort(out);
  return out;
}

// Level shares of random pairs, each counted by what `chance` says of its pattern. Counts below one half never come out
// of a sample: that is the floor.
template <class Chance>
std::vector<Shares> shares_of(const Comparator& comparator, const PatternCounts& pairs, Chance chance) {
  std::vector<Shares> out(comparator.size(), Shares{});
  for (const auto& [pattern, count] : pairs) {
    const double weight = count * chance(pattern);
    for (std::size_t c = 0; c < out.size(); ++c)
      out[c][static_cast<std::size_t>(level_in(pattern, c))] += weight;
  }
  for (std::size_t c = 0; c < out.size(); ++c) {
    const std::size_t levels = levels_of(comparator.spec(c).type).size();
    double known = 0;
    for (std::size_t l = 1; l < levels; ++l)
      out[c][l] += 0.5, known += out[c][l];
    for (std::size_t l = 1; l < levels; ++l)
      out[c][l] /= known;
    out[c][0] = 1;
  }
  return out;
}

// The last level among pairs that live apart, at most.
double share_apart(const Shares& counts, const Shares& prior, std::size_t levels) {
  double known = kPriorPairs;
  for (std::size_t l = 1; l < levels; ++l)
    known += counts[l];
  return 2 * (counts[levels - 1] + kPriorPairs * prior[levels - 1]) / known;
}

// Categories among random pairs whose given names agree; few of them leave what all random pairs say.
void fit_namesakes(const Comparator& comparator, const PatternCounts& sample, const std::vector<double>& chance,
                   Model& model) {
  if (model.given < 0) return;
  const auto given = static_cast<std::size_t>(model.given);
  for (std::size_t c = 0; c < comparator.size(); ++c) {
    if (comparator.spec(c).type != ComparisonType::kCategory) continue;
    const std::size_t levels = levels_of(ComparisonType::kCategory).size();
    Shares counts{};
    double known = kPriorPairs;
    for (std::size_t l = 1; l < levels; ++l)
      counts[l] = kPriorPairs * model.random[c][l];
    for (std::size_t i = 0; i < sample.size(); ++i) {
      const Pattern pattern = sample[i].first;
      const auto level = static_cast<std::size_t>(level_in(pattern, c));
      if (level == 0 || !agree_on_given(comparator.spec(given).type, level_in(pattern, given))) continue;
      counts[level] += sample[i].second * chance[i], known += sample[i].second * chance[i];
    }
    for (std::size_t l = 1; l < levels; ++l)
      model.namesakes[c][l] = counts[l] / known;
  }
}

double product(const std::vector<Shares>& shares, Pattern pattern) {
  double out = 1;
  for (std::size_t c = 0; c < shares.size(); ++c)
    if (const int level = level_in(pattern, c); level != 0) out *= shares[c][static_cast<std::size_t>(level)];
  return out;
}

}  // namespace

double Model::random_share(std::size_t comparison, int level, std::uint32_t holders) const {
  const double u = random[comparison][static_cast<std::size_t>(level)];
  if (holders == 0) return u;
  if (near.size() > comparison && near[comparison][static_cast<std::size_t>(level)] > 0) {
    const double usual = near[comparison][static_cast<std::size_t>(level)] * groups;
    return std::min(1.0, u * std::clamp(std::pow(holders / usual, kNearPower), 1 / kMostNear, kMostNear));
  }
  // Of the other holders some are the same person: what is left is chance.
  const double partners = share_same * (groups - 1) * same[comparison][static_cast<std::size_t>(level)];
  const double rest = std::max(static_cast<double>(holders) - 1 - partners, 0.5);
  const double level_part = std::min(1.0, rest / groups);
  return std::clamp(level_part, u / 4096, 1.0);
}

double Model::same_factor(Pattern pattern) const {
  if (given_name < 0 || surname < 0) return 1;
  const auto differs = [&](int comparison, ComparisonType type) {
    return level_in(pattern, static_cast<std::size_t>(comparison)) == static_cast<int>(levels_of(type).size()) - 1;
  };
  if (!differs(given_name, ComparisonType::kGivenName) || !differs(surname, ComparisonType::kSurname)) return 1;
  const double both = same[static_cast<std::size_t>(given_name)][levels_of(ComparisonType::kGivenName).size() - 1] *
                      same[static_cast<std::size_t>(surname)][levels_of(ComparisonType::kSurname).size() - 1];
  return std::min(1.0, kBothNames / both);
}

double Model::namesake_bits(std::size_t comparison, Pattern pattern) const {
  if (given < 0 || namesakes.size() <= comparison) return 0;
  const auto level = static_cast<std::size_t>(level_in(pattern, comparison));
  const double share = namesakes[comparison][level];
  if (level == 0 || share <= 0 ||
      !given_agrees[static_cast<std::size_t>(level_in(pattern, static_cast<std::size_t>(given)))])
    return 0;
  return std::log2(share / random[comparison][level]);
}

double Model::weight(std::size_t comparison, int level, std::uint32_t holders) const {
  if (level == 0) return 0;
  return std::log2(same[comparison][static_cast<std::size_t>(level)] / random_share(comparison, level, holders));
}

double Model::log_odds(Pattern pattern, const std::uint32_t* holders) const {
  double log_same = std::log2(std::max(share_same, 1e-18) * same_factor(pattern)),
         log_household = std::log2(std::max(share_household, 1e-18)), log_random = 0;
  for (std::size_t c = 0; c < same.size(); ++c) {
    const int level = level_in(pattern, c);
    if (level == 0) continue;
    const auto l = static_cast<std::size_t>(level);
    const double u = std::log2(random_share(c, level, holders == nullptr ? 0 : holders[c]));
    log_same += std::log2(same[c][l]);
    const double bits = namesake_bits(c, pattern);
    log_random += u + bits, log_household += bits;
    // A given name that many have is as frequent inside a household as outside.
    log_household += in_household[c] ? std::log2(household[c][l]) : std::max(std::log2(household[c][l]), u);
  }
  const double most = std::max(log_household, log_random);
  return log_same - (most + std::log2(std::exp2(log_household - most) + std::exp2(log_random - most)));
}

Model fit_model(const Comparator& comparator, const PatternCounts& candidates, std::size_t groups) {
  Model model;
  const std::size_t n = comparator.size();
  model.groups = static_cast<double>(groups);
  const double all_pairs = pair_count(model.groups);
  const PatternCounts sample = sample_random(comparator, groups, model.near);
  const std::vector<Shares> drawn = shares_of(comparator, sample, [](Pattern) { return 1.0; });
  std::vector<Shares> sampled = drawn;
  double draws = 0;
  for (const auto& [pattern, count] : sample)
    draws += count;
  std::vector<double> exact(n);  // shares of equal values from their counts; negative where counts say nothing
  for (std::size_t c = 0; c < n; ++c)
    if ((exact[c] = comparator.exact_share(c)) >= 0) sampled[c][1] = exact[c] = std::max(exact[c], 1e-9);
  model.random = sampled;
  model.same.resize(n), model.household.resize(n), model.in_household.resize(n), model.namesakes.resize(n);
  bool any_household = false;
  for (std::size_t c = 0; c < n; ++c) {
    const auto levels = levels_of(comparator.spec(c).type);
    model.in_household[c] = comparator.spec(c).household;
    const bool whole_name = comparator.spec(c).fields.size() > 1;  // a middle name alone is none
    if (comparator.spec(c).type == ComparisonType::kGivenName && whole_name) model.given_name = static_cast<int>(c);
    if (comparator.spec(c).type == ComparisonType::kSurname && whole_name) model.surname = static_cast<int>(c);
    if (comparator.spec(c).type == ComparisonType::kJpGiven || model.given_name == static_cast<int>(c))
      model.given = static_cast<int>(c);
    any_household |= model.in_household[c];
    for (std::size_t l = 1; l < levels.size(); ++l) {
      model.same[c][l] = levels[l].same;
      model.household[c][l] = std::max(levels[l].household, 1e-6);
      if (!model.in_household[c]) model.household[c][l] = std::max(model.household[c][l], sampled[c][l]);
    }
  }
  const std::vector<Shares> prior_same = model.same, prior_household = model.household;
  bool residence = false;
  for (std::size_t c = 0; c < n; ++c)
    residence |= of_residence(comparator.spec(c));
  std::vector<bool> apart;  // by pattern
  for (const auto& [pattern, count] : candidates)
    apart.push_back(residence && lives_apart(comparator, pattern));
  for (int level = 0; model.given >= 0 && level < static_cast<int>(kMostLevels); ++level)
    model.given_agrees[static_cast<std::size_t>(level)] =
        agree_on_given(comparator.spec(static_cast<std::size_t>(model.given)).type, level);
  // How much more frequent a pattern is by chance than its fields on their own say.
  const auto namesakes = [&](Pattern pattern) {
    double bits = 0;
    for (std::size_t c = 0; c < n; ++c)
      bits += model.namesake_bits(c, pattern);
    return bits == 0 ? 1 : std::exp2(bits);
  };
  model.share_same = 0.3 * model.groups / all_pairs;
  model.share_household = any_household ? 0.3 * model.groups / all_pairs : 1e-18;

  for (int round = 0; round < kRounds; ++round) {
    std::vector<Shares> same(n, Shares{}), household(n, Shares{}), same_apart(n, Shares{});
    double total_same = 0, total_household = 0;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const auto& [pattern, count] = candidates[i];
      const double s = model.share_same * model.same_factor(pattern) * product(model.same, pattern);
      const double more = namesakes(pattern), h = more * model.share_household * product(model.household, pattern);
      const double r = more * product(model.random, pattern);
      const double ps = count * s / (s + h + r), ph = count * h / (s + h + r);
      total_same += ps, total_household += ph;
      for (std::size_t c = 0; c < n; ++c) {
        const auto l = static_cast<std::size_t>(level_in(pattern, c));
        if (l == 0) continue;
        same[c][l] += ps, household[c][l] += ph;
        if (apart[i]) same_apart[c][l] += ps;
      }
    }
    model.share_same = std::max(total_same, 0.5) / all_pairs;
    const bool families = residence && total_household > kFamilies * total_same;
    if (any_household) model.share_household = std::max(total_household, 0.5) / all_pairs;
    for (std::size_t c = 0; c < n; ++c) {
      const auto names = levels_of(comparator.spec(c).type);
      const std::size_t levels = names.size();
      double known_same = kPriorPairs, known_household = kPriorPairs;
      for (std::size_t l = 1; l < levels; ++l)
        known_same += same[c][l], known_household += household[c][l];
      for (std::size_t l = 1; l < levels; ++l) {
        double most = names[l].most;
        if (families && l + 1 == levels && told_apart(comparator.spec(c).type))
          most = std::min(most, share_apart(same_apart[c], prior_same[c], levels));
        model.same[c][l] = std::min(most, (same[c][l] + kPriorPairs * prior_same[c][l]) / known_same);
        const double in_household = (household[c][l] + kPriorPairs * prior_household[c][l]) / known_household;
        if (model.in_household[c]) model.household[c][l] = in_household;
        // How many of a household are twins differs, within bounds: beyond them pairs of one person are taken for
        // twins, or twins for one person. Where only years are known many are born in one.
        if (any_household && comparator.spec(c).type == ComparisonType::kDate && l == 1)
          model.household[c][l] =
              std::clamp(in_household, prior_household[c][l], std::max(kMostTwins, 4 * model.random[c][l]));
      }
    }
    // Random pairs hold same persons and households too: what looks like them is taken out again.
    std::vector<double> by_chance;  // of the patterns of the sample
    const std::vector<Shares> chance = shares_of(comparator, sample, [&](Pattern pattern) {
      const double s = model.share_same * model.same_factor(pattern) * product(model.same, pattern);
      const double more = namesakes(pattern), h = more * model.share_household * product(model.household, pattern);
      const double r = more * product(model.random, pattern);
      return by_chance.emplace_back(r / (s + h + r));
    });
    for (std::size_t c = 0; c < n; ++c) {
      const std::size_t levels = levels_of(comparator.spec(c).type).size();
      for (std::size_t l = 1; l < levels; ++l)
        model.random[c][l] = chance[c][l];
      if (exact[c] < 0) continue;
      // Counts of values are finer than the sample; where that met enough equal values it tells how many were chance.
      const double mixed = model.share_same * model.same[c][1] + model.share_household * model.household[c][1];
      model.random[c][1] = drawn[c][1] * draws > kEnough ? exact[c] * std::min(1.0, chance[c][1] / drawn[c][1])
                                                         : std::max({exact[c] - mixed, exact[c] * 0.02, 1e-9});
    }
    fit_namesakes(comparator, sample, by_chance, model);
  }
  return model;
}

}  // namespace sekisho::linkage
