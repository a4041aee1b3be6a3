// What happened to the persons of a person store, entry by entry: loads, arrivals, merges, splits, decisions, undone
// entries. Each entry is a line of JSON with its number, time and evidence, and the hash of all before it: an entry
// that was changed, lost or moved afterwards shows. Names never stand in it, record ids do.
//   load      {records, file, sha256, cause}     persons of many records at once: loads/N.csv
//   add       {record, person, new, evidence}    one arrival
//   merge     {keep, gone, cause, evidence}      the id that appeared first stays
//   split     {person, to, records, cause, evidence}
//   remove    {record, person}
//   decision  {a, b, decision, by, reason}
//   undo      {entry, by, reason}
//   reconcile {records, persons, merges, splits, model}
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/clock.h"
#include "core/json.h"

namespace sekisho::linkage {

// Numbers and chains entries.
struct JournalTip {
  std::uint64_t number = 0;
  std::string chain = std::string(64, '0');
  // Gives `entry` its number, its time and the chain, and returns its line (no line feed).
  std::string seal(Json entry, UtcTime now);
  // Continues behind a line that was sealed before. linkage.journal: it does not follow.
  Result<void> follow(const Json& entry, std::string_view line);
};

std::string person_name(std::uint32_t number);       // "P000000000042"
std::uint32_t person_number(std::string_view name);  // 0: no such name

// All entries of a folder in order: the journal's, then those of arrivals that no checkpoint has moved there yet.
// Checks number and chain of each. `visit` returns false to stop.
Result<JournalTip> each_entry(const std::filesystem::path& folder,
                              const std::function<Result<bool>(const Json& entry)>& visit);

// record -> person as entries tell it.
class PersonFold {
 public:
  explicit PersonFold(std::filesystem::path folder) : folder_(std::move(folder)) {}
  Result<void> apply(const Json& entry);
  std::vector<std::pair<std::string, std::string>> sorted() const;  // (record, person)
  std::size_t records() const { return person_.size(); }
  const std::unordered_map<std::string, std::uint32_t>& persons() const { return person_; }
  std::vector<std::string> members(std::uint32_t person) const;

 private:
  std::filesystem::path folder_;
  std::unordered_map<std::string, std::uint32_t> person_;
  std::unordered_map<std::uint32_t, std::vector<std::string>> members_;
};

// The rows of a load: record, person, probability, the record it agrees best with.
Result<void> each_loaded(const std::filesystem::path& folder, const Json& load,
                         const std::function<void(const std::vector<std::string_view>&)>& visit);

// Files of the folder.
std::filesystem::path journal_file(const std::filesystem::path& folder);
std::filesystem::path arrivals_file(const std::filesystem::path& folder);
// Whole frames of the arrivals: the texts between them are JSON objects with member "lines". `good` gets the bytes up
// to the last whole one.
Result<std::vector<std::string>> read_arrivals(const std::filesystem::path& folder, std::uint64_t& good);
std::string frame(std::string_view text);

}  // namespace sekisho::linkage
