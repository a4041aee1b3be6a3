// The explorer of the anonymization for the portal (anonymize/explore.h): who may look, and where a choice is saved. It
// shows rows as they are before anonymization, so that only sessions of a manager pass.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <string_view>

#include "anonymize/explore.h"
#include "core/json.h"
#include "portal/link.h"

namespace sekisho::portal {

// Thread safe.
class ExplorerPages {
 public:
  // `folder` holds data.csv and policy.toml with what it refers to; empty: nothing is offered here.
  explicit ExplorerPages(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // What can be explored: Explorer::describe() and the names of saved policies. Errors of both: explorer.role,
  // explorer.none, those of the explorer.
  Result<Json> describe(const Holder& holder);
  // `act`: judge {setting, levels, radius}, optimum {setting}, rows {setting, levels, from, count, suppressed}, save
  // {setting, levels or null, name}. A setting is {k, limit, weights: {name: weight}}, each may be missing.
  // Errors: explorer.act, explorer.form, explorer.name, explorer.exists.
  Result<Json> act(const Holder& holder, std::string_view act, const Json& body);

 private:
  // Read again when data or policy were replaced.
  Result<std::shared_ptr<const anonymize::Explorer>> explorer(const Holder& holder);
  Result<Json> save(const anonymize::Explorer& explorer, const anonymize::Setting& setting, const Json& body) const;

  std::filesystem::path folder_;
  std::mutex mutex_;
  std::filesystem::file_time_type data_time_{}, policy_time_{};
  std::shared_ptr<const anonymize::Explorer> explorer_;
};

}  // namespace sekisho::portal
