#include "anonymize/history_decision.h"

#include <algorithm>
#include <charconv>

#include "core/csv.h"

namespace sekisho::anonymize {
namespace {

constexpr std::string_view kHeader = "kind,person,history,column,item,shown\n";

template <class Rows>
void tidy_rows(Rows& rows) {
  std::ranges::sort(rows);
  rows.erase(std::ranges::unique(rows).begin(), rows.end());
}

}  // namespace

void HistoryDecision::tidy() {
  tidy_rows(shown);
  tidy_rows(gone);
}

std::string HistoryDecision::to_csv() const {
  std::string out(kHeader);
  append_csv(out, std::vector<std::string_view>{"rounds", "", "", "", "", std::to_string(rounds)});
  for (const Shown& one : shown)
    append_csv(out,
               std::vector<std::string_view>{"item", "", std::to_string(one.history), one.column, one.item, one.shown});
  for (const Gone& one : gone)
    append_csv(out, std::vector<std::string_view>{one.row_stays ? "row stays" : "gone", one.person,
                                                  std::to_string(one.history), one.column, one.item, ""});
  return out;
}

Result<HistoryDecision> HistoryDecision::from_csv(std::string_view text) {
  const auto wrong = [] { return fail("anonymize.decision", "the decision about histories is malformed"); };
  if (!text.starts_with(kHeader)) return wrong();
  SEKISHO_TRY(const CsvTable table, read_csv(text));
  HistoryDecision out;
  for (const std::vector<std::string>& row : table.rows) {
    if (row.size() != 6) return wrong();
    const bool is_rounds = row[0] == "rounds";
    const std::string& digits = row[is_rounds ? 5 : 2];
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc() || end != digits.data() + digits.size() || number > INT32_MAX) return wrong();
    if (is_rounds)
      out.rounds = static_cast<int>(number);
    else if (row[0] == "item")
      out.shown.push_back({number, row[3], row[4], row[5]});
    else if (row[0] == "gone" || row[0] == "row stays")
      out.gone.push_back({row[1], number, row[3], row[4], row[0] == "row stays"});
    else
      return wrong();
  }
  return out;
}

}  // namespace sekisho::anonymize
