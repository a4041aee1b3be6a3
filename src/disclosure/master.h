// The relaxed master problem of secondary suppression: cells hidden by degrees between 0 and 1 at least cost, under the
// protection cuts and bridge rows found so far. Private to the protector.
#pragma once

#include <algorithm>
#include <memory>
#include <set>
#include <vector>

#include "disclosure/attacker.h"
#include "disclosure/effort.h"

namespace sekisho::disclosure {

// What hiding costs, sensitive cells not counted.
double cost_of(const CellTable& table, const std::vector<char>& hidden);

// A question to the attacker: does the interval of a cell reach as far as it must?
struct Target {
  std::size_t cell = 0;
  bool up = false, down = false;  // both: their sum, the width, is asked for
  double needed = 0;
  std::int32_t insider = -1;  // a cell whose value whoever asks knows; -1: somebody outside
};
std::vector<Target> targets_of(const CellTable& table);
// What a cell needs against an insider who knows another one; nothing when it is the same.
std::vector<Target> targets_of(const CellTable& table, std::size_t cell, std::int32_t insider);

// How far the attacker's interval goes for a target, and the cut that says so.
struct Answer {
  double reached = 0;
  std::vector<std::int32_t> used;                         // cells that the deviations lean on
  std::vector<std::pair<std::int32_t, double>> capacity;  // see Reach
};
Result<Answer> ask(Attacker& attacker, const Target& target, bool with_capacity);
inline bool holds(double reached, double needed) {
  return reached >= needed - 1e-6 * std::max(1.0, needed);
}

struct Cut {
  std::vector<std::pair<std::int32_t, double>> terms;
  double right = 1;
};

class Master {
 public:
  Master(const CellTable& table, Effort& effort);
  ~Master();
  // The cut of a target that is not reached; false: it holds for every pattern already, or at the point `x` (if any).
  bool add_protection(const Target& target, const Answer& answer, const std::vector<double>& x);
  // Rows "a cell is not hidden alone in a relation" violated by x; returns how many were added.
  std::size_t add_bridges(const std::vector<double>& x);
  Result<std::vector<double>> solve(const Deadline& deadline);  // the relaxed optimum; disclosure.time
  void hold(std::size_t cell);                                  // hidden from now on, until release()
  void release();
  double cost() const;  // its cost, sensitive cells not counted
  const std::vector<Cut>& cuts() const;

 private:
  struct Model;
  std::unique_ptr<Model> model_;
  const CellTable& table_;
  Effort& effort_;
};

// The relaxed optimum under bridge rows alone: no cell hidden alone in a relation. Cheap for tables of any size.
Result<std::vector<double>> bridge(Master& master, const Deadline& deadline);

// Cuts until every target holds, or the deadline has passed (complete = false).
struct Relaxation {
  std::vector<double> x;
  double bound = 0;
  bool complete = false;
};
class Separator;
Result<Relaxation> relax(Separator& separator, Master& master, const std::vector<Target>& targets,
                         const Deadline& deadline);

}  // namespace sekisho::disclosure
