// Judges a finished file against a policy by SQL over the file's texts. Shares no judgement with the search: only the
// policy and the text of its hierarchies.
#pragma once

#include <filesystem>

#include "anonymize/policy.h"
#include "core/json.h"

namespace sekisho::anonymize {

struct Audit {
  bool ok = false;
  std::size_t rows = 0, classes = 0, smallest_class = 0, failing_classes = 0;
  bool counts_persons = false;      // false: the file has no person column, each row counted as one
  std::vector<std::string> models;  // those judged
  std::vector<std::string> problems;
  std::vector<std::string> undecided;  // what only the original file could decide
  Json to_json() const;
};

// Models that compare with the whole table take their shares from `original` (the file before anonymization); without
// it from the file itself, and what suppression may have shifted is left undecided. `separator` of both files; 0: as
// the policy says. Errors: csv.*, policy.columns, hierarchy.*, columns.query.
Result<Audit> audit(const std::filesystem::path& file, const Policy& policy, const std::filesystem::path& original = {},
                    char separator = 0);

}  // namespace sekisho::anonymize
