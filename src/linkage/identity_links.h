// The probabilistic model over the centre's identity records: which registrations are one person. Runs where names may
// be read, in memory only; what comes out are registration keys and probabilities, and, where people review, the pairs
// that they shall decide.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "linkage/decisions.h"
#include "linkage/model_spec.h"
#include "linkage/review_queue.h"
#include "linkage/version_table.h"

namespace sekisho::linkage {

struct IdentityInput {
  // Registrations whose exact keys agree. They count where one of the two has no name in parts: there the model sees
  // too little.
  std::vector<std::pair<std::string_view, std::string_view>> by_keys;
  std::vector<Decision> decisions;  // standing ones, about registrations
  ReviewRequest review;
};

struct ModelLinks {  // names stand in the rows that were linked
  struct Joined {
    std::string_view a, b;
    double probability = 0;  // of the best pair of their versions
  };
  std::vector<Joined> pairs;  // registrations of one person: a chain for each
  std::size_t versions = 0, persons = 0;
  Json queue;  // pairs for review (review_queue.h), where a review was asked for
};

// What a linkage of everything leaves for later ones: the rows, and the model that was fitted to them.
struct WholeLinkage {
  std::shared_ptr<VersionTable> rows;
  Model model;
  float self_bonus = 0;
  std::vector<RulePlan> plans;  // of blocking
};

// All versions of some registrations, as the store has them.
using VersionsOf = std::function<Result<std::vector<IdentityVersion>>(const std::set<std::string>& regs)>;

// Everything anew, by a model of its own. `rows` is finished; `versions_of` is asked for what reviewers shall see.
// Errors: linkage.columns, those of `versions_of`.
Result<ModelLinks> model_links(const ModelSpec& spec, std::shared_ptr<VersionTable> rows, const IdentityInput& input,
                               const VersionsOf& versions_of, WholeLinkage* whole = nullptr);

// The persons of some registrations by weighed pairs of their rows.
using RowValues = std::function<Result<RawRows>(const std::set<std::uint32_t>& rows)>;
Result<ModelLinks> decide_registrations(const ModelSpec& spec, const RegistrationRows& rows, const Linker& linker,
                                        const std::vector<Edge>& edges, const IdentityInput& input,
                                        const RowValues& values);
// What reviewers are shown are the records themselves: the rows of a table that is made of them again.
RowValues values_shown(const ModelSpec& spec, const RegistrationRows& rows, const VersionsOf& versions_of);
// Pairs of versions of one registration say nothing.
void drop_pairs_within(const RegistrationRows& rows, std::vector<Pair>& pairs);

// Bytes that a linkage of everything needs at most for so many registrations and versions (measured: docs/linkage.md):
// all in all, and for the rows alone while they are made; each version that is read at once takes kReadingMemory
// besides.
std::size_t model_memory(std::size_t registrations, std::size_t versions);
std::size_t rows_memory(std::size_t registrations, std::size_t versions);
constexpr std::size_t kReadingMemory = 500;
// The same of a linkage of arrivals, which holds the state of the last linkage and writes the next one.
std::size_t arrivals_memory(std::size_t registrations, std::size_t versions);

}  // namespace sekisho::linkage
