#include "outgoing/text_scan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/ascii.h"
#include "core/text.h"
#include "outgoing/case_marks.h"
#include "outgoing/contacts.h"
#include "outgoing/dataset_filter.h"
#include "outgoing/embedded.h"
#include "outgoing/encodings.h"
#include "outgoing/inner_sheets.h"
#include "outgoing/line_shapes.h"
#include "outgoing/names.h"
#include "outgoing/numbers.h"
#include "outgoing/person_signs.h"
#include "outgoing/rare_tables.h"

namespace sekisho::outgoing {
namespace {

constexpr int kDeepest = 3;
constexpr std::size_t kManyValues = 20;

std::string extension_of(std::string_view file_name) {
  return lower(file_name.substr(std::min(file_name.rfind('.'), file_name.size())));
}
bool one_of(std::string_view extension, std::initializer_list<std::string_view> list) {
  return std::ranges::find(list, extension) != list.end();
}
bool is_program(std::string_view extension) {
  return one_of(extension,
                {".py", ".r", ".sas", ".sql", ".do", ".jl", ".sh", ".rmd", ".qmd", ".m", ".ado", ".sps", ".cells"});
}

bool names_birth(std::string_view name) {
  const std::string folded = lower(name);
  return folded.find("birth") != std::string::npos || folded.find("生年") != std::string::npos ||
         folded.find("誕生") != std::string::npos || folded.find("dob") != std::string::npos;
}

// A printed row of records: four fields or more, a key or a date to the day among them.
bool looks_like_record(std::string_view line) {
  std::size_t fields = 0, numbers = 0;
  std::size_t words = 0;
  bool key = false, day = false;
  for (std::size_t at = 0; at < line.size();) {
    at = line.find_first_not_of(" \t|,", at);
    if (at == std::string_view::npos) break;
    std::size_t end = line.find_first_of(" \t|,", at);
    if (end == std::string_view::npos) end = line.size();
    const std::string_view field = line.substr(at, end - at);
    ++fields;
    numbers += is_digit(field.front());
    words += field.size() >= 3 && std::ranges::none_of(field, is_digit);
    const auto digits = static_cast<std::size_t>(std::ranges::count_if(field, is_digit));
    key = key || (digits == field.size() && digits >= 7 && (field[0] == '0' || digits >= 8));
    // "2024-03-04 10:12:33" is when the line was written; 1.1.4 the version of a package.
    const bool clock = end + 6 <= line.size() && is_digit(line[end + 1]) && line[end + 3] == ':';
    day = day || (field.size() == 10 && digits == 8 && (field[4] == '-' || field[4] == '/') && !clock);
    if (std::ranges::count(field, '.') >= 2 && is_digit(field.front())) return false;
    at = end;
  }
  // "4ed3cf4 2024-05-14 Recode age bands": a day among words tells of work, not of a person.
  if (!key && numbers <= 2 && words >= 2 && words + 2 >= fields) return false;
  return fields >= 4 && fields <= 30 && numbers >= 2 && (key || day);
}

// Fixed columns of digits and few letters, all lines alike: "12345678M0651970...". What makes them alike: 9 for a
// digit, a for a letter; empty where it is no such line.
std::string fixed_form(std::string_view line) {
  while (line.ends_with('\r'))
    line.remove_suffix(1);
  if (line.size() >= 14 && line.size() <= 200 && std::ranges::all_of(line.substr(0, 12), is_digit))
    return fmt::format("{} characters", line.size());
  if (line.size() < 12 || line.find_first_of(" ,\t") != std::string_view::npos ||
      std::ranges::count_if(line, is_digit) * 4 < static_cast<std::ptrdiff_t>(line.size()) * 3)
    return {};
  if (line.find('.') == std::string_view::npos) return "digits";
  std::string form(line);
  for (char& c : form)
    c = is_digit(c) ? '9' : ((c | 32) >= 'a' && (c | 32) <= 'z') ? 'a' : c;
  return form;
}

bool is_message(std::string_view line) {  // HL7, SS-MIX2, receipts: one patient each
  for (const std::string_view segment : {"MSH|^~\\&", "PID|", "RE,1,", "HO,0", "IR,1,", "\x0BMSH"})
    if (line.starts_with(segment)) return true;
  return false;
}

// Titles and words of a table: "Group A (n=5)".
std::string words_in(const Sheet& sheet) {
  std::string out;
  const auto take = [&](const std::string& field) {
    if (!field.empty() && !is_digit(field[0])) out += field + "\n";
  };
  std::ranges::for_each(sheet.header, take);
  for (const auto& row : sheet.rows)
    std::ranges::for_each(row, take);
  return out;
}

// "n_deaths": 5; "counts": {"male": {"0-17": 4}}. `counted`: a name above says that persons are counted.
bool mentions_outliers(std::string_view name) {
  constexpr std::string_view kNames[] = {"outlier", "flier", "外れ値", "extremes"};
  return std::ranges::any_of(kNames, [&](std::string_view word) { return name.find(word) != std::string_view::npos; });
}

// The numbers of a list, row by row; empty: something else is in it.
std::vector<double> numbers_of(const Json& list) {
  std::vector<double> out;
  for (const Json& one : list) {
    if (one.is_number()) {
      out.push_back(one.get<double>());
    } else if (one.is_array()) {
      const std::vector<double> row = numbers_of(one);
      if (row.empty()) return {};
      out.insert(out.end(), row.begin(), row.end());
    } else {
      return {};
    }
  }
  return out;
}

void judge_list(const std::string& key, Role role, const Json& list, const OutputPolicy& policy, Findings& findings) {
  const std::vector<double> numbers = numbers_of(list);
  if (numbers.size() < 2) return;
  const std::string where = "member " + key.substr(0, 40), low = lower(key);
  if (mentions_outliers(low)) findings.add("extreme.value", where, "outliers are the values of single persons");
  if (mentions(low, {"confusion", "contingency", "crosstab", "混同行列", "分割表"}) &&
      std::ranges::any_of(numbers, [&](double n) { return n > 0 && n < policy.threshold && n == std::floor(n); }))
    findings.add("cell.small", where, "a group of fewer persons than the policy wants");
  std::size_t up = 0, down = 0, parts = 0;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    parts += numbers[i] != std::floor(numbers[i]);
    up += i > 0 && numbers[i] > numbers[i - 1];
    down += i > 0 && numbers[i] < numbers[i - 1];
  }
  const bool loose = up * 4 > numbers.size() && down * 4 > numbers.size() && list.front().is_number();
  if (numbers.size() >= kManyValues && loose && role == Role::kResidual)
    findings.add("plot.residuals", where, "residuals, fitted values or predictions: one value for each person");
  else if (numbers.size() >= 2 * kManyValues && loose && parts * 2 > numbers.size())
    findings.add("record.values", where, "many values in no order: one for each person");
}

// [{"name": ..., "value": 3}, {..., "value": 420}]: what charts draw of a list of things, small beside large.
void judge_weights(const Json& list, const std::string& key, const OutputPolicy& policy, Findings& findings) {
  for (const std::string_view weight : {"size", "value", "weight", "freq", "y", "z"}) {
    std::size_t small = 0, large = 0;
    for (const Json& one : list) {
      if (!one.is_object() || one.size() < 2 || !one.contains(weight) || !one[weight].is_number_integer()) {
        small = 0;
        break;
      }
      const double value = one[weight].get<double>();
      small += value > 0 && value < policy.threshold;
      large += value >= policy.threshold;
    }
    if (small > 0 && large > 0)
      findings.add("cell.printed", "member " + key.substr(0, 40), "small numbers among those a chart shows");
  }
}

// [[{...}, {...}], [{...}], ...]: a list of events for each person.
void judge_histories(const Json& list, const std::string& key, Findings& findings) {
  std::size_t histories = 0;
  std::set<std::size_t> lengths;
  for (const Json& one : list) {
    const bool events = one.is_array() && !one.empty() && one.size() <= 200 && one.front().is_object() &&
                        one.front().size() >= 2 && std::ranges::all_of(one, &Json::is_object);
    if (!events) return;
    ++histories;
    lengths.insert(one.size());
  }
  if (histories >= 8)
    findings.add("record.values", "member " + key.substr(0, 40), "many lists of events: one for each person?");
}

void judge_members(const Json& node, int level, bool counted, const OutputPolicy& policy, Findings& findings) {
  if (level > 100) return;
  const auto counts = [](Role role) { return role == Role::kCount || role == Role::kEvents || role == Role::kAtRisk; };
  if (node.is_object())
    for (const auto& [key, child] : node.items()) {
      const Role role = role_of(fold_forms(key)).role;
      if (child.is_number_integer()) {
        const double value = child.get<double>();
        const bool counting =
            counts(role) || (counted && (role == Role::kNone || role == Role::kCell || role == Role::kLabel));
        if (counting && value > 0 && value < policy.threshold)
          findings.add("cell.small", "member " + key.substr(0, 40), "a group of fewer persons than the policy wants");
      } else if (child.is_object()) {
        judge_members(child, level + 1, counted || counts(role), policy, findings);
      } else if (child.is_array()) {
        judge_list(key, role, child, policy, findings);
        judge_weights(child, key, policy, findings);
        judge_histories(child, key, findings);
        judge_members(child, level + 1, false, policy, findings);
      }
    }
  if (node.is_array())
    for (const Json& child : node)
      judge_members(child, level + 1, false, policy, findings);
}

// "deaths: 5" in configurations and results of that form.
void judge_settings(std::string_view text, const OutputPolicy& policy, Findings& findings) {
  constexpr std::string_view kCounts[] = {"n",      "count",  "patients",   "persons",  "subjects", "cases",
                                          "deaths", "events", "n_patients", "n_deaths", "n_events", "人数",
                                          "患者数", "例数",   "死亡数",     "死亡者数"};
  std::uint64_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    at = end + 1;
    ++number;
    line.remove_prefix(std::min(line.find_first_not_of(" -"), line.size()));
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos || colon > 20 || line.size() > 60) continue;
    const auto value = read_number(line.substr(colon + 2));
    if (value && value->whole && value->value > 0 && value->value < policy.threshold &&
        std::ranges::find(kCounts, lower(line.substr(0, colon))) != std::end(kCounts))
      findings.add("cell.small", fmt::format("line {}", number), "a group of fewer persons than the policy wants");
  }
}

