// What the parts of a person store share: incremental.cpp (arrivals), reconcile.cpp (everything anew).
#pragma once

#include <set>

#include "linkage/incremental.h"

namespace sekisho::linkage {

struct PersonStore::Inside {
  std::filesystem::path folder;
  Options options;
  std::optional<FileLock> lock;
  ModelSpec spec;
  std::optional<State> state;
  JournalTip tip;
  std::uint32_t next_person = 1, persons = 0;
  std::vector<Decision> all_decisions;  // of the file
  std::vector<Decision> decisions;      // of those that are entries, the standing ones
  std::optional<std::pair<std::uint32_t, std::set<std::string>>> revived;  // by undoing a merge: the id and its records
  std::uint64_t decisions_seen = 0;  // lines of the file of decisions that are entries
  FileDescriptor arrivals;
  std::uint64_t arrivals_bytes = 0;
  std::size_t arrivals_count = 0;  // since the last checkpoint
  std::string pending;             // frames that no fsync has made durable
  std::vector<std::string> lines;  // entries of the arrival at work
  StoreReport report;

  std::filesystem::path base_file() const { return folder / "state.bin"; }
  std::filesystem::path decisions_file() const { return folder / "decisions.jsonl"; }
  bool has_base() const { return state->frozen().groups_at_fit > 0; }

  // incremental.cpp
  Result<void> load();
  Result<void> replay_arrivals();
  void apply(const Json& entry, const std::vector<std::string_view>* values);
  void record(Json entry, const std::vector<std::string_view>* values = nullptr);
  void end_arrival(Json frame_head);
  Result<void> commit();
  Result<void> add_one(std::string_view id, const std::vector<std::string_view>& values);
  void reevaluate(const std::vector<std::uint32_t>& seeds, const std::string& cause, std::uint32_t fresh_row);
  Result<void> take_decisions(const std::string& cause);
  bool decided(std::string_view id) const;
  std::uint32_t id_of_part(const Json& records) const;
  StoreReport finish_report();

  // reconcile.cpp
  Result<void> rebuild(const Table* fresh, const std::string& cause);
  Result<void> write_checkpoint();
  Result<void> write_base(const Table& table, const std::vector<std::uint32_t>& person,
                          const std::vector<bool>& scattered, State::Frozen frozen, std::string_view entries);
};

// Some rows of a table that is not grouped; its texts stay where they are.
Table table_rows(const Table& table, const std::vector<std::uint32_t>& rows);

// What two groups of the linker's table agree on, as evidence of an entry.
Json evidence_of(const Linker& linker, std::uint32_t a, std::uint32_t b, std::string_view id_a, std::string_view id_b,
                 const std::string& model_version);

}  // namespace sekisho::linkage
