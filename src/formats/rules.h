// What the readers' rules mean: for each rule its place in the standard, what was found and what to do about it, in
// English and Japanese. One table for every page and command that shows findings to people.
#pragma once

#include <span>
#include <string_view>

namespace sekisho::formats {

struct RuleText {
  std::string_view name;     // REQUIRED_FIELD_EMPTY
  std::string_view section;  // of the standard; empty: of no standard
  std::string_view meaning_en, meaning_ja;
  std::string_view repair_en, repair_ja;
};

std::span<const RuleText> rule_texts();                 // sorted by name
const RuleText* find_rule_text(std::string_view name);  // nullptr: no rule of the readers

}  // namespace sekisho::formats