// Lines that are one key each: as long as one another, or with letters among the digits. Codes of drugs, tests and
// procedures have nine, twelve or seventeen characters.
void judge_key_lines(std::string_view text, Findings& findings) {
  std::size_t lines = 0, keys = 0, filled = 0, same = 0, length = 0, unique = 0;
  for (std::size_t at = 0; at < text.size(); ++lines) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    at = end + 1;
    while (line.ends_with('\r') || line.ends_with(' '))
      line.remove_suffix(1);
    if (line.empty()) continue;
    ++filled;
    const auto digits = static_cast<std::size_t>(std::ranges::count_if(line, is_digit));
    const bool plain = std::ranges::all_of(
        line, [](char c) { return is_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '-' || c == '_'; });
    if (!plain || digits < 6 || line.size() == 9 || line.size() == 12 || line.size() == 17 || line.size() > 40)
      continue;
    ++keys;
    unique += line.size() == 36 && std::ranges::count(line, '-') == 4 && line[8] == '-';  // 8-4-4-4-12
    if (length == 0) length = line.size();
    same += line.size() == length;
  }
  if ((keys >= 20 || unique >= 5) && keys * 10 >= filled * 9)
    findings.add(same * 10 >= keys * 9 ? "record.unique_id" : "record.code", "file", "a list of keys, one a line");
}

