// Columns that leave as they are, searched for identifiers by the exit check's scanners.
#pragma once

#include <string>

#include "anonymize/table.h"
#include "core/csv.h"
#include "outgoing/scan.h"

namespace sekisho::cli {

// The rule by which a column seems to hold names, numbers or addresses; "": none.
inline std::string identifier_rule(const anonymize::Column& column) {
  std::string text;
  append_csv(text, {column.name()});
  for (const std::string& value : column.values())
    append_csv(text, {value});
  for (const outgoing::ScanFinding& finding : outgoing::scan_text(text, "column.csv"))
    if (finding.rule.starts_with("id.")) return finding.rule;  // the others speak of files that leave, not of columns
  return "";
}

}  // namespace sekisho::cli
