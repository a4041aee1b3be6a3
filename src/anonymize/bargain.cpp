#include "anonymize/bargain.h"

namespace sekisho::anonymize {

Result<Bargain> weigh_bargain(const Table& table, const Applied& applied, const Policy& policy,
                              const Decision& decision) {
  const View before = view_before(table, policy), after = view_after(applied, policy);
  Bargain out;
  SEKISHO_TRY(out.risk, measure_risk(before, after, policy, decision));
  return out;
}

Json Bargain::to_json() const {
  return {{"risk", risk.to_json()}};
}

}  // namespace sekisho::anonymize
