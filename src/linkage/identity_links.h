// The probabilistic model over the centre's identity records: which registrations are one person. Runs where names may
// be read, in memory only; what comes out are registration keys and probabilities, and, where people review, the pairs
// that they shall decide.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "linkage/decisions.h"
#include "linkage/model_spec.h"
#include "linkage/review_queue.h"
#include "records/record_set.h"

namespace sekisho::linkage {

struct IdentityVersion {
  std::string reg, hospital;
  records::IdentityRecord record;
};

struct IdentityInput {
  std::vector<IdentityVersion> versions;  // in order of registration
  // Registrations whose exact keys agree. They count where one of the two has no name in parts: there the model sees
  // too little.
  std::vector<std::pair<std::string, std::string>> by_keys;
  std::vector<Decision> decisions;  // standing ones, about registrations
  ReviewRequest review;
};

struct ModelLinks {
  struct Joined {
    std::string a, b;
    double probability = 0;  // of the best pair of their versions
  };
  std::vector<Joined> pairs;  // registrations of one person: a chain for each
  std::size_t versions = 0, persons = 0;
  std::optional<std::size_t> open_pairs;  // for review, where one was asked for
};

// Errors: linkage.columns, and those of the review's file.
Result<ModelLinks> model_links(const ModelSpec& spec, const IdentityInput& input);

// Bytes that model_links needs for so many versions, at most (measured: docs/linkage.md).
std::size_t model_memory(std::size_t versions);

}  // namespace sekisho::linkage
