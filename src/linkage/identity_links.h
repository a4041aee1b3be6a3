// The probabilistic model over the centre's identity records: which registrations are one person beyond those whose
// exact keys agree. Runs where names may be read, in memory only; what comes out are registration keys and weights.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "linkage/model_spec.h"
#include "records/record_set.h"

namespace sekisho::linkage {

struct IdentityVersion {
  std::string reg, hospital;
  records::IdentityRecord record;
};

struct ModelLinks {
  std::vector<std::pair<std::string, std::string>> pairs;  // registrations of one person: a chain for each
  std::size_t versions = 0, persons = 0;
};

// `versions` in order of registration; `sure`: registrations that are one person whatever the weights say.
Result<ModelLinks> model_links(const ModelSpec& spec, const std::vector<IdentityVersion>& versions,
                               const std::vector<std::pair<std::string, std::string>>& sure);

// Bytes that model_links needs for so many versions, at most.
std::size_t model_memory(std::size_t versions);

}  // namespace sekisho::linkage
