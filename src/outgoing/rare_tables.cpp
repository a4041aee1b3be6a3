#include "outgoing/rare_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/ascii.h"
#include "outgoing/line_shapes.h"
#include "outgoing/text_lines.h"

namespace sekisho::outgoing {
namespace {

constexpr std::size_t kLeastRows = 3, kMostSheets = 50, kMostNames = 100, kManyValues = 30, kManyParts = 10;

// Rows with the same names one after the other.
class Collector {
 public:
  void row(std::vector<std::string> names, std::vector<std::string> values, const std::string& place) {
    if (names.size() < 2 || names.size() > kMostNames) return close();
    if (!sheet_.rows.empty() && sheet_.header != names) close();
    if (sheet_.rows.empty()) {
      sheet_.header = std::move(names);
      sheet_.place = place;
    }
    if (sheet_.rows.size() < Sheet::kMostRows) sheet_.rows.push_back(std::move(values));
  }
  void close() {
    sheet_.total_rows = sheet_.rows.size();
    if (sheet_.rows.size() >= kLeastRows && sheets_.size() < kMostSheets) sheets_.push_back(std::move(sheet_));
    sheet_ = {};
  }
  std::vector<Sheet> take() {
    close();
    return std::move(sheets_);
  }

 private:
  std::vector<Sheet> sheets_;
  Sheet sheet_;
};

// The names and values of a line; nothing where one part is no pair.
bool pairs_of(std::string_view line, char separator, std::vector<std::string>& names,
              std::vector<std::string>& values) {
  for (std::size_t at = 0; at <= line.size();) {
    const std::size_t end = std::min(line.find(separator, at), line.size());
    const std::string_view part = without_edges(line.substr(at, end - at));
    at = end + 1;
    if (part.empty() && at > line.size()) break;
    const std::size_t sign = part.find_first_of("=:");
    if (sign == std::string_view::npos || sign == 0 || sign > 40 || part.size() > 120) return false;
    names.push_back(fold_forms(without_edges(part.substr(0, sign))));
    values.push_back(fold_forms(without_edges(part.substr(sign + 1))));
  }
  return names.size() >= 2;
}

// Numbers that go up and down.
bool in_no_order(const Sheet& sheet) {
  for (std::size_t column = 0; column < sheet.rows.front().size(); ++column) {
    std::size_t up = 0, down = 0, numbers = 0;
    double last = 0;
    for (const auto& row : sheet.rows) {
      const auto value = column < row.size() ? read_number(row[column]) : std::nullopt;
      if (!value) continue;
      up += numbers > 0 && value->value > last;
      down += numbers > 0 && value->value < last;
      last = value->value;
      ++numbers;
    }
    if (numbers == sheet.rows.size() && up * 4 > numbers && down * 4 > numbers) return true;
  }
  return false;
}

}  // namespace

std::string plain_boxes(std::string_view text) {
  std::string out;
  bool any = false;
  for (std::size_t at = 0; at < text.size();) {
    const bool box = at + 2 < text.size() && text[at] == '\xE2' && (text[at + 1] == '\x94' || text[at + 1] == '\x95');
    if (!box) {  // U+2500 to U+257F
      out += text[at++];
      continue;
    }
    const std::string_view stroke = text.substr(at, 3);
    const bool flat = stroke == "─" || stroke == "━" || stroke == "═",
               upright = stroke == "│" || stroke == "┃" || stroke == "║";
    out += flat ? '-' : upright ? '|' : '+';
    at += 3;
    any = true;
  }
  return any ? out : std::string();
}

std::vector<Sheet> sheets_of_pairs(std::string_view text) {
  Collector rows;
  by_lines(text, [&](std::string_view line, std::uint64_t number) {
    if (line.size() > 4000 || line.find_first_of("=:") == std::string_view::npos) return rows.close();
    for (const char separator : {';', ',', '\t', '&', ' '}) {
      std::vector<std::string> names, values;
      if (line.find(separator) == std::string_view::npos || !pairs_of(line, separator, names, values)) continue;
      return rows.row(std::move(names), std::move(values), fmt::format("line {}", number));
    }
    rows.close();
  });
  return rows.take();
}

std::vector<Sheet> sheets_of_attributes(std::string_view text) {
  Collector rows;
  std::string_view element;
  for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
    const std::size_t close = text.find('>', at);
    if (close == std::string_view::npos) break;
    const std::string_view tag = text.substr(at + 1, close - at - 1);
    const std::string_view name = tag.substr(0, tag.find_first_of(" \t\r\n/"));
    std::vector<std::string> names, values;
    for (std::size_t equal = tag.find("=\""); equal != std::string_view::npos && names.size() <= kMostNames;) {
      const std::size_t end = tag.find('"', equal + 2);
      if (end == std::string_view::npos) break;
      const std::size_t blank = tag.find_last_of(" \t\r\n", equal);
      names.push_back(fold_forms(tag.substr(blank + 1, equal - blank - 1)));
      values.push_back(fold_forms(tag.substr(equal + 2, end - equal - 2)));
      equal = tag.find("=\"", end);
    }
    if (names.size() < 2) continue;
    if (name != element) rows.close();
    element = name;
    rows.row(std::move(names), std::move(values), "attributes");
  }
  return rows.take();
}

