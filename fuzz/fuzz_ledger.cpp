// modules: ledger
// Lines of entries, signed notes, proofs and public keys. What a strict reader accepts it must spell the same again.
#include "ledger/entry_line.h"

using namespace sekisho;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto entry = ledger::parse_entry_line(text)) {
    if (ledger::entry_line(*entry) != text) __builtin_trap();
    if (ledger::leaf_hash_of_line(text) != ledger::leaf_hash(*entry)) __builtin_trap();
  }
  if (const auto checkpoint = ledger::parse_checkpoint_unverified(text); checkpoint && checkpoint->note != text)
    __builtin_trap();
  (void)ledger::parse_checkpoint(text, Bytes(32, 1));
  (void)ledger::parse_public_key(text);
  if (const auto json = parse_json(text)) (void)ledger::ConsistencyProof::from_json(*json);
  return 0;
}
