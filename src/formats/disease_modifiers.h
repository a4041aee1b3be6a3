// Modifiers of diseases under the one code that receipts and the DPC survey use, so that a modified disease is the same
// whichever file it came from.
#pragma once

#include <string_view>

namespace sekisho::formats {

inline constexpr std::string_view kSuspectedModifier = "8002";  // の疑い

// The four digits of receipts for a management number (8 digits) or an exchange code (4 characters) of the disease
// master; what the table does not know comes back as it is.
std::string_view receipt_modifier(std::string_view code);

}  // namespace sekisho::formats
