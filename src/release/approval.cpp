#include "release/approval.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/file.h"
#include "crypto/digest.h"
#include "ledger/ledger.h"
#include "recipe/recipe.h"
#include "release/dataset.h"

namespace sekisho::release {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMostKey = 64 << 10;

std::unexpected<Error> wrong(std::string what) {
  return fail("release.approval", std::move(what), {}, "Ask the approver for an approval of this recipe and policy.");
}

Result<void> check_document(const Json& document, const Approved& wanted) {
  for (const auto& [member, sha256] :
       {std::pair("recipe", wanted.recipe_sha256), std::pair("policy", wanted.policy_sha256)}) {
    if (!document.contains(member) || !document[member].is_object() || document[member].value("sha256", "") != sha256)
      return wrong(fmt::format("the approval is of another {}", member));
  }
  SEKISHO_TRY(const std::string from, json_string(document, "approved"));
  SEKISHO_TRY(const std::string until, json_string(document, "valid_until"));
  SEKISHO_TRY(const UtcTime begin, UtcTime::parse(from));
  SEKISHO_TRY(const UtcTime end, UtcTime::parse(until));
  if (wanted.at < begin || wanted.at > end)
    return wrong(fmt::format("the approval holds from {} to {}, not at {}", from, until, wanted.at.iso()));
  return {};
}

}  // namespace

Result<Json> approve(const ApprovalRequest& request) {
  SEKISHO_TRY(const recipe::Recipe recipe, recipe::Recipe::load(request.purpose));
  const fs::path file = !request.policy.empty() ? request.policy
                        : recipe.policy.empty() ? fs::path()
                                                : request.purpose.parent_path() / recipe.policy;
  if (file.empty()) return wrong("the recipe names no policy and none was given");
  SEKISHO_TRY(const std::string policy, detail::policy_sha256(file));
  SEKISHO_TRY(const crypto::PrivateKey key, crypto::PrivateKey::load(request.key));
  const auto raw = crypto::ed25519_public_raw(key);
  if (!raw) return wrong("an approver's key is an Ed25519 key");
  const Json document{{"approved", request.clock->now().iso()},
                      {"approver", request.approver},
                      {"policy", {{"sha256", policy}}},
                      {"recipe", {{"name", recipe.name}, {"sha256", recipe.sha256}, {"version", recipe.version}}},
                      {"reference", request.reference},
                      {"valid_until", request.valid_until.iso()}};
  const std::string text = document.dump();
  SEKISHO_TRY(const Bytes signature, crypto::sign_ed25519(key, as_bytes(text)));
  return Json{{"document", text}, {"public_key", ledger::public_key_pem(*raw)}, {"signature", to_hex(signature)}};
}

Result<void> check_approval(const Json& approval, const Approved& wanted, const std::vector<fs::path>& public_keys) {
  if (!approval.is_object()) return wrong("the approval is no JSON object");
  SEKISHO_TRY(const std::string text, json_string(approval, "document"));
  SEKISHO_TRY(const std::string pem, json_string(approval, "public_key"));
  SEKISHO_TRY(const std::string hex, json_string(approval, "signature"));
  const auto signature = from_hex(hex);
  if (!signature) return wrong("the approval's signature is not hexadecimal");
  std::vector<std::string> pems;
  for (const fs::path& one : public_keys) {
    SEKISHO_TRY(std::string trusted, read_text(one, kMostKey));
    pems.push_back(std::move(trusted));
  }
  if (pems.empty()) pems.push_back(pem);
  const bool signed_by_one = std::ranges::any_of(pems, [&](const std::string& one) {
    const auto key = ledger::parse_public_key(one);
    return key && crypto::verify_ed25519(*key, as_bytes(text), *signature);
  });
  if (!signed_by_one)
    return wrong(public_keys.empty() ? "the approval's signature is wrong"
                                     : "the approval is not signed by one of the approvers' keys");
  SEKISHO_TRY(const Json document, parse_json(text, "approval"));
  if (!document.is_object()) return wrong("the approval's document is no JSON object");
  return check_document(document, wanted);
}

}  // namespace sekisho::release
