// Code tables: per hospital local code -> standard code with validity, evidence and status, kept in one SQLite file.
// Rows are versions: nothing is overwritten or deleted, a later version of the same (hospital, kind, system, local
// code, standard code, valid from) tells the present state. Read by date when rows of clinical tables are mapped.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "codes/name.h"
#include "core/clock.h"
#include "core/result.h"
#include "db/database.h"

namespace sekisho::codes {

enum class Status : int { kSuggested, kConfirmedByOne, kConfirmedByTwo, kRejected };
std::string_view name(Status status);
bool parse_status(std::string_view text, Status& status);

struct Mapping {
  std::string hospital;
  Kind kind = Kind::kDrug;
  std::string local_system, local_code, local_name;
  std::string std_system, std_code, std_name;
  int valid_from = 0, valid_to = 99999999;  // days the mapping holds for, yyyymmdd
  Status status = Status::kSuggested;
  int rank = 1;  // among the suggestions of its local code
  double confidence = 0;
  std::string evidence;
  std::string by;            // who: "suggest", an import's name, a reviewer
  std::string reason;        // of a rejection
  std::string at;            // UTC, ISO 8601
  std::int64_t version = 0;  // rises over the whole table
};

struct MappingFilter {
  std::string hospital;  // empty: all
  std::optional<Status> status;
  std::optional<Kind> kind;
  std::string local_code;
  int on = 0;            // only mappings that hold on this day
  bool history = false;  // all versions, not only the last of each
};

struct AppendReport {
  std::size_t written = 0;
  std::vector<std::pair<std::string, std::string>> refused;  // local code, why
};

class CodeTable {
 public:
  static Result<CodeTable> open(const std::filesystem::path& file, bool reading = false);

  // Appends versions in one transaction. Mappings whose present state is already the same are left out, and a
  // suggestion never follows a decision of people. A confirmation beside another one of the same local code and period
  // is refused. A version that names its time (`at`) keeps it, so that an imported history stays one.
  Result<AppendReport> append(std::span<const Mapping> mappings, const Clock& clock);

  // A reviewer confirms or rejects. The second confirmation must come from another person; confirming one standard code
  // while another is confirmed for the same local code and period is refused (codes.conflict). A period (0: as it is)
  // moves the mapping's, which then needs both persons again.
  struct Period {
    int from = 0, to = 0;
  };
  Result<Mapping> confirm(const Mapping& key, std::string_view by, const Clock& clock, Period period);
  Result<Mapping> confirm(const Mapping& key, std::string_view by, const Clock& clock) {
    return confirm(key, by, clock, {});
  }
  Result<Mapping> reject(const Mapping& key, std::string_view by, std::string_view reason, const Clock& clock);

  Result<std::vector<Mapping>> list(const MappingFilter& filter) const;

 private:
  explicit CodeTable(std::unique_ptr<db::Database> database) : database_(std::move(database)) {}
  std::unique_ptr<db::Database> database_;
};

// The table at read time: which standard code a local code stood for on a day.
class CodeReader {
 public:
  struct Options {
    Status at_least = Status::kConfirmedByOne;  // kSuggested takes suggestions too, of at least this confidence:
    double confidence = 0.95;
  };
  // `mappings` as list() gives them; decisions win over suggestions, two confirmations over one.
  CodeReader(std::span<const Mapping> mappings, const Options& options);
  // nullptr: no mapping holds on that day; day 0 (unknown) takes only mappings that hold always. Thread safe.
  const Mapping* find(std::string_view hospital, Kind kind, std::string_view local_system, std::string_view local_code,
                      int day) const;
  std::span<const Mapping> used() const { return mappings_; }

 private:
  std::vector<Mapping> mappings_;
  std::unordered_map<std::string, std::vector<std::size_t>> by_code_;
};

// CSV of mappings, both ways. Errors: codes.table_csv with file and line.
void write_mappings(std::span<const Mapping> mappings, std::string& out);
Result<std::vector<Mapping>> read_mappings(std::string_view text, std::string_view file);

}  // namespace sekisho::codes
