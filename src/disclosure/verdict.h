// The verdict on anything that is to leave: one record for each rule that spoke, the same for tables, files and other
// outputs. An item without records passed.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/json.h"

namespace sekisho::disclosure {

enum class Verdict : std::uint8_t { kPass, kReview, kFail };  // in rising order: the worst decides
std::string_view name(Verdict verdict);                       // PASS, REVIEW, FAIL

// One finding. Texts never repeat a hidden value or an identifier: they name the place where it stands.
struct VerdictItem {
  std::string rule;  // stable and dotted, "id.my_number": scripts, ledgers and tests match on it
  Verdict verdict = Verdict::kReview;
  std::string place;                 // cell, row, column, sheet, line, page; "file" for the whole
  std::string reason_en, reason_ja;  // one sentence each
  std::string remedy_en, remedy_ja;  // what the requester does about it; with REVIEW, what the reviewer looks at
};

// {"rule","verdict","place","reason_en","reason_ja","remedy","remedy_ja"}
Json to_json(const VerdictItem& item);
Json to_json(std::span<const VerdictItem> items);

inline Verdict worst(std::span<const VerdictItem> items) {
  Verdict result = Verdict::kPass;
  for (const VerdictItem& item : items)
    result = std::max(result, item.verdict);
  return result;
}

}  // namespace sekisho::disclosure
