#include "disclosure/witness.h"

#include <algorithm>

namespace sekisho::disclosure {
namespace {

Json differences(const CellTable& table, const Moves& moves) {
  Json list = Json::array();
  for (const Move& move : moves)
    list.push_back(Json::array({table.cells[static_cast<std::size_t>(move.cell)].id, move.amount}));
  return list;
}

}  // namespace

Json witnesses(const CellTable& table, const Pattern& pattern, const std::vector<Witness>& known) {
  std::vector<const Witness*> of(table.cells.size(), nullptr);
  for (const Witness& witness : known)
    of[witness.cell] = &witness;
  Circuits circuits(table);
  std::vector<char> hidden(table.cells.size());
  for (std::size_t i = 0; i < hidden.size(); ++i)
    hidden[i] = pattern[i] != Status::kPublished;
  Json list = Json::array(), without = Json::array();
  Moves up, down;
  for (std::size_t i = 0; i < table.cells.size(); ++i) {
    const Cell& cell = table.cells[i];
    if (!cell.primary) continue;
    const double above = circuits.push(i, true, std::max(cell.need_up, cell.need_slide), hidden, up);
    const double below = circuits.push(i, false, std::max(cell.need_down, cell.need_slide - above), hidden, down);
    const double slack = 1e-6 * std::max({1.0, cell.need_up, cell.need_slide});
    if (above + slack < cell.need_up || below + slack < cell.need_down || above + below + slack < cell.need_slide)
      without.push_back(cell.id);
    else
      list.push_back(Json{{"cell", cell.id}, {"up", differences(table, up)}, {"down", differences(table, down)}});
  }
  return Json{{"witnesses", std::move(list)}, {"without", std::move(without)}};
}

}  // namespace sekisho::disclosure
