#include "disclosure/insiders.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "disclosure/builder.h"

namespace sekisho::disclosure {
namespace {

constexpr int kMostRounds = 20;

using Told = std::map<std::size_t, std::vector<std::size_t>>;  // insider: cells told to that insider

Error unprotected(const CellTable& table, std::size_t insider, std::size_t cell) {
  return fail("disclosure.insiders",
              fmt::format("{} cannot be protected from whoever is alone in {}, even with every other cell hidden",
                          table.describe(cell), table.describe(insider)),
              {}, "Merge categories so that nobody is alone in a cell, or do not force cells to be published.")
      .error();
}

// For one insider at a time the table is the same with that cell shown: what the pattern must hide besides.
class Cover {
 public:
  Cover(const CellTable& table, Effort& effort, std::vector<char> hidden, const Deadline& deadline)
      : table_(table), seen_(table), effort_(effort), hidden_(std::move(hidden)), deadline_(deadline) {
    for (Cell& cell : seen_.cells)
      cell.need_up = cell.need_down = cell.need_slide = 0;
  }

  Result<void> protect(std::size_t insider, const std::vector<std::size_t>& cells) {
    Cell& own = seen_.cells[insider];
    const Cell before = own;
    own.primary = false;
    own.publish = true;
    std::vector<Target> targets;
    for (const std::size_t cell : cells) {
      need(cell, table_.cells[cell]);
      std::ranges::copy(targets_of(seen_, cell, -1), std::back_inserter(targets));
    }
    std::vector<char> start = hidden_;
    start[insider] = 0;
    Attacker attacker(seen_, effort_);
    SEKISHO_TRY(const Built built,
                build_pattern(seen_, attacker, effort_, targets, start, {.better = deadline_}, deadline_));
    if (!built.unprotected.empty()) return std::unexpected(unprotected(table_, insider, built.unprotected.front()));
    for (std::size_t i = 0; i < hidden_.size(); ++i)
      hidden_[i] = hidden_[i] || built.hidden[i];
    for (const std::size_t cell : cells)
      need(cell, Cell{});
    own = before;
    return {};
  }

  const std::vector<char>& hidden() const { return hidden_; }
  std::vector<char> take() { return std::move(hidden_); }

 private:
  void need(std::size_t cell, const Cell& of) {
    seen_.cells[cell].need_up = of.need_up;
    seen_.cells[cell].need_down = of.need_down;
    seen_.cells[cell].need_slide = of.need_slide;
  }
  const CellTable& table_;
  CellTable seen_;
  Effort& effort_;
  std::vector<char> hidden_;
  Deadline deadline_;
};

}  // namespace

Pattern pattern_of(const CellTable& table, const std::vector<char>& hidden) {
  Pattern pattern(hidden.size(), Status::kPublished);
  for (std::size_t i = 0; i < hidden.size(); ++i)
    if (table.cells[i].primary || hidden[i])
      pattern[i] = table.cells[i].primary ? Status::kPrimary : Status::kSecondary;
  return pattern;
}

Result<std::vector<char>> cover_insiders(const CellTable& table, Effort& effort, std::vector<char> hidden,
                                         const std::vector<Witness>& witnesses, std::vector<Target>& targets,
                                         const Deadline& deadline) {
  Cover cover(table, effort, std::move(hidden), deadline);
  for (int round = 0; round < kMostRounds; ++round) {
    SEKISHO_TRY(const AuditReport report,
                audit(table, pattern_of(table, cover.hidden()), witnesses,
                      {.insiders = true, .seconds = std::max(60.0, deadline.seconds_left())}));
    Told findings;
    for (const InsiderFinding& one : report.insider_findings) {
      findings[one.insider].push_back(one.cell);
      std::ranges::copy(targets_of(table, one.cell, static_cast<std::int32_t>(one.insider)),
                        std::back_inserter(targets));
    }
    if (findings.empty()) return cover.take();
    for (const auto& [insider, cells] : findings)
      SEKISHO_CHECK(cover.protect(insider, cells));
  }
  return fail("disclosure.time", "the table could not be protected against insiders within the time", {},
              "Merge categories, or give more --seconds.");
}

}  // namespace sekisho::disclosure
