// The pieces that building, rebuilding and verifying share: rows of persons in their order, leaves, hashes, SQL audit.
#pragma once

#include <map>
#include <optional>

#include "anonymize/engine.h"
#include "crypto/digest.h"
#include "recipe/recipe.h"
#include "release/release.h"

namespace sekisho::release::detail {

// What recipe and policy make of a source.
struct Prepared {
  recipe::Recipe recipe;
  anonymize::Policy policy;
  std::string policy_sha256;
  anonymize::Table table;  // person-level rows: person, then variables
  std::map<std::string, std::vector<std::string>, std::less<>> registrations;  // of the persons in `table`
};
Result<Prepared> prepare(const Source& source, const std::filesystem::path& purpose,
                         const std::filesystem::path& policy, int threads, const std::string& memory_limit);

// Finished rows. Persons are numbered 1..n in an order drawn from `key`; leaf i is person i + 1. Without a key (it was
// destroyed) there are only the rows without ids.
struct Dataset {
  std::string csv, leaves_csv;
  std::vector<crypto::Digest> leaves;
  std::size_t persons = 0, rows = 0;
  std::string content_sha256;  // over the rows without ids, sorted
};
Dataset compose(const anonymize::Applied& applied, const std::string& person, std::optional<ByteView> key);

// leaf = SHA-256(0x00 || salt || canonical CSV rows of the person without ids).
crypto::Digest leaf_of(ByteView salt, std::string_view rows);

struct SqlAudit {
  std::size_t rows = 0, persons = 0, classes = 0, smallest_class = 0, failing = 0;
  bool ok = false;
  Json to_json() const;
};
// Counts persons in each class of the file by SQL; shares nothing with the engine of module anonymize.
Result<SqlAudit> audit_by_sql(const std::filesystem::path& csv, const std::vector<std::string>& quasi, std::size_t k);

std::filesystem::path order_key_file(const std::filesystem::path& keys, const std::string& dataset);
Result<Json> read_manifest(const std::filesystem::path& dataset);
// Letters, digits, - and _: the name becomes part of files' names.
bool is_dataset_name(std::string_view name);

// What building and rebuilding write alike: dataset.csv, leaves.csv, dictionaries and the chosen forms, in `folder`.
struct Payload {
  Json files = Json::array();
  Json forms = Json::array();
};
struct PayloadRequest {
  const Prepared& prepared;
  const anonymize::Applied& applied;
  const anonymize::Decision& decision;
  const Dataset& dataset;
  std::string id;
  UtcTime created;
  std::vector<std::string> formats;
};
Result<Payload> write_payload(const std::filesystem::path& folder, const PayloadRequest& request);

// Durable files of a folder that is complete before it gets its name.
Result<void> write_dataset_file(const std::filesystem::path& folder, std::string_view name, std::string_view content,
                                Json* files);

}  // namespace sekisho::release::detail
