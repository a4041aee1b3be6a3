// Texts as they are compared: width, case, blanks and the many hyphens carry no meaning.
#pragma once

#include <string>
#include <string_view>

namespace sekisho::masters {

// NFKC with case folding, hiragana as katakana, without blanks; hyphens, minus and long marks between digits become
// '-'.
std::string fold(std::string_view text);
// What stands before the first blank, bracket or maker's mark of a product name.
std::string product_stem(std::string_view name);

}  // namespace sekisho::masters
