// Runs of two-byte characters eight at a time: bytes to table indexes, one gather, three bytes of UTF-8 each packed by
// a shuffle. What is out of the ordinary (free cells, characters that are not three bytes long, the last bytes of a
// buffer) is left to the caller's loop over single characters.
#pragma once

#include <cstdint>

namespace sekisho::detail {

// Both bytes from 21; both from A1, and ASCII between; lead and trail, and ASCII between.
enum class PairForm : std::uint8_t { kJis, kEuc, kShiftJis };

struct PairRun {
  std::uint32_t read = 0, written = 0;  // bytes
  std::uint32_t vendor = 0;             // characters
};

// Reads from `in` on until a character is out of the ordinary or `stop` is passed; never reads beyond `end`. May store
// up to 32 bytes more than it says. `table` as in CharsetTables.
using PairRunner = PairRun (*)(const std::uint8_t* in, const std::uint8_t* stop, const std::uint8_t* end,
                               const std::uint32_t* table, char* out);
// nullptr: this processor has no such instructions.
PairRunner pair_runner(PairForm form);

}  // namespace sekisho::detail
