// Fields of persons against values made by hand from the rules of the field.
#include <gtest/gtest.h>

#include <sstream>
#include <vector>

#include "../vectors.h"
#include "core/file.h"
#include "core/text.h"
#include "linkage/fields.h"

namespace sekisho::linkage {
namespace {

using vectors::split;
using vectors::unescape;

TEST(Fields, EveryVectorHolds) {
  const auto text = read_text(std::filesystem::path(SEKISHO_SOURCE_DIR) / "tests/vectors/person_fields.tsv");
  ASSERT_TRUE(text) << text.error().describe();
  std::istringstream lines(*text);
  int checked = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#') || line.empty()) continue;
    const std::vector<std::string> cells = split(line, '\t');
    ASSERT_EQ(cells.size(), 4u) << line;
    const auto type = field_type(cells[0]);
    ASSERT_TRUE(type) << line;
    const std::string form = normalise(*type, unescape(cells[1]));
    EXPECT_EQ(form, cells[2]) << line;
    ++checked;
  }
  EXPECT_GE(checked, 100);
}

}  // namespace
}  // namespace sekisho::linkage
