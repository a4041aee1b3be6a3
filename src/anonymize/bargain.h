// What is won and what is given up by an anonymization, for those who decide on it: risk, attacks, utility. JSON for
// the report, and one HTML page of it.
#pragma once

#include "anonymize/risk.h"

namespace sekisho::anonymize {

struct Bargain {
  RiskReport risk;
  Json to_json() const;  // the members that the report gets
};

// Errors: those of measure_risk.
Result<Bargain> weigh_bargain(const Table& table, const Applied& applied, const Policy& policy,
                              const Decision& decision);

}  // namespace sekisho::anonymize
