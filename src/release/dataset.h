// The pieces that building, rebuilding and verifying share: rows of persons in their order, leaves, hashes, SQL audit.
#pragma once

#include <map>
#include <optional>

#include "anonymize/audit.h"
#include "anonymize/engine.h"
#include "anonymize/history.h"
#include "crypto/digest.h"
#include "recipe/recipe.h"
#include "release/release.h"

namespace sekisho::release::detail {

// What recipe and policy make of a source: one table of person-level rows, or whole histories of the same persons.
struct Prepared {
  recipe::Recipe recipe;
  anonymize::Policy policy;                                // of rows
  std::optional<anonymize::HistoryPolicy> history_policy;  // of histories
  std::string policy_sha256;
  // Person, then variables, then households where the policy of rows counts them; of histories in the policy's order.
  std::vector<anonymize::Table> tables;
  std::map<std::string, std::vector<std::string>, std::less<>> registrations;  // of the persons in `tables`
  const anonymize::Table& table() const { return tables.front(); }
  std::size_t rows() const;
  std::size_t persons() const { return registrations.size(); }
};
Result<Prepared> prepare(const Source& source, const std::filesystem::path& purpose,
                         const std::filesystem::path& policy, int threads, const std::string& memory_limit);
// What leaves as it is (insensitive variables, kept columns and approved texts of histories) by the scanners of files.
// Error: release.identifier.
Result<void> check_kept(const Prepared& prepared);
// The hash that the manifest and the approval name, of a policy of either kind.
Result<std::string> policy_sha256(const std::filesystem::path& policy);

// Finished rows. Persons are numbered 1..n in an order drawn from `key`; leaf i is person i + 1. Without a key (it was
// destroyed) there are only the rows without ids.
struct FileTable {
  std::string name;  // NAME.csv: "dataset", or the name of a history
  std::string csv;
  std::size_t rows = 0;
};
struct Dataset {
  std::vector<FileTable> tables;
  std::string leaves_csv;
  std::vector<crypto::Digest> leaves;
  std::size_t persons = 0, rows = 0;
  std::string content_sha256;  // over the rows without ids, sorted
};
Dataset compose(const anonymize::Applied& applied, const std::string& person, std::optional<ByteView> key);
// Of histories that were finished under the key; each row of a leaf begins with the name of its table.
Dataset compose_histories(const anonymize::FinishedHistories& finished, ByteView key);

// leaf = SHA-256(0x00 || salt || canonical CSV rows of the person without ids).
crypto::Digest leaf_of(ByteView salt, std::string_view rows);

struct SqlAudit {
  std::size_t rows = 0, persons = 0, classes = 0, smallest_class = 0, failing = 0;
  bool ok = false;
  Json to_json() const;
};
// Counts persons in each class of the file by SQL; shares nothing with the engine of module anonymize.
Result<SqlAudit> audit_by_sql(const std::filesystem::path& csv, const std::vector<std::string>& quasi, std::size_t k);
// Every model of the policy, on the finished file and against the rows before; code of SQL over both files' texts.
Result<anonymize::Audit> audit_models(const std::filesystem::path& csv, const Prepared& prepared);
// The same of histories: k^m, dates, bounds, specific descriptions, texts, rare values.
Result<anonymize::HistoryAudit> audit_finished_histories(const std::filesystem::path& folder,
                                                         const anonymize::HistoryPolicy& policy, int threads);
// What an audit without the policy needs, for the manifest: k, m, whether rows count too, and which columns hold items.
Json audited_tables(const anonymize::HistoryPolicy& policy, const anonymize::FinishedHistories& finished);
Result<anonymize::HistoryPolicy> policy_of_audit(const Json& audit);

std::filesystem::path order_key_file(const std::filesystem::path& keys, const std::string& dataset);
Result<Json> read_manifest(const std::filesystem::path& dataset);
// Letters, digits, - and _: the name becomes part of files' names.
bool is_dataset_name(std::string_view name);

// The tables as forms have them and the dictionary that tells of them (release/dictionary.h).
struct Described;
// What building and rebuilding write alike: the tables, leaves.csv, dictionaries and the chosen forms, in `folder`.
struct Payload {
  Json files = Json::array();
  Json forms = Json::array();
};
struct PayloadRequest {
  const Dataset& dataset;
  const Described& described;
  std::string title;
  UtcTime created;
  std::vector<std::string> formats;
};
Result<Payload> write_payload(const std::filesystem::path& folder, const PayloadRequest& request);

// Durable files of a folder that is complete before it gets its name.
Result<void> write_dataset_file(const std::filesystem::path& folder, std::string_view name, std::string_view content,
                                Json* files);

}  // namespace sekisho::release::detail
