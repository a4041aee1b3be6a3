#include "outgoing/sheet.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/ascii.h"
#include "core/csv.h"
#include "outgoing/identifiers.h"

namespace sekisho::outgoing {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

bool looks_like_data(std::string_view field) {
  if (read_number(field)) return true;
  // 2023-05-01 and keys with digits; 40-44 or 2023 may head a column.
  return field.size() >= 8 && std::ranges::count_if(field, is_digit) * 2 > static_cast<std::ptrdiff_t>(field.size());
}

// A first row of data is no header: a number with a point, a long one, a date, or most fields numbers.
bool is_header(const std::vector<std::string>& fields) {
  std::size_t numbers = 0, filled = 0;
  for (const std::string& field : fields) {
    if (field.empty()) continue;
    ++filled;
    const auto number = read_number(field);
    const bool year = number && number->whole && number->value >= 1900 && number->value <= 2100 && field.size() == 4;
    if (year) continue;
    if (number && (number->decimals > 0 || field.size() >= 6)) return false;
    numbers += looks_like_data(field);
  }
  return numbers * 2 <= filled;
}

std::size_t filled(const std::vector<std::string>& row) {
  return static_cast<std::size_t>(std::ranges::count_if(row, [](const std::string& f) { return !f.empty(); }));
}

// Titles above the header are no rows.
void finish(Sheet& sheet) {
  for (int title = 0; title < 5 && sheet.rows.size() > 2 && filled(sheet.rows[0]) <= 1 && filled(sheet.rows[1]) >= 2;
       ++title) {
    for (std::string& field : sheet.rows.front())
      if (!field.empty()) sheet.titles.push_back(std::move(field));
    sheet.rows.erase(sheet.rows.begin());
    --sheet.total_rows;
  }
  if (sheet.rows.empty() || is_header(sheet.rows.front())) {
    if (!sheet.rows.empty()) {
      sheet.header = std::move(sheet.rows.front());
      sheet.rows.erase(sheet.rows.begin());
      --sheet.total_rows;
    }
    return;
  }
  sheet.named = false;
  sheet.header.resize(sheet.rows.front().size());
}

std::vector<std::string> split_fields(std::string_view line, char separator) {
  std::vector<std::string> fields;
  if (separator == ' ') {
    for (std::size_t at = 0; at < line.size();) {
      at = line.find_first_not_of(" \t", at);
      if (at == std::string_view::npos) break;
      const std::size_t end = std::min(line.find_first_of(" \t", at), line.size());
      fields.push_back(fold_forms(line.substr(at, end - at)));
      at = end;
    }
    return fields;
  }
  if (separator == '|') {
    line = trimmed(line);
    // "  1. | 63 | F |": the row's number before the first bar.
    if (const std::size_t dot = line.find_first_not_of("0123456789");
        dot != std::string_view::npos && dot > 0 && line[dot] == '.')
      line = trimmed(line.substr(dot + 1));
    if (line.starts_with("|")) line.remove_prefix(1);
    if (line.ends_with("|")) line.remove_suffix(1);
  }
  if (separator == '&') {
    if (const std::size_t end = line.find("\\\\"); end != std::string_view::npos) line = line.substr(0, end);
  }
  for (std::size_t at = 0; at <= line.size();) {
    const std::size_t end = std::min(line.find(separator, at), line.size());
    fields.push_back(fold_forms(trimmed(line.substr(at, end - at))));
    at = end + 1;
  }
  return fields;
}

// A rule between header and rows: |---|:--:|, =====.
bool is_ruler(std::string_view line) {
  const std::string_view bare = trimmed(line);
  for (const std::string_view rule : {"\\hline", "\\toprule", "\\midrule", "\\bottomrule", "\\cline"})
    if (bare.starts_with(rule)) return true;
  if (bare.starts_with("<") && bare.ends_with(">") && bare.find("> ") != std::string_view::npos &&
      bare.find_first_not_of("<>abcdefghijklmnopqrstuvwxyz+ ") == std::string_view::npos)
    return true;  // the types of columns below a tibble's header
  return bare.size() >= 3 && bare.find_first_not_of("-=|:+ \t") == std::string_view::npos;
}

bool is_stamped(std::string_view line) {
  for (const std::string_view word : {"INFO", "WARN", "DEBUG", "ERROR", "NOTE"})
    if (line.find(word) != std::string_view::npos) return true;
  return false;
}

struct Block {
  char separator;
  std::size_t fields = 0;
  std::vector<std::vector<std::string>> rows;
  std::uint64_t first_line = 0;

  void close(std::vector<Sheet>& sheets) {
    const std::size_t least = separator == ' ' ? 5 : 3;
    if (rows.size() >= least && fields >= 2) {
      Sheet sheet{.place = fmt::format("line {}", first_line), .printed = true};
      sheet.total_rows = rows.size();
      sheet.rows = std::move(rows);
      finish(sheet);
      if (sheet.header.size() + 1 == sheet.rows.front().size()) sheet.header.insert(sheet.header.begin(), "");
      if (!sheet.rows.empty()) sheets.push_back(std::move(sheet));
    }
    rows.clear();
    fields = 0;
  }

