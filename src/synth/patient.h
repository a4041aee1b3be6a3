// One person's life in all hospitals: registrations, storages, claims, surveys and the truth rows.
#pragma once

#include "synth/output.h"
#include "synth/people.h"

namespace sekisho::synth {

// Counted by block, summed at the end.
struct Tally {
  std::uint64_t files = 0, bytes = 0, persons = 0, registrations = 0, optouts = 0, messages = 0, claims = 0,
                dpc_rows = 0, treated = 0, defects = 0;
  // Distinct persons treated for influenza by season (2012/13 first): all, and those whom at least one hospital may
  // report.
  std::uint64_t treated_persons[13] = {}, treated_visible[13] = {}, treated_episodes[13] = {};
  // Breast cancer: HR positive/negative by HER2 positive/negative among the determinable, and the undeterminable.
  std::uint64_t breast[2][2] = {}, breast_undetermined = 0;
  void add(const Tally& other);
};

Result<void> write_person(const World& world, const Household& household, const Person& person, std::uint64_t ordinal,
                          std::vector<StorageTree>& trees, std::vector<Piece>& pieces, Tally& tally);

}  // namespace sekisho::synth
