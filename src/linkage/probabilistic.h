// A probabilistic linkage run: table -> candidates -> model -> weights -> persons.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "core/json.h"
#include "linkage/blocking.h"
#include "linkage/linker.h"
#include "linkage/model_spec.h"
#include "linkage/review_queue.h"

namespace sekisho::linkage {

struct ModelReport {
  std::size_t records = 0, groups = 0, persons = 0, largest = 0;
  std::size_t missing_ids = 0, duplicate_ids = 0, bad_dates = 0, ragged_rows = 0;
  std::uint64_t candidates = 0, links = 0, decisions = 0;
  std::optional<std::size_t> open_pairs;  // for review, where one was asked for
  std::vector<RulePlan> blocking;
  std::vector<BigBlock> big_blocks;  // biggest first, at most 20
  std::size_t big_block_count = 0;
  std::vector<std::string> left_out;  // comparisons whose fields no file has
  Json model;                         // shares of all levels
  double seconds_read = 0, seconds_block = 0, seconds_model = 0, seconds_link = 0, seconds_write = 0;
  Json to_json() const;
  bool needs_attention() const { return missing_ids + duplicate_ids + ragged_rows > 0; }
};

struct ModelOptions {
  std::filesystem::path decisions;  // what people decided (decisions.h); "" none
  ReviewRequest review;             // what people shall decide
  std::filesystem::path pairs;      // gets record_a,record_b,probability of the pairs that were weighed; "": not
};

// Writes record_id,person_id,probability in the order of input: how sure it is that the record belongs with the others
// of its person, or that it stands alone. Errors: linkage.columns, csv.*, file errors.
Result<ModelReport> run_model(const ModelSpec& spec, const std::vector<std::filesystem::path>& inputs,
                              const std::filesystem::path& output, const ModelOptions& options = {});

// The persons of a table.
struct Persons {
  std::vector<std::uint32_t> of_row;         // 1...n, in the order of their smallest record id
  std::vector<std::uint32_t> size;           // by person; 0 unused
  std::vector<float> inside, outside, self;  // by group, in bits: best partner, best other, records equal to it
  std::vector<std::uint32_t> partner;        // by group: the best one inside; UINT32_MAX none
  std::vector<bool> repeated;                // by group: more than one record
  double threshold = 0;                      // bits
  std::vector<std::uint32_t> cluster;        // by group: named by its smallest group
  std::vector<Edge> edges;                   // pairs of groups that weigh enough to matter
  std::vector<Edge> edges_of_scattered;      // the same with groups that fall apart: they join nobody
  std::vector<std::uint32_t> row_order;      // rows by record id
  // Equal records that are not surely one person: each is alone.
  bool scattered(std::uint32_t group) const { return repeated[group] && self[group] <= threshold; }
  double probability(const Table& table, std::uint32_t row) const;
};

// The whole linkage of a table whose records are grouped (group_records with the decided rows). `linker` is fresh, and
// holds the model afterwards.
Result<Persons> link_table(const ModelSpec& spec, const Table& table, const std::vector<Decision>& decisions,
                           Linker& linker, ModelReport& report);

// How two records compare, as a table of weights.
Result<Json> explain(const ModelSpec& spec, const std::vector<std::filesystem::path>& inputs, std::string_view a,
                     std::string_view b);

}  // namespace sekisho::linkage
