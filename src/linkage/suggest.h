// Profile of a CSV and a first spec for it: what each column seems to hold, by its name and by its values.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/json.h"
#include "core/result.h"

namespace sekisho::linkage {

struct ColumnProfile {
  std::string column;
  std::string role;          // "surname" ...; "" when nothing fits
  double filled = 0;         // share of rows
  std::size_t distinct = 0;  // values
  double largest = 0;        // share of the commonest value among filled rows
  double pair_share = 0;     // share of random pairs that agree
};

struct Suggestion {
  std::size_t rows = 0;
  std::vector<ColumnProfile> columns;
  std::string spec;  // TOML
  Json to_json() const;
};

// Looks at up to 200,000 rows. `columns` ("record_id=ID,surname=LNAME") names roles that are known. Errors: csv.*,
// usage.columns, linkage.columns (no such column, no record id), linkage.suggest (no column can be compared).
Result<Suggestion> suggest(const std::filesystem::path& file, std::string_view columns = {});

}  // namespace sekisho::linkage
