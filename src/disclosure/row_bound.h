// What every safe pattern costs at least, for tables of any size and without a solver: hiding must make sense in each
// relation by itself. A sensitive cell needs others in its relation that can move as far as it must, and no cell is
// hidden alone. The relaxation of these rows is solved to some accuracy by a primal-dual first-order method; any prices
// of the rows give a valid bound, so that accuracy only decides how good it is. Private to the protector.
#pragma once

#include "disclosure/cells.h"
#include "disclosure/effort.h"

namespace sekisho::disclosure {

struct RowBound {
  double bound = 0;
  std::vector<double> wish;  // of each cell: how much the relaxation wants it hidden, 0 to 1; 1 for sensitive cells
};
RowBound row_bound(const CellTable& table, Effort& effort, const Deadline& deadline);

}  // namespace sekisho::disclosure
