// What the policy made of the prepared rows, whichever kind it is of; building and rebuilding go on from here alike.
#pragma once

#include <memory>

#include "release/dictionary.h"
#include "release/overlap.h"

namespace sekisho::release::detail {

struct Made {
  anonymize::Decision decision;                          // of rows
  anonymize::Applied applied;                            // of rows; refers to the prepared table
  std::optional<anonymize::FinishedHistories> finished;  // of histories
  anonymize::HistoryDecision sets;                       // of histories: what was decided
  bool empty() const { return finished ? finished->persons == 0 : applied.rows() == 0; }
};

// Repeats what was decided, of rows by the manifest, of histories by the register; nothing is searched.
Result<Made> replay(const Prepared& prepared, const Json& manifest, const Register* list, ByteView key, int threads);

// A dataset's manifest with what it was made of, repeated under the key that numbered the persons.
struct Repeated {
  Json manifest;
  std::unique_ptr<Prepared> prepared;      // `made` refers to it
  std::optional<crypto::SecretBytes> key;  // none: destroyed at delivery; then nothing was made
  Made made;
};
// Errors: release.manifest, release.changed, those of prepare() and replay().
Result<Repeated> repeat(const RebuildRequest& request);

Dataset compose_made(const Made& made, const Prepared& prepared, std::optional<ByteView> key);
Result<Described> describe_made(const DescribeRequest& request, const Made& made);

// What became of the audit of the finished files in a folder: every model of the policy, by SQL.
struct Audited {
  bool ok = false;
  std::vector<std::string> problems;
  Json told;  // "audit" of the manifest
};
Result<Audited> audit_made(const std::filesystem::path& folder, const Prepared& prepared, const Made& made,
                           const Dataset& dataset, int threads);

}  // namespace sekisho::release::detail
