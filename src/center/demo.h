// The main job in one command: from hospitals' storages to an anonymized dataset and a checked table, every role its
// own process.
#pragma once

#include "center/layout.h"
#include "core/json.h"

namespace sekisho::center {

struct DemoOptions {
  std::filesystem::path state;                  // everything lies here
  std::vector<std::filesystem::path> storages;  // real storages; empty: synthetic hospitals
  std::uint64_t seed = 1;
  std::uint64_t persons = 0;  // 0: as the demo scenario says
  int hospitals = 3;
  std::uint16_t portal_port = 0;
  bool portal = false;  // leave it running
};

struct DemoOutcome {
  Json report;          // design section 8
  std::string summary;  // for a terminal
  std::string address;  // of the portal, when left running
  bool findings = false;
};

// A state folder where the job is finished is not run again: the portal starts with what stands there.
Result<DemoOutcome> run_demo(const DemoOptions& options);

}  // namespace sekisho::center
