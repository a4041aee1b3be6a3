// Hierarchies by rule: what a value's labels are, level by level, without a file that lists them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/toml.h"

namespace sekisho::anonymize::detail {

struct Rule {
  std::size_t levels = 0;  // between the value itself and the top
  // nullopt: the rule does not understand the value.
  std::function<std::optional<std::vector<std::string>>(std::string_view)> labels;
  std::vector<std::string> domain;  // values that count as leaves whether the data hold them or not
};

// The kinds and their members are listed at Hierarchy::from_rule. `values`: those of the column; `mapping`: text of the
// rule's file. Errors: hierarchy.rule, hierarchy.duplicate, csv.*, toml.*.
Result<Rule> read_rule(const TomlTable& table, const std::vector<std::string>& values, std::string_view mapping,
                       char delimiter);

// Label of the ICD-10 block (E10-E14) and chapter (E00-E90) of a category like E11; "" where there is none.
std::string icd10_block(std::string_view category);
std::string icd10_chapter(std::string_view category);

}  // namespace sekisho::anonymize::detail