std::string without_comments(std::string_view text) {
  if (text.find('#') == std::string_view::npos) return {};
  std::string out;
  bool any = false;
  by_lines(text, [&](std::string_view line, std::uint64_t) {
    const bool comment = line.starts_with('#');
    any = any || comment;
    if (!comment) out.append(line).push_back('\n');
  });
  return any ? out : std::string();
}

std::string comments_of(std::string_view text) {
  std::string out;
  by_lines(text, [&](std::string_view line, std::uint64_t) {
    const std::string_view words = without_edges(line);
    for (const std::string_view mark : {"#", "//", "/*", "* ", "--", "%", "REM "})
      if (words.starts_with(mark)) {
        out.append(words.substr(mark.size())).push_back('\n');
        return;
      }
  });
  return out;
}

void judge_value_runs(std::string_view text, Findings& findings) {
  by_lines(text, [&](std::string_view line, std::uint64_t number) {
    if (line.size() < 2 * kManyValues || line.size() > 100'000) return;
    const std::string where = fmt::format("line {}", number);
    std::vector<double> values;
    std::set<double> distinct;
    std::size_t words = 0;
    std::string parts;  // one a line, as shapes are compared
    std::size_t strokes = 0;
    for (std::size_t at = 0; at < line.size();) {
      const std::size_t end = std::min(line.find_first_of(",; \t", at), line.size());
      const std::string_view word = without_edges(line.substr(at, end - at));
      at = end + 1;
      if (word.empty()) continue;
      if (const auto value = read_number(word); value && !value->percent) {
        values.push_back(value->value);
        distinct.insert(value->value);
      } else {
        ++words;
      }
      if (std::ranges::count(word, '/') >= 2 || std::ranges::count(word, '|') >= 2) {
        parts.append(word).push_back('\n');
        ++strokes;
      }
    }
    std::size_t up = 0, down = 0;
    for (std::size_t i = 1; i < values.size(); ++i) {
      up += values[i] > values[i - 1];
      down += values[i] < values[i - 1];
    }
    const auto parted = std::ranges::count_if(values, [](double value) { return value != std::floor(value); });
    const bool repeats = distinct.size() < values.size() ||  // days, ages, grades of persons come again
                         parted * 2 > static_cast<std::ptrdiff_t>(values.size());
    if (values.size() >= kManyValues && words <= 3 && up * 4 > values.size() && down * 4 > values.size() && repeats &&
        distinct.size() >= 8)
      findings.add("record.values", where, "many values in no order in one line: one for each person");
    if (strokes >= kManyParts)
      for (const Sheet& sheet : sheets_of_shapes(parts))
        if (sheet.rows.size() >= kManyParts && in_no_order(sheet))
          findings.add("record.values", where, "groups of values in no order: one group for each person");
  });
}

}  // namespace sekisho::outgoing
