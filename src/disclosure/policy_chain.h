// Policies inherited from the purpose class to the project: a file names the one above it, every rule takes the
// stricter of the two values, and a file that asks for less than the one above it is refused.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/json.h"
#include "core/result.h"

namespace sekisho::disclosure {

struct PolicyChain {
  Json members;                      // in force: those of the file and of all above it, without `inherits`
  std::vector<std::string> parents;  // ids (file names where there is none) of the policies above, nearest first
  Json excused = Json::array();      // laxer rules that a committee allowed: policy, member, values, decision, expiry
};

// A committee's decision: its number, or {"id", "members", "expires"} where it allows this policy to be laxer in those
// members than the one above it until that day.
bool names_decision(const Json& members);

// JSON, or TOML when the name ends in .toml. `inherits` is a path, relative to the file's folder. Without it, `base`
// names the purpose class, and BASE.json or BASE.toml is inherited where it stands beside the file.
// Errors: policy.member, policy.value, policy.looser (with the member and the value above), policy.expired,
// policy.cycle, policy.parent (cannot be read), and those of reading the file itself.
Result<PolicyChain> resolve_policy(const std::filesystem::path& file, const Clock& clock = system_clock());

}  // namespace sekisho::disclosure
