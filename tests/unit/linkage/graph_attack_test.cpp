// Graph matching: whoever holds filters without the key, and a list of the same persons with names, makes filters of
// the list under a key of their own. How similar two persons are hardly depends on the key, so that the two graphs of
// similarities can be laid over each other.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/random.h"
#include "linkage/filter_file.h"

namespace sekisho::linkage {
namespace {

constexpr std::size_t kPersons = 200;
using Matrix = std::vector<std::vector<double>>;

struct Person {
  std::vector<std::string> values;
  std::string year;
};

std::vector<Person> persons() {
  SeededRandom random(5);
  const auto word = [&] {
    static constexpr std::string_view kSyllables[] = {"ka", "sa", "ta", "na", "ha", "ma", "ya", "ki", "shi",
                                                      "mi", "ri", "ku", "su", "mu", "ko", "to", "no", "wa"};
    std::string out;
    for (std::uint64_t n = 2 + random.below(3); n > 0; --n)
      out += kSyllables[random.below(std::size(kSyllables))];
    return out;
  };
  std::vector<std::string> surnames(40), given(60);
  std::ranges::generate(surnames, word);
  std::ranges::generate(given, word);
  std::vector<Person> out;
  for (std::size_t i = 0; i < kPersons; ++i) {
    const std::string year = std::to_string(1935 + random.below(80));
    out.push_back({{surnames[random.below(surnames.size())], given[random.below(given.size())],
                    fmt::format("{}{:02}{:02}", year, 1 + random.below(12), 1 + random.below(28))},
                   year});
  }
  return out;
}

// Similarities of all pairs, brought to mean 0 and deviation 1.
Matrix graph(const std::vector<Person>& people, Hardening hardening, bool salted, const Bytes& key) {
  FilterMaker maker({.fields = FilterColumns::parse("surname,given_name,birth_date")->fields,
                     .hardening = hardening,
                     .salt = salted ? "birth_year" : ""},
                    key);
  std::vector<Filter> filters;
  for (const Person& person : people)
    filters.push_back(maker.make(person.values, salted ? person.year : ""));
  const std::size_t n = filters.size();
  Matrix out(n, std::vector<double>(n, 0));
  double sum = 0, squares = 0, count = 0;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      if (i == j) continue;
      out[i][j] = dice(filters[i], filters[j]);
      sum += out[i][j], squares += out[i][j] * out[i][j], ++count;
    }
  const double mean = sum / count, deviation = std::sqrt(squares / count - mean * mean);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      out[i][j] = i == j ? 0 : (out[i][j] - mean) / deviation;
  return out;
}

// The cheapest pairs first, each node once.
std::vector<std::size_t> assign(const Matrix& cost) {
  const std::size_t n = cost.size();
  std::vector<std::pair<double, std::size_t>> all;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      all.emplace_back(cost[i][j], i * n + j);
  std::ranges::sort(all);
  std::vector<std::size_t> to(n, n);
  std::vector<bool> taken(n, false);
  for (const auto& [value, pair] : all)
    if (to[pair / n] == n && !taken[pair % n]) to[pair / n] = pair % n, taken[pair % n] = true;
  return to;
}

double distance(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum;
}

// First by the sorted similarities of each node; then, again and again, by the similarities to the nodes laid on so
// far. Share of the persons that are named rightly; the attacker's list is in another order.
double attack(const Matrix& victims, const Matrix& list, const std::vector<std::size_t>& truth) {
  const std::size_t n = victims.size();
  Matrix sorted_a = victims, sorted_b = list;
  for (auto& row : sorted_a)
    std::ranges::sort(row);
  for (auto& row : sorted_b)
    std::ranges::sort(row);
  Matrix cost(n, std::vector<double>(n));
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      cost[i][j] = distance(sorted_a[i], sorted_b[j]);
  std::vector<std::size_t> to = assign(cost);
  for (int round = 0; round < 12; ++round) {
    Matrix moved(n, std::vector<double>(n));  // of the list, columns in the order of the victims
    for (std::size_t j = 0; j < n; ++j)
      for (std::size_t s = 0; s < n; ++s)
        moved[j][s] = list[j][to[s]];
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j)
        cost[i][j] = distance(victims[i], moved[j]);
    to = assign(cost);
  }
  double right = 0;
  for (std::size_t i = 0; i < n; ++i)
    right += to[i] == truth[i];
  return right / static_cast<double>(n);
}

double named(Hardening hardening, bool salted) {
  const std::vector<Person> people = persons();
  SeededRandom random(9);
  std::vector<std::size_t> order(people.size());
  std::iota(order.begin(), order.end(), 0);
  for (std::size_t i = order.size(); i > 1; --i)
    std::swap(order[i - 1], order[random.below(i)]);
  std::vector<Person> list(people.size());
  for (std::size_t i = 0; i < order.size(); ++i)
    list[order[i]] = people[i];
  return attack(graph(people, hardening, salted, Bytes(32, 7)), graph(list, hardening, salted, Bytes(32, 99)), order);
}

TEST(FilterAttack, GraphsOfSimilaritiesNameUnsaltedFiltersAndFarFewerSaltedOnes) {
  const double plain = named(Hardening::kNone, false), diffused = named(Hardening::kDiffuse, false);
  const double balanced = named(Hardening::kBalance, false), salted = named(Hardening::kDiffuse, true);
  RecordProperty("plain", fmt::format("{:.4f}", plain));
  RecordProperty("diffused", fmt::format("{:.4f}", diffused));
  RecordProperty("balanced", fmt::format("{:.4f}", balanced));
  RecordProperty("salted", fmt::format("{:.4f}", salted));
  EXPECT_GT(plain, 0.9);     // the control: the attack works
  EXPECT_GT(diffused, 0.9);  // hardening of bits does not hide who resembles whom: docs/linkage.md says so
  EXPECT_LT(salted, 0.25);   // chance: 0.005
}

}  // namespace
}  // namespace sekisho::linkage
