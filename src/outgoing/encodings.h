// Other ways to write bytes than base64: base32, base85, uuencode, numbers of characters. Private to the scan.
#pragma once

#include <string>
#include <string_view>

namespace sekisho::outgoing {

// Empty when the run is none. RFC 4648 section 6, padding optional.
std::string decode_base32(std::string_view run);
// The alphabet of RFC 1924, as Python and git write it.
bool is_base85(char c);
std::string decode_base85(std::string_view run);
// What stands between <~ and ~>, as Adobe writes it (five letters from ! to u for four bytes; z: four zeros).
std::string decode_ascii85(std::string_view run);
// Lines behind "begin 644 NAME" up to "end"; `end` is moved behind them.
std::string decode_uu(std::string_view text, std::size_t at, std::size_t& end);
// Letters of several kinds in no order: a run that no person wrote.
bool looks_mixed(std::string_view run);
// c(23665, 37324, ...): numbers that are the characters of a text, decoded; empty where there are none.
std::string spelled_by_numbers(std::string_view text);

}  // namespace sekisho::outgoing
