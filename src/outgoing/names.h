// Names of persons in kanji, kana and Latin letters, by lists of surnames and given names and by what stands around
// them. Private to the scan.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sekisho::outgoing {

enum class NameHit : unsigned char { kNone, kLikely, kSure };

// A name in kanji or kana that begins at `at` of folded text: with an honorific or label, or surname and given name
// together. `end` is moved behind it. kLikely: an honorific behind an unknown surname, an author, a citation.
NameHit name_at(std::string_view text, std::size_t at, std::size_t& end);

// "Taro Yamada", "YAMADA Taro", "Yamada, Taro" at the Latin word that begins at `at`.
NameHit latin_name_at(std::string_view text, std::size_t at, std::size_t& end);

// A whole field that reads as a name: surname, blank, given name, in kanji or katakana.
bool is_full_name(std::string_view folded);
// Two to five characters that begin with a surname, or Latin surname and given name: a name if most of a column looks
// like this.
bool may_be_name(std::string_view folded);

// Lines of a list of literature: their names are published ones.
bool is_citation(std::string_view line);

// Titled names whose characters are set apart one by one, joined: "佐 藤 茂 殿" -> "佐藤茂殿".
std::vector<std::string> spaced_names(std::string_view text);

}  // namespace sekisho::outgoing
