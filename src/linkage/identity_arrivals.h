// New and changed registrations at the centre: they, and whom they can change, are decided anew by the frozen model;
// everybody else stays.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "linkage/identity_links.h"
#include "linkage/state.h"

namespace sekisho::linkage {

struct Arrivals {
  VersionTable fresh;               // who is new or has changed, with all versions
  std::vector<std::string> others;  // who has not, but is decided anew: people decided about them
  IdentityInput input;              // decisions, exact keys, review; its versions are not looked at
  // All versions of some registrations, for reviewers.
  VersionsOf versions_of;
};

struct ArrivalLinks {
  std::vector<std::string> scope;  // registrations that were decided, in order; persons stand in it whole
  ModelLinks links;                // among them; names stand in the state
};

// Puts the arrivals into the state, without persons, and decides. Errors: those of `versions_of`.
Result<ArrivalLinks> link_arrivals(const ModelSpec& spec, State& state, const Arrivals& arrivals);

}  // namespace sekisho::linkage
