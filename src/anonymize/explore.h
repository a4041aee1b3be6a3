// Looking around the optimum: one node of the lattice and its neighbours judged again whenever k, the limit or the
// weights change, the rows beside what becomes of them, and the choice written as a policy. For data managers: it shows
// rows as they are.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "anonymize/engine.h"

namespace sekisho::anonymize {

// What the sliders say. Absent: as the policy has it.
struct Setting {
  std::optional<int> k;
  std::optional<double> limit;
  std::map<std::string, double> weights;  // by quasi-identifier
};
using Place = std::vector<int>;  // a level for each quasi-identifier, in the order of the policy

// Thread safe; a search does not hold up the judgement of nodes.
class Explorer {
 public:
  // The policy file and a table of rows before anonymization. Errors: policy.*, hierarchy.*, csv.*; explore.k (the
  // policy has local recoding or differential privacy, whose choice is no single node).
  static Result<std::unique_ptr<Explorer>> open(const std::filesystem::path& table,
                                                const std::filesystem::path& policy);
  ~Explorer();

  // {rows, counts_persons, metric, k, limit, lattice, attributes: [{name, weight, lowest, highest, levels: [{labels,
  // examples}]}], models}
  Json describe() const;
  // {levels, valid, suppressed, classes, smallest, score} of the place, "around": the same of all within `radius` steps
  // (at most 3) of one level up or down, "edges": pairs of numbers in [place, around...] where the second is one level
  // above; "milliseconds" of the judgement. Errors: explore.place, explore.setting.
  Result<Json> judge(const Setting& setting, const Place& place, int radius) const;
  // {levels, score, optimal, suppressed, ..., milliseconds}. Errors: anonymize.impossible and other errors of search().
  Result<Json> optimum(const Setting& setting) const;
  // {columns, rows: [{number, before: [...], after: [...] or null when suppressed}], total}: from row `from` on, those
  // that are suppressed only when asked so. Identifying columns and the unit columns are not shown.
  Result<Json> rows(const Setting& setting, const Place& place, std::size_t from, std::size_t count,
                    bool only_suppressed) const;
  // The policy with this setting; with a place its levels are fixed by minimum and maximum. It reads back as a policy.
  Result<std::string> policy_text(const Setting& setting, const std::optional<Place>& place) const;

 private:
  struct State;
  explicit Explorer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sekisho::anonymize
