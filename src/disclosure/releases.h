// The memory of releases: every table that left, with the set of persons behind each cell, kept in the checkers' zone.
// A new table is judged against all of them: differences of two cells, and combinations of any number, that would tell
// about few persons. Persons are numbered by a keyed hash; destroying the key ends what the memory can tell.
// Folder: items/NNNNNN.json (definition, cells), items/NNNNNN.persons (who is in which class of cells), persons.bin,
// person.key, ledger/ (each item's hashes before it leaves), ledger.key.
#pragma once

#include <memory>

#include "core/clock.h"
#include "core/random.h"
#include "disclosure/cell_key.h"
#include "disclosure/table.h"
#include "disclosure/verdict.h"

namespace sekisho::disclosure {

struct ReleasedCell {
  std::vector<std::string> labels;
  bool shown = false;
  double value = 0;   // 0 when hidden: the memory holds no hidden value
  double window = 0;  // the true value is at most so far away: rounded and perturbed numbers
};

// A table on its way out, or one that left.
struct ReleaseItem {
  std::string id;  // "000001"; empty until kept
  std::string project, title;
  std::string cut;         // SHA-256 of the dataset
  std::string definition;  // canonical: measure, dimensions with their groupings, conditions
  std::string output_sha256, time;
  std::vector<std::string> dimensions;
  std::vector<ReleasedCell> cells;
  // Persons of the dataset by class; a class lists the cells it counts in and how often.
  struct Count {
    std::uint32_t cell = 0, times = 1;
  };
  std::vector<std::vector<Count>> classes;
  std::vector<std::vector<std::string>> members;  // of each class: the dataset's texts for persons; not kept
  std::string cell_name(std::size_t cell) const;
};
// Of a table that was made. Errors: table.person when `common` lacks a person.
// `common`: from the dataset's person to the number shared by all projects; empty: they are the same.
Result<ReleaseItem> release_item(const TableRequest& request, const TableResult& result, const std::string& project,
                                 const std::map<std::string, std::string>& common = {});
// Of counts that carry deviations of at most `reach`: the memory knows them as windows.
Result<ReleaseItem> perturbed_item(const TableRequest& request, PerturbedTable table, const std::string& project,
                                   const std::map<std::string, std::string>& common = {});
// Persons by the numbers that all projects share. Errors: table.person when `common` lacks a person.
Result<void> use_common_persons(ReleaseItem& item, const std::map<std::string, std::string>& common);
// CSV with two columns: the dataset's person and the number shared by all projects.
Result<std::map<std::string, std::string>> read_common_persons(const std::filesystem::path& file);

struct Reveals {
  std::string rule;  // differencing.same_grid, .nested, .new_cut, .chain; .narrow is for people to look at
  std::uint64_t persons = 0;
  std::string cell;                  // of the new table; empty for chains
  std::vector<std::string> earlier;  // "000007: sex=M, age=40-", items that together with the new table reveal
};
struct ReleaseJudgement {
  std::vector<VerdictItem> items;
  std::vector<Reveals> reveals;
  std::size_t compared_items = 0, compared_cells = 0, chained_items = 0;
  bool chains_decided = true;
  std::vector<std::string> unexamined;  // related items beyond those whose combinations could be told
  double seconds = 0;
  Json to_json() const;
};

class Releases {
 public:
  // Creates the folder when `create`. Errors: memory.absent, memory.damaged, ledger.*, file.*.
  static Result<std::unique_ptr<Releases>> open(const std::filesystem::path& folder, bool create, const Clock& clock,
                                                Random& random);
  virtual ~Releases() = default;
  virtual const std::vector<ReleaseItem>& items() const = 0;  // without persons
  virtual std::size_t persons() const = 0;
  virtual Result<ReleaseJudgement> judge(const ReleaseItem& item, std::uint64_t threshold) = 0;
  // Durable, and in the ledger, when it returns; the item has its id then. The same output from the same definition and
  // cut is not kept twice.
  virtual Result<void> keep(ReleaseItem& item) = 0;
};

struct MemoryCheck {
  std::size_t items = 0, persons = 0;
  std::vector<std::string> problems;
};
// Compares every file with the ledger and the ledger with its checkpoint and those that others remember.
Result<MemoryCheck> check_memory(const std::filesystem::path& folder, const std::vector<std::string>& remembered = {});

}  // namespace sekisho::disclosure
