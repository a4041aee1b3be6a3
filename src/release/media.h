// Handing a dataset over: into a project's folder of a workspace, or on a numbered medium. A medium's container and its
// passphrase go two ways; the ledger holds number, hash and each step, never the passphrase. The recipient proves with
// a code from inside the container that it was opened.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "ledger/ledger.h"
#include "release/release.h"

namespace sekisho::release {

enum class MediumState : std::uint8_t { kNone, kWritten, kHanded, kReceived, kReturned, kLost, kDestroyed };
std::string_view name(MediumState state);

struct Medium {
  std::string number, dataset, sha256, code_sha256;
  MediumState state = MediumState::kNone;
  std::vector<std::pair<std::string, std::string>> steps;  // kind of the entry, time
  Json to_json() const;
};
// By number, from the ledger of releases.
std::vector<Medium> media_of(std::span<const ledger::Entry> entries);
// M-YEAR-NNNN, the first that is free.
std::string next_number(std::span<const ledger::Entry> entries, UtcTime now);

struct MediumRequest {
  std::filesystem::path dataset;  // folder; verified first
  std::filesystem::path out;      // folder of the container, NUMBER.zip
  std::filesystem::path sheet;    // file that gets the passphrase; lies elsewhere
  std::string number;             // empty: next_number()
  std::vector<ledger::Entry> entries;
  Record record;
  const Clock* clock = nullptr;
  Random* random = nullptr;
};
struct MediumReport {
  std::string number, sha256;
  std::filesystem::path container;
  std::uint64_t size = 0;
  Json to_json() const;
};
// Errors: media.number (taken, or of another form), media.same_place (sheet and container beside each other),
// media.dataset (it does not verify), media.exists.
Result<MediumReport> write_medium(const MediumRequest& request);

// A step in a medium's life; `detail` says to whom, by which courier, by which two persons. Only steps of the table in
// media.cpp are taken; "received" needs the code. Errors: media.unknown, media.step, media.code.
struct StepRequest {
  std::string number, code, detail;
  MediumState to = MediumState::kNone;
  std::vector<ledger::Entry> entries;
  Record record;
};
Result<Medium> take_step(const StepRequest& request);

// The recipient's side: opens a container and verifies the dataset in it. Errors: those of open_container;
// container.tampered too when the files are not as signed.
Result<VerifyReport> open_medium(const std::filesystem::path& container, const std::string& passphrase,
                                 const std::filesystem::path& out);

// A verified copy in WORKSPACE/USAGE/datasets/ID, for reading only. Returns its folder. Errors: provide.usage,
// provide.exists, media.dataset.
Result<std::filesystem::path> provide(const std::filesystem::path& dataset, const std::filesystem::path& workspace,
                                      const std::string& usage, const Record& record);

}  // namespace sekisho::release
