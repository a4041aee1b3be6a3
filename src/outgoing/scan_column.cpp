#include "outgoing/scan_column.h"

#include "core/csv.h"
#include "outgoing/scan.h"

namespace sekisho::outgoing {

std::string identifier_rule(std::string_view column, const std::vector<std::string>& values) {
  std::string text;
  append_csv(text, std::vector<std::string_view>{column});
  for (const std::string& value : values)
    append_csv(text, std::vector<std::string_view>{value});
  for (const ScanFinding& finding : scan_text(text, "column.csv"))
    if (finding.rule.starts_with("id.")) return finding.rule;  // the others speak of files that leave, not of columns
  return "";
}

}  // namespace sekisho::outgoing
