// Statistical tables on their way out, as cells and relations between them: any number of dimensions, hierarchies and
// linked tables are all the same thing, rows of a linear system. Read, checked and written in the CSV form described in
// docs/exit-control.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/csv.h"
#include "core/json.h"
#include "core/result.h"
#include "disclosure/dominance.h"

namespace sekisho::disclosure {

inline constexpr std::size_t kMaximalCells = 1'500'000, kMaximalMembers = 16'000'000;

struct Cell {
  std::string id;
  std::vector<std::string> labels;                    // one for each dimension
  double value = 0;                                   // what would be published
  double contributors = -1;                           // distinct persons or units behind it; -1: not given
  double top1 = -1, top2 = -1;                        // of a magnitude: its largest contributions; -1: not given
  bool primary = false;                               // sensitive by a rule: must be hidden
  bool publish = false;                               // must be shown: never hidden
  double need_up = 0, need_down = 0, need_slide = 0;  // required reach above, below, and width of the interval
  double lower = 0, upper = -1;                       // what everybody knows before; -1: value + largest of the table
  double weight = 1;                                  // cost of hiding it
};

struct Relation {
  std::string name;
  std::int32_t total = -1;             // index into cells
  std::vector<std::int32_t> children;  // the total is their sum
};

enum class Status : std::uint8_t { kPublished, kPrimary, kSecondary };
std::string_view name(Status status);
using Pattern = std::vector<Status>;  // one for each cell

struct Interval {
  double low = 0, high = 0;
};

struct CellTable {
  std::vector<std::string> dimensions;
  std::vector<Cell> cells;
  std::vector<Relation> relations;
  CsvTable source;                 // the columns as they came, for writing back; may be empty
  std::vector<std::string> notes;  // unusual but allowed: cells in no relation

  std::string describe(std::size_t cell) const;  // "cell 12 (female, 20-29)"
};

// What counts as sensitive. JSON of docs/exit-control.md; rules that this program cannot apply to cells are kept in
// `not_checked` so that a proof sheet never claims them.
struct Policy {
  std::string id = "default";
  int threshold = 10;          // 0 < persons < threshold is sensitive
  bool protect_zeros = false;  // a zero is as sensitive as a small count
  double seconds = 0;          // time for the search of a pattern; 0: search_seconds()
  double p = 0;                // percent; 0: not asked for. p and dominant need the largest contributions
  DominantPairs dominant;      // (n, k)
  double round = 0;            // base of rounding; 0: none
  std::string method = "suppress";
  bool insiders = false;  // cells must stay unknown to whoever is alone in another hidden one, too
  bool decided = false;   // a committee's decision is named
  std::vector<std::string> not_checked;
  std::vector<std::string> inherits;  // policies above that are in force too, nearest first
  Json excused = Json::array();       // laxer rules that a committee allowed the project; policy_chain.h
};
// Errors: policy.member, policy.value, policy.looser (below the base threshold of 10 without a decision). A file is
// read with all it inherits: policy_chain.h.
Result<Policy> parse_policy(const Json& value, std::string_view file = {});
Result<Policy> read_policy(const std::filesystem::path& file);

// Errors: cells.column, cells.number, cells.negative, cells.duplicate, cells.too_many, csv.*.
Result<CellTable> parse_cells(std::string_view csv, std::string_view file = {});
// Adds relations. Errors: relations.column, relations.unknown_cell, relations.missing_total, relations.duplicate,
// relations.sum, relations.cycle.
Result<void> parse_relations(CellTable& table, std::string_view csv, std::string_view file = {});
// A file in UTF-8 or, as spreadsheets save it, CP932; as UTF-8. Errors: cells.charset, file.*.
Result<std::string> read_csv_text(const std::filesystem::path& file);
Result<CellTable> load_table(const std::filesystem::path& cells, const std::filesystem::path& relations);

// What the policy allows for the search of a pattern; else a minute, and more above 300,000 cells, up to three minutes.
double search_seconds(const Policy& policy, std::size_t cells);

// Adds up, no cycles, sane numbers; fills bounds (0 .. value + largest value) where none were given. Called by
// load_table; builders of tables call it themselves.
Result<void> check_table(CellTable& table);

// Marks the cells that the policy calls sensitive, besides those already marked, and states what magnitudes need.
void mark_primary(CellTable& table, const Policy& policy);
// Takes p and nk off the list of what is not checked when the table holds the contributions that they ask about.
void claim_dominance(const CellTable& table, Policy& policy);
// Gives sensitive cells without a stated need the policy's: an interval as wide as the threshold.
void require_needs(CellTable& table, const Policy& policy);

// A pattern made by anyone: a CSV with columns `cell` and `status`, or the ids of the secondary cells, one a line.
// Errors: pattern.unknown_cell, pattern.status, pattern.missing.
Result<Pattern> parse_pattern(const CellTable& table, std::string_view text, std::string_view file = {});

// The checker's file: columns as they came + status + low + high (empty for published cells). Holds hidden values.
std::string checker_csv(const CellTable& table, const Pattern& pattern, const std::vector<Interval>& intervals);
// What may leave: labels, value and status "published" or "hidden". Which hidden cells are primary is not told: it
// would bound them by the threshold.
std::string public_csv(const CellTable& table, const Pattern& pattern);

std::string number_text(double value);  // shortest exact form, counts without a point

}  // namespace sekisho::disclosure
