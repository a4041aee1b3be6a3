// The shape of a table as its labels tell it: dimensions, each with a hierarchy of labels, and cells at their
// crossings. In such a table whole boxes of cells can move together: one step in each dimension that keeps the sums of
// that dimension, multiplied out. The cheapest box around a cell is found by looking at all of them, without any linear
// program. Private to protector and audit, which both add up what comes from here.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "disclosure/circuits.h"

namespace sekisho::disclosure {

class Grid {
 public:
  static constexpr std::uint64_t kMostPatience = 400'000;
  // nullopt: the labels do not tell cells apart, or relations do not run along dimensions.
  static std::optional<Grid> of(const CellTable& table);

  // What a box must be able to do for its cell, both ways, with the moves made so far.
  struct Need {
    double up = 0, down = 0, slide = 0;
  };
  struct Box {
    std::vector<std::pair<std::int32_t, std::int8_t>> corners;  // cell and direction when the target goes up
    double up = 0, down = 0;                                    // how far it can go
    double cost = 0;
  };
  // Prices of cells that are not hidden yet; 0 for hidden ones, negative: never. `moved` shifts the values.
  // The cheapest box below `limit`; nullopt: none found within the work allowed.
  std::optional<Box> cheapest(std::size_t target, const Need& need, std::span<const float> price, double limit,
                              std::span<const double> moved);

  std::uint64_t work() const { return work_; }                       // corners looked at so far
  void set_patience(std::uint64_t corners) { patience_ = corners; }  // looked at for one box, at most
  // Cells in the smallest complete part of the table around a cell: all members of its relations, multiplied out.
  std::vector<std::int32_t> around(std::size_t cell, std::size_t most) const;

 private:
  using Step = std::vector<std::pair<std::int32_t, std::int8_t>>;  // labels of one dimension, the cell's own first
  struct LabelRelation {
    std::int32_t total = 0;
    std::vector<std::int32_t> children;
  };
  struct Dimension {
    std::size_t labels = 0;
    std::uint64_t stride = 1;
    std::vector<LabelRelation> relations;
    std::vector<std::vector<std::int32_t>> relations_of;  // of each label
    std::vector<std::vector<Step>> steps;                 // of each label, shortest first
  };
  struct Search;

  explicit Grid(const CellTable& table) : table_(&table) {}
  bool read_labels();
  bool read_relations();
  void make_steps(Dimension& dimension);
  std::int32_t find(std::uint64_t key) const;
  void extend(Search& search, std::size_t depth);
  bool balanced(const Box& box) const;

  const CellTable* table_;
  std::vector<Dimension> dimensions_;
  std::vector<std::uint64_t> key_of_;  // of each cell
  std::vector<std::int32_t> dense_;    // cell of each key; -1: none
  std::unordered_map<std::uint64_t, std::int32_t> sparse_;
  std::vector<std::uint8_t> active_;  // of each cell: dimensions with relations around it
  std::vector<std::vector<std::pair<std::int32_t, std::int8_t>>> relations_of_;  // of each cell, when boxes are checked
  bool check_ = false;  // some relations run along no dimension: boxes are added up
  std::uint64_t work_ = 0, patience_ = kMostPatience;
};

}  // namespace sekisho::disclosure
