#include "outgoing/capacity.h"

#include <cstddef>

namespace sekisho::outgoing {

double text_capacity(std::string_view text) {
  constexpr double kBitsPerDigit = 3.3219, kBitsPerLetter = 6;
  constexpr std::size_t kMeant = 4, kLongRun = 64;
  double bits = 0;
  std::size_t digits = 0, run = 0, blanks = 0;
  bool point = false, leading = true, in_number = false;
  const auto end_number = [&] {
    if (in_number && point && digits > kMeant) bits += kBitsPerDigit * static_cast<double>(digits - kMeant);
    digits = 0;
    point = in_number = false;
    leading = true;
  };
  for (const char c : text) {
    const bool digit = c >= '0' && c <= '9';
    if (digit) {
      in_number = true;
      leading = leading && c == '0';
      digits += !leading;
    } else if (c == '.' && in_number && !point) {
      point = true;
    } else {
      end_number();
    }
    const bool letter = digit || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '+' || c == '/' || c == '=';
    if (letter) {
      ++run;
    } else {
      if (run > kLongRun) bits += kBitsPerLetter * static_cast<double>(run);
      run = 0;
    }
    if (c == ' ' || c == '\t') {
      ++blanks;
    } else {
      if (c == '\n') bits += static_cast<double>(blanks);
      blanks = 0;
    }
  }
  end_number();
  if (run > kLongRun) bits += kBitsPerLetter * static_cast<double>(run);
  return bits;
}

}  // namespace sekisho::outgoing
