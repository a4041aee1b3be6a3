// Receipts of the centre to a hospital, in three steps: received (receiver), loaded (intake), secured (after a restored
// and compared backup). A receipt is a JSON document with a detached CMS signature; a repeated question gets the same
// stored bytes.
#pragma once

#include "crypto/cms.h"
#include "ledger/ledger.h"
#include "transport/package.h"

namespace sekisho::transport {

struct Receipt {
  std::string step;  // "received", "loaded", "secured", "refused"
  PackageId package;
  crypto::Digest manifest_hash{};
  UtcTime time;
  std::string reason;      // of a refusal: the error code; else empty
  std::string checkpoint;  // signed note of the writer's ledger that contains this step
  Json consistency;        // proof from the checkpoint that the manifest repeated, or null
  Bytes sealed_counts;     // loaded: counts sealed to the gateway's encryption certificate (CMS), else empty
  std::string to_json_bytes() const;
  static Result<Receipt> parse(ByteView json);
};

// One file: {"receipt": base64 JSON, "signature": base64 p7s}.
Result<std::string> sign_receipt(const Receipt& receipt, const crypto::Certificate& certificate,
                                 const crypto::PrivateKey& key);
// Signer's role must be "sign-receiver" for received, "sign-intake" for loaded and secured; either may refuse.
Result<Receipt> verify_receipt(std::string_view file, const crypto::Trust& trust, UtcTime at);

}  // namespace sekisho::transport
