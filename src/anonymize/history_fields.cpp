#include "anonymize/history_fields.h"

#include <algorithm>
#include <numeric>

namespace sekisho::anonymize::detail {

void sort_rows(FinishedHistory& out) {
  for (std::size_t i = 1; i < out.fields.size(); ++i) {
    FinishedHistory::Field& field = out.fields[i];
    std::vector<std::uint32_t> order(field.texts.size()), rank(field.texts.size());
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::sort(order, {}, [&](std::uint32_t code) -> const std::string& { return field.texts[code]; });
    std::vector<std::string> texts(order.size());
    for (std::uint32_t r = 0; r < order.size(); ++r)
      rank[order[r]] = r, texts[r] = std::move(field.texts[order[r]]);
    field.texts = std::move(texts);
    for (std::uint32_t& code : field.code)
      code = rank[code];
  }
  std::vector<std::vector<std::uint32_t>> rows;  // of one person
  const std::vector<std::uint32_t>& persons = out.fields[0].code;
  for (std::size_t begin = 0, end = 0; begin < persons.size(); begin = end) {
    rows.clear();
    for (end = begin; end < persons.size() && persons[end] == persons[begin]; ++end) {
      std::vector<std::uint32_t>& row = rows.emplace_back();
      for (std::size_t i = 1; i < out.fields.size(); ++i)
        row.push_back(out.fields[i].code[end]);
    }
    std::ranges::sort(rows);
    for (std::size_t at = begin; at < end; ++at)
      for (std::size_t i = 1; i < out.fields.size(); ++i)
        out.fields[i].code[at] = rows[at - begin][i - 1];
  }
}

}  // namespace sekisho::anonymize::detail
