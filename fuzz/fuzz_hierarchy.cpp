// modules: anonymize
// Hierarchy files, and rules with values and mappings of any bytes: parts are separated by three line breaks. What is
// accepted is a tree over all values.
#include "anonymize/hierarchy.h"
#include "core/toml.h"

using namespace sekisho;

namespace {

void check(const Result<anonymize::Hierarchy>& hierarchy) {
  if (!hierarchy) return;
  for (int level = 0; level < hierarchy->levels(); ++level)
    for (std::size_t leaf = 0; leaf < hierarchy->leaves(); ++leaf) {
      const auto code = hierarchy->label_code(level, static_cast<int>(leaf));
      if (code >= hierarchy->label_count(level) || hierarchy->leaves_under(level, code) == 0) __builtin_trap();
      if (level > 0 &&
          hierarchy->lift(level - 1, level)[hierarchy->label_code(level - 1, static_cast<int>(leaf))] != code)
        __builtin_trap();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  check(anonymize::Hierarchy::from_csv(rest, ';', "fuzz", {anonymize::Gap::kOwn, anonymize::Gap::kTop}, {"", "x"}));
  std::string_view parts[3];
  for (std::string_view& part : parts) {
    const std::size_t cut = rest.find("\n\n\n");
    part = rest.substr(0, cut);
    rest = cut == std::string_view::npos ? std::string_view() : rest.substr(cut + 3);
  }
  const auto rule = TomlTable::parse(parts[0], "fuzz");
  if (!rule) return 0;
  std::vector<std::string> values;
  for (std::string_view left = parts[1]; values.size() < 100;) {
    const std::size_t end = left.find('\n');
    values.emplace_back(left.substr(0, end));
    if (end == std::string_view::npos) break;
    left.remove_prefix(end + 1);
  }
  check(anonymize::Hierarchy::from_rule(*rule, values, parts[2], ','));
  return 0;
}
