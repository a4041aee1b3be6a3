// Pseudonymization (仮名加工): identifying columns go, numbers of persons are replaced under a key drawn for one
// provision. The key is split between custodians; where the purpose allows, any two of them recall a person.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "anonymize/shares.h"
#include "anonymize/table.h"
#include "core/clock.h"
#include "core/json.h"
#include "crypto/keys.h"

namespace sekisho::anonymize {

struct PseudonymPolicy {
  enum class Kind { kDelete, kReplace, kKeep };
  struct Column {
    std::string name;
    Kind kind = Kind::kKeep;
    std::string domain;  // of replaced ones: columns of one domain get the same pseudonym for the same value
  };
  char delimiter = ',';
  std::string purpose, provision;
  bool reversible = false;
  std::string reason;  // why the purpose allows recall
  std::vector<Column> columns;
  std::string content;

  // Errors: toml.*, policy.*.
  static Result<PseudonymPolicy> load(const std::filesystem::path& file);
  static Result<PseudonymPolicy> parse(std::string_view text, const std::filesystem::path& file);
  const Column* find(std::string_view name) const;
};

// Writes the ledger's entry and returns its number; called before anything appears under its name.
using RecordPseudonyms = std::function<Result<std::uint64_t>(std::string_view kind, const Json& payload)>;

struct PseudonymRequest {
  std::filesystem::path output;  // CSV that must not exist
  std::filesystem::path vault;   // folder that must not exist and does not hold the output, nor lie beside it
  std::vector<crypto::Certificate> custodians;  // where recall is allowed two or more, all different
  RecordPseudonyms record;
};

// Makes output and vault: provision.json and, where recall is allowed, share-N.p7m (CMS to custodian N, as `openssl cms
// -decrypt` opens it) and table.sealed; else the key is gone when this ends. Returns what the ledger and the report
// hold: counts, no value. Errors: policy.columns, pseudonym.custodians, pseudonym.place, pseudonym.empty, disk.*.
Result<Json> pseudonymize(const Table& table, const PseudonymPolicy& policy, const PseudonymRequest& request,
                          Random& random);

// A share as its custodian opened it. Errors: share.*.
struct OpenedShare {
  std::string provision;
  Share share;
};
Result<OpenedShare> read_share(std::string_view text);

struct Recalled {
  std::string column, pseudonym, value;
};
// Who stands behind pseudonyms, by two opened shares. Records before it answers. Errors: pseudonym.irreversible,
// share.* , pseudonym.key (the shares are not those of this provision), pseudonym.unknown.
Result<std::vector<Recalled>> recall(const std::filesystem::path& vault, const std::vector<OpenedShare>& shares,
                                     const std::vector<std::string>& pseudonyms, const std::string& reason,
                                     const RecordPseudonyms& record);

// The rows handed over, made again of the same table under the same policy by two opened shares; recorded before they
// are given. Errors: those of recall() before anything is read, pseudonym.changed (the policy is another),
// pseudonym.differs (the rows are).
Result<std::string> repeat_pseudonyms(const Table& table, const PseudonymPolicy& policy,
                                      const std::filesystem::path& vault, const std::vector<OpenedShare>& shares,
                                      const RecordPseudonyms& record);

}  // namespace sekisho::anonymize
