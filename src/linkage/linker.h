// One linkage in memory: candidates, model and weights of pairs over a grouped table. What a run, an explanation, a
// review and a calibration have in common.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "core/json.h"
#include "linkage/blocking.h"
#include "linkage/cluster.h"
#include "linkage/comparison.h"
#include "linkage/decisions.h"
#include "linkage/model.h"
#include "linkage/rivals.h"

namespace sekisho::linkage {

// What no agreement of other fields overrules: one person does not die twice. And what needs strong evidence: one
// hospital knows a person by one number.
class Impossible {
 public:
  Impossible(const ModelSpec& spec, const Table& table);
  // The weight of a pair after both rules; minus infinity for two deaths.
  float operator()(float weight, std::uint32_t a, std::uint32_t b) const;

 private:
  const Column *death_, *hospital_, *number_;
};

// `spec` and `table` outlive it. Groups are what it compares (table.h). block(), then fit(), then the rest.
class Linker {
 public:
  Linker(const ModelSpec& spec, const Table& table);

  // From now on these pairs of groups stand in one person, or never do.
  void constrain(Constraints constraints);

  // `drop` takes pairs away that say nothing.
  void block(const PairFilter& drop = {}) { candidates_ = find_candidates(spec_, table_, drop); }
  // Candidates from elsewhere in place of block(): sorted, each once.
  void use(std::vector<Pair> pairs) { candidates_.pairs = std::move(pairs); }
  void fit();
  // Takes a model that was fitted before in place of fit().
  void adopt(const Model& model, float self_bonus) { model_ = model, self_bonus_ = self_bonus; }
  float self_bonus() const { return self_bonus_; }

  // log2 odds that two groups are one person.
  float weight(std::uint32_t a, std::uint32_t b) const { return weight(a, b, comparator_.pattern(a, b)); }
  // The same by the fields alone, without what is impossible.
  float weight_of_fields(std::uint32_t a, std::uint32_t b) const { return of_fields(a, b, comparator_.pattern(a, b)); }
  // Records that agree in all fields: their share joins the prior, which knows only pairs of different groups. Nobody
  // registers alike more than a thousand times: such records are a filler, and say nothing of a person.
  static constexpr std::uint32_t kMostEqual = 1000;
  float self_weight(std::uint32_t group) const {
    return table_.size_of[group] > kMostEqual ? -60 : weight(group, group) + self_bonus_;
  }
  // Candidates worth a look: within 12 bits of the threshold or above.
  std::vector<Edge> edges() const;
  // The weights of a pair one by one: {prior, comparisons: [{name, level, weight, holders, values}], household,
  // rivals?, two_numbers?, impossible?, weight, probability}: what the model says, whatever people decided. `values`
  // are those of the fields: for those who may see them.
  Json waterfall(std::uint32_t a, std::uint32_t b) const;

  double bits() const;  // of the threshold
  const Comparator& comparator() const { return comparator_; }
  const Model& model() const { return model_; }
  const Candidates& candidates() const { return candidates_; }
  const Constraints& constraints() const { return constraints_; }
  void forget_candidates();

 private:
  void fit_once();
  float weight(std::uint32_t a, std::uint32_t b, Pattern pattern) const;
  float of_fields(std::uint32_t a, std::uint32_t b, Pattern pattern) const;
  float without_rivals(std::uint32_t a, std::uint32_t b, Pattern pattern) const;
  void find_rivals();

  const ModelSpec& spec_;
  const Table& table_;
  Comparator comparator_;
  std::size_t groups_;
  Impossible impossible_;
  Candidates candidates_;
  Constraints constraints_;
  std::vector<Pattern> patterns_;
  Model model_;
  std::optional<Rivals> rivals_;
  float self_bonus_ = 0;
};

double probability_of(float bits);

// Rows that a standing decision names, ascending: each of them is a group of its own (group_records).
std::vector<std::uint32_t> decided_rows(const Table& table, const std::vector<Decision>& decisions);
// The decisions as pairs of groups. Those about records that the table does not hold are left out.
Constraints constraints_of(const Table& table, const std::vector<Decision>& decisions);

}  // namespace sekisho::linkage
