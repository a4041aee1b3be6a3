#include "transport/receipt.h"

#include <algorithm>

#include "transport/json_reader.h"

namespace sekisho::transport {
namespace {

constexpr std::size_t kMaxReceipt = std::size_t{4} << 20;
constexpr std::size_t kMaxReason = 200;
constexpr std::size_t kMaxNote = 4096;

// Who may write which step.
struct StepRule {
  std::string_view step, role;
};
constexpr StepRule kStepRules[] = {
    {"received", "sign-receiver"}, {"loaded", "sign-intake"},  {"secured", "sign-intake"},
    {"refused", "sign-receiver"},  {"refused", "sign-intake"},
};

bool is_step(std::string_view step) {
  return std::any_of(std::begin(kStepRules), std::end(kStepRules),
                     [&](const StepRule& rule) { return rule.step == step; });
}
bool may_write(std::string_view role, std::string_view step) {
  return std::any_of(std::begin(kStepRules), std::end(kStepRules),
                     [&](const StepRule& rule) { return rule.step == step && rule.role == role; });
}

}  // namespace

std::string Receipt::to_json_bytes() const {
  return ledger::canonical(Json{{"checkpoint", checkpoint},
                                {"consistency", consistency},
                                {"format", 1},
                                {"manifest_sha256", to_hex(manifest_hash)},
                                {"package", package_id_json(package)},
                                {"reason", reason},
                                {"sealed_counts", to_base64(sealed_counts)},
                                {"step", step},
                                {"time", time.iso()}});
}

Result<Receipt> Receipt::parse(ByteView bytes) {
  if (bytes.size() > kMaxReceipt) return fail("receipt.malformed", "the receipt is too large");
  SEKISHO_TRY(const Json json, parse_canonical(bytes, "receipt.malformed"));
  JsonReader reader(json, "receipt.malformed");
  reader.only(
      {"checkpoint", "consistency", "format", "manifest_sha256", "package", "reason", "sealed_counts", "step", "time"});
  Receipt receipt;
  reader.number("format", 1, 1);
  receipt.checkpoint = reader.text("checkpoint", kMaxNote);
  receipt.manifest_hash = reader.digest("manifest_sha256");
  receipt.package = reader.package_id("package");
  receipt.reason = reader.text("reason", kMaxReason);
  receipt.sealed_counts = reader.base64("sealed_counts", kMaxReceipt);
  receipt.step = reader.text("step", 16);
  receipt.time = reader.time("time");
  if (!is_step(receipt.step)) reader.refuse("step");
  if ((receipt.step == "refused") != !receipt.reason.empty()) reader.refuse("reason");
  if (receipt.step != "loaded" && !receipt.sealed_counts.empty()) reader.refuse("sealed_counts");
  SEKISHO_CHECK(reader.result());
  receipt.consistency = json["consistency"];
  if (!receipt.consistency.is_null() && !ledger::ConsistencyProof::from_json(receipt.consistency))
    return fail("receipt.malformed", "the receipt's consistency proof is malformed");
  if (!receipt.checkpoint.empty() && !ledger::parse_checkpoint_unverified(receipt.checkpoint))
    return fail("receipt.malformed", "the receipt's checkpoint is malformed");
  return receipt;
}

Result<std::string> sign_receipt(const Receipt& receipt, const crypto::Certificate& certificate,
                                 const crypto::PrivateKey& key) {
  const std::string document = receipt.to_json_bytes();
  SEKISHO_CHECK(Receipt::parse(as_bytes(document)));
  SEKISHO_TRY(const Bytes signature, crypto::cms_sign(as_bytes(document), certificate, key));
  return ledger::canonical(Json{{"receipt", to_base64(as_bytes(document))}, {"signature", to_base64(signature)}});
}

Result<Receipt> verify_receipt(std::string_view file, const crypto::Trust& trust, UtcTime at) {
  if (file.size() > 2 * kMaxReceipt) return fail("receipt.malformed", "the receipt is too large");
  SEKISHO_TRY(const Json json, parse_canonical(as_bytes(file), "receipt.malformed"));
  JsonReader reader(json, "receipt.malformed");
  reader.only({"receipt", "signature"});
  const Bytes document = reader.base64("receipt", 2 * kMaxReceipt);
  const Bytes signature = reader.base64("signature", std::size_t{128} << 10);
  SEKISHO_CHECK(reader.result());
  auto signer = crypto::cms_verify(document, signature, trust, at);
  if (!signer) {
    Error error = signer.error();
    if (error.code.starts_with("signature.")) error.code = "receipt.signature";
    return std::unexpected(std::move(error));
  }
  SEKISHO_TRY(Receipt receipt, Receipt::parse(document));
  if (signer->organization() != receipt.package.body.text || !may_write(signer->role(), receipt.step))
    return fail("receipt.foreign", "the receipt was signed by a party that may not confirm this step");
  return receipt;
}

}  // namespace sekisho::transport
