// (epsilon, delta)-differential privacy as SafePub (Bild, Kuhn, Prasser 2018): a random sample of the persons, levels
// that are fixed beforehand or chosen by the exponential mechanism, and the classes of fewer than k persons left out.
#pragma once

#include "anonymize/engine.h"
#include "core/random.h"

namespace sekisho::anonymize {

// Least k so that publishing the classes of at least k persons of a sample drawn with probability beta is
// (epsilon, delta)-differentially private (Li, Qardaji, Su 2012, theorem 1); 0: none up to a million.
int differential_k(double epsilon, double delta, double beta);
// The delta that a k gives: max over n >= ceil(k / gamma - 1) of Pr[Bin(n, beta) > gamma n], with
// gamma = (e^epsilon - 1 + beta) / e^epsilon.
double differential_delta(int k, double epsilon, double beta);

struct DifferentialRun {
  Table sample;  // the persons drawn
  Outcome outcome;
  Policy policy;  // with the levels chosen: for apply() on the sample
  Json to_json() const;
};
// The outcome counts what is not drawn as suppressed. Errors: policy.differential (a person stands in several rows; the
// policy asks for none), and those of search().
Result<DifferentialRun> run_differentially(const Table& table, const Policy& policy, Random& random,
                                           const SearchOptions& options = {});

}  // namespace sekisho::anonymize
