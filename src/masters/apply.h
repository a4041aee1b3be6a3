// Reads one published file row by row into the state of its codes.
#pragma once

#include <optional>

#include "masters/source.h"
#include "masters/state.h"

namespace sekisho::masters {

struct Edition {
  const Series* series = nullptr;
  std::int32_t day = kNoDay;
  Source source;
  std::string sha256, region;
  FileInfo::Mode mode = FileInfo::Mode::kFull;
};

// Finds the series by the file's name and header, else by what stands in it (a finding then says so); the day, by the
// name or the newest day of change; and whether the file is full or differential. Nothing when it fits no series.
std::optional<Edition> identify(const Layouts& layouts, Source source, BuildState& state);

// Applies a whole file. Broken rows become findings and are counted as quarantined.
void apply(const Layouts& layouts, Edition& edition, BuildState& state);

// Facts that no published file in hand states (specs/masters/supplement.csv).
Result<void> apply_supplement(const Layouts& layouts, std::string_view csv, BuildState& state);

// A day as masters write it: 20240331, 2024-03-31, 2024/3/31, R2.3.31まで. "", zeros and nines give nothing.
std::optional<Date> parse_master_day(std::string_view text);
// A number in its shortest form ("24.10" -> "24.1"); other texts unchanged.
std::string shortest_number(std::string_view text);

}  // namespace sekisho::masters
