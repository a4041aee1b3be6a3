#include "anonymize/bargain.h"

namespace sekisho::anonymize {

Result<Bargain> weigh_bargain(const Table& table, const Applied& applied, const Policy& policy,
                              const Decision& decision, const BargainOptions& options) {
  const View before = view_before(table, policy), after = view_after(applied, policy);
  Bargain out;
  SEKISHO_TRY(out.risk, measure_risk(before, after, policy, decision));
  if (!options.all) return out;
  out.attacks = simulate_attacks(table, before, after, policy, options.attack);
  SEKISHO_TRY(out.utility, measure_utility(before, after, policy, decision, options.utility));
  out.whole = true;
  return out;
}

Json Bargain::to_json() const {
  Json out{{"risk", risk.to_json()}};
  if (!whole) return out;
  out["risk"]["attacks"] = Json::array();
  for (const Attack& attack : attacks)
    out["risk"]["attacks"].push_back(attack.to_json());
  out["utility"] = utility.to_json();
  return out;
}

}  // namespace sekisho::anonymize
