// What is measured: one row per measure. A measure is two SQL conditions over the rows of a source: which rows it
// speaks of, and which of them break it. All measures of a source are taken in one scan.
#pragma once

#include <span>
#include <string_view>

namespace sekisho::quality {

// A text that people at a hospital read.
struct Bilingual {
  std::string_view en, ja;
};

// Rows that measures speak of, as SQL with the columns hospital, period (YYYYMM, 0: none) and place beside its own.
struct SourceRow {
  std::string_view name, sql;
};

// Category, subcategory and context are those of Kahn et al. 2016 as OHDSI's DataQualityDashboard uses them; timeliness
// is a category of its own.
struct Measure {
  std::string_view id, category, subcategory, context;
  std::string_view source;         // name of a SourceRow
  std::string_view among, broken;  // SQL conditions
  double allowed;                  // per cent
  char level;                      // E, W, I
  std::string_view section;        // of the standard
  Bilingual title, cause, repair;
};

std::span<const SourceRow> sources();
std::span<const Measure> measures();
const Measure* find_measure(std::string_view id);

}  // namespace sekisho::quality
