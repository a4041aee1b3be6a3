// Decryption, alone in its library: the receiver and the gateway never link it (invariant 2; a test reads their
// symbols).
#pragma once

#include "crypto/digest.h"
#include "crypto/keys.h"

namespace sekisho::unseal {

// Opens AuthEnvelopedData in memory. The recipient is matched by issuer and serial before any private-key operation;
// plaintext is returned only when the tag proved whole. Errors: unseal.not_addressed, unseal.malformed,
// unseal.tampered, unseal.too_large (content above `limit`).
Result<Bytes> cms_open(ByteView der, const crypto::Certificate& certificate, const crypto::PrivateKey& key,
                       std::size_t limit = std::size_t{8} << 20);

// Opens what crypto::aead_seal made. Error: unseal.tampered.
Result<Bytes> aead_open(ByteView key32, ByteView sealed, ByteView associated);

}  // namespace sekisho::unseal
