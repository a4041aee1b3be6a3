// Writing signed-note checkpoints, and the textual forms of a ledger's public key.
#pragma once

#include "ledger/ledger.h"

namespace sekisho::ledger {

// Letters, digits and punctuation without blanks and '+', as signed notes ask of a name.
bool is_valid_origin(std::string_view origin);

Result<Checkpoint> sign_checkpoint(const std::string& origin, std::uint64_t size, const crypto::Digest& root,
                                   const crypto::PrivateKey& key, ByteView public_raw32);

}  // namespace sekisho::ledger
