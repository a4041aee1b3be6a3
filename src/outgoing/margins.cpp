// Hidden numbers that a table gives back: a masked count beside a total or beside its percentage.
#include <algorithm>
#include <cmath>

#include "outgoing/outputs.h"

namespace sekisho::outgoing {
namespace {

constexpr std::string_view kMasks[] = {"*",      "**",     "***", "<10",        "< 10", "<5",     "< 5",    "<=9",
                                       "<11",    "≤9",     "-",   "--",         "1-9",  "1~9",    "<20",    "x",
                                       "X",      "xx",     "#",   "†",          "...",  "10未満", "非公表", "秘匿",
                                       "masked", "hidden", "s",   "suppressed", "NP",   "―"};
constexpr std::string_view kTotals[] = {"合計", "総計", "計", "total", "全体", "all", "overall", "sum", "n"};

struct Field {
  bool masked = false, number = false;
  double value = 0;
};

Field field_of(const std::string& text) {
  Field field;
  field.masked = std::ranges::find(kMasks, text) != std::end(kMasks);
  if (const auto number = read_number(text); !field.masked && number && number->whole && !number->percent) {
    field.number = true;
    field.value = number->value;
  }
  return field;
}

bool is_total(std::string_view name) {
  return std::ranges::find(kTotals, lower(name)) != std::end(kTotals);
}

// A total and one part of it, or the same without somebody: the difference is a group nobody shows.
bool difference_tells(const Sheet& sheet, std::size_t total, std::size_t column, int threshold) {
  const auto at = [&](std::size_t row) {
    return column < sheet.rows[row].size() ? field_of(sheet.rows[row][column]) : Field{};
  };
  const Field whole = at(total);
  if (!whole.number || whole.value < 2 * threshold) return false;
  for (std::size_t row = 0; row < sheet.rows.size(); ++row) {
    const Field part = at(row);
    if (row == total || !part.number || part.value >= whole.value || whole.value - part.value >= threshold) continue;
    if (sheet.rows.size() == 2 ||
        mentions(lower(sheet.rows[row][0]), {"without", "except", "excluding", "除く", "以外"}))
      return true;
  }
  return false;
}

// Numbers in a line and their total: nothing when they do not fit together.
struct Sum {
  int masked = 0;
  double rest = 0;  // the total without the numbers that are shown
  bool readable = true;
};
template <typename At>
Sum sum_of(std::size_t members, std::size_t total, At at) {
  Sum sum;
  const Field whole = at(total);
  sum.readable = whole.number && members >= 3;
  sum.rest = whole.value;
  for (std::size_t i = 0; i < members && sum.readable; ++i) {
    if (i == total) continue;
    const Field field = at(i);
    sum.masked += field.masked;
    sum.readable = field.masked || field.number;
    sum.rest -= field.value;
  }
  return sum;
}

// Lines of which one holds a single masked number and none contradicts that totals are sums.
template <typename At>
bool gives_back(std::size_t lines, std::size_t members, std::size_t total, int threshold, At at) {
  bool found = false;
  for (std::size_t line = 0; line < lines; ++line) {
    const Sum sum = sum_of(members, total, [&](std::size_t i) { return at(line, i); });
    if (!sum.readable) continue;
    if (sum.masked == 0 && sum.rest != 0) return false;
    found = found || (sum.masked == 1 && sum.rest >= 1 && sum.rest < threshold);
  }
  return found;
}

// Whole numbers that add up to their total count something, whatever the column is called.
bool small_in_sum(const Sheet& sheet, std::size_t column, std::size_t total, int threshold) {
  const Role role = role_of(sheet.header[column]).role;
  if (role != Role::kNone && role != Role::kCell && role != Role::kLabel) return false;
  const auto at = [&](std::size_t row) {
    return column < sheet.rows[row].size() ? field_of(sheet.rows[row][column]) : Field{};
  };
  const Sum sum = sum_of(sheet.rows.size(), total, at);
  if (!sum.readable || sum.masked > 0 || sum.rest != 0 || at(total).value < threshold) return false;
  for (std::size_t row = 0; row < sheet.rows.size(); ++row)
    if (const double value = at(row).value; value >= 1 && value < threshold) return true;
  return false;
}

// "<10 | 1.21 %" of 412: the percentage is the number.
bool percentage_tells(const Sheet& sheet, std::size_t column, double base, int threshold) {
  if (column + 1 >= sheet.header.size() || base <= 0) return false;
  const Role role = role_of(sheet.header[column + 1]).role;
  for (const auto& row : sheet.rows) {
    if (column + 1 >= row.size() || !field_of(row[column]).masked) continue;
    const auto percent = read_number(row[column + 1]);
    if (!percent || !(role == Role::kPercent || percent->percent)) continue;
    const double count = percent->value / 100 * base, half = 0.5 * std::pow(10.0, -percent->decimals) / 100 * base;
    if (count > 0.5 && count < threshold && half < 1.5) return true;
  }
  return false;
}

// Counts rounded to five, and percentages that no ratio of them gives: those of the true counts.
bool true_ratios(const Sheet& sheet) {
  for (std::size_t percent = 2; percent < sheet.header.size(); ++percent) {
    if (role_of(sheet.header[percent]).role != Role::kPercent) continue;
    std::size_t rows = 0, other = 0;
    bool rounded = true;
    for (const auto& row : sheet.rows) {
      if (percent >= row.size()) continue;
      const Field part = field_of(row[percent - 2]), base = field_of(row[percent - 1]);
      const auto shown = read_number(row[percent]);
      if (!part.number || !base.number || !shown || base.value <= 0) continue;
      ++rows;
      rounded = rounded && std::fmod(part.value, 5) == 0 && std::fmod(base.value, 5) == 0;
      const auto near = [&](double ratio) {
        return std::abs(shown->value - 100 * ratio) <= 0.5 * std::pow(10.0, -shown->decimals) + 1e-9;
      };
      other += !near(part.value / base.value) && !near(base.value / std::max(part.value, 1.0));
    }
    if (rows >= 3 && rounded && other * 2 > rows) return true;
  }
  return false;
}

}  // namespace

void judge_margins(const Sheet& sheet, const OutputPolicy& policy, Findings& findings) {
  if (sheet.rows.size() < 2 || sheet.rows.size() > 2000 || sheet.header.size() < 2) return;
  const std::string where = sheet.place.empty() ? "file" : sheet.place;
  const std::size_t rows = sheet.rows.size(), columns = sheet.header.size();
  const auto at = [&](std::size_t row, std::size_t column) {
    return column < sheet.rows[row].size() ? field_of(sheet.rows[row][column]) : Field{};
  };
  bool told = false;
  for (std::size_t total = 0; total < rows; ++total) {
    if (sheet.rows[total].empty() || !is_total(sheet.rows[total][0])) continue;
    told = told || gives_back(columns - 1, rows, total, policy.threshold,
                              [&](std::size_t column, std::size_t row) { return at(row, column + 1); });
    for (std::size_t column = 1; column < columns; ++column)
      told = told || (role_of(sheet.header[column]).role != Role::kPercent &&
                      difference_tells(sheet, total, column, policy.threshold));
    for (std::size_t column = 1; column < columns; ++column)
      if (small_in_sum(sheet, column, total, policy.threshold))
        findings.add("cell.printed", where, "a small number in a column that adds up to its total");
    for (std::size_t column = 1; column < columns; ++column)
      if (const Field base = at(total, column); base.number)
        told = told || percentage_tells(sheet, column, base.value, policy.threshold);
  }
  for (std::size_t total = 1; total < columns; ++total)
    if (is_total(sheet.header[total]) && columns >= 4)
      told = told || gives_back(rows, columns - 1, total - 1, policy.threshold,
                                [&](std::size_t row, std::size_t column) { return at(row, column + 1); });
  if (true_ratios(sheet))
    findings.add("cell.ratio", where, "rounded counts beside percentages of the true ones: they undo the rounding");
  if (told) findings.add("cell.margin", where, "a hidden number can be computed from totals or percentages");
}

}  // namespace sekisho::outgoing
