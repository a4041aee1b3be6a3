// The centre's linking as a job: registrations become persons, pairs that stay open go to the clerical review in
// core/review, and a snapshot names the state that datasets are built from. One process writes the store: intake rests
// meanwhile.
#pragma once

#include "center/layout.h"
#include "core/json.h"
#include "linkage/filter_match.h"
#include "linkage/update.h"
#include "store/store.h"

namespace sekisho::center {

struct LinkJobOptions {
  std::filesystem::path spec;  // "": specs/linkage/japanese.toml that ships
  bool full = false;  // everything anew; else only registrations that are new or have changed, where that can be
  std::size_t memory = std::size_t{4} << 30;  // bytes (linkage/update.h)
};

struct LinkJobReport {
  linkage::UpdateReport update;
  linkage::FilterMatchReport filters;  // pairs stand in core/filter-pairs.csv
  std::string snapshot;
  double seconds = 0;
  Json to_json() const;
};

// Where reviewers are invited (link review invite --folder core/review), their decisions are obeyed and the open pairs
// are written for them; where nobody is, no names leave the store. The state of the job stands in core/link.json.
Result<LinkJobReport> run_link_job(const Layout& layout, store::Store& store, const LinkJobOptions& options,
                                   const Clock& clock);
// Opens the store by the intake's configuration first. Error store.lock: intake runs.
Result<LinkJobReport> run_link_job(const Layout& layout, const LinkJobOptions& options, const Clock& clock,
                                   Random& random);

// specs/ lies beside the source tree's build folder, or in share/sekisho of an installation.
Result<std::filesystem::path> specs_folder();

}  // namespace sekisho::center
