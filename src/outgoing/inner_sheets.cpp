#include "outgoing/inner_sheets.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/ascii.h"
#include "outgoing/identifiers.h"

namespace sekisho::outgoing {
namespace {

constexpr std::size_t kMostSheets = 50, kTuples = 10, kRecords = 3, kKeys = 20;

bool is_name(char c) {
  return is_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_' || c == '.' || c == '-' ||
         static_cast<unsigned char>(c) >= 0x80;
}
std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos ? std::string_view{}
                                         : text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// One literal: a number, a quoted word, NULL or True. Nothing when it is an expression.
std::optional<std::string> literal(std::string_view word) {
  word = trimmed(word);
  if (word.size() >= 2 && (word.front() == '"' || word.front() == '\'') && word.back() == word.front())
    return fold_forms(word.substr(1, word.size() - 2));
  for (const std::string_view constant : {"NULL", "None", "NA", "True", "False", "TRUE", "FALSE"})
    if (word == constant) return std::string(constant == "NULL" || constant == "None" || constant == "NA" ? "" : word);
  return read_number(word) ? std::optional<std::string>(word) : std::nullopt;
}

// The members between a bracket and its end; empty when something else than literals stands there.
std::vector<std::string> tuple_at(std::string_view text, std::size_t open, std::size_t& end) {
  const char close = text[open] == '(' ? ')' : text[open] == '[' ? ']' : '}';
  std::vector<std::string> members;
  std::size_t from = open + 1;
  char quote = 0;
  for (std::size_t at = from; at < text.size() && at - open < 4000; ++at) {
    const char c = text[at];
    if (quote != 0) {
      if (c == quote) quote = 0;
      continue;
    }
    if (c == '"' || c == '\'') quote = c;
    if (c == '(' || c == '[' || c == '{' || c == '\n') return {};
    if (c != ',' && c != close) continue;
    if (const std::string_view word = text.substr(from, at - from); c == ',' || !trimmed(word).empty()) {
      auto value = literal(word);
      if (!value) return {};
      members.push_back(std::move(*value));
    }
    from = at + 1;
    if (c == close) {
      end = at + 1;
      return members;
    }
  }
  return {};
}

void keep(std::vector<Sheet>& sheets, Sheet& sheet, std::size_t least) {
  sheet.total_rows = sheet.rows.size();
  if (sheet.rows.size() >= least && sheets.size() < kMostSheets) sheets.push_back(std::move(sheet));
  sheet = {};
}

// "  - name: value" as name and value; empty name: no such line.
std::pair<std::string_view, std::string_view> member_of(std::string_view line) {
  line = trimmed(line);
  if (line.starts_with("- ")) line = trimmed(line.substr(2));
  std::size_t end = 0;
  while (end < line.size() && is_name(line[end]))
    ++end;
  if (end == 0 || end > 40) return {};
  std::size_t at = line.find_first_not_of(' ', end);
  if (at == std::string_view::npos || (line[at] != ':' && line[at] != '|' && line[at] != '=')) return {};
  const std::string_view value = trimmed(line.substr(at + 1));
  if (value.size() > 60 || value.starts_with("=") || value.find_first_of("{(") != std::string_view::npos) return {};
  return {line.substr(0, end), value};
}

}  // namespace

std::vector<Sheet> sheets_of_tuples(std::string_view text) {
  std::vector<Sheet> sheets;
  Sheet sheet;
  std::uint64_t line = 1, last = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '\n') ++line;
    if (text[at] != '(' && text[at] != '[' && text[at] != '{') {
      ++at;
      continue;
    }
    std::size_t end = at + 1;
    std::vector<std::string> members = tuple_at(text, at, end);
    at = end;
    if (members.size() < 3) continue;
    if (!sheet.rows.empty() && (members.size() != sheet.rows.front().size() || line > last + 2))
      keep(sheets, sheet, kTuples);
    if (sheet.rows.empty()) {
      sheet.place = fmt::format("line {}", line);
      sheet.named = false;
      sheet.header.resize(members.size());
    }
    last = line;
    if (sheet.rows.size() < Sheet::kMostRows) sheet.rows.push_back(std::move(members));
  }
  keep(sheets, sheet, kTuples);
  return sheets;
}

std::vector<Sheet> sheets_of_records(std::string_view text) {
  std::vector<Sheet> sheets;
  Sheet sheet;
  std::vector<std::string> names, values;
  bool item = false;  // begins with a dash: an entry of a list, of two names too
  const auto flush = [&](std::uint64_t line) {
    if (names.size() >= 3 || (names.size() == 2 && item)) {
      if (!sheet.rows.empty() && sheet.header != names) keep(sheets, sheet, kRecords);
      if (sheet.rows.empty()) {
        sheet.header = names;
        sheet.place = fmt::format("line {}", line);
      }
      if (sheet.rows.size() < Sheet::kMostRows) sheet.rows.push_back(values);
    } else if (!names.empty()) {
      keep(sheets, sheet, kRecords);
    }
    names.clear();
    values.clear();
    item = false;
  };
  std::uint64_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    const auto [name, value] = member_of(line);
    at = end + 1;
    ++number;
    if (name.empty() || names.size() >= 100) {
      flush(number);
      continue;
    }
    std::string folded = fold_forms(name);
    if (std::ranges::find(names, folded) != names.end()) flush(number);
    item = item || trimmed(line).starts_with("- ");
    names.push_back(std::move(folded));
    values.push_back(fold_forms(value));
  }
  flush(number);
  keep(sheets, sheet, kRecords);
  return sheets;
}

