// The shape of a table computed from a dataset: dimensions with their categories, groups of categories and total, and
// the cells and relations that follow from them.
#pragma once

#include <map>

#include "disclosure/cells.h"
#include "disclosure/dataset.h"

namespace sekisho::disclosure {

inline constexpr std::size_t kMaximalTableCells = 20'000, kMaximalDimensions = 5;
inline constexpr std::string_view kTotal = "Total", kEmpty = "(empty)";

// How the values of a column become categories.
struct Grouping {
  std::vector<double> bands;                     // numbers into [b0, b1), [b1, b2) ... ; empty: the values as they are
  std::vector<std::vector<std::string>> merges;  // categories (or bands) that become one, named A+B
  std::filesystem::path hierarchy;               // CSV: value, group, group of the group ...; empty: none
};

// A dimension is a tree whose root is the total. Nodes stand in the order of the output: the members of a group, then
// the group; the total last.
struct Dimension {
  struct Node {
    std::string label;
    std::vector<std::uint32_t> children;  // none: a category
  };
  std::string name;
  std::vector<Node> nodes;
  std::vector<std::uint32_t> leaf_of_code;            // by code of the dataset's column
  std::vector<std::vector<std::uint32_t>> ancestors;  // of each node: itself, its group ... the total
  std::size_t leaves() const;
};
// `used`: codes that occur in the chosen rows; other values of the column make no category.
// Errors: table.label, table.bands, hierarchy.*, file.*.
Result<Dimension> make_dimension(const DatasetColumn& column, const std::vector<char>& used, const Grouping& grouping);

// Cells in mixed radix over the nodes of the dimensions, the last dimension fastest.
class Shape {
 public:
  explicit Shape(const std::vector<Dimension>& dimensions);
  std::size_t cells() const { return sizes_.empty() ? 0 : strides_[0] * sizes_[0]; }
  std::size_t node(std::size_t cell, std::size_t d) const { return cell / strides_[d] % sizes_[d]; }
  std::size_t stride(std::size_t d) const { return strides_[d]; }
  std::size_t dimensions() const { return sizes_.size(); }

 private:
  std::vector<std::size_t> sizes_, strides_;
};

// Calls `visit(cell)` for a cell of categories and every cell that sums it up.
template <class Visit>
void for_each_above(const std::vector<Dimension>& dimensions, const Shape& shape, std::size_t cell, Visit visit,
                    std::size_t d = 0, std::size_t at = 0) {
  if (d == dimensions.size()) return visit(at);
  for (const std::uint32_t node : dimensions[d].ancestors[shape.node(cell, d)])
    for_each_above(dimensions, shape, cell, visit, d + 1, at + node * shape.stride(d));
}

// Labels and relations; values, persons and marks are left to the caller.
CellTable empty_table(const std::vector<Dimension>& dimensions);

}  // namespace sekisho::disclosure
