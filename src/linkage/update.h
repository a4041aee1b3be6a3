// Linkage of the centre's identity store: registrations -> persons with ids that stay. Each change is an event; any
// past state can be read back from them.
#pragma once

#include "core/clock.h"
#include "core/json.h"
#include "store/store.h"

namespace sekisho::linkage {

struct UpdateReport {
  std::uint64_t registrations = 0, persons = 0;
  std::uint64_t new_persons = 0, merges = 0, splits = 0, events = 0;
  std::uint64_t big_blocks = 0;  // keys shared by so many registrations that they link nobody
  std::uint64_t state = 0;       // number of the newest event
  Json to_json() const;
};

// The state that follows from registrations and from earlier events: what update() appends. Ids: a merge keeps the id
// that appeared first and retires the other; a split leaves the id with the part that holds the registration that had
// it first and mints new ones for the rest; no id is ever used again. Ids say nothing of the person.
std::vector<store::LinkageEvent> next_events(const std::vector<store::RegistrationRow>& rows,
                                             const std::vector<store::LinkageEvent>& past, UtcTime now,
                                             UpdateReport& report);

// Reads, decides and appends in one transaction of the store; nothing changed: nothing appended.
Result<UpdateReport> update(store::Store& store, const Clock& clock);

}  // namespace sekisho::linkage
