// Tables in forms that few programs write: drawn boxes, "name=value;name=value" lines, rows as attributes of markup,
// values of persons in one long line. Private to the scan.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "outgoing/identifiers.h"
#include "outgoing/sheet.h"

namespace sekisho::outgoing {

// The text with the strokes of drawn boxes as plain ones; empty where it has none.
std::string plain_boxes(std::string_view text);
// "age=63;sex=M" in three lines and more.
std::vector<Sheet> sheets_of_pairs(std::string_view text);
// <row age="63" sex="M"/>: elements of one name with the same attributes, three and more.
std::vector<Sheet> sheets_of_attributes(std::string_view text);
// The text without lines that begin with '#', as programs comment tables; empty where it has none.
std::string without_comments(std::string_view text);
// The lines of a program that are comments.
std::string comments_of(std::string_view text);
// "LOS: 3, 17, 5, ...": many numbers in no order; "63/M/dead; 71/F/alive; ...".
void judge_value_runs(std::string_view text, Findings& findings);

}  // namespace sekisho::outgoing
