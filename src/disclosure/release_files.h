// The files of the memory of releases. Private to it.
#pragma once

#include <unordered_map>

#include "crypto/digest.h"
#include "disclosure/releases.h"
#include "ledger/ledger.h"

namespace sekisho::disclosure {

class ReleaseFiles {
 public:
  static Result<ReleaseFiles> open(const std::filesystem::path& folder, const Clock& clock, Random& random);
  // Items the ledger names, without persons; each file is compared with its hash there. Errors: memory.damaged.
  Result<std::vector<ReleaseItem>> read_items();
  Result<void> load_persons();
  std::size_t persons() const { return numbers_.size(); }
  // Of each class, ascending: numbers of known persons; those not seen before get the numbers after them.
  std::vector<std::vector<std::uint32_t>> numbers(const std::vector<std::vector<std::string>>& members);
  Result<std::vector<std::vector<std::uint32_t>>> read_members(const std::string& id) const;
  Result<void> write(ReleaseItem& item);

 private:
  struct KeyHash {
    std::size_t operator()(const std::array<std::uint8_t, 16>& key) const;
  };
  using PersonKey = std::array<std::uint8_t, 16>;

  std::filesystem::path folder_;
  const Clock* clock_ = nullptr;
  crypto::SecretBytes key_;
  std::unique_ptr<ledger::Ledger> ledger_;
  std::unordered_map<PersonKey, std::uint32_t, KeyHash> numbers_;  // registered persons
  std::vector<PersonKey> order_;                                   // of the last numbers(): those not registered yet
  std::unordered_map<PersonKey, std::uint32_t, KeyHash> fresh_;
  std::map<std::string, std::string> members_sha256_;
  std::size_t registered_ = 0;  // persons the ledger's last entry speaks of, and the hash of their keys
  std::string register_sha256_;
};

// Each class's persons, ascending, as distances in variable-length bytes.
std::string encode_members(const std::vector<std::vector<std::uint32_t>>& members);
// Error: memory.damaged.
Result<std::vector<std::vector<std::uint32_t>>> decode_members(std::string_view bytes);

Json item_json(const ReleaseItem& item);
Result<ReleaseItem> item_from_json(const Json& json, const std::filesystem::path& file);

}  // namespace sekisho::disclosure
