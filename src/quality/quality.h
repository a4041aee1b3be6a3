// Measures the quality of any source of rows: tables that `sekisho inspect` leaves, or a snapshot of the centre's
// stores. Everything runs as SQL in the query engine; only counts by measure, hospital and month come back. No output
// holds an identifier: a place is (package, part, ordinal, sub), which those who hold the files resolve.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "columns/parquet.h"
#include "core/date.h"
#include "core/json.h"
#include "core/result.h"
#include "quality/measures.h"
#include "quality/thresholds.h"
#include "records/model.h"

namespace sekisho::quality {

struct PlaceOfRow {
  std::int64_t package = 0, part = 0, ordinal = 0, sub = 0;
};

// input records = loaded + superseded + quarantined, at every hospital.
struct Accounting {
  std::string hospital;
  std::uint64_t records = 0, loaded = 0, superseded = 0, quarantined = 0;
  bool balanced() const { return records == loaded + superseded + quarantined; }
};

struct Cell {
  int period = 0;  // YYYYMM; 0: undated
  std::int64_t count = 0, denominator = 0;
  std::optional<PlaceOfRow> example;
  double percent() const {
    return denominator == 0 ? 0 : 100.0 * static_cast<double>(count) / static_cast<double>(denominator);
  }
};

// One measure at one hospital, over all months and month by month.
struct Outcome {
  std::string id;  // of the measure, or "rule.NAME"
  std::string hospital;
  Limit limit;
  Cell total;
  std::vector<Cell> months;  // in order
  bool judged() const { return total.denominator >= limit.minimum; }
  bool finding() const { return judged() && exceeds(total); }
  bool finding(const Cell& month) const { return month.denominator >= limit.minimum && exceeds(month); }

 private:
  bool exceeds(const Cell& cell) const {
    return static_cast<double>(cell.count) * 100 > limit.allowed * static_cast<double>(cell.denominator);
  }
};

struct Report {
  Date on;
  std::vector<std::string> hospitals;  // in order
  std::vector<Accounting> accounting;  // of the run
  std::vector<Accounting> rows;        // of each hospital's rows, when the run's is not by hospital
  std::vector<Outcome> outcomes;       // in the order of measures, then rules; hospitals in order; none without rows
  std::uint64_t findings(char level = 0) const;
};

// What a measure or rule is called; rules of the readers have general texts.
struct Wording {
  std::string category, subcategory, context, section;
  std::string title_en, title_ja, cause_en, cause_ja, repair_en, repair_ja;
};
Wording wording_of(std::string_view id);

// How views are made from the rows at hand. `engine` has a view or table for every table of the model (missing ones are
// taken as empty by prepare_tables), `q_hospital` (key BIGINT, hospital VARCHAR), and `q_rules` (hospital, rule, level,
// part) of readers' findings with `q_files` (hospital, files). It may have `q_drug_code` (system, code, rec): the
// receipt codes of a YJ, PRICE12 or HOT code, where a file of masters is at hand.
struct Setup {
  bool by_package = false;    // key of q_hospital: package at the centre, else part
  bool demographics = false;  // persons from the view demographics, else from the table identity
};

// Tables that inspect left in `folder`. `roots` are the paths that inspect was given, in order; `hospital` names all
// rows when not empty. `findings` is its file of findings ("" none); `work` a private folder for pieces.
Result<Setup> prepare_tables(columns::Engine& engine, const std::filesystem::path& folder,
                             const std::vector<std::string>& roots, const std::string& hospital,
                             const std::filesystem::path& findings, const std::filesystem::path& work);

struct RunOptions {
  Date on;                         // the day that is today
  std::filesystem::path findings;  // JSON lines of all findings and rows; empty: none
  std::filesystem::path work;      // private folder, allowed to the engine
  bool part = false;               // the rows are a part of a hospital's data: only measures of single rows
};

// A view of the table over Parquet files; without files it has no rows, a column that they lack is null.
Result<void> table_view(columns::Engine& engine, const records::TableSpec& spec,
                        const std::vector<std::filesystem::path>& files);

Result<Report> run(columns::Engine& engine, const Setup& setup, const Thresholds& thresholds,
                   const RunOptions& options);

// Rows as they stand: loaded = current ones, superseded by their state, quarantined = state error. For tables whose
// reading is not at hand.
Result<std::vector<Accounting>> count_rows(columns::Engine& engine, const Setup& setup);

Json to_json(const Report& report);                             // summary
Json to_json(const Report& report, std::string_view hospital);  // of one hospital only
std::string to_html(const Report& report);                      // offline, Japanese and English, charts

}  // namespace sekisho::quality
