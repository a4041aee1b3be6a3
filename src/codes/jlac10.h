// What a JLAC10 code says beside the method.
#pragma once

#include <string>
#include <string_view>

namespace sekisho::codes {

// Analyte, identification, material and kind of result (the last two characters tell red from white cells in one blood
// count): the test, by whatever method.
inline std::string test_of(std::string_view code) {
  constexpr std::size_t kMethod = 12, kResult = 15;
  std::string out(code.substr(0, kMethod));
  if (code.size() > kResult) out += code.substr(kResult);
  return out;
}

}  // namespace sekisho::codes
