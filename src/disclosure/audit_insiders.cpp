#include <algorithm>
#include <span>
#include <unordered_map>

#include "disclosure/audit_known.h"

namespace sekisho::disclosure {
namespace {

bool is_insider(const Cell& cell) {
  return (cell.contributors >= 0 ? cell.contributors : cell.value) == 1;
}

// The insiders of one piece. All of them together know more than each of them: what they cannot compute together, none
// of them can. Only about the cells that they can compute is each half of them asked, down to one insider. Cells are
// meant by their places in the piece, in order.
class Insiders {
 public:
  using Places = std::span<const std::size_t>;
  using Proposals = std::unordered_map<std::size_t, const Witness*>;  // of each cell

  Insiders(const CellTable& table, const AuditPiece& piece, Known& known, const AuditEnd& end, AuditReport& report)
      : table_(table), piece_(piece), known_(known), system_(table, piece), end_(end), report_(report) {}

  Result<void> ask(Places insiders, Places cells, const Proposals& proposals) {
    for (const std::size_t insider : insiders)
      fix(insider);
    for (const std::size_t cell : cells)
      if (const auto at = proposals.find(piece_.cells[cell]); at != proposals.end()) {
        known_.add(at->second->up);
        known_.add(at->second->down);
      }
    auto asked = ask_together(insiders, cells);
    for (const std::size_t insider : insiders)
      release(insider);
    return asked;
  }

 private:
  // The insiders are fixed already, nobody else is; the reach of the cells is what is known against all of them.
  Result<void> ask_together(Places insiders, Places cells) {
    std::vector<std::size_t> open;
    for (const std::size_t cell : cells)
      if (!std::ranges::binary_search(insiders, cell) && !known_.wide_enough(piece_.cells[cell])) open.push_back(cell);
    SEKISHO_CHECK(widen_together(known_, system_, piece_, open, end_));
    if (insiders.size() == 1) return ask_each(insiders.front(), open);
    for (const std::size_t cell : cells)  // to the others
      if (std::ranges::binary_search(insiders, cell)) open.push_back(cell);
    std::ranges::sort(open);
    if (open.empty()) return {};
    std::vector<Interval> reach;  // tables that leave the cells of all of them alone leave those of some alone
    for (const std::size_t cell : open)
      reach.push_back(known_.reach(piece_.cells[cell]));
    const std::size_t half = insiders.size() / 2;
    SEKISHO_CHECK(ask_some(insiders.first(half), insiders.subspan(half), open, reach));
    return ask_some(insiders.subspan(half), insiders.first(half), open, reach);
  }

  Result<void> ask_some(Places insiders, Places others, Places cells, const std::vector<Interval>& reach) {
    for (std::size_t k = 0; k < cells.size(); ++k)
      known_.set_reach(piece_.cells[cells[k]], reach[k]);
    for (const std::size_t other : others)
      release(other);
    SEKISHO_CHECK(ask_together(insiders, cells));
    for (const std::size_t other : others)
      fix(other);
    return {};
  }

  Result<void> ask_each(std::size_t insider, Places cells) {
    for (const std::size_t place : cells) {
      const std::size_t cell = piece_.cells[place];
      bool wide = known_.wide_enough(cell).has_value();
      for (const bool highest : {false, true}) {
        if (wide) break;
        SEKISHO_TRY(const double reached, system_.extreme(place, highest, end_));
        known_.add(system_.last_table());
        Interval reach = known_.reach(cell);
        (highest ? reach.high : reach.low) = reached;
        known_.set_reach(cell, reach);
        wide = !judged(cell).exact && !judged(cell).too_narrow;
      }
      if (wide) continue;
      ++(judged(cell).exact ? report_.insider_exact : report_.insider_too_narrow);
      report_.insider_findings.push_back({piece_.cells[insider], cell, known_.reach(cell), judged(cell).exact});
    }
    return {};
  }

  AuditedCell judged(std::size_t cell) const { return judge(table_.cells[cell], cell, known_.reach(cell)); }
  void fix(std::size_t place) {
    system_.fix(place);
    known_.fix(piece_.cells[place]);
  }
  void release(std::size_t place) {
    system_.release(place);
    known_.release(piece_.cells[place]);
  }

  const CellTable& table_;
  const AuditPiece& piece_;
  Known& known_;
  AuditSystem system_;
  const AuditEnd& end_;
  AuditReport& report_;
};

}  // namespace

Result<void> audit_insiders(const CellTable& table, const Pattern& pattern, const std::vector<AuditPiece>& pieces,
                            const std::vector<Witness>& proposals, const AuditEnd& end, AuditReport& report) {
  Insiders::Proposals proposed;
  for (const Witness& witness : proposals)
    proposed[witness.cell] = &witness;
  Known known(table, pattern);
  for (const AuditPiece& piece : pieces) {
    std::vector<std::size_t> insiders, cells;
    for (std::size_t k = 0; k < piece.cells.size(); ++k) {
      if (is_insider(table.cells[piece.cells[k]])) insiders.push_back(k);
      if (table.cells[piece.cells[k]].primary) cells.push_back(k);
    }
    if (insiders.empty()) continue;
    report.insiders += insiders.size();
    SEKISHO_CHECK(Insiders(table, piece, known, end, report).ask(insiders, cells, proposed));
  }
  return {};
}

}  // namespace sekisho::disclosure
