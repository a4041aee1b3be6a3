// Where a centre keeps what, and how it is set up: authority, certificates, keys and configurations of every role, each
// in the folder of the zone it belongs to. On one machine the zones are folders; in production each folder goes to its
// own host.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/ids.h"
#include "core/random.h"
#include "core/result.h"

namespace sekisho::center {

struct Layout {
  std::filesystem::path root;
  std::filesystem::path authority() const { return root / "authority"; }  // offline root: its key belongs on no server
  std::filesystem::path outer() const { return root / "outer"; }          // receiver
  std::filesystem::path core() const { return root / "core"; }            // intake, stores, releases
  std::filesystem::path hospital(const HospitalId& id) const { return root / "hospitals" / id.text; }
  std::filesystem::path receiver_config() const { return outer() / "receiver.toml"; }
  std::filesystem::path intake_config() const { return core() / "intake.toml"; }
  std::filesystem::path gateway_config(const HospitalId& id) const { return hospital(id) / "gateway.toml"; }
  std::filesystem::path port_file() const { return outer() / "port"; }
  std::filesystem::path store() const { return core() / "store"; }
  std::filesystem::path keys() const { return core() / "keys"; }
  std::filesystem::path quality() const { return core() / "quality"; }  // one report per hospital, for the portal
  std::filesystem::path status_file() const { return core() / "status.json"; }
};

struct HospitalSetup {
  HospitalId id;
  std::vector<std::filesystem::path> storages;  // absolute
  std::filesystem::path optout;                 // may be empty
};

struct InitOptions {
  Layout layout;
  BodyId body;
  std::vector<HospitalSetup> hospitals;
  bool allow_unencrypted = false;
  std::uint16_t receiver_port = 0;  // 0: any free port, told in port_file
};

// Makes everything; refuses a folder where an authority already stands. Hospitals are added later with add_hospital.
Result<void> init(const InitOptions& options, const Clock& clock, Random& random);
Result<void> add_hospital(const Layout& layout, const BodyId& body, const HospitalSetup& hospital, const Clock& clock,
                          Random& random);
std::vector<HospitalId> hospitals_of(const Layout& layout);  // sorted

}  // namespace sekisho::center
