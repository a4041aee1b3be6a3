// modules: anonymize
// Policies, hierarchies and small tables of any bytes: the first line break pair separates policy and table.
#include "anonymize/audit.h"
#include "anonymize/engine.h"

using namespace sekisho;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)anonymize::Hierarchy::from_csv(text, ';', "fuzz");
  const std::size_t cut = text.find("\n\n\n");
  const auto policy = anonymize::Policy::parse(text.substr(0, cut), "/nonexistent/policy.toml");
  if (!policy || cut == std::string_view::npos) return 0;
  const auto table = anonymize::read_table(text.substr(cut + 3), policy->delimiter, "fuzz");
  if (!table || table->rows > 200) return 0;
  const auto outcome = anonymize::search(*table, *policy);
  if (!outcome) return 0;
  const auto applied = anonymize::apply(*table, *policy, outcome->decision);
  if (!applied || applied->rows() + outcome->suppressed != table->rows) __builtin_trap();
  return 0;
}