// Rows that consoles print on their side: one value a line, or one column a line.
bool is_printed_column(std::string_view line) {  // "$ age <dbl> 63, 71, 58", " $ age : num  63 71 58 ..."
  const std::size_t first = line.find_first_not_of(' ');
  if (first == std::string_view::npos || !line.substr(first).starts_with("$ ")) return false;
  return (std::ranges::count_if(line, is_digit) >= 4 || std::ranges::count(line, ',') >= 5) &&
         (line.find('<') != std::string_view::npos || line.find(": ") != std::string_view::npos) &&
         std::ranges::count(line, ' ') >= 6;
}
bool is_printed_series(std::string_view line) {  // "Name: 1234, dtype: object": a row of a data frame
  return line.starts_with("Name: ") && line.size() > 6 && is_digit(line[6]) &&
         line.find("dtype: object") != std::string_view::npos;
}

// Numbers that fit a check digit by chance: where many stand side by side and few fit, they are something else.
void drop_chance(const std::map<std::size_t, std::size_t>& numbers, Findings& plain, Findings& findings) {
  std::map<std::string, std::size_t> hits;
  for (const ScanFinding& finding : plain.list())
    ++hits[finding.rule];
  const auto chance = [&](const std::string& rule, std::size_t length) {
    const auto seen = numbers.find(length);
    return seen != numbers.end() && seen->second >= 8 && hits[rule] * 2 < seen->second;
  };
  for (const ScanFinding& finding : plain.list()) {
    const bool checked = finding.message.starts_with("a number with the check digit");
    const bool by_chance = checked && ((finding.rule == "id.institution" && chance(finding.rule, 10)) ||
                                       (finding.rule == "id.my_number" && chance(finding.rule, 12)) ||
                                       (finding.rule == "id.insurer" && chance(finding.rule, 8)));
    findings.add(by_chance ? "id.long_number" : finding.rule, finding.where,
                 by_chance ? "a number: look whether it names somebody" : finding.message);
  }
}

