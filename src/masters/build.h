// Building a master file from folders of published files: every file once, in the order of publication, whatever the
// order in which they are found. Same files, same bytes.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/json.h"
#include "core/result.h"
#include "masters/kind.h"

namespace sekisho::masters {

struct BuildOptions {
  std::vector<std::filesystem::path> inputs;  // folders (read with their subfolders) or files
  std::filesystem::path output;
  std::filesystem::path layouts;   // folder with series.csv and columns.csv instead of the built-in ones
  bool supplement = true;          // add the facts of specs/masters/supplement.csv
  std::filesystem::path findings;  // JSON lines of all kept findings; empty: none
};

struct BuildReport {
  Json json;                 // files, rows, codes, versions, rules, findings
  std::uint64_t errors = 0;  // findings of level E
};

// Errors: masters.nothing (no file fits a series), file errors. Damaged files and rows are findings.
Result<BuildReport> build(const BuildOptions& options);

}  // namespace sekisho::masters
