// Synthetic hospitals with their truth: one population, its courses of disease, and what each hospital's systems write
// of them as SS-MIX2 storages, receipts and DPC survey files. Same options, same bytes, whatever the number of threads.
// Nobody in it exists.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "core/result.h"

namespace sekisho::synth {

struct Options {
  std::filesystem::path out;
  int hospitals = 0;          // 0: as the scenario says
  std::uint64_t persons = 0;  // 0: as the scenario says
  int years = 0;              // 0: as the scenario says; seasons from 2012/13 on
  std::uint64_t seed = 1;
  std::string scenario = "standard";
  bool defects = true;   // what hospitals do wrong, planted at usual rates and listed in truth/defects.csv
  int marked = 0;        // persons whose identifiers occur nowhere else, listed in truth/marked.csv
  unsigned threads = 0;  // 0: as many as the machine has
  // Benchmarks: storages' messages are made and counted but not written (the file system takes most of the time).
  bool discard_storages = false;
};

struct Summary {
  std::uint64_t files = 0, bytes = 0;
  std::uint64_t persons = 0, registrations = 0, optouts = 0;
  std::uint64_t messages = 0, claims = 0, dpc_rows = 0;
  std::uint64_t treated_episodes = 0;
  std::uint64_t defects = 0;
  double seconds = 0;
};

// Errors: usage.scenario, usage.range, usage.not_empty (the folder holds something already), file.*.
Result<Summary> generate(const Options& options);

}  // namespace sekisho::synth
