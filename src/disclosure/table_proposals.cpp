#include "disclosure/table_proposals.h"

#include <algorithm>
#include <tuple>

namespace sekisho::disclosure {
namespace {

constexpr std::size_t kMostTrials = 60, kMostRows = 20'000'000;  // rows read again, over all trials
constexpr double kSecondsOfTrial = 3;

struct Candidate {
  std::size_t dimension = 0, first = 0, second = 0, distance = 0;
  std::size_t sensitive = 0;  // cells of the two categories
};

// Categories below the same group, not those of a group of two: nothing would be left to tell apart.
std::vector<Candidate> candidates_of(const TableResult& result) {
  const auto& dimensions = result.data.dimensions;
  const Shape shape(dimensions);
  std::vector<Candidate> out;
  for (std::size_t d = 0; d < dimensions.size(); ++d) {
    std::vector<std::size_t> sensitive(dimensions[d].nodes.size(), 0);
    for (std::size_t i = 0; i < result.pattern.size(); ++i)
      sensitive[shape.node(i, d)] += result.pattern[i] == Status::kPrimary ? 1 : 0;
    for (const Dimension::Node& group : dimensions[d].nodes) {
      std::vector<std::size_t> leaves;
      for (const std::uint32_t child : group.children)
        if (dimensions[d].nodes[child].children.empty()) leaves.push_back(child);
      if (group.children.size() < 3) continue;
      for (std::size_t i = 0; i < leaves.size(); ++i)
        for (std::size_t j = i + 1; j < leaves.size(); ++j)
          if (const std::size_t both = sensitive[leaves[i]] + sensitive[leaves[j]]; both > 0)
            out.push_back({d, leaves[i], leaves[j], j - i, both});
    }
  }
  // Where most is sensitive, neighbours first.
  std::ranges::stable_sort(out, [](const Candidate& a, const Candidate& b) {
    return std::tuple(b.sensitive, a.distance) < std::tuple(a.sensitive, b.distance);
  });
  return out;
}

}  // namespace

std::vector<Proposal> propose_table_merges(const TableRequest& request, const TableResult& result, std::size_t most) {
  const std::uint64_t before = result.primary + result.secondary;
  std::vector<Proposal> out;
  std::vector<Candidate> candidates = candidates_of(result);
  candidates.resize(std::min({candidates.size(), kMostTrials, kMostRows / std::max<std::size_t>(1, result.data.rows)}));
  for (const Candidate& one : candidates) {
    const Dimension& dimension = result.data.dimensions[one.dimension];
    const std::string &first = dimension.nodes[one.first].label, &second = dimension.nodes[one.second].label;
    TableRequest trial = request;
    trial.mode = Mode::kFast;
    trial.policy.seconds = std::min(search_seconds(trial.policy, 0), kSecondsOfTrial);
    trial.groupings[dimension.name].merges.push_back({first, second});
    const auto merged = make_table(trial);
    if (!merged || merged->primary + merged->secondary >= before) continue;
    out.push_back({dimension.name, first, second, before, merged->primary + merged->secondary});
  }
  std::ranges::stable_sort(out, {}, &Proposal::hidden_after);
  if (out.size() > most) out.resize(most);
  return out;
}

}  // namespace sekisho::disclosure
