// What was decided about the sets of histories: which item is shown as what, and of whom it was left out. Enough to
// make the same result of the same rows without a search, whatever a later program would decide.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "core/result.h"

namespace sekisho::anonymize {

struct HistoryDecision {
  struct Shown {
    std::uint32_t history = 0;  // place in the policy
    std::string column, item;
    std::string shown;  // itself, one above it, or "": left out of every set
    auto operator<=>(const Shown&) const = default;
  };
  struct Gone {
    std::string person;
    std::uint32_t history = 0;
    std::string column, item;
    bool row_stays = false;  // although the item is the code of its row
    auto operator<=>(const Gone&) const = default;
  };
  int rounds = 0;            // passes that it took
  std::vector<Shown> shown;  // every item; what is not named is not shown
  std::vector<Gone> gone;    // of single persons

  void tidy();  // sorts, drops what is named twice
  // kind,person,history,column,item,shown: a row for each of them. Error: anonymize.decision.
  std::string to_csv() const;
  static Result<HistoryDecision> from_csv(std::string_view text);
};

}  // namespace sekisho::anonymize
