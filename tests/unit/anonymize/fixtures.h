// What tests of the engine share: a folder with a policy in it, and a small table of ages and drugs.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "anonymize/audit.h"
#include "anonymize/engine.h"
#include "core/file.h"

namespace sekisho::anonymize {

struct PolicyTest : testing::Test {
  TemporaryFolder folder = *TemporaryFolder::create();
  std::filesystem::path write(const std::string& name, const std::string& text) {
    std::ofstream(folder.path() / name, std::ios::binary) << text;
    return folder.path() / name;
  }
  Policy policy(const std::string& text) {
    auto out = Policy::parse(text, folder.path() / "p.toml");
    EXPECT_TRUE(out) << out.error().describe();
    return out ? *out : Policy();
  }
  Result<Audit> audited(const std::string& text, const Policy& p) { return audit(write("finished.csv", text), p); }
  static Table table(const std::string& text, char separator = ',') { return *read_table(text, separator, "t.csv"); }
};

inline const std::string kAgePolicy = R"(
person = "pid"
[[attribute]]
name = "age"
kind = "quasi"
[attribute.rule]
kind = "age"
bands = [10, 20]
top = 80
[[attribute]]
name = "drug"
kind = "sensitive"
[[model]]
kind = "k-anonymity"
k = 2
)";
// Person 1 has two rows. Before: 31 {1}, 32 {1, 2}, 38 {3}, 45 {4, 5}; by tens: 30-39 {1, 2, 3}, 40-49 {4, 5}.
inline const std::string kAgeRows = "pid,age,drug\n1,31,a\n1,32,a\n2,32,b\n3,38,a\n4,45,c\n5,45,c\n";

// The rows of a finished table as CSV.
inline std::string csv_of(const Applied& applied) {
  std::string csv;
  for (std::size_t i = 0; i < applied.header.size(); ++i)
    csv += (i == 0 ? "" : ",") + applied.header[i];
  csv += '\n';
  for (std::size_t row = 0; row < applied.rows(); ++row)
    for (std::size_t i = 0; i < applied.header.size(); ++i)
      csv += applied.text(row, i) + (i + 1 < applied.header.size() ? "," : "\n");
  return csv;
}

}  // namespace sekisho::anonymize
