// How a row changes what is known of its code. Rows come in the order of publication; the newest publication wins from
// the day on which its content takes effect, and what it replaces is kept as superseded.
#pragma once

#include <optional>

#include "masters/apply.h"

namespace sekisho::masters {

struct StatedField {
  bool present = false;  // the column is in this file
  bool empty = true;
  std::optional<Date> day;
};

struct RowInput {
  char change = '0';  // 変更区分
  std::optional<Date> changed;
  StatedField listed, end, limit;
  std::vector<std::uint32_t> values;
  std::vector<bool> present;
  std::vector<std::size_t> is_volatile;  // attributes that change without meaning
  FileInfo::Mode mode = FileInfo::Mode::kFull;
  std::int32_t published = kNoDay;
  Evidence evidence;

  void state_day(StatedField& field, std::string_view text, bool there) const {
    field = {there, text.empty(), parse_master_day(text)};
  }
  // Changed and abolished rows of a differential file fill only what changed.
  bool is_patch() const {
    return mode == FileInfo::Mode::kExtract || mode == FileInfo::Mode::kManual ||
           (mode == FileInfo::Mode::kDifferential && change != '3' && change != '2');
  }
};

// false: the row says nothing new.
bool apply_row(CodeState& state, RowInput& row);

// The day on which the life that the state describes began, as far as it is stated.
void resolve_from(const CodeState& state, LifeState& life);

}  // namespace sekisho::masters
