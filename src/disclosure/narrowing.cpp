#include "disclosure/narrowing.h"

#include <CoinError.hpp>
#include <algorithm>
#include <map>

#include "disclosure/audit_system.h"
#include "disclosure/differencing.h"
#include "disclosure/releases.h"

namespace sekisho::disclosure {
namespace {

constexpr std::size_t kMostAtoms = 4000, kMostMembers = 400'000, kMostQuestions = 400;

// Groups of persons who are in the same class of every release, and how many they are.
std::map<std::vector<std::uint16_t>, std::uint64_t> atoms_of(std::span<const JointRelease> releases) {
  std::size_t persons = 0;
  for (const JointRelease& release : releases)
    persons = std::max(persons, release.persons->class_of.size());
  std::map<std::vector<std::uint16_t>, std::uint64_t> atoms;
  std::vector<std::uint16_t> classes(releases.size());
  for (std::size_t person = 0; person < persons && atoms.size() <= kMostAtoms; ++person) {
    bool any = false;
    for (std::size_t r = 0; r < releases.size(); ++r) {
      classes[r] = static_cast<std::uint16_t>(releases[r].persons->at(person));
      any = any || classes[r] != 0;
    }
    if (any) ++atoms[classes];
  }
  return atoms;
}

// The releases as one table: atoms, and cells that are sums of them.
struct Joint {
  CellTable table;
  Pattern pattern;
  std::vector<NarrowedCell> asked;  // of each cell behind the atoms: where it stands
  std::size_t atoms = 0;
};

bool build(std::span<const JointRelease> releases, std::uint64_t threshold, Joint& joint) {
  const auto atoms = atoms_of(releases);
  if (atoms.size() > kMostAtoms) return false;
  double persons = 0;
  for (const auto& [classes, count] : atoms) {
    Cell cell;
    cell.value = static_cast<double>(count);
    persons += cell.value;
    joint.table.cells.push_back(std::move(cell));
  }
  joint.atoms = joint.table.cells.size();
  joint.pattern.assign(joint.atoms, Status::kSecondary);
  std::size_t members = 0;
  for (std::size_t r = 0; r < releases.size(); ++r) {
    const ReleaseItem& item = *releases[r].item;
    std::vector<Relation> sums(item.cells.size());
    std::vector<double> values(item.cells.size(), 0);
    std::vector<char> repeated(item.cells.size(), 0);  // some person counts twice: no sum of atoms
    std::int32_t atom = 0;
    for (const auto& [classes, count] : atoms) {
      if (classes[r] > 0)
        for (const ReleaseItem::Count& in : item.classes[classes[r] - 1U]) {
          repeated[in.cell] = repeated[in.cell] || in.times != 1;
          sums[in.cell].children.push_back(atom);
          values[in.cell] += static_cast<double>(count);
          ++members;
        }
      ++atom;
    }
    for (std::size_t i = 0; i < sums.size(); ++i) {
      if (repeated[i] || sums[i].children.empty()) continue;
      const ReleasedCell& released = item.cells[i];
      Cell cell;
      cell.value = values[i];
      const bool exact = released.shown && released.window == 0;
      if (released.shown && !exact) {
        cell.lower = std::max(0.0, released.value - released.window);
        cell.upper = released.value + released.window;
      }
      if (!released.shown && cell.value > 0 && cell.value < static_cast<double>(threshold)) {
        cell.primary = true;
        cell.need_slide = static_cast<double>(threshold);
      }
      sums[i].total = static_cast<std::int32_t>(joint.table.cells.size());
      joint.pattern.push_back(exact ? Status::kPublished : cell.primary ? Status::kPrimary : Status::kSecondary);
      joint.table.cells.push_back(std::move(cell));
      joint.table.relations.push_back(std::move(sums[i]));
      joint.asked.push_back({.release = r, .cell = i, .interval = {}});
    }
  }
  for (Cell& cell : joint.table.cells)
    if (cell.upper < 0) cell.upper = persons;
  return members <= kMostMembers;
}

}  // namespace

Narrowing narrowed_cells(std::span<const JointRelease> releases, std::uint64_t threshold, double seconds) {
  Narrowing out;
  Joint joint;
  if (!build(releases, threshold, joint)) return {.decided = false, .cells = {}};
  const AuditEnd end =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
  std::size_t questions = 0;
  try {
    for (const AuditPiece& piece : split(joint.table, joint.pattern)) {
      std::optional<AuditSystem> system;
      for (std::size_t k = 0; k < piece.cells.size(); ++k) {
        const std::size_t cell = piece.cells[k];
        if (!joint.table.cells[cell].primary) continue;
        if (++questions > kMostQuestions) return {.decided = false, .cells = std::move(out.cells)};
        if (!system) system.emplace(joint.table, piece);
        const auto interval = system->interval(k, end);
        if (!interval) return {.decided = false, .cells = std::move(out.cells)};
        const AuditedCell judged = judge(joint.table.cells[cell], cell, *interval);
        if (!judged.exact && !judged.too_narrow) continue;
        out.cells.push_back(joint.asked[cell - joint.atoms]);
        out.cells.back().interval = *interval;
      }
    }
  } catch (const CoinError&) {  // the solver gave up: nothing is said to be safe
    out.decided = false;
  }
  return out;
}

}  // namespace sekisho::disclosure
