#include <algorithm>
#include <unordered_map>

#include "disclosure/audit_known.h"
#include "disclosure/audit_system.h"

namespace sekisho::disclosure {
namespace {

// What one insider, whose cell is fixed in the system, can compute of the sensitive cells of the piece. Every answer is
// another table and widens the intervals of all cells, so that few questions remain.
class Insider {
 public:
  Insider(const CellTable& table, const AuditPiece& piece, std::size_t place, AuditSystem& system)
      : table_(table), piece_(piece), place_(place), system_(system) {
    for (const std::size_t cell : piece.cells)
      known_[cell] = {table.cells[cell].value, table.cells[cell].value};
    system_.fix(place);
  }
  ~Insider() { system_.release(place_); }
  Insider(const Insider&) = delete;
  Insider& operator=(const Insider&) = delete;

  Result<void> ask(std::size_t k, const AuditEnd& end, AuditReport& report) {
    const std::size_t cell = piece_.cells[k];
    for (const bool highest : {false, true}) {
      if (!open(cell)) return {};
      SEKISHO_TRY([[maybe_unused]] const double reached, system_.extreme(k, highest, end));
      for (const Move& move : system_.last_table()) {
        const auto other = static_cast<std::size_t>(move.cell);
        Interval& interval = known_[other];
        interval.low = std::min(interval.low, table_.cells[other].value + move.amount);
        interval.high = std::max(interval.high, table_.cells[other].value + move.amount);
      }
    }
    if (!open(cell)) return {};
    const bool exact = judged(cell).exact;
    ++(exact ? report.insider_exact : report.insider_too_narrow);
    report.insider_findings.push_back({piece_.cells[place_], cell, known_[cell], exact});
    return {};
  }

 private:
  AuditedCell judged(std::size_t cell) { return judge(table_.cells[cell], cell, known_[cell]); }
  bool open(std::size_t cell) { return judged(cell).exact || judged(cell).too_narrow; }
  const CellTable& table_;
  const AuditPiece& piece_;
  std::size_t place_;
  AuditSystem& system_;
  std::unordered_map<std::size_t, Interval> known_;
};

bool is_insider(const Cell& cell) {
  return (cell.contributors >= 0 ? cell.contributors : cell.value) == 1;
}

}  // namespace

// Tables found for everybody that leave an insider's cell alone hold for the insider too: programs are asked only where
// all that was found leans on it.
Result<void> audit_insiders(const CellTable& table, const Pattern& pattern, const std::vector<AuditPiece>& pieces,
                            const std::vector<Witness>& proposals, const AuditEnd& end, AuditReport& report) {
  std::unordered_map<std::size_t, const Witness*> proposed;
  for (const Witness& witness : proposals)
    proposed[witness.cell] = &witness;
  Known known(table, pattern);
  for (const AuditPiece& piece : pieces) {
    if (std::ranges::none_of(piece.cells, [&](std::size_t cell) { return is_insider(table.cells[cell]); })) continue;
    std::vector<std::vector<std::int32_t>> leaning(piece.cells.size());
    for (std::size_t k = 0; k < piece.cells.size(); ++k) {
      const auto at = proposed.find(piece.cells[k]);
      if (table.cells[piece.cells[k]].primary)
        leaning[k] = known.leans_on(piece.cells[k], at == proposed.end() ? Witness{} : *at->second);
    }
    std::optional<AuditSystem> system;
    for (std::size_t s = 0; s < piece.cells.size(); ++s) {
      if (!is_insider(table.cells[piece.cells[s]])) continue;
      ++report.insiders;
      if (!system) system.emplace(table, piece);
      std::optional<Insider> insider;
      for (std::size_t k = 0; k < piece.cells.size(); ++k) {
        if (k == s || !table.cells[piece.cells[k]].primary) continue;
        const bool leans =
            leaning[k].empty() || std::ranges::binary_search(leaning[k], static_cast<std::int32_t>(piece.cells[s]));
        if (!leans || known.wide_enough_without(piece.cells[s], piece.cells[k])) continue;
        if (!insider) insider.emplace(table, piece, s, *system);
        SEKISHO_CHECK(insider->ask(k, end, report));
      }
    }
  }
  return {};
}

}  // namespace sekisho::disclosure
