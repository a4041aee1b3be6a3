#include "disclosure/audit.h"

#include <fmt/format.h>

#include <CoinError.hpp>
#include <algorithm>
#include <cmath>
#include <optional>

#include "disclosure/audit_known.h"

namespace sekisho::disclosure {
namespace {

constexpr std::size_t kManyHidden = 1000;

bool is_count(double value) {
  return value == std::floor(value) && value < 1e5;
}

// Counts: at most three whole numbers are left; is it but one? The true value always fits.
bool only_one_whole(const CellTable& table, const AuditPiece& piece, AuditSystem& system, std::size_t k,
                    const Interval& interval, const AuditEnd& end) {
  const double value = table.cells[piece.cells[k]].value;
  const double low = std::ceil(interval.low - 1e-6), high = std::floor(interval.high + 1e-6);
  if (high - low > 2) return false;
  for (double other = low; other <= high; ++other)
    if (other != value && system.whole(k, other, end).value_or(true)) return false;
  return true;
}

// One piece by linear programs, cells that are known to be wide enough left out.
Result<void> audit_piece(const CellTable& table, const AuditPiece& piece, Known* known, const AuditEnd& end,
                         AuditReport& report) {
  std::optional<AuditSystem> system;
  const bool counts = std::ranges::all_of(piece.cells, [&](std::size_t i) {
    return is_count(table.cells[i].value) && is_count(table.cells[i].contributors) && table.cells[i].top1 < 0;
  });
  if (known != nullptr && !piece.relations.empty()) {
    std::vector<std::size_t> open;
    for (std::size_t k = 0; k < piece.cells.size(); ++k)
      if (!known->wide_enough(piece.cells[k])) open.push_back(k);
    if (!open.empty()) {
      system.emplace(table, piece);
      SEKISHO_CHECK(widen_together(*known, *system, piece, open, end));
    }
  }
  for (std::size_t k = 0; k < piece.cells.size(); ++k) {
    const std::size_t cell = piece.cells[k];
    Interval interval{table.cells[cell].lower, table.cells[cell].upper};
    if (!piece.relations.empty()) {
      if (known != nullptr) {
        if (const auto found = known->wide_enough(cell)) {
          report.hidden.push_back(*found);
          continue;
        }
      }
      if (!system) system.emplace(table, piece);
      for (const bool highest : {false, true}) {
        SEKISHO_TRY((highest ? interval.high : interval.low), system->extreme(k, highest, end));
        if (known != nullptr) known->add(system->last_table());  // the program's solution is another table too
      }
    }
    AuditedCell judged = judge(table.cells[cell], cell, interval);
    if (counts && system && table.cells[cell].primary && !judged.exact &&
        only_one_whole(table, piece, *system, k, interval, end)) {
      judged.exact = true;
      ++report.whole_exact;
    }
    report.hidden.push_back(judged);
  }
  return {};
}

Result<AuditReport> audit_pieces(const CellTable& table, const Pattern& pattern, const std::vector<Witness>& proposals,
                                 const AuditOptions& options) {
  AuditReport report;
  const AuditEnd end =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(static_cast<std::int64_t>(options.seconds * 1000));
  const auto count =
      static_cast<std::size_t>(std::ranges::count_if(pattern, [](Status s) { return s != Status::kPublished; }));
  std::optional<Known> known;
  if (count > kManyHidden && !options.exact_intervals) {
    known.emplace(table, pattern);
    for (const Witness& witness : proposals) {
      known->add(witness.up);
      known->add(witness.down);
    }
  }
  const std::vector<AuditPiece> pieces = split(table, pattern);
  for (const AuditPiece& piece : pieces)
    SEKISHO_CHECK(audit_piece(table, piece, known ? &*known : nullptr, end, report));
  if (options.insiders) SEKISHO_CHECK(audit_insiders(table, pattern, pieces, proposals, end, report));
  std::ranges::sort(report.hidden, {}, &AuditedCell::cell);
  for (const AuditedCell& cell : report.hidden) {
    const bool primary = table.cells[cell.cell].primary;
    report.exact += primary && cell.exact;
    report.too_narrow += primary && cell.too_narrow && !cell.exact;
    report.secondary_exact += !primary && cell.exact;
  }
  for (std::size_t i = 0; i < table.cells.size(); ++i)
    if (table.cells[i].primary && pattern[i] == Status::kPublished) ++report.published_primary;
  report.exact += report.published_primary;
  return report;
}

}  // namespace

std::vector<Interval> AuditReport::intervals(std::size_t cells) const {
  std::vector<Interval> all(cells);
  for (const AuditedCell& cell : hidden)
    all[cell.cell] = cell.interval;
  return all;
}

Result<AuditReport> audit(const CellTable& table, const Pattern& pattern, const std::vector<Witness>& proposals,
                          const AuditOptions& options) {
  if (pattern.size() != table.cells.size()) return fail("audit.pattern", "the pattern belongs to another table");
  try {
    return audit_pieces(table, pattern, proposals, options);
  } catch (const CoinError& error) {
    return fail("audit.solver", "the solver failed: " + error.message());
  } catch (const std::bad_alloc&) {
    return fail("audit.memory", "the table does not fit into memory");
  }
}

}  // namespace sekisho::disclosure
