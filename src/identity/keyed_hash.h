// HMAC-SHA-256 for many short messages under one key: the key's two blocks are hashed once, so that a message costs its
// own blocks only. Same values as crypto::hmac_sha256.
#pragma once

#include <openssl/sha.h>

#include "crypto/digest.h"

namespace sekisho::identity {

class KeyedHash {
 public:
  explicit KeyedHash(ByteView key);
  ~KeyedHash();
  KeyedHash(const KeyedHash&) = delete;
  KeyedHash& operator=(const KeyedHash&) = delete;
  crypto::Digest operator()(ByteView message) const;

 private:
  SHA256_CTX inner_, outer_;
};

}  // namespace sekisho::identity
