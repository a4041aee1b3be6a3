// modules: crypto unseal
// Sealed parts and signatures: as they are, and as changes to good ones. What still opens must be what was sealed.
#include <cstdlib>

#include "core/file.h"
#include "crypto/ca.h"
#include "crypto/cms.h"
#include "unseal/unseal.h"

using namespace sekisho;

namespace {

struct Parties {
  TemporaryFolder folder = *TemporaryFolder::create("fuzz");
  crypto::Authority authority =
      *crypto::Authority::init(folder.path() / "ca", {"body"}, system_clock(), system_random());
  crypto::IssuedPair recipient = *authority.issue({.role = "recipient", .common_name = "centre"});
  crypto::IssuedPair signer = *authority.issue({.role = "sign-gateway", .common_name = "H01"});
  crypto::Trust trust = *crypto::Trust::load(folder.path() / "ca/root.pem");
  Bytes content = Bytes(300, 7);
  Bytes sealed = *crypto::cms_seal(content, {recipient.certificate});
  Bytes signature = *crypto::cms_sign(content, signer.certificate, signer.key);
};

// Triples of input: two bytes of position, one to change it by.
Bytes changed(Bytes good, ByteView changes) {
  for (; changes.size() >= 3; changes = changes.subspan(3))
    good[(changes[0] << 8 | changes[1]) % good.size()] ^= changes[2];
  return good;
}

void check(const Parties& p, ByteView sealed, ByteView signature, bool must_be_ours) {
  const auto opened = unseal::cms_open(sealed, p.recipient.certificate, p.recipient.key, 1 << 20);
  if (opened && must_be_ours && *opened != p.content) std::abort();
  (void)crypto::cms_check_recipients(sealed, {p.recipient.certificate});
  const auto signer = crypto::cms_verify(p.content, signature, p.trust, system_clock().now());
  if (signer && signer->to_der() != p.signer.certificate.to_der()) std::abort();
  if (crypto::cms_verify_by_root(p.content, signature, p.trust)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Parties parties;
  const ByteView input(data, size);
  check(parties, input, input, false);
  check(parties, changed(parties.sealed, input), changed(parties.signature, input), true);
  (void)crypto::Certificate::from_der(input);
  (void)crypto::Certificate::from_pem(as_text(input));
  return 0;
}
