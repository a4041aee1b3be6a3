// A safe pattern with its proofs, made cheaper piece by piece: some cells near a hidden one are hidden too, then every
// hidden cell there is published again where all needs still hold. Private to the protector.
#pragma once

#include "disclosure/master.h"

namespace sekisho::disclosure {

// A proof for every target: the cells its deviations lean on. Publishing any other cell needs no new question.
class SafePattern {
 public:
  SafePattern(const CellTable& table, Attacker& attacker, const std::vector<Target>& targets)
      : table_(table), attacker_(attacker), targets_(targets) {}

  // Asks every target. Returns the ones that do not hold.
  Result<std::vector<std::size_t>> set(std::vector<char> hidden);
  // Publishes the cell if all targets still hold.
  Result<bool> try_publish(std::size_t cell);
  // Hiding more never harms: all proofs stay.
  void hide(std::size_t cell);

  struct State {
    std::vector<char> hidden;
    std::vector<std::vector<std::int32_t>> used;
  };
  State state() const { return {hidden_, used_}; }
  void restore(State state);

  const std::vector<char>& hidden() const { return hidden_; }
  double cost() const { return cost_of(table_, hidden_); }

 private:
  const CellTable& table_;
  Attacker& attacker_;
  const std::vector<Target>& targets_;
  std::vector<char> hidden_;
  std::vector<std::vector<std::int32_t>> used_;
};

// `hidden` holds for all targets of `safe`; what comes back does too and is not dearer.
Result<std::vector<char>> refine(const CellTable& table, SafePattern& safe, std::vector<char> hidden,
                                 const Deadline& deadline);

}  // namespace sekisho::disclosure
