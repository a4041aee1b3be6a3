#include "masters/versions.h"

#include <algorithm>

namespace sekisho::masters {
namespace {

using FileMode = FileInfo::Mode;

// Index of the version in force on `day`; -1: none yet.
int floor_version(const CodeState& state, std::int32_t day) {
  int found = -1;
  for (std::size_t i = 0; i < state.versions.size() && state.versions[i].from <= day; ++i)
    found = static_cast<int>(i);
  return found;
}

// The row contradicts nothing that was known: what it changes was empty.
bool agrees(const std::vector<std::uint32_t>& old_values, const RowInput& row) {
  const bool patch = row.is_patch();
  for (std::size_t i = 0; i < old_values.size(); ++i)
    if (row.present[i] && !(patch && row.values[i] == 0) && old_values[i] != row.values[i] && old_values[i] != 0)
      return false;
  return true;
}

// Lays the row's columns over `values`. In a patch an empty column means "unchanged".
bool lay_over(std::vector<std::uint32_t>& values, const RowInput& row) {
  const bool patch = row.is_patch();
  bool changed = false;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!row.present[i] || (patch && row.values[i] == 0) || values[i] == row.values[i]) continue;
    values[i] = row.values[i];
    changed = true;
  }
  return changed;
}

// Attributes without meaning take the newest value in the version in force, without making a new one.
void keep_volatile(CodeState& state, RowInput& row, int at) {
  for (const std::size_t attribute : row.is_volatile) {
    if (at >= 0 && row.values[attribute] != 0)
      state.versions[static_cast<std::size_t>(at)].values[attribute] = row.values[attribute];
    if (at >= 0) row.present[attribute] = false;
  }
}

VersionState make_version(const RowInput& row, std::int32_t from, bool approximate, std::vector<std::uint32_t> values) {
  return {from, approximate, row.mode == FileMode::kExtract, row.published, row.evidence, std::move(values)};
}

// Versions that begin between `from` and this edition and say something else were replaced by it: an edition states
// what is valid on its day. Versions that only know less, or begin later than the edition, stay or go without a trace.
void retire_later(CodeState& state, const RowInput& row, std::int32_t from) {
  auto at = std::ranges::upper_bound(state.versions, from, {}, &VersionState::from);
  while (at != state.versions.end() && at->from <= row.published) {
    if (at->published >= row.published && !at->weak) {
      ++at;
      continue;
    }
    if (!agrees(at->values, row)) state.superseded.push_back(*at);
    at = state.versions.erase(at);
  }
}

bool apply_content(CodeState& state, RowInput& row, std::int32_t from, bool approximate) {
  int at = floor_version(state, from);
  keep_volatile(state, row, at);
  std::vector<std::uint32_t> values =
      at >= 0 ? state.versions[static_cast<std::size_t>(at)].values : std::vector<std::uint32_t>(row.values.size(), 0);
  const bool changed = lay_over(values, row);
  const std::size_t before = state.versions.size() + state.superseded.size();
  if (!row.is_patch()) retire_later(state, row, from);
  if (at >= 0 && !changed) return before != state.versions.size() + state.superseded.size();
  if (row.is_patch()) {
    // A later version that was already known keeps what it changed itself and takes the rest from the patch.
    const std::vector<std::uint32_t> none(row.values.size(), 0);
    const std::vector<std::uint32_t>& old = at >= 0 ? state.versions[static_cast<std::size_t>(at)].values : none;
    for (std::size_t i = static_cast<std::size_t>(at + 1); i < state.versions.size(); ++i)
      for (std::size_t k = 0; k < values.size(); ++k)
        if (state.versions[i].values[k] == old[k]) state.versions[i].values[k] = values[k];
  }
  if (at >= 0 && state.versions[static_cast<std::size_t>(at)].from == from) {
    VersionState& here = state.versions[static_cast<std::size_t>(at)];
    if (!agrees(here.values, row)) state.superseded.push_back(here);
    here = make_version(row, from, approximate && here.approximate, std::move(values));
  } else {
    state.versions.insert(state.versions.begin() + (at + 1), make_version(row, from, approximate, std::move(values)));
    state.events.push_back({from, at < 0 ? EventType::kFirstSeen : EventType::kChanged, row.published, row.evidence});
  }
  return true;
}

// Extracts fill what no master in hand tells; they never overrule one.
bool apply_extract(CodeState& state, RowInput& row, std::int32_t from) {
  const int at = floor_version(state, from);
  if (at >= 0 && !state.versions[static_cast<std::size_t>(at)].weak) return false;
  return apply_content(state, row, from, true);
}

