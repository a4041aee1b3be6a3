// Rules for statistics on their way out: small groups, extremes, percentiles, survival curves, regressions, odds
// ratios, point clouds, models that hold their rows. Automatic where a table or text decides it, otherwise what to look
// at. Private to the scan.
#pragma once

#include <map>
#include <string>

#include "outgoing/identifiers.h"
#include "outgoing/roles.h"
#include "outgoing/sheet.h"

namespace sekisho::outgoing {

struct OutputPolicy {
  int threshold = 10, hospitals = 3, degrees = 10;
};

// What the requester says of a table, when the names of its columns do not.
struct Description {
  std::map<std::string, Role> columns;  // by the column's name
  double persons = 0;                   // behind the whole table; 0: not said
};

void judge_outputs(const Sheet& sheet, const OutputPolicy& policy, const Description* description, Findings& findings);

// A masked number that totals or percentages give back.
void judge_margins(const Sheet& sheet, const OutputPolicy& policy, Findings& findings);

// Rows of a table that stand for persons: keys, attributes side by side, repeated rows, point clouds.
void judge_records(const Sheet& sheet, Findings& findings);

// Statistics in a text: printed regressions, trees, models, "n = 4", "3 patients", 3名; lists of literals in programs.
void judge_output_text(std::string_view folded, bool program, const OutputPolicy& policy, Findings& findings);

}  // namespace sekisho::outgoing
