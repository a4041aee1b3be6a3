// Linkage of CSV files: canonical fields, rules, persons. One line of output for each line of input.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/json.h"
#include "linkage/components.h"
#include "linkage/spec.h"

namespace sekisho::linkage {

struct RunReport {
  std::size_t records = 0, persons = 0, largest = 0;
  std::size_t missing_ids = 0, duplicate_ids = 0, without_key = 0, bad_dates = 0;
  std::vector<std::pair<std::string, std::size_t>> rules;  // records linked by each rule
  std::vector<BigBlock> big_blocks;                        // keys that link nobody, biggest first (at most 20)
  std::size_t big_block_count = 0;
  double seconds_read = 0, seconds_link = 0, seconds_write = 0;
  Json to_json() const;
  bool needs_attention() const { return missing_ids + duplicate_ids + big_block_count > 0; }
};

// Reads the inputs (UTF-8, CP932, EUC-JP; .gz too), writes record_id,person_id,probability in the order of input.
// Person ids number the components in the order of their smallest record id. Errors: linkage.columns, csv.*, file
// errors.
Result<RunReport> run(const Spec& spec, const std::vector<std::filesystem::path>& inputs,
                      const std::filesystem::path& output);

}  // namespace sekisho::linkage
