// The text of a small specification: fields, a comparison for each that has one, blocking rules.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <string_view>
#include <vector>

namespace sekisho::linkage {

struct FieldOfTest {
  std::string_view name, type, comparison;  // comparison "": none
  std::string_view column = "";             // "": of the field's name
};

inline std::string spec_text(const std::vector<FieldOfTest>& fields,
                             const std::vector<std::vector<std::string_view>>& blocks, std::string_view options = "") {
  std::string text = fmt::format("kind = \"probabilistic\"\n{}", options);
  for (const FieldOfTest& field : fields) {
    text += fmt::format("[[field]]\nname = \"{}\"\ntype = \"{}\"\n", field.name, field.type);
    if (!field.column.empty()) text += fmt::format("columns = [\"{}\"]\n", field.column);
  }
  for (const FieldOfTest& field : fields)
    if (!field.comparison.empty())
      text += fmt::format("[[comparison]]\nname = \"{0}\"\ntype = \"{1}\"\nfields = [\"{0}\"]\n", field.name,
                          field.comparison);
  for (const auto& key : blocks)
    text += fmt::format("[[block]]\nkey = [\"{}\"]\n", fmt::join(key, "\", \""));
  return text;
}

}  // namespace sekisho::linkage