void count_numbers(std::string_view folded, std::map<std::size_t, std::size_t>& numbers) {
  for (std::size_t at = 0; at < folded.size();) {
    if (!is_digit(folded[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < folded.size() && is_digit(folded[end]))
      ++end;
    ++numbers[end - at];
    at = end;
  }
}

// A My Number whose three groups stand in columns of their own.
void judge_split_numbers(const Sheet& sheet, Findings& findings) {
  constexpr std::size_t kGroup = 4, kLeast = 4;
  for (std::size_t i = 0; i + 2 < sheet.header.size(); ++i) {
    std::size_t groups = 0, hits = 0;
    for (const auto& row : sheet.rows) {
      if (i + 2 >= row.size()) continue;
      const bool fits = std::all_of(
          row.begin() + static_cast<std::ptrdiff_t>(i), row.begin() + static_cast<std::ptrdiff_t>(i) + 3,
          [](const std::string& field) { return field.size() == kGroup && std::ranges::all_of(field, is_digit); });
      if (!fits) continue;
      ++groups;
      hits += is_my_number(row[i] + row[i + 1] + row[i + 2]);
    }
    if (groups >= kLeast && hits * 5 >= groups * 4)
      findings.add("id.my_number", fmt::format("columns {} to {}", i + 1, i + 3),
                   "three columns that together have the check digit of a My Number");
  }
}

// Keys and values of a document, one a line; false when it is nested without measure.
bool gather_strings(const Json& node, int level, std::string& out) {
  if (level > 100) return false;
  if (node.is_string()) out += node.get_ref<const std::string&>() + "\n";
  bool fine = true;
  if (node.is_object())
    for (const auto& [key, child] : node.items()) {
      out += key;
      if (child.is_string())
        out += ": " + child.get_ref<const std::string&>();
      else if (!child.is_structured())
        out += ": " + child.dump();
      out += "\n";
      if (child.is_structured()) fine = gather_strings(child, level + 1, out) && fine;
    }
  if (node.is_array())
    for (const Json& child : node)
      fine = gather_strings(child, level + 1, out) && fine;
  return fine;
}

// A line of a list of literature, taken for fields because of its commas.
bool is_reference(const std::vector<std::string>& row) {
  const bool year = std::ranges::any_of(row, [](const std::string& field) {
    const std::size_t digit = field.find_first_of("0123456789");
    return digit != std::string::npos && field.size() <= digit + 6 && field.size() >= digit + 4 &&
           (field.substr(digit, 2) == "19" || field.substr(digit, 2) == "20");
  });
  return year && std::ranges::any_of(row, is_citation) && std::ranges::none_of(row, names_patient);
}

}  // namespace

const Description* Knowledge::description(std::string_view file_name) const {
  if (descriptions == nullptr) return nullptr;
  const auto found = descriptions->find(std::string(file_name));
  return found == descriptions->end() ? nullptr : &found->second;
}

void TextScan::fields(const Sheet& sheet, Findings& findings) const {
  const bool literature = is_reference(sheet.header);
  std::vector<std::string> wheres;
  std::vector<char> births;
  for (std::size_t i = 0; i < sheet.header.size(); ++i) {
    const std::string& name = sheet.header[i];
    wheres.push_back(name.empty() ? fmt::format("column {}", i + 1) : fmt::format("column {}", name.substr(0, 60)));
    births.push_back(names_birth(name));
    scan_identifiers(name, "header", {.published = literature}, findings);
  }
  for (const std::string& title : sheet.titles)
    scan_identifiers(title, "title", {.contact = names_institution(title) && !names_patient(title)}, findings);
  Findings plain;  // of fields that are nothing but a number
  std::vector<std::size_t> numbers(sheet.header.size());
  for (const auto& row : sheet.rows) {
    const bool contact = std::ranges::any_of(row, names_institution) && std::ranges::none_of(row, names_patient);
    const bool published = is_reference(row);
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool known = i < wheres.size();
      const std::string& field = row[i];
      if (field.empty()) continue;
      const IdentifierContext context{
          .birth_column = known && births[i] != 0, .column = known, .contact = contact, .published = published};
      const bool number = known && std::ranges::all_of(field, is_digit);
      if (number) ++numbers[i];
      // A number stands for what its column says.
      const bool told = known && !sheet.header[i].empty() && sheet.header[i].size() < 40 && is_digit(field[0]);
      scan_identifiers(told ? sheet.header[i] + ": " + field : field, known ? wheres[i] : "beyond the last column",
                       context, number ? plain : findings);
    }
  }
  // One number in eleven or ten fits its check digit by chance: a column in which few do holds something else.
  for (std::size_t i = 0; i < wheres.size(); ++i)
    for (const std::string_view rule : {"id.my_number", "id.insurer", "id.institution", "date.birth_number"})
      if (const auto hits = plain.count(rule, wheres[i]); numbers[i] >= 4 && hits * 2 < numbers[i])
        plain.drop(rule, wheres[i]);
  for (const ScanFinding& finding : plain.list())
    findings.add(finding.rule, finding.where, finding.message);
  judge_split_numbers(sheet, findings);
}