bool state_ends(CodeState& state, const RowInput& row) {
  bool changed = false;
  const auto take = [&](Stated& stated, const StatedField& field) {
    if (!field.present || (row.is_patch() && field.empty)) return;
    const std::int32_t day = field.day ? field.day->days : kNoDay;
    changed = changed || day != stated.day;
    // The first file that states a day is its evidence; repetitions add nothing.
    if (day != stated.day) stated = {day, row.published, row.evidence};
  };
  take(state.end, row.end);
  take(state.limit, row.limit);
  if (row.listed.day) take(state.listed, row.listed);
  return changed;
}

// A code that comes back after its stated end begins a second life.
void reopen(CodeState& state, const RowInput& row, std::int32_t from) {
  const bool open = row.end.present && !row.end.day && (!row.is_patch() || !row.end.empty);
  const bool again = row.change == '2' || row.change == '3' || open;
  if (!again || state.end.day == kNoDay || from <= state.end.day || row.change == '9') return;
  LifeState life;
  resolve_from(state, life);
  life.to = state.end.day;
  life.to_kind = ToKind::kStated;
  life.to_evidence = state.end.evidence;
  life.last_seen = state.last.day;
  state.lives.push_back(life);
  state.events.push_back({from, EventType::kRevived, row.published, row.evidence});
  state.end = state.limit = state.listed = {};
  state.added = state.revived = {from, row.published, row.evidence};
}

}  // namespace

bool apply_row(CodeState& state, RowInput& row) {
  // A listing dates the first content of a code, never what changed since: that is only known from its edition on.
  const bool by_listing =
      !row.changed && row.listed.day && (state.versions.empty() || row.listed.day->days > state.last.day);
  const bool stated_day = row.changed.has_value() || by_listing;
  std::int32_t from = row.changed ? row.changed->days : by_listing ? row.listed.day->days : row.published;
  const Stated here{row.published, row.published, row.evidence};
  if (row.mode != FileMode::kManual) {
    if (state.first.day == kNoDay) state.first = here;
    state.last = here;
  }
  if (row.mode == FileMode::kExtract) return apply_extract(state, row, from);
  if (row.change == '1') {
    // 抹消: the entry was an error. Its content stays readable in the history.
    state.deleted = {from, row.published, row.evidence};
    state.events.push_back({from, EventType::kDeleted, row.published, row.evidence});
    if (state.versions.empty()) apply_content(state, row, from, true);
    return true;
  }
  if (row.change != '9') state.deleted = {};
  reopen(state, row, from);
  const std::int32_t old_end = state.end.day;
  bool changed = state_ends(state, row);
  // What an extract showed before does not overrule the day on which a master says that the code is new.
  const bool unknown = std::ranges::all_of(state.versions, &VersionState::weak);
  if (row.change == '3' && stated_day && state.added.day == kNoDay && unknown)
    state.added = {from, row.published, row.evidence};
  if (row.change == '9') {
    const std::int32_t end = state.end.day;
    if (end != kNoDay && end != old_end)
      state.events.push_back({end, EventType::kAbolished, row.published, row.evidence});
    // The row dates its change to the day after the end; content that begins then was never in force.
    if (end != kNoDay && from > end) {
      if (!state.versions.empty()) return changed;
      from = end;
    }
    return apply_content(state, row, from, true) || changed;
  }
  const std::size_t events = state.events.size();
  changed = apply_content(state, row, from, !stated_day) || changed;
  if (row.change == '3' && state.events.size() > events && state.events.back().type == EventType::kFirstSeen)
    state.events.back().type = EventType::kNew;
  return changed;
}

void resolve_from(const CodeState& state, LifeState& life) {
  if (state.listed.day != kNoDay) {
    life.from = state.listed.day;
    life.from_kind = FromKind::kStated;
    life.from_evidence = state.listed.evidence;
  } else if (state.added.day != kNoDay) {
    life.from = state.added.day;
    life.from_kind = FromKind::kStated;
    life.from_evidence = state.added.evidence;
  } else if (!state.versions.empty()) {
    life.from = state.versions.front().from;
    life.from_evidence = state.versions.front().evidence;
  } else {
    life.from = state.first.day;
    life.from_evidence = state.first.evidence;
  }
  // Content may be stated from before the listing: some masters keep the listing of the entry's last revival.
  if (!state.versions.empty() && life.from_kind == FromKind::kStated && state.lives.empty() &&
      state.versions.front().from < life.from && !state.versions.front().approximate) {
    life.from = state.versions.front().from;
    life.from_kind = FromKind::kAtLatest;
    life.from_evidence = state.versions.front().evidence;
  }
}

}  // namespace sekisho::masters
