// What the centre keeps between two linkages, sealed in the store (store/linkage_file.h): every registration in the
// form that new ones are compared with, the model of the last linkage of everything, and what it has read. It can be
// made anew at any time.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "linkage/identity_links.h"
#include "linkage/state.h"
#include "store/store.h"

namespace sekisho::linkage {

// Rows of the state are versions of registrations. Their ids tell the registration, whether its family and given name
// are known apart, and which version it is.
std::string version_id(std::string_view reg, bool in_parts, std::size_t version);
std::string_view registration_of(std::string_view version_id);
bool in_parts_of(std::string_view version_id);

struct IdentityState {
  struct Head {
    std::string spec;                 // hash of its text
    std::string canonical;            // version of the exact keys
    std::uint64_t event = 0;          // the newest linkage event it knows
    std::set<std::string> files;      // identity files that were read
    std::vector<Decision> decisions;  // standing ones
  };
  Head head;
  std::vector<std::uint64_t> contents;  // of identity records, sorted: who they are of and what they say
  State state;

  std::uint64_t content_key(std::string_view reg, const records::IdentityRecord& record) const;
  bool knows(std::uint64_t content) const;
  // Rows of a registration in order of versions; none: unknown.
  std::vector<std::uint32_t> rows_of(std::string_view reg) const;

  // nullopt: there is none that this program can use. Errors: those of the store.
  static Result<std::optional<IdentityState>> read(store::Store& store, const ModelSpec& spec);
  Result<void> write(store::Store& store, const ModelSpec& spec) const;
};

std::uint64_t content_key(std::uint64_t seed, std::string_view reg, const records::IdentityRecord& record);

// Writes the state that follows from a linkage of everything; `person_of` by name of the registration.
Result<void> write_identity_state(store::Store& store, const ModelSpec& spec, const IdentityState::Head& head,
                                  std::vector<std::uint64_t> contents, std::uint64_t seed, const WholeLinkage& whole,
                                  const std::function<std::uint32_t(std::string_view reg)>& person_of);

}  // namespace sekisho::linkage
