// What is won and what is given up by an anonymization, for those who decide on it: risk, attacks, utility. JSON for
// the report, and one HTML page of it.
#pragma once

#include "anonymize/attack.h"
#include "anonymize/risk.h"
#include "anonymize/utility.h"

namespace sekisho::anonymize {

struct Bargain {
  RiskReport risk;
  std::vector<Attack> attacks;
  Utility utility;
  bool whole = false;    // attacks and utility were asked for too
  Json to_json() const;  // the members that the report gets
};

struct BargainOptions {
  bool all = true;  // false: only risks by class size, which take a small part of the time of a search
  AttackOptions attack;
  UtilityOptions utility;
};

// Errors: those of measure_risk and measure_utility.
Result<Bargain> weigh_bargain(const Table& table, const Applied& applied, const Policy& policy,
                              const Decision& decision, const BargainOptions& options = {});

}  // namespace sekisho::anonymize