std::vector<Sheet> sheets_of_elements(std::string_view text) {
  std::vector<Sheet> sheets;
  Sheet sheet;
  std::vector<std::string> names, values;
  std::size_t open_end = 0;
  std::string_view open_name;
  for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
    const std::size_t close = text.find('>', at);
    if (close == std::string_view::npos) break;
    const std::string_view tag = text.substr(at + 1, close - at - 1);
    const bool ends = tag.starts_with("/");
    const std::string_view name =
        (ends ? tag.substr(1) : tag).substr(0, tag.substr(ends ? 1 : 0).find_first_of(" \t\r\n/"));
    if (!ends) {
      open_name = tag.ends_with("/") ? std::string_view{} : name;
      open_end = close + 1;
      continue;
    }
    if (!open_name.empty() && name == open_name) {  // <age>63</age>
      if (names.size() < 100) {
        names.emplace_back(fold_forms(name));
        values.push_back(fold_forms(trimmed(text.substr(open_end, at - open_end))));
      }
    } else {  // the end of what holds them
      if (names.size() >= 3 && (sheet.rows.empty() || sheet.header == names)) {
        if (sheet.rows.empty()) sheet.header = names;
        sheet.place = "elements";
        if (sheet.rows.size() < Sheet::kMostRows) sheet.rows.push_back(values);
      } else if (!names.empty()) {
        keep(sheets, sheet, kRecords);
      }
      names.clear();
      values.clear();
    }
    open_name = {};
  }
  keep(sheets, sheet, kRecords);
  return sheets;
}

namespace {

void gather_keys(const Json& value, int level, std::vector<Sheet>& sheets) {
  if (level > 40 || sheets.size() >= kMostSheets) return;
  if (value.is_object() && value.size() >= kKeys) {
    Sheet sheet{.place = "members"};
    sheet.header = {"", "value"};
    std::size_t codes = 0;  // of drugs and procedures: nine digits, or seven and F
    for (const auto& [key, child] : value.items()) {
      if (child.is_structured() || sheet.rows.size() >= Sheet::kMostRows) continue;
      codes += (key.size() == 9 && std::ranges::all_of(key, is_digit)) ||
               (key.size() == 12 && is_digit(key[6]) && !is_digit(key[7]));
      // Eight digits may be a count in a table; as the name of a member they are a key.
      const bool number = key.size() >= 6 && std::ranges::all_of(key, is_digit);
      sheet.rows.push_back({(number ? "k" : "") + fold_forms(key),
                            child.is_string() ? fold_forms(child.get<std::string>()) : child.dump()});
    }
    if (codes * 2 < sheet.rows.size()) keep(sheets, sheet, kKeys);
  }
  if (value.is_structured())
    for (const Json& child : value)
      gather_keys(child, level + 1, sheets);
}

}  // namespace

std::vector<Sheet> sheets_of_keys(const Json& value) {
  std::vector<Sheet> sheets;
  gather_keys(value, 0, sheets);
  return sheets;
}

std::vector<std::pair<std::uint64_t, std::string_view>> blocks_of(std::string_view text) {
  std::vector<std::pair<std::uint64_t, std::string_view>> blocks;
  std::uint64_t number = 0, begun = 1;
  std::size_t from = 0;
  bool filled = false;
  const auto close = [&](std::size_t end) {
    if (filled && blocks.size() < kMostSheets) blocks.emplace_back(begun, text.substr(from, end - from));
    filled = false;
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    ++number;
    if (text.substr(at, end - at).find_first_not_of(" \t\r,;|\"") == std::string_view::npos) {
      close(at);
    } else if (!filled) {
      filled = true;
      from = at;
      begun = number;
    }
    at = end + 1;
  }
  close(text.size());
  if (blocks.size() < 2) blocks.clear();
  return blocks;
}

Sheet transposed(const Sheet& sheet) {
  Sheet out{
      .place = sheet.place.empty() ? "columns" : sheet.place + ", columns", .named = true, .printed = sheet.printed};
  std::vector<const std::vector<std::string>*> rows;
  if (sheet.named) rows.push_back(&sheet.header);
  for (const auto& row : sheet.rows)
    rows.push_back(&row);
  if (rows.empty()) return out;
  for (const auto* row : rows)
    out.header.push_back(row->empty() ? "" : row->front());
  for (std::size_t i = 1; i < rows.front()->size(); ++i) {
    std::vector<std::string> fields;
    for (const auto* row : rows)
      fields.push_back(i < row->size() ? (*row)[i] : "");
    out.rows.push_back(std::move(fields));
  }
  out.total_rows = out.rows.size();
  return out;
}

}  // namespace sekisho::outgoing
