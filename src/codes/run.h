// The work of `sekisho codes` over whole hospitals: suggestions as rows of a code table, findings, reviews.
#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "codes/findings.h"
#include "codes/item.h"
#include "codes/table.h"
#include "core/json.h"

namespace sekisho::codes {

struct RunOptions {
  std::vector<std::filesystem::path> masters;
  std::vector<Mapping> known;  // present state of a code table: names that people confirmed become names of the entry
  int count = 5, threads = 2;
};

struct RunResult {
  std::vector<Mapping> mappings;  // in the order of the items, best first
  std::vector<CodeFinding> findings;
  std::map<std::string, std::size_t> rules;  // of the findings
  std::size_t items = 0, answered = 0, confident = 0, hospitals = 0;
  std::map<std::string, std::size_t> kinds;
  Json summary() const;
};

// Errors: codes.dictionary; codes.masters when items need masters and none are given.
Result<RunResult> run(std::span<const LocalItem> items, const RunOptions& options);

Json to_json(const CodeFinding& finding);
Json to_json(const Mapping& mapping);

struct Decision {
  Mapping mapping;  // the key
  bool confirm = true, any_kind = false, any_system = false;
  std::string reason;
  CodeTable::Period period;
};
Result<std::vector<Decision>> read_decisions(std::string_view text, std::string_view file);

struct ReviewReport {
  std::size_t confirmed = 0, rejected = 0;
  std::vector<std::pair<std::string, std::string>> refused;  // local code, why
  std::vector<Mapping> open;                                 // without decisions: what waits for one
  Json to_json() const;
};
// `above` in 0..1: all first suggestions of at least this confidence are confirmed too; larger: none.
Result<ReviewReport> review(CodeTable& table, const MappingFilter& filter, std::span<const Decision> decisions,
                            double above, std::string_view by, const Clock& clock);

}  // namespace sekisho::codes
