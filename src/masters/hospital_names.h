// Institution codes by prefecture and name, for published lists that name hospitals without their codes. A name counts
// only when exactly one code ever had it; corporate forms before the name may be missing on either side.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "masters/state.h"

namespace sekisho::masters {

class HospitalNames {
 public:
  HospitalNames(const Layouts& layouts, const BuildState& state);
  // The one code, or nothing with the number of candidates.
  struct Match {
    std::string code;
    std::size_t candidates = 0;
  };
  Match find(std::string_view prefecture, std::string_view name) const;

 private:
  std::map<std::string, std::map<std::string, std::set<std::string>>> by_prefecture_;  // "13" -> folded name -> codes
};

}  // namespace sekisho::masters
