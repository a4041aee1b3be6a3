// Finds rows of the master problem that a point of its relaxation breaks. A row may count for each cell no more than
// is needed in all (x is 0 or 1 in the end); so the attacker is first asked with cells that move no further than that,
// which finds rows that are broken only in this sharper form. Private to the protector.
#pragma once

#include <map>

#include "disclosure/master.h"

namespace sekisho::disclosure {

class Separator {
 public:
  Separator(const CellTable& table, Effort& effort) : table_(table), effort_(effort), attacker_(table, effort) {}

  void set_point(const std::vector<double>& x);
  // Whether the target holds at the point; if it does not, or not in the sharper form, a row joins the master problem.
  struct Found {
    bool holds = false, added = false;
  };
  Result<Found> ask(const Target& target, Master& master);
  Attacker& attacker() { return attacker_; }

 private:
  Attacker& limited(double needed);
  Result<bool> add_sharper(const Target& target, Master& master, bool& held);

  const CellTable& table_;
  Effort& effort_;
  Attacker attacker_;
  std::map<int, std::unique_ptr<Attacker>> limited_;  // by the size of what is needed
  std::vector<double> x_;
};

}  // namespace sekisho::disclosure
