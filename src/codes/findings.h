// Wrong standard codes at the source: what a hospital sent beside its local codes, judged by shape, dictionary, name,
// specimen, unit and values.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "codes/suggest.h"

namespace sekisho::codes {

struct CodeFinding {
  std::string hospital, local_system, local_code, local_name;
  std::string rule;  // one of code_rules()
  char level = 'W';  // E, W, I
  std::string std_system, std_code;
  std::string message;  // what is wrong
  std::string better;   // a code that would fit; may be empty
  double count = 0;     // rows concerned
};

struct CodeRule {
  std::string_view name;
  char level;
  std::string_view meaning, meaning_ja;
};
std::span<const CodeRule> code_rules();

// `suggestions` belong to `items`, in their order.
std::vector<CodeFinding> find_wrong_codes(std::span<const LocalItem> items,
                                          std::span<const std::vector<Suggestion>> suggestions,
                                          const Suggester& suggester);

}  // namespace sekisho::codes
