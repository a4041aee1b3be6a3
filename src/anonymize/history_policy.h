// What whole histories must fulfil before they leave: long tables (person, date, code, ...), which combinations of
// codes may be known of a person, what becomes of dates, extremes and texts. TOML as in docs/anonymize-histories.md.
#pragma once

#include "anonymize/policy.h"
#include "core/date.h"

namespace sekisho::anonymize {

struct HistoryColumn {
  enum class Kind {
    kItem,       // somebody may know it: part of the person's set
    kNumber,     // stays, within bottom and top
    kKeep,       // stays as it is
    kText,       // free text: goes, unless its approval is named
    kDrop,       // goes
    kHousehold,  // goes; members of one household get different shifts
  } kind = Kind::kKeep;
  Attribute attribute;  // name; of items the hierarchy and the least level
  std::optional<double> bottom, top;
  std::uint32_t rare = 0;  // persons that must hold a value of an item, where more than k
  bool hospital = false;   // an item that says where: who works there knows the row
  std::string approved;    // of text: who approved it
};

struct History {
  std::string name, file;     // file: beside the policy, unless the caller names another
  std::string date;           // column; "": none
  std::string code;           // item without which a row says nothing: the row goes with it; "": none
  std::size_t most_rows = 0;  // of a person; later ones go; 0: all
  std::vector<HistoryColumn> columns;
  const HistoryColumn* find(std::string_view column) const;
};

// Specific descriptions (特異な記述) that go wherever they stand.
struct SpecificRule {
  enum class Action { kValue, kRow, kPerson } action = Action::kRow;
  std::string history, column, reason;  // history "": all that have the column
  std::vector<std::string> codes;       // values; with a trailing * beginnings of values
  std::optional<double> below, above;   // numbers
  bool matches(std::string_view value) const;
};

struct DateRule {
  enum class Kind { kKeep, kShift, kCoarsen } kind = Kind::kKeep;
  int shift = 0, step = 1;  // days, each way, in multiples of step; the same for all dates of a person
  int gap = 1;              // days between a person's dates are rounded up to multiples
  std::string unit;         // week, month, quarter, year
};

struct HistoryPolicy {
  char delimiter = ',';
  Encoding encoding = Encoding::kDetect;
  std::string person = "person";
  std::uint32_t k = 5;
  int m = 2;
  bool rows = false;  // combinations of up to m items that stand in one row are held in one row by k persons too
  DateRule dates;
  std::vector<History> histories;
  std::vector<SpecificRule> specific;
  std::filesystem::path folder;  // of the policy
  std::string content;           // everything that decides, as Policy::content()

  // Errors: toml.*, policy.*.
  static Result<HistoryPolicy> load(const std::filesystem::path& file);
  static Result<HistoryPolicy> parse(std::string_view text, const std::filesystem::path& file);
  // Whether a policy's text speaks of histories.
  static bool is_one(const std::filesystem::path& file);
};

// What a date becomes when it is coarsened: 2024-04 of month, 2024-Q2, 2024-W14 (ISO), 2024.
std::string coarse_date(Date date, std::string_view unit);

}  // namespace sekisho::anonymize
