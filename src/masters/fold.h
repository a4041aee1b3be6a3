// Texts as they are compared: width, case, blanks and the many hyphens carry no meaning.
#pragma once

#include <string>
#include <string_view>

namespace sekisho::masters {

// NFKC with case folding, hiragana as katakana, without blanks; hyphens, minus and long marks between digits become
// '-'.
std::string fold(std::string_view text);
// What stands before the first blank, bracket or maker's mark of a product name.
// A column's name as it is compared: width, case and blanks do not matter; "Unnamed: 7" is one too.
std::string header_key(std::string_view header);
std::string product_stem(std::string_view name);

}  // namespace sekisho::masters