// 自由記載: what single persons wrote.
static void judge_answers(const Sheet& sheet, Findings& findings) {
  for (std::size_t i = 0; i < sheet.header.size() && sheet.named; ++i) {
    if (!mentions(lower(sheet.header[i]), {"自由記", "自由回答", "コメント", "free_text", "freetext", "free text",
                                           "comment", "verbatim", "ご意見", "記述回答"}))
      continue;
    const auto written =
        std::ranges::count_if(sheet.rows, [&](const auto& row) { return i < row.size() && code_points(row[i]) >= 8; });
    if (written >= 3)
      findings.add("text.narrative", fmt::format("column {}", i + 1), "what single persons wrote in their own words");
  }
}

void TextScan::table(const Sheet& sheet, std::string_view file_name, Findings& findings) const {
  judge_records(sheet, findings);
  for (const Sheet& wide : widened(sheet))
    judge_records(wide, findings);
  if (numbers_columns(sheet)) judge_records(transposed(sheet), findings);
  judge_outputs(sheet, knowledge_.policy, knowledge_.description(file_name), findings);
  judge_margins(sheet, knowledge_.policy, findings);
  judge_answers(sheet, findings);
  if (knowledge_.dataset != nullptr) knowledge_.dataset->judge(sheet, findings);
}

