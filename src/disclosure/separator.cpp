#include "disclosure/separator.h"

#include <cmath>

namespace sekisho::disclosure {

void Separator::set_point(const std::vector<double>& x) {
  x_ = x;
  attacker_.set_pattern(x_);
  for (auto& [size, attacker] : limited_)
    attacker->set_pattern(x_);
}

Attacker& Separator::limited(double needed) {
  const int size = static_cast<int>(std::ceil(std::log2(std::max(needed, 1e-6)) / 2));
  auto& attacker = limited_[size];
  if (!attacker) {
    attacker = std::make_unique<Attacker>(table_, effort_, std::exp2(2 * size));
    attacker->set_pattern(x_);
  }
  return *attacker;
}

Result<bool> Separator::add_sharper(const Target& target, Master& master, bool& held) {
  SEKISHO_TRY(const Answer answer, disclosure::ask(limited(target.needed), target, true));
  held = holds(answer.reached, target.needed);
  return !held && master.add_protection(target, answer, x_);
}

Result<Separator::Found> Separator::ask(const Target& target, Master& master) {
  Found found;
  bool held = false;
  if (target.up && target.down) {  // as the cell goes down by its own value at most, it must go up by the rest
    const Cell& cell = table_.cells[target.cell];
    for (const bool up : {true, false}) {
      const double rest = target.needed - (up ? cell.value - cell.lower : cell.upper - cell.value);
      if (rest <= 1e-9 * target.needed) continue;
      SEKISHO_TRY(const bool added, add_sharper({target.cell, up, !up, rest, target.insider}, master, held));
      found.added = found.added || added;
    }
    if (found.added) return found;
  }
  SEKISHO_TRY(found.added, add_sharper(target, master, held));
  if (held) return Found{.holds = true};
  if (found.added) return found;
  SEKISHO_TRY(const Answer answer, disclosure::ask(attacker_, target, true));
  found.holds = holds(answer.reached, target.needed);
  if (!found.holds) found.added = master.add_protection(target, answer, {});
  return found;
}

}  // namespace sekisho::disclosure
