// Whole histories made fit to leave: sets of codes k^m-anonymous, one secret shift of all dates of a person (or coarse
// dates), extremes truncated, specific descriptions and free text gone, persons numbered anew. What was changed is
// counted for each variable.
#pragma once

#include <map>

#include "anonymize/history_decision.h"
#include "anonymize/history_policy.h"
#include "core/bytes.h"
#include "core/json.h"

namespace sekisho::anonymize {

// What happened to the values of one column; counts values of rows.
struct VariableChanges {
  std::size_t values = 0;  // not empty, before
  std::size_t kept = 0;    // as they were
  std::size_t generalized = 0, truncated = 0, shifted = 0;
  std::size_t rare = 0;        // left out: in a rare combination
  std::size_t specific = 0;    // left out by a rule of specific descriptions
  std::size_t extreme = 0;     // left out with the rows beyond most_rows
  std::size_t text = 0;        // free text and identifying columns
  std::size_t unreadable = 0;  // dates that are none
  std::size_t with_row = 0;    // left out because their row's code was
  Json to_json() const;
};

struct FinishedHistory {
  std::string name;
  std::vector<std::string> header;
  std::size_t rows_before = 0, rows = 0, persons_before = 0, persons = 0;
  std::vector<std::pair<std::string, VariableChanges>> changes;  // person excepted, in the order of the columns
  // Rows by the new number of the person and date, then by their text; fields as texts shared by many rows.
  struct Field {
    std::vector<std::string> texts;
    std::vector<std::uint32_t> code;  // by row
  };
  std::vector<Field> fields;  // beside header
  // Place of a row's person in FinishedHistories::source: its new number is one more.
  std::vector<std::uint32_t> numbers;  // by code of the first field
  std::size_t number(std::size_t row) const { return numbers[fields[0].code[row]]; }
};

struct FinishedHistories {
  std::vector<FinishedHistory> histories;
  std::size_t persons = 0;
  std::vector<std::string> source;  // ids before, by new number: for those who keep the key, never for a file
  std::vector<std::pair<std::string, std::size_t>> specific;  // by rule: its reason, values found
  std::size_t items_before = 0, items = 0;                    // different ones in all sets
  std::size_t households_before = 0, households = 0;          // pairs of members with the same two dates or more
  int rounds = 0;
  Json to_json() const;
};

// CSV, or Parquet by its ending. Errors: csv.*, columns.query, anonymize.columns.
Result<Table> read_history(const std::filesystem::path& file, char delimiter, Encoding encoding = Encoding::kDetect);

// `tables` in the order of the policy's histories. The key decides shifts and numbers: the same key gives the same
// result, whatever the order of rows and the number of threads; who does not know it cannot undo them. Errors:
// policy.columns, hierarchy.*, anonymize.items. `decision` gets what was decided about the sets, where it is asked for.
Result<FinishedHistories> finish_histories(const std::vector<Table>& tables, const HistoryPolicy& policy, ByteView key,
                                           int threads, HistoryDecision* decision = nullptr);

// The same result without protecting the sets again: combinations are not even counted. Error: anonymize.decision.
Result<FinishedHistories> replay_histories(const std::vector<Table>& tables, const HistoryPolicy& policy, ByteView key,
                                           const HistoryDecision& decision, int threads);

// CSV with a header.
Result<void> write_history(const FinishedHistory& history, char delimiter, const std::filesystem::path& path);

// The same rows as Parquet, from the CSV that was written; all columns are texts.
Result<void> write_history_parquet(const std::filesystem::path& csv, char delimiter, const std::filesystem::path& path);

struct HistoryAudit {
  bool ok = false;
  std::size_t persons = 0, items = 0, combinations = 0;  // of up to m items, that occur
  std::size_t rarest = 0;                                // persons who hold the rarest of them
  std::vector<std::string> problems;
  Json to_json() const;
};
// Judges finished files (NAME.csv in `folder`, for each history of the policy) by SQL over their texts; shares nothing
// with what made them but the policy. Errors: csv.*, columns.query.
Result<HistoryAudit> audit_histories(const std::filesystem::path& folder, const HistoryPolicy& policy,
                                     const std::string& memory_limit = "2GB", int threads = 2);

}  // namespace sekisho::anonymize
