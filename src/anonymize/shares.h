// A secret split so that any two holders can put it together and one alone knows nothing of it (Shamir 1979, over
// GF(256) with the polynomial of AES, FIPS 197 section 4.2).
#pragma once

#include <vector>

#include "core/bytes.h"
#include "core/random.h"
#include "core/result.h"

namespace sekisho::anonymize {

struct Share {
  int holder = 0;  // 1 to 255
  Bytes bytes;     // as long as the secret
};

// holders: 2 to 255. Error: share.holders.
Result<std::vector<Share>> split_secret(ByteView secret, int holders, Random& random);
// Error: share.same (not two different holders), share.size. Two shares of different secrets give some other secret:
// callers check what they got.
Result<Bytes> join_secret(const Share& one, const Share& other);

}  // namespace sekisho::anonymize
