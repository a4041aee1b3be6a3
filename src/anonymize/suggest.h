// A first policy for a table: what each column is, by its name and its values, and a hierarchy by rule. A draft for a
// person to correct: what is not recognized is treated as a quasi-identifier, never let through.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "anonymize/table.h"

namespace sekisho::anonymize {

struct Suggestion {
  std::string column, kind;       // kind: identifying, quasi, sensitive, person, household, hospital
  std::string reason;             // for the comment
  std::vector<std::string> rule;  // lines of [attribute.rule]
};

// `identifies`: whether the values of a column look like names, numbers or addresses of persons.
using Scanner = std::function<bool(const Column&)>;
std::vector<Suggestion> suggest(const Table& table, const Scanner& identifies);
// The policy as TOML with comments; one that Policy::parse takes.
std::string suggested_policy(const Table& table, char delimiter, const Scanner& identifies);

}  // namespace sekisho::anonymize
