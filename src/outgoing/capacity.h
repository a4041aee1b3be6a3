// How much a file could carry besides what it shows: steganography cannot be excluded, but its room can be estimated,
// limited by the month and logged. Private to the scan.
#pragma once

#include <string_view>

namespace sekisho::outgoing {

// Bits in digits beyond four significant ones (3.3 each), in encoded runs and in blanks behind lines.
double text_capacity(std::string_view text);

}  // namespace sekisho::outgoing
