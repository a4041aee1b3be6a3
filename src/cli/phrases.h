// What a command says to people, in English and, under LANG=ja, in Japanese. Machine output has no phrases.
#pragma once

#include <fmt/format.h>

#include <string_view>

#include "cli/cli.h"

namespace sekisho::cli {

struct Phrase {
  std::string_view en, ja;  // format strings of the same arguments in the same order
};

inline std::string_view say(const Phrase& phrase) {
  return japanese() ? phrase.ja : phrase.en;
}

template <class... Values>
void print_phrase(const Phrase& phrase, const Values&... values) {
  fmt::print(fmt::runtime(say(phrase)), values...);
}

}  // namespace sekisho::cli
