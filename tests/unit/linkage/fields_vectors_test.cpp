// Fields of persons against values made by hand from the rules of the field.
#include <gtest/gtest.h>

#include <sstream>
#include <vector>

#include "core/file.h"
#include "core/text.h"
#include "linkage/fields.h"

namespace sekisho::linkage {
namespace {

// {U+XXXX} -> that character.
std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (text.substr(at).starts_with("{U+")) {
      const std::size_t end = text.find('}', at);
      append_utf8(out, static_cast<char32_t>(std::stoul(std::string(text.substr(at + 3, end - at - 3)), nullptr, 16)));
      at = end + 1;
    } else {
      out.push_back(text[at++]);
    }
  }
  return out;
}

TEST(Fields, EveryVectorHolds) {
  const auto text = read_text(std::filesystem::path(SEKISHO_SOURCE_DIR) / "tests/vectors/person_fields.tsv");
  ASSERT_TRUE(text) << text.error().describe();
  std::istringstream lines(*text);
  int checked = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#') || line.empty()) continue;
    std::vector<std::string> cells{""};
    for (const char c : line)
      if (c == '\t')
        cells.emplace_back();
      else
        cells.back().push_back(c);
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
