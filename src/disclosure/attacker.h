// The protector's picture of an attacker who knows the published cells and all relations: how far can a hidden cell
// deviate from its value? One linear program for each question (Fischetti and Salazar's model). Private to the
// protector; the audit has its own.
#pragma once

#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "disclosure/cells.h"
#include "disclosure/effort.h"

namespace sekisho::disclosure {

// A point and what proves that no further one exists.
struct Reach {
  double distance = 0;
  std::vector<std::int32_t> moved;  // cells that deviate at that point, and by how much
  std::vector<double> amounts;
  std::vector<std::pair<std::int32_t, double>> capacity;  // distance <= sum of capacity * x, for every pattern x
};

class Attacker {
 public:
  // `limit`: no cell moves further than that.
  Attacker(const CellTable& table, Effort& effort, double limit = std::numeric_limits<double>::infinity());
  ~Attacker();
  // x: 0 published ... 1 hidden; between: hidden in part, as linear relaxations have it.
  void set_pattern(std::span<const double> x);
  void set_cell(std::size_t cell, double x);
  double hidden(std::size_t cell) const;  // its x
  // Largest deviation of `target` upwards or downwards; without capacity the search ends at `enough`.
  // Errors: disclosure.solver.
  Result<Reach> reach(std::size_t target, bool up, bool with_capacity, double enough);

 private:
  struct Model;
  std::unique_ptr<Model> model_;
};

// While it lives, the attacker knows the value of a cell; -1: of none.
class KnownCell {
 public:
  KnownCell(Attacker& attacker, std::int32_t cell)
      : attacker_(attacker), cell_(cell), before_(cell < 0 ? 0 : attacker.hidden(static_cast<std::size_t>(cell))) {
    if (before_ > 0) attacker_.set_cell(static_cast<std::size_t>(cell_), 0);
  }
  ~KnownCell() {
    if (before_ > 0) attacker_.set_cell(static_cast<std::size_t>(cell_), before_);
  }
  KnownCell(const KnownCell&) = delete;
  KnownCell& operator=(const KnownCell&) = delete;

 private:
  Attacker& attacker_;
  std::int32_t cell_;
  double before_;
};

}  // namespace sekisho::disclosure
