// Attacks on a table, tried out: somebody who knows something of a random person looks for its rows and picks one of
// the persons that fit. How often the right one is picked, against the risk found by counting.
#pragma once

#include "anonymize/view.h"
#include "core/json.h"

namespace sekisho::anonymize {

struct AttackOptions {
  std::size_t trials = 100'000;
  int facts = 3;  // known by the attacker who knows some
  std::uint64_t seed = 1;
};

// The attackers; targets are drawn evenly from those in the table attacked.
//   quasi-identifiers   knows the quasi-identifiers of one row of the person
//   history             knows those of all its rows, and sees which rows belong to one person
//   facts               knows some values of the person, from any of its rows, sensitive ones too
//   household           knows the quasi-identifiers of all members, looks for the household: where households can be
//                       told apart for one whose members look like these, else for a person like one of them
//   hospital            works there: knows the hospital (where it is shown) and the sensitive values of one row
//   hospital-and-quasi  the same, and the quasi-identifiers of that row
struct Attack {
  struct Side {
    std::size_t trials = 0, successes = 0;
    double rate = 0, upper = 0;  // upper: one-sided, 95 %
    double stated = 0;           // expected rate, by counting
    bool holds() const { return upper <= stated + 0.01; }
  };
  std::string attacker;
  std::size_t known = 0;  // facts: how many
  Side before, after;
  std::optional<double> promised;  // by the policy, of the rate after; none: it promises nothing against this attacker
  bool holds() const { return before.holds() && after.holds() && (!promised || after.upper <= *promised + 0.01); }
  Json to_json() const;
};

// Households are told apart by the table's column, also where the view does not show it.
std::vector<Attack> simulate_attacks(const Table& table, const View& before, const View& after, const Policy& policy,
                                     const AttackOptions& options = {});

// Greatest rate of which `successes` or fewer in `trials` have a probability of 1 - confidence.
double clopper_pearson_upper(std::size_t successes, std::size_t trials, double confidence = 0.95);

}  // namespace sekisho::anonymize
