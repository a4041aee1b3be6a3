// How audits read CSV files: as texts, by the query engine. Internal.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/result.h"

namespace sekisho::anonymize {

Result<std::vector<std::string>> csv_header(const std::filesystem::path& file, char delimiter);
// A table function over the file, every column a text.
std::string sql_csv(const std::filesystem::path& file, const std::vector<std::string>& header, char delimiter);

}  // namespace sekisho::anonymize
