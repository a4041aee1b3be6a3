// One linkage of the centre's store: reads what is needed, decides whether arrivals alone or everything is linked, and
// keeps what the next one starts from.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "linkage/identity_state.h"
#include "linkage/keyed_registrations.h"
#include "linkage/person_changes.h"
#include "linkage/update.h"

namespace sekisho::linkage {

class StoreLinker {
 public:
  StoreLinker(store::Store& store, const UpdateOptions& options, UpdateReport& report)
      : store_(store), options_(options), report_(report) {}

  // Registrations with their exact keys, and what earlier events say of them.
  Result<void> read();
  // Persons, and what changes with them; the report says how they were found. Errors: linkage.memory (the rows of the
  // model need more), those of the store.
  Result<void> link();
  std::size_t events() const { return changes_.all.size(); }
  store::LinkageEvent event(std::size_t i, UtcTime now) const { return changes_.all[i].event(*registrations_, now); }
  // The state for the next time, which knows of these events though nobody has appended them yet: where they never are,
  // the next linkage starts anew. Rows and model are let go.
  Result<void> keep();

 private:
  bool takes_part(std::string_view reg) const { return registrations_->find(reg) != KeyedRegistrations::kNobody; }
  std::string hospital_of(std::string_view reg) const {
    return std::string(registrations_->hospital(registrations_->find(reg)));
  }
  Result<bool> by_model();  // false: too few registrations, or no spec
  void change(const std::vector<std::uint32_t>& scope, const Components& by_keys, const ModelLinks* model);
  Result<void> link_arrivals_only(IdentityInput input);
  Result<void> link_everything(IdentityInput input);
  Result<std::size_t> expected_versions();
  Result<void> read_everything(VersionTable& rows);
  // Why arrivals alone cannot be linked; "": they can.
  Result<std::string> why_everything(const IdentityInput& input);
  Result<bool> read_arrivals();
  Result<std::vector<IdentityVersion>> versions_of(const std::set<std::string>& regs);
  std::vector<std::string> newly_decided(const std::vector<Decision>& now) const;
  Result<void> write_queue(Json queue, const std::vector<std::string>& scope);

  store::Store& store_;
  const UpdateOptions& options_;
  UpdateReport& report_;
  std::optional<ModelSpec> spec_;
  IdentityState::Head now_;  // what a state of today says of itself
  std::optional<KeyedRegistrations> registrations_;
  std::optional<Components> by_keys_;
  std::optional<PastPersons> past_;
  std::vector<std::uint32_t> person_of_;  // by registration, once the changes count
  PersonChanges changes_;
  std::uint64_t newest_event_ = 0;
  std::map<std::string, std::string> files_;  // of identity records: their hospitals
  std::optional<IdentityState> state_;
  std::vector<std::uint64_t> new_contents_;
  std::optional<VersionTable> fresh_;  // all versions of who is new or has changed
  std::vector<std::string> scope_;     // of a linkage of arrivals
  std::optional<WholeLinkage> whole_;
  std::uint64_t seed_ = 0;
};

}  // namespace sekisho::linkage
