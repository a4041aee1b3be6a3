// Similarity of short texts: Jaro-Winkler, edit distance with adjacent swaps, phonetic keys. Bytes are compared;
// callers bring texts to one form first (western names to ASCII letters, kana to one spelling).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sekisho::linkage {

// Jaro's similarity, and Winkler's bonus for a common prefix of up to four characters (p = 0.1, only above 0.7).
double jaro(std::string_view a, std::string_view b);
double jaro_winkler(std::string_view a, std::string_view b);

// Optimal string alignment (insert, delete, substitute, swap of neighbours), counted up to `limit`: limit + 1 stands
// for all greater distances. Texts longer than 64 bytes are compared by their first 64.
int edit_distance(std::string_view a, std::string_view b, int limit);
int edit_distance(std::u32string_view a, std::u32string_view b, int limit);

// American Soundex ("robert" -> "R163"); "" without a letter.
std::string soundex(std::string_view name);

}  // namespace sekisho::linkage
