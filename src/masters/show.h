// Answers as a person reads them on a terminal: short lines and tables whose columns stand under one another, also
// where letters are two columns wide. The same documents as --json gives; Japanese where a hospital reads them.
#pragma once

#include <string>

#include "core/json.h"

namespace sekisho::masters {

enum class Language { kEnglish, kJapanese };

std::string show_lookup(const Json& answer, Language language);
std::string show_history(const Json& answer, Language language);
std::string show_successors(const Json& answer, Language language);
std::string show_search(const Json& answer, Language language);
std::string show_sets(const Json& answer, Language language);  // the list of sets
std::string show_set(const Json& answer, Language language);   // members of one, or one by period
std::string show_doubtful(const Json& answer, Language language);
std::string show_summary(const Json& report, Language language);  // of a build
std::string show_info(const Json& answer, Language language);

}  // namespace sekisho::masters
