// Judges a finished file against a policy. Shares nothing with the engine but the policy: classes are counted as texts.
#pragma once

#include "anonymize/policy.h"
#include "core/json.h"

namespace sekisho::anonymize {

struct Audit {
  bool ok = false;
  std::size_t rows = 0, classes = 0, smallest_class = 0, failing_classes = 0;
  bool counts_persons = false;  // false: the file has no person column, each row counted as one
  std::vector<std::string> problems;
  std::vector<std::string> not_judged;  // models that a finished file alone cannot show
  Json to_json() const;
};

Result<Audit> audit(const Table& table, const Policy& policy);

}  // namespace sekisho::anonymize
