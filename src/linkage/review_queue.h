// Pairs that the model leaves open, for people to decide: written by a run, read by the review desk (review.h). The
// file holds the values of records: it has mode 0600 and stays where names may lie.
#pragma once

#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "core/json.h"
#include "linkage/decisions.h"
#include "linkage/linker.h"

namespace sekisho::linkage {

// What counts as open: probabilities between the two, and pairs above 0.5 that the persons do not join.
struct GreyZone {
  double low = 0.05, high = 0.95;
  std::size_t most = 1000;  // pairs of a file; the most uncertain ones
};

struct ReviewRequest {
  std::filesystem::path output;  // empty: no review
  GreyZone zone;
};

struct QueueInput {
  const ModelSpec& spec;
  const Table& table;
  const Linker& linker;
  const std::vector<Edge>& edges;
  const std::vector<std::uint32_t>& person;     // by group
  const std::vector<std::uint32_t>& row_order;  // rows in the order of their ids
  // Standing ones: pairs that people decided are not asked again, and stay in the file for those who decided them.
  const std::vector<Decision>& decisions;
  std::function<Result<RawRows>(const std::set<std::uint32_t>& rows)> values;  // what people are shown
};

// The file's content: open pairs, most uncertain first, then those that two persons or more have decided (member
// `decided`: their names, the verdict, when), the newest first. Its member `open` is how many pairs are open (more than
// `most` may be). Errors of `values`.
Result<Json> review_queue(const QueueInput& input, const GreyZone& zone);
// A queue about some records put into one about all: pairs of `before` remain where `stays` says so.
Json merged_queue(const Json& before, Json fresh, std::size_t most,
                  const std::function<bool(const std::string& a, const std::string& b)>& stays);
Result<void> write_review_file(const std::filesystem::path& file, const Json& queue);
// Returns how many pairs are open (more than `most` may be). Errors: file errors, linkage.decision.
Result<std::size_t> write_review_queue(const QueueInput& input, const ReviewRequest& request);

// A pair of a queue.
struct OpenPair {
  std::string id;  // of this file; says nothing of the records
  std::string a, b;
  double probability = 0;
  Json detail;  // waterfall, values of both records, sizes of their persons
  // Where the run found it decided. `by` is empty: it was open.
  struct Decided {
    std::vector<std::string> by;
    Verdict verdict = Verdict::kOpen;
    std::string at;
  } decided;
};

struct ReviewQueue {
  std::vector<OpenPair> pairs;  // in the order of the file
  // Errors: linkage.review_file.
  static Result<ReviewQueue> load(const std::filesystem::path& file);
  const OpenPair* find(std::string_view id) const;
};

}  // namespace sekisho::linkage
