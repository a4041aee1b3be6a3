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
#include "linkage/update.h"

namespace sekisho::linkage {

struct StoreLinks {
  std::vector<store::RegistrationRow> rows;  // of the registrations that were decided
  ModelLinks links;
};

class StoreLinker {
 public:
  StoreLinker(store::Store& store, const UpdateOptions& options, UpdateReport& report)
      : store_(store), options_(options), report_(report) {}

  Result<void> read();
  const std::vector<store::RegistrationRow>& rows() const { return rows_; }
  const std::vector<store::LinkageEvent>& past() const { return past_; }
  // nullopt: exact keys make the persons; report.reason says why.
  Result<std::optional<StoreLinks>> link();
  // Registrations and persons of the whole store, once these events count.
  void count_all(const std::vector<store::LinkageEvent>& events);
  // After the events were appended: the state for the next time.
  Result<void> keep(const std::vector<store::LinkageEvent>& events);

 private:
  using Links = Result<std::optional<StoreLinks>>;
  static constexpr std::size_t kNobody = SIZE_MAX;
  std::size_t place_of(std::string_view reg) const;  // in regs_; kNobody: takes no part
  bool takes_part(std::string_view reg) const { return place_of(reg) != kNobody; }
  std::string hospital_of(std::string_view reg) const { return std::string(hospital_of_[place_of(reg)]); }
  void take_persons(const std::vector<store::LinkageEvent>& events);
  Links link_arrivals_only(IdentityInput input);
  Links link_everything(IdentityInput input);
  Result<bool> read_everything(VersionTable& rows);
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
  std::vector<store::RegistrationRow> rows_;
  std::vector<store::LinkageEvent> past_;
  std::vector<std::string_view> regs_;         // in order, each once; they stand in rows_
  std::vector<std::string_view> hospital_of_;  // by registration, the same
  std::vector<std::uint32_t> person_of_;       // number of the person; 0: none yet
  std::map<std::string, std::string> files_;   // of identity records: their hospitals
  std::optional<IdentityState> state_;
  std::vector<std::uint64_t> new_contents_;
  std::optional<VersionTable> fresh_;  // all versions of who is new or has changed
  std::vector<std::string> scope_;     // of a linkage of arrivals
  std::optional<WholeLinkage> whole_;
  std::uint64_t seed_ = 0;
};

}  // namespace sekisho::linkage
