// modules: crypto
// Recipients lists and epoch grants whose text is anything, rightly signed by the root: the signature never saves a
// reader from what was signed. Unsigned, none may pass.
#include <cstdlib>

#include "core/file.h"
#include "crypto/ca.h"
#include "crypto/cms.h"

using namespace sekisho;

namespace {

struct Parties {
  TemporaryFolder folder = *TemporaryFolder::create("fuzz");
  crypto::Authority authority =
      *crypto::Authority::init(folder.path() / "ca", {"body"}, system_clock(), system_random());
  crypto::PrivateKey key = *crypto::PrivateKey::load(folder.path() / "ca/root.key");
  crypto::Trust trust = *crypto::Trust::load(folder.path() / "ca/root.pem");
  std::string pem = authority.issue({.role = "recipient", .common_name = "centre"})->certificate.to_pem();
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Parties parties;
  // A good certificate comes in where the input says "@": the fuzzer would not find one.
  std::string text;
  for (const char c : as_text({data, size}))
    text += c == '@' && text.size() < (1 << 16) ? Json(parties.pem).dump() : std::string(1, c);
  const UtcTime now = system_clock().now();
  const Bytes signature = *crypto::cms_sign(as_bytes(text), parties.authority.root(), parties.key);
  const auto list = crypto::check_recipients(as_bytes(text), signature, parties.trust, {"body"}, now, 2);
  if (list && (list->version < 2 || list->recipients.empty() || list->not_after < now)) std::abort();
  (void)crypto::check_epoch_grant(as_bytes(text), signature, parties.trust, {"body"}, {"H01"}, 2, now);
  if (crypto::check_recipients(as_bytes(text), {data, size}, parties.trust, {"body"}, now, 0)) std::abort();
  return 0;
}
