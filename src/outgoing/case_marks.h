// Marks of single persons in lines of text that are no tables: the oldest of them, initials with an age, folders of
// patients, keys that run through lines. Private to the scan.
#pragma once

#include <string>
#include <string_view>

#include "outgoing/identifiers.h"

namespace sekisho::outgoing {

void judge_case_line(std::string_view folded, const std::string& where, Findings& findings);

// What doctors write of one patient: findings, courses, SOAP notes.
void judge_narrative(std::string_view folded, Findings& findings);

// Numbers of one length, another one in each line or side by side: keys of persons.
void judge_key_runs(std::string_view text, Findings& findings);

// \addplot coordinates {(63,41.2) (58,77.0) ...}: points in no order.
void judge_coordinates(std::string_view text, Findings& findings);

}  // namespace sekisho::outgoing
