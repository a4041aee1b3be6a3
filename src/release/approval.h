// A committee's approval of a purpose: what was approved (the recipe and the policy, by their hashes), by whom, under
// which number and until when, signed with the approver's own Ed25519 key. It goes into the manifest as it was signed,
// so that whoever has the dataset can check it against the approver's public key.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/json.h"
#include "crypto/keys.h"

namespace sekisho::release {

struct ApprovalRequest {
  std::filesystem::path purpose, policy;  // policy empty: the one that the recipe names
  std::filesystem::path key;              // the approver's private key (Ed25519, PEM)
  std::string approver, reference;        // who, and the number of the decision
  UtcTime valid_until;
  const Clock* clock = nullptr;
};
// {"document": text that was signed, "signature": hex, "public_key": PEM}. The text is JSON of one spelling: recipe,
// policy, approver, reference, approved, valid_until. Errors: recipe.*, policy.*, release.approval (a key of another
// kind).
Result<Json> approve(const ApprovalRequest& request);

// What an approval must cover.
struct Approved {
  std::string recipe_sha256, policy_sha256;
  UtcTime at;
};
// Whether it holds: signed by one of the public keys (Ed25519, PEM; none: by the one it brings along), for this recipe
// and policy, at this time. Error: release.approval, with what is wrong.
Result<void> check_approval(const Json& approval, const Approved& wanted,
                            const std::vector<std::filesystem::path>& public_keys);

}  // namespace sekisho::release