void TextScan::embedded(std::string_view text, std::string_view file_name, int depth, Findings& findings) const {
  if (depth >= kDeepest) return;
  for (const Embedded& piece : find_embedded(text, findings)) {
    Findings inside;
    bytes_inside_(piece.content, piece.place, inside);
    const std::string where = fmt::format("{}, {}", piece.place, piece.form);
    findings.add(inside.list(), where);
  }
  if (const std::string plain = unescaped(text); !plain.empty()) {
    Findings inside;
    lines(plain, "escapes.txt", inside);
    // Only what the escapes hid: everything else is found in the text itself.
    for (const ScanFinding& finding : inside.list())
      if (finding.rule.starts_with("id.") || finding.rule.starts_with("date.") || finding.rule.starts_with("record"))
        findings.add(finding.rule, finding.where + ", escapes", finding.message);
  }
  if (const std::string spelled = spelled_by_numbers(text); !spelled.empty()) {
    Findings inside;
    lines(spelled, "escapes.txt", inside);
    for (const ScanFinding& finding : inside.list())
      if (finding.rule.starts_with("id.") || finding.rule.starts_with("date."))
        findings.add(finding.rule, finding.where + ", codes of characters", finding.message);
  }
  (void)file_name;
}

namespace {

// For each line: 1 an institution or author is spoken of, 2 a patient, 0 neither.
std::vector<char> institution_lines(std::string_view text) {
  std::vector<char> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find_first_of("\n\r", at), text.size());
    const std::string_view line = text.substr(at, end - at);
    out.push_back(names_patient(line) ? 2 : names_institution(line) ? 1 : 0);
    at = end + 1;
    if (end + 1 < text.size() && text[end] == '\r' && text[end + 1] == '\n') ++at;
  }
  return out;
}

}  // namespace

