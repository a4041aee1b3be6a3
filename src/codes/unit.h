// Units of laboratory values as written ("×10^3/μL", "千/uL", "IU/l", "mg/dl"), brought to dimension and factor, so
// that values of two hospitals can be compared.
#pragma once

#include <string>
#include <string_view>

namespace sekisho::codes {

struct LabUnit {
  std::string dimension;  // "mass/volume", "count/volume" ..., or the folded text itself where no rule knows it
  double factor = 1;      // value * factor is in the dimension's base unit
  bool known = false;
};
LabUnit parse_lab_unit(std::string_view text);
// What a value in `from` is in `to`; 0: not comparable.
double unit_factor(std::string_view from, std::string_view to);

}  // namespace sekisho::codes
