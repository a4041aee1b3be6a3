// A store of registrations and the persons they belong to, with a memory: new registrations join by the frozen model,
// ids stay, every change is an entry of the journal (journal.h) that can be undone and replayed.
//
// Ids. A person id is a running number and is never used for anyone else. A merge keeps the id that appeared first; a
// split leaves it with the part that holds the registration that arrived first. Undoing a merge gives the retired id
// back to the records that had it.
//
// Durability. What commit() has acknowledged survives any crash; an arrival is there with all its entries or not at
// all. One process at a time (file lock). The folder holds identity data: mode 0700.
#pragma once

#include <memory>
#include <optional>

#include "core/clock.h"
#include "core/file.h"
#include "core/random.h"
#include "linkage/journal.h"
#include "linkage/state.h"

namespace sekisho::linkage {

struct StoreReport {
  std::size_t records = 0, added = 0, known = 0, changed = 0, missing_ids = 0, removed = 0;
  std::size_t persons = 0, new_persons = 0, merges = 0, splits = 0;
  std::uint64_t entry = 0;          // number of the newest entry
  bool batch = false;               // linked as one with all others
  double seconds = 0, slowest = 0;  // the longest that one arrival took
  Json to_json() const;
  bool needs_attention() const { return changed + missing_ids > 0; }
};

// Error linkage.state where the folder holds no person store; makes nothing.
Result<void> check_store(const std::filesystem::path& folder);

class PersonStore {
 public:
  struct Options {
    const Clock* clock = &system_clock();
    Random* random = &system_random();
    // Arrivals of more than this share of what is there are linked with everything anew; 0: always.
    double batch_share = 0.5;
    std::size_t commit_every = 512;  // arrivals that one fsync makes durable
    // A store of up to a million that has grown by this factor since its model was fitted is reconciled after add():
    // the model of few registrations is a weak one. 0: never.
    double refit_growth = 1.25;
  };
  // Opens a folder, or makes one with this spec. `spec_text` may be empty for a folder that exists. Errors:
  // linkage.state, linkage.journal, linkage.spec.
  static Result<PersonStore> open(const std::filesystem::path& folder, std::string_view spec_text,
                                  const Options& options);
  PersonStore(PersonStore&&) noexcept;
  ~PersonStore();

  const ModelSpec& spec() const;
  std::size_t records() const;
  KnownNames names() const;  // for read_table; valid while the store is and nothing is added
  // Records of files or of anything else that has their normalised values. `acknowledged` hears the ids that are
  // durable.
  Result<StoreReport> add(const Table& table, const std::function<void(std::string_view id)>& acknowledged = {});
  // Takes records out: their persons are decided again without them, their values leave the folder.
  Result<StoreReport> remove(const std::vector<std::string>& ids);
  // Links everything as one batch would, with a model of today; what changes are merges and splits.
  Result<StoreReport> reconcile();
  // Decides about a pair of records.
  Result<StoreReport> decide(const Decision& decision);
  // Takes back an entry (add, merge, split, decision, undo): by decisions that later runs obey too.
  Result<StoreReport> undo(std::uint64_t entry, const std::vector<std::string>& by, const std::string& reason);
  // Writes what arrived into the file that opens at once.
  Result<void> checkpoint();

  std::vector<std::pair<std::string, std::string>> persons() const;  // (record, person) in order of record
  std::optional<std::string> person_of(std::string_view record) const;

 private:
  struct Inside;
  explicit PersonStore(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace sekisho::linkage
