// Reports of data quality that `sekisho quality` leaves, one file per hospital. A request's hospital is compared with
// the names that are there and never becomes a path; a hospital's user finds its own report and no other.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/json.h"
#include "core/result.h"
#include "portal/link.h"

namespace sekisho::portal {

// Thread safe.
class QualityReports {
 public:
  explicit QualityReports(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // [{"hospital", "on", "levels", "accounting"}] of the reports that the holder may see.
  Result<Json> list(const Holder& holder) const;
  // Errors: quality.hospital for a report that is not there and for one of another hospital alike.
  Result<Json> report(const Holder& holder, std::string_view hospital) const;

 private:
  Result<Json> read(const std::string& hospital) const;

  std::filesystem::path folder_;
};

}  // namespace sekisho::portal
