#include "anonymize/uniqueness.h"

#include <algorithm>
#include <cmath>

namespace sekisho::anonymize {
namespace {

using Sizes = std::map<std::size_t, std::size_t>;

struct Sample {
  double persons = 0, classes = 0, uniques = 0;
};
Sample totals(const Sizes& sizes) {
  Sample out;
  for (const auto& [size, count] : sizes) {
    out.persons += static_cast<double>(size * count);
    out.classes += static_cast<double>(count);
    if (size == 1) out.uniques = static_cast<double>(count);
  }
  return out;
}

double log_choose(double n, double k) {
  return std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1);
}

// Greatest value of a function with one peak, by golden section.
template <class Function>
double peak(double low, double high, const Function& value) {
  const double ratio = (std::sqrt(5.0) - 1) / 2;
  double a = high - ratio * (high - low), b = low + ratio * (high - low), at_a = value(a), at_b = value(b);
  for (int round = 0; round < 60; ++round) {
    if (at_a > at_b) {
      high = b, b = a, at_b = at_a;
      a = high - ratio * (high - low), at_a = value(a);
    } else {
      low = a, a = b, at_a = at_b;
      b = low + ratio * (high - low), at_b = value(b);
    }
  }
  return (low + high) / 2;
}

}  // namespace

double zayatz_uniques(const Sizes& sizes, double population) {
  const Sample sample = totals(sizes);
  if (sample.uniques == 0 || sample.persons == 0) return 0;
  const double n = std::min(sample.persons, population);
  const double all = log_choose(population, n);
  double sum = 0, one = 0;
  for (const auto& [size, count] : sizes) {
    const auto j = static_cast<double>(size);
    if (population - j < n - 1) continue;
    const double alone = j * std::exp(log_choose(population - j, n - 1) - all) * static_cast<double>(count);
    sum += alone;
    if (size == 1) one = alone;
  }
  return sum > 0 ? sample.uniques * (one / sum) * population / n : 0;
}

double pitman_uniques(const Sizes& sizes, double population) {
  const Sample sample = totals(sizes);
  if (sample.classes < 2 || sample.classes >= sample.persons) return -1;
  // Likelihood of theta and alpha: sums over 1..u-1 and 1..n-1 in closed form.
  const auto likelihood = [&](double theta, double alpha) {
    double out = (sample.classes - 1) * std::log(alpha) + std::lgamma(theta / alpha + sample.classes) -
                 std::lgamma(theta / alpha + 1) - std::lgamma(theta + sample.persons) + std::lgamma(theta + 1);
    for (const auto& [size, count] : sizes)
      out += static_cast<double>(count) * (std::lgamma(static_cast<double>(size) - alpha) - std::lgamma(1 - alpha));
    return out;
  };
  const auto best_theta = [&](double alpha) {
    return std::exp(peak(std::log(1e-6), std::log(1e9), [&](double x) { return likelihood(std::exp(x), alpha); }));
  };
  const double alpha = peak(1e-6, 1 - 1e-6, [&](double a) { return likelihood(best_theta(a), a); });
  if (alpha < 1e-4 || alpha > 1 - 1e-4) return -1;
  const double theta = best_theta(alpha);
  return std::exp(std::lgamma(theta + 1) - std::lgamma(theta + alpha) + alpha * std::log(population));
}

namespace {

// Slide negative binomial (Chen and Keller-McNulty 1998): a class of the population has one person and a negative
// binomial number of others, with generating function (b / (1 - (1 - b) z))^a; each person is drawn with probability
// `fraction`.
struct Slide {
  double fraction, population;
  // Classes of the population, from its persons.
  double classes(double a, double b) const { return population / (1 + a * (1 - b) / b); }
  double unseen(double a, double b) const {
    const double rest = 1 - fraction;
    return rest * std::pow(b / (1 - (1 - b) * rest), a);
  }
  // Share of classes of which one person is drawn.
  double single(double a, double b) const {
    const double rest = 1 - fraction, below = 1 - (1 - b) * rest;
    return fraction * std::pow(b / below, a) * (1 + rest * a * (1 - b) / below);
  }
  // a for which so many classes are seen, on a logarithmic scale; they grow fewer as classes grow.
  double shape(double seen, double b) const {
    double low = -30, high = 30;
    for (int round = 0; round < 100; ++round) {
      const double middle = (low + high) / 2, a = std::exp(middle);
      (classes(a, b) * (1 - unseen(a, b)) > seen ? low : high) = middle;
    }
    return std::exp((low + high) / 2);
  }
};

}  // namespace

double slide_uniques(const Sizes& sizes, double population) {
  const Sample sample = totals(sizes);
  if (sample.uniques == 0 || sample.classes >= sample.persons || sample.persons >= population) return -1;
  const Slide slide{sample.persons / population, population};
  // How many more uniques than there are a b makes expect, with the a that fits the classes seen.
  const auto excess = [&](double b) {
    const double a = slide.shape(sample.classes, b);
    return slide.classes(a, b) * slide.single(a, b) - sample.uniques;
  };
  constexpr int kSteps = 200;
  const auto at = [](int step) { return 1 / (1 + std::exp(-14.0 + 28.0 * step / kSteps)); };
  double high = at(0), of_high = excess(high);
  for (int step = 1; step <= kSteps; ++step) {
    double low = at(step), of_low = excess(low);
    if ((of_low > 0) == (of_high > 0)) {
      high = low, of_high = of_low;
      continue;
    }
    for (int round = 0; round < 60; ++round) {
      const double middle = (low + high) / 2;
      ((excess(middle) > 0) == (of_low > 0) ? low : high) = middle;
    }
    const double b = (low + high) / 2, a = slide.shape(sample.classes, b);
    return slide.classes(a, b) * std::pow(b, a);
  }
  return -1;
}

double population_uniqueness(const Sizes& sizes, double population) {
  const Sample sample = totals(sizes);
  if (sample.uniques == 0) return 0;
  if (sample.persons >= population) return sample.uniques / sample.persons;
  double uniques = -1;
  const bool small = sample.persons / population <= 0.1;
  uniques = small ? pitman_uniques(sizes, population) : slide_uniques(sizes, population);
  if (uniques < 0 || !small) {
    const double zayatz = zayatz_uniques(sizes, population);
    uniques = uniques < 0 ? zayatz : std::min(uniques, zayatz);
  }
  return std::clamp(uniques / population, 0.0, 1.0);
}

int map_class_size(int k, double population, double sample, double significance, bool zero_truncated) {
  const double mean = k * std::min(1.0, sample / population);
  const double none = std::exp(-mean), all = zero_truncated ? -std::expm1(-mean) : 1;
  double at_most = zero_truncated ? 0 : none, term = none;
  int size = 0;
  while (size < k && at_most / all < 1 - significance) {
    ++size;
    term *= mean / size;
    at_most += term;
  }
  return std::clamp(size + 1, 1, k);
}

}  // namespace sekisho::anonymize
