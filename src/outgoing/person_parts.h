// The parts of judge_person_signs and judge_program_signs (person_signs.h), by what they look for. Private to the scan.
#pragma once

#include <string_view>

#include "outgoing/identifiers.h"

namespace sekisho::outgoing {

// person_profiles.cpp: attributes of persons beside their values.
void judge_profiles(std::string_view text, Findings& findings);
void judge_headed_rows(std::string_view text, Findings& findings);
void judge_sideways(std::string_view text, Findings& findings);
void judge_lists(std::string_view text, Findings& findings);

// person_keys.cpp: numbers that may be keys of persons.
void judge_key_lines(std::string_view text, Findings& findings);
void judge_prefixed_keys(std::string_view text, Findings& findings);
void judge_lone_keys(std::string_view text, Findings& findings);
void judge_leaf_keys(std::string_view text, Findings& findings);
void judge_picture_names(std::string_view text, Findings& findings);
void judge_quoted_keys(std::string_view text, Findings& findings);

}  // namespace sekisho::outgoing
