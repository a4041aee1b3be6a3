#include "outgoing/line_shapes.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/ascii.h"
#include "outgoing/identifiers.h"

namespace sekisho::outgoing {
namespace {

constexpr std::size_t kLeastLines = 8, kSomeLines = 12, kManyLines = 20, kMostFields = 24, kLongestLine = 600,
                      kMostBlocks = 50;

bool is_word(char c) {
  return is_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

// Numbers with point, sign or date strokes, and words.
std::vector<std::string> values_of(std::string_view line) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < line.size() && out.size() <= kMostFields;) {
    if (!is_word(line[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    const bool number = is_digit(line[at]);
    while (end < line.size() && (is_word(line[end]) || (number && end + 1 < line.size() && is_digit(line[end + 1]) &&
                                                        (line[end] == '.' || line[end] == '-' || line[end] == '/'))))
      ++end;
    const bool negative = number && at > 0 && line[at - 1] == '-';
    out.push_back((negative ? "-" : "") + std::string(line.substr(at, end - at)));
    at = end;
  }
  return out;
}

struct Column {
  std::size_t numbers = 0, decimals = 0, filled = 0, runs = 0;
  std::map<std::string_view, std::size_t> distinct;
  bool rising = true, falling = true, years = false;
};

Column look_at(const Sheet& sheet, std::size_t index) {
  Column column;
  double last = 0;
  std::string_view before;
  for (const auto& row : sheet.rows) {
    if (index >= row.size() || row[index].empty()) continue;
    const std::string_view field = row[index];
    ++column.filled;
    ++column.distinct[field];
    column.runs += column.filled == 1 || field != before;
    before = field;
    const auto number = read_number(field);
    if (!number) continue;
    if (column.numbers > 0) {
      column.rising = column.rising && number->value >= last;
      column.falling = column.falling && number->value <= last;
    }
    last = number->value;
    column.years = column.numbers == 0 || column.years;
    ++column.numbers;
    column.decimals += number->decimals > 0;
    column.years = column.years && number->whole && number->value >= 1900 && number->value <= 2100;
  }
  return column;
}

void keep(std::vector<Sheet>& sheets, Sheet& sheet) {
  if (sheet.rows.size() >= kLeastLines && sheets.size() < kMostBlocks) {
    std::vector<std::size_t> varying;
    for (std::size_t i = 0; i < sheet.rows.front().size(); ++i)
      if (std::ranges::any_of(sheet.rows, [&](const auto& row) { return row[i] != sheet.rows.front()[i]; }))
        varying.push_back(i);
    for (auto& row : sheet.rows) {
      std::vector<std::string> kept;
      for (const std::size_t i : varying)
        kept.push_back(std::move(row[i]));
      row = std::move(kept);
    }
    sheet.header.resize(varying.size());
    sheet.total_rows = sheet.rows.size();
    if (varying.size() >= 2) sheets.push_back(std::move(sheet));
  }
  sheet = {};
}

}  // namespace

std::vector<Sheet> sheets_of_shapes(std::string_view text) {
  std::vector<Sheet> sheets;
  Sheet sheet;
  std::uint64_t number = 0;
  std::size_t strangers = 0;  // lines of another shape since the last of the block
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    at = end + 1;
    ++number;
    if (line.size() > kLongestLine) {
      keep(sheets, sheet);
      continue;
    }
    std::vector<std::string> values = values_of(line);
    if (values.empty()) continue;
    const bool fits = values.size() >= 2 && values.size() <= kMostFields;
    if (!sheet.rows.empty() && (!fits || values.size() != sheet.rows.front().size())) {
      if (++strangers <= 1) continue;
      keep(sheets, sheet);
      strangers = 0;
    }
    if (!fits) continue;
    if (sheet.rows.empty()) sheet = Sheet{.place = fmt::format("line {}", number), .named = false, .printed = true};
    strangers = 0;
    if (sheet.rows.size() < Sheet::kMostRows) sheet.rows.push_back(std::move(values));
  }
  keep(sheets, sheet);
  return sheets;
}

Likeness like_persons(const Sheet& sheet) {
  const std::size_t rows = sheet.rows.size();
  if (rows < kLeastLines || sheet.rows.front().empty()) return Likeness::kNone;
  std::size_t categories = 0, measures = 0, decimals = 0, labels = 0, keys = 0, ordered = 0, words = 0, shares = 0;
  for (std::size_t i = 0; i < std::min(sheet.rows.front().size(), kMostFields); ++i) {
    const Column column = look_at(sheet, i);
    if (column.filled * 10 < rows * 9) return Likeness::kNone;
    const bool number = column.numbers + 1 >= column.filled;  // a heading may stand above
    const std::size_t distinct = column.distinct.size();
    const bool in_order = number && (column.rising || column.falling);
    // Values that come again and again in no order: more runs than a sorted or a blocked column has.
    const bool mixed = distinct >= 2 && distinct <= 12 && column.runs > distinct + 2 && column.runs * 10 < rows * 9 &&
                       column.runs * 5 > rows;
    categories += mixed && !column.years;
    words += column.numbers * 2 < column.filled;
    labels += column.numbers * 2 < column.filled && distinct * 10 >= rows * 8;
    ordered += in_order && distinct * 10 > rows * 8;
    measures += number && !in_order && distinct >= 6 && distinct * 4 > rows && !column.years;
    decimals += number && !in_order && column.decimals * 2 > column.filled;
    const std::size_t length = column.distinct.begin()->first.size();
    const auto same_length =
        std::ranges::count_if(column.distinct, [&](const auto& each) { return each.first.size() == length; });
    const bool same = same_length + 1 >= static_cast<std::ptrdiff_t>(distinct);
    keys += number && same && length >= 5 && length != 9 && column.decimals == 0 && distinct * 10 >= rows * 9;
    shares +=
        number && std::ranges::all_of(column.distinct, [](const auto& each) { return each.first.starts_with("0."); });
  }
  if (labels > 0 || shares > 0) return keys > 0 && categories > 0 ? Likeness::kPerhaps : Likeness::kNone;
  if (rows < kSomeLines) return categories >= 1 && measures >= 3 && words > 0 ? Likeness::kPersons : Likeness::kNone;
  if (keys > 0 && measures >= 2) return Likeness::kPersons;
  if (categories >= 1 && measures >= 2)
    return rows >= kManyLines || words > 0 ? Likeness::kPersons : Likeness::kPerhaps;
  if (categories >= 3 && measures >= 1) return Likeness::kPerhaps;
  if (words == 0 && ordered == 0 && decimals >= 3 && rows >= kManyLines) return Likeness::kPerhaps;
  return Likeness::kNone;
}

}  // namespace sekisho::outgoing