void TextScan::lines(std::string_view text, std::string_view file_name, Findings& findings) const {
  if (const std::string plain_text = plain_boxes(text); !plain_text.empty())
    return lines(plain_text, file_name, findings);
  std::size_t records = 0, fixed = 0, messages = 0, printed = 0;
  std::map<std::string, std::size_t> fixed_forms;
  std::uint64_t number = 1;
  const bool published = is_bibliography(text);
  // Whose address or telephone it is, the lines around tell.
  std::vector<char> contact = institution_lines(text);
  const auto near_institution = [&](std::size_t line) {
    for (std::size_t i = line > 4 ? line - 4 : 0; i <= line + 4 && i < contact.size(); ++i)
      if (contact[i] == 1) return contact[line] != 2;
    return false;
  };
  Findings plain;
  std::map<std::size_t, std::size_t> numbers;
  for (std::size_t at = 0; at < text.size(); ++number) {
    const std::size_t end = std::min(text.find_first_of("\n\r", at), text.size());
    const std::string_view line = text.substr(at, end - at);
    at = end + 1;
    if (end + 1 < text.size() && text[end] == '\r' && text[end + 1] == '\n') ++at;
    const std::string folded = fold_forms(line);
    scan_identifiers(folded, fmt::format("line {}", number),
                     {.contact = near_institution(number - 1), .published = published}, plain);
    count_numbers(folded, numbers);
    judge_case_line(folded, fmt::format("line {}", number), findings);
    if (knowledge_.dataset != nullptr) knowledge_.dataset->judge_line(folded, fmt::format("line {}", number), findings);
    bool stamped = false;
    for (const std::string_view word : {"INFO", "WARN", "DEBUG", "ERROR"})
      stamped = stamped || line.find(word) != std::string_view::npos;
    records += !stamped && looks_like_record(line) && !is_citation(folded);
    printed += is_printed_column(line) ? 1 : is_printed_series(line) ? 3 : 0;
    if (std::string form = fixed_form(line); !form.empty()) fixed = std::max(fixed, ++fixed_forms[std::move(form)]);
    messages += is_message(line);
  }
  drop_chance(numbers, plain, findings);
  if (records + printed >= 3)
    findings.add("log.records", "file", fmt::format("{} printed rows of records", records + printed));
  if (fixed >= 10 && fixed * 2 > number)
    findings.add("record.level", "file", fmt::format("{} lines of fixed columns: rows of records", fixed));
  if (messages >= 1) findings.add("record.message", "file", "messages or receipts of single patients");
  const std::string folded = fold_forms(text);
  const bool program = is_program(extension_of(file_name));
  judge_output_text(folded, program, knowledge_.policy, findings);
  judge_key_lines(text, findings);
  if (program)
    judge_program_signs(folded, findings);
  else
    judge_person_signs(folded, findings);
  if (!program) judge_key_runs(text, findings);
  if (!program) judge_value_runs(folded, findings);
  if (const std::string comments = program ? comments_of(folded) : std::string(); !comments.empty()) {
    judge_output_text(comments, false, knowledge_.policy, findings);
    judge_value_runs(comments, findings);
    judge_person_signs(comments, findings);
  }
  judge_narrative(folded, findings);
  judge_coordinates(folded, findings);
  judge_settings(text, knowledge_.policy, findings);
  if (!published)
    for (const Sheet& sheet : sheets_of_shapes(folded))
      if (const Likeness like = like_persons(sheet); like != Likeness::kNone)
        findings.add(like == Likeness::kPersons ? "log.records" : "record.values", sheet.place,
                     "lines of one shape with values in no order: a line for each person");
  if (program) {
    for (const Sheet& sheet : sheets_of_tuples(folded))
      judge_records(sheet, findings);
    return;
  }
  for (const Sheet& sheet : find_sheets(text))
    table(sheet, file_name, findings);
  for (const Sheet& sheet : right_aligned(folded))
    judge_outputs(sheet, knowledge_.policy, nullptr, findings);
  for (const Sheet& sheet : sheets_of_records(text))
    table(sheet, file_name, findings);
  for (const Sheet& sheet : sheets_of_pairs(text))
    table(sheet, file_name, findings);
  if (text.find("=\"") != std::string_view::npos)
    for (const Sheet& sheet : sheets_of_attributes(text))
      table(sheet, file_name, findings);
  if (text.find("</") != std::string_view::npos)
    for (const Sheet& sheet : sheets_of_elements(text))
      table(sheet, file_name, findings);
}

