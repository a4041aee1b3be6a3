// Cryptographic Message Syntax: sealing (RFC 5083/5084 AuthEnvelopedData, AES-256-GCM, RSA-OAEP with SHA-256) and
// detached signatures (RFC 5652, ECDSA P-256 with SHA-256), as stock `openssl cms` opens and makes them. Opening lives
// in `unseal`, which the outer zone's program does not link.
#pragma once

#include <vector>

#include "crypto/keys.h"

namespace sekisho::crypto {

// Seals `content` for every recipient (at least one; RSA keys). DER. Thread safe.
Result<Bytes> cms_seal(ByteView content, const std::vector<Certificate>& recipients);

// Detached signature over `content`, DER, with the signer's certificate inside.
Result<Bytes> cms_sign(ByteView content, const Certificate& certificate, const PrivateKey& key);

// Verifies a detached signature; the signer must be trusted for signing at `at`. Returns the signer's certificate.
// Errors: signature.malformed, signature.wrong, certificate.*.
Result<Certificate> cms_verify(ByteView content, ByteView signature, const Trust& trust, UtcTime at);

// Verifies that the root itself, and nobody else, signed. Error: signature.not_root besides those above.
Result<void> cms_verify_by_root(ByteView content, ByteView signature, const Trust& trust);

// Succeeds when the DER is AuthEnvelopedData with AES-256-GCM whose recipients are, by issuer and serial, exactly
// `recipients`: what a party without any key can check of a part.
Result<void> cms_check_recipients(ByteView der, const std::vector<Certificate>& recipients);

}  // namespace sekisho::crypto
