// From persons found to events of the store: who keeps which id. A merge keeps the id that appeared first and retires
// the other; a split leaves the id with the part that holds the registration that had it first and mints new ones for
// the rest; no id is ever used again. Ids say nothing of the person.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "linkage/identity_links.h"
#include "linkage/keyed_registrations.h"

namespace sekisho::linkage {

// What earlier events say of the registrations of a store, and of ids.
class PastPersons {
 public:
  explicit PastPersons(std::size_t registrations) : of_(registrations) {}
  // In order; `node` KeyedRegistrations::kNobody: of a registration that has left. False: an id of another form.
  bool add(std::uint32_t node, std::string_view person);
  std::uint32_t person(std::uint32_t node) const { return of_[node].person; }  // 0: none yet
  bool known(std::uint32_t node) const { return of_[node].since != 0; }
  std::uint64_t since(std::uint32_t node) const { return of_[node].since; }  // number of its first event
  std::uint64_t born(std::uint32_t person) const { return born_[person]; }   // the same of an id
  std::uint32_t next_number() const { return static_cast<std::uint32_t>(std::max<std::size_t>(1, born_.size())); }

 private:
  struct Registration {
    std::uint64_t since = 0;
    std::uint32_t person = 0;
  };
  std::vector<Registration> of_;
  std::vector<std::uint64_t> born_;
  std::uint64_t events_ = 0;
};

// One event, packed.
struct PersonChange {
  enum Kind : std::uint8_t { kLink, kMerge, kSplit };
  std::uint32_t node = 0, person = 0;  // a registration, and whose it is from now on
  double probability = 1;
  Kind kind = kLink;
  bool by_model = false;
  std::uint8_t keys = 0;  // rules of exact keys that speak for it: bits by KeyRule
  store::LinkageEvent event(const KeyedRegistrations& registrations, UtcTime now) const;
};

struct PersonChanges {
  std::vector<PersonChange> all;
  std::uint64_t persons = 0, new_persons = 0, merges = 0, splits = 0, by_model = 0;
};

// What changes among the registrations `scope` (ascending; they hold their persons whole). `by_keys` has a node for
// each of them. Without `model` exact keys make the persons; with it they only name evidence.
PersonChanges person_changes(const KeyedRegistrations& registrations, const std::vector<std::uint32_t>& scope,
                             const PastPersons& past, const Components& by_keys, const ModelLinks* model);

}  // namespace sekisho::linkage
