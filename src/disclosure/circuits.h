// Witnesses without a solver: sets of cells that can move together, some up and some down by the same amount, so that
// every sum stays. A few such circuits show that a hidden cell may hold another value; whoever doubts it adds numbers.
// Not finding one proves nothing: then a linear program decides.
#pragma once

#include <cstdint>
#include <vector>

#include "disclosure/cells.h"

namespace sekisho::disclosure {

struct Move {
  std::int32_t cell = 0;
  double amount = 0;
};
using Moves = std::vector<Move>;  // in the order of cells, none of them 0

class Circuits {
 public:
  explicit Circuits(const CellTable& table);

  // Moves `target` by up to `needed` using hidden cells only; `moves` become the witness. Returns how far it went.
  double push(std::size_t target, bool up, double needed, const std::vector<char>& hidden, Moves& moves);
  // As push(), but may hide further cells at least cost, at most `budget`; they are appended to `added`.
  double push_hiding(std::size_t target, bool up, double needed, std::vector<char>& hidden, double budget, Moves& moves,
                     std::vector<std::int32_t>& added);
  std::uint64_t work() const { return work_; }  // members looked at so far

 private:
  struct Member {
    std::int32_t index = 0;
    std::int8_t sign = 0;
  };
  struct Step {
    std::int32_t cell = 0;
    std::int8_t direction = 0;
    int violated = 0;  // change in the number of relations that do not add up
    double cost = 0;
  };
  static double merit(const Step& step);  // the smaller the better
  double capacity(std::size_t cell, int direction) const;
  bool place(std::int32_t cell, int direction);
  void take_back(std::int32_t cell, int direction);
  bool close(double smallest, double cost_left, int depth);
  bool circuit(std::size_t target, int direction, double smallest, double budget);
  double apply(double limit);
  void candidates(std::int32_t relation, double smallest, double cost_left, std::vector<Step>& out);
  void finish(Moves& moves);

  const CellTable& table_;
  std::vector<std::vector<Member>> relations_of_, members_of_;
  const std::vector<char>* hidden_ = nullptr;
  bool hiding_ = false;
  std::vector<double> moved_;           // of each cell, over the circuits so far
  std::vector<std::int32_t> touched_;   // cells with moved_
  std::vector<std::int8_t> direction_;  // of each cell in the circuit under way
  std::vector<std::int8_t> imbalance_;  // of each relation
  std::vector<std::int32_t> violated_;  // relations out of balance, oldest first
  std::vector<Step> circuit_;
  int nodes_ = 0, most_nodes_ = 0;
  std::uint64_t work_ = 0;
};

}  // namespace sekisho::disclosure
