// Risks of re-identification of a table, before and after: by class size, by a population, uniqueness, and what each
// quasi-identifier tells apart. Formulas in docs/anonymize.md.
#pragma once

#include <map>
#include <optional>

#include "anonymize/view.h"
#include "core/json.h"

namespace sekisho::anonymize {

struct Risk {
  std::size_t rows = 0, persons = 0, classes = 0, smallest = 0;
  std::size_t memberships = 0;  // persons, each counted in every class where rows of it stand
  // An attacker who knows that the person is in the table.
  double prosecutor_max = 0, prosecutor_mean = 0, prosecutor_above = 0;
  // An attacker who does not: by the classes of the population.
  struct Journalist {
    std::string basis;  // "population-table" or "population-size"
    double max = 0, mean = 0, above = 0;
  };
  std::optional<Journalist> journalist;
  double marketer = 0;                       // share of persons found by one who tries all of them
  std::map<std::size_t, std::size_t> sizes;  // persons of a class: how many such classes
  double sample_unique = 0;                  // share of persons alone in a class
  std::optional<double> population_unique;   // estimated share of the population that is unique there
  Json to_json() const;
};

// What one quasi-identifier, or all together (name ""), tell apart, by rows.
struct Separation {
  std::string name;
  double distinction = 0;  // different values / rows
  double separation = 0;   // share of the pairs of rows whose values differ
};

struct RiskReport {
  double threshold = 0;  // of the shares "above": 1 / k, without k 0.1
  Risk before, after;
  std::vector<Separation> separation_before, separation_after;  // quasi-identifiers in order, then all together
  Json to_json() const;
};

// Errors: policy.population, hierarchy.*, csv.* (all of them of the population).
Result<RiskReport> measure_risk(const View& before, const View& after, const Policy& policy, const Decision& decision);

// Expected 1/F of a class of which f persons were drawn, each person of the population with probability `fraction`
// (Benedetti and Franconi 1998: F - f is negative binomial).
double expected_risk(std::size_t f, double fraction);

// Persons by size of their class: 1, 2, 3-4, 5-9, 10-19, 20-49, 50-99, 100-999, 1000 and more.
struct SizeBand {
  std::size_t from = 0, to = 0;  // to 0: open
  std::size_t classes = 0, persons = 0;
};
std::vector<SizeBand> size_bands(const std::map<std::size_t, std::size_t>& sizes);

}  // namespace sekisho::anonymize