bool TextScan::json(std::string_view text, std::string_view file_name, int depth, Findings& findings) const {
  Json value;
  if (auto parsed = parse_json(text)) {
    value = std::move(*parsed);
  } else {  // one document a line
    value = Json::array();
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      const std::string_view line = text.substr(at, end - at);
      at = end + 1;
      if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
      auto document = parse_json(line);
      if (!document || value.size() > Sheet::kMostRows) return false;
      value.push_back(std::move(*document));
    }
  }
  std::string strings;
  if (!gather_strings(value, 0, strings)) findings.add("file.hostile", "file", "nested without measure");
  judge_members(value, 0, false, knowledge_.policy, findings);
  if (value.is_array()) judge_histories(value, "", findings);
  std::size_t places = 0;  // GeoJSON
  for (std::size_t at = text.find("\"Point\""); at != std::string_view::npos; at = text.find("\"Point\"", at + 1))
    ++places;
  if (places >= 10) findings.add("plot.points", "file", "single places on a map: homes of persons");
  lines(strings, "strings.txt", findings);
  embedded(strings, file_name, depth, findings);
  judge_output_text(text.substr(0, 1 << 20), false, knowledge_.policy, findings);
  for (const Sheet& sheet : sheets_of(value)) {
    table(sheet, file_name, findings);
    Findings inside;
    fields(sheet, inside);
    // The names of members within members are lost in such a sheet: what a digest is, the lines above tell.
    for (const ScanFinding& finding : inside.list())
      if (sheet.place != "objects" || finding.rule != "id.pseudonym")
        findings.add(finding.rule, finding.where, finding.message);
  }
  for (const Sheet& sheet : sheets_of_keys(value))
    judge_records(sheet, findings);
  return true;
}

void TextScan::scan(std::string_view text, std::string_view file_name, int depth, Findings& findings) const {
  if (const int invisible = invisible_characters(text); invisible > 0)
    findings.add(invisible == 2 ? "text.invisible" : "text.joiners", "file", "characters that show nothing");
  std::size_t pictures = 0;  // emoji in number may be an alphabet
  for (std::size_t at = text.find('\xF0'); at != std::string_view::npos; at = text.find('\xF0', at + 4))
    pictures += at + 1 < text.size() && text[at + 1] == '\x9F';
  if (pictures > 40) findings.add("text.joiners", "file", "many small pictures among the letters: room for a message");
  const std::string extension = extension_of(file_name);
  if (knowledge_.pseudonyms != nullptr) knowledge_.pseudonyms->judge(text, findings);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  const bool braces = first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
  if ((one_of(extension, {".json", ".jsonl", ".ndjson", ".geojson"}) || (braces && extension == ".txt")) &&
      json(text, file_name, depth, findings))
    return;
  const bool said = one_of(extension, {".csv", ".tsv", ".tab", ".psv"});
  if (const std::string table_alone = said ? without_comments(text) : std::string(); !table_alone.empty())
    if (const auto sheet = read_sheet(table_alone, said)) {  // as programs annotate tables
      lines(comments_of(text), "comments.txt", findings);
      table(*sheet, file_name, findings);
      if (sheet->rows.size() >= 20 && like_persons(*sheet) != Likeness::kNone)
        findings.add("record.values", "file", "values in no order, whatever their names say: a row for each person");
    }
  if (said || !(is_program(extension) || one_of(extension, {".json", ".md", ".log", ".tex", ".yaml", ".yml"}))) {
    if (const auto sheet = read_sheet(text, said)) {
      table(*sheet, file_name, findings);
      if (sheet->rows.size() >= 20 && like_persons(*sheet) != Likeness::kNone)
        findings.add("record.values", "file", "values in no order, whatever their names say: a row for each person");
      fields(*sheet, findings);
      if (said)
        judge_sequences(text, findings);
      else
        judge_person_signs(fold_forms(text), findings);  // a listing may look like a table
      for (const Sheet& pairs : sheets_of_pairs(text))
        table(pairs, file_name, findings);
      for (const auto& [line, block] : blocks_of(text))
        if (auto part = read_sheet(block, said); part && part->rows.size() >= 3) {
          part->place = fmt::format("line {}", line);
          table(*part, file_name, findings);
        }
      if (knowledge_.dataset != nullptr)
        for (const auto& row : sheet->rows)
          for (const std::string& field : row)
            knowledge_.dataset->judge_line(field, "file", findings);
      judge_output_text(words_in(*sheet), false, knowledge_.policy, findings);
      embedded(text, file_name, depth, findings);
      return;
    }
  }
  lines(text, file_name, findings);
  embedded(text, file_name, depth, findings);
}

}  // namespace sekisho::outgoing
