// The desk where requests to let files leave are handled: a folder with a ledger, the judged bytes under their hash,
// and the people with their roles. Who acts is told by the key the person holds, never by a name given.
#pragma once

#include <filesystem>
#include <memory>

#include "core/random.h"
#include "outgoing/exit_requests.h"
#include "outgoing/scan.h"

namespace sekisho::outgoing {

struct ExitPerson {
  std::string id, institution, key_sha256;  // of the public key
  std::vector<std::string> roles;           // requester, reviewer, releaser, sender
};

// What a person wants; the desk fills in who it is and the files as they are now.
struct ExitOrder {
  std::filesystem::path key;  // the person's private key
  std::string request;
  ExitEvent event = ExitEvent::kSubmit;
  std::vector<std::filesystem::path> files;  // of kSubmit
  std::string reason, committee;
  std::filesystem::path output;  // of kRelease and kCollect: folder the judged bytes are copied to
  std::filesystem::path memory;  // of kSubmit: releases whose outputs came from a call that checked them
  ScanSettings scan;             // of kSubmit
};

class ExitDesk {
 public:
  // Makes the folder (mode 0700) when absent. Errors: exit.damaged, ledger.*, file.*.
  static Result<ExitDesk> open(const std::filesystem::path& folder, const Clock& clock, Random& random);
  // Registers a person and writes the new private key to `key` (mode 0600). Errors: exit.person, file.*.
  Result<ExitPerson> add_person(const std::string& id, const std::string& institution, std::vector<std::string> roles,
                                const std::filesystem::path& key);
  // A submission is frozen, scanned and judged in the same breath. Errors: exit.*, file.*, scan.*.
  Result<ExitRequest> act(const ExitOrder& order);
  const std::map<std::string, ExitRequest>& requests() const { return requests_->all(); }
  std::vector<std::string> overdue() const { return requests_->overdue(); }

 private:
  ExitDesk() = default;
  Result<const ExitPerson*> signed_in(const std::filesystem::path& key, ExitEvent event) const;
  Result<ExitRequest> submit(const ExitOrder& order, ExitAct act);
  Result<std::vector<ExitFile>> frozen_files(const std::string& request) const;

  std::filesystem::path folder_;
  std::unique_ptr<ledger::Ledger> ledger_;
  std::optional<ExitRequests> requests_;
  std::map<std::string, ExitPerson> people_;
};

}  // namespace sekisho::outgoing
