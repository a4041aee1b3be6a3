#include "formats/rules.h"

#include <algorithm>
#include <array>

namespace sekisho::formats {
namespace {

constexpr RuleText kTexts[] = {
#include "formats/tables/rules_dpc.inc"
#include "formats/tables/rules_receipt.inc"
#include "formats/tables/rules_storage.inc"
};

constexpr auto kByName = [] {
  auto sorted = std::to_array(kTexts);
  std::ranges::sort(sorted, {}, &RuleText::name);
  return sorted;
}();
static_assert(std::ranges::adjacent_find(kByName, {}, &RuleText::name) == kByName.end(), "a rule stands twice");

}  // namespace

std::span<const RuleText> rule_texts() {
  return kByName;
}

const RuleText* find_rule_text(std::string_view name) {
  const auto found = std::ranges::lower_bound(kByName, name, {}, &RuleText::name);
  return found != kByName.end() && found->name == name ? &*found : nullptr;
}

}  // namespace sekisho::formats
