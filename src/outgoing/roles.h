// What a column (or a row) of a table of statistics says, by its name. Private to the scan.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::outgoing {

enum class Role : std::uint8_t {
  kNone,
  kCount,      // persons
  kUnits,      // prescriptions, claims, visits: not persons
  kHospitals,  // hospitals, insurers
  kAtRisk,
  kEvents,
  kCell,  // a category whose numbers are counts where they are whole: male, female, 2021, total
  kPercent,
  kMean,
  kSpread,
  kMin,
  kMax,
  kPercentile,
  kEstimate,
  kError,
  kLower,
  kUpper,
  kDegrees,
  kRSquared,
  kPValue,
  kTime,
  kSurvival,
  kResidual,  // residuals, fitted values, predictions: one for each person
  kLabel      // codes, ages, dates, groups: names a row
};

struct NamedRole {
  Role role = Role::kNone;
  double percentile = 0;  // of kPercentile
};
NamedRole role_of(std::string_view name);
// "count", "percentile", ... as a description of the requester writes it; kNone when unknown.
Role role_named(std::string_view word);

// Does this role make the column a statistic rather than an attribute of a person?
bool is_statistic(Role role);

}  // namespace sekisho::outgoing