  void take(std::string_view line, std::uint64_t number, std::vector<Sheet>& sheets) {
    std::vector<std::string> split = split_fields(line, separator);
    const std::size_t least = separator == ' ' ? 3 : 2;
    const bool heading = separator == ' ' && (line.starts_with("# ") || line.starts_with("> "));
    const bool row = !heading && split.size() >= least && line.size() < 4000 && !(separator == ' ' && is_stamped(line));
    // A printed data frame has one field more in its rows than in its header: the row's number.
    const bool same = split.size() == fields || (separator == ' ' && rows.size() == 1 && split.size() == fields + 1);
    if (!rows.empty() && (!row || !same)) close(sheets);
    if (!row) return;
    if (rows.empty()) first_line = number;
    fields = split.size();
    if (rows.size() < Sheet::kMostRows) rows.push_back(std::move(split));
  }
};

}  // namespace

std::vector<std::string> words_of(std::string_view folded) {
  std::vector<std::string> words(1);
  for (const char c : folded) {
    const bool part = is_digit(c) || (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
    if (part)
      words.back() += c;
    else if (!words.back().empty())
      words.emplace_back();
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

std::optional<Number> read_number(std::string_view field) {
  field = trimmed(field);
  Number number;
  std::string digits;
  std::size_t at = 0;
  bool point = false, negative = false;
  for (const std::string_view sign : {"¥", "$", "+"})
    if (field.starts_with(sign)) at = sign.size();
  if (at < field.size() && field[at] == '-') {
    negative = true;
    ++at;
  }
  for (; at < field.size(); ++at) {
    const char c = field[at];
    if (is_digit(c)) {
      digits += c;
      number.decimals += point;
    } else if (c == '.' && !point && at + 1 < field.size() && is_digit(field[at + 1])) {
      point = true;
      digits += c;
    } else if (c == ',' && !point && !digits.empty() && at + 3 < field.size() && is_digit(field[at + 1]) &&
               is_digit(field[at + 2]) && is_digit(field[at + 3])) {
    } else {
      break;
    }
  }
  if (digits.empty() || digits.size() > 40) return std::nullopt;
  std::from_chars(digits.data(), digits.data() + digits.size(), number.value);
  std::string_view rest = trimmed(field.substr(at));
  if ((rest.starts_with("e") || rest.starts_with("E")) && rest.size() >= 2) {
    int power = 0;
    const char* const from = rest.data() + (rest[1] == '+' ? 2 : 1);
    const auto read = std::from_chars(from, rest.data() + rest.size(), power);
    if (read.ec != std::errc{} || read.ptr != rest.data() + rest.size() || power < -400 || power > 400)
      return std::nullopt;
    for (int i = 0; i < std::abs(power); ++i)
      number.value = power < 0 ? number.value / 10 : number.value * 10;
    number.decimals = std::max(number.decimals, 6);
    rest = {};
  }
  if (rest.starts_with("%")) {
    number.percent = true;
    rest = trimmed(rest.substr(1));
  }
  if (rest.starts_with("(") && rest.ends_with(")")) {
    const auto inner = read_number(rest.substr(1, rest.size() - 2));
    if (!inner) return std::nullopt;
    number.in_brackets = inner->value;
    rest = {};
  }
  for (const std::string_view unit : {"人", "名", "例", "件", "円", "***", "**", "*", "歳", "日"})
    if (rest == unit) rest = {};
  if (!rest.empty()) return std::nullopt;
  if (negative) number.value = -number.value;
  // 812.0, as data frames print whole numbers.
  number.whole = !point || (number.decimals == 1 && digits.ends_with(".0"));
  return number;
}

std::optional<Sheet> read_sheet(std::string_view text, bool said_to_be_table) {
  const std::string_view first = text.substr(0, text.find('\n'));
  char separator = ',';
  std::ptrdiff_t most = 0;
  for (const char candidate : {',', '\t', ';', '|'})
    if (const auto count = std::ranges::count(first, candidate); count > most) {
      most = count;
      separator = candidate;
    }
  if (!said_to_be_table && (most == 0 || std::ranges::count(text, '\n') < 3)) return std::nullopt;
  CsvReader reader(text, separator);
  std::vector<std::string_view> fields;
  Sheet sheet;
  std::size_t odd = 0;
  while (true) {
    const auto more = reader.next(fields);
    if (!more) return std::nullopt;
    if (!*more) break;
    ++sheet.total_rows;
    if (sheet.rows.size() > Sheet::kMostRows) continue;
    if (!sheet.rows.empty()) odd += fields.size() != sheet.rows.front().size();
    std::vector<std::string> row;
    row.reserve(fields.size());
    for (const std::string_view field : fields)
      row.push_back(fold_forms(trimmed(field)));
    sheet.rows.push_back(std::move(row));
  }
  if (!said_to_be_table && odd * 4 > sheet.total_rows) return std::nullopt;
  finish(sheet);
  return sheet;
}

std::vector<Sheet> find_sheets(std::string_view text) {
  std::vector<Sheet> sheets;
  Block blocks[] = {
      {.separator = '|'}, {.separator = '\t'}, {.separator = ','}, {.separator = '&'}, {.separator = ' '}};
  std::uint64_t number = 1;
  for (std::size_t at = 0; at <= text.size() && sheets.size() < 200; ++number) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    const bool listing = line.starts_with("-rw") || line.starts_with("drw");  // of files
    if (!is_ruler(line) && !listing)
      for (Block& block : blocks) {
        // A comma beside a tab parts thousands.
        const bool fits = block.separator == ' ' || (line.find(block.separator) != std::string_view::npos &&
                                                     !(block.separator == ',' && line.contains('\t')));
        if (fits && !(block.separator == ' ' && line.find('|') != std::string_view::npos && line.starts_with("|")))
          block.take(line, number, sheets);
        else
          block.close(sheets);
      }
    at = end + 1;
  }
  for (Block& block : blocks)
    block.close(sheets);
  return sheets;
}

namespace {

std::string field_of(const Json& value) {
  return value.is_string() ? fold_forms(value.get<std::string>()) : value.is_null() ? "" : value.dump();
}

// {"columns": ["age", ...] or [{"name": "age"}, ...], "data": [[63, ...], ...]}: names and rows apart.
void named_rows(const Json& value, std::vector<Sheet>& sheets) {
  for (const auto& [key, names] : value.items()) {
    if (!names.is_array() || names.size() < 2) continue;
    std::vector<std::string> header;
    for (const Json& name : names) {
      const Json& word = name.is_object() && name.contains("name") ? name["name"] : name;
      if (!word.is_string()) break;
      header.push_back(fold_forms(word.get<std::string>()));
    }
    if (header.size() != names.size()) continue;
    for (const auto& [other, rows] : value.items()) {
      const auto fits = [&](const Json& row) { return row.is_array() && row.size() == header.size(); };
      if (other == key || !rows.is_array() || rows.size() < 3 || !std::ranges::all_of(rows, fits)) continue;
      Sheet sheet{.place = "rows"};
      sheet.header = header;
      sheet.total_rows = rows.size();
      for (const Json& row : rows) {
        if (sheet.rows.size() >= Sheet::kMostRows) break;
        std::vector<std::string> fields;
        for (const Json& field : row)
          fields.push_back(field_of(field));
        sheet.rows.push_back(std::move(fields));
      }
      sheets.push_back(std::move(sheet));
    }
  }
}

void gather(const Json& value, int depth, std::vector<Sheet>& sheets) {
  if (depth > 40 || sheets.size() > 200) return;
  if (value.is_array() && value.size() >= 3) {
    Sheet sheet{.place = "array"};
    sheet.total_rows = value.size();
    for (const Json& item : value) {
      if (sheet.rows.size() >= Sheet::kMostRows) break;
      if (item.is_object() && !item.empty()) {
        if (sheet.header.empty())
          for (const auto& [key, unused] : item.items())
            sheet.header.push_back(fold_forms(key));
        std::vector<std::string> row;
        for (const auto& [key, field] : item.items())
          row.push_back(field_of(field));
        row.resize(std::max(row.size(), sheet.header.size()));
        sheet.rows.push_back(std::move(row));
      } else if (item.is_array() && item.size() >= 2 && std::ranges::none_of(item, &Json::is_structured)) {
        std::vector<std::string> row;
        for (const Json& field : item)
          row.push_back(field_of(field));
        sheet.rows.push_back(std::move(row));
      }
    }
    if (sheet.rows.size() >= 3) {
      if (sheet.header.empty()) finish(sheet);
      sheets.push_back(std::move(sheet));
    }
  }
  if (value.is_object()) named_rows(value, sheets);
  if (value.is_object() && value.size() >= 2) {  // columns side by side
    std::size_t length = 0;
    Sheet sheet{.place = "arrays"};
    for (const auto& [key, column] : value.items()) {
      const bool list = (column.is_array() || column.is_object()) && column.size() >= 5 &&
                        std::ranges::none_of(column, &Json::is_structured);
      if (!list || (length != 0 && column.size() != length)) continue;
      length = column.size();
      if (column.is_object()) sheet.place = "objects";
      sheet.header.push_back(fold_forms(key));
      sheet.rows.resize(std::min(length, Sheet::kMostRows));
      std::size_t row = 0;
      for (const Json& field : column)
        if (row < sheet.rows.size()) sheet.rows[row++].push_back(field_of(field));
    }
    sheet.total_rows = length;
    if (sheet.header.size() >= 2) sheets.push_back(std::move(sheet));
  }
  if (value.is_structured())
    for (const Json& item : value)
      if (item.is_structured()) gather(item, depth + 1, sheets);
}

}  // namespace

std::vector<Sheet> sheets_of(const Json& value) {
  std::vector<Sheet> sheets;
  gather(value, 0, sheets);
  return sheets;
}

}  // namespace sekisho::outgoing
