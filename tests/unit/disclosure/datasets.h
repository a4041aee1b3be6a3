// Datasets of persons for tests of tables and of several releases.
#pragma once

#include <gtest/gtest.h>

#include <map>

#include "core/csv.h"
#include "core/file.h"
#include "disclosure/table.h"

namespace sekisho::disclosure {

class WithFolder : public testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, const std::string& content) {
    EXPECT_TRUE(write_file_durable(folder_->path() / name, content));
    return folder_->path() / name;
  }
  Result<TemporaryFolder> folder_ = TemporaryFolder::create();
};

// Published values of a result by labels joined with blanks; hidden ones are empty.
inline std::map<std::string, std::string> values_of(const TableResult& result, const std::string& column = "value") {
  const auto csv = read_csv(result.csv);
  std::map<std::string, std::string> values;
  if (!csv) return values;
  for (const auto& row : csv->rows) {
    std::string key;
    for (std::size_t d = 0; d < result.table.dimensions.size(); ++d)
      key += (d == 0 ? "" : " ") + row[d];
    values[key] = row[static_cast<std::size_t>(csv->column(column))];
  }
  return values;
}

}  // namespace sekisho::disclosure
