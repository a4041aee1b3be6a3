// Linkage of the centre's identity store: registrations -> persons with ids that stay. Each change is an event; any
// past state can be read back from them.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>

#include "core/clock.h"
#include "core/json.h"
#include "linkage/identity_links.h"
#include "store/store.h"

namespace sekisho::linkage {

struct UpdateReport {
  std::uint64_t registrations = 0, persons = 0;
  std::uint64_t new_persons = 0, merges = 0, splits = 0, events = 0;
  std::uint64_t big_blocks = 0;             // keys shared by so many registrations that they link nobody
  std::uint64_t state = 0;                  // number of the newest event
  std::uint64_t by_model = 0;               // registrations that the model joined with others
  std::uint64_t decisions = 0;              // of people, that were obeyed
  std::optional<std::uint64_t> open_pairs;  // for review, where one was asked for
  std::string method = "keys";              // or "model"
  bool full = true;                         // everything was linked anew, not only who is new or has changed
  std::string full_because;                 // where arrivals alone could not be linked
  std::uint64_t arrivals = 0, decided = 0;  // new or changed registrations; those that were decided anew
  std::uint64_t passes = 0;                 // over the identity records, where all of them were read
  std::string reason;                       // why not the model
  Json to_json() const;
};

struct UpdateOptions {
  std::filesystem::path spec;       // of the model; "": exact keys alone
  std::size_t memory = 0;           // bytes that the job may need; 0: no limit. Less: more passes over the records
  std::size_t fewest = 200;         // registrations; the model learns nothing from fewer
  std::filesystem::path decisions;  // of people, about registrations; "": none
  ReviewRequest review;             // what people shall decide; holds names
  bool full = false;                // everything anew, by a model of its own
  // Called when a part of the work is done: its name, and how much of it.
  std::function<void(std::string_view step, std::size_t done, std::size_t of)> tell = [](std::string_view, std::size_t,
                                                                                         std::size_t) {};
};

// Reads, decides and appends in one transaction of the store; nothing changed: nothing appended. The model sees all
// versions of a registration; what people decided is obeyed whatever it says. Where the store holds the linker's state
// of an earlier run (identity_state.h), only registrations that are new or have changed are linked, by the model of
// then; a linkage of everything follows by itself when that model has become too old. Shows its progress. Errors:
// linkage.memory (nothing has changed), those of the store.
Result<UpdateReport> update(store::Store& store, const Clock& clock, const UpdateOptions& options = {});

}  // namespace sekisho::linkage
